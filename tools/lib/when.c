/* when.c - see when.h */

#include "when.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"

static double when_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double when_now(void) { return when_clock(CLOCK_REALTIME); }
double when_monotonic(void) { return when_clock(CLOCK_MONOTONIC); }

/* Appends a number below 100, with a colon before it and two digits unless it is the first. */
static void when_put_part(text *out, int number, bool first) {
    const char part[] = {':', (char)('0' + number / 10), (char)('0' + number % 10)};
    const size_t skipped = !first ? 0 : number > 9 ? 1 : 2;
    text_put(out, part + skipped, sizeof part - skipped);
}

/* An hour of local time, in which the clock is not changed. */
typedef struct when_hour {
    time_t begin, end;
    char name[32]; /* "2026-11-01 12" */
} when_hour;

static bool when_same_hour(const struct tm *a, const struct tm *b) {
    return a->tm_hour == b->tm_hour && a->tm_yday == b->tm_yday && a->tm_gmtoff == b->tm_gmtoff;
}

static void when_find_hour(when_hour *hour, const struct tm *local, time_t seconds) {
    const time_t begin = seconds - local->tm_min * 60 - local->tm_sec, last = begin + 3599;
    struct tm first, end;
    hour->begin = hour->end = 0;
    if (!localtime_r(&begin, &first) || !localtime_r(&last, &end) || !when_same_hour(&first, local) ||
        !when_same_hour(&end, local) || first.tm_min || first.tm_sec || end.tm_min != 59 || end.tm_sec != 59)
        return;
    hour->begin = begin;
    hour->end = strftime(hour->name, sizeof hour->name, "%Y-%m-%d %H", local) ? begin + 3600 : begin;
}

void when_put_time(text *out, double unix_time) {
    static when_hour hour; /* the times of a list are often close to each other */
    const time_t seconds = (time_t)unix_time;
    char string[32] = "";
    struct tm local;
    if (unix_time > 0 && seconds >= hour.begin && seconds < hour.end) {
        text_puts(out, hour.name);
        when_put_part(out, (int)(seconds - hour.begin) / 60, false);
        return;
    }
    if (unix_time > 0 && localtime_r(&seconds, &local)) {
        strftime(string, sizeof string, "%Y-%m-%d %H:%M", &local);
        when_find_hour(&hour, &local, seconds);
    }
    text_puts(out, string);
}

void when_put_second(text *out, double unix_time, double earlier) {
    char string[32] = "";
    time_t seconds = (time_t)unix_time, then = (time_t)earlier;
    struct tm local, before;
    bool known = unix_time > 0 && localtime_r(&seconds, &local);
    bool same = known && earlier > 0 && localtime_r(&then, &before) && local.tm_year == before.tm_year &&
                local.tm_yday == before.tm_yday;
    if (known) strftime(string, sizeof string, same ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &local);
    text_puts(out, string);
}

void when_put_ago(text *out, double unix_time, double now) {
    static const struct step {
        double below, unit; /* seconds */
        const char *name;
    } steps[] = {{60, 1, "s"}, {3600, 60, "min"}, {172800, 3600, "h"}, {1e8, 86400, "d"}, {1e300, 31556952, "y"}};
    double seconds = now - unix_time;
    size_t i;
    if (unix_time <= 0 || seconds < -1) {
        when_put_time(out, unix_time);
        return;
    }
    for (i = 0; seconds >= steps[i].below; i++) {}
    text_putf(out, "%.0f %s", seconds > 0 ? (double)(int64_t)(seconds / steps[i].unit) : 0, steps[i].name);
}

void when_put_duration(text *out, double seconds) {
    int64_t whole = seconds > 0 && seconds < 1e15 ? (int64_t)seconds : 0;
    int days = (int)(whole / 86400 % INT32_MAX), hours = (int)(whole / 3600 % 24), minutes = (int)(whole / 60 % 60);
    if (whole < 60) text_putf(out, "%.1f s", seconds > 0 ? seconds : 0);
    else if (days) text_putf(out, "%dd %02d:%02d", days, hours, minutes);
    else {
        if (hours) when_put_part(out, hours, true);
        when_put_part(out, minutes, hours == 0);
        when_put_part(out, (int)(whole % 60), false);
    }
}

void when_put_simulated(text *out, double seconds) {
    if (seconds >= 1) text_putf(out, "%.3f s", seconds);
    else if (seconds >= 1e-3) text_putf(out, "%.1f ms", seconds * 1e3);
    else text_putf(out, "%.1f us", seconds * 1e6);
}

/* Seconds. Negative: it is not a duration. */
static double when_duration(const char *string) {
    static const struct unit {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    char *end;
    double number = *string >= '0' && *string <= '9' ? strtod(string, &end) : -1;
    size_t i;
    for (i = 0; number >= 0 && i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0) return number * units[i].seconds < 1e15 ? number * units[i].seconds : -1;
    return -1;
}

bool when_timeout(const char *string, double *seconds) {
    *seconds = strcmp(string, "none") == 0 ? -1 : when_duration(string);
    return *seconds > 0 || strcmp(string, "none") == 0;
}

/* "2026-11-01" or "2026-11-01 12:30", local time. False: it is neither, or not in the calendar. */
static bool when_read_date(const char *string, double *unix_time) {
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"};
    size_t i;
    for (i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm t = {0};
        const char *end = strptime(string, forms[i], &t);
        int day = t.tm_mday;
        if (!end || *end || t.tm_year < 0) continue;
        t.tm_isdst = -1;
        *unix_time = (double)mktime(&t);
        return t.tm_mday == day; /* mktime changes a day that its month does not have */
    }
    return false;
}

double when_since(const char *option_name, const char *string) {
    double seconds = when_duration(string);
    if (seconds >= 0 && strlen(string) > 1) return when_now() - seconds;
    if (!when_read_date(string, &seconds))
        die(EXIT_MISUSE, "%s: \"%s\" is not a time: give 30m, 3h, 2d, 2026-11-01 or \"2026-11-01 12:30\"", option_name,
            string);
    return seconds;
}
