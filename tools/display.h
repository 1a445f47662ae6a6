/* display.h - what gem5art-run shows of a pool: on a terminal a block of lines, redrawn in place, elsewhere a line
   for each event.

   A frame is one write: up over the last one, each line to its end, and what is left below erased. Nothing of the
   terminal is changed, so that nothing has to be put back, however the tool ends. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include "tool.h"

enum { DISPLAY_SHOWN = 5 /* running ones */, DISPLAY_LINES = DISPLAY_SHOWN + 2, DISPLAY_MS = 250 };

typedef struct display_run {
    const gem5art_run *run;
    double spawned; /* monotonic */
} display_run;

typedef struct display {
    FILE *out;
    bool live, color, utf8;
    const char *folder;   /* paths below it are shown without it */
    const char *note;     /* a line below; NULL: none */
    gem5art_event now;
    display_run *running; /* in the order they were spawned: the longest-running first */
    size_t running_count, running_room;
    size_t widths[DISPLAY_LINES]; /* of the lines that stand there */
    int lines;
    gem5art__buf frame;
} display;

static const char display_red[] = "\033[31m", display_green[] = "\033[32m", display_dim[] = "\033[2m",
                  display_plain[] = "\033[0m";

static bool display_speaks_utf8(void) {
    const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
    int i;
    for (i = 0; i < 3; i++)
        if (!gem5art__empty(names[i])) return strstr(names[i], "UTF-8") || strstr(names[i], "utf8");
    return false;
}

static void display_begin(display *d, FILE *out, const char *color, const char *folder) {
    const char *term = getenv("TERM");
    memset(d, 0, sizeof *d);
    d->out = out;
    d->folder = folder;
    d->color = tool_use_color(color, out);
    d->live = isatty(fileno(out)) && !gem5art__empty(term) && strcmp(term, "dumb") != 0;
    d->utf8 = display_speaks_utf8();
}

static const char *display_path(const display *d, const char *path) {
    size_t length = strlen(d->folder);
    return strncmp(path, d->folder, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

/* ---- what goes on in a run: the last line of what it wrote last */

/* simout(.txt), a terminal, or what it says before it redirects that. */
static bool display_tells(const char *name) {
    return gem5art__starts_with(name, "simout") || gem5art__ends_with(name, ".device") ||
           gem5art__ends_with(name, ".terminal") || strcmp(name, "console.txt") == 0;
}

static void display_last_line(const char *path, char *line, size_t size) {
    char tail[2048];
    struct stat st;
    size_t got = 0, begin;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        off_t from = st.st_size > (off_t)sizeof tail ? st.st_size - (off_t)sizeof tail : 0;
        if (!gem5art__read_at(fd, tail, sizeof tail, from, &got)) got = 0;
    }
    close(fd);
    while (got && gem5art__is_space((unsigned char)tail[got - 1])) got--;
    for (begin = got; begin && tail[begin - 1] != '\n' && tail[begin - 1] != '\r'; begin--) {}
    snprintf(line, size, "%.*s", (int)(got - begin), tail + begin);
}

static void display_progress(const char *outdir, char *line, size_t size) {
    gem5art__buf path = {NULL, 0, 0, false};
    DIR *dir = opendir(outdir);
    struct dirent *entry;
    struct timespec newest = {0, 0};
    struct stat st;
    *line = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (!display_tells(entry->d_name)) continue;
        path.length = 0;
        gem5art__putf(&path, "%s/%s", outdir, entry->d_name);
        if (path.failed || stat(path.data, &st) < 0 || st.st_size == 0) continue;
        if (st.st_mtim.tv_sec < newest.tv_sec ||
            (st.st_mtim.tv_sec == newest.tv_sec && st.st_mtim.tv_nsec < newest.tv_nsec))
            continue;
        newest = st.st_mtim;
        display_last_line(path.data, line, size);
    }
    if (dir) closedir(dir);
    gem5art__buf_free(&path);
}

