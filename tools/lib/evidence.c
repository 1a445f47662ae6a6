/* evidence.c - see evidence.h */

#include "evidence.h"

#include <string.h>

#include "logs.h"
#include "terminal.h"

enum {
    EXCERPT_LAST = 10,   /* lines of a file without a panic */
    EXCERPT_BEFORE = 6,  /* lines before the panic, */
    EXCERPT_LINES = 21,  /* and with it and those after it */
    EXCERPT_BYTES = 4096, /* of a line; the rest of a longer one is the next */
    QUIET_TERMINALS = 2  /* that are shown without a panic */
};

static const char panic_text[] = "Kernel panic - not syncing";

typedef struct evidence {
    logs logs;
    text lines[EXCERPT_LINES]; /* of the file that was read last */
    size_t line_count;
    bool panicked;
} evidence;

/* ---- the lines of a file */

/* The next line, without its end; false: there is none. */
static bool read_line(FILE *file, text *line) {
    int c = EOF;
    text_clear(line);
    while (line->length < EXCERPT_BYTES && (c = getc_unlocked(file)) != EOF && c != '\n') {
        char byte = (char)c;
        if (byte) text_put(line, &byte, 1);
        else text_puts(line, "\\x00");
    }
    while (line->length && line->data[line->length - 1] == '\r') text_cut(line, line->length - 1);
    return c != EOF || line->length > 0;
}

/* Leaves the first lines out until `count` are left; their memory is used again. */
static void keep_last(evidence *e, size_t count) {
    while (e->line_count > count) {
        text first = e->lines[0];
        memmove(e->lines, e->lines + 1, (EXCERPT_LINES - 1) * sizeof *e->lines);
        e->lines[EXCERPT_LINES - 1] = first;
        e->line_count--;
    }
}

/* Reads the lines around the panic, or else the last ones, without empty ones. */
static void read_excerpt(evidence *e, FILE *file) {
    while (!e->panicked || e->line_count < EXCERPT_LINES) {
        text *line = &e->lines[e->line_count];
        if (!read_line(file, line)) return;
        if (!line->length) continue;
        e->line_count++;
        if (e->panicked) continue;
        e->panicked = strstr(line->data, panic_text) != NULL;
        keep_last(e, e->panicked ? EXCERPT_BEFORE + 1 : EXCERPT_LAST);
    }
}

/* Leaves the excerpt of a file in `e`; no lines if there are none or it cannot be read. */
static void read_file(evidence *e, const char *name) {
    program p;
    FILE *file = logs_open(&e->logs, name, &p);
    e->line_count = 0;
    e->panicked = false;
    if (!file) return;
    read_excerpt(e, file);
    logs_close(file, &p);
}

/* ---- excerpts */

static void show_excerpt(const evidence *e, sheet *s, const char *name) {
    enum { INDENT = 4, ROWS = 4 }; /* rows: of one line */
    size_t i, room = s->columns > INDENT ? s->columns - INDENT : 1;
    sheet_entry(s, name, "%s", e->panicked ? "around the panic:" : "the last lines:");
    for (i = 0; i < e->line_count; i++) {
        text line = {0};
        sheet_color color = strstr(e->lines[i].data, panic_text) ? SHEET_RED : SHEET_PLAIN;
        terminal_put(&line, e->lines[i].data, ROWS * room);
        sheet_skip_to(s, INDENT);
        if (color) sheet_set_color(s, color);
        sheet_words(s, text_string(&line));
        if (color) sheet_set_color(s, SHEET_PLAIN);
        sheet_end_line(s);
        text_free(&line);
    }
}

/* Shows excerpts of at most `most` files of a kind, or of those with a panic, the last names first. Returns whether
   there was one. */
static bool show_files(evidence *e, sheet *s, logs_kind kind, size_t most, bool panics) {
    size_t i, shown = 0;
    for (i = e->logs.count; i-- > 0 && shown < most;) {
        const struct logs_file *file = &e->logs.files[i];
        if (file->kind != kind) continue;
        read_file(e, file->name);
        if (panics ? !e->panicked : !e->line_count) continue;
        show_excerpt(e, s, file->name);
        shown++;
    }
    return shown > 0;
}

void evidence_show(sheet *s, const char *outdir, const char *const *archives) {
    evidence e = {0};
    text none = {NULL, 0, 0};
    size_t i;
    logs_find(&e.logs, outdir, archives);
    if (e.logs.count && e.logs.archive) sheet_entry(s, "read from", "%s", e.logs.archive);
    if (!show_files(&e, s, LOGS_TERMINAL, LOGS_MOST, true))
        show_files(&e, s, LOGS_TERMINAL, QUIET_TERMINALS, false);
    if (!show_files(&e, s, LOGS_SIMERR, 1, false)) show_files(&e, s, LOGS_CONSOLE, 1, false);
    if (!e.logs.count) logs_put_none(&none, &e.logs, outdir, archives);
    if (none.length) sheet_entry(s, "files", "%s", none.data);
    for (i = 0; i < EXCERPT_LINES; i++) text_free(&e.lines[i]);
    text_free(&none);
    logs_free(&e.logs);
}
