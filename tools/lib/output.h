/* output.h - output to a file, whole or not at all; or to stdout, as it comes. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "gem5art.h"

#include <stdio.h>

#include "text.h"

enum { OUTPUT_BUFFER = 262144 };

typedef struct output {
    FILE *file;
    char *name, *temporary; /* temporary: NULL if it is written in place (stdout, a device, a pipe) */
} output;

/* `name` "-" is stdout. It must not replace the store that it is made of. Every failure ends the tool; a tool that ends
   before output_finish leaves no file. There is one output at a time. */
output output_create(const char *name, const gem5art_db *db);
void output_write(output *out, const char *bytes, size_t length);
void output_json(output *out, gem5art_json_writer *writer); /* all that it has */
void output_finish(output *out); /* gives the file its name */

#endif
