/* display.h - what gem5art-run shows while its runs go on: on a terminal a few lines that are redrawn, below those that
   stay; elsewhere only lines that stay.

   A frame is one write, and leaves the cursor where the frame begins: however the terminal breaks lines anew when its
   size changes, the next frame goes over this one. A thread of its own writes, so that no terminal that was halted and
   no pipe that is full keeps the runs from being watched over. A process of its own waits for the end of this one, to
   give the terminal back its cursor and its echo even after a kill -9. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include "tool.h"

#include <termios.h>

enum {
    DISPLAY_MS = 250,   /* between frames */
    DISPLAY_RUNS = 8,   /* shown at most */
    DISPLAY_TAIL = 256, /* bytes of the last line of each */
    DISPLAY_WIDTH = 99  /* columns of the bar's line, at most */
};

/* What a frame tells. */
typedef struct display_counts {
    int total, finished, failed, recorded, running, left;
    double eta;            /* seconds; negative: not known */
    const char *note;      /* a line of its own; NULL: none */
} display_counts;

/* A run that goes on. */
typedef struct display_run {
    const gem5art_run *run;
    char *label, *outdir;
    double begun, looked;  /* monotonic; looked: when its files were */
    char tail[DISPLAY_TAIL]; /* the last line that it wrote */
} display_run;

static struct {
    const char *title;
    bool live, color, utf8;
    bool shown;            /* a frame is on the screen */
    double begun, drawn;   /* monotonic */
    display_run *runs;     /* the longest-running first */
    size_t run_count, run_room;
    gem5art__buf said;     /* lines that are to stay, with the next frame */
    gem5art__buf frame, last;
    int lines;             /* of `frame` */
    struct termios terminal; /* as it was */
    bool terminal_saved;
    int guard;             /* a pipe's end: its closing tells the guard of our end */
    pid_t guard_pid;
} display;

static volatile sig_atomic_t display_resized, display_stopped;
static volatile sig_atomic_t display_blocked; /* by what takes long: nobody draws */

/* ---- output */

static struct {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    gem5art__buf waiting;
    bool started, writing, over;
    int error;             /* an errno; 0: none */
} display_output = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Returns 0 or an errno. */
static int display_put(const char *data, size_t length) {
    while (length) {
        struct pollfd fd;
        ssize_t n = write(STDOUT_FILENO, data, length);
        if (n > 0) data += n, length -= (size_t)n;
        if (n >= 0 || errno == EINTR) continue;
        if (errno != EAGAIN) return errno;
        fd.fd = STDOUT_FILENO;
        fd.events = POLLOUT;
        poll(&fd, 1, -1);
    }
    return 0;
}

static void *display_writer(void *unused) {
    (void)unused;
    pthread_mutex_lock(&display_output.mutex);
    for (;;) {
        gem5art__buf taken;
        int error;
        while (!display_output.waiting.length && !display_output.over)
            pthread_cond_wait(&display_output.changed, &display_output.mutex);
        if (!display_output.waiting.length) break;
        taken = display_output.waiting;
        memset(&display_output.waiting, 0, sizeof display_output.waiting);
        display_output.writing = true;
        pthread_mutex_unlock(&display_output.mutex);
        error = display_output.error ? 0 : display_put(taken.data, taken.length);
        gem5art__buf_free(&taken);
        pthread_mutex_lock(&display_output.mutex);
        display_output.writing = false;
        if (error) display_output.error = error;
        pthread_cond_broadcast(&display_output.changed);
    }
    pthread_mutex_unlock(&display_output.mutex);
    return NULL;
}

static void display_write(gem5art__buf *text) {
    pthread_mutex_lock(&display_output.mutex);
    gem5art__put(&display_output.waiting, text->data, text->length);
    pthread_cond_broadcast(&display_output.changed);
    pthread_mutex_unlock(&display_output.mutex);
    text->length = 0;
}

static bool display_is_busy(void) {
    bool busy;
    pthread_mutex_lock(&display_output.mutex);
    busy = display_output.waiting.length || display_output.writing;
    pthread_mutex_unlock(&display_output.mutex);
    return busy;
}

