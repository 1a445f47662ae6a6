/* tool.h - what the gem5art-* tools share: options, messages, output.

   A tool is one C file that defines TOOL_NAME and TOOL_HELP (its whole --help; the usage is what stands before the
   first empty line), then includes this. Exit codes: 0 done, 1 it failed, 2 misuse. */
#ifndef TOOL_H
#define TOOL_H

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { TOOL_DONE = 0, TOOL_FAILED = 1, TOOL_MISUSE = 2 };
enum { TOOL_BUFFER = 262144 };

/* ---- messages */

__attribute__((format(printf, 2, 3), noreturn, unused)) static void tool_exit(int status, const char *format, ...) {
    static const char help[] = TOOL_HELP;
    const char *usage_end = strstr(help, "\n\n");
    va_list arguments;
    fflush(stdout);
    if (status == TOOL_MISUSE) fprintf(stderr, "%.*s\n", (int)(usage_end - help), help);
    fprintf(stderr, "%s: ", TOOL_NAME);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    exit(status);
}

__attribute__((unused)) static void tool_warn(const char *message, void *user_data) {
    (void)user_data;
    fflush(stdout);
    fprintf(stderr, "%s: warning: %s\n", TOOL_NAME, message);
}

/* What a tool ends with. */
__attribute__((unused)) static int tool_end(bool ok) {
    if (fflush(stdout) != 0) tool_exit(TOOL_FAILED, "cannot write to stdout: %s", strerror(errno));
    return ok ? TOOL_DONE : TOOL_FAILED;
}

/* ---- options: a table, ended by an entry without a name */

typedef struct tool_option {
    const char *name; /* "--limit" */
    const char *letter; /* "-l", or NULL */
    const char **value; /* where its value goes; NULL: it has none */
    bool *flag;         /* what it sets, where it has no value */
} tool_option;

/* "-h", "--help" and "--version" are every tool's. */
__attribute__((unused)) static void tool_standard_option(const char *argument) {
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) {
        fputs(TOOL_HELP, stdout);
        exit(tool_end(true));
    }
    if (strcmp(argument, "--version") == 0) {
        printf("%s (gem5art.h) %s\n", TOOL_NAME, gem5art_version());
        exit(tool_end(true));
    }
}

/* The option an argument names; *value is what it carries itself ("--limit=3", "-s=x" is "=x"), else NULL. A long name
   may be cut short, as long as it stays unique. */
static const tool_option *tool_find_option(const tool_option *options, const char *argument, const char **value) {
    const tool_option *option, *found = NULL;
    size_t length = strcspn(argument, "=");
    int matches = 0;
    *value = NULL;
    for (option = options; option->name; option++)
        if (option->letter && argument[1] != '-' && strncmp(argument, option->letter, 2) == 0) {
            if (argument[2]) *value = argument + 2;
            return option;
        }
    for (option = options; option->name; option++) {
        if (argument[1] != '-' || strncmp(option->name, argument, length) != 0) continue;
        found = option;
        matches++;
        if (strlen(option->name) == length) {
            matches = 1;
            break;
        }
    }
    if (matches > 1) tool_exit(TOOL_MISUSE, "%s may mean several options: write it out", argument);
    if (found && argument[length]) *value = argument + length + 1;
    return found;
}

/* Sets what the options say and moves the other arguments to the front of argv; returns how many they are. "-" is an
   argument; behind "--" everything is. */
