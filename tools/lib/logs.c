/* logs.c - see logs.h */

#include "logs.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "describe.h"

enum { DEPTH = 8 }; /* of folders below the outdir, as in the search for panics by the library */

const char *const logs_kinds[LOGS_KINDS + 1] = {"simout", "simerr", "console", "terminal", NULL};

/* ---- which files */

/* gem5 before v23.1 wrote simout and simerr without ".txt". LOGS_KINDS: the file is none of them. */
static logs_kind kind_of(const char *name) {
    static const struct pattern {
        const char *name, *suffix;
        logs_kind kind;
    } patterns[] = {{"simout", NULL, LOGS_SIMOUT},       {"simout.txt", NULL, LOGS_SIMOUT},
                    {"simerr", NULL, LOGS_SIMERR},       {"simerr.txt", NULL, LOGS_SIMERR},
                    {"console.txt", NULL, LOGS_CONSOLE}, {NULL, ".terminal", LOGS_TERMINAL},
                    {NULL, ".device", LOGS_TERMINAL},    {NULL, ".dmesg", LOGS_TERMINAL}};
    size_t i;
    for (i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (patterns[i].name ? text_same(text_base(name), patterns[i].name) : text_ends(name, patterns[i].suffix))
            return patterns[i].kind;
    return LOGS_KINDS;
}

static void add_file(logs *l, const char *name) {
    logs_kind kind = kind_of(name);
    if (kind == LOGS_KINDS || l->count == LOGS_MOST) return;
    l->files[l->count].kind = kind;
    l->files[l->count++].name = text_copy(name);
}

static logs *walked; /* by nftw */

static int add_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    if (type == FTW_F && S_ISREG(st->st_mode) && at->level <= DEPTH + 1)
        add_file(walked, text_below(walked->folder, path));
    return 0;
}

static void list_archive(logs *l) {
    const char *const words[] = {"unzip", "-Z1", l->archive, NULL};
    text line = {NULL, 0, 0};
    program p;
    int c;
    if (!program_start(&p, words)) return;
    while ((c = getc(p.out)) != EOF) {
        char byte = (char)c;
        if (byte != '\n') {
            text_put(&line, &byte, 1);
            continue;
        }
        add_file(l, text_string(&line));
        l->members++;
        text_clear(&line);
    }
    program_end(&p);
    text_free(&line);
}

static int compare_files(const void *a, const void *b) {
    const struct logs_file *x = (const struct logs_file *)a, *y = (const struct logs_file *)b;
    return x->kind == y->kind ? strcmp(x->name, y->name) : x->kind < y->kind ? -1 : 1;
}

void logs_find(logs *l, const char *outdir, const char *const *archives) {
    memset(l, 0, sizeof *l);
    l->folder = outdir;
    walked = l;
    if (*outdir) nftw(outdir, add_entry, DEPTH, FTW_PHYS);
    for (; !l->count && *archives; archives++) {
        if (!describe_exists(*archives)) continue;
        l->folder = NULL;
        l->archive = *archives;
        list_archive(l);
    }
    qsort(l->files, l->count, sizeof *l->files, compare_files);
}

void logs_free(logs *l) {
    while (l->count) free(l->files[--l->count].name);
}

void logs_put_none(text *out, const logs *l, const char *outdir, const char *const *archives) {
    while (*archives && !describe_exists(*archives)) archives++;
    if (*archives && !l->members)
        text_putf(out, "in %s; where unzip is installed, they are read from there", *archives);
    else if (*archives || describe_exists(outdir))
        text_putf(out, "no simerr and no terminal in %s", *archives ? *archives : outdir);
    else text_putf(out, "none was found: neither in %s nor in an archive", *outdir ? outdir : "any outdir");
}

/* ---- reading one */

static FILE *open_in_folder(const char *folder, const char *name) {
    char *path = text_join(folder, name);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    FILE *file = NULL;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) file = fdopen(fd, "r");
    if (!file && fd >= 0) close(fd);
    free(path);
    return file;
}

FILE *logs_open(const logs *l, const char *name, program *p) {
    const char *words[] = {"unzip", "-P", "none", "-p", l->archive, NULL, NULL}; /* it asks for no password */
    text member = {NULL, 0, 0}; /* as unzip takes it: not as a pattern */
    FILE *file;
    p->out = NULL;
    if (l->folder) return open_in_folder(l->folder, name);
    for (; *name; name++) text_putf(&member, strchr("[]*?\\", *name) ? "\\%c" : "%c", *name);
    words[5] = text_string(&member);
    file = program_start(p, words) ? p->out : NULL;
    text_free(&member);
    return file;
}

void logs_close(FILE *file, program *p) {
    if (p->out) program_end(p);
    else fclose(file);
}
