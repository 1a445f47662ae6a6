/* display.c - see display.h */

#include "display.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "terminal.h"
#include "when.h"

enum {
    DISPLAY_MS = 250,  /* between frames */
    DISPLAY_RUNS = 8,  /* shown at most */
    DISPLAY_WIDTH = 99 /* columns of the bar's line, at most */
};

/* From the start of the line to the end of the screen, but not in one go: in the first place of the screen, tmux would
   move the whole screen into its history. */
#define DISPLAY_ERASE "\r\033[K\033[C\033[J\r"

/* A terminal may be narrower than it reports, as tmux is for a quarter of a second after a resize. Without wrapping, each
   line of a frame still takes one row, and the cursor returns to the first one. */
#define DISPLAY_NO_WRAP "\033[?7l"
#define DISPLAY_WRAP "\033[?7h"

typedef struct display_run {
    const gem5art_run *run;
    char *label;
    double begun, checked; /* monotonic; checked: when its files were last looked through */
    char tail[256];        /* the last line that it wrote */
} display_run;

bool display_live;

static struct {
    const char *title;
    bool color, utf8;
    double begun, drawn; /* monotonic */
    display_run *runs;   /* the longest-running first */
    size_t run_count;
    text said;           /* lines that wait for the next frame */
    text frame, last;    /* the frame that is composed, and the one on the screen; empty: none is */
    int lines;           /* of `frame` */
    text output;         /* still to be written */
    int fd;              /* standard output; a terminal is opened again, so that O_NONBLOCK affects no other program */
    int error;           /* errno of the first write that failed */
    struct termios terminal; /* as it was */
    bool terminal_saved;
} display;

static volatile sig_atomic_t display_resized; /* or continued: the next frame is drawn on a cleared line */

/* ---- output */

/* Writes what can be written without waiting; with `wait`, everything. */
static void write_output(bool wait) {
    struct pollfd fd = {display.fd, POLLOUT, 0};
    size_t done = 0;
    while (done < display.output.length && !display.error) {
        size_t left = display.output.length - done;
        ssize_t n = poll(&fd, 1, wait ? -1 : 0);
        if (n == 0) break;
        if (n > 0) n = write(display.fd, display.output.data + done, left < PIPE_BUF ? left : PIPE_BUF);
        if (n > 0) done += (size_t)n;
        else if (n < 0 && errno == EAGAIN && !wait) break;
        else if (n < 0 && errno != EINTR && errno != EAGAIN) display.error = errno;
    }
    if (display.error) done = display.output.length;
    if (done) memmove(display.output.data, display.output.data + done, display.output.length - done);
    text_cut(&display.output, display.output.length - done);
}

/* ---- the terminal */

static bool in_foreground(void) {
    pid_t group = tcgetpgrp(STDOUT_FILENO);
    return group < 0 || group == getpgrp();
}

/* Without an echo, keys do not move the cursor. Also called by a signal handler. */
static void set_echo(bool on) {
    struct termios terminal = display.terminal;
    if (!display.terminal_saved || !in_foreground()) return;
    if (!on) terminal.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDOUT_FILENO, TCSANOW, &terminal);
}

/* Ctrl-Z stops the tool and restores the terminal; the runs continue. */
static void on_signal(int number) {
    static const char erase[] = "\r\033[J";
    int kept = errno;
    if (number == SIGTSTP) {
        if (in_foreground() && write(STDOUT_FILENO, erase, sizeof erase - 1) > 0) set_echo(true);
        raise(SIGSTOP);
    }
    display_resized = 1;
    errno = kept;
}

void display_leave(void) {
    if (!display_live || !in_foreground()) return;
    set_echo(true);
    if (write(STDOUT_FILENO, DISPLAY_ERASE, sizeof DISPLAY_ERASE - 1) < 0) return;
}

