/* when.c - see when.h */

#include "when.h"

#include <stdint.h>
#include <stdio.h>
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

void when_put_time(text *out, double unix_time) {
    char string[32] = "";
    time_t seconds = (time_t)unix_time;
    struct tm local;
    if (unix_time > 0 && localtime_r(&seconds, &local)) strftime(string, sizeof string, "%Y-%m-%d %H:%M", &local);
    text_puts(out, string);
}

void when_put_duration(text *out, double seconds) {
    int64_t whole = seconds > 0 && seconds < 1e15 ? (int64_t)seconds : 0;
    int days = (int)(whole / 86400 % INT32_MAX), hours = (int)(whole / 3600 % 24), minutes = (int)(whole / 60 % 60);
    if (whole < 60) text_putf(out, "%.1f s", seconds > 0 ? seconds : 0);
    else if (whole < 3600) text_putf(out, "%d:%02d", minutes, (int)(whole % 60));
    else if (days == 0) text_putf(out, "%d:%02d:%02d", hours, minutes, (int)(whole % 60));
    else text_putf(out, "%dd %02d:%02d", days, hours, minutes);
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

bool when_in_calendar(int year, int month, int day) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* "2026-11-01" or "2026-11-01 12:30", which must be in the calendar. */
static bool when_read_date(const char *string, struct tm *t) {
    char rest;
    memset(t, 0, sizeof *t);
    if (string[strspn(string, "0123456789-: T")] ||
        (sscanf(string, "%4d-%2d-%2d%c", &t->tm_year, &t->tm_mon, &t->tm_mday, &rest) != 3 &&
         sscanf(string, "%4d-%2d-%2d%*1[ T]%2d:%2d%c", &t->tm_year, &t->tm_mon, &t->tm_mday, &t->tm_hour, &t->tm_min,
                &rest) != 5))
        return false;
    return t->tm_year >= 1900 && when_in_calendar(t->tm_year, t->tm_mon, t->tm_mday) && t->tm_hour >= 0 &&
           t->tm_hour <= 23 && t->tm_min >= 0 && t->tm_min <= 59;
}

double when_since(const char *option_name, const char *string) {
    double ago = when_duration(string);
    struct tm t;
    if (ago >= 0 && strlen(string) > 1) return when_now() - ago;
    if (!when_read_date(string, &t))
        die(EXIT_MISUSE, "%s: \"%s\" is not a time: give 30m, 3h, 2d, 2026-11-01 or \"2026-11-01 12:30\"", option_name,
            string);
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    t.tm_isdst = -1;
    return (double)mktime(&t);
}
