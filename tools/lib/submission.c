/* submission.c - see submission.h */

#include "submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

/* Characters of a UUID; seconds until a submission that is over is removed. */
enum { SUBMISSION_ID = 36, SUBMISSION_AGE = 3600 };

static bool begins_with_id(const char *at, char after) {
    return strspn(at, "0123456789abcdef-") == SUBMISSION_ID && at[SUBMISSION_ID] == after;
}

static char *path_of(const submission *s, const char *name) { return text_join(s->folder, name); }

/* Makes STORE.slurm for all who may write the store: each makes folders of their own there. */
static char *make_parent(const gem5art_db *db) {
    char *parent = text_printf("%s.slurm", gem5art_store_path(db));
    struct stat store;
    if (mkdir(parent, 0777) == 0) {
        if (stat(gem5art_store_path(db), &store) == 0) {
            mode_t mode = (store.st_mode & 0777) | 0700;
            mode |= (mode & 0444) >> 2 | (mode & 0022 ? S_ISVTX : 0);
            if (chown(parent, (uid_t)-1, store.st_gid) < 0) mode &= 07707; /* not the store's group: nothing for it */
            chmod(parent, mode);
        }
    } else if (errno != EEXIST) die(EXIT_FAILED, "cannot make the folder %s: %s", parent, strerror(errno));
    return parent;
}

/* 16 random bytes as a UUID. */
static char *make_id(void) {
    unsigned char bytes[16];
    char *id = (char *)text_alloc(SUBMISSION_ID + 1), *to = id;
    FILE *random = fopen("/dev/urandom", "rb");
    size_t i;
    if (!random || fread(bytes, sizeof bytes, 1, random) != 1) die(EXIT_FAILED, "cannot read /dev/urandom");
    fclose(random);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
        to += sprintf(to, "%02x", bytes[i]);
    }
    return id;
}

static struct flock whole_file(short type) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

void submission_begin(submission *s, gem5art_db *db) {
    char *parent = make_parent(db), *jobs;
    struct flock lock = whole_file(F_WRLCK);
    memset(s, 0, sizeof *s);
    s->id = make_id();
    s->folder = text_join(parent, s->id);
    if (mkdir(s->folder, 0755) < 0) die(EXIT_FAILED, "cannot make the folder %s: %s", s->folder, strerror(errno));
    jobs = path_of(s, "jobs");
    s->jobs_file = open(jobs, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0644); /* sbatch inherits it */
    if (s->jobs_file < 0 || fchmod(s->jobs_file, 0644) < 0 || fcntl(s->jobs_file, F_OFD_SETLK, &lock) < 0)
        die(EXIT_FAILED, "cannot make and lock %s: %s; submissions need a file system with locks", jobs,
            strerror(errno));
    free(jobs);
    free(parent);
}