static void display_start_output(void) {
    sigset_t all, before;
    int error;
    sigfillset(&all); /* signals are the main thread's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&display_output.thread, NULL, display_writer, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) tool_exit(TOOL_FAILED, "cannot start a thread: %s", strerror(error));
    display_output.started = true;
}

/* ---- the terminal */

static bool display_in_foreground(void) {
    pid_t group = tcgetpgrp(STDOUT_FILENO);
    return group < 0 || group == getpgrp();
}

static void display_restore_terminal(void) {
    if (display.terminal_saved && display_in_foreground())
        tcsetattr(STDOUT_FILENO, TCSANOW, &display.terminal);
}

/* What is typed must not move the cursor. */
static void display_take_terminal(void) {
    struct termios own = display.terminal;
    own.c_lflag &= ~(tcflag_t)ECHO;
    if (display.terminal_saved && display_in_foreground()) tcsetattr(STDOUT_FILENO, TCSANOW, &own);
}

/* From the line's begin to the screen's end, but not in one go: at the screen's first place tmux would take that for an
   order to put all of the screen into its history. */
#define DISPLAY_ERASE "\r\033[K\033[C\033[J\r"

/* The process that waits for our end. Had we no time to clean up, it does, unless somebody else has set the terminal
   by then, such as a shell. */
static void display_guard(int fd) {
    static const char clean[] = "\033[?25h\033[J"; /* a shell may have written its prompt already */
    const int ignored[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
    struct termios now, own = display.terminal;
    size_t i;
    char byte;
    ssize_t n;
    for (i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
    setpgid(0, 0);
    do n = read(fd, &byte, 1); while (n < 0 && errno == EINTR);
    if (n != 0) _exit(0);
    own.c_lflag &= ~(tcflag_t)ECHO;
    if (display.terminal_saved && tcgetattr(STDOUT_FILENO, &now) == 0 && now.c_lflag == own.c_lflag)
        tcsetattr(STDOUT_FILENO, TCSANOW, &display.terminal);
    if (write(STDOUT_FILENO, clean, sizeof clean - 1) < 0) _exit(1);
    _exit(0);
}

static void display_start_guard(void) {
    int fds[2];
    if (pipe(fds) < 0) return;
    display.guard_pid = fork();
    if (display.guard_pid == 0) {
        close(fds[1]);
        display_guard(fds[0]);
    }
    close(fds[0]);
    if (display.guard_pid < 0) close(fds[1]);
    else display.guard = fds[1];
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
}

static void display_end_guard(void) {
    if (display.guard_pid <= 0) return;
    if (write(display.guard, "x", 1) < 0) kill(display.guard_pid, SIGKILL);
    close(display.guard);
    while (waitpid(display.guard_pid, NULL, 0) < 0 && errno == EINTR) {}
    display.guard_pid = 0;
}

/* While the loop cannot come to display_stop, all of it is done here. */
static void display_on_signal(int number) {
    static const char erase[] = "\r\033[J\033[?25h";
    int kept = errno;
    if (number != SIGTSTP) display_resized = 1;
    else if (!display_blocked) display_stopped = 1;
    else {
        if (display_in_foreground() && write(STDOUT_FILENO, erase, sizeof erase - 1) > 0) display_restore_terminal();
        raise(SIGSTOP);
        display_resized = 1;
    }
    errno = kept;
}

static void display_handle(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = display_on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/* ---- frames */

static int display_rows(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

/* A terminal without UTF-8 gets none of its letters. */
static void display_to_ascii(gem5art__buf *text, size_t from) {
    size_t to = from, bytes, columns;
    for (; from < text->length; from += bytes) {
        bytes = 1;
        if ((unsigned char)text->data[from] < 0x80 || !tool_character(text->data + from, &bytes, &columns)) {
            text->data[to++] = text->data[from];
            continue;
        }
        for (; columns; columns--) text->data[to++] = '?';
    }
    text->length = to;
}

static const char *const display_colors[] = {"\033[0m", "\033[31m", "\033[32m", "\033[33m", "\033[2m"};
typedef enum display_color { PLAIN, RED, GREEN, YELLOW, DIM } display_color;

static void display_put_color(gem5art__buf *out, display_color color) {
    if (display.color) gem5art__puts(out, display_colors[color]);
}

/* Of a text that is too wide the end, which is where labels differ. */
static size_t display_put_end(gem5art__buf *out, const char *text, size_t columns) {
    size_t width = tool_width(text), bytes, one;
    if (width <= columns) return tool_put_text(out, text, columns);
    for (; *text && width >= columns; text += bytes) {
        tool_character(text, &bytes, &one);
        width = tool_width(text + bytes);
    }
    if (!columns) return 0;
    gem5art__puts(out, tool_ellipsis());
    return 1 + tool_put_text(out, text, columns - 1);
}

/* "12 s": without the tenths, which would change all the time. */
static void display_put_duration(gem5art__buf *out, double seconds) {
    if (seconds < 60) gem5art__putf(out, "%d s", seconds > 0 ? (int)seconds : 0);
    else tool_put_duration(out, seconds);
}

static void display_put_spaces(gem5art__buf *out, size_t count) { gem5art__putf(out, "%*s", (int)count, ""); }

/* What of a line is there already goes to the terminal as the next line of the frame. */
static void display_next_line(gem5art__buf *line) {
    if (display.lines++) gem5art__puts(&display.frame, "\n");
    gem5art__put(&display.frame, line->data, line->length);
    gem5art__puts(&display.frame, "\033[K");
    line->length = 0;
}

/* Eighths of a column are what the bar is made of, as far as the letters go. */
static void display_put_bar(gem5art__buf *out, const display_counts *c, size_t columns) {
    static const char *const eighths[] = {"", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
                                          "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89"};
    const char *full = display.utf8 ? "\xe2\x96\x88" : "#";
    size_t inside = columns - 2, units = inside * 8, total = c->total > 0 ? (size_t)c->total : 1;
    size_t done = units * (size_t)(c->finished + c->failed + c->recorded) / total;
    size_t red = c->failed ? (inside * (size_t)c->failed + total - 1) / total : 0, i;
    gem5art__puts(out, display.utf8 ? "\xe2\x96\x95" : "[");
    display_put_color(out, GREEN);
    for (i = 0; i < done / 8; i++) {
        if (i + red == done / 8) display_put_color(out, RED);
        gem5art__puts(out, full);
    }
    if (display.utf8 && done % 8) gem5art__puts(out, eighths[done % 8]), i++;
    display_put_color(out, PLAIN);
    for (; i < inside; i++) gem5art__puts(out, display.utf8 ? " " : ".");
    gem5art__puts(out, display.utf8 ? "\xe2\x96\x8f" : "]");
}

/* "boot-tests [#####.......] 123/240  51%  ETA 3:12:04" */
static void display_put_head(gem5art__buf *line, const display_counts *c, size_t columns) {
    gem5art__buf numbers = {NULL, 0, 0, false};
    int done = c->finished + c->failed + c->recorded;
    size_t title = columns >= 50 ? tool_width(display.title) : 0, room;
    gem5art__putf(&numbers, "%d/%d  %d%%", done, c->total, c->total ? (int)((double)done * 100 / c->total) : 0);
    if (c->eta >= 1 && columns >= 36) {
        gem5art__puts(&numbers, "  ETA ");
        display_put_duration(&numbers, c->eta);
    }
    if (title > columns / 4) title = columns / 4;
    if (title) tool_put_text(line, display.title, title), gem5art__puts(line, " ");
    room = columns - (title ? title + 1 : 0);
    if (room >= numbers.length + 7) {
        display_put_bar(line, c, room - numbers.length - 1);
        gem5art__puts(line, " ");
    }
    tool_put_text(line, numbers.data ? numbers.data : "", room);
    gem5art__buf_free(&numbers);
    display_next_line(line);
}

/* "4 running, 113 left, 117 finished, 6 failed, 1:02:03 elapsed", on as many lines as it takes. */
static void display_put_counts(gem5art__buf *line, const display_counts *c, size_t columns) {
    const struct part {
        int count;
        const char *name;
        display_color color;
        bool always;
    } parts[] = {{c->running, "running", PLAIN, true},
                 {c->left, "left", PLAIN, true},
                 {c->finished, "finished", GREEN, true},
                 {c->failed, "failed", RED, false},
                 {c->recorded, "recorded before", PLAIN, false},
                 {0, "elapsed", PLAIN, true}};
    const size_t count = sizeof parts / sizeof *parts;
    gem5art__buf text = {NULL, 0, 0, false};
    size_t i, used = 0;
    for (i = 0; i < count; i++) {
        if (!parts[i].count && !parts[i].always) continue;
        text.length = 0;
        if (i + 1 < count) gem5art__putf(&text, "%d", parts[i].count);
        else display_put_duration(&text, gem5art__monotonic() - display.begun);
        gem5art__putf(&text, " %s", parts[i].name);
        if (used && used + 3 + text.length > columns) {
            gem5art__puts(line, ",");
            display_next_line(line);
            used = 0;
        }
        if (used) gem5art__puts(line, ", "), used += 2;
        if (parts[i].count) display_put_color(line, parts[i].color);
        used += tool_put_text(line, text.data ? text.data : "", columns);
        if (parts[i].count) display_put_color(line, PLAIN);
    }
    gem5art__buf_free(&text);
    display_next_line(line);
}

/* ---- what goes on in a run: the last line of what it wrote last */

/* simout(.txt), a terminal, or what it says before it redirects that. */
static bool display_tells(const char *name) {
    return strcmp(name, "simout") == 0 || strcmp(name, "simout.txt") == 0 || strcmp(name, "console.txt") == 0 ||
           gem5art__ends_with(name, ".device") || gem5art__ends_with(name, ".terminal");
}

/* The last bytes of a file, as many as there is room for, and a NUL behind them; 0 where there are none. */
static size_t display_read_tail(const char *path, char *tail, size_t room) {
    struct stat st;
    size_t got = 0;
    int fd = gem5art__open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0) return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        off_t from = st.st_size > (off_t)room ? st.st_size - (off_t)room : 0;
        if (!gem5art__read_at(fd, tail, room, from, &got)) got = 0;
    }
    gem5art__close(fd);
    tail[got] = 0;
    return got;
}

/* Into `line`, which has DISPLAY_TAIL bytes, without what a terminal would obey; it stays where there is none. */
static void display_last_line(const char *path, char *line) {
    char tail[4096 + 1];
    size_t got = display_read_tail(path, tail, sizeof tail - 1), begin, n = 0;
    while (got && gem5art__is_space((unsigned char)tail[got - 1])) got--;
    if (!got) return;
    tail[got] = 0;
    for (begin = got; begin && tail[begin - 1] != '\n' && tail[begin - 1] != '\r'; begin--) {}
    for (; begin < got && n + 1 < (size_t)DISPLAY_TAIL; begin++) {
        unsigned char c = (unsigned char)tail[begin];
        if (c == 033 && tail[begin + 1] == '[') {
            begin += 2 + strspn(tail + begin + 2, "0123456789;?");
            continue;
        }
        if (c >= 0x20 && c != 0x7f) line[n++] = (char)c;
        else if (c == '\t') line[n++] = ' ';
    }
    line[n] = 0;
}

static void display_look(display_run *r, double now) {
    gem5art__buf path = {NULL, 0, 0, false};
    DIR *dir = opendir(r->outdir);
    struct dirent *entry;
    double newest = 0;
    struct stat st;
    while (dir && (entry = readdir(dir)) != NULL) {
        double written;
        if (!display_tells(entry->d_name)) continue;
        path.length = 0;
        gem5art__putf(&path, "%s/%s", r->outdir, entry->d_name);
        if (path.failed || stat(path.data, &st) < 0 || st.st_size == 0) continue;
        written = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec * 1e-9;
        if (written < newest) continue;
        newest = written;
        display_last_line(path.data, r->tail);
    }
    if (dir) closedir(dir);
    gem5art__buf_free(&path);
    r->looked = now;
}

/* "  1:02:03  boot/kvm/8/init  [    0.731402] hda: max request size: 128KiB" */
static void display_put_run(gem5art__buf *line, display_run *r, size_t label, size_t columns, double now) {
    gem5art__buf elapsed = {NULL, 0, 0, false};
    size_t used, width;
    if (now - r->looked >= 1) display_look(r, now);
    display_put_duration(&elapsed, now - r->begun);
    display_put_spaces(line, elapsed.length < 9 ? 9 - elapsed.length : 0);
    used = tool_put_text(line, elapsed.data ? elapsed.data : "", columns) + 2;
    if (used < 11) used = 11;
    gem5art__buf_free(&elapsed);
    if (used < columns) {
        if (label > columns - used) label = columns - used;
        gem5art__puts(line, "  ");
        width = display_put_end(line, r->label, label);
        used += label + 2;
        if (*r->tail && used + 8 < columns) {
            display_put_spaces(line, label - width + 2);
            display_put_color(line, DIM);
            tool_put_text(line, r->tail, columns - used);
            display_put_color(line, PLAIN);
        }
    }
    display_next_line(line);
}

static void display_put_runs(gem5art__buf *line, size_t columns, int rows, double now) {
    size_t i, count = display.run_count, label = 0;
    const size_t most = columns >= 50 ? (columns - 11) / 2 : columns;
    if (rows > DISPLAY_RUNS) rows = DISPLAY_RUNS;
    if (count > (size_t)(rows > 0 ? rows : 0)) count = (size_t)(rows > 0 ? rows : 0);
    for (i = 0; i < count; i++) {
        size_t width = tool_width(display.runs[i].label);
        if (width > label) label = width;
    }
    if (label > most) label = most;
    for (i = 0; i < count; i++) display_put_run(line, &display.runs[i], label, columns, now);
}

/* ---- drawing */

static void display_compose(const display_counts *c) {
    gem5art__buf line = {NULL, 0, 0, false};
    int rows = display_rows(), width = tool_columns(STDOUT_FILENO);
    size_t columns = width > 4 ? (size_t)width - 1 : 4; /* not the last one: cursors behave there in many ways */
    double now = gem5art__monotonic();
    display.frame.length = 0;
    display.lines = 0;
    display_put_head(&line, c, columns < DISPLAY_WIDTH ? columns : DISPLAY_WIDTH);
    if (rows > 5) display_put_counts(&line, c, columns);
    if (c->note && rows > 6) {
        display_put_color(&line, YELLOW);
        tool_put_text(&line, c->note, columns);
        display_put_color(&line, PLAIN);
        display_next_line(&line);
    }
    display_put_runs(&line, columns, rows / 3 < rows - 1 - display.lines ? rows / 3 : rows - 1 - display.lines, now);
    gem5art__buf_free(&line);
    if (!display.utf8) display_to_ascii(&display.frame, 0);
}

/* One frame, unless nothing has changed or the last one is still on its way. */
static void display_draw(const display_counts *c) {
    gem5art__buf out = {NULL, 0, 0, false}, other;
    bool afresh;
    if (!display.live || display_is_busy()) return;
    display.drawn = gem5art__monotonic();
    if (!display_in_foreground()) {
        display_resized = 1; /* it must be taken again */
        return;
    }
    if (display_resized) display_take_terminal();
    afresh = display.said.length || display_resized || !display.shown;
    display_resized = 0;
    display_compose(c);
    if (!afresh && display.frame.length == display.last.length &&
        memcmp(display.frame.data, display.last.data, display.last.length) == 0)
        return;
    gem5art__puts(&out, "\033[?2026h\033[?25l\r");
    if (afresh) gem5art__puts(&out, DISPLAY_ERASE);
    gem5art__put(&out, display.said.data, display.said.length);
    gem5art__put(&out, display.frame.data, display.frame.length);
    gem5art__puts(&out, "\033[J\r");
    if (display.lines > 1) gem5art__putf(&out, "\033[%dA", display.lines - 1);
    gem5art__puts(&out, "\033[?2026l");
    display_write(&out);
    gem5art__buf_free(&out);
    display.said.length = 0;
    display.shown = true;
    other = display.last, display.last = display.frame, display.frame = other;
}

/* The next frame is due at once. */
static void display_want_frame(void) { display.drawn = gem5art__monotonic() - DISPLAY_MS / 1e3; }

/* Milliseconds until the next frame; -1: there is none. */
static int display_due(void) {
    double left = display.drawn + DISPLAY_MS / 1e3 - gem5art__monotonic();
    if (!display.live) return -1;
    if (display_stopped || (display_resized && display_in_foreground())) return 0;
    return left > 0 ? (int)(left * 1e3) + 1 : 0;
}

/* A line that stays: on a terminal with the next frame. */
__attribute__((format(printf, 2, 3))) static void display_say(display_color color, const char *format, ...) {
    gem5art__buf text = {NULL, 0, 0, false};
    size_t from = display.said.length;
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&text, format, arguments);
    va_end(arguments);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    display_put_color(&display.said, color);
    tool_put_text(&display.said, text.data, SIZE_MAX);
    gem5art__buf_free(&text);
    if (color != PLAIN) display_put_color(&display.said, PLAIN);
    gem5art__puts(&display.said, "\n");
    if (display.live && !display.utf8) display_to_ascii(&display.said, from);
    if (!display.live) display_write(&display.said);
}

/* Takes the frame away, and puts the terminal back. */
static void display_hide(void) {
    if (!display.live) return;
    if (display.shown) gem5art__puts(&display.said, "\033[?25h");
    if (display.shown && display_in_foreground()) {
        gem5art__buf out = {NULL, 0, 0, false};
        gem5art__puts(&out, DISPLAY_ERASE);
        gem5art__put(&out, display.said.data, display.said.length);
        display_write(&out);
        gem5art__buf_free(&out);
    } else display_write(&display.said);
    display.said.length = 0;
    display.shown = false;
    display_restore_terminal();
}

/* Ctrl-Z: the runs go on, only we are stopped. */
static void display_stop(void) {
    int waits;
    display_stopped = 0;
    display_hide();
    for (waits = 0; waits < 1000 && display_is_busy(); waits++) poll(NULL, 0, 1);
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    display_handle(SIGTSTP);
    display_resized = 1;
}

/* For exits on the way, by tool_exit. */
static void display_leave(void) {
    static const char erase[] = DISPLAY_ERASE "\033[?25h";
    if (display.live) display_restore_terminal();
    if (display.shown) display_put(erase, sizeof erase - 1);
    display_end_guard();
}

/* Before a pool is there and a store is open: what it forks must not have those. */
static void display_begin(const char *title, const char *color) {
    const char *term = getenv("TERM");
    display.title = title;
    display.color = tool_use_color(color, stdout);
    display.live = isatty(STDOUT_FILENO) && !gem5art__empty(term) && strcmp(term, "dumb") != 0;
    display.utf8 = tool_utf8();
    display.begun = gem5art__monotonic();
    if (display.live) {
        display.terminal_saved = tcgetattr(STDOUT_FILENO, &display.terminal) == 0;
        display_start_guard();
        display_take_terminal();
        display_handle(SIGWINCH);
        display_handle(SIGCONT);
        display_handle(SIGTSTP);
        atexit(display_leave);
    }
    display_start_output();
}

/* No more frames; lines can still be said. */
static void display_end(void) {
    display_hide();
    if (display.live) display_end_guard();
    display.live = false;
}

/* Waits until all is written; false with errno where it could not be. */
static bool display_flush(void) {
    if (!display_output.started) return true;
    pthread_mutex_lock(&display_output.mutex);
    display_output.over = true;
    pthread_cond_broadcast(&display_output.changed);
    pthread_mutex_unlock(&display_output.mutex);
    pthread_join(display_output.thread, NULL);
    display_output.started = false;
    errno = display_output.error;
    return display_output.error == 0;
}

/* ---- the runs that go on */

static void display_add_run(const gem5art_run *run, const char *label) {
    display_run *r;
    if (display.run_count == display.run_room) {
        display.run_room = display.run_room ? 2 * display.run_room : 64;
        display.runs = (display_run *)realloc(display.runs, display.run_room * sizeof *display.runs);
        if (!display.runs) tool_exit(TOOL_FAILED, "out of memory");
    }
    r = &display.runs[display.run_count++];
    memset(r, 0, sizeof *r);
    r->run = run;
    r->label = strdup(label);
    r->outdir = strdup(run->outdir); /* a further attempt has another one */
    if (!r->label || !r->outdir) tool_exit(TOOL_FAILED, "out of memory");
    r->begun = gem5art__monotonic();
}

static void display_remove_run(const gem5art_run *run) {
    size_t i = 0;
    while (i < display.run_count && display.runs[i].run != run) i++;
    if (i == display.run_count) return;
    free(display.runs[i].label);
    free(display.runs[i].outdir);
    memmove(&display.runs[i], &display.runs[i + 1], (--display.run_count - i) * sizeof *display.runs);
}

#endif