/* ---- frames */

/* The rows that the last frame takes now: a terminal that became narrower has broken its lines. */
static int display_rows(const display *d, int columns) {
    int rows = 0, i;
    for (i = 0; i < d->lines; i++)
        rows += d->widths[i] ? (int)((d->widths[i] + (size_t)columns - 1) / (size_t)columns) : 1;
    return rows;
}

/* Ends a line of the frame; `text` is cut to what the terminal has. */
static void display_line(display *d, const char *before, const char *text, int columns) {
    d->widths[d->lines] = 0;
    if (d->color) gem5art__puts(&d->frame, before);
    d->widths[d->lines++] = tool_put_text(&d->frame, text, (size_t)columns - 1);
    if (d->color && *before) gem5art__puts(&d->frame, display_plain);
    gem5art__puts(&d->frame, "\033[K\n");
}

static void display_bar(const display *d, gem5art__buf *text, int width) {
    int done = d->now.finished + d->now.failed + d->now.skipped, i;
    int full = d->now.added ? (int)((double)done * width / d->now.added) : 0;
    for (i = 0; i < width; i++)
        if (d->utf8) gem5art__puts(text, i < full ? "\xe2\x96\x88" : "\xe2\x96\x91");
        else gem5art__puts(text, i < full ? "#" : ".");
}

static void display_summary(display *d, int columns) {
    const gem5art_event *n = &d->now;
    gem5art__buf text = {NULL, 0, 0, false}, numbers = {NULL, 0, 0, false};
    int done = n->finished + n->failed + n->skipped, room;
    gem5art__putf(&numbers, "%d/%d done, %d failed, %d running, %d left", done, n->added, n->failed, n->running,
                  n->added - done - n->running);
    if (n->eta > 0) {
        gem5art__puts(&numbers, ", ETA ");
        tool_put_duration(&numbers, n->eta);
    }
    room = columns - 2 - (int)numbers.length;
    if (room >= 5) {
        display_bar(d, &text, room > 30 ? 30 : room);
        gem5art__puts(&text, " ");
    }
    gem5art__puts(&text, numbers.data ? numbers.data : "");
    display_line(d, n->failed ? display_red : display_green, text.data ? text.data : "", columns);
    gem5art__buf_free(&text);
    gem5art__buf_free(&numbers);
}

static void display_running(display *d, const display_run *running, int columns) {
    gem5art__buf text = {NULL, 0, 0, false}, elapsed = {NULL, 0, 0, false};
    char line[512];
    tool_put_duration(&elapsed, gem5art__monotonic() - running->spawned);
    display_progress(running->run->outdir, line, sizeof line);
    gem5art__putf(&text, "%9s  %s%s%s", elapsed.data ? elapsed.data : "", display_path(d, running->run->outdir),
                  *line ? ": " : "", line);
    display_line(d, "", text.data ? text.data : "", columns);
    gem5art__buf_free(&text);
    gem5art__buf_free(&elapsed);
}

/* The start of a frame, or what takes the place of the last one. */
static void display_over(display *d) {
    int rows = d->live ? display_rows(d, tool_columns(fileno(d->out))) : 0;
    d->frame.length = 0;
    if (rows) gem5art__putf(&d->frame, "\033[%dA\r\033[J", rows);
    d->lines = 0;
}

static void display_write(display *d) {
    if (d->frame.length) fwrite(d->frame.data, 1, d->frame.length, d->out);
    fflush(d->out);
    d->frame.length = 0;
}

static void display_draw(display *d) {
    int columns = tool_columns(fileno(d->out));
    size_t i;
    if (!d->live) return;
    if (columns < 2) columns = 2;
    display_over(d);
    display_summary(d, columns);
    for (i = 0; i < d->running_count && i < (size_t)DISPLAY_SHOWN; i++) display_running(d, &d->running[i], columns);
    if (d->note) display_line(d, display_dim, d->note, columns);
    display_write(d);
}

