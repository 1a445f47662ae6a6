/* evidence.c - see evidence.h */

#include "evidence.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "describe.h"
#include "program.h"
#include "terminal.h"

enum {
    EXCERPT_LAST = 10,   /* lines of a file without a panic */
    EXCERPT_BEFORE = 6,  /* lines before the panic, */
    EXCERPT_LINES = 21,  /* and with it and those after it */
    EXCERPT_BYTES = 4096, /* of a line; the rest of a longer one is the next */
    FILES = 64,
    DEPTH = 8,           /* of folders below the outdir, as in the search for panics by the library */
    QUIET_TERMINALS = 2  /* that are shown without a panic */
};

static const char panic_text[] = "Kernel panic - not syncing";

typedef struct evidence {
    const char *folder, *archive; /* one of both: where the files are */
    char *names[FILES];
    size_t count, members;        /* members: all of the archive's */
    text lines[EXCERPT_LINES];    /* of the file that was read last */
    size_t line_count;
    bool panicked;
} evidence;

/* ---- the lines of a file */

static bool unzip(program *p, const char *option, const char *archive, const char *member) {
    const char *const words[] = {"unzip", option, archive, member, NULL};
    return program_start(p, words);
}

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
    e->line_count = 0;
    e->panicked = false;
    if (e->folder) {
        char *path = text_join(e->folder, name);
        int fd = open(path, O_RDONLY | O_NONBLOCK);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
        if (file) read_excerpt(e, file);
        if (file) fclose(file);
        free(path);
    } else {
        text member = {0}; /* as unzip takes it: not as a pattern */
        program p;
        bool started;
        for (; *name; name++) text_putf(&member, strchr("[]*?\\", *name) ? "\\%c" : "%c", *name);
        started = unzip(&p, "-p", e->archive, text_string(&member));
        if (started) read_excerpt(e, p.out);
        if (started) program_end(&p);
        text_free(&member);
    }
}

/* ---- the files of a run */

static bool is_terminal(const char *name) { return text_ends(name, ".device") || text_ends(name, ".terminal"); }

static bool is_output(const char *name) {
    const char *base = text_base(name);
    return text_same(base, "simerr.txt") || text_same(base, "simerr") || text_same(base, "console.txt");
}

static void add_name(evidence *e, const char *name) {
    if (e->count < FILES && (is_terminal(name) || is_output(name))) e->names[e->count++] = text_copy(name);
}

static evidence *walked; /* by nftw */

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at) {
    bool reached = type == FTW_F && S_ISREG(st->st_mode) && at->level <= DEPTH + 1;
    if (reached) add_name(walked, text_below(walked->folder, path));
    return 0;
}

static void list_archive(evidence *e) {
    text line = {0};
    program p;
    if (!unzip(&p, "-Z1", e->archive, NULL)) return;
    for (; read_line(p.out, &line); e->members++) add_name(e, text_string(&line));
    program_end(&p);
    text_free(&line);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
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

/* Shows excerpts of at most `most` files, or of those with a panic, the last names first: simerr.txt before
   console.txt. Returns whether there was one. */
static bool show_files(evidence *e, sheet *s, bool (*wanted)(const char *name), size_t most, bool panics) {
    size_t i, shown = 0;
    for (i = e->count; i-- > 0 && shown < most;) {
        if (!wanted(e->names[i])) continue;
        read_file(e, e->names[i]);
        if (panics ? !e->panicked : !e->line_count) continue;
        show_excerpt(e, s, e->names[i]);
        shown++;
    }
    return shown > 0;
}

/* Shows where no files were found. */
static void show_none(const evidence *e, sheet *s, const char *outdir, const char *const *archives) {
    while (*archives && !describe_exists(*archives)) archives++;
    if (*archives && !e->members)
        sheet_entry(s, "files", "in %s; where unzip is installed, they are read from there", *archives);
    else if (*archives || describe_exists(outdir))
        sheet_entry(s, "files", "no simerr and no terminal in %s", *archives ? *archives : outdir);
    else sheet_entry(s, "files", "none was found: neither in %s nor in an archive", *outdir ? outdir : "any outdir");
}

void evidence_show(sheet *s, const char *outdir, const char *const *archives) {
    evidence e = {0};
    const char *const *archive;
    size_t i;
    e.folder = outdir;
    walked = &e;
    if (*outdir) nftw(outdir, add_file, DEPTH, FTW_PHYS);
    for (archive = archives; !e.count && *archive; archive++) {
        e.folder = NULL;
        e.archive = *archive;
        if (describe_exists(e.archive)) list_archive(&e);
    }
    qsort(e.names, e.count, sizeof *e.names, compare_names);
    if (e.count && !e.folder) sheet_entry(s, "read from", "%s", e.archive);
    if (!show_files(&e, s, is_terminal, FILES, true)) show_files(&e, s, is_terminal, QUIET_TERMINALS, false);
    show_files(&e, s, is_output, 1, false);
    if (!e.count) show_none(&e, s, outdir, archives);
    for (i = 0; i < e.count; i++) free(e.names[i]);
    for (i = 0; i < EXCERPT_LINES; i++) text_free(&e.lines[i]);
}
