/* mounts.c - see mounts.h */
#define _XOPEN_SOURCE 700

#include "mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* A network file system with this mount option locks on one machine alone. NULL: it always does. */
static const struct local_locks {
    const char *type, *option;
} local_locks[] = {{"nfs", "nolock"},      {"nfs", "local_lock=all"},     {"nfs", "local_lock=posix"},
                   {"nfs4", "nolock"},     {"nfs4", "local_lock=all"},    {"nfs4", "local_lock=posix"},
                   {"lustre", "localflock"}, {"cifs", "nobrl"},           {"smb3", "nobrl"},
                   {"ocfs2", "localflocks"}, {"gfs2", "localflocks"},     {"gfs2", "lockproto=lock_nolock"},
                   {"fuse.sshfs", NULL}};

/* One line of the table: ID PARENT DEVICE ROOT PLACE OPTIONS [FIELD...] - TYPE SOURCE OPTIONS. */
typedef struct mount {
    const char *place, *type, *options, *further; /* further: of this mount alone */
} mount;

/* Turns \040 and its like into what they stand for. */
static void decode(char *field) {
    char *to = field;
    for (; *field; field++)
        if (field[0] == '\\' && strspn(field + 1, "01234567") >= 3) {
            *to++ = (char)((field[1] - '0') << 6 | (field[2] - '0') << 3 | (field[3] - '0'));
            field += 3;
        } else *to++ = *field;
    *to = 0;
}

/* Takes a line apart, in place. */
static bool read_mount(char *line, mount *m) {
    char *fields[6], *rest = line, *end, *type, *source, *options;
    int i;
    for (i = 0; i < 6; i++)
        if ((fields[i] = strtok_r(i ? NULL : line, " \n", &rest)) == NULL) return false;
    while ((end = strtok_r(NULL, " \n", &rest)) != NULL && strcmp(end, "-") != 0) {}
    type = strtok_r(NULL, " \n", &rest);
    source = strtok_r(NULL, " \n", &rest);
    options = strtok_r(NULL, " \n", &rest);
    if (!end || !type || !source) return false;
    decode(fields[4]);
    m->place = fields[4];
    m->further = fields[5];
    m->type = type;
    m->options = options ? options : "";
    return true;
}

static bool has_option(const char *options, const char *option) {
    size_t length = strlen(option);
    for (; options; options = strchr(options, ',')) {
        options += *options == ',';
        if (strncmp(options, option, length) == 0 && strchr(",", options[length])) return true;
    }
    return false;
}

/* The reason in a mount; NULL: there is none. */
static const char *reason(const mount *m) {
    static char why[128];
    size_t i;
    for (i = 0; i < sizeof local_locks / sizeof *local_locks; i++) {
        const char *option = local_locks[i].option;
        if (!text_same(m->type, local_locks[i].type)) continue;
        if (option && !has_option(m->options, option) && !has_option(m->further, option)) continue;
        snprintf(why, sizeof why, "%s %s", option ? "mount option" : "file system", option ? option : m->type);
        return why;
    }
    return NULL;
}

/* The path without symlinks, as far as it exists, to be freed. */
static char *resolve(const char *path) {
    const char *base = text_base(path);
    char *whole = realpath(path, NULL), *folder, *real;
    if (whole) return whole;
    folder = base == path ? text_copy(".") : text_copy_n(path, (size_t)(base - path));
    real = realpath(folder, NULL);
    whole = real ? text_join(real, base) : text_copy(path);
    free(folder);
    free(real);
    return whole;
}

const char *mounts_local_locks(const char *path, const char *table) {
    FILE *file = fopen(table ? table : "/proc/self/mountinfo", "r");
    char *real = file ? resolve(path) : NULL, *line = NULL;
    const char *why = NULL;
    size_t size = 0, longest = 0;
    mount m;
    while (file && getline(&line, &size, file) > 0)
        if (read_mount(line, &m) && strlen(m.place) >= longest && text_below(m.place, real)) {
            longest = strlen(m.place); /* of two at one place the later one hides the other */
            why = reason(&m);
        }
    free(line);
    free(real);
    if (file) fclose(file);
    return why;
}