/* A line that stays; the block goes on below it. */
__attribute__((format(printf, 3, 4))) static void display_say(display *d, const char *color, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    display_over(d);
    if (d->color) gem5art__puts(&d->frame, color);
    tool_put_text(&d->frame, text, SIZE_MAX);
    if (d->color && *color) gem5art__puts(&d->frame, display_plain);
    gem5art__puts(&d->frame, "\n");
    display_write(d);
}

/* The block goes. */
static void display_end(display *d) {
    display_over(d);
    display_write(d);
    free(d->running);
    gem5art__buf_free(&d->frame);
}

/* ---- events */

static void display_add_running(display *d, const gem5art_run *run) {
    if (d->running_count == d->running_room) {
        d->running_room = d->running_room ? 2 * d->running_room : 64;
        d->running = (display_run *)realloc(d->running, d->running_room * sizeof *d->running);
        if (!d->running) tool_exit(TOOL_FAILED, "out of memory");
    }
    d->running[d->running_count].run = run;
    d->running[d->running_count++].spawned = gem5art__monotonic();
}

static double display_remove_running(display *d, const gem5art_run *run) {
    size_t i;
    double spawned = gem5art__monotonic();
    for (i = 0; i < d->running_count && d->running[i].run != run; i++) {}
    if (i == d->running_count) return 0;
    spawned -= d->running[i].spawned;
    memmove(&d->running[i], &d->running[i + 1], (--d->running_count - i) * sizeof *d->running);
    return spawned;
}

/* Why a run Failed, in a few words. */
static void display_reason(const gem5art_run *run, char *text, size_t size) {
    if (*run->kill_reason) snprintf(text, size, "%s", run->kill_reason);
    else if (*run->error) snprintf(text, size, "%s", run->error);
    else if (run->return_code < 0) snprintf(text, size, "signal %d", (int)-run->return_code);
    else snprintf(text, size, "exit status %d", (int)run->return_code);
}

static void display_event(display *d, const gem5art_event *event) {
    const gem5art_run *run = event->run;
    const char *path = display_path(d, run->outdir);
    char reason[1200], took[32] = "";
    gem5art__buf duration = {NULL, 0, 0, false};
    d->now = *event;
    if (event->type == GEM5ART_EVENT_SPAWNED) display_add_running(d, run);
    if (event->type == GEM5ART_EVENT_ENDED || event->type == GEM5ART_EVENT_RETRIED) {
        tool_put_duration(&duration, display_remove_running(d, run));
        snprintf(took, sizeof took, "%s", duration.data ? duration.data : "");
        gem5art__buf_free(&duration);
    }
    display_reason(run, reason, sizeof reason);
    if (event->type == GEM5ART_EVENT_SPAWNED && !d->live) display_say(d, "", "started %s", path);
    if (event->type == GEM5ART_EVENT_KILLED && !d->live) display_say(d, "", "ending %s: %s", path, run->kill_reason);
    if (event->type == GEM5ART_EVENT_RETRIED)
        display_say(d, display_red, "failed %s (%s): %s; it is tried again", path, took, reason);
    if (event->type == GEM5ART_EVENT_SKIPPED && event->error->code != GEM5ART_EXISTS &&
        event->error->code != GEM5ART_CANCELLED)
        display_say(d, display_red, "skipped %s: %s", path, event->error->message);
    if (event->type != GEM5ART_EVENT_ENDED) return;
    if (strcmp(run->status, "Finished") == 0) {
        if (!d->live) display_say(d, "", "finished %s (%s)", path, took);
    } else display_say(d, display_red, "failed %s (%s): %s", path, took, reason);
    if (event->error && strcmp(event->error->message, run->error) != 0)
        display_say(d, display_red, "%s: %s", path, event->error->message);
}

#endif
