/* Artifacts: what is stored and read back, what is refused, git in all its shapes, copies, checks, removal. */
#include "memory.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>

/* Copies by the file system's own means, as they would go on another one. */
#define GEM5ART_SYS_COPY_FILE_RANGE(from, to, size) hook_copy_range(from, to, size)
#define GEM5ART_SYS_WRITE(fd, data, size) (write_fails ? (errno = write_fails, (ssize_t)-1) : write(fd, data, size))
static ssize_t hook_copy_range(int from, int to, size_t size) __attribute__((unused));
static int write_fails; /* errno of each write; 0: none fails */

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/un.h>
#include "test.h"
#include "fixture.h"
#include "store.h"

static int ranges; /* calls */
static size_t range_limit; /* bytes a call copies; 0: the call is not there; NOTHING: it claims to be at the end */
#define NOTHING (SIZE_MAX - 1)

/* Copies range_limit bytes in all, then is not there any more. */
static ssize_t hook_copy_range(int from, int to, size_t size) {
    char chunk[65536];
    ssize_t n;
    ranges++;
    if (!range_limit) return errno = EXDEV, -1;
    if (range_limit == NOTHING) return 0; /* as some file systems do */
    if (size > range_limit) size = range_limit;
    n = read(from, chunk, size < sizeof chunk ? size : sizeof chunk);
    if (n > 0 && write(to, chunk, (size_t)n) != n) return -1;
    if (range_limit != SIZE_MAX) range_limit -= (size_t)n;
    return n;
}

static char source_folder[PATH_MAX]; /* where the tests were started */

/* The text of a file of the tests' own data; to be freed. */
static char *read_data(const char *name) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/data/%s", source_folder, name);
    if (!exists(path)) test_fail(__FILE__, __LINE__, "no %s: start the tests at the top of the project", path);
    return read_text(path);
}

static const char hello_sha256[] = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
static const char hello_md5[] = "b1946ac92492d2347c6235b4d2611184"; /* both of "hello\n" */

static void begin(void) {
    if (db) close_db();
    fixture_begin();
    open_db(NULL);
}

static gem5art_artifact_desc a_desc(const char *path) {
    gem5art_artifact_desc desc;
    struct stat st;
    memset(&desc, 0, sizeof desc);
    desc.name = "thing";
    desc.type = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "git repo" : "gem5 binary";
    desc.path = path;
    desc.documentation = "made by the tests for the tests";
    return desc;
}

static const gem5art_artifact *add(const char *path) {
    gem5art_artifact_desc desc = a_desc(path);
    return gem5art_register_artifact(db, &desc, &error);
}

/* The last call failed with this code and these words, in one line. */
#define REFUSED(wanted, part)                                                      \
    do {                                                                           \
        CHECK_STR(gem5art_code_text(error.code), gem5art_code_text(wanted));       \
        CHECK_CONTAINS(error.message, part);                                       \
        CHECK(!strchr(error.message, '\n'));                                       \
    } while (0)

/* What a shell command prints, without its newline; one of four buffers. */
__attribute__((format(printf, 1, 2))) static const char *printed_by(const char *format, ...) {
    static char text[4][4096];
    static int next;
    char command[2048];
    va_list arguments;
    FILE *pipe;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    next = (next + 1) % 4;
    text[next][0] = 0;
    pipe = popen(command, "r");
    if (pipe) {
        size_t n = fread(text[next], 1, sizeof text[next] - 1, pipe);
        text[next][n] = 0;
        while (n && text[next][n - 1] == '\n') text[next][--n] = 0;
        pclose(pipe);
    }
    return text[next];
}

static const char *head_of(const char *repo) { return printed_by("git -C '%s' rev-parse HEAD", repo); }

/* How many lines of the store have this. */
static int count_of(const char *what) {
    char *text = read_store(STORE_PATH), *at = text;
    int count = 0;
    for (; (at = strstr(at, what)) != NULL; at += strcspn(at, "\n")) count++;
    free(text);
    return count;
}

/* Runs a check without root's powers, in a process and with a db of its own. */
static void without_root(void (*check)(void)) {
    pid_t pid;
    int status;
    chmod(fixture_folder, 0755);
    chmod(STORE_PATH "-lock", 0666); /* LMDB's readers write there */
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        leave_parents_db();
        if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)) test_fail(__FILE__, __LINE__, "cannot become nobody");
        else check();
        fflush(stdout);
        _exit(test_failures_here != 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
}

/* ---- fields */

static const char *const versions[] = {"24.0", "23.1", NULL};
static const char *const extras[] = {"license", "BSD-3-Clause", "q\"uote", "a\\b\n\xff", "", "empty key", NULL};

static gem5art_artifact_desc full_desc(const gem5art_artifact *const *inputs) {
    gem5art_artifact_desc desc = a_desc("disk.img");
    desc.command = "./packer build \"boot\".json";
    desc.name = "boot-disk \xc3\xbc \x80 \xff";
    desc.cwd = "disks";
    desc.type = "disk image";
    desc.documentation = "Ubuntu with m5 \xe2\x80\x94 and \xfe bytes";
    desc.inputs = inputs;
    desc.input_count = inputs != NULL;
    desc.architecture = "x86";
    desc.size = 70000;
    desc.is_zipped = true;
    desc.md5sum = "4fbdfc83ecfc346ba1e8f8dc3ce340cd";
    desc.url = "https://example.org/?a=1&b=2";
    desc.supported_gem5_versions = versions;
    desc.version = "v24-0";
    desc.extra = extras;
    return desc;
}

static void check_texts(const char *const *actual, const char *const *expected) {
    for (; *actual && *expected; actual++, expected++) CHECK_STR(*actual, *expected);
    CHECK(!*actual && !*expected);
}

static void check_full(const gem5art_artifact *a, const gem5art_artifact *input) {
    gem5art_artifact_desc desc = full_desc(NULL);
    CHECK_INT(strlen(a->id), 36);
    CHECK_INT(a->id[14], '4');
    CHECK_STR(a->hash, hello_sha256);
    CHECK_STR(a->type, desc.type);
    CHECK_STR(a->name, desc.name);
    CHECK_STR(a->documentation, desc.documentation);
    CHECK_STR(a->command, desc.command);
    CHECK_STR(a->path, desc.path);
    CHECK_STR(a->cwd, desc.cwd);
    CHECK_STR(a->inputs[0], input->id);
    CHECK(!a->inputs[1]);
    CHECK_STR(a->git_origin, "");
    CHECK_STR(a->git_hash, "");
    CHECK_STR(a->git_name, "");
    CHECK_STR(a->architecture, desc.architecture);
    CHECK_INT(a->size, 70000);
    CHECK(a->is_zipped);
    CHECK_STR(a->md5sum, desc.md5sum);
    CHECK_STR(a->url, desc.url);
    check_texts(a->supported_gem5_versions, versions);
    CHECK_STR(a->version, desc.version);
    check_texts(a->extra, extras);
}

