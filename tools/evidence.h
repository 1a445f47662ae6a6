/* evidence.h - why a run failed, as far as its files tell: the last lines of what gem5 said, and of the guest's
   terminals what stands around a kernel's panic. They are read from the outdir; where that is gone, from the results
   archive, by unzip where it is installed. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "describe.h"

enum {
    EXCERPT_LAST = 10,    /* lines of a file without a panic */
    EXCERPT_BEFORE = 6,   /* lines before the panic, */
    EXCERPT_AFTER = 14,   /* and behind it */
    EXCERPT_LINES = EXCERPT_BEFORE + 1 + EXCERPT_AFTER,
    EXCERPT_LINE = 4096,  /* bytes of a line; the rest of a longer one is the next */
    EVIDENCE_FILES = 64,  /* that are looked at */
    EVIDENCE_DEPTH = 8,   /* folders below the outdir, as the library looks for panics */
    EVIDENCE_QUIET = 2    /* terminals without a panic that are shown */
};

/* ---- a program's output */

/* Starts a program without a shell; NULL: it cannot be run. */
static FILE *evidence_run(const char *const *argv, pid_t *pid) {
    int fds[2], null;
    FILE *file;
    if (!gem5art__pipe(fds)) return NULL;
    fflush(NULL);
    if ((*pid = fork()) == 0) {
        null = open("/dev/null", O_RDWR);
        if (dup2(null, 0) < 0 || dup2(fds[1], 1) < 0 || dup2(null, 2) < 0) _exit(127);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(fds[1]);
    file = *pid > 0 ? fdopen(fds[0], "r") : NULL;
    if (!file) close(fds[0]);
    return file;
}

/* ---- an excerpt: lines around the panic, or else the last ones; empty ones are left out */

typedef struct excerpt {
    gem5art__buf lines[EXCERPT_LINES];
    size_t count;
    bool panicked;
} excerpt;

/* The next line, without its end; false: there is none. */
static bool excerpt_read_line(FILE *file, gem5art__buf *line) {
    int c = EOF;
    line->length = 0;
    while (line->length < EXCERPT_LINE && (c = getc_unlocked(file)) != EOF && c != '\n') {
        char byte = (char)c;
        if (byte) gem5art__put(line, &byte, 1);
        else gem5art__puts(line, "\\x00");
    }
    while (line->length && line->data[line->length - 1] == '\r') line->length--;
    gem5art__puts(line, "");
    if (line->failed) tool_exit(TOOL_FAILED, "out of memory");
    return c != EOF || line->length > 0;
}

/* Leaves the first lines out until so many are left; what they used is used again. */
static void excerpt_keep(excerpt *e, size_t count) {
    while (e->count > count) {
        gem5art__buf first = e->lines[0];
        memmove(e->lines, e->lines + 1, (EXCERPT_LINES - 1) * sizeof *e->lines);
        e->lines[EXCERPT_LINES - 1] = first;
        e->count--;
    }
}

static void excerpt_read(excerpt *e, FILE *file) {
    e->count = 0;
    e->panicked = false;
    for (;;) {
        gem5art__buf *line;
        if (e->panicked && e->count == EXCERPT_LINES) return;
        line = &e->lines[e->count];
        if (!excerpt_read_line(file, line)) return;
        if (!line->length) continue;
        e->count++;
        if (e->panicked) continue;
        e->panicked = strstr(line->data, "Kernel panic - not syncing") != NULL;
        excerpt_keep(e, e->panicked ? EXCERPT_BEFORE + 1 : EXCERPT_LAST);
    }
}

static void excerpt_free(excerpt *e) {
    size_t i;
    for (i = 0; i < EXCERPT_LINES; i++) gem5art__buf_free(&e->lines[i]);
}

/* ---- the files of a run */

typedef struct evidence {
    gem5art__arena arena;
    const char *folder, *archive; /* one of both, where the files are */
    const char *names[EVIDENCE_FILES];
    size_t count, members; /* members: all of the archive's */
    excerpt excerpt; /* of the file that was read last */
} evidence;

static bool evidence_is_terminal(const char *name) {
    return gem5art__ends_with(name, ".device") || gem5art__ends_with(name, ".terminal");
}

static bool evidence_is_said(const char *name) {
    const char *base = gem5art__base_name(name);
    return strcmp(base, "simerr.txt") == 0 || strcmp(base, "simerr") == 0 || strcmp(base, "console.txt") == 0;
}

static void evidence_note(evidence *e, const char *name) {
    if (e->count == EVIDENCE_FILES || !(evidence_is_terminal(name) || evidence_is_said(name))) return;
    e->names[e->count] = gem5art__arena_copy(&e->arena, name);
    if (!e->names[e->count++]) tool_exit(TOOL_FAILED, "out of memory");
}

/* `name`: of a folder below the outdir; "" for itself. */
static void evidence_list_folder(evidence *e, const char *name, int depth) {
    char *path = gem5art__arena_printf(&e->arena, "%s/%s", e->folder, name), *below;
    DIR *dir = path ? opendir(path) : NULL;
    struct dirent *entry;
    struct stat st;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        below = gem5art__arena_printf(&e->arena, "%s%s%s", name, *name ? "/" : "", entry->d_name);
        path = gem5art__arena_printf(&e->arena, "%s/%s", e->folder, below ? below : "");
        if (!below || !path || lstat(path, &st) < 0) continue;
        if (S_ISREG(st.st_mode)) evidence_note(e, below);
        if (S_ISDIR(st.st_mode) && depth > 0) evidence_list_folder(e, below, depth - 1);
    }
    if (dir) closedir(dir);
}