void submission_write(const submission *s, const char *name, const text *content, bool executable) {
    char *path = path_of(s, name);
    FILE *file = fopen(path, "wbx");
    bool ok = file && fwrite(text_string(content), 1, content->length, file) == content->length && fflush(file) == 0 &&
              fsync(fileno(file)) == 0;
    if (file && fclose(file) != 0) ok = false;
    if (!ok || chmod(path, executable ? 0755 : 0644) < 0) die(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    free(path);
}

bool submission_add_job(submission *s, int64_t first, int64_t job, text *why) {
    char line[64];
    int length = snprintf(line, sizeof line, "%lld %lld\n", (long long)first, (long long)job);
    if (write(s->jobs_file, line, (size_t)length) == length && fsync(s->jobs_file) == 0) return true;
    text_putf(why, "cannot write %s/jobs: %s", s->folder, strerror(errno));
    return false;
}

void submission_end(submission *s) {
    if (s->jobs_file >= 0) close(s->jobs_file);
    s->jobs_file = -1;
}

/* Calls `act` for each file of a folder until it returns false; returns whether it never did. */
static bool each_file(const char *folder, bool (*act)(const char *path)) {
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool ok = dir != NULL;
    while (ok && (entry = readdir(dir)) != NULL) {
        char *path = text_join(folder, entry->d_name);
        ok = entry->d_name[0] == '.' || act(path);
        free(path);
    }
    if (dir) closedir(dir);
    return ok;
}

static bool remove_file(const char *path) { return unlink(path) == 0; }

static bool is_silent(const char *path) {
    struct stat st;
    return !text_ends(path, ".out") || (lstat(path, &st) == 0 && st.st_size == 0);
}

void submission_forget(submission *s) {
    if (each_file(s->folder, remove_file)) rmdir(s->folder);
    submission_end(s);
}

/* ---- reading */

/* Does a folder of STORE.slurm belong to this user, and has it not changed for an hour? */
static bool is_old(const char *folder) {
    struct stat st;
    return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           difftime(time(NULL), st.st_mtime) > SUBMISSION_AGE;
}

static bool has_job(const slurm_queue *jobs, const char *id) {
    bool found = false;
    size_t i;
    int64_t first;
    for (i = 0; i < jobs->count && !found; i++) {
        char *of = submission_of_job(jobs, i, &first);
        found = text_same(of, id);
        free(of);
    }
    return found;
}

void submission_remove_ended(const gem5art_db *db, const text_list *used) {
    char *parent = text_printf("%s.slurm", gem5art_store_path(db));
    DIR *dir = opendir(parent);
    const struct dirent *entry;
    uid_t user = geteuid();
    slurm_queue jobs = {NULL, 0, NULL};
    text why = {NULL, 0, 0};
    bool asked = false, answered = true;
    submission s;
    while (dir && answered && (entry = readdir(dir)) != NULL) {
        if (!begins_with_id(entry->d_name, 0) || text_list_has(used, entry->d_name)) continue;
        submission_read(&s, db, entry->d_name);
        if (!s.submitting && is_old(s.folder) && each_file(s.folder, is_silent)) {
            if (!asked) answered = slurm_ask(&jobs, &user, 1, &why);
            asked = true;
            if (answered && !has_job(&jobs, s.id)) submission_forget(&s);
        }
        submission_free(&s);
    }
    if (dir) closedir(dir);
    slurm_free(&jobs);
    text_free(&why);
    free(parent);
}

static void read_arrays(submission *s, FILE *file) {
    long long first, job;
    /* NOLINTNEXTLINE(cert-err34-c): gem5art-run printed these two numbers */
    while (fscanf(file, "%lld %lld", &first, &job) == 2) submission_adopt(s, first, job);
}

void submission_read(submission *s, const gem5art_db *db, const char *id) {
    struct flock lock = whole_file(F_WRLCK);
    char *jobs;
    int fd;
    FILE *file;
    memset(s, 0, sizeof *s);
    s->jobs_file = -1;
    s->id = text_copy(id);
    s->folder = text_printf("%s.slurm/%s", gem5art_store_path(db), id);
    jobs = path_of(s, "jobs");
    fd = open(jobs, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    free(jobs);
    s->submitting = fd < 0 && errno != ENOENT && errno != ENOTDIR; /* unreadable: nothing is known */
    if (fd < 0) return;
    s->submitting = fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK; /* before the lines are read */
    if ((file = fdopen(fd, "r")) == NULL) close(fd);
    else read_arrays(s, file), fclose(file);
}

char *submission_experiment(const gem5art_db *db, const char *id) {
    char *path = text_printf("%s.slurm/%s/experiment", gem5art_store_path(db), id), name[4096];
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); /* it may be another user's */
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    size_t n = file ? fread(name, 1, sizeof name, file) : 0;
    if (file) fclose(file);
    free(path);
    return n ? text_copy_n(name, n) : NULL;
}

const struct submission_array *submission_find(const submission *s, int64_t task) {
    size_t i = s->count;
    while (i > 0 && s->arrays[i - 1].first > task) i--;
    return i > 0 ? &s->arrays[i - 1] : NULL;
}

void submission_adopt(submission *s, int64_t first, int64_t job) {
    size_t i;
    for (i = 0; i < s->count; i++)
        if (s->arrays[i].job == job) return;
    s->arrays = (struct submission_array *)text_room(s->arrays, s->count, sizeof *s->arrays);
    for (i = s->count++; i > 0 && s->arrays[i - 1].first > first; i--) s->arrays[i] = s->arrays[i - 1];
    s->arrays[i].first = first;
    s->arrays[i].job = job;
}

/* ID, a character, and a number, as in tickets and comments. */
static char *read_id(const char *at, char after, int64_t *number) {
    char *end;
    if (!begins_with_id(at, after)) return NULL;
    *number = strtoll(at + SUBMISSION_ID + 1, &end, 10);
    if (end == at + SUBMISSION_ID + 1 || *end || *number < 0) return NULL;
    return text_copy_n(at, SUBMISSION_ID);
}

static const char submission_prefix[] = "gem5art:"; /* of comments */

char *submission_comment(const char *id, int64_t first) {
    return text_printf("%s%s:%lld", submission_prefix, id, (long long)first);
}

char *submission_of_comment(const char *comment, int64_t *first) {
    if (!text_starts(comment, submission_prefix)) return NULL;
    return read_id(comment + sizeof submission_prefix - 1, ':', first);
}

char *submission_ticket(const char *id, int64_t task) { return text_printf("%s %lld", id, (long long)task); }

char *submission_of_job(const slurm_queue *jobs, size_t i, int64_t *first) {
    const slurm_task *task = &jobs->tasks[i];
    return i == 0 || task->job != task[-1].job ? submission_of_comment(task->comment, first) : NULL;
}

char *submission_of_ticket(const char *ticket, int64_t *task) { return read_id(ticket, ' ', task); }

void submission_free(submission *s) {
    submission_end(s);
    free((void *)(uintptr_t)s->id);
    free(s->folder);
    free(s->arrays);
    memset(s, 0, sizeof *s);
    s->jobs_file = -1;
}