TEST(every_field_is_stored_and_read_back) {
    const gem5art_artifact *inputs[2] = {NULL, NULL}, *a, *b;
    gem5art_artifact_desc desc;
    double before = gem5art__now();
    char id[37];
    begin();
    write_text("disk.img", "hello\n");
    write_text("input", "an input");
    inputs[0] = add("input");
    REQUIRE(inputs[0]);
    desc = full_desc(inputs);
    a = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(a);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_STR(error.message, "");
    check_full(a, inputs[0]);
    CHECK(a->time >= before && a->time <= gem5art__now());
    CHECK(!a->record);
    strcpy(id, a->id);
    close_db();
    open_db(NULL);
    b = gem5art_find_artifact(db, id, &error);
    REQUIRE(b);
    inputs[0] = gem5art_find_artifact(db, b->inputs[0], &error);
    REQUIRE(inputs[0]);
    check_full(b, inputs[0]);
    CHECK(b->time >= before);
    CHECK(b->record);
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

/* As gem5art lays them out: the same keys with values of the same types, JSON inside strings too. */
TEST(a_record_has_gem5arts_keys_and_types) {
    char *text;
    const gem5art_json *root, *theirs, *member, *ours;
    const gem5art_artifact *repo, *disk, *inputs[2] = {NULL, NULL};
    gem5art_artifact_desc desc;
    int compared = 0;
    text = read_data("gem5art-filedb/db.json");
    root = gem5art_json_parse(text, strlen(text), NULL, &error);
    free(text);
    REQUIRE(root);
    begin();
    write_text("disk.img", "hello\n");
    make_repo("repo");
    sh("git -C repo remote add origin https://example.org/r.git");
    inputs[0] = repo = add("repo");
    REQUIRE(repo);
    desc = full_desc(inputs);
    disk = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(disk);
    repo = gem5art_find_artifact(db, repo->id, &error);
    disk = gem5art_find_artifact(db, disk->id, &error);
    REQUIRE(repo && disk);
    for (theirs = root->first; theirs; theirs = theirs->next) {
        const char *type = gem5art_json_get(theirs, "type")->text;
        if (strcmp(type, "git repo") != 0 && strcmp(type, "disk image") != 0) continue;
        compared++;
        for (member = theirs->first; member; member = member->next) {
            ours = gem5art_json_get(*type == 'g' ? repo->record : disk->record, member->key);
            CHECK_THAT(ours, "the key \"%s\" is missing", member->key);
            if (ours) CHECK_THAT(ours->type == member->type, "\"%s\" of a %s is of another type", member->key, type);
        }
    }
    CHECK_INT(compared, 3);
    member = gem5art_json_get(repo->record, "git");
    CHECK_STR(gem5art_json_get(member, "origin")->text, "https://example.org/r.git");
    CHECK_STR(gem5art_json_get(member, "hash")->text, repo->hash);
    CHECK_STR(gem5art_json_get(member, "name")->text, repo->git_name);
    CHECK_INT(gem5art_json_get(disk->record, "git")->count, 0);
    CHECK_STR(gem5art_json_get(disk->record, "supported_gem5_versions")->text, "[\"24.0\",\"23.1\"]");
    CHECK_STR(gem5art_json_get(repo->record, "supported_gem5_versions")->text, "[]");
    CHECK_STR(gem5art_json_get(repo->record, "extra")->text, "{}");
    gem5art_json_free(root);
    fixture_end();
}

TEST(fields_left_out_have_defaults) {
    const gem5art_artifact *a;
    gem5art_artifact_desc desc;
    begin();
    write_text("f", "hello\n");
    write_text("g", "another");
    a = add("f");
    REQUIRE(a);
    CHECK_STR(a->command, "");
    CHECK_STR(a->cwd, ".");
    CHECK_INT(a->size, 6);
    CHECK(!a->is_zipped);
    CHECK(!a->inputs[0] && !a->extra[0] && !a->supported_gem5_versions[0]);
    CHECK_STR(a->url, "");
    desc = a_desc("g");
    desc.size = -1;
    a = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(a);
    CHECK_INT(a->size, -1);
    a = gem5art_find_artifact(db, a->id, &error);
    REQUIRE(a);
    CHECK_INT(a->size, -1);
    CHECK_INT(gem5art_json_get(a->record, "size")->type, GEM5ART_JSON_NULL);
    fixture_end();
}

/* What is passed is copied: the caller's memory may change at once. */
TEST(a_desc_is_copied) {
    char name[] = "name one", path[] = "f", key[] = "key", documentation[] = "documentation of one";
    const char *pairs[] = {NULL, "value", NULL};
    gem5art_artifact_desc desc;
    const gem5art_artifact *a;
    begin();
    write_text("f", "hello\n");
    desc = a_desc(path);
    pairs[0] = key;
    desc.name = name, desc.documentation = documentation, desc.extra = pairs;
    a = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(a);
    memset(name, 'x', sizeof name - 1), memset(path, 'x', 1), memset(key, 'x', 3), memset(documentation, 'x', 5);
    pairs[1] = "other";
    CHECK_STR(a->name, "name one");
    CHECK_STR(a->path, "f");
    CHECK_STR(a->extra[0], "key");
    CHECK_STR(a->extra[1], "value");
    CHECK_STR(a->documentation, "documentation of one");
    fixture_end();
}

/* ---- what is refused before anything is read */

TEST(a_desc_with_a_missing_or_bad_field_is_refused) {
    static const char *const odd[] = {"key", NULL}, *const twice[] = {"key", "1", "key", "2", NULL};
    gem5art_artifact_desc desc;
    char *name = (char *)malloc(GEM5ART_MAX_NAME + 2);
    begin();
    write_text("f", "hello\n");
    memset(name, 'n', GEM5ART_MAX_NAME + 1);
    name[GEM5ART_MAX_NAME + 1] = 0;
#define BAD(change, code, part)                                       \
    do {                                                              \
        desc = a_desc("f");                                           \
        change;                                                       \
        CHECK(!gem5art_register_artifact(db, &desc, &error));         \
        REFUSED(code, part);                                          \
        CHECK(!gem5art_register_artifact(db, &desc, NULL));           \
    } while (0)
    BAD(desc.name = NULL, GEM5ART_INVALID, ".name");
    BAD(desc.name = "", GEM5ART_INVALID, ".name");
    BAD(desc.name = name, GEM5ART_LIMIT, "4097 bytes");
    BAD(desc.type = NULL, GEM5ART_INVALID, ".type");
    BAD(desc.type = "", GEM5ART_INVALID, ".type");
    BAD(desc.type = "gem5 run", GEM5ART_INVALID, "gem5 run");
    BAD(desc.type = "gem5 run fs", GEM5ART_INVALID, "gem5 run fs");
    BAD(desc.path = NULL, GEM5ART_INVALID, ".path");
    BAD(desc.path = "", GEM5ART_INVALID, ".path");
    BAD(desc.documentation = NULL, GEM5ART_INVALID, "at least 10 characters");
    BAD(desc.documentation = "", GEM5ART_INVALID, "at least 10 characters");
    BAD(desc.documentation = "123456789", GEM5ART_INVALID, "\"123456789\"");
    BAD(desc.documentation = "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", GEM5ART_INVALID, "at least 10 characters"); /* 5 of them */
    BAD(desc.extra = odd, GEM5ART_INVALID, ".extra has no value for key");
    BAD(desc.extra = twice, GEM5ART_INVALID, ".extra has key twice");
    CHECK(!gem5art_register_artifact(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    desc = a_desc("f");
    CHECK(!gem5art_register_artifact(NULL, &desc, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_register_artifact(NULL, NULL, NULL));
    CHECK_INT(count_of("_id"), 0);
    desc.documentation = "1234567890";
    name[GEM5ART_MAX_NAME] = 0;
    desc.name = name;
    CHECK(gem5art_register_artifact(db, &desc, &error));
    free(name);
    fixture_end();
}

TEST(null_arguments_are_errors_everywhere) {
    gem5art_text record = {"{}", 2};
    gem5art_json_writer writer;
    const gem5art_artifact *a;
    begin();
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    CHECK_STR(gem5art_store_path(NULL), "");
    CHECK(!gem5art_json_parse(NULL, 5, NULL, &error));
    CHECK_INT(error.code, GEM5ART_SYNTAX);
    CHECK(!gem5art_add_records(db, NULL, 1, false, NULL, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the list of records is missing");
    CHECK(!gem5art_add_records(db, &record, 1, false, NULL, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the list of additions is missing");
    CHECK(gem5art_add_records(db, NULL, 0, false, NULL, NULL, &error));
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_array(&writer);
    gem5art_json_run(&writer, NULL);
    gem5art_json_artifact(&writer, NULL);
    gem5art_json_end_array(&writer);
    CHECK_STR(gem5art_json_take(&writer, NULL, &error), "[null,null]");
    gem5art_json_writer_free(&writer);
    CHECK(!gem5art_find_artifact(NULL, "x", &error));
    REFUSED(GEM5ART_INVALID, "the db is missing");
    CHECK(!gem5art_find_artifact(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the id or hash is missing");
    CHECK(!gem5art_find_artifact(db, "x", NULL));
    CHECK(!gem5art_check_artifact(NULL, a, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the db is missing");
    CHECK(!gem5art_check_artifact(db, NULL, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the artifact is missing");
    CHECK(!gem5art_check_artifact(db, NULL, NULL, NULL));
    CHECK(gem5art_check_artifact(db, a, NULL, NULL));
    CHECK(!gem5art_download_artifact(NULL, a, "to", &error));
    CHECK(!gem5art_download_artifact(db, NULL, "to", &error));
    REFUSED(GEM5ART_INVALID, "the artifact is missing");
    CHECK(!gem5art_download_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the path is missing");
    CHECK(gem5art_download_artifact(db, a, "to", NULL));
    CHECK(!gem5art_download_artifact(db, a, "to", NULL));
    CHECK(!gem5art_remove_artifact(NULL, "x", &error));
    CHECK(!gem5art_remove_artifact(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "the id is missing");
    CHECK(!gem5art_remove_artifact(db, "x", NULL));
    CHECK(gem5art_remove_artifact(db, a->id, NULL));
    CHECK(!gem5art_artifacts_equal(a, NULL) && !gem5art_artifacts_equal(NULL, a) && gem5art_artifacts_equal(NULL, NULL));
    CHECK(!gem5art_artifacts_similar(a, NULL) && !gem5art_artifacts_similar(NULL, a) && gem5art_artifacts_similar(NULL, NULL));
    fixture_end();
}

/* ---- files */

static void check_unreadable(void) {
    open_db(NULL);
    CHECK(!add("secret"));
    REFUSED(GEM5ART_IO, "secret: Permission denied");
    CHECK(!add("closed/file"));
    REFUSED(GEM5ART_IO, "closed/file: Permission denied");
    close_db();
}

TEST(paths_that_are_no_files_are_refused) {
    char path[PATH_MAX + 64];
    begin();
    CHECK(!add("nothing/here"));
    REFUSED(GEM5ART_NOT_FOUND, "nothing/here");
    write_text("f", "hello\n");
    CHECK(!add("f/below"));
    REFUSED(GEM5ART_NOT_FOUND, "f/below");
    CHECK(mkfifo("fifo", 0600) == 0);
    CHECK(!add("fifo"));
    REFUSED(GEM5ART_INVALID, "fifo is a pipe");
    CHECK(!add("/dev/null"));
    REFUSED(GEM5ART_INVALID, "/dev/null");
    CHECK(symlink("gone", "dangling") == 0);
    CHECK(!add("dangling"));
    REFUSED(GEM5ART_NOT_FOUND, "dangling");
    CHECK(symlink("loop", "loop") == 0);
    CHECK(!add("loop"));
    REFUSED(GEM5ART_IO, "loop");
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = 0;
    CHECK(!add(path));
    REFUSED(GEM5ART_IO, strerror(ENAMETOOLONG));
    CHECK(mkdir("folder", 0777) == 0);
    CHECK(!add("folder"));
    REFUSED(GEM5ART_GIT, "folder");
    CHECK_CONTAINS(error.message, "not a git repository");
    write_text("secret", "x");
    chmod("secret", 0);
    sh("mkdir closed && echo x > closed/file && chmod 0 closed");
    without_root(check_unreadable);
    chmod("closed", 0700);
    CHECK_INT(count_of("_id"), 0);
    fixture_end();
}

TEST(a_file_is_its_bytes_wherever_it_is) {
    const gem5art_artifact *a, *b, *c;
    begin();
    write_text("f", "hello\n");
    write_text("empty", "");
    CHECK(symlink("f", "link") == 0);
    a = add("f");
    b = add("link");
    c = add("empty");
    REQUIRE(a && b && c);
    CHECK_STR(a->hash, hello_sha256);
    CHECK_STR(b->id, a->id);
    CHECK_STR(b->path, "link");
    CHECK_STR(c->hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_INT(c->size, 0);
    fixture_end();
}

TEST(the_same_hash_is_the_stored_artifact) {
    const gem5art_artifact *a, *b;
    gem5art_artifact_desc desc;
    begin();
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    CHECK(mkdir("sub", 0777) == 0);
    write_text("sub/copy", "hello\n");
    desc = a_desc("sub/copy");
    desc.cwd = "sub";
    b = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(b);
    CHECK_STR(b->id, a->id);
    CHECK_STR(b->path, "sub/copy");
    CHECK_STR(b->cwd, "sub");
    CHECK_STR(a->path, "f");
    CHECK_STR(fixture_warnings, "");
    CHECK(gem5art_artifacts_equal(a, b));
    CHECK(!gem5art_artifacts_similar(a, b));
    desc.inputs = &a, desc.input_count = 1;
    CHECK(gem5art_register_artifact(db, &desc, &error));
    CHECK_CONTAINS(fixture_warnings, "a different \"inputs\":");
    desc.inputs = NULL, desc.input_count = 0;
    *fixture_warnings = '\0';
    desc.name = "other";
    desc.type = "kernel";
    desc.documentation = "other documentation";
    desc.command = "other command";
    desc.architecture = "arm";
    desc.size = 77;
    desc.is_zipped = true;
    desc.md5sum = "m";
    desc.url = "u";
    desc.version = "v";
    desc.supported_gem5_versions = versions;
    desc.extra = extras;
    b = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(b);
    CHECK_STR(b->id, a->id);
    CHECK_STR(b->name, "thing");
    CHECK_STR(b->type, "gem5 binary");
    CHECK_INT(b->size, 6);
    {
        static const char *const fields[] = {"name", "type", "documentation", "command", "architecture", "size", "is_zipped", "md5sum",
                                             "url", "version", "supported_gem5_versions", "extra", NULL};
        int i, lines = 0;
        char wanted[64];
        const char *at;
        for (i = 0; fields[i]; i++) {
            snprintf(wanted, sizeof wanted, "a different \"%s\":", fields[i]);
            CHECK_CONTAINS(fixture_warnings, wanted);
        }
        for (at = fixture_warnings; (at = strchr(at, '\n')) != NULL; at++) lines++;
        CHECK_INT(lines, i);
        CHECK_CONTAINS(fixture_warnings, a->id);
    }
    CHECK_INT(count_of("_id"), 1);
    fixture_end();
}

/* Nothing is asked of a log that is not there. */
TEST(warnings_without_a_log_are_dropped) {
    gem5art_artifact_desc desc;
    begin();
    close_db();
    db = gem5art_open(STORE_URI, NULL, &error);
    REQUIRE(db);
    write_text("f", "hello\n");
    CHECK(add("f"));
    desc = a_desc("f");
    desc.name = "other";
    CHECK(gem5art_register_artifact(db, &desc, &error));
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

TEST(equal_is_the_hash_and_similar_all_else) {
    const gem5art_artifact *a, *b;
    gem5art_artifact other;
    begin();
    write_text("f", "hello\n");
    a = add("f");
    write_text("f", "other\n");
    b = add("f");
    REQUIRE(a && b);
    CHECK(!gem5art_artifacts_equal(a, b));
    CHECK(gem5art_artifacts_similar(a, b)); /* same size, too */
    CHECK(gem5art_artifacts_equal(a, a) && gem5art_artifacts_similar(a, a));
    other = *a;
    other.id = "x", other.hash = "y", other.time = 5, other.git_origin = "z";
    CHECK(gem5art_artifacts_similar(a, &other));
#define DIFFERS(change) do { other = *a; change; CHECK(!gem5art_artifacts_similar(a, &other)); CHECK(gem5art_artifacts_equal(a, &other)); } while (0)
    DIFFERS(other.name = "x");
    DIFFERS(other.type = "x");
    DIFFERS(other.documentation = "x");
    DIFFERS(other.command = "x");
    DIFFERS(other.path = "x");
    DIFFERS(other.cwd = "x");
    DIFFERS(other.inputs = versions);
    DIFFERS(other.architecture = "x");
    DIFFERS(other.size = 1);
    DIFFERS(other.is_zipped = true);
    DIFFERS(other.md5sum = "x");
    DIFFERS(other.url = "x");
    DIFFERS(other.supported_gem5_versions = versions);
    DIFFERS(other.version = "x");
    DIFFERS(other.extra = extras);
    fixture_end();
}

/* ---- two at once */

typedef struct race {
    int arrived; /* of two, counted over all rounds */
    char ids[2][50][40];
} race;

static void race_round(race *shared, int n) {
    __sync_add_and_fetch(&shared->arrived, 1);
    while (__sync_add_and_fetch(&shared->arrived, 0) < 2 * (n + 1)) sched_yield();
}

static void race_registrations(race *shared, int me) {
    char path[32];
    int n;
    open_db(NULL);
    for (n = 0; n < 50; n++) {
        const gem5art_artifact *a;
        snprintf(path, sizeof path, "file-%d", n);
        race_round(shared, n);
        a = add(path);
        snprintf(shared->ids[me][n], 40, "%.36s", a ? a->id : error.message);
    }
    close_db();
}

TEST(two_processes_that_register_one_file_get_one_artifact) {
    race *shared = (race *)mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[2];
    int me, n, status;
    REQUIRE(shared != MAP_FAILED);
    begin();
    CHECK(mkdir("storage", 0777) == 0);
    setenv("GEM5ART_STORAGE", "storage", 1);
    for (n = 0; n < 50; n++) {
        char path[32];
        snprintf(path, sizeof path, "file-%d", n);
        write_text(path, path);
    }
    fflush(stdout);
    for (me = 0; me < 2; me++) {
        pids[me] = fork();
        if (pids[me] == 0) {
            leave_parents_db();
            race_registrations(shared, me);
            fflush(stdout);
            _exit(test_failures_here != 0);
        }
    }
    for (me = 0; me < 2; me++) {
        CHECK(waitpid(pids[me], &status, 0) == pids[me]);
        CHECK_INT(status, 0);
    }
    for (n = 0; n < 50; n++) {
        CHECK_INT(strlen(shared->ids[0][n]), 36);
        CHECK_STR(shared->ids[0][n], shared->ids[1][n]);
    }
    CHECK_INT(count_of("_id"), 50);
    CHECK_STR(printed_by("ls -A storage | wc -l"), "50"); /* the loser's copies are gone */
    CHECK_STR(printed_by("ls -A storage | grep -c tmp"), "0");
    munmap(shared, sizeof *shared);
    unsetenv("GEM5ART_STORAGE");
    fixture_end();
}

/* ---- git */

#define GIT_IS(path, repo)                                              \
    do {                                                                \
        const gem5art_artifact *a_ = add(path);                         \
        CHECK_THAT(a_, "not registered: %s", error.message);            \
        if (!a_) break;                                                 \
        CHECK_STR(a_->hash, head_of(repo));                             \
        CHECK_STR(a_->git_hash, a_->hash);                              \
        CHECK(gem5art_check_artifact(db, a_, NULL, &error));            \
    } while (0)

TEST(a_repo_is_its_commit) {
    const gem5art_artifact *a, *b;
    char name[PATH_MAX + 8];
    begin();
    make_repo("repo");
    a = add("repo");
    REQUIRE(a);
    CHECK_STR(a->hash, head_of("repo"));
    CHECK_STR(a->git_hash, a->hash);
    CHECK_STR(a->git_origin, "");
    snprintf(name, sizeof name, "%s/repo", printed_by("pwd -P"));
    CHECK_STR(a->git_name, name);
    CHECK_INT(a->size, -1);
    sh("git -C repo remote add origin 'https://example.org/with space.git'; git -C repo remote add other https://example.org/other");
    sh("cd repo && echo 2 >> run.py && git commit -qam second");
    b = add("repo/"); /* another commit, now with an origin */
    REQUIRE(b);
    CHECK(strcmp(a->id, b->id) != 0);
    CHECK_STR(b->git_origin, "https://example.org/with space.git");
    b = gem5art_find_artifact(db, b->hash, &error);
    REQUIRE(b);
    CHECK_STR(b->git_origin, "https://example.org/with space.git");
    CHECK_STR(b->git_name, name);
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_CHANGED, a->hash);
    CHECK_CONTAINS(error.message, b->hash);
    sh("git -C repo checkout -q HEAD~1"); /* a detached HEAD, at the first commit again */
    b = add("repo");
    REQUIRE(b);
    CHECK_STR(b->id, a->id);
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    fixture_end();
}

#define DIRTY(commands, part)                                                                  \
    do {                                                                                       \
        sh("cd repo && git merge --abort 2>/dev/null; git reset -q --hard main && git checkout -q main"); \
        sh("cd repo && { %s; } >/dev/null 2>&1", commands);                                    \
        CHECK(!add("repo"));                                                                   \
        REFUSED(GEM5ART_DIRTY, part);                                                          \
        CHECK(!gem5art_check_artifact(db, clean, NULL, &error));                               \
        REFUSED(GEM5ART_DIRTY, part);                                                          \
    } while (0)

TEST(a_dirty_tree_is_refused_with_its_first_paths) {
    const gem5art_artifact *clean;
    begin();
    make_repo("repo");
    sh("cd repo && for f in a b c d 'with space' '2 x' 'tab\\\tx'; do echo $f > \"$f\"; done; git add -A; git commit -qm files;"
       "git checkout -qb side && echo side > a && git commit -qam side && git checkout -q main && echo main > a && git commit -qam main");
    clean = add("repo");
    REQUIRE(clean);
    DIRTY("echo x >> b", "(b)");
    DIRTY("echo x >> b; git add b", "(b)");
    DIRTY("rm c", "(c)");
    DIRTY("git rm -q c", "(c)");
    DIRTY("git mv c moved", "(moved)");
    DIRTY("git mv c 'moved to here'", "(moved to here)");
    DIRTY("echo n > new; git add new", "(new)");
    DIRTY("git merge side", "(a)");
    DIRTY("echo x >> 'with space'", "(with space)");
    DIRTY("echo x >> '2 x'", "(2 x)");
    DIRTY("chmod +x d", "(d)");
    DIRTY("rm d; ln -s c d", "(d)");
    DIRTY("echo x | tee -a b c d", "(b, c, d)");
    DIRTY("echo x | tee -a a b c d run.py", "(a, b, c and 2 more)");
    CHECK_CONTAINS(error.message, "commit or stash");
    CHECK_CONTAINS(error.message, "repo");
    CHECK_INT(count_of("_id"), 1);
    fixture_end();
}

TEST(untracked_and_ignored_files_do_not_matter) {
    const gem5art_artifact *a;
    begin();
    make_repo("repo");
    a = add("repo");
    REQUIRE(a);
    sh("cd repo && echo x > untracked && mkdir -p m5out/deep && echo y > m5out/deep/stats.txt && echo '*.o' > .git/info/exclude && touch a.o");
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    CHECK(add("repo"));
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

TEST(repos_that_have_nothing_to_register) {
    begin();
    sh("git init -q empty; git init -q --bare bare; mkdir -p full && cd full && git init -q && git checkout -q --orphan none");
    CHECK(!add("empty"));
    REFUSED(GEM5ART_GIT, "no commit yet");
    CHECK(!add("full"));
    REFUSED(GEM5ART_GIT, "no commit yet");
    CHECK(!add("bare"));
    REFUSED(GEM5ART_GIT, "work tree");
    CHECK_CONTAINS(error.message, "bare");
    make_repo("repo");
    CHECK(!add("repo/.git"));
    REFUSED(GEM5ART_GIT, "work tree");
    fixture_end();
}

TEST(worktrees_links_and_folders_in_a_repo) {
    const gem5art_artifact *a, *b;
    begin();
    make_repo("repo");
    sh("mkdir -p repo/configs/deep && echo 1 > repo/configs/deep/f && cd repo && git add -A && git commit -qm deep && "
       "git worktree add -q ../tree HEAD~1 2>/dev/null; ln -s repo ../link; cd .. && ln -s repo link");
    GIT_IS("tree", "tree");
    GIT_IS("link", "repo");
    GIT_IS("repo/configs", "repo");
    GIT_IS("repo/configs/deep/", "repo");
    GIT_IS("./repo/../repo", "repo");
    a = add("repo/configs");
    b = add("tree");
    REQUIRE(a && b);
    CHECK_STR(gem5art__base_name(a->git_name), "repo");
    CHECK_STR(gem5art__base_name(b->git_name), "tree");
    sh("echo x >> repo/run.py"); /* outside of the folder, but in its repo */
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_DIRTY, "run.py");
    CHECK(gem5art_check_artifact(db, b, NULL, &error));
    fixture_end();
}

TEST(submodules) {
    const gem5art_artifact *outer, *inner;
    char first[65];
    begin();
    make_repo("library");
    make_repo("repo");
    CHECK_INT(sh("cd repo && git -c protocol.file.allow=always submodule --quiet add ../library sub && git commit -qm sub"), 0);
    outer = add("repo");
    inner = add("repo/sub");
    REQUIRE(outer && inner);
    CHECK_STR(outer->hash, head_of("repo"));
    CHECK_STR(inner->hash, head_of("repo/sub"));
    CHECK(strcmp(inner->hash, outer->hash) != 0);
    CHECK_STR(gem5art__base_name(inner->git_name), "sub");
    sh("echo x > repo/sub/untracked");
    CHECK(gem5art_check_artifact(db, outer, NULL, &error));
    CHECK(gem5art_check_artifact(db, inner, NULL, &error));
    sh("echo x >> repo/sub/run.py");
    CHECK(!gem5art_check_artifact(db, outer, NULL, &error));
    REFUSED(GEM5ART_DIRTY, "(sub)");
    CHECK(!gem5art_check_artifact(db, inner, NULL, &error));
    REFUSED(GEM5ART_DIRTY, "(run.py)");
    sh("git -C repo config submodule.sub.ignore all; git -C repo config diff.ignoreSubmodules all");
    CHECK(!gem5art_check_artifact(db, outer, NULL, &error)); /* whatever the user's settings hide from him */
    REFUSED(GEM5ART_DIRTY, "(sub)");
    strcpy(first, inner->hash);
    sh("cd repo/sub && git commit -qam second");
    CHECK(!gem5art_check_artifact(db, outer, NULL, &error)); /* another commit is checked out */
    REFUSED(GEM5ART_DIRTY, "(sub)");
    CHECK(!gem5art_check_artifact(db, inner, NULL, &error));
    REFUSED(GEM5ART_CHANGED, first);
    fixture_end();
}

TEST(a_repo_whose_url_has_sha256_in_it) {
    begin();
    make_repo("repo");
    sh("cd repo && git config remote.origin.url https://example.org/sha256.git && git config init.defaultObjectFormat x");
    CHECK_THAT(add("repo"), "%s", error.message);
    fixture_end();
}

TEST(repos_that_name_objects_by_sha256) {
    const gem5art_artifact *a;
    begin();
    if (sh("git init -q --object-format=sha256 -b main repo 2>/dev/null")) {
        fixture_end();
        SKIP("this git has no --object-format=sha256");
    }
    sh("cd repo && echo 1 > f && git add -A && git commit -qm first");
    a = add("repo");
    REQUIRE(a);
    CHECK_INT(strlen(a->hash), 64);
    CHECK_STR(a->hash, head_of("repo"));
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    fixture_end();
}

/* Names with what shells, git and printf treat as special. */
TEST(odd_folder_names) {
    static const char *const names[] = {"with space", "-C", "--help", "100%s", "quo'te\"s", "glob[a]*?", ":(top)x", "\xff\xfe", NULL};
    const char *const *name;
    const gem5art_artifact *a;
    begin();
    for (name = names; *name; name++) {
        CHECK(mkdir(*name, 0777) == 0);
        REQUIRE(chdir(*name) == 0);
        sh("git init -q -b main . && echo %d > f && git add -A && git commit -qm first", (int)(name - names));
        REQUIRE(chdir("..") == 0);
        a = add(*name);
        CHECK_THAT(a, "%s: %s", *name, error.message);
        if (a) CHECK_STR(gem5art__base_name(a->git_name), *name);
    }
    fixture_end();
}

TEST(the_environment_does_not_mislead_git) {
    static const char *const names[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
                                        "GIT_PREFIX", "GIT_NAMESPACE", "GIT_CONFIG", "GIT_TRACE", "GIT_GLOB_PATHSPECS",
                                        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "LC_ALL", "LANGUAGE", NULL};
    char value[PATH_MAX + 64];
    const gem5art_artifact *a;
    int i;
    begin();
    make_repo("repo");
    make_repo("other");
    sh("cd other && git remote add origin https://example.org/other && git commit -q --amend -m other");
    sh("git -C repo remote add origin https://example.org/right");
    for (i = 0; names[i]; i++) {
        char head[65];
        sh("cd repo && git commit -q --allow-empty -m %d", i);
        strcpy(head, head_of("repo"));
        snprintf(value, sizeof value, "%s/other%s", fixture_folder,
                 strcmp(names[i], "GIT_WORK_TREE") == 0       ? ""
                 : strcmp(names[i], "GIT_INDEX_FILE") == 0    ? "/.git/index"
                 : strcmp(names[i], "GIT_CONFIG") == 0        ? "/.git/config"
                 : strstr(names[i], "OBJECT") != NULL         ? "/.git/objects"
                                                              : "/.git");
        setenv(names[i], strstr(names[i], "TRACE") || strstr(names[i], "PATHSPECS") ? "1" : value, 1);
        a = add("repo");
        unsetenv(names[i]);
        CHECK_THAT(a, "%s: %s", names[i], error.message);
        if (!a) continue;
        CHECK_STR(a->hash, head);
        CHECK_STR(a->git_origin, "https://example.org/right");
        CHECK_STR(gem5art__base_name(a->git_name), "repo");
    }
    setenv("GIT_DIR", value, 1);
    CHECK(mkdir("none", 0777) == 0);
    CHECK(!add("none"));
    REFUSED(GEM5ART_GIT, "not a git repository");
    unsetenv("GIT_DIR");
    fixture_end();
}

TEST(git_works_for_a_host_that_ignores_sigchld) {
    const gem5art_artifact *a, *b;
    begin();
    make_repo("repo");
    make_repo("with-origin");
    sh("cd with-origin && git commit -q --amend -m x && git remote add origin https://example.org/x");
    CHECK(mkdir("none", 0777) == 0);
    signal(SIGCHLD, SIG_IGN);
    a = add("repo");
    b = add("with-origin");
    CHECK(!add("none"));
    signal(SIGCHLD, SIG_DFL);
    REFUSED(GEM5ART_GIT, "not a git repository");
    REQUIRE(a && b);
    CHECK_STR(a->hash, head_of("repo"));
    CHECK_STR(a->git_origin, "");
    CHECK_STR(b->hash, head_of("with-origin"));
    CHECK_STR(b->git_origin, "https://example.org/x");
    sh("echo x >> repo/run.py");
    signal(SIGCHLD, SIG_IGN);
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    signal(SIGCHLD, SIG_DFL);
    REFUSED(GEM5ART_DIRTY, "run.py");
    fixture_end();
}

TEST(git_that_is_missing_or_broken_is_a_clear_error) {
    char *path = strdup(getenv("PATH"));
    const gem5art_artifact *a;
    begin();
    make_repo("repo");
    a = add("repo");
    REQUIRE(a);
    CHECK(mkdir("bin", 0777) == 0);
    setenv("PATH", "bin", 1);
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "cannot run git");
    CHECK_CONTAINS(error.message, "install git");
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_GIT, "cannot run git");
    write_text("bin/git", "#!/bin/sh\necho something is wrong; exit 3\n");
    chmod("bin/git", 0755);
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "something is wrong");
    write_text("bin/git", "#!/bin/sh\nexit 0\n");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "cannot show the state of repo");
    write_text("f", "hello\n");
    CHECK(add("f")); /* files need no git */
    setenv("PATH", path, 1);
    free(path);
    fixture_end();
}

/* As where it cannot read the user's settings: it warns, and goes on. */
TEST(a_git_that_warns_is_not_misread) {
    char *path = strdup(getenv("PATH")), git[PATH_MAX], wrapper[2 * PATH_MAX];
    const gem5art_artifact *a;
    begin();
    make_repo("repo");
    sh("git -C repo remote add origin https://example.org/r");
    snprintf(git, sizeof git, "%s", printed_by("command -v git"));
    CHECK(mkdir("bin", 0777) == 0);
    snprintf(wrapper, sizeof wrapper, "#!/bin/sh\necho 'warning: unable to access something' >&2\nexec %s \"$@\"\n", git);
    write_text("bin/git", wrapper);
    chmod("bin/git", 0755);
    setenv("PATH", "bin", 1);
    a = add("repo");
    setenv("PATH", path, 1);
    free(path);
    CHECK_STR(error.message, "");
    REQUIRE(a);
    CHECK_STR(a->hash, head_of("repo"));
    CHECK_STR(a->git_origin, "https://example.org/r");
    CHECK_STR(gem5art__base_name(a->git_name), "repo");
    fixture_end();
}

/* An artifact that could not be registered must not be lost from the provenance of another. */
TEST(inputs_must_exist) {
    const gem5art_artifact *inputs[3] = {NULL, NULL, NULL};
    gem5art_artifact_desc desc;
    begin();
    write_text("a", "a");
    write_text("b", "b");
    desc = a_desc("b");
    inputs[0] = add("a");
    inputs[1] = add("missing");
    inputs[2] = inputs[0];
    desc.inputs = inputs;
    desc.input_count = 3;
    CHECK(!gem5art_register_artifact(db, &desc, &error));
    REFUSED(GEM5ART_INVALID, "\"thing\": .inputs[1] is NULL");
    desc.input_count = 0; /* as where the array was ended by a NULL */
    CHECK(!gem5art_register_artifact(db, &desc, &error));
    REFUSED(GEM5ART_INVALID, ".input_count");
    desc.inputs = NULL;
    desc.input_count = 1;
    CHECK(!gem5art_register_artifact(db, &desc, &error));
    REFUSED(GEM5ART_INVALID, ".input_count");
    CHECK_INT(count_of("_id"), 1);
    fixture_end();
}

/* ---- folders that are not git repos */

static const gem5art_artifact *add_checkpoint(const char *path) {
    gem5art_artifact_desc desc = a_desc(path);
    desc.name = "checkpoint";
    desc.type = "checkpoint";
    return gem5art_register_artifact(db, &desc, &error);
}

static void make_checkpoint(const char *path) {
    sh("mkdir -p %s/deep/empty && cd %s && echo a > m5.cpt && echo b > deep/physmem && ln -s ../m5.cpt deep/link && chmod +x deep/physmem",
       path, path);
}

/* The manual's words, in other code. */
static const char *hash_of_checkpoint(void) {
    return printed_by("a=$(printf 'a\\n' | sha256sum | cut -c1-64); b=$(printf 'b\\n' | sha256sum | cut -c1-64); "
                      "printf '%%s' '18:gem5art.h folder 1' '4:deep' '6:folder' '10:deep/empty' '6:folder' '9:deep/link' '4:link' "
                      "'9:../m5.cpt' '12:deep/physmem' '10:executable' \"64:$b\" '6:m5.cpt' '4:file' \"64:$a\" | sha256sum | cut -c1-64");
}

TEST(a_folder_is_its_content) {
    const gem5art_artifact *a, *b;
    begin();
    make_checkpoint("cpt.1");
    REQUIRE((a = add_checkpoint("cpt.1")) != NULL);
    CHECK_STR(a->hash, hash_of_checkpoint());
    CHECK_STR(a->git_hash, "");
    CHECK_INT(a->size, 4);
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    sh("cp -a cpt.1 copy && touch copy/m5.cpt");
    REQUIRE((b = add_checkpoint("copy/")) != NULL);
    CHECK_STR(b->id, a->id);
    make_repo("repo"); /* also in a work tree, where git would say that nothing has changed */
    make_checkpoint("repo/cpt");
    REQUIRE((b = add_checkpoint("repo/cpt")) != NULL);
    CHECK_STR(b->id, a->id);
    REQUIRE((b = add_checkpoint("repo")) != NULL); /* the top of a work tree is a repo, whatever its type */
    CHECK_STR(b->hash, head_of("repo"));
    fixture_end();
}

TEST(every_change_of_a_folder_is_found) {
    static const char *const changes[] = {"echo c > m5.cpt", "echo c > new", "rm deep/physmem", "chmod -x deep/physmem", "chmod +x m5.cpt",
                                          "rmdir deep/empty", "mkdir deep/more", "mv m5.cpt m6.cpt", "ln -sfn m5.cpt deep/link",
                                          "rm deep/link && cp m5.cpt deep/link", "rm deep/link && printf ../m5.cpt > deep/link",
                                          "mv deep/physmem physmem", NULL};
    const char *const *change;
    const gem5art_artifact *a;
    begin();
    for (change = changes; *change; change++) {
        sh("rm -rf cpt");
        make_checkpoint("cpt");
        REQUIRE((a = add_checkpoint("cpt")) != NULL);
        CHECK_INT(sh("cd cpt && %s", *change), 0);
        CHECK_THAT(!gem5art_check_artifact(db, a, NULL, &error), "%s: unchanged", *change);
        REFUSED(GEM5ART_CHANGED, "cpt");
    }
    CHECK_INT(count_of("_id"), 1);
    sh("rm -rf cpt; echo x > cpt");
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_CHANGED, "cpt");
    unlink("cpt");
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_NOT_FOUND, "cpt");
    fixture_end();
}

TEST(folders_that_cannot_be_hashed) {
    char name[201];
    int home, i;
    begin();
    make_checkpoint("cpt");
    CHECK(mkfifo("cpt/deep/fifo", 0600) == 0);
    CHECK(!add_checkpoint("cpt"));
    REFUSED(GEM5ART_INVALID, "cpt/deep/fifo");
    unlink("cpt/deep/fifo");
    sh("cd cpt && for i in $(seq 70); do mkdir d && cd d; done");
    CHECK_THAT(add_checkpoint("cpt") != NULL, "%s", error.message); /* however deep */
    memset(name, 'n', 200), name[200] = 0;
    home = open(".", O_RDONLY);
    CHECK(chdir("cpt") == 0);
    for (i = 0; i < 25; i++) CHECK(mkdir(name, 0777) == 0 && chdir(name) == 0);
    CHECK(fchdir(home) == 0 && close(home) == 0);
    CHECK(!add_checkpoint("cpt")); /* deeper than a path can be long */
    CHECK_INT(error.code, GEM5ART_IO);
    fixture_end();
}

TEST(a_path_is_hashed_as_it_would_be_registered) {
    const gem5art_artifact *a;
    char hex[65];
    begin();
    make_checkpoint("cpt");
    REQUIRE((a = add_checkpoint("cpt")) != NULL);
    CHECK(gem5art_hash_path(db, "cpt", hex, &error));
    CHECK_STR(hex, a->hash);
    write_text("file", "hello\n");
    CHECK(gem5art_hash_path(db, "file", hex, &error));
    CHECK_STR(hex, hello_sha256);
    CHECK_INT(sh("git init -q repo && cd repo && echo 1 >f && git add f && git commit -qm m"), 0);
    CHECK(gem5art_hash_path(db, "repo", hex, &error));
    CHECK_STR(hex, head_of("repo"));
    CHECK(!gem5art_hash_path(db, "nothing", hex, &error));
    REFUSED(GEM5ART_NOT_FOUND, "nothing");
    fixture_end();
}

TEST(a_folder_is_not_copied_and_its_command_is_given) {
    const gem5art_artifact *a;
    begin();
    close_db();
    setenv("GEM5ART_STORAGE", "storage", 1);
    REQUIRE(open_db(NULL));
    make_checkpoint("cpt");
    REQUIRE((a = add_checkpoint("cpt")) != NULL);
    CHECK(!exists("storage"));
    CHECK(!gem5art_download_artifact(db, a, "it's here", &error));
    REFUSED(GEM5ART_UNSUPPORTED, "is a folder");
    CHECK_INT(sh("%s", strstr(error.message, "cp -a")), 0);
    REQUIRE(add_checkpoint("it's here"));
    CHECK_INT(count_of("_id"), 1);
    unsetenv("GEM5ART_STORAGE");
    fixture_end();
}

/* ---- git: nothing is hidden from it, and nothing of a repo is executed */

/* Registers "repo", runs commands in it, and wants it to be dirty by `part`, or clean where that is NULL. */
static void after(const char *commands, const char *part) {
    const gem5art_artifact *clean;
    begin();
    make_repo("repo");
    sh("cd repo && mkdir -p a/b && echo 1 > a/b/one && echo 2 > two && git add -A && git commit -qm files");
    clean = add("repo");
    REQUIRE(clean);
    CHECK_INT(sh("cd repo && { %s; } >../out 2>&1", commands), 0);
    if (part) {
        CHECK_THAT(!add("repo"), "%s: clean", commands);
        REFUSED(GEM5ART_DIRTY, part);
    } else CHECK_THAT(add("repo"), "%s: %s", commands, error.message);
    CHECK_INT(gem5art_check_artifact(db, clean, NULL, &error), !part);
    CHECK(!exists("executed"));
    CHECK_INT(sh("ls ${TMPDIR:-/tmp}/gem5art-index* >/dev/null 2>&1"), 2);
    fixture_end();
}

TEST(files_that_git_is_told_to_overlook) {
    static const char *const marks[] = {"assume-unchanged", "skip-worktree", NULL};
    static const char *const formats[] = {"2", "4", NULL};
    const char *const *mark, *const *version;
    char commands[1024];
    for (mark = marks; *mark; mark++)
        for (version = formats; *version; version++) {
            const char *format = "git update-index --index-version %s --%s a/b/one run.py && %s";
            snprintf(commands, sizeof commands, format, *version, *mark, "echo x >> a/b/one");
            after(commands, "(a/b/one)");
            snprintf(commands, sizeof commands, format, *version, *mark, "echo x >> a/b/one; echo x >> run.py; echo x >> two");
            after(commands, "(a/b/one, run.py, two)");
            snprintf(commands, sizeof commands, format, *version, *mark, "touch a/b/one run.py");
            after(commands, NULL);
            snprintf(commands, sizeof commands, format, *version, *mark, "chmod +x run.py");
            after(commands, "(run.py)");
        }
    after("git update-index --skip-worktree two && rm two", NULL); /* as a sparse checkout does */
    after("git update-index --assume-unchanged two && rm two", "(two)");
    after("git update-index --assume-unchanged two && rm two && ln -s run.py two", "(two)");
    after("git update-index --skip-worktree --assume-unchanged two && echo x > two", "(two)");
    after("git config core.ignoreStat true && git reset -q --hard && echo x > two", "(two)");
}

TEST(a_sparse_checkout_is_clean) {
    after("git sparse-checkout set --no-cone two && ! test -e run.py", NULL);
    after("git sparse-checkout set --no-cone two && echo x > run.py", "(run.py)");
    after("git sparse-checkout set --no-cone two && git config sparse.expectFilesOutsideOfPatterns true && echo x > run.py",
          "(run.py)");
    after("git sparse-checkout set --cone --sparse-index a/b && git ls-files >/dev/null", NULL);
    after("git sparse-checkout set --cone --sparse-index && mkdir -p a/b && echo x > a/b/one", "a/b/one");
}

TEST(what_weakens_gits_eyes) {
    after("git config core.trustctime false && sleep 1.1 && git update-index --refresh && touch -r two ref && echo 3 > two && touch -r ref two && rm ref",
          "(two)");
    after("git config core.checkStat minimal && sleep 1.1 && git update-index --refresh && touch -r two ref && echo 3 > two && touch -r ref two && rm ref",
          "(two)");
    /* another commit that stands for the one that is checked out */
    after("echo x >> two && git commit -qam other && git reset -q --soft HEAD~1 && "
          "git replace $(git rev-parse HEAD) $(git commit-tree -m fake -p $(git rev-parse HEAD~1) $(git write-tree))",
          "(two)");
}

TEST(an_index_that_is_split_or_damaged_is_refused) {
    int version;
    begin();
    make_repo("repo");
    sh("cd repo && git update-index --split-index");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "--no-split-index");
    sh("cd repo && git update-index --no-split-index");
    CHECK_THAT(add("repo"), "%s", error.message);
    sh("cd repo && head -c 40 .git/index > cut && mv cut .git/index");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "index");
    for (version = 1; version <= 5; version++) { /* more entries than there are bytes */
        char bytes[128] = "DIRC";
        FILE *file = fopen("repo/.git/index", "wb");
        bytes[7] = (char)version;
        memset(bytes + 8, 255, 4 + (size_t)version * 20);
        CHECK(file && fwrite(bytes, 1, 12 + (size_t)version * 20, file) > 0 && fclose(file) == 0);
        CHECK(!add("repo"));
        REFUSED(GEM5ART_GIT, "index");
    }
    fixture_end();
}

TEST(a_submodule_hides_nothing) {
    const gem5art_artifact *outer;
    begin();
    make_repo("library");
    make_repo("repo");
    CHECK_INT(sh("cd library && git -c protocol.file.allow=always submodule --quiet add ../library deep && git commit -qm deep &&"
                 "cd ../repo && git -c protocol.file.allow=always submodule --quiet add ../library sub && git commit -qm sub && "
                 "git -c protocol.file.allow=always submodule --quiet update --init --recursive"), 0);
    outer = add("repo");
    REQUIRE(outer);
    sh("cd repo/sub/deep && git update-index --assume-unchanged run.py && echo x >> run.py");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_DIRTY, "(sub)");
    CHECK(!add("repo/sub"));
    REFUSED(GEM5ART_DIRTY, "(deep)");
    sh("cd repo/sub/deep && git update-index --no-assume-unchanged run.py && git checkout -q run.py && "
       "git config core.fsmonitor \"touch $PWD/../../../executed #\"");
    CHECK_THAT(add("repo"), "%s", error.message);
    CHECK(!exists("executed"));
    sh("cd repo/sub && git config submodule.deep.ignore all && cd deep && git commit -q --allow-empty -m more");
    CHECK(!gem5art_check_artifact(db, outer, NULL, &error));
    REFUSED(GEM5ART_DIRTY, "(sub)");
    fixture_end();
}

/* A command that leaves a trace. */
#define TRACE "sh -c 'touch ../executed; cat'"

TEST(nothing_of_a_repos_configuration_is_executed) {
    after("git config core.fsmonitor \"touch $PWD/../executed #\"", NULL);
    after("printf '#!/bin/sh\\ntouch ../executed\\n' > .git/hooks/post-index-change; chmod +x .git/hooks/*; touch two", NULL);
    after("mkdir h; printf '#!/bin/sh\\ntouch ../executed\\n' > h/post-index-change; chmod +x h/*; git config core.hooksPath h; touch two", NULL);
    after("echo '* filter=x' > .git/info/attributes; git config filter.x.clean \"" TRACE "\"; touch two run.py", NULL);
    after("echo '* filter=x' > .git/info/attributes; git config filter.x.process \"" TRACE "\"; "
          "git config filter.x.required true; touch two run.py", NULL);
    after("echo '* filter=x' > .git/info/attributes; printf '[FILTER \"x\"]\\n clean = " TRACE "\\n' > inc; "
          "git config include.path ../inc; touch two", NULL);
    after("echo '* filter=x' > .git/info/attributes; git config extensions.worktreeConfig true; "
          "git config --worktree filter.x.clean \"" TRACE "\"; touch two", NULL);
    after("echo '* filter=a.b' > .git/info/attributes; git config filter.a.b.clean \"" TRACE "\"; touch two", NULL);
    after("git config alias.status '!touch ../executed'; git config core.pager 'touch ../executed'; git config pager.status true", NULL);
    after("git config gpg.program 'touch ../executed'; git config log.showSignature true; git config core.sshCommand 'touch ../executed';"
          "git config credential.helper '!touch ../executed'; git config diff.external 'touch ../executed'", NULL);
    after("git config extensions.partialClone origin; git config remote.origin.url \"$PWD/../nowhere\"; "
          "git config remote.origin.promisor true; git config remote.origin.uploadpack 'touch ../executed; false'; touch two", NULL);
}

TEST(a_filter_that_cannot_be_turned_off_is_refused) {
    begin();
    make_repo("repo");
    sh("cd repo && echo '* filter=a=b' > .git/info/attributes && git config filter.a=b.clean 'touch ../executed' && touch run.py");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "filter.a=b");
    CHECK(!exists("executed"));
    fixture_end();
}

/* As git-lfs has it by default. The repo's own configuration cannot replace it. */
TEST(a_filter_of_the_users_own_configuration_is_used) {
    begin();
    make_repo("repo");
    write_text("home.config", "[filter \"up\"]\n clean = tr a-z A-Z\n required\n[user]\n name = t\n email = t@t\n");
    setenv("GIT_CONFIG_GLOBAL", printed_by("echo $PWD/home.config"), 1);
    sh("cd repo && echo 'f filter=up' > .gitattributes && echo abc > f && git add -A && git commit -qm filtered && touch f");
    CHECK_THAT(add("repo"), "%s", error.message);
    sh("cd repo && git config filter.up.clean 'touch ../executed' && git config filter.up.required false && touch f");
    CHECK_THAT(add("repo"), "%s", error.message);
    sh("cd repo && echo abd > f");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_DIRTY, "(f): commit or stash them");
    CHECK(!strstr(error.message, "filter"));
    CHECK(!exists("executed"));
    unsetenv("GIT_CONFIG_GLOBAL");
    fixture_end();
}

/* As nbstripout --install and git lfs install --local have it: the error has the way out, and it leads out. */
TEST(a_filter_that_was_not_run_is_named_with_the_way_out) {
    const char *command;
    begin();
    make_repo("repo");
    write_text("home.config", "");
    setenv("GIT_CONFIG_GLOBAL", printed_by("echo $PWD/home.config"), 1);
    sh("cd repo && git config filter.up.clean 'tr a-z A-Z' && git config filter.up.smudge cat && git config filter.up.required true");
    sh("cd repo && echo 'f filter=up' > .gitattributes && echo abc > f && git add -A && git -c user.name=t -c user.email=t@t "
       "commit -qm filtered && touch f");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_DIRTY, "(f): commit or stash them; a filter in the repo's own configuration was not run: ");
    command = strstr(error.message, "git config --global filter.up.clean COMMAND");
    REQUIRE(command != NULL);
    sh("%.*s 'tr a-z A-Z'", (int)(strlen(command) - strlen(" COMMAND")), command);
    sh("touch repo/f");
    CHECK_THAT(add("repo"), "%s", error.message);
    sh("cd repo && echo abd > f && git config 'filter.a;b.clean' cat"); /* no such name is part of a command to copy */
    CHECK(!add("repo"));
    REFUSED(GEM5ART_DIRTY, "git config --global filter.NAME.clean COMMAND");
    unsetenv("GIT_CONFIG_GLOBAL");
    fixture_end();
}

/* The work tree that is looked at is the one that was named. */
TEST(a_repo_cannot_point_elsewhere) {
    begin();
    make_repo("repo");
    sh("cp -r repo other && git -C repo config core.worktree \"$PWD/other\" && echo x >> repo/run.py");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_DIRTY, "(run.py)");
    make_repo("upper");
    sh("mkdir -p upper/lower/.git");
    CHECK(!add("upper/lower")); /* an empty .git is no repo, and it is not a part of the one above */
    REFUSED(GEM5ART_GIT, "not a git repository");
    fixture_end();
}

/* Makes a "git" that is a shell script the first in the PATH; gives the former PATH, to be freed. */
static char *replace_git(const char *script) {
    char *path = strdup(getenv("PATH")), longer[3 * PATH_MAX];
    if (!exists("bin")) CHECK(mkdir("bin", 0777) == 0);
    write_text("bin/git", script);
    chmod("bin/git", 0755);
    snprintf(longer, sizeof longer, "%s/bin:%s", fixture_folder, path);
    setenv("PATH", longer, 1);
    return path;
}

static void restore_git(char *path) {
    setenv("PATH", path, 1);
    free(path);
}

TEST(nobody_waits_for_what_git_leaves_behind) {
    char *path, *left, *at;
    begin();
    make_repo("repo");
    path = replace_git("#!/bin/sh\nsleep 600 & echo $! >> left\nexec /usr/bin/env PATH=\"${PATH#*:}\" git \"$@\"\n");
    CHECK_THAT(add("repo"), "%s", error.message);
    for (left = at = read_text("left"); *at; at += strspn(at, "\n")) /* one of each call */
        CHECK(kill((pid_t)strtol(at, &at, 10), SIGKILL) == 0); /* it was still there */
    restore_git(path);
    free(left);
    fixture_end();
}

TEST(a_cancelled_run_does_not_wait_for_git) {
    gem5art__long_work work;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    char *path;
    begin();
    make_repo("repo");
    path = replace_git("#!/bin/sh\nexec sleep 600\n");
    work.mutex = &mutex;
    work.given_up = true;
    gem5art__this_work = &work;
    CHECK(!add("repo"));
    gem5art__this_work = NULL;
    REFUSED(GEM5ART_CANCELLED, "git");
    restore_git(path);
    fixture_end();
}

TEST(gits_advice_is_passed_on) {
    char *path;
    begin();
    make_repo("repo");
    path = replace_git("#!/bin/sh\nprintf \"fatal: detected dubious ownership in repository at '/a b'\\nTo add an exception for this directory, "
                       "call:\\n\\n\\tgit config --global --add safe.directory '/a b'\\n\" >&2\nexit 128\n");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "dubious ownership");
    CHECK_CONTAINS(error.message, "git config --global --add safe.directory '/a b'");
    restore_git(path);
    fixture_end();
}

TEST(git_without_a_message) {
    char *path;
    begin();
    make_repo("repo");
    path = replace_git("#!/bin/sh\nkill -9 $$\n");
    CHECK(!add("repo"));
    REFUSED(GEM5ART_GIT, "it failed without a message");
    restore_git(path);
    fixture_end();
}

TEST(advice_for_a_name_of_two_lines_is_left_out) {
    char *path;
    begin();
    CHECK(rename((make_repo("repo"), "repo"), "re\npo") == 0);
    path = replace_git("#!/bin/sh\nprintf \"fatal: detected dubious ownership\\n\\tgit config --global --add "
                       "safe.directory 're\\npo'\\n\" >&2\nexit 128\n");
    CHECK(!add("re\npo"));
    CHECK(error.code == GEM5ART_GIT);
    CHECK_CONTAINS(error.message, "dubious ownership");
    CHECK(!strstr(error.message, "git config"));
    restore_git(path);
    fixture_end();
}

/* ---- records that Python gem5art wrote */

static void write_md5_store(void) {
    char text[2048];
    snprintf(text, sizeof text,
             "[\n    {\n        \"_id\": \"11e923cd-237b-45ff-bf29-f017292cc12a\",\n        \"name\": \"thing\",\n"
             "        \"type\": \"gem5 binary\",\n        \"documentation\": \"made by the tests for the tests\",\n"
             "        \"command\": \"\",\n        \"path\": \"old/f\",\n        \"hash\": \"%s\",\n        \"git\": {},\n"
             "        \"cwd\": \"gem5\",\n        \"inputs\": [\n            \"735f4d72-a0dd-4102-98ee-f59cef4ff9dc\"\n        ],\n"
             "        \"architecture\": \"\",\n        \"size\": null,\n        \"is_zipped\": false,\n        \"md5sum\": \"\",\n"
             "        \"url\": \"\",\n        \"supported_gem5_versions\": \"[]\",\n        \"version\": \"\",\n        \"extra\": \"{}\"\n"
             "    }\n]", hello_md5);
    lay_store(text);
}

TEST(a_file_that_gem5art_hashed_is_recognised) {
    const gem5art_artifact *a, *b;
    begin();
    close_db();
    write_md5_store();
    open_db(NULL);
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    CHECK_STR(a->id, "11e923cd-237b-45ff-bf29-f017292cc12a");
    CHECK_STR(a->hash, hello_md5);
    CHECK_STR(a->path, "f");
    CHECK_STR(a->cwd, ".");
    CHECK_STR(a->inputs[0], "735f4d72-a0dd-4102-98ee-f59cef4ff9dc");
    CHECK_STR(fixture_warnings, ""); /* what is left out, here the inputs, does not differ */
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    write_text("f", "hullo\n");
    CHECK(!gem5art_check_artifact(db, a, NULL, &error));
    REFUSED(GEM5ART_CHANGED, hello_md5);
    CHECK_CONTAINS(error.message, "MD5");
    b = add("f"); /* a new one, with a hash of ours */
    REQUIRE(b);
    CHECK_INT(strlen(b->hash), 64);
    CHECK_INT(count_of("_id"), 2);
    b = gem5art_find_artifact(db, hello_md5, &error);
    REQUIRE(b);
    CHECK_STR(b->id, a->id);
    CHECK_STR(b->path, "old/f");
    fixture_end();
}

TEST(an_md5_is_computed_only_for_a_store_that_may_hold_one) {
    gem5art__content content;
    gem5art__artifact *found = NULL;
    begin();
    write_text("f", "hello\n");
    CHECK(gem5art__hash_path(&db->cache, "f", 0, &content, &error));
    CHECK(gem5art__lookup_content(db, "f", &content, &found, &error));
    CHECK(!found);
    CHECK_STR(content.md5, STORE_IS_FLAT ? "" : hello_md5);
    close_db();
    write_md5_store(); /* as another process does after the file was hashed */
    open_db(NULL);
    CHECK(gem5art__lookup_content(db, "f", &content, &found, &error));
    REQUIRE(found);
    CHECK_STR(found->public_.hash, hello_md5);
    CHECK_STR(content.md5, hello_md5);
    fixture_end();
}

TEST(gem5arts_own_store_is_understood) {
    const gem5art_artifact *a;
    char *text = read_data("gem5art-filedb/db.json");
    begin();
    close_db();
    lay_store(text);
    free(text);
    open_db(NULL);
    a = gem5art_find_artifact(db, "37bcbfe5-0900-4b08-b35b-7144530476ce", &error);
    REQUIRE(a);
    CHECK_STR(a->name, "boot-disk");
    CHECK_STR(a->documentation, "Ubuntu with m5 binary installed and root auto login \xe2\x80\x94 \xc3\xbc""ber \xe9\x9b\x86");
    CHECK_INT(a->size, 70000);
    CHECK_STR(a->supported_gem5_versions[0], "24.0");
    CHECK_STR(a->supported_gem5_versions[1], "23.1");
    CHECK(!a->supported_gem5_versions[2]);
    CHECK_STR(a->extra[0], "license");
    CHECK_STR(a->extra[1], "BSD-3-Clause");
    CHECK_STR(a->inputs[0], "16251673-ad79-4b18-b138-059ba8091623");
    a = gem5art_find_artifact(db, "53a3b2dde320cc4ae3c578d9521da6421d879b2e", &error);
    REQUIRE(a);
    CHECK_STR(a->git_origin, "https://github.com/gem5/gem5");
    CHECK_STR(a->git_name, "/home/gem5/experiments/gem5");
    CHECK_INT(a->size, -1);
    CHECK(!gem5art_find_artifact(db, "6346b869-02ed-4354-bbd7-b7a0d38f9a6d", &error)); /* a run */
    REFUSED(GEM5ART_NOT_FOUND, "6346b869");
    fixture_end();
}

/* ---- copies */

static void storage_begin(void) {
    begin();
    close_db();
    setenv("GEM5ART_STORAGE", "a storage/folder", 1);
    open_db(NULL);
    unsetenv("GEM5ART_STORAGE");
    ranges = 0, range_limit = SIZE_MAX;
}

static bool in_storage(const char *id, const char *content) {
    char path[PATH_MAX], *text;
    bool same;
    snprintf(path, sizeof path, "a storage/folder/%s", id);
    text = read_text(path);
    same = exists(path) && strcmp(text, content) == 0;
    free(text);
    return same;
}

TEST(registered_files_are_copied_into_the_storage) {
    const gem5art_artifact *a;
    storage_begin();
    CHECK(!exists("a storage"));
    write_text("f", "hello\n");
    make_repo("repo");
    a = add("f");
    REQUIRE(a);
    CHECK(in_storage(a->id, "hello\n"));
    CHECK(add("f"));
    CHECK(add("repo"));
    CHECK_STR(printed_by("ls -A 'a storage/folder' | wc -l"), "1");
    CHECK(unlink("f") == 0);
    CHECK(gem5art_download_artifact(db, a, "back", &error)); /* though the original is gone */
    CHECK_STR(printed_by("cat back"), "hello");
    CHECK(gem5art_remove_artifact(db, a->id, &error));
    CHECK(in_storage(a->id, "hello\n")); /* files stay */
    fixture_end();
}

TEST(the_desc_names_another_storage) {
    gem5art_open_desc desc;
    const gem5art_artifact *a;
    char path[PATH_MAX];
    begin();
    close_db();
    memset(&desc, 0, sizeof desc);
    desc.storage = "mine";
    setenv("GEM5ART_STORAGE", "theirs", 1);
    db = gem5art_open(STORE_URI, &desc, &error);
    unsetenv("GEM5ART_STORAGE");
    REQUIRE(db);
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    snprintf(path, sizeof path, "mine/%s", a->id);
    CHECK(exists(path) && !exists("theirs"));
    close_db();
    setenv("GEM5ART_STORAGE", "", 1);
    open_db(NULL);
    write_text("g", "g");
    CHECK(add("g"));
    unsetenv("GEM5ART_STORAGE");
    CHECK_STR(printed_by("find . -type f | grep -v db.json | wc -l"), "3");
    fixture_end();
}

TEST(every_way_to_copy) {
    enum { SIZE = 1000003 };
    static const size_t limits[] = {0, SIZE_MAX, 1, 300001, NOTHING};
    const gem5art_artifact *a;
    char path[16], *content = (char *)malloc(SIZE + 1);
    size_t i;
    int way;
    storage_begin();
    for (way = 0; way < 5; way++) {
        for (i = 0; i < SIZE; i++) content[i] = (char)('a' + (i * 7 + (size_t)way + i / 1000) % 26);
        content[SIZE] = 0;
        snprintf(path, sizeof path, "f%d", way);
        write_text(path, content);
        range_limit = limits[way];
        ranges = 0;
        a = add(path);
        CHECK_THAT(a, "way %d: %s", way, error.message);
        if (!a) continue;
        CHECK(in_storage(a->id, content));
#ifdef GEM5ART_SYS_STATFS
        CHECK(ranges > 0);
#else
        CHECK(ranges == 0);
#endif
    }
    free(content);
    fixture_end();
}

TEST(copies_keep_their_x_bits) {
    const gem5art_artifact *a;
    struct stat st;
    storage_begin();
    write_text("f", "hello\n");
    CHECK(chmod("f", 0755) == 0);
    REQUIRE((a = add("f")) != NULL);
    unlink("f");
    CHECK_THAT(gem5art_download_artifact(db, a, "copy", &error), "%s", error.message);
    CHECK(stat("copy", &st) == 0 && (st.st_mode & 0777) == 0755);
    write_text("g", "not executable\n");
    REQUIRE((a = add("g")) != NULL);
    CHECK(gem5art_download_artifact(db, a, "copy of g", &error));
    CHECK(stat("copy of g", &st) == 0 && (st.st_mode & 0111) == 0);
    fixture_end();
}

TEST(a_copy_that_fails_leaves_nothing) {
    storage_begin();
    range_limit = 0;
    write_text("f", "hello\n");
    write_fails = ENOSPC;
    CHECK(!add("f"));
    write_fails = 0;
    REFUSED(GEM5ART_IO, "No space left");
    CHECK_STR(printed_by("ls -A 'a storage/folder' | wc -l"), "0");
    CHECK_INT(count_of("_id"), 0);
    CHECK(add("f"));
    close_db();
    setenv("GEM5ART_STORAGE", "f/storage", 1); /* f is a file */
    open_db(NULL);
    unsetenv("GEM5ART_STORAGE");
    write_text("g", "g");
    CHECK(!add("g"));
    CHECK_CONTAINS(error.message, "f/storage");
    CHECK_INT(count_of("_id"), 1);
    fixture_end();
}

TEST(downloads_are_verified) {
    const gem5art_artifact *a;
    char copy[PATH_MAX];
    storage_begin();
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    snprintf(copy, sizeof copy, "a storage/folder/%s", a->id);
    CHECK(gem5art_download_artifact(db, a, "to", &error));
    CHECK(file_contains("to", "hello"));
    CHECK(!gem5art_download_artifact(db, a, "to", &error));
    REFUSED(GEM5ART_EXISTS, "to already exists");
    CHECK(mkdir("folder", 0777) == 0);
    CHECK(!gem5art_download_artifact(db, a, "folder", &error));
    REFUSED(GEM5ART_EXISTS, "folder already exists");
    CHECK(symlink("nowhere", "dangling") == 0);
    CHECK(!gem5art_download_artifact(db, a, "dangling", &error));
    REFUSED(GEM5ART_EXISTS, "dangling already exists");
    CHECK(!exists("nowhere"));
    CHECK(!gem5art_download_artifact(db, a, "no/folder/to", &error));
    REFUSED(GEM5ART_NOT_FOUND, "no/folder/to");
    write_text(copy, "hullo\n");
    CHECK(!gem5art_download_artifact(db, a, "two", &error));
    REFUSED(GEM5ART_CHANGED, copy);
    CHECK(!exists("two"));
    CHECK(unlink(copy) == 0); /* then the file itself serves */
    CHECK(gem5art_download_artifact(db, a, "two", &error));
    write_text("f", "hullo\n");
    CHECK(!gem5art_download_artifact(db, a, "three", &error));
    REFUSED(GEM5ART_CHANGED, "f is not what was registered");
    CHECK(unlink("f") == 0);
    CHECK(!gem5art_download_artifact(db, a, "three", &error));
    REFUSED(GEM5ART_NOT_FOUND, "no copy of \"thing\"");
    CHECK(!exists("three"));
    CHECK_STR(printed_by("find . -name '*tmp*' | wc -l"), "0");
    fixture_end();
}

TEST(a_repo_is_not_downloaded_but_the_command_is_told) {
    const gem5art_artifact *a;
    char wanted[512];
    begin();
    make_repo("repo");
    a = add("repo");
    REQUIRE(a);
    CHECK(!gem5art_download_artifact(db, a, "there", &error));
    snprintf(wanted, sizeof wanted, "git clone -- %s there && git -C there checkout %s", a->git_name, a->hash);
    REFUSED(GEM5ART_UNSUPPORTED, wanted);
    CHECK_INT(sh("{ %s; } 2>/dev/null", strstr(error.message, "git clone")), 0);
    CHECK_STR(head_of("there"), a->hash);
    sh("cd repo && git commit -q --amend -m other && git remote add origin https://example.org/repo");
    a = add("repo");
    REQUIRE(a);
    CHECK(!gem5art_download_artifact(db, a, "there", &error));
    REFUSED(GEM5ART_UNSUPPORTED, "git clone -- https://example.org/repo there");
    CHECK(!gem5art_download_artifact(db, a, "it's; $(here)", &error));
    REFUSED(GEM5ART_UNSUPPORTED, "git clone -- https://example.org/repo 'it'\\''s; $(here)' && git -C 'it'\\''s; $(here)' ");
    fixture_end();
}

/* ---- queries, checks, removal */

static int rows(const char *name, const char *type, const gem5art_artifact *expected) {
    gem5art_query query;
    gem5art_iter *iter;
    const gem5art_artifact *a;
    int count = 0;
    memset(&query, 0, sizeof query);
    query.name = name;
    query.type = type;
    iter = gem5art_get_artifacts(db, &query, &error);
    if (!iter) return -1;
    for (; (a = gem5art_next_artifact(iter, &error)) != NULL; count++)
        if (expected && count == 0) CHECK_STR(a->id, expected->id);
    CHECK_INT(error.code, GEM5ART_OK);
    gem5art_iter_close(iter);
    return count;
}

TEST(artifacts_are_found_by_id_hash_name_and_type) {
    const gem5art_artifact *binary, *kernel, *disk, *found;
    begin();
    write_text("a", "a");
    write_text("b", "b");
    write_text("c", "c");
    binary = register_path("gem5", "gem5 binary", "a");
    kernel = register_path("vmlinux", "kernel", "b");
    disk = register_path("gem5", "disk image", "c");
    REQUIRE(binary && kernel && disk);
    CHECK_INT(rows(NULL, "gem5 binary", binary), 1);
    CHECK_INT(rows(NULL, "kernel", kernel), 1);
    CHECK_INT(rows(NULL, "disk image", disk), 1);
    CHECK_INT(rows(NULL, "disk", NULL), 0);
    CHECK_INT(rows("gem5", NULL, binary), 2);
    CHECK_INT(rows("gem5", "disk image", disk), 1);
    CHECK_INT(rows("gem", NULL, NULL), 0);
    CHECK_INT(rows(NULL, NULL, binary), 3);
    found = gem5art_find_artifact(db, kernel->id, &error);
    REQUIRE(found);
    CHECK_STR(found->name, "vmlinux");
    found = gem5art_find_artifact(db, disk->hash, &error);
    REQUIRE(found);
    CHECK_STR(found->id, disk->id);
    CHECK(!gem5art_find_artifact(db, "vmlinux", &error));
    REFUSED(GEM5ART_NOT_FOUND, "\"vmlinux\"");
    CHECK_CONTAINS(error.message, "db.json");
    CHECK(!gem5art_find_artifact(db, "", &error));
    REFUSED(GEM5ART_NOT_FOUND, "db.json");
    fixture_end();
}

TEST(what_another_process_stored_is_found) {
    char id[40] = "";
    int fds[2];
    pid_t pid;
    begin();
    CHECK(!gem5art_find_artifact(db, hello_sha256, &error));
    write_text("f", "hello\n");
    REQUIRE(pipe(fds) == 0);
    pid = fork();
    if (pid == 0) {
        const gem5art_artifact *a;
        leave_parents_db();
        open_db(NULL);
        a = add("f");
        if (!a || write(fds[1], a->id, 36) != 36) _exit(1);
        close_db();
        _exit(0);
    }
    close(fds[1]);
    CHECK(read(fds[0], id, 36) == 36);
    close(fds[0]);
    waitpid(pid, NULL, 0);
    CHECK(gem5art_find_artifact(db, hello_sha256, &error));
    CHECK(gem5art_find_artifact(db, id, &error));
    CHECK_STR(add("f")->id, id);
    fixture_end();
}

TEST(a_check_looks_where_cwd_says) {
    const gem5art_artifact *a;
    char folder[PATH_MAX + 8];
    begin();
    write_text("f", "hello\n");
    a = add("f");
    REQUIRE(a);
    sh("mkdir one two three four; echo hello > one/f; echo other > two/f; git init -q four/f");
    CHECK(gem5art_check_artifact(db, a, NULL, &error));
    CHECK(gem5art_check_artifact(db, a, "", &error));
    CHECK(gem5art_check_artifact(db, a, "one", &error));
    CHECK(!gem5art_check_artifact(db, a, "two", &error));
    REFUSED(GEM5ART_CHANGED, "two/f is not what was registered");
    CHECK_CONTAINS(error.message, hello_sha256);
    CHECK_CONTAINS(error.message, a->id);
    CHECK(!gem5art_check_artifact(db, a, "three", &error));
    REFUSED(GEM5ART_NOT_FOUND, "three/f");
    CHECK(!gem5art_check_artifact(db, a, "four", &error));
    REFUSED(GEM5ART_CHANGED, "as a folder");
    snprintf(folder, sizeof folder, "%s/one", fixture_folder);
    CHECK(gem5art_check_artifact(db, a, folder, &error));
    make_repo("repo");
    a = add("repo");
    REQUIRE(a);
    sh("mkdir five; echo x > five/repo");
    CHECK(!gem5art_check_artifact(db, a, "five", &error));
    REFUSED(GEM5ART_CHANGED, "file now");
    CHECK(!gem5art_check_artifact(db, a, "one", &error));
    REFUSED(GEM5ART_NOT_FOUND, "one/repo");
    fixture_end();
}

TEST(an_artifact_in_use_is_not_removed) {
    const gem5art_artifact *inputs[2] = {NULL, NULL}, *used, *user;
    gem5art_artifact_desc desc;
    begin();
    write_text("a", "a");
    write_text("b", "b");
    used = add("a");
    desc = a_desc("b");
    desc.name = "the user";
    inputs[0] = used;
    desc.inputs = inputs;
    desc.input_count = 1;
    user = gem5art_register_artifact(db, &desc, &error);
    REQUIRE(used && user);
    CHECK(!gem5art_remove_artifact(db, used->id, &error));
    REFUSED(GEM5ART_BUSY, "\"the user\"");
    CHECK_CONTAINS(error.message, user->id);
    CHECK_CONTAINS(error.message, "inputs");
    CHECK(!gem5art_remove_artifact(db, used->hash, &error)); /* by id only */
    REFUSED(GEM5ART_NOT_FOUND, used->hash);
    CHECK(gem5art_remove_artifact(db, user->id, &error));
    CHECK(gem5art_remove_artifact(db, used->id, &error));
    CHECK(!gem5art_remove_artifact(db, used->id, &error));
    REFUSED(GEM5ART_NOT_FOUND, used->id);
    CHECK(exists("a") && exists("b"));
    CHECK_INT(count_of("_id"), 0);
    CHECK(add("a")); /* and it can come back */
    fixture_end();
}

TEST(a_run_keeps_its_artifacts) {
    char *text = read_data("gem5art-filedb/db.json"), *after;
    static const char *const used[] = {"735f4d72-a0dd-4102-98ee-f59cef4ff9dc", "16251673-ad79-4b18-b138-059ba8091623",
                                       "11e923cd-237b-45ff-bf29-f017292cc12a", "2ab9d959-9ea4-42cd-8a66-3a43e60e0315",
                                       "37bcbfe5-0900-4b08-b35b-7144530476ce", "2f10e900-f973-4f66-ae61-2c522c07528a", NULL};
    const char *const *id;
    begin();
    close_db();
    lay_store(text);
    free(text);
    text = read_store(STORE_PATH);
    open_db(NULL);
    for (id = used; *id; id++) {
        CHECK(!gem5art_remove_artifact(db, *id, &error));
        REFUSED(GEM5ART_BUSY, *id);
    }
    CHECK(!gem5art_remove_artifact(db, "6346b869-02ed-4354-bbd7-b7a0d38f9a6d", &error));
    REFUSED(GEM5ART_NOT_FOUND, "no artifact");
    after = read_store(STORE_PATH);
    CHECK_STR(after, text);
    free(text);
    free(after);
    fixture_end();
}

TEST(a_read_only_db_registers_nothing_new) {
    gem5art_open_desc desc;
    const gem5art_artifact *a;
    begin();
    write_text("f", "hello\n");
    write_text("g", "g");
    CHECK(add("f"));
    close_db();
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    db = gem5art_open(STORE_URI, &desc, &error);
    REQUIRE(db);
    a = add("f"); /* known already: nothing is written */
    CHECK(a);
    CHECK(!add("g"));
    REFUSED(GEM5ART_INVALID, "reading only");
    CHECK(!gem5art_remove_artifact(db, a->id, &error));
    REFUSED(GEM5ART_INVALID, "reading only");
    fixture_end();
}

/* ---- records of other programs that are not quite right */

TEST(a_record_with_a_field_of_a_wrong_kind) {
    static const char *const fields[] = {"\"name\": 5", "\"inputs\": \"x\"", "\"inputs\": [1]", "\"is_zipped\": \"no\"", "\"size\": \"big\"",
                                         "\"git\": []", "\"git\": {\"origin\": 1}", NULL};
    const char *const *field;
    char text[512];
    begin();
    for (field = fields; *field; field++) {
        close_db();
        snprintf(text, sizeof text, "[{\"_id\": \"x1\", \"hash\": \"h\", \"type\": \"kernel\", %s}]", *field);
        lay_store(text);
        open_db(NULL);
        CHECK(!gem5art_find_artifact(db, "x1", &error));
        REFUSED(GEM5ART_INVALID, "wrong kind");
    }
    close_db();
    lay_store("[{\"_id\": \"x1\", \"hash\": \"h\", \"extra\": \"no json\", \"supported_gem5_versions\": {\"a\": 1}, \"size\": null,"
              "\"documentation\": null, \"git\": null, \"other\": [1, 2]},"
              "{\"_id\": \"x2\", \"hash\": \"i\", \"git\": {\"origin\": null, \"hash\": \"i\", \"name\": \"/r\"}}]");
    open_db(NULL);
    CHECK_STR(gem5art_find_artifact(db, "x2", &error)->git_hash, "i");
    {
        const gem5art_artifact *a = gem5art_find_artifact(db, "x1", &error);
        REQUIRE(a);
        CHECK(!a->extra[0] && !a->supported_gem5_versions[0]);
        CHECK_STR(a->name, "");
        CHECK_STR(a->documentation, "");
        CHECK_INT(gem5art_json_get(a->record, "other")->count, 2);
    }
    fixture_end();
}

/* ---- memory that runs out */

/* Fails the 1st, 2nd, ... allocation of an action until it has fewer; each failure is told and leaves nothing. Only what is
 * known of files checked before, of which there is some in a slow test, can be done without. */
static void starve(const char *what, bool (*action)(void)) {
    bool worked, reached = true;
    long n, alive;
    for (n = 1; n < 5000 && reached; n++) {
        lay_store("[]\n");
        alive = memory_alive;
        gem5art__clear(&error);
        fail_memory(n, false);
        worked = action();
        reached = memory_count >= n;
        if (!reached) CHECK_THAT(worked, "%s: refused without a failed allocation: %s", what, error.message);
        fail_memory(0, false);
        if (!worked) CHECK_THAT(error.code == GEM5ART_NOMEM, "%s, allocation %ld: %s (%d)", what, n, error.message, (int)error.code);
        CHECK_THAT(memory_alive == alive, "%s, allocation %ld: %ld blocks leak", what, n, memory_alive - alive);
    }
    CHECK_THAT(n > 10 && !reached, "%s: %ld allocations", what, n);
}

static bool with_db(bool (*action)(gem5art_db *)) {
    gem5art_open_desc desc;
    gem5art_db *mine;
    bool ok;
    memset(&desc, 0, sizeof desc);
    desc.storage = "storage";
    mine = gem5art_open(STORE_URI, &desc, &error);
    if (!mine) return false;
    ok = action(mine);
    if (!gem5art_close(mine, NULL)) test_fail(__FILE__, __LINE__, "not closed");
    return ok;
}

static bool register_twice(gem5art_db *mine) {
    gem5art_artifact_desc desc = full_desc(NULL);
    const gem5art_artifact *a = gem5art_register_artifact(mine, &desc, &error), *b;
    desc.name = "other";
    b = a ? gem5art_register_artifact(mine, &desc, &error) : NULL;
    return b && gem5art_find_artifact(mine, b->id, &error) && gem5art_check_artifact(mine, b, "../x/..", &error) == false
               ? error.code == GEM5ART_NOT_FOUND && gem5art_remove_artifact(mine, b->id, &error)
               : false;
}

static bool register_repo(gem5art_db *mine) {
    gem5art_artifact_desc desc = a_desc("repo");
    const gem5art_artifact *a = gem5art_register_artifact(mine, &desc, &error);
    return a && gem5art_check_artifact(mine, a, NULL, &error);
}

static bool register_and_download(gem5art_db *mine) {
    gem5art_artifact_desc desc = a_desc("disk.img");
    const gem5art_artifact *a = gem5art_register_artifact(mine, &desc, &error);
    unlink("to");
    return a && gem5art_download_artifact(mine, a, "to", &error);
}

static bool starve_twice(void) { return with_db(register_twice); }
static bool starve_repo(void) { return with_db(register_repo); }
static bool starve_download(void) { return with_db(register_and_download); }

TEST(running_out_of_memory_is_an_error_and_no_leak) {
    begin();
    close_db();
    write_text("disk.img", "hello\n");
    make_repo("repo");
    range_limit = 0;
    starve("files", starve_twice);
    starve("repos", starve_repo);
    starve("downloads", starve_download);
    CHECK_STR(printed_by("find . -name '*tmp-*' | wc -l"), "0");
    fixture_end();
}

TEST(nothing_leaks) { CHECK_INT(memory_alive, 0); }

int main(int argc, char **argv) {
    if (!getcwd(source_folder, sizeof source_folder)) return 1;
    return test_main(argc, argv);
}