void display_begin(const char *title, const char *color) {
    static const int handled[] = {SIGWINCH, SIGCONT, SIGTSTP};
    const char *term = getenv("TERM");
    struct sigaction action;
    size_t i;
    display.title = title;
    display.color = options_color(color, stdout);
    display.utf8 = terminal_utf8();
    display.begun = when_monotonic();
    display.fd = isatty(STDOUT_FILENO) && ttyname(STDOUT_FILENO)
                     ? open(ttyname(STDOUT_FILENO), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                     : STDOUT_FILENO;
    if (display.fd < 0) display.fd = STDOUT_FILENO;
    display_live = isatty(STDOUT_FILENO) && !text_empty(term) && !text_same(term, "dumb");
    if (!display_live) return;
    display.terminal_saved = tcgetattr(STDOUT_FILENO, &display.terminal) == 0;
    set_echo(false);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    for (i = 0; i < sizeof handled / sizeof *handled; i++) sigaction(handled[i], &action, NULL);
    atexit(display_leave);
}

double display_elapsed(void) { return when_monotonic() - display.begun; }

/* ---- the parts of a frame */

static void put_color(text *out, sheet_color color) {
    if (display.color) text_putf(out, "\033[%dm", (int)color);
}

/* "12 s", without tenths, which would change in each frame. */
static void put_duration(text *out, double seconds) {
    if (seconds < 60) text_putf(out, "%d s", seconds > 0 ? (int)seconds : 0);
    else when_put_duration(out, seconds);
}

static void end_line(text *frame) {
    text_puts(frame, "\033[K\n");
    display.lines++;
}

/* The bar is made of eighths of a column where the terminal has such characters. */
static void put_bar(text *out, const display_counts *c, size_t columns) {
    static const char *const eighths[] = {"", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
                                          "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89"};
    size_t inside = columns - 2, total = c->total > 0 ? (size_t)c->total : 1, i;
    size_t done = inside * 8 * (size_t)(c->finished + c->failed + c->recorded) / total;
    size_t red = (inside * (size_t)c->failed + total - 1) / total;
    text_puts(out, display.utf8 ? "\xe2\x96\x95" : "[");
    put_color(out, SHEET_GREEN);
    for (i = 0; i < done / 8; i++) {
        if (i + red == done / 8) put_color(out, SHEET_RED);
        text_puts(out, display.utf8 ? "\xe2\x96\x88" : "#");
    }
    if (display.utf8 && done % 8) text_puts(out, eighths[done % 8]), i++;
    put_color(out, SHEET_PLAIN);
    for (; i < inside; i++) text_puts(out, display.utf8 ? " " : ".");
    text_puts(out, display.utf8 ? "\xe2\x96\x8f" : "]");
}

/* "boot-tests [#####.......] 123/240  51%  ETA 3:12:04" */
static void put_head(text *frame, const display_counts *c, size_t columns) {
    text numbers = {NULL, 0, 0};
    int done = c->finished + c->failed + c->recorded;
    size_t room = columns > DISPLAY_WIDTH ? DISPLAY_WIDTH : columns;
    text_putf(&numbers, "%d/%d  %d%%", done, c->total, c->total ? (int)((double)done * 100 / c->total) : 0);
    if (c->eta >= 1 && columns >= 36) {
        text_puts(&numbers, "  ETA ");
        put_duration(&numbers, c->eta);
    }
    if (columns >= 50) {
        room -= terminal_put(frame, display.title, room / 4) + 1;
        text_puts(frame, " ");
    }
    if (room >= numbers.length + 7) {
        put_bar(frame, c, room - numbers.length - 1);
        text_puts(frame, " ");
    }
    terminal_put(frame, numbers.data, room);
    end_line(frame);
    text_free(&numbers);
}

/* "4 running, 113 left, 117 finished, 6 failed, 1:02:03 elapsed", as far as it fits. */
static void put_counts(text *frame, const display_counts *c, size_t columns) {
    static const char *const words[] = {"running", "left", "finished", "failed", "recorded before", "elapsed"};
    static const sheet_color colors[6] = {SHEET_PLAIN, SHEET_PLAIN, SHEET_GREEN, SHEET_RED};
    int counts[] = {c->running, 0, c->finished, c->failed, c->recorded, 0}, i;
    text word = {NULL, 0, 0};
    size_t used = 0;
    counts[1] = c->total - c->finished - c->failed - c->recorded - c->running;
    for (i = 0; i < 6; i++) {
        if ((i == 3 || i == 4) && !counts[i]) continue;
        text_clear(&word);
        text_puts(&word, used ? ", " : "");
        if (i < 5) text_putf(&word, "%d", counts[i]);
        else put_duration(&word, display_elapsed());
        text_putf(&word, " %s", words[i]);
        if ((used += word.length) > columns) break;
        if (counts[i]) put_color(frame, colors[i]);
        text_puts(frame, word.data);
        if (counts[i]) put_color(frame, SHEET_PLAIN);
    }
    end_line(frame);
    text_free(&word);
}

/* Sets the tail to the last line of a file that is not blank. */
static void read_tail(const char *path, char *tail, size_t size) {
    char bytes[4096 + 1], *line;
    struct stat st;
    ssize_t got = 0;
    size_t n = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        got = pread(fd, bytes, sizeof bytes - 1, st.st_size > 4096 ? st.st_size - 4096 : 0);
    close(fd);
    while (got > 0 && strchr(" \t\r\n", bytes[got - 1])) got--;
    if (got <= 0) return;
    bytes[got] = 0;
    for (line = bytes + got; line > bytes && line[-1] != '\n' && line[-1] != '\r'; line--) {}
    for (; line < bytes + got && n + 1 < size; line++) {
        unsigned char c = (unsigned char)*line;
        if (c == 033 && line[1] == '[') line += 2 + strspn(line + 2, "0123456789;?"); /* a color, say */
        else if (c == '\t' || (c >= 0x20 && c != 0x7f)) tail[n++] = c == '\t' ? ' ' : (char)c;
    }
    tail[n] = 0;
}

/* Reads the tail of the log or console file that the run wrote last; of those written at the same time, not of
   console.txt, where gem5 only names its logs. */
static void check_run(display_run *r) {
    DIR *dir = opendir(r->run->outdir);
    struct dirent *entry;
    double newest = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        const char *file = entry->d_name;
        char *path = text_join(r->run->outdir, file);
        struct stat st;
        if ((text_same(file, "simout") || text_same(file, "simout.txt") || text_same(file, "console.txt") ||
             text_ends(file, ".device") || text_ends(file, ".terminal")) && stat(path, &st) == 0 && st.st_size > 0) {
            double written = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec * 1e-9;
            if (written > newest || (written == newest && !text_same(file, "console.txt")))
                read_tail(path, r->tail, sizeof r->tail), newest = written;
        }
        free(path);
    }
    if (dir) closedir(dir);
    r->checked = when_monotonic();
}