__attribute__((unused)) static int tool_parse(int argc, char **argv, const tool_option *options) {
    int i, kept = 0;
    bool all_arguments = false;
    for (i = 1; i < argc; i++) {
        const tool_option *option;
        const char *value;
        if (all_arguments || argv[i][0] != '-' || !argv[i][1]) {
            argv[kept++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            all_arguments = true;
            continue;
        }
        tool_standard_option(argv[i]);
        option = tool_find_option(options, argv[i], &value);
        if (!option) tool_exit(TOOL_MISUSE, "unknown option %s: see %s --help", argv[i], TOOL_NAME);
        if (!option->value) {
            if (value) tool_exit(TOOL_MISUSE, "%s takes no value: leave \"%s\" out", option->name, value);
            *option->flag = true;
            continue;
        }
        if (!value && i + 1 == argc) tool_exit(TOOL_MISUSE, "%s needs a value behind it", option->name);
        *option->value = value ? value : argv[++i];
    }
    return kept;
}

/* A whole number of 0 or more. */
__attribute__((unused)) static int64_t tool_count(const char *option, const char *text) {
    int64_t count = 0;
    const char *c;
    if (!*text) tool_exit(TOOL_MISUSE, "%s: a whole number of 0 or more is needed, not \"\"", option);
    for (c = text; *c; c++) {
        if (*c < '0' || *c > '9')
            tool_exit(TOOL_MISUSE, "%s: a whole number of 0 or more is needed, not \"%s\"", option, text);
        if (count > (INT64_MAX - (*c - '0')) / 10)
            tool_exit(TOOL_MISUSE, "%s: %s is too large: at most %lld is allowed", option, text, (long long)INT64_MAX);
        count = count * 10 + (*c - '0');
    }
    return count;
}

/* ---- store */

__attribute__((unused)) static gem5art_db *tool_open(const char *uri, bool read_only) {
    gem5art_open_desc desc;
    gem5art_error error;
    gem5art_db *db;
    memset(&desc, 0, sizeof desc);
    desc.read_only = read_only;
    desc.log = tool_warn;
    db = gem5art_open(uri, &desc, &error);
    if (!db) tool_exit(error.code == GEM5ART_UNSUPPORTED ? TOOL_MISUSE : TOOL_FAILED, "%s", error.message);
    return db;
}

/* ---- a spool: lines of records that wait in an unlinked temporary file, until all of them are known to be good */

typedef struct tool_spool {
    FILE *file;
    char *data; /* NULL until tool_spool_map; may be changed in place */
    size_t length;
} tool_spool;

__attribute__((noreturn)) static void tool_spool_failed(const char *folder) {
    tool_exit(TOOL_FAILED, "cannot write a temporary file in %s: %s; $TMPDIR can name another folder", folder,
              strerror(errno));
}

static const char *tool_spool_folder(void) {
    const char *folder = getenv("TMPDIR");
    return gem5art__empty(folder) ? "/tmp" : folder;
}

__attribute__((unused)) static tool_spool tool_spool_create(void) {
    tool_spool spool = {NULL, NULL, 0};
    gem5art__buf name = {NULL, 0, 0, false};
    int fd;
    gem5art__putf(&name, "%s/gem5art-XXXXXX", tool_spool_folder());
    if (name.failed) tool_exit(TOOL_FAILED, "out of memory");
    fd = mkstemp(name.data);
    if (fd < 0 || unlink(name.data) < 0 || (spool.file = fdopen(fd, "w+")) == NULL)
        tool_spool_failed(tool_spool_folder());
    gem5art__buf_free(&name);
    return spool;
}

/* Adds a line, ",\n" included. */
__attribute__((unused)) static void tool_spool_add(tool_spool *spool, const char *line, size_t length) {
    if (length > SIZE_MAX - 2 - spool->length)
        tool_exit(TOOL_FAILED, "the records are too many for this system's memory");
    if (fwrite(line, 1, length, spool->file) != length || fputs(",\n", spool->file) < 0)
        tool_spool_failed(tool_spool_folder());
    spool->length += length + 2;
}

/* Makes all that was added readable, and no more can be added. */
__attribute__((unused)) static void tool_spool_map(tool_spool *spool) {
    void *data;
    if (fflush(spool->file) != 0) tool_spool_failed(tool_spool_folder());
    if (spool->length == 0) return;
    data = mmap(NULL, spool->length, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(spool->file), 0);
    if (data == MAP_FAILED)
        tool_exit(TOOL_FAILED, "cannot map a temporary file of %zu bytes: %s", spool->length, strerror(errno));
    spool->data = (char *)data;
}

__attribute__((unused)) static void tool_spool_free(tool_spool *spool) {
    if (spool->data) munmap(spool->data, spool->length);
    fclose(spool->file);
}

/* ---- output: to a file whole or not at all, to stdout ("-") as it comes */

typedef struct tool_output {
    FILE *file;
    char *name, *temporary; /* temporary: NULL where it is written in place (stdout, a device, a pipe) */
} tool_output;

/* It must not take the place of the store `db` that it is made of. */
__attribute__((unused)) static tool_output tool_create(const char *name, const gem5art_db *db) {
    tool_output output;
    gem5art__buf temporary = {NULL, 0, 0, false};
    gem5art_error error;
    struct stat st, store;
    bool there;
    int fd;
    memset(&output, 0, sizeof output);
    if (strcmp(name, "-") == 0) {
        output.file = stdout;
        if (!isatty(STDOUT_FILENO)) setvbuf(stdout, NULL, _IOFBF, TOOL_BUFFER);
        return output;
    }
    if (!*name) tool_exit(TOOL_MISUSE, "the output file has no name: give one, or - for stdout");
    there = stat(name, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        tool_exit(TOOL_FAILED, "cannot write %s: it is a folder; name a file, or - for stdout", name);
    if (there && stat(db->path, &store) == 0 && st.st_dev == store.st_dev && st.st_ino == store.st_ino)
        tool_exit(TOOL_FAILED, "%s is the store itself: name another file", name);
    output.name = there ? realpath(name, NULL) : NULL; /* a symlink stays one */
    if (!output.name) output.name = strdup(name);
    if (there && !S_ISREG(st.st_mode)) {
        output.file = fopen(name, "w");
        if (!output.file) tool_exit(TOOL_FAILED, "cannot write %s: %s", name, strerror(errno));
        return output;
    }
    if (!output.name) tool_exit(TOOL_FAILED, "cannot write %s: out of memory", name);
    if (!gem5art__temporary_name(&temporary, output.name, &error)) tool_exit(TOOL_FAILED, "%s", error.message);
    output.temporary = temporary.data;
    fd = open(output.temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || (there && fchmod(fd, st.st_mode & 07777) < 0) || (output.file = fdopen(fd, "w")) == NULL)
        tool_exit(TOOL_FAILED, "cannot write %s: %s", name, strerror(errno));
    setvbuf(output.file, NULL, _IOFBF, TOOL_BUFFER);
    return output;
}

/* Leaves no half-written file behind. */
__attribute__((unused)) static void tool_abandon(tool_output *output) {
    if (output->temporary) unlink(output->temporary);
}

__attribute__((unused)) static void tool_write(tool_output *output, const char *text, size_t length) {
    if (fwrite(text, 1, length, output->file) == length) return;
    tool_abandon(output);
    tool_exit(TOOL_FAILED, "cannot write %s: %s", output->name ? output->name : "to stdout", strerror(errno));
}

__attribute__((unused)) static void tool_finish(tool_output *output) {
    bool ok = fflush(output->file) == 0 && (!output->temporary || fsync(fileno(output->file)) == 0);
    if (ok && output->temporary) ok = fclose(output->file) == 0 && rename(output->temporary, output->name) == 0;
    if (ok) {
        free(output->name);
        free(output->temporary);
        return;
    }
    tool_abandon(output);
    tool_exit(TOOL_FAILED, "cannot write %s: %s", output->name ? output->name : "to stdout", strerror(errno));
}

#endif
