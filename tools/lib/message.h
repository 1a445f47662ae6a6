/* message.h - what a tool prints: lines on stderr, text on stdout, both safe for terminals; and how it ends.

   Names and files may hold any bytes: in a formatted line, control characters are escaped. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "gem5art.h"

#include "text.h"

extern const char *message_usage; /* printed before the message of an EXIT_MISUSE; NULL: nothing */

/* One line on stderr: "gem5art-NAME: …". die then ends the tool; EXIT_FAILED stands for tool_failed. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...); /* "gem5art-NAME: warning: …" */
__attribute__((format(printf, 2, 3), noreturn)) void die(int status, const char *format, ...);
__attribute__((noreturn)) void die_of(const gem5art_error *error); /* its message, EXIT_FAILED */

/* Callbacks for gem5art_open_desc. message_damaged warns once of each place, up to ten; the tool's status is 1 then. */
void message_warn(const char *message, void *user_data);
void message_damaged(const char *message, void *user_data);

/* On stdout. If it cannot be written the tool ends: in silence when its reader has gone, as `head` does. */
extern bool print_goes_on; /* instead, the tool does its work first: finish reports it */
void print(const char *bytes, size_t length); /* as they are */
__attribute__((format(printf, 1, 2))) void print_line(const char *format, ...);
void print_flush(void); /* nothing of it waits in this process then */
void print_json(gem5art_json_writer *writer); /* all that it has, made safe, and a line end */

/* Closes stdout; returns the exit status. */
int finish(bool ok);

#endif