/* "  1:02:03  boot/kvm/8/init  [    0.731402] hda: max request size: 128KiB" */
static void put_runs(text *frame, size_t columns, size_t count) {
    size_t most = columns >= 50 ? (columns - 11) / 2 : columns > 11 ? columns - 11 : 0, widest = 0, width, i;
    text line = {NULL, 0, 0}, elapsed = {NULL, 0, 0};
    for (i = 0; i < count; i++) {
        width = terminal_width(display.runs[i].label);
        if (width > widest) widest = width < most ? width : most;
    }
    for (i = 0; i < count; i++) {
        display_run *r = &display.runs[i];
        if (when_monotonic() - r->checked >= 1) check_run(r);
        text_clear(&elapsed);
        put_duration(&elapsed, when_monotonic() - r->begun);
        text_clear(&line);
        text_putf(&line, "%9s  ", elapsed.data);
        width = terminal_put_end(&line, r->label, widest);
        text_putf(&line, "%*s", (int)(widest - width), "");
        width = terminal_put(frame, line.data, columns);
        if (*r->tail && width + 10 < columns) {
            text_puts(frame, "  ");
            put_color(frame, SHEET_DIM);
            terminal_put(frame, r->tail, columns - width - 2);
            put_color(frame, SHEET_PLAIN);
        }
        end_line(frame);
    }
    text_free(&line);
    text_free(&elapsed);
}

