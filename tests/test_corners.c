/* test_corners.c - single functions at the corners of what they take, which whole runs do not reach. */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <math.h>

#include "test.h"

#include "fixture.h"
#include "store.h"

static gem5art__arena arena;

/* A value out of its text, in the arena. */
static const gem5art_json *parsed(const char *text) {
    const gem5art_json *value = gem5art__json_parse_in(&arena, text, strlen(text), NULL, &error);
    CHECK_THAT(value != NULL, "%s: %s", text, error.message);
    return value;
}

/* ---- json */

TEST(json_of_nothing) {
    gem5art_json_writer writer;
    const char *text;
    CHECK_INT(gem5art__utf8_sequence("", 0), 0);
    CHECK(gem5art_json_get(NULL, "key") == NULL);
    CHECK(gem5art_json_get(parsed("{\"a\":1}"), NULL) == NULL);
    CHECK(gem5art_json_get(parsed("[1]"), "a") == NULL);
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_array(&writer);
    gem5art_json_integer(&writer, 1);
    gem5art_json_value(&writer, NULL);
    gem5art_json_text(&writer, NULL, 0);
    gem5art_json_end_array(&writer);
    text = gem5art_json_take(&writer, NULL, &error);
    CHECK(text == NULL || strstr(text, "1") != NULL);
    gem5art_json_writer_free(&writer);
    gem5art__arena_free(&arena);
}

TEST(tokens_that_end_early) {
    static const char *const texts[] = {"\"abc", "\"", "\"a\\\"", "\"a\\\\\"", "1", "true", "{"};
    static const size_t lengths[] = {4, 1, 4, 5, 1, 4, 1};
    size_t i;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_INT(gem5art__json_token(texts[i], texts[i] + strlen(texts[i])), lengths[i]);
}

/* Of a large object with two keys that are repeated, the error names the first in the text. */
TEST(the_first_of_several_repeated_keys) {
    char text[4096];
    const char *const ends[2] = {"\"k90\":1,\"k10\":1}", "\"k10\":1,\"k90\":1}"};
    size_t i;
    for (i = 0; i < 2; i++) {
        int k;
        strcpy(text, "{");
        for (k = 0; k < 100; k++) sprintf(text + strlen(text), "\"k%d\":0,", k);
        strcat(text, ends[i]);
        CHECK(gem5art__json_parse_in(&arena, text, strlen(text), NULL, &error) == NULL);
        CHECK_INT(error.code, GEM5ART_SYNTAX);
        CHECK_CONTAINS(error.message, i ? "k10" : "k90");
    }
    gem5art__arena_free(&arena);
}

/* ---- store */

/* Whatever a field of a record holds, it is read, or refused with an error that names it. */
static void read_fields(const gem5art__field *fields, void *object, size_t size) {
    static const char *const values[] = {
        "null", "true", "1", "-1.5", "1e300", "12345678901234567890", "\"x\"", "\"[1]\"", "\"{}\"", "[]", "{}", "[1]", "[null]",
        "[\"a\"]", "{\"a\":1}", "{\"a\":null}", "{\"a\":\"b\"}", "[{}]", "[{\"tick\":\"x\"}]", "[{\"tick\":5,\"code\":1}]",
        "[{\"kind\":3}]", "{\"origin\":1}", "{\"hash\":\"a\",\"name\":null}", "{\"except\":[\"a\"]}", "{\"except\":3}"};
    const gem5art__field *field;
    size_t i;
    for (field = fields; field->name; field++)
        for (i = 0; i < sizeof values / sizeof *values; i++) {
            char text[256];
            snprintf(text, sizeof text, "{\"%s\":%s}", field->name, values[i]);
            memset(object, 0, size);
            gem5art__set_defaults(fields, object);
            gem5art__clear(&error);
            if (!gem5art__read_object(&arena, fields, parsed(text), object, "x.json", &error)) {
                CHECK_CONTAINS(error.message, field->name);
                CHECK_THAT(i > 0, "%s", text);
            }
        }
    gem5art__arena_free(&arena);
}

TEST(fields_of_any_kind) {
    gem5art_run run;
    gem5art_artifact artifact;
    gem5art__live live;
    read_fields(gem5art__run_fields, &run, sizeof run);
    read_fields(gem5art__artifact_fields, &artifact, sizeof artifact);
    read_fields(gem5art__live_fields, &live, sizeof live);
}

