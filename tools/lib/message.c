/* message.c - see message.h */

#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"

enum { MESSAGE_DAMAGES = 10 };

const char *message_usage;
bool print_goes_on;
static int message_output_error; /* errno of the first failed write to stdout; 0: none */
static char *message_damages[MESSAGE_DAMAGES]; /* those that were reported */
static bool message_damage_seen;

static void message_flush(void) {
    if (fflush(stdout) != 0 && !message_output_error) message_output_error = errno;
}

static void message_vsay(const char *kind, const char *format, va_list arguments) {
    text line = {NULL, 0, 0};
    terminal_vputf(&line, format, arguments);
    message_flush();
    fprintf(stderr, "%s: %s%s\n", tool_name, kind, text_string(&line));
    text_free(&line);
}

void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    message_vsay("", format, arguments);
    va_end(arguments);
}

void warn(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    message_vsay("warning: ", format, arguments);
    va_end(arguments);
}

void die(int status, const char *format, ...) {
    va_list arguments;
    message_flush();
    if (status == EXIT_MISUSE && message_usage) fputs(message_usage, stderr);
    va_start(arguments, format);
    message_vsay("", format, arguments);
    va_end(arguments);
    exit(status == EXIT_FAILED ? tool_failed : status);
}

void die_of(const gem5art_error *error) { die(EXIT_FAILED, "%s", error->message); }

void message_warn(const char *message, void *user_data) {
    (void)user_data;
    warn("%s", message);
}

void message_damaged(const char *message, void *user_data) {
    size_t i;
    (void)user_data;
    message_damage_seen = true;
    for (i = 0; i < MESSAGE_DAMAGES && message_damages[i]; i++)
        if (strcmp(message_damages[i], message) == 0) return;
    if (i == MESSAGE_DAMAGES) return;
    message_damages[i] = text_copy(message);
    warn("%s", message);
    if (i + 1 == MESSAGE_DAMAGES) warn("there may be more damage: gem5art-fsck lists all of it");
}

void print(const char *bytes, size_t length) {
    if (length && fwrite(bytes, 1, length, stdout) != length && !message_output_error) message_output_error = errno;
    if (message_output_error && !print_goes_on) exit(finish(false));
}

void print_flush(void) {
    message_flush();
    if (message_output_error) exit(finish(false));
}

void print_line(const char *format, ...) {
    text line = {NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    terminal_vputf(&line, format, arguments);
    va_end(arguments);
    text_puts(&line, "\n");
    print(line.data, line.length);
    text_free(&line);
}

void print_json(gem5art_json_writer *writer) {
    text out = {NULL, 0, 0};
    gem5art_error error;
    size_t length;
    const char *json = gem5art_json_take(writer, &length, &error);
    if (!json) die_of(&error);
    terminal_put_json(&out, json, length);
    text_puts(&out, "\n");
    print(out.data, out.length);
    text_free(&out);
}

int finish(bool ok) {
    message_flush();
    if (close(STDOUT_FILENO) < 0 && errno != EBADF && !message_output_error) message_output_error = errno;
    if (message_output_error == EPIPE) exit(tool_failed);
    if (message_output_error) die(EXIT_FAILED, "cannot write to standard output: %s", strerror(message_output_error));
    return ok && !message_damage_seen ? EXIT_DONE : tool_failed;
}