static void compose(text *frame, const display_counts *c) {
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    int rows = known && size.ws_row > 0 ? size.ws_row : 24, runs = DISPLAY_RUNS;
    int width = terminal_columns(STDOUT_FILENO); /* $COLUMNS, but no more than there are: lines must not wrap */
    size_t columns;
    if (known && size.ws_col > 0 && size.ws_col < width) width = size.ws_col;
    columns = width > 5 ? (size_t)width - 1 : 4; /* the last column moves the cursor in some terminals */
    text_clear(frame);
    display.lines = 0;
    put_head(frame, c, columns);
    if (rows > 5) put_counts(frame, c, columns);
    if (c->note && rows > 6) {
        put_color(frame, SHEET_YELLOW);
        terminal_put(frame, c->note, columns);
        put_color(frame, SHEET_PLAIN);
        end_line(frame);
    }
    if (runs > rows / 3) runs = rows / 3;
    if (runs > rows - 1 - display.lines) runs = rows - 1 - display.lines;
    if (runs < 0) runs = 0;
    put_runs(frame, columns, (size_t)runs < display.run_count ? (size_t)runs : display.run_count);
    text_cut(frame, frame->length - 1); /* the last line end */
}

/* ---- drawing */

int display_due(void) {
    double left = display.drawn + DISPLAY_MS / 1e3 - when_monotonic();
    if (!display_live) return display.output.length ? DISPLAY_MS : -1;
    if (display_resized && in_foreground()) return 0;
    return left > 0 ? (int)(left * 1e3) + 1 : 0;
}

void display_draw(const display_counts *c, bool now) {
    text spare;
    bool afresh;
    write_output(false);
    if (!display_live || display.output.length || (!now && display_due() > 0)) return;
    display.drawn = when_monotonic();
    if (!in_foreground()) {
        display_resized = 1;
        return;
    }
    if (display_resized) set_echo(false);
    afresh = display.said.length || display_resized || !display.last.length;
    display_resized = 0;
    compose(&display.frame, c);
    if (!afresh && text_same(display.frame.data, display.last.data)) return;
    text_puts(&display.output, afresh ? "\033[?2026h" DISPLAY_ERASE : "\033[?2026h\r");
    text_put(&display.output, display.said.data, display.said.length);
    text_puts(&display.output, DISPLAY_NO_WRAP);
    text_put(&display.output, display.frame.data, display.frame.length);
    text_puts(&display.output, "\033[J\r");
    if (display.lines > 1) text_putf(&display.output, "\033[%dA", display.lines - 1);
    text_puts(&display.output, DISPLAY_WRAP "\033[?2026l");
    text_clear(&display.said);
    spare = display.last, display.last = display.frame, display.frame = spare;
    write_output(false);
}

void display_say(sheet_color color, const char *format, ...) {
    text *out = display_live ? &display.said : &display.output;
    va_list arguments;
    if (color) put_color(out, color);
    va_start(arguments, format);
    terminal_vputf(out, format, arguments);
    va_end(arguments);
    if (color) put_color(out, SHEET_PLAIN);
    text_puts(out, "\n");
    if (!display_live) write_output(false);
}

void display_end(void) {
    if (!display_live) return;
    if (display.last.length && in_foreground()) text_puts(&display.output, DISPLAY_ERASE);
    text_put(&display.output, display.said.data, display.said.length);
    text_clear(&display.said);
    write_output(false);
    set_echo(true);
    display_live = false;
}

void display_finish(void) {
    write_output(true);
    if (display.error == EPIPE) exit(tool_failed);
    if (display.error) die(EXIT_FAILED, "cannot write to standard output: %s", strerror(display.error));
}

/* ---- active runs */

void display_add_run(const gem5art_run *run, const char *label) {
    display_run *r;
    display.runs = (display_run *)text_room(display.runs, display.run_count, sizeof *display.runs);
    r = &display.runs[display.run_count++];
    memset(r, 0, sizeof *r);
    r->run = run;
    r->label = text_copy(label);
    r->begun = when_monotonic();
}

void display_remove_run(const gem5art_run *run) {
    size_t i;
    for (i = 0; i < display.run_count && display.runs[i].run != run; i++) {}
    if (i == display.run_count) return;
    free(display.runs[i].label);
    memmove(&display.runs[i], &display.runs[i + 1], (--display.run_count - i) * sizeof *display.runs);
}