TEST(pairs_that_are_odd) {
    static const char *const odd[] = {"a", "b", "c", NULL, NULL};
    const char *const *texts;
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 0);
    gem5art__write_texts(&writer, odd, true);
    CHECK_STR(gem5art_json_take(&writer, NULL, &error), "{\"a\":\"b\"}");
    gem5art_json_writer_free(&writer);
    texts = gem5art__read_texts(&arena, parsed("{\"a\":1.50,\"b\":true,\"c\":\"d\"}"), true);
    REQUIRE(texts != NULL);
    CHECK_STR(texts[1], "1.50");
    CHECK_STR(texts[3], "");
    CHECK_STR(texts[5], "d");
    gem5art__arena_free(&arena);
}

TEST(heads_of_lines) {
    static const char whole[] = "{\"_id\":\"i\",\"hash\":\"h\",\"type\":\"t\",\"name\":\"n\"";
    gem5art__head head;
    size_t size;
    for (size = 0; size < sizeof whole; size++) CHECK_INT(gem5art__read_head(whole, size, &head), size == sizeof whole - 1);
    CHECK(!gem5art__read_head("{\"_id\":\"\\u0041\"", 15, &head));
}

/* By the first bytes of a page, in the byte order of this machine or of another. */
TEST(lmdb_files_are_known_by_their_first_bytes) {
    static const unsigned char here[4] = {0xde, 0xc0, 0xef, 0xbe}, swapped[4] = {0xbe, 0xef, 0xc0, 0xde};
    char start[32];
    size_t at;
    for (at = 12; at <= 16; at += 4) {
        memset(start, 0, sizeof start);
        CHECK(!gem5art__is_lmdb(start, sizeof start));
        memcpy(start + at, here, 4);
        CHECK(gem5art__is_lmdb(start, sizeof start));
        CHECK(!gem5art__is_lmdb(start, at + 3));
        memcpy(start + at, swapped, 4);
        CHECK(gem5art__is_lmdb(start, sizeof start));
    }
}

/* What a rewrite that was killed left is removed; files that only have such a name stay. */
FLAT_TEST(leftovers_are_the_same_file_by_another_name) {
    struct stat st;
    fixture_begin();
    sh("echo '[]' >db.json; ln db.json db.json.tmp-1; ln db.json db.json.old.1; ln db.json db.json.damaged.1; ln db.json db.json.x;"
       "ln db.json other; echo x >db.json.tmp-2; ln -s gone db.json.old.2");
    REQUIRE(stat("db.json", &st) == 0);
    gem5art__unlink_leftovers("./db.json", &st);
    CHECK(!exists("db.json.tmp-1") && !exists("db.json.old.1") && !exists("db.json.damaged.1"));
    CHECK(exists("db.json.x") && exists("other") && exists("db.json.tmp-2") && exists("db.json.old.2"));
    gem5art__unlink_leftovers("gone/db.json", &st);
    fixture_end();
}

/* Many records at once are written by replacing the file, few in place. */
FLAT_TEST(many_records_at_once) {
    enum { MANY = GEM5ART__APPENDED + 1 };
    gem5art__buf lines = {NULL, 0, 0, false};
    struct stat before, after;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 0));
    for (i = 1; i <= MANY; i++) {
        gem5art_run run = a_run(i);
        if (i > 1) gem5art__puts(&lines, ",\n");
        CHECK(gem5art__put_run_lines(&lines, &run, NULL, &error));
    }
    CHECK(stat(STORE_PATH, &before) == 0);
    CHECK_THAT(gem5art__record_lines(db, &lines, &error), "%s", error.message);
    CHECK(stat(STORE_PATH, &after) == 0 && after.st_ino != before.st_ino);
    CHECK_INT(json_count(STORE_PATH), MANY + 1);
    CHECK_INT(count_sealed(STORE_PATH), MANY + 1);
    CHECK(store_run(db, MANY + 1));
    CHECK(gem5art_find_run(db, id_of(MANY), &error) != NULL);
    CHECK(stat(STORE_PATH, &before) == 0 && after.st_ino == before.st_ino);
    gem5art__buf_free(&lines);
    fixture_end();
}

/* ---- run */

