/* outdir.c - see outdir.h */

#include "outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gem5art.h"

enum { OUTDIR_DEPTH = 100, OUTDIR_INFO = 64 << 20 }; /* folders in folders; bytes of an info.json */
static const char info_name[] = "info.json";

/* ---- what must stay */

typedef struct file_number {
    dev_t device;
    ino_t inode;
    const char *owner;
} file_number;

static file_number *kept;
static size_t kept_count;
static bool kept_sorted;

static int compare_files(const void *a, const void *b) {
    const file_number *x = (const file_number *)a, *y = (const file_number *)b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

void outdir_keep(const char *path, const char *owner) {
    struct stat st;
    if (text_empty(path) || stat(path, &st) < 0) return;
    kept = (file_number *)text_room(kept, kept_count, sizeof *kept);
    kept[kept_count++] = (file_number){st.st_dev, st.st_ino, owner};
    kept_sorted = false;
}

/* What needs a file; NULL: nothing. */
static const char *owner_of(const struct stat *st) {
    const file_number number = {st->st_dev, st->st_ino, NULL}, *found = NULL;
    if (!kept_sorted && kept_count) qsort(kept, kept_count, sizeof *kept, compare_files);
    kept_sorted = true;
    if (kept_count) found = (const file_number *)bsearch(&number, kept, kept_count, sizeof *kept, compare_files);
    return found ? found->owner : NULL;
}

/* ---- a folder and all that is in it, always by descriptors: a name that becomes a link meanwhile leads nowhere */

typedef struct walk {
    bool removes;
    dev_t device;
    text path; /* of the entry at hand */
    text *why;
} walk;

static outdir_state failed(const walk *w, const char *what) {
    text_putf(w->why, "cannot %s %s: %s", what, w->path.data, strerror(errno));
    return OUTDIR_FAILED;
}

static bool read_names(int folder, text_list *names) {
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry = NULL;
    bool ok;
    for (errno = 0; dir && (entry = readdir(dir)) != NULL; errno = 0)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            text_list_add(names, text_copy(entry->d_name));
    ok = dir && errno == 0;
    if (dir) closedir(dir);
    else if (fd >= 0) close(fd);
    return ok;
}

static outdir_state walk_folder(walk *w, int folder, int depth);

static outdir_state walk_entry(walk *w, int folder, const char *name, int depth) {
    outdir_state state = OUTDIR_OWN;
    struct stat st, opened;
    int fd;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return failed(w, "look at");
    if (owner_of(&st) || st.st_dev != w->device) {
        text_putf(w->why, "%s is %s", w->path.data,
                  st.st_dev != w->device ? "on another file system" : "that of ");
        if (st.st_dev == w->device) text_puts(w->why, owner_of(&st));
        return OUTDIR_OTHER;
    }
    if (S_ISDIR(st.st_mode)) {
        fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &opened) < 0) state = failed(w, "open");
        else if (opened.st_dev != st.st_dev || opened.st_ino != st.st_ino) {
            errno = EAGAIN;
            state = failed(w, "open");
        } else state = walk_folder(w, fd, depth + 1);
        if (fd >= 0) close(fd);
    }
    if (state == OUTDIR_OWN && w->removes && unlinkat(folder, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
        state = failed(w, "remove");
    return state;
}

static outdir_state walk_folder(walk *w, int folder, int depth) {
    text_list names = {NULL, 0};
    outdir_state state = OUTDIR_OWN;
    size_t length = w->path.length, i;
    if (depth > OUTDIR_DEPTH) errno = ENAMETOOLONG;
    if (depth > OUTDIR_DEPTH || (!w->removes && faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0))
        return failed(w, "remove anything from");
    if (!read_names(folder, &names)) state = failed(w, "read");
    for (i = 0; i < names.count; i++) {
        text_cut(&w->path, length);
        text_putf(&w->path, "/%s", names.items[i]);
        if (state == OUTDIR_OWN && (depth > 0 || strcmp(names.items[i], info_name) != 0))
            state = walk_entry(w, folder, names.items[i], depth);
        free((void *)(uintptr_t)names.items[i]);
    }
    text_list_free(&names);
    text_cut(&w->path, length);
    return state;
}

/* ---- whose folder it is */

static bool read_info(int folder, text *info) {
    int fd = openat(folder, info_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char bytes[16384];
    struct stat st;
    ssize_t got = -1;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        while ((got = read(fd, bytes, sizeof bytes)) > 0 && info->length < OUTDIR_INFO) text_put(info, bytes, (size_t)got);
    if (fd >= 0) close(fd);
    return got == 0;
}

static bool has(const gem5art_json *info, const char *key, const char *value) {
    const gem5art_json *member = gem5art_json_get(info, key);
    return member && member->type == GEM5ART_JSON_STRING && strcmp(member->text, value) == 0;
}

static outdir_state check_info(int folder, const char *id, const char *hash, text *why) {
    text bytes = {NULL, 0, 0};
    const gem5art_json *info = NULL;
    outdir_state state = OUTDIR_OTHER;
    if (!read_info(folder, &bytes)) text_puts(why, "it has no info.json that names the run");
    else if ((info = gem5art_json_parse(text_string(&bytes), bytes.length, NULL, NULL)) == NULL ||
             info->type != GEM5ART_JSON_OBJECT)
        text_puts(why, "its info.json cannot be understood");
    else if (!*id || !has(info, "_id", id) || !has(info, "hash", hash))
        text_puts(why, "its info.json names another run");
    else state = OUTDIR_OWN;
    gem5art_json_free(info);
    text_free(&bytes);
    return state;
}

/* ---- an outdir */

/* Opens the folder that an outdir is in, and the outdir: its name must not be a link. */
static outdir_state open_outdir(const char *path, const char *name, int *above, int *folder, text *why) {
    char *parent = text_copy_n(path, (size_t)(name - path));
    struct stat st;
    *above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *folder = *above < 0 ? -1 : openat(*above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    free(parent);
    if (*folder >= 0) return OUTDIR_OWN;
    if (errno == ENOENT) {
        text_puts(why, "it is not there");
        return OUTDIR_GONE;
    }
    if (*above >= 0 && fstatat(*above, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode)) {
        text_puts(why, S_ISLNK(st.st_mode) ? "it is a symbolic link" : "it is not a folder");
        return OUTDIR_OTHER;
    }
    text_putf(why, "cannot open it: %s", strerror(errno));
    return OUTDIR_FAILED;
}

/* Removes what is left: the info.json and the folder, if it still has its name. */
static outdir_state remove_rest(int above, const char *name, int folder, const struct stat *st, text *why) {
    struct stat now;
    if (unlinkat(folder, info_name, 0) == 0 && fstatat(above, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
        now.st_dev == st->st_dev && now.st_ino == st->st_ino && unlinkat(above, name, AT_REMOVEDIR) == 0)
        return OUTDIR_OWN;
    text_putf(why, "cannot remove the emptied folder: %s", errno ? strerror(errno) : "it was replaced");
    return OUTDIR_FAILED;
}

static outdir_state work(bool removes, const char *path, const char *id, const char *hash, text *why) {
    walk w = {removes, 0, {NULL, 0, 0}, why};
    int above = -1, folder = -1;
    char *whole = text_join(NULL, path); /* without slashes at its end */
    const char *name = text_base(whole);
    outdir_state state = OUTDIR_OTHER;
    struct stat st = {0}, parent;
    if (*path != '/' || !*name || strcmp(name, "..") == 0) text_puts(why, "its path is not that of an outdir");
    else state = open_outdir(whole, name, &above, &folder, why);
    if (state == OUTDIR_OWN) state = check_info(folder, id, hash, why);
    text_puts(&w.path, whole);
    if (state == OUTDIR_OWN && fstat(folder, &st) < 0) state = failed(&w, "look at");
    w.device = st.st_dev;
    if (state == OUTDIR_OWN && fstat(above, &parent) == 0 && parent.st_dev != st.st_dev) {
        text_puts(why, "it is a mount point");
        state = OUTDIR_OTHER;
    }
    if (state == OUTDIR_OWN && owner_of(&st)) {
        text_putf(why, "it is that of %s, too", owner_of(&st));
        state = OUTDIR_OTHER;
    }
    if (state == OUTDIR_OWN && faccessat(above, ".", W_OK | X_OK, AT_EACCESS) < 0)
        state = failed(&w, "change the folder of");
    if (state == OUTDIR_OWN) state = walk_folder(&w, folder, 0);
    errno = 0;
    if (state == OUTDIR_OWN && removes) state = remove_rest(above, name, folder, &st, why);
    if (folder >= 0) close(folder);
    if (above >= 0) close(above);
    text_free(&w.path);
    free(whole);
    return state;
}

outdir_state outdir_check(const char *path, const char *id, const char *hash, text *why) {
    return work(false, path, id, hash, why);
}

outdir_state outdir_remove(const char *path, const char *id, const char *hash, text *why) {
    outdir_state state = work(false, path, id, hash, why); /* nothing is removed of a folder that is left */
    return state == OUTDIR_OWN ? work(true, path, id, hash, why) : state;
}

void outdir_forget(const char *path, const char *id, const char *hash) {
    char *info = text_join(path, "info.json"), *console = text_join(path, "console.txt");
    text why = {NULL, 0, 0};
    if (access(console, F_OK) < 0 && outdir_check(path, id, hash, &why) == OUTDIR_OWN && unlink(info) == 0) rmdir(path);
    text_free(&why);
    free(info);
    free(console);
}
