/* fixture.h - what tests of artifacts, runs and pools stand on: a folder of their own, real git repos, a store.
   Include it after gem5art.h (with GEM5ART_IMPLEMENTATION) and test.h. Everything is made below one new folder, which is the
   current folder while a test runs and is removed at its end. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The store of a test, in the current folder: beside it are STORE_PATH.lock and STORE_PATH.live. */
#define STORE_PATH "db.json"
#ifdef TEST_LMDB
#define STORE_SCHEME "lmdb://"
enum { STORE_IS_FLAT = false, STORE_FILES = 2 }; /* LMDB has a lock file of its own */
#else
#define STORE_SCHEME ""
enum { STORE_IS_FLAT = true, STORE_FILES = 1 };
#endif
#define STORE_URI STORE_SCHEME STORE_PATH

static char fixture_folder[PATH_MAX]; /* absolute */
static char fixture_warnings[16384];  /* what the log callback was told, one a line, since fixture_begin */
static gem5art_db *db;
static gem5art_error error;

/* Runs a shell command (printf-like); its exit status, 128 + N for signal N. */
__attribute__((format(printf, 1, 2), unused)) static int sh(const char *format, ...) {
    char command[8192];
    va_list arguments;
    int status;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    fflush(stdout);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Replaces a file. (Truncating one makes some file systems sync.) */
__attribute__((unused)) static void write_bytes(const char *path, const char *bytes, size_t size) {
    int fd = (unlink(path), open(path, O_WRONLY | O_CREAT | O_EXCL, 0666));
    CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && close(fd) == 0);
}

__attribute__((unused)) static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0)
        test_fail(__FILE__, __LINE__, "cannot write %s", path);
}

/* A whole file, NUL-terminated, to be freed; "" where it cannot be read. */
__attribute__((unused)) static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    size_t size = 0, capacity = 65536, n;
    char *text = (char *)malloc(capacity + 1);
    while (file && (n = fread(text + size, 1, capacity - size, file)) > 0) {
        size += n;
        if (size == capacity) text = (char *)realloc(text, (capacity *= 2) + 1);
    }
    if (file) fclose(file);
    text[size] = 0;
    return text;
}

__attribute__((unused)) static bool file_contains(const char *path, const char *part) {
    char *text = read_text(path);
    bool found = strstr(text, part) != NULL;
    free(text);
    return found;
}

__attribute__((unused)) static bool exists(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static void fixture_log(const char *message, void *user_data) {
    size_t length = strlen(fixture_warnings);
    if (strncmp(message, "waiting for the writer lock", 27) == 0) return; /* as on a busy machine */
    (void)user_data;
    snprintf(fixture_warnings + length, sizeof fixture_warnings - length, "%s\n", message);
}

/* Opens the test's store (or another uri) as `db`, with warnings kept. */
__attribute__((unused)) static bool open_db(const char *uri) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.log = fixture_log;
    db = gem5art_open(uri ? uri : STORE_URI, &desc, &error);
    if (!db) test_fail(__FILE__, __LINE__, "cannot open the store: %s", error.message);
    return db != NULL;
}

__attribute__((unused)) static void close_db(void) {
    if (!gem5art_close(db, &error)) test_fail(__FILE__, __LINE__, "cannot close the store: %s", error.message);
    db = NULL;
}

/* In a forked child: the parent's db is not ours to use or to close, and not lost either. */
__attribute__((unused)) static void leave_parents_db(void) {
    static gem5art_db *volatile parents __attribute__((unused));
    parents = db;
    db = NULL;
}

/* A new folder, and into it. */
static void fixture_begin(void) {
    const char *base = getenv("TMPDIR");
    fixture_warnings[0] = 0;
    snprintf(fixture_folder, sizeof fixture_folder, "%s/gem5art-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(fixture_folder) || chdir(fixture_folder) < 0) {
        perror(fixture_folder);
        exit(1);
    }
    /* Neither the user's git configuration nor a repo around us may have a say. */
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("HOME", fixture_folder, 1);
    unsetenv("GIT_CONFIG_GLOBAL"); /* git then looks in HOME, so that a test may have settings */
    setenv("GIT_AUTHOR_NAME", "T", 1), setenv("GIT_AUTHOR_EMAIL", "t@example.org", 1);
    setenv("GIT_COMMITTER_NAME", "T", 1), setenv("GIT_COMMITTER_EMAIL", "t@example.org", 1);
    unsetenv("GEM5ART_DB");
    unsetenv("GEM5ART_STORAGE");
}

static void fixture_end(void) {
    if (db) close_db();
#ifdef MEMORY_H
    CHECK_THAT(memory_alive == 0, "%ld allocations leak", memory_alive);
    memory_alive = 0; /* for the next test */
#endif
    if (chdir("/") == 0) sh("chmod -R u+w %s 2>/dev/null; rm -rf %s", fixture_folder, fixture_folder);
}

/* A git repo in `folder` with the file run.py and one commit, without an origin. */
__attribute__((unused)) static void make_repo(const char *folder) {
    if (sh("mkdir -p %s && cd %s && git init -q -b main . && echo '# a run script' > run.py && git add -A && git commit -qm first", folder, folder))
        test_fail(__FILE__, __LINE__, "cannot make a git repo in %s", folder);
}

/* The absolute path of something that `make` built, such as "children/slow"; $BUILD tells where. */
__attribute__((unused)) static const char *built(const char *name) {
    static char path[4][PATH_MAX];
    static int next;
    const char *build = getenv("BUILD");
    next = (next + 1) % 4;
    snprintf(path[next], PATH_MAX, "%s/%s", build ? build : "build", name);
    if (access(path[next], F_OK) < 0) test_fail(__FILE__, __LINE__, "%s is not built: run the tests by make, which sets BUILD", path[next]);
    return path[next];
}

__attribute__((unused)) static const gem5art_artifact *register_path(const char *name, const char *type, const char *path) {
    gem5art_artifact_desc desc;
    const gem5art_artifact *artifact;
    memset(&desc, 0, sizeof desc);
    desc.name = name;
    desc.type = type;
    desc.path = path;
    desc.documentation = "made by the tests for the tests";
    desc.command = "true";
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) test_fail(__FILE__, __LINE__, "cannot register %s: %s", path, error.message);
    return artifact;
}

#endif