TEST(gem5s_options_by_letter_and_name) {
    static const struct { const char *option; char letter; const char *name; bool is; } cases[] = {
        {"d", 'd', "--outdir", false},     {"-d", 'd', "--outdir", true},        {"-rd", 'd', "--outdir", true},
        {"-pd", 'd', "--outdir", false},   {"-x", 'd', "--outdir", false},       {"-x", 0, "--stdout-file", false},
        {"--", 'd', "--outdir", false},    {"--out=x", 'd', "--outdir", true},   {"--outdirs", 'd', "--outdir", false},
        {"--debug", 'd', "--outdir", false}, {"--outdir", 0, "--outdir", true}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_THAT(gem5art__is_option(cases[i].option, cases[i].letter, cases[i].name) == cases[i].is, "%s", cases[i].option);
    CHECK(!gem5art__has_text(NULL, "x"));
}

TEST(processes_by_number_and_start) {
    const int64_t self = getpid(), start = gem5art__process_start(self, true);
    CHECK(!gem5art__process_lives(0, 0));
    CHECK(!gem5art__process_lives(-1, 0));
    CHECK(!gem5art__process_lives((int64_t)1 << 40, 0));
    CHECK(gem5art__process_lives(self, 0)); /* its start is not known */
    CHECK(gem5art__process_lives(self, start));
#ifndef GEM5ART_NO_PROC
    CHECK(start > 0);
    CHECK(!gem5art__process_lives(self, start + 1));
#endif
}

TEST(folders_by_device_and_inode) {
    struct stat a, b;
    memset(&a, 0, sizeof a);
    a.st_dev = 1, a.st_ino = 2;
    b = a;
    CHECK(gem5art__same_folder("x", &a, &b, &error));
    b.st_dev = 2;
    CHECK(!gem5art__same_folder("x", &a, &b, &error));
    b = a, b.st_ino = 3;
    CHECK(!gem5art__same_folder("x", &a, &b, &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
}

/* What a hostile info.json may have as its id and hash becomes no path. */
TEST(names_of_live_entries) {
    static const char hash[] = "0123456789abcdef", id[] = "00000000-0000-4000-8000-000000000001";
    char longest[140];
    char *path;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(longest, 'a', sizeof longest - 1), longest[sizeof longest - 1] = 0;
    path = gem5art__live_entry(db, &arena, hash, id, &error);
    CHECK(path && gem5art__ends_with(path, id));
    CHECK(!gem5art__live_entry(db, &arena, "", id, &error));
    CHECK(!gem5art__live_entry(db, &arena, "../x", id, &error));
    CHECK(!gem5art__live_entry(db, &arena, longest, id, &error));
    CHECK(!gem5art__live_entry(db, &arena, hash, "../x", &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(gem5art__queued_path(db, &arena, hash, &error) != NULL);
    CHECK(!gem5art__queued_path(db, &arena, "", &error));
    CHECK(!gem5art__queued_path(db, &arena, "../x", &error));
    CHECK(!gem5art__queued_path(db, &arena, longest, &error));
    CHECK_STR(gem5art__read_ticket(db, &arena, hash, &error), "");
    CHECK(!gem5art__read_ticket(db, &arena, "../x", &error));
    write_text(db->live_path, "in the way\n");
    CHECK_STR(gem5art__read_ticket(db, &arena, hash, &error), "");
    gem5art__arena_free(&arena);
    fixture_end();
}

/* Only names that an entry can have are opened. */
TEST(other_files_among_the_live_entries) {
    gem5art__live_list list;
    fixture_begin();
    REQUIRE(open_db(NULL));
    sh("mkdir -p %s; cd %s; touch plain .hidden a.b .00000000-0000-4000-8000-000000000001 "
       "abc.00000000-0000-4000-8000-000000000001 .queued abc.queue", db->live_path, db->live_path);
    CHECK(!gem5art__is_queued_name("plain") && !gem5art__is_queued_name(".queued") && !gem5art__is_queued_name("a.queue"));
    CHECK(gem5art__is_queued_name("a.queued"));
    gem5art__live_begin(&list, db, NULL);
    CHECK(gem5art__live_next(&list)); /* it is empty */
    CHECK_INT(list.trust, GEM5ART__LIVE_NONE);
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    gem5art__live_begin(&list, db, "abd");
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    gem5art__live_begin(&list, db, "ab");
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    fixture_end();
}

TEST(the_folder_of_live_entries_may_be_in_the_way) {
    static const char *const commands[] = {"touch %s", "ln -s . %s"};
    size_t i;
    for (i = 0; i < 2; i++) {
        fixture_begin();
        REQUIRE(open_db(NULL));
        gem5art__close(db->live_folder);
        db->live_folder = -1;
        sh("rm -rf %s", db->live_path);
        sh(commands[i], db->live_path);
        CHECK(!gem5art__open_live_folder(db, &error));
        CHECK_INT(error.code, GEM5ART_INVALID);
        CHECK_CONTAINS(error.message, "is in the way");
        fixture_end();
    }
}

/* Locks a range of a file by another open file description, until it is closed. */
static int lock_range(const char *path, short type, int64_t from, int64_t length) {
    struct flock lock;
    int fd = open(path, O_RDWR);
    memset(&lock, 0, sizeof lock);
    lock.l_type = type, lock.l_whence = SEEK_SET, lock.l_start = (off_t)from, lock.l_len = (off_t)length;
    CHECK_THAT(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0, "%s is not locked", path);
    return fd;
}

/* A program that is no supervisor may have locked a claim's byte: alone and to read it, or with others. */
TEST(claims_that_others_have_locked) {
    static const struct { int64_t before, length; short type; bool claimed; } cases[] = {
        {0, 1, F_WRLCK, false}, {0, 2, F_WRLCK, true}, {1, 2, F_WRLCK, true}, {0, 1, F_RDLCK, true}};
    const char *hash = hash_of(7);
    int64_t byte = gem5art__claim_byte(hash);
    size_t i;
    int fd;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        fd = lock_range(db->path, cases[i].type, gem5art__claim_byte_here(byte) - cases[i].before, cases[i].length);
        CHECK_INT(gem5art__claim_run(db, hash, &error), cases[i].claimed);
        if (cases[i].claimed) gem5art__unclaim_run(db, hash);
        else CHECK_CONTAINS(error.message, "has another lock file");
        close(fd);
    }
    fd = lock_range(db->lock_path, F_RDLCK, byte, 1);
    CHECK(!gem5art__claim_run(db, hash, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "not a supervisor");
    close(fd);
    CHECK(gem5art__claim_run(db, hash, &error));
    CHECK(!gem5art__claim_run(db, hash, &error)); /* twice */
    CHECK_INT(error.code, GEM5ART_BUSY);
    fixture_end();
}

/* ---- warden */

TEST(a_warden_that_is_none) {
    gem5art__warden warden;
    memset(&warden, 0, sizeof warden);
    CHECK(!gem5art__warden_check(&warden, 0));
    CHECK(!gem5art__warden_send(&warden));
    CHECK_INT(errno, EPIPE);
    warden.pid = getpid(), warden.dead = true;
    CHECK(!gem5art__warden_check(&warden, 0));
    CHECK(!gem5art__warden_send(&warden));
#ifndef GEM5ART_NO_PROC
    warden.start = gem5art__process_start(warden.pid, false) + 1; /* another process has its number */
    CHECK(!gem5art__warden_lives(&warden));
#endif
}

TEST(reports_that_have_no_room_are_left_out) {
    gem5art__warden_state self;
    gem5art__run_child child;
    gem5art__message room[2];
    memset(&self, 0, sizeof self);
    memset(&child, 0, sizeof child);
    self.children = &child;
    self.unsent.data = (char *)room;
    self.unsent.capacity = sizeof room;
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, sizeof *room);
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, sizeof *room);
    self.unsent.length = 0;
    self.closing = true;
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, 0);
    self.child_list = -1;
    CHECK_INT(gem5art__in_warden_count(&self, 0), -1);
}

TEST(only_a_regular_file_is_a_console) {
    int reader;
    fixture_begin();
    CHECK(!gem5art__open_console("gone"));
    CHECK_INT(errno, ENOENT);
    REQUIRE(mkfifo("console.txt", 0600) == 0 && (reader = open("console.txt", O_RDONLY | O_NONBLOCK)) >= 0);
    CHECK(!gem5art__open_console("console.txt"));
    CHECK_INT(errno, EEXIST);
    close(reader);
    fixture_end();
}

/* The step at which a child ends that cannot become its program; 127: it has ended by itself. */
static int step_of(gem5art__start *start, uid_t user) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (!start->warden) start->warden = getppid();
        if (geteuid() == 0 && setuid(user) < 0) _exit(126);
        _exit((int)gem5art__child_exec(start));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(steps_before_the_program) {
    static char *argv[] = {(char *)(uintptr_t)"gone", NULL}, *envp[] = {NULL};
    gem5art__start start;
    fixture_begin();
    CHECK(chmod(".", 0711) == 0);
    write_text("console.txt", "");
    CHECK(chmod("console.txt", 0666) == 0);
    memset(&start, 0, sizeof start);
    start.console = "console.txt", start.cwd = ".", start.argv = argv, start.envp = envp;
    start.request.cpu = -1;
    CHECK_INT(step_of(&start, 0), GEM5ART__EXECUTE);
    start.cwd = "gone";
    CHECK_INT(step_of(&start, 0), GEM5ART__ENTER_CWD);
    start.request.nice = 1;
    CHECK_INT(step_of(&start, 0), GEM5ART__ENTER_CWD);
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    start.request.cpu = CPU_SETSIZE - 1;
    CHECK_INT(step_of(&start, 0), GEM5ART__SET_CPU);
#endif
    start.request.nice = -5;
    CHECK_INT(step_of(&start, 65534), GEM5ART__SET_NICE);
    start.console = "gone";
    CHECK_INT(step_of(&start, 0), GEM5ART__OPEN_CONSOLE);
    start.warden = 1; /* another process than the parent: that has ended */
    CHECK_INT(step_of(&start, 0), 127);
    fixture_end();
}

/* The descriptors of the first warden come one after another; those of the next fill gaps. */
TEST(a_next_warden_with_lower_descriptors) {
    gem5art__warden warden;
    int low[4], i;
    memset(&warden, 0, sizeof warden);
    for (i = 0; i < 4; i++) CHECK((low[i] = open("/dev/null", O_RDONLY)) >= 0);
    REQUIRE(gem5art__warden_start(&warden, 1, 0, &error));
    CHECK(gem5art__warden_check(&warden, 0));
    for (i = 0; i < 4; i++) close(low[i]);
    REQUIRE(gem5art__warden_start(&warden, 1, 0, &error));
    CHECK(warden.requests < warden.wakes);
    CHECK(gem5art__warden_check(&warden, 0));
    CHECK_INT(warden.number, 2);
    gem5art__warden_stop(&warden);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* ---- pool */

TEST(more_jobs_than_there_may_be) {
    static const int given[] = {-1, GEM5ART_MAX_JOBS + 1, 2};
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&desc, 0, sizeof desc);
    for (i = 0; i < 3; i++) {
        desc.jobs = given[i];
        REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
        CHECK_INT(pool->desc.jobs, given[i] == 2 ? 2 : GEM5ART_MAX_JOBS);
        gem5art_pool_destroy(pool);
    }
    fixture_end();
}

/* As under nohup: a hang-up that the host ignores stays ignored. */
TEST(a_hangup_that_is_ignored) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    struct sigaction now;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&desc, 0, sizeof desc);
    desc.handle_signals = true;
    signal(SIGHUP, SIG_IGN);
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    CHECK(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler != SIG_DFL);
    gem5art_pool_destroy(pool);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    fixture_end();
}

/* ---- public */

TEST(values_that_are_the_same) {
    static const struct { const char *a, *b; bool same; } cases[] = {
        {"1", "1.0", true},       {"1", "2", false},         {"1", "\"1\"", false},    {"1.5", "1.5", true},
        {"1.5", "2.5", false},    {"1e999", "1e999", true},  {"1e999", "2e999", false}, {"1e999", "1e9999", false},
        {"9007199254740993", "9007199254740992", false},     {"true", "true", true},   {"true", "false", false},
        {"null", "null", true},   {"\"a\"", "\"a\"", true},  {"\"a\"", "\"b\"", false}, {"\"a\"", "\"ab\"", false},
        {"[1,2]", "[1,2]", true}, {"[1,2]", "[2,1]", false}, {"[1]", "[1,2]", false},  {"[]", "{}", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},    {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":2}", false},                   {"{\"a\":[{\"b\":null}]}", "{\"a\":[{\"b\":null}]}", true}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_THAT(gem5art__same_value(parsed(cases[i].a), parsed(cases[i].b)) == cases[i].same, "%s and %s", cases[i].a,
                   cases[i].b);
    gem5art__arena_free(&arena);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
