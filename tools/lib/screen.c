/* screen.c - see screen.h */

#include "screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static bool keys; /* stdin is a terminal */
static volatile sig_atomic_t stopped, resized, ended; /* ended: by which signal */

static void note_signal(int number) {
    if (number == SIGTSTP) stopped = 1;
    else if (number == SIGWINCH) resized = 1;
    else ended = number;
}

void screen_write(const text *drawing) {
    bool ok = fwrite(drawing->data, 1, drawing->length, stdout) == drawing->length;
    if (fflush(stdout) != 0 || !ok) exit(EXIT_FAILED); /* the terminal is gone */
}

/* Enters or leaves the other screen. On it, keys are read without Enter, and a read waits at most 0.1 s. */
static void set_screen(bool on) {
    static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
    static const char leave[] = "\033[H\033[J\033[?7h\033[?25h\033[?1049l"; /* cleared: tmux keeps it after a resize */
    static struct termios cooked;
    struct termios raw;
    text codes = {0};
    if (on) keys = tcgetattr(STDIN_FILENO, &cooked) == 0;
    raw = cooked;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0, raw.c_cc[VTIME] = 1;
    text_puts(&codes, on ? enter : leave);
    screen_write(&codes);
    text_free(&codes);
    if (keys) tcsetattr(STDIN_FILENO, TCSADRAIN, on ? &raw : &cooked);
}

void screen_begin(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
    struct sigaction action;
    size_t i;
    setvbuf(stdout, NULL, _IOFBF, 65536); /* a drawing is one write: nothing flickers */
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
    set_screen(true);
}

size_t screen_rows(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24;
}

screen_event screen_wait(void) {
    const struct timespec tenth = {0, 100000000};
    char key = 0;
    bool quit;
    if (!keys) nanosleep(&tenth, NULL);
    quit = keys && (read(STDIN_FILENO, &key, 1) < 0 || key == 'q' || key == 'Q');
    if (quit || ended) return SCREEN_QUIT;
    if (stopped) {
        set_screen(false);
        raise(SIGSTOP);
        stopped = 0;
        set_screen(true);
        return SCREEN_REDRAW;
    }
    if (!resized) return SCREEN_NOTHING;
    resized = 0;
    return SCREEN_REDRAW;
}

int screen_end(void) {
    set_screen(false);
    if (!ended || ended == SIGINT) return EXIT_DONE;
    signal(ended, SIG_DFL);
    raise(ended);
    return EXIT_FAILED;
}
