/* describe.h - how records are told to people: labelled text in columns, and what both gem5art-show and gem5art-diff
   say of a run or an artifact. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "tool.h"

/* ---- a sheet: headings, and entries whose text is broken where lines are full. A word that is longer than a line,
   such as a path, stays whole, as people copy it. */

enum { SHEET_LABEL = 14 }; /* columns of a label and the space around it */

typedef struct sheet {
    gem5art__buf text;
    size_t columns, column; /* of the terminal; where the line is */
    size_t indent;          /* where a line goes on */
    const char *glue;       /* what ends a line that is broken; "": nothing */
    const char *heading;    /* of the entries to come; NULL: it was put already */
    bool color, fresh;      /* fresh: nothing stands behind the label yet */
} sheet;

typedef enum sheet_color {
    SHEET_PLAIN = 0,
    SHEET_BOLD = 1,
    SHEET_RED = 31,
    SHEET_GREEN = 32,
    SHEET_YELLOW = 33
} sheet_color;

static void sheet_set_color(sheet *s, sheet_color color) {
    if (s->color) gem5art__putf(&s->text, "\033[%dm", (int)color);
}

/* Text as it is, made safe, in one line. */
static void sheet_put(sheet *s, sheet_color color, const char *text) {
    if (color) sheet_set_color(s, color);
    s->column += tool_put_text(&s->text, text, SIZE_MAX);
    if (color) sheet_set_color(s, SHEET_PLAIN);
}

static void sheet_break(sheet *s) {
    gem5art__putf(&s->text, "%s\n%*s", s->glue, (int)s->indent, "");
    s->column = s->indent;
    s->fresh = true;
}

static void sheet_word(sheet *s, const char *word) {
    size_t width = tool_width(word), room = strlen(s->glue);
    if (!s->fresh && s->column + 1 + width + room > s->columns) sheet_break(s);
    if (!s->fresh) sheet_put(s, SHEET_PLAIN, " ");
    sheet_put(s, SHEET_PLAIN, word);
    s->fresh = false;
}

/* Words of a text; its line ends stay. */
static void sheet_words(sheet *s, const char *text) {
    gem5art__buf word = {NULL, 0, 0, false};
    for (;;) {
        size_t length = strcspn(text, " \n");
        word.length = 0;
        gem5art__put(&word, text, length);
        if (word.failed) tool_exit(TOOL_FAILED, "out of memory");
        sheet_word(s, word.data);
        text += length;
        if (!*text) break;
        if (*text == '\n') sheet_break(s);
        text++;
    }
    gem5art__buf_free(&word);
}

static void sheet_title(sheet *s, const char *text) {
    gem5art__puts(&s->text, s->text.length ? "\n" : "");
    sheet_put(s, SHEET_BOLD, text);
    gem5art__puts(&s->text, "\n");
    s->heading = NULL;
}

/* Comes with the first entry below it; without one not at all. */
static void sheet_heading(sheet *s, const char *text) { s->heading = text; }

static void sheet_begin_line(sheet *s, size_t indent) {
    s->indent = indent;
    s->glue = "";
    s->fresh = true;
}

static void sheet_label(sheet *s, const char *label) {
    size_t space;
    if (s->heading) sheet_title(s, s->heading);
    gem5art__puts(&s->text, "  ");
    s->column = 2 + tool_put_text(&s->text, label, SIZE_MAX);
    space = s->column < SHEET_LABEL ? SHEET_LABEL - s->column : 1;
    gem5art__putf(&s->text, "%*s", (int)space, "");
    s->column += space;
    sheet_begin_line(s, SHEET_LABEL);
}

static void sheet_end_line(sheet *s) { gem5art__puts(&s->text, "\n"); }

/* "  label       text" */
GEM5ART__PRINTF(3, 4) static void sheet_entry(sheet *s, const char *label, const char *format, ...) {
    gem5art__buf text = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&text, format, arguments);
    va_end(arguments);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    sheet_label(s, label);
    sheet_words(s, text.data);
    sheet_end_line(s);
    gem5art__buf_free(&text);
}

static void sheet_print(sheet *s) {
    if (s->text.failed) tool_exit(TOOL_FAILED, "out of memory");
    if (s->text.length) fwrite(s->text.data, 1, s->text.length, stdout);
    gem5art__buf_free(&s->text);
}

/* As tool_put_shell_word, for a person's eyes: what a terminal would obey is written in the form $'\x1b', which bash,
   zsh and ksh read back. */
static void put_shown_shell_word(gem5art__buf *out, const char *word) {
    size_t bytes, columns;
    const char *c = word;
    while (*c && tool_character(c, &bytes, &columns)) c += bytes;
    if (!*c) {
        tool_put_shell_word(out, word);
        return;
    }
    gem5art__puts(out, "$'");
    for (; *word; word += bytes) {
        if (!tool_character(word, &bytes, &columns)) gem5art__putf(out, "\\x%02x", (unsigned)(unsigned char)*word);
        else gem5art__putf(out, "%s%.*s", *word == '\'' || *word == '\\' ? "\\" : "", (int)bytes, word);
    }
    gem5art__puts(out, "'");
}

/* ---- artifacts and runs */

static bool is_repo(const gem5art_artifact *artifact) { return *artifact->git_hash != 0; }

/* What kind of hash an artifact has. */
static const char *hash_kind(const gem5art_artifact *artifact) {
    return is_repo(artifact) ? "commit" : strlen(artifact->hash) == 32 ? "MD5" : "SHA-256";
}

/* NULL: it is not in the store. */
static const gem5art_artifact *find_used(gem5art_db *db, const char *id) {
    gem5art_error error;
    const gem5art_artifact *artifact = gem5art_find_artifact(db, id, &error);
    if (!artifact && error.code != GEM5ART_NOT_FOUND) tool_exit(TOOL_FAILED, "%s", error.message);
    return artifact;
}

/* "Finished", "Failed: timeout", "Failed: exit status 2". */
static void put_status(gem5art__buf *out, const gem5art_run *run) {
    gem5art__puts(out, run->status);
    if (*run->kill_reason) gem5art__putf(out, ": %s", run->kill_reason);
    else if (strcmp(run->status, "Failed") != 0) return;
    else if (run->return_code < 0) gem5art__putf(out, ": signal %lld", -(long long)run->return_code);
    else if (run->return_code > 0) gem5art__putf(out, ": exit status %lld", (long long)run->return_code);
}

/* "1.5 MiB" */
static void put_bytes(gem5art__buf *out, double bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1024;
    gem5art__putf(out, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

/* How long it took, or has taken by now; 0: it has not begun. */
static double run_seconds(const gem5art_run *run) {
    double end = run->end_time > 0 ? run->end_time : run->running ? gem5art__now() : 0;
    return run->start_time > 0 && end > run->start_time ? end - run->start_time : 0;
}

/* What is behind a folder in a path, without a slash; "." for the folder itself; NULL: the path leads elsewhere. */
static const char *path_below(const char *folder, const char *path) {
    size_t length = strlen(folder);
    if (length == 0 || strncmp(folder, path, length) != 0) return NULL;
    if (!path[length]) return ".";
    if (folder[length - 1] == '/') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

static bool path_is_there(const char *path) {
    struct stat st;
    return *path && stat(path, &st) == 0;
}

#endif
