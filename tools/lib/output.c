/* output.c - see output.h */

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static char *output_unfinished; /* the temporary file of the one output */

static void output_abandon(void) {
    if (output_unfinished) unlink(output_unfinished);
}

__attribute__((noreturn)) static void output_failed(const output *out) {
    die(EXIT_FAILED, "cannot write %s: %s", out->name, strerror(errno));
}

static void output_refuse(const char *name, const struct stat *st, const gem5art_db *db) {
    struct stat store;
    if (S_ISDIR(st->st_mode)) die(EXIT_FAILED, "cannot write %s: it is a folder; name a file, or - for stdout", name);
    if (db && stat(gem5art_store_path(db), &store) == 0 && st->st_dev == store.st_dev && st->st_ino == store.st_ino)
        die(EXIT_FAILED, "%s is the store itself: name another file", name);
}

/* A new file beside the one that it will replace. */
static int output_open_temporary(output *out) {
    static bool registered;
    int fd = -1, i;
    for (i = 0; fd < 0 && (i == 0 || errno == EEXIST); i++) {
        free(out->temporary);
        out->temporary = text_printf("%s.tmp-%ld-%d", out->name, (long)getpid(), i);
        fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    }
    output_unfinished = fd < 0 ? NULL : out->temporary;
    if (!registered) atexit(output_abandon);
    registered = true;
    return fd;
}

output output_create(const char *name, const gem5art_db *db) {
    output out = {NULL, NULL, NULL};
    struct stat st;
    bool there;
    int fd;
    if (strcmp(name, "-") == 0) {
        out.file = stdout;
        if (!isatty(STDOUT_FILENO)) setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
        return out;
    }
    if (!*name) die(EXIT_MISUSE, "the output file has no name: give one, or - for stdout");
    there = stat(name, &st) == 0;
    if (there) output_refuse(name, &st, db);
    out.name = there ? realpath(name, NULL) : NULL; /* a symlink stays one */
    if (!out.name) out.name = text_copy(name);
    if (there && !S_ISREG(st.st_mode)) {
        out.file = fopen(name, "w");
        if (!out.file) output_failed(&out);
        return out;
    }
    fd = output_open_temporary(&out);
    if (fd < 0 || (there && fchmod(fd, st.st_mode & 07777) < 0) || (out.file = fdopen(fd, "w")) == NULL)
        output_failed(&out);
    setvbuf(out.file, NULL, _IOFBF, OUTPUT_BUFFER);
    return out;
}

void output_write(output *out, const char *bytes, size_t length) {
    if (out->file == stdout) print(bytes, length);
    else if (fwrite(bytes, 1, length, out->file) != length) output_failed(out);
}

void output_finish(output *out) {
    if (!out->name) return; /* stdout: see finish */
    if (fflush(out->file) != 0 || (out->temporary && fsync(fileno(out->file)) < 0) || fclose(out->file) != 0 ||
        (out->temporary && rename(out->temporary, out->name) < 0))
        output_failed(out);
    output_unfinished = NULL;
    free(out->name);
    free(out->temporary);
}

void output_json(output *out, gem5art_json_writer *writer) {
    size_t length;
    gem5art_error error;
    const char *json = gem5art_json_take(writer, &length, &error);
    if (!json) die_of(&error);
    output_write(out, json, length);
}