static void evidence_list_archive(evidence *e) {
    const char *argv[] = {"unzip", "-Z1", e->archive, NULL};
    gem5art__buf line = {NULL, 0, 0, false};
    pid_t pid;
    FILE *file = evidence_run(argv, &pid);
    if (!file) return;
    for (; excerpt_read_line(file, &line); e->members++) evidence_note(e, line.data);
    fclose(file);
    waitpid(pid, NULL, 0);
    gem5art__buf_free(&line);
}

static int evidence_compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A member's name, as unzip takes it: not as a pattern. */
static const char *evidence_member(evidence *e, const char *name) {
    gem5art__buf text = {NULL, 0, 0, false};
    const char *copy;
    for (; *name; name++) gem5art__putf(&text, strchr("[]*?\\", *name) ? "\\%c" : "%c", *name);
    copy = text.failed ? NULL : gem5art__arena_copy(&e->arena, text.data);
    gem5art__buf_free(&text);
    return copy;
}

/* Leaves the lines in e->excerpt: none, where there are none or the file cannot be read. */
static void evidence_read(evidence *e, const char *name) {
    const char *argv[] = {"unzip", "-p", e->archive, NULL, NULL}, *path;
    pid_t pid = 0;
    FILE *file = NULL;
    int fd;
    e->excerpt.count = 0;
    if (e->folder) {
        path = gem5art__arena_printf(&e->arena, "%s/%s", e->folder, name);
        fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
        file = fd < 0 ? NULL : fdopen(fd, "r");
    } else if ((argv[3] = evidence_member(e, name)) != NULL) file = evidence_run(argv, &pid);
    if (!file) return;
    excerpt_read(&e->excerpt, file);
    fclose(file);
    if (pid > 0) waitpid(pid, NULL, 0);
}

/* The first place where there is something to read. */
static void evidence_find(evidence *e, const char *outdir, const char *const *archives) {
    e->folder = outdir;
    if (*outdir) evidence_list_folder(e, "", EVIDENCE_DEPTH);
    for (; !e->count && *archives; archives++) {
        e->folder = NULL;
        e->archive = *archives;
        if (path_is_there(e->archive)) evidence_list_archive(e);
    }
    qsort(e->names, e->count, sizeof *e->names, evidence_compare); /* console.txt, simerr.txt, system.... */
}

/* ---- the telling */

/* A line of a file, below an entry. */
static void sheet_quote(sheet *s, sheet_color color, const char *line) {
    enum { INDENT = 4, ROWS = 4 };
    gem5art__buf text = {NULL, 0, 0, false};
    tool_put_text(&text, line, ROWS * (s->columns > INDENT ? s->columns - INDENT : 1));
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    gem5art__putf(&s->text, "%*s", INDENT, "");
    s->column = INDENT;
    sheet_begin_line(s, INDENT);
    if (color) sheet_set_color(s, color);
    sheet_words(s, text.data ? text.data : "");
    if (color) sheet_set_color(s, SHEET_PLAIN);
    sheet_end_line(s);
    gem5art__buf_free(&text);
}

static void evidence_show_excerpt(const evidence *e, sheet *s, const char *name) {
    size_t i;
    sheet_entry(s, name, "%s", e->excerpt.panicked ? "around the panic:" : "the last lines:");
    for (i = 0; i < e->excerpt.count; i++)
        sheet_quote(s, strstr(e->excerpt.lines[i].data, "Kernel panic - not syncing") ? SHEET_RED : SHEET_PLAIN,
                    e->excerpt.lines[i].data);
}

/* Terminals that panicked; false: none did. */
static bool evidence_show_panics(evidence *e, sheet *s) {
    bool shown = false;
    size_t i;
    for (i = 0; i < e->count; i++) {
        if (!evidence_is_terminal(e->names[i])) continue;
        evidence_read(e, e->names[i]);
        if (!e->excerpt.count || !e->excerpt.panicked) continue;
        evidence_show_excerpt(e, s, e->names[i]);
        shown = true;
    }
    return shown;
}

static void evidence_show_last(evidence *e, sheet *s, bool (*wanted)(const char *name), size_t most) {
    size_t i;
    for (i = e->count; i-- > 0 && most > 0;) { /* simerr.txt goes before console.txt */
        if (!wanted(e->names[i])) continue;
        evidence_read(e, e->names[i]);
        if (!e->excerpt.count) continue;
        evidence_show_excerpt(e, s, e->names[i]);
        most--;
    }
}

/* Why there is nothing to tell. */
static void evidence_show_none(const evidence *e, sheet *s, const char *outdir, const char *const *archives) {
    while (*archives && !path_is_there(*archives)) archives++;
    if (*archives && !e->members)
        sheet_entry(s, "files", "in %s; where unzip is installed, they are read from there", *archives);
    else if (*archives || path_is_there(outdir))
        sheet_entry(s, "files", "no simerr and no terminal in %s", *archives ? *archives : outdir);
    else sheet_entry(s, "files", "none of them are here: not in %s, and no archive", *outdir ? outdir : "any outdir");
}

/* `archives`: where the archive may be, the likeliest first; NULL-terminated. */
static void evidence_show(sheet *s, const char *outdir, const char *const *archives) {
    evidence e;
    memset(&e, 0, sizeof e);
    evidence_find(&e, outdir, archives);
    if (e.count && !e.folder) sheet_entry(s, "read from", "%s", e.archive);
    if (!evidence_show_panics(&e, s)) evidence_show_last(&e, s, evidence_is_terminal, EVIDENCE_QUIET);
    evidence_show_last(&e, s, evidence_is_said, 1);
    if (!e.count) evidence_show_none(&e, s, outdir, archives);
    excerpt_free(&e.excerpt);
    gem5art__arena_free(&e.arena);
}

#endif
