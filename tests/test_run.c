/* Runs up to their launch: creation, identity, info.json, loading, finding and removing, claims, live entries, lost runs. */
#include "memory.h"

/* A kill of everybody is only noted; and something may happen just before a finished file gets its name. */
#define GEM5ART_SYS_KILL(pid, signal) \
    ((pid) == -1 ? (killed_everybody++, 0) : not_our_process ? (errno = EPERM, -1) : kill(pid, signal))
#define GEM5ART_SYS_POLL(fds, count, timeout) (not_our_process ? 0 : poll(fds, count, timeout))
#define GEM5ART_SYS_LINK(from, to) (before_link ? before_link(to) : (void)0, link(from, to))
static int killed_everybody;
static int not_our_process; /* a signal is refused, and no time passes */
static void (*before_link)(const char *to);

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <math.h>
#include <sched.h>
#include <sys/mman.h>
#include "test.h"
#include "fixture.h"
#include "store.h"

/* ---- an experiment: a gem5 binary, its repo, one with scripts, a kernel, a disk image, a workload */

static char source_folder[PATH_MAX]; /* where the tests were started */
static const gem5art_artifact *gem5, *gem5_repo, *scripts, *kernel, *disk, *workload;
static const char *const two_params[] = {"--cpu", "o3", NULL};
static int failed_count, lost_count; /* where the library counts what it finds */

/* The text of a file of the tests' own data; to be freed. */
static char *read_data(const char *name) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/data/%s", source_folder, name);
    if (!exists(path)) test_fail(__FILE__, __LINE__, "no %s: start the tests at the top of the project", path);
    return read_text(path);
}

static void make_files(void) {
    CHECK_INT(sh("mkdir -p gem5/build/X86 gem5/configs configs && cd gem5 && git init -q -b main . && echo build > .gitignore && "
                 "echo 1 > configs/se.py && git add -A && git commit -qm gem5 && "
                 "printf '#!/bin/sh\\nexit 0\\n' > build/X86/gem5.opt && chmod 755 build/X86/gem5.opt && "
                 "cd ../configs && git init -q -b main . && echo 2 > run_exit.py && mkdir deep && echo 3 > deep/a.b.py && "
                 "git add -A && git commit -qm scripts && cd .. && echo kernel > vmlinux-5.4 && echo disk > boot.img && echo hello > hello"),
              0);
}

static bool register_all(void) {
    gem5_repo = register_path("gem5 repo", "git repo", "gem5");
    scripts = register_path("scripts", "git repo", "configs");
    gem5 = register_path("gem5", "gem5 binary", "gem5/build/X86/gem5.opt");
    kernel = register_path("linux", "kernel", "vmlinux-5.4");
    disk = register_path("boot", "disk image", "boot.img");
    workload = register_path("hello", "binary", "hello");
    return gem5_repo && scripts && gem5 && kernel && disk && workload;
}

static bool begin(void) {
    if (db) close_db();
    fixture_begin();
    setenv("GIT_AUTHOR_DATE", "1700000000 +0000", 1);
    setenv("GIT_COMMITTER_DATE", "1700000000 +0000", 1);
    make_files();
    return open_db(NULL) && register_all();
}

static gem5art_run_desc se_desc(void) {
    gem5art_run_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.name = "a run";
    desc.run_script = "configs/run_exit.py";
    desc.outdir = "results/a";
    desc.gem5_artifact = gem5;
    desc.gem5_git_artifact = gem5_repo;
    desc.run_script_git_artifact = scripts;
    desc.params = two_params;
    return desc;
}

static gem5art_run_desc fs_desc(void) {
    gem5art_run_desc desc = se_desc();
    desc.linux_binary_artifact = kernel;
    desc.disk_image_artifact = disk;
    return desc;
}

static gem5art_run *se(const gem5art_run_desc *desc) { return gem5art_create_se_run(db, desc, &error); }
static gem5art_run *fs(const gem5art_run_desc *desc) { return gem5art_create_fs_run(db, desc, &error); }

/* The last call failed with this code and these words, in one line. */
#define REFUSED(wanted, part)                                                \
    do {                                                                     \
        CHECK_STR(gem5art_code_text(error.code), gem5art_code_text(wanted)); \
        CHECK_CONTAINS(error.message, part);                                 \
        CHECK(!strchr(error.message, '\n'));                                 \
    } while (0)

static const char *in_folder(const char *path) {
    static char absolute[4][2 * PATH_MAX];
    static int next;
    next = (next + 1) % 4;
    snprintf(absolute[next], sizeof absolute[next], "%s/%s", fixture_folder, path);
    return absolute[next];
}

static const gem5art_json *parse_file(const char *path) {
    char *text = read_text(path);
    const gem5art_json *root = gem5art_json_parse(text, strlen(text), NULL, &error);
    free(text);
    CHECK_THAT(root, "%s: %s", path, error.message);
    return root;
}

/* Replaces the first `old` in a file. */
static void edit(const char *path, const char *old, const char *with) {
    char *text = read_text(path), *at = strstr(text, old);
    gem5art__buf edited = {NULL, 0, 0, false};
    CHECK_THAT(at, "%s has no %s", path, old);
    if (at) {
        gem5art__put(&edited, text, (size_t)(at - text));
        gem5art__puts(&edited, with);
        gem5art__puts(&edited, at + strlen(old));
        write_text(path, edited.data);
    }
    gem5art__buf_free(&edited);
    free(text);
}

static void check_texts(const char *const *actual, const char *const *expected) {
    for (; *actual && *expected; actual++, expected++) CHECK_STR(*actual, *expected);
    CHECK(!*actual && !*expected);
}

/* ---- fields */

TEST(an_se_run_has_all_its_fields) {
    gem5art_run_desc desc;
    gem5art_run *run;
    double before = gem5art__now();
    const gem5art_artifact *more[2] = {NULL, NULL};
    char outdir[2 * PATH_MAX];
    REQUIRE(begin());
    desc = se_desc();
    more[0] = workload;
    desc.artifacts = more, desc.artifact_count = 1;
    desc.timeout = 12.5;
    run = se(&desc);
    REQUIRE(run);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_INT(strlen(run->id), 36);
    CHECK_INT(strlen(run->hash), 64);
    CHECK_STR(run->type, "gem5 run");
    CHECK_STR(run->name, "a run");
    CHECK_STR(run->gem5_binary_path, "gem5/build/X86/gem5.opt");
    CHECK_STR(run->run_script, "configs/run_exit.py");
    CHECK_STR(run->gem5_artifact, gem5->id);
    CHECK_STR(run->gem5_git_artifact, gem5_repo->id);
    CHECK_STR(run->run_script_git_artifact, scripts->id);
    CHECK_STR(run->linux_binary_path, "");
    CHECK_STR(run->disk_image_path, "");
    CHECK_STR(run->linux_binary_artifact, "");
    CHECK_STR(run->disk_image_artifact, "");
    CHECK_STR(run->linux_name, "");
    CHECK_STR(run->disk_name, "");
    check_texts(run->params, two_params);
    CHECK(run->timeout == 12.5);
    strcpy(outdir, in_folder("results/a"));
    CHECK_STR(run->outdir, outdir);
    CHECK_STR(run->gem5_name, "X86");
    CHECK_STR(run->script_name, "run_exit");
    CHECK_STR(run->string, "X86 run_exit --cpu o3");
    CHECK_STR(run->command[0], "gem5/build/X86/gem5.opt");
    CHECK_STR(run->command[1], "-re");
    CHECK(strncmp(run->command[2], "--outdir=", 9) == 0);
    CHECK_STR(run->command[2] + 9, outdir);
    CHECK_STR(run->command[3], "configs/run_exit.py");
    check_texts(run->command + 4, two_params);
    CHECK(!run->running && !run->rerunnable);
    CHECK(run->enqueue_time >= before && run->enqueue_time <= gem5art__now());
    CHECK(run->start_time == 0 && run->end_time == 0);
    CHECK_INT(run->return_code, 0);
    CHECK_STR(run->kill_reason, "");
    CHECK_STR(run->status, "Created");
    CHECK_INT(run->pid, 0);
    CHECK(!run->task_id && !run->results && !run->record);
    CHECK_STR(run->artifacts[0], workload->id);
    CHECK(!run->artifacts[1]);
    CHECK_STR(run->error, "");
    CHECK_STR(run->cwd, fixture_folder);
    CHECK_STR(run->gem5art_version, GEM5ART_VERSION);
    CHECK(exists("results/a/info.json"));
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

TEST(an_fs_run_has_a_kernel_and_a_disk) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = fs_desc();
    run = fs(&desc);
    REQUIRE(run);
    CHECK_STR(run->type, "gem5 run fs");
    CHECK_STR(run->linux_binary_path, "vmlinux-5.4");
    CHECK_STR(run->disk_image_path, "boot.img");
    CHECK_STR(run->linux_binary_artifact, kernel->id);
    CHECK_STR(run->disk_image_artifact, disk->id);
    CHECK_STR(run->linux_name, "vmlinux-5.4");
    CHECK_STR(run->disk_name, "boot.img");
    CHECK_STR(run->string, "X86 run_exit vmlinux-5.4 boot.img --cpu o3");
    CHECK_STR(run->command[3], "configs/run_exit.py");
    CHECK_STR(run->command[4], "vmlinux-5.4");
    CHECK_STR(run->command[5], "boot.img");
    check_texts(run->command + 6, two_params);
    CHECK(run->timeout == 900);
    fixture_end();
}

TEST(info_json_reads_back_as_it_was) {
    static const char *const odd[] = {"", " ", "a b", "\"quo\\ted\"", "\xff\x80", "\xc3\xbc", "\n\t\x01", NULL};
    gem5art_run_desc desc;
    gem5art_run *run, *loaded;
    const gem5art_json *info;
    const gem5art__field *field;
    REQUIRE(begin());
    desc = fs_desc();
    desc.params = odd;
    desc.name = "n\xfe\"ame";
    run = fs(&desc);
    REQUIRE(run);
    info = parse_file("results/a/info.json");
    REQUIRE(info);
    for (field = gem5art__run_fields; field->name; field++) CHECK_THAT(gem5art_json_get(info, field->name), "no %s", field->name);
    CHECK_STR(gem5art_json_get(info, "_id")->text, run->id);
    CHECK_STR(gem5art_json_get(info, "name")->text, "n\xfe\"ame");
    CHECK_INT(gem5art_json_get(info, "timeout")->integer, 900);
    CHECK_INT(gem5art_json_get(info, "task_id")->type, GEM5ART_JSON_NULL);
    gem5art_json_free(info);
    loaded = gem5art_load_run(db, "results/a/info.json", &error);
    CHECK_THAT(loaded, "%s", error.message);
    REQUIRE(loaded);
    CHECK_STR(loaded->id, run->id);
    CHECK_STR(loaded->hash, run->hash);
    CHECK_STR(loaded->name, run->name);
    CHECK_STR(loaded->string, run->string);
    check_texts(loaded->params, odd);
    check_texts(loaded->command, run->command);
    CHECK_STR(loaded->outdir, run->outdir);
    CHECK_STR(loaded->cwd, run->cwd);
    CHECK(loaded->enqueue_time == run->enqueue_time);
    CHECK(loaded->record);
    fixture_end();
}

TEST(an_se_runs_info_json_has_no_fs_fields) {
    gem5art_run_desc desc;
    const gem5art_json *info;
    const gem5art__field *field;
    REQUIRE(begin());
    desc = se_desc();
    REQUIRE(se(&desc));
    info = parse_file("results/a/info.json");
    REQUIRE(info);
    for (field = gem5art__run_fields; field->name; field++)
        CHECK_THAT(!field->fs_only == (gem5art_json_get(info, field->name) != NULL), "%s", field->name);
    gem5art_json_free(info);
    fixture_end();
}

TEST(timeouts) {
    static const double given[] = {0, -1, -1e300, 1, 0.25, 86400, INFINITY}, kept[] = {900, 0, 0, 1, 0.25, 86400, 0};
    gem5art_run_desc desc;
    gem5art_run *run;
    int i;
    REQUIRE(begin());
    desc = se_desc();
    for (i = 0; i < 7; i++) {
        desc.timeout = desc.stall = given[i];
        run = se(&desc);
        REQUIRE(run);
        CHECK(run->timeout == kept[i]);
        CHECK(run->stall == (i ? kept[i] : 0));
    }
    desc.stall = 0;
    desc.timeout = NAN;
    CHECK(!se(&desc));
    REFUSED(GEM5ART_INVALID, ".timeout");
    fixture_end();
}

/* A path left NULL is its artifact's; one that is given is the one that is checked and executed. */
TEST(given_paths_are_the_ones_used) {
    gem5art_run_desc desc;
    gem5art_run *run;
    gem5art__run *own;
    REQUIRE(begin());
    sh("mkdir -p other/ARM && cp gem5/build/X86/gem5.opt other/ARM/gem5.fast && cp vmlinux-5.4 other/vmlinux && cp boot.img other/disk.raw");
    desc = fs_desc();
    desc.gem5_binary = "./other//ARM/./gem5.fast";
    desc.linux_binary = "other/vmlinux";
    desc.disk_image = "other/disk.raw";
    desc.run_script = "./configs//deep/a.b.py";
    run = fs(&desc);
    REQUIRE(run);
    CHECK_STR(run->gem5_binary_path, "other/ARM/gem5.fast"); /* as Python's pathlib has it */
    CHECK_STR(run->gem5_name, "ARM");
    CHECK_STR(run->run_script, "configs/deep/a.b.py");
    CHECK_STR(run->script_name, "a.b");
    CHECK_STR(run->linux_name, "vmlinux");
    CHECK_STR(run->disk_name, "disk.raw");
    CHECK_STR(run->command[0], "other/ARM/gem5.fast");
    CHECK_STR(run->command[4], "other/vmlinux");
    CHECK_STR(run->command[5], "other/disk.raw");
    own = (gem5art__run *)run;
    CHECK_STR(own->used[0]->path, "other/ARM/gem5.fast");
    CHECK_STR(own->used[1]->path, "gem5");
    CHECK_STR(own->used[3]->path, "other/vmlinux");
    CHECK_STR(own->used[4]->path, "other/disk.raw");
    desc.gem5_binary = desc.linux_binary = desc.disk_image = ""; /* as NULL */
    desc.outdir = "results/b";
    run = fs(&desc);
    REQUIRE(run);
    CHECK_STR(run->gem5_binary_path, gem5->path);
    CHECK_STR(run->linux_binary_path, kernel->path);
    CHECK_STR(run->disk_image_path, disk->path);
    fixture_end();
}

TEST(a_given_path_must_hold_what_was_registered) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    sh("mkdir other && cp gem5/build/X86/gem5.opt other/gem5.opt && echo '# changed' >> other/gem5.opt");
    desc = se_desc();
    desc.gem5_binary = "other/gem5.opt";
    run = se(&desc);
    REQUIRE(run);
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_CHANGED, "other/gem5.opt");
    CHECK_CONTAINS(run->status, "Failed artifact check for ");
    fixture_end();
}

TEST(names_are_those_of_pathlib) {
    static const char *const stems[][2] = {{"a/run.py", "run"}, {"run", "run"}, {".hidden", ".hidden"}, {"a.b.c", "a.b"}, {"x.", "x."},
                                           {"a.d/run", "run"}, {"..py", "."}};
    static const char *const folders[][2] = {{"build/X86/gem5.opt", "X86"}, {"gem5.opt", ""}, {"/gem5.opt", ""}, {"/X86/gem5.opt", "X86"},
                                             {"../gem5.opt", ".."}};
    gem5art__arena arena = {NULL, false};
    size_t i;
    for (i = 0; i < sizeof stems / sizeof *stems; i++) CHECK_STR(gem5art__stem(&arena, stems[i][0]), stems[i][1]);
    for (i = 0; i < sizeof folders / sizeof *folders; i++) CHECK_STR(gem5art__folder_name(&arena, folders[i][0]), folders[i][1]);
    gem5art__arena_free(&arena);
}

TEST(a_run_without_params) {
    static const char *const none[] = {NULL};
    gem5art_run_desc desc;
    gem5art_run *a, *b;
    REQUIRE(begin());
    desc = se_desc();
    desc.params = NULL;
    a = se(&desc);
    desc.params = none;
    b = se(&desc);
    REQUIRE(a && b);
    CHECK(!a->params[0] && !b->params[0] && !a->command[4]);
    CHECK_STR(a->string, "X86 run_exit");
    CHECK_STR(a->hash, b->hash);
    fixture_end();
}

/* What is passed is copied: the caller's memory may change, and an artifact end, at once. */
TEST(a_desc_is_copied) {
    char name[] = "name one", param[] = "param", outdir[] = "results/a";
    const char *params[] = {NULL, NULL};
    gem5art_artifact *copies[3];
    const gem5art_artifact *ours[3];
    gem5art_run_desc desc;
    gem5art_run *run;
    char hash[65];
    int i;
    REQUIRE(begin());
    ours[0] = gem5, ours[1] = gem5_repo, ours[2] = scripts;
    for (i = 0; i < 3; i++) { /* as rows of an iterator, which live until its next step */
        copies[i] = (gem5art_artifact *)malloc(sizeof *copies[i]);
        *copies[i] = *ours[i];
    }
    desc = se_desc();
    desc.gem5_artifact = copies[0], desc.gem5_git_artifact = copies[1], desc.run_script_git_artifact = copies[2];
    params[0] = param;
    desc.name = name, desc.params = params, desc.outdir = outdir;
    run = se(&desc);
    REQUIRE(run);
    memset(name, 'x', sizeof name - 1), memset(param, 'x', sizeof param - 1), memset(outdir, 'x', sizeof outdir - 1);
    for (i = 0; i < 3; i++) {
        memset(copies[i], 0xa5, sizeof *copies[i]);
        free(copies[i]);
    }
    CHECK_STR(run->name, "name one");
    CHECK_STR(run->params[0], "param");
    CHECK_STR(run->outdir, in_folder("results/a"));
    gem5art__run_hash((gem5art__run *)run, "run_exit.py", hash);
    CHECK_STR(run->hash, hash);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK_STR(run->status, "Finished");
    fixture_end();
}

TEST(artifacts_may_come_from_a_query) {
    gem5art_query query;
    gem5art_iter *iter;
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    memset(&query, 0, sizeof query);
    query.type = "gem5 binary";
    iter = gem5art_get_artifacts(db, &query, &error);
    REQUIRE(iter);
    desc = se_desc();
    desc.gem5_artifact = gem5art_next_artifact(iter, &error);
    REQUIRE(desc.gem5_artifact);
    run = se(&desc);
    gem5art_iter_close(iter);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK_STR(run->status, "Finished");
    fixture_end();
}

/* ---- what is refused */

#define BAD_SE(change, code, part)                          \
    do {                                                    \
        desc = se_desc();                                   \
        change;                                             \
        CHECK(!se(&desc));                                  \
        REFUSED(code, part);                                \
        CHECK(!gem5art_create_se_run(db, &desc, NULL));     \
    } while (0)
#define BAD_FS(change, code, part)                          \
    do {                                                    \
        desc = fs_desc();                                   \
        change;                                             \
        CHECK(!fs(&desc));                                  \
        REFUSED(code, part);                                \
        CHECK(!gem5art_create_fs_run(db, &desc, NULL));     \
    } while (0)

TEST(a_desc_with_a_missing_field_is_refused) {
    gem5art_run_desc desc;
    static const char *const dashes[] = {"--quiet", "--", NULL};
    const gem5art_artifact *more[2];
    char *name = (char *)malloc(GEM5ART_MAX_NAME + 2);
    memset(name, 'n', GEM5ART_MAX_NAME + 1);
    name[GEM5ART_MAX_NAME + 1] = 0;
    REQUIRE(begin());
    BAD_SE(desc.name = NULL, GEM5ART_INVALID, ".name");
    BAD_SE(desc.name = "", GEM5ART_INVALID, ".name");
    BAD_SE(desc.name = name, GEM5ART_LIMIT, "4097 bytes");
    BAD_SE(desc.run_script = NULL, GEM5ART_INVALID, ".run_script");
    BAD_SE(desc.run_script = "", GEM5ART_INVALID, ".run_script");
    BAD_SE(desc.outdir = NULL, GEM5ART_INVALID, ".outdir");
    BAD_SE(desc.outdir = "", GEM5ART_INVALID, ".outdir");
    BAD_SE(desc.gem5_artifact = NULL, GEM5ART_INVALID, ".gem5_artifact");
    BAD_SE(desc.gem5_git_artifact = NULL, GEM5ART_INVALID, ".gem5_git_artifact");
    BAD_SE(desc.run_script_git_artifact = NULL, GEM5ART_INVALID, ".run_script_git_artifact");
    more[0] = workload, more[1] = NULL; /* one that could not be registered */
    BAD_SE((desc.artifacts = more, desc.artifact_count = 2), GEM5ART_INVALID, ".artifacts[1] is NULL");
    BAD_SE(desc.artifacts = more, GEM5ART_INVALID, ".artifact_count");
    BAD_SE(desc.artifact_count = 1, GEM5ART_INVALID, ".artifact_count");
    BAD_SE(desc.gem5_options = dashes, GEM5ART_INVALID, ".gem5_options has \"--\"");
    BAD_SE(desc.stall = NAN, GEM5ART_INVALID, ".stall is not a number");
    BAD_SE(desc.nice = -21, GEM5ART_INVALID, ".nice is -21");
    BAD_SE(desc.linux_binary = "x", GEM5ART_INVALID, "gem5art_create_fs_run");
    BAD_SE(desc.disk_image = "x", GEM5ART_INVALID, "gem5art_create_fs_run");
    BAD_SE(desc.linux_binary_artifact = kernel, GEM5ART_INVALID, "gem5art_create_fs_run");
    BAD_SE(desc.disk_image_artifact = disk, GEM5ART_INVALID, "gem5art_create_fs_run");
    BAD_FS(desc.linux_binary_artifact = NULL, GEM5ART_INVALID, ".linux_binary_artifact");
    BAD_FS(desc.disk_image_artifact = NULL, GEM5ART_INVALID, ".disk_image_artifact");
    BAD_FS(desc.gem5_artifact = NULL, GEM5ART_INVALID, ".gem5_artifact");
    CHECK(!gem5art_create_se_run(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_create_fs_run(db, NULL, NULL));
    CHECK(!gem5art_create_se_run(NULL, &desc, &error));
    REFUSED(GEM5ART_INVALID, "the db is missing");
    CHECK(!gem5art_create_fs_run(NULL, &desc, NULL));
    CHECK(!exists("results"));
    free(name);
    fixture_end();
}

/* What is archived: refused where it can match nothing, in a desc and in an info.json. */
TEST(globs_that_match_nothing_are_refused) {
    static const char *const good[] = {"a", "*", "a/b", "*/cpt.*", "...", "..a", ".*", "[/]", "a\\", " ", "\xff", NULL};
    static const char *const bad[] = {"", "/", "/tmp", "a/", "a//b", "..", "../a", "a/..", "a/../b", ".", "./a", "a/."};
    const char *globs[3] = {"fine", NULL, NULL};
    char text[64];
    gem5art_run_desc desc;
    size_t i;
    REQUIRE(begin());
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        globs[1] = bad[i];
        snprintf(text, sizeof text, ".archive_except has \"%s\"", bad[i]);
        BAD_SE(desc.archive_except = globs, GEM5ART_INVALID, text);
        desc = se_desc();
        desc.archive_except = globs;
        CHECK(!gem5art_check_run(&desc, false, &error));
        REFUSED(GEM5ART_INVALID, text);
    }
    BAD_SE((desc.no_archive = true, desc.archive_except = good), GEM5ART_INVALID, "set one of them");
    CHECK(!exists("results"));
    desc = se_desc();
    desc.no_archive = true, desc.archive_except = good + sizeof good / sizeof *good - 1; /* an empty list */
    CHECK(gem5art_check_run(&desc, false, &error));
    desc = se_desc();
    desc.archive_except = good;
    REQUIRE(se(&desc));
    edit("results/a/info.json", "\"a/b\"", "\"../b\"");
    CHECK(!gem5art_load_run(db, "results/a/info.json", &error));
    REFUSED(GEM5ART_INVALID, "../b");
    fixture_end();
}

TEST(what_is_archived_is_read_back) {
    static const char *const globs[] = {"cpt.*", "a/\"b\"", "\xff", NULL};
    static const struct { const char *json; bool none; size_t count; } forms[] = {
        {"\"all\"", false, 0}, {"\"none\"", true, 0}, {"null", false, 0}, {"{\"except\": []}", false, 0},
        {"{\"except\": [\"x\"]}", false, 1}};
    static const char *const wrong[] = {"\"some\"", "true", "1", "{}", "[\"x\"]", "{\"except\": [1]}",
                                        "{\"except\": [\"a\", null]}", "{\"except\": \"all\"}"};
    char text[64], seen[64];
    gem5art_run_desc desc;
    gem5art_run *run;
    size_t i, count;
    REQUIRE(begin());
    desc = se_desc();
    desc.archive_except = globs;
    desc.outdir = "results/globs";
    REQUIRE(se(&desc));
    run = gem5art_load_run(db, "results/globs/info.json", &error);
    REQUIRE(run);
    CHECK(!run->no_archive);
    CHECK_INT(run->results_size, -1);
    check_texts(run->archive_except, globs);
    desc = se_desc();
    REQUIRE(se(&desc));
    strcpy(seen, "\"archive\": \"all\"");
    for (i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(text, sizeof text, "\"archive\": %s", forms[i].json);
        edit("results/a/info.json", seen, text);
        strcpy(seen, text);
        run = gem5art_load_run(db, "results/a/info.json", &error);
        CHECK_THAT(run, "%s: %s", text, error.message);
        REQUIRE(run);
        CHECK_INT(run->no_archive, forms[i].none);
        for (count = 0; run->archive_except[count];) count++;
        CHECK_INT(count, forms[i].count);
    }
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "\"archive\": %s", wrong[i]);
        edit("results/a/info.json", seen, text);
        strcpy(seen, text);
        CHECK(!gem5art_load_run(db, "results/a/info.json", &error));
        REFUSED(GEM5ART_INVALID, "\"archive\" has a value of the wrong kind");
    }
    edit("results/a/info.json", seen, "\"other\": 1"); /* as earlier versions have it */
    REQUIRE((run = gem5art_load_run(db, "results/a/info.json", &error)) != NULL);
    CHECK(!run->no_archive && !*run->archive_except);
    fixture_end();
}

TEST(files_that_cannot_be_used_are_refused) {
    gem5art_run_desc desc;
    REQUIRE(begin());
    CHECK(mkfifo("fifo", 0777) == 0);
    BAD_SE(desc.gem5_binary = "gone/gem5.opt", GEM5ART_NOT_FOUND, "gem5 binary gone/gem5.opt");
    CHECK_CONTAINS(error.message, ".gem5_binary");
    BAD_SE(desc.gem5_binary = "configs", GEM5ART_INVALID, "is a folder");
    BAD_SE(desc.gem5_binary = "hello", GEM5ART_INVALID, "not executable");
    BAD_SE(desc.gem5_artifact = workload, GEM5ART_INVALID, "hello: it is not executable; correct the path of .gem5_artifact");
    BAD_SE(desc.gem5_binary = "fifo", GEM5ART_INVALID, "fifo: it is not a regular file");
    BAD_SE(desc.gem5_binary = "hello/below", GEM5ART_NOT_FOUND, "hello/below");
    BAD_SE(desc.run_script = "configs/gone.py", GEM5ART_NOT_FOUND, "run script configs/gone.py");
    BAD_SE(desc.run_script = "configs", GEM5ART_INVALID, "is a folder");
    BAD_SE(desc.run_script = "/dev/null", GEM5ART_INVALID, "/dev/null: it is not a regular file");
    BAD_FS(desc.linux_binary = "gone", GEM5ART_NOT_FOUND, "kernel gone");
    BAD_FS(desc.linux_binary = "configs", GEM5ART_INVALID, "kernel configs: it is a folder");
    BAD_FS(desc.disk_image = "gone", GEM5ART_NOT_FOUND, "disk image gone");
    BAD_FS(desc.disk_image = "fifo", GEM5ART_INVALID, "disk image fifo");
    CHECK(unlink("boot.img") == 0);
    BAD_FS((void)0, GEM5ART_NOT_FOUND, "disk image boot.img");
    CHECK(!exists("results"));
    fixture_end();
}

TEST(git_artifacts_must_be_repos) {
    gem5art_run_desc desc;
    REQUIRE(begin());
    BAD_SE(desc.gem5_git_artifact = gem5, GEM5ART_INVALID, "gem5_git_artifact is \"gem5\" (gem5 binary), which is not a git repo");
    BAD_SE(desc.run_script_git_artifact = kernel, GEM5ART_INVALID, "run_script_git_artifact is \"linux\" (kernel)");
    BAD_SE(desc.gem5_artifact = scripts, GEM5ART_INVALID, "is a folder");
    CHECK(rename("configs", "elsewhere") == 0);
    BAD_SE(desc.run_script = "elsewhere/run_exit.py", GEM5ART_NOT_FOUND, "configs");
    fixture_end();
}

static void check_unusable(void) {
    gem5art_run_desc desc;
    fixture_warnings[0] = 0;
    if (!open_db(NULL) || !register_all()) return;
    BAD_SE(desc.run_script = "secret.py", GEM5ART_IO, "secret.py: it is not readable");
    BAD_SE(desc.outdir = "closed/results", GEM5ART_IO, "closed/results");
    BAD_SE(desc.outdir = "closed", GEM5ART_IO, "closed/info.json");
    close_db();
}

TEST(files_without_permission_are_refused) {
    pid_t pid;
    int status;
    REQUIRE(begin());
    write_text("secret.py", "x");
    sh("chmod 0755 .; chmod 0 secret.py; mkdir closed; chmod 0555 closed; chmod 666 db.json*; git config --global --add safe.directory '*'");
    close_db();
    pid = fork();
    if (pid == 0) {
        if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)) test_fail(__FILE__, __LINE__, "cannot become nobody");
        else check_unusable();
        fflush(stdout);
        _exit(test_failures_here != 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
    fixture_end();
}

/* ---- outdirs */

TEST(outdirs_are_made_and_made_absolute) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    desc.outdir = "deep/er/and/deeper/";
    run = se(&desc);
    REQUIRE(run);
    CHECK_STR(run->outdir, in_folder("deep/er/and/deeper"));
    CHECK(exists("deep/er/and/deeper/info.json"));
    desc.outdir = in_folder("absolute");
    run = se(&desc);
    REQUIRE(run);
    CHECK_STR(run->outdir, in_folder("absolute"));
    desc.outdir = "./dots/./";
    run = se(&desc);
    REQUIRE(run);
    CHECK_STR(run->outdir, in_folder("dots"));
    CHECK(mkdir("work", 0777) == 0);
    desc.outdir = "here";
    desc.cwd = "work"; /* is not for the outdir */
    desc.run_script = "../configs/run_exit.py";
    desc.gem5_binary = "../gem5/build/X86/gem5.opt";
    CHECK(!se(&desc)); /* the script's repo is "configs", and there is none in work */
    REFUSED(GEM5ART_NOT_FOUND, "work/configs");
    CHECK(symlink("../configs", "work/configs") == 0);
    run = se(&desc);
    REQUIRE(run);
    CHECK_STR(run->outdir, in_folder("here"));
    CHECK_STR(run->cwd, in_folder("work"));
    fixture_end();
}

/* The archive of its run would hold gigabytes, and gem5art-rm --outdir must not delete it. */
TEST(an_outdir_with_an_artifact_or_the_store_in_it_is_refused) {
    gem5art_run_desc desc;
    char store[4096];
    REQUIRE(begin());
    BAD_SE(desc.outdir = ".", GEM5ART_INVALID, "has the artifact \"gem5\" in it, which its archive would hold: set .outdir");
    BAD_SE(desc.outdir = "gem5/build", GEM5ART_INVALID, "has the artifact \"gem5\"");
    BAD_SE(desc.outdir = "configs", GEM5ART_INVALID, "has the artifact \"scripts\"");
    BAD_FS((desc.cwd = in_folder("."), desc.outdir = "gem5"), GEM5ART_INVALID, "has the artifact \"gem5\"");
    desc = se_desc();
    desc.outdir = "config"; /* the beginning of a name is not a folder above it */
    CHECK_THAT(se(&desc), "%s", error.message);
    CHECK(mkdir("stores", 0777) == 0);
    snprintf(store, sizeof store, "%s", in_folder("stores/db.json"));
    close_db();
    db = gem5art_open(store, NULL, &error);
    REQUIRE(db && register_all());
    BAD_SE(desc.outdir = "stores", GEM5ART_INVALID, "stores has the store in it");
    fixture_end();
}

TEST(an_outdir_that_is_in_the_way) {
    gem5art_run_desc desc;
    char path[5001];
    REQUIRE(begin());
    write_text("file", "x");
    memset(path, 'p', 5000);
    path[5000] = 0;
    BAD_SE(desc.outdir = "file", GEM5ART_EXISTS, "file");
    BAD_SE(desc.outdir = "file/below", GEM5ART_NOT_FOUND, "file/below");
    BAD_SE(desc.outdir = path, GEM5ART_IO, strerror(ENAMETOOLONG));
    BAD_SE(desc.outdir = "/proc/nothing", exists("/proc/self") ? GEM5ART_NOT_FOUND : GEM5ART_IO, "/proc/nothing");
    CHECK(file_contains("file", "x"));
    fixture_end();
}

/* A run that was created, in this outdir. */
#define CHECK_OUTDIR(expression, ending)                                                          \
    do {                                                                                          \
        const gem5art_run *made_ = expression;                                                    \
        CHECK_THAT(made_ && gem5art__ends_with(made_->outdir, ending), "the outdir is %s; %s",    \
                   made_ ? made_->outdir : "none", error.message);                                \
    } while (0)

TEST(an_outdir_of_a_different_experiment_is_left_alone) {
    static const char *const contents[] = {"", "garbage", "{\"hash\": \"x\"", "[]", "{}", "{\"hash\": 5}", "{\"hash\": \"other\", \"status\": \"Created\"}", NULL};
    const char *const *content;
    gem5art_run_desc desc;
    gem5art_run *run;
    char *before, *after;
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    before = read_text("results/a/info.json");
    desc.params = NULL;
    CHECK_OUTDIR(se(&desc), "/results/a.2");
    CHECK_CONTAINS(fixture_warnings, "(parameters)");
    CHECK_CONTAINS(fixture_warnings, "results/a.2 is used");
    desc = fs_desc();
    desc.outdir = "results/a";
    CHECK_OUTDIR(fs(&desc), "/results/a.3");
    desc = se_desc();
    run = se(&desc); /* the same experiment may have it: nothing changes */
    desc = se_desc();
    desc.name = "another name";
    run = se(&desc);
    REQUIRE(run);
    after = read_text("results/a/info.json");
    CHECK_STR(after, before);
    free(before);
    free(after);
    for (content = contents; *content; content++) {
        write_text("results/a/info.json", *content);
        desc = se_desc();
        CHECK_OUTDIR(se(&desc), "/results/a.4");
        after = read_text("results/a/info.json");
        CHECK_STR(after, *content);
        free(after);
    }
    sh("rm results/a/info.json; mkdir results/a/info.json");
    CHECK_OUTDIR(se(&desc), "/results/a.4");
    sh("rmdir results/a/info.json; mkfifo results/a/info.json");
    CHECK_OUTDIR(se(&desc), "/results/a.4");
    sh("rm results/a/info.json; echo stray > results/a/stats.txt"); /* other files are nobody's business */
    desc = se_desc();
    CHECK(se(&desc));
    fixture_end();
}

static void other_takes_the_outdir(const char *to) {
    before_link = NULL;
    if (gem5art__ends_with(to, "info.json")) write_text(to, "{\"hash\": \"other\", \"status\": \"Created\"}");
}

TEST(of_two_runs_that_take_one_outdir_at_once_one_takes_the_next) {
    gem5art_run_desc desc;
    REQUIRE(begin());
    desc = se_desc();
    before_link = other_takes_the_outdir;
    CHECK_OUTDIR(se(&desc), "/results/a.2");
    before_link = NULL;
    fixture_end();
}

/* ---- identity */

static void hash_of_desc(const gem5art_run_desc *desc, char hash[65]) {
    gem5art_run_desc own = *desc;
    gem5art_run *run;
    static int n;
    char outdir[32];
    snprintf(outdir, sizeof outdir, "identity/%d", n++);
    own.outdir = outdir;
    run = desc->linux_binary_artifact ? fs(&own) : se(&own);
    CHECK_THAT(run, "%s", error.message);
    strcpy(hash, run ? run->hash : "");
    gem5art_release_run(db, run);
}

static const char *hash_of_items(const char *const *items, int n) {
    static char hash[65];
    char text[4096] = "";
    gem5art_sha256 sha256;
    int i;
    for (i = 0; i < n; i++) sprintf(text + strlen(text), "%d:%s", (int)strlen(items[i]), items[i]);
    gem5art_sha256_init(&sha256);
    gem5art_sha256_update(&sha256, text, strlen(text));
    gem5art_sha256_final(&sha256, hash);
    return hash;
}

/* The manual's words, in other code. */
TEST(a_runs_hash_is_what_the_manual_says) {
    gem5art_run_desc desc;
    const gem5art_artifact *more[2] = {NULL, NULL};
    const char *items[32];
    char hash[65];
    int n = 0;
    REQUIRE(begin());
    desc = fs_desc();
    more[0] = workload;
    desc.artifacts = more, desc.artifact_count = 1;
    hash_of_desc(&desc, hash);
    items[n++] = "gem5art.h run 1", items[n++] = "gem5 run fs";
    items[n++] = "gem5_artifact", items[n++] = gem5->hash;
    items[n++] = "gem5_git_artifact", items[n++] = gem5_repo->hash;
    items[n++] = "run_script_git_artifact", items[n++] = scripts->hash;
    items[n++] = "linux_binary_artifact", items[n++] = kernel->hash;
    items[n++] = "disk_image_artifact", items[n++] = disk->hash;
    items[n++] = "artifacts", items[n++] = workload->hash;
    items[n++] = "script path", items[n++] = "run_exit.py";
    items[n++] = "--cpu", items[n++] = "o3";
    CHECK_STR(hash, hash_of_items(items, n));
    desc = se_desc();
    desc.run_script = "hello"; /* in no repo */
    hash_of_desc(&desc, hash);
    n = 0;
    items[n++] = "gem5art.h run 1", items[n++] = "gem5 run";
    items[n++] = "gem5_artifact", items[n++] = gem5->hash;
    items[n++] = "gem5_git_artifact", items[n++] = gem5_repo->hash;
    items[n++] = "run_script_git_artifact", items[n++] = scripts->hash;
    items[n++] = "script content", items[n++] = workload->hash;
    items[n++] = "--cpu", items[n++] = "o3";
    CHECK_STR(hash, hash_of_items(items, n));
    fixture_end();
}

TEST(what_makes_runs_differ_and_what_does_not) {
    static const char *const params[][4] = {{"a b"}, {"a", "b"}, {"a", "", "b"}, {"ab"}, {"b", "a"}, {"a", "b", ""}, {""}, {NULL}, {"1:a"}, {"a1:b"}};
    enum { COUNT = sizeof params / sizeof *params };
    static const char *const options[] = {"--debug-flags=Exec", NULL};
    static const char *const imitations[][4] = {{"gem5_options", "--debug-flags=Exec"}, {"!", "--debug-flags=Exec"}, {"--debug-flags=Exec"}};
    char hashes[COUNT + 16][65];
    gem5art_run_desc desc;
    const gem5art_artifact *more[3] = {NULL, NULL, NULL};
    int n, i, count = COUNT;
    REQUIRE(begin());
    for (n = 0; n < COUNT; n++) {
        desc = se_desc();
        desc.params = params[n];
        hash_of_desc(&desc, hashes[n]);
    }
#define ALSO(change) do { change; hash_of_desc(&desc, hashes[count++]); } while (0)
    desc = se_desc();
    ALSO((void)0);
    more[0] = workload, more[1] = kernel;
    ALSO(desc.artifacts = more; desc.artifact_count = 2);
    more[0] = kernel, more[1] = workload;
    ALSO((void)0); /* in order */
    desc.artifact_count = 1;
    ALSO((void)0);
    desc = se_desc();
    ALSO(desc.gem5_git_artifact = scripts); /* each artifact has its role */
    ALSO(desc.gem5_artifact = kernel; desc.gem5_binary = gem5->path);
    desc = se_desc();
    ALSO(desc.run_script = "configs/deep/a.b.py");
    desc = fs_desc();
    ALSO((void)0);
    ALSO(desc.linux_binary_artifact = disk; desc.disk_image_artifact = kernel);
    ALSO(desc.disk_image_artifact = disk);
    desc = se_desc();
    desc.params = NULL;
    ALSO(desc.gem5_options = options);
    desc.gem5_options = NULL;
    for (n = 0; n < 3; n++) ALSO(desc.params = imitations[n]); /* of options by parameters */
    for (n = 0; n < count; n++)
        for (i = 0; i < n; i++) CHECK_THAT(strcmp(hashes[n], hashes[i]) != 0, "%d and %d are the same run", n, i);
    desc = se_desc();
    desc.name = "other", desc.timeout = 5, desc.outdir = "elsewhere/else";
    hash_of_desc(&desc, hashes[0]);
    CHECK_STR(hashes[0], hashes[COUNT]);
    desc.no_archive = true;
    hash_of_desc(&desc, hashes[0]);
    CHECK_STR(hashes[0], hashes[COUNT]);
    desc.no_archive = false, desc.archive_except = options;
    hash_of_desc(&desc, hashes[0]);
    CHECK_STR(hashes[0], hashes[COUNT]);
    desc.gem5_binary = in_folder("gem5/build/X86/gem5.opt"), desc.run_script = in_folder("gem5/../configs/./run_exit.py");
    hash_of_desc(&desc, hashes[0]);
    CHECK_STR(hashes[0], hashes[COUNT]);
    fixture_end();
}

TEST(two_machines_agree_on_the_same_experiment) {
    gem5art_run_desc desc;
    gem5art_run *run;
    char hash[65], id[37], outdir[PATH_MAX];
    REQUIRE(begin());
    desc = fs_desc();
    run = fs(&desc);
    REQUIRE(run);
    strcpy(hash, run->hash), strcpy(id, gem5->id), snprintf(outdir, sizeof outdir, "%s", run->outdir);
    close_db();
    CHECK_INT(sh("mkdir -p 'other machine' && cd 'other machine' && git clone -q ../configs && git clone -q ../gem5 && "
                 "mkdir -p gem5/build/X86 && cp ../gem5/build/X86/gem5.opt gem5/build/X86 && cp ../vmlinux-5.4 ../boot.img ../hello ."), 0);
    REQUIRE(chdir("other machine") == 0);
    REQUIRE(open_db(NULL) && register_all());
    desc = fs_desc();
    run = fs(&desc);
    REQUIRE(run);
    CHECK_STR(run->hash, hash);
    CHECK(strcmp(gem5->id, id) != 0);
    CHECK(strcmp(run->outdir, outdir) != 0);
    fixture_end();
}

TEST(a_script_is_its_path_where_its_repo_tracks_it) {
    gem5art_run_desc desc;
    gem5art_run *run;
    char tracked[65], hash[65];
    REQUIRE(begin());
    desc = se_desc();
    hash_of_desc(&desc, tracked);
    CHECK_STR(fixture_warnings, "");
    CHECK(symlink("configs", "link") == 0);
    desc.run_script = "link/run_exit.py";
    hash_of_desc(&desc, hash);
    CHECK_STR(hash, tracked);
    CHECK_STR(fixture_warnings, "");
    desc.run_script = "configs/untracked.py"; /* in the repo, but not tracked there */
    write_text("configs/untracked.py", "1");
    hash_of_desc(&desc, hash);
    CHECK_CONTAINS(fixture_warnings, "configs/untracked.py is not tracked by the git repo \"scripts\"");
    CHECK_CONTAINS(fixture_warnings, "content");
    fixture_warnings[0] = 0;
    write_text("configs/untracked.py", "2");
    desc.outdir = "results/u2";
    run = se(&desc);
    REQUIRE(run);
    CHECK(strcmp(run->hash, hash) != 0);
    CHECK_STR(((gem5art__run *)run)->script_hash, "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35");
    CHECK_STR(fixture_warnings, ""); /* one warning for a script */
    desc.run_script = "hello.py"; /* outside of the repo, with the same bytes */
    write_text("hello.py", "2");
    hash_of_desc(&desc, hash);
    CHECK_STR(hash, run->hash);
    CHECK_CONTAINS(fixture_warnings, "hello.py is not tracked");
    desc.run_script = "gem5/configs/se.py"; /* tracked, but by another repo */
    fixture_warnings[0] = 0;
    hash_of_desc(&desc, hash);
    CHECK_CONTAINS(fixture_warnings, "gem5/configs/se.py is not tracked");
    fixture_end();
}

/* A script's name is no pattern, and its repo's commits are told apart. */
TEST(scripts_with_odd_names_and_scripts_that_become_tracked) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    desc.run_script = "configs/run_exit.[p]y";
    write_text(desc.run_script, "another script");
    run = se(&desc);
    REQUIRE(run);
    CHECK_CONTAINS(fixture_warnings, "not tracked");
    CHECK(((gem5art__run *)run)->script_hash);
    write_text("configs/:(top) ü", "x");
    sh("cd configs && git add -A && git commit -qm more");
    scripts = register_path("scripts", "git repo", "configs");
    REQUIRE(scripts);
    fixture_warnings[0] = 0;
    desc = se_desc();
    desc.run_script = "configs/run_exit.[p]y", desc.outdir = "results/b";
    run = se(&desc);
    REQUIRE(run);
    CHECK(!((gem5art__run *)run)->script_hash);
    desc.run_script = "configs/:(top) ü", desc.outdir = "results/c";
    CHECK(se(&desc));
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

/* Of relative paths the execution's cwd decides: there they must lead to the same script. */
TEST(another_cwd_with_another_script_is_refused) {
    gem5art_pool_desc there;
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    CHECK_INT(sh("mkdir there && cp -r gem5 there/gem5 && cp -r configs there/configs && mkdir bare && cp -r gem5 bare/gem5 && "
                 "cp -r configs bare/configs && cd bare/configs && git rm -q --cached run_exit.py && git commit -qm gone"), 0);
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    memset(&there, 0, sizeof there);
    there.cwd = "bare";
    CHECK(!gem5art_execute(db, run, &there, &error));
    REFUSED(GEM5ART_CHANGED, "run_exit.py");
    there.cwd = "there";
    CHECK(gem5art_execute(db, run, &there, &error));
    CHECK_STR(run->cwd, in_folder("there"));
    fixture_end();
}

TEST(an_untracked_script_that_changes_is_not_launched) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    desc.run_script = "hello.py";
    write_text("hello.py", "1");
    run = se(&desc);
    REQUIRE(run);
    write_text("hello.py", "2");
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_CHANGED, "hello.py");
    CHECK_CONTAINS(run->status, "Failed artifact check for ");
    fixture_end();
}

/* ---- what Python gem5art wrote */

static const char *const boot_ids[] = {"11e923cd-237b-45ff-bf29-f017292cc12a", "735f4d72-a0dd-4102-98ee-f59cef4ff9dc",
                                       "16251673-ad79-4b18-b138-059ba8091623", "2ab9d959-9ea4-42cd-8a66-3a43e60e0315",
                                       "37bcbfe5-0900-4b08-b35b-7144530476ce"};

/* gem5art's store, and files where its records say they are. */
static bool begin_boot_tests(void) {
    char *text = read_data("gem5art-filedb/db.json");
    const gem5art_artifact **artifacts[5];
    int i;
    if (db) close_db();
    fixture_begin();
    lay_store(text);
    free(text);
    text = read_data("gem5art-filedb/info.json");
    write_text("info.json", text);
    free(text);
    sh("mkdir -p gem5/build/X86 boot_tests/configs && cp /bin/true gem5/build/X86/gem5.opt && echo k > vmlinux-5.4.49 && echo d > boot-disk && "
       "cd gem5 && git init -q && cd ../boot_tests && git init -q -b main && echo 1 > configs/run_exit.py && git add -A && git commit -qm boot");
    if (!open_db(NULL)) return false;
    artifacts[0] = &gem5, artifacts[1] = &gem5_repo, artifacts[2] = &scripts, artifacts[3] = &kernel, artifacts[4] = &disk;
    for (i = 0; i < 5; i++) *artifacts[i] = gem5art_find_artifact(db, boot_ids[i], &error);
    return gem5 && gem5_repo && scripts && kernel && disk;
}

static gem5art_run *boot_run(const gem5art_run *recorded, const char *outdir) {
    bool full = strcmp(recorded->type, "gem5 run fs") == 0;
    gem5art_run_desc desc = full ? fs_desc() : se_desc();
    gem5art_run *run;
    desc.name = recorded->name;
    desc.run_script = recorded->run_script;
    desc.params = recorded->params;
    desc.timeout = recorded->timeout;
    desc.outdir = outdir;
    run = full ? fs(&desc) : se(&desc);
    CHECK_THAT(run, "%s", error.message);
    return run;
}

/* An info.json of ours holds all that gem5art's holds, with the same types and, but for times and ids, the same values. */
TEST(info_json_has_gem5arts_keys_types_and_values) {
    static const char *const other[] = {"_id", "hash", "outdir", "command", "enqueue_time", "start_time", "end_time", "current_time", "return_code",
                                        "status", "pid", NULL};
    const gem5art_json *theirs, *ours, *member, *own;
    const gem5art_run *recorded;
    const char *const *key;
    int same = 0;
    REQUIRE(begin_boot_tests());
    recorded = gem5art_find_run(db, "9816a141-bd48-45f6-966d-8d2431f8107b", &error);
    REQUIRE(recorded && boot_run(recorded, "out"));
    theirs = parse_file("info.json");
    ours = parse_file("out/info.json");
    REQUIRE(theirs && ours);
    for (member = theirs->first; member; member = member->next) {
        own = gem5art_json_get(ours, member->key);
        CHECK_THAT(own, "no %s", member->key);
        if (!own) continue;
        CHECK_THAT(own->type == member->type, "%s has another type", member->key);
        for (key = other; *key && strcmp(*key, member->key) != 0; key++) {}
        if (*key) continue;
        same++;
        if (member->type == GEM5ART_JSON_STRING) CHECK_STR(own->text, member->text);
        if (member->type == GEM5ART_JSON_NUMBER) CHECK_THAT(own->number == member->number, "%s", member->key);
        if (member->type == GEM5ART_JSON_BOOL) CHECK_INT(own->boolean, member->boolean);
        if (member->type == GEM5ART_JSON_ARRAY) CHECK_INT(own->count, member->count);
    }
    CHECK_INT(same, (int)theirs->count - 11);
    CHECK_INT(gem5art_json_get(ours, "command")->count, gem5art_json_get(theirs, "command")->count);
    own = gem5art_json_get(ours, "command")->first;
    for (member = gem5art_json_get(theirs, "command")->first; member && own; member = member->next, own = own->next)
        if (strncmp(member->text, "--outdir=", 9) != 0) CHECK_STR(own->text, member->text);
    gem5art_json_free(theirs);
    gem5art_json_free(ours);
    fixture_end();
}

TEST(what_gem5art_recorded_is_not_launched_again) {
    static const char *const split[] = {"hello", "--cmd=a", "b", NULL};
    gem5art_iter *iter, *attempts;
    const gem5art_run *recorded, *attempt;
    gem5art_run *run;
    gem5art_run_desc desc;
    char legacy[33], outdir[32];
    int count = 0;
    REQUIRE(begin_boot_tests());
    iter = gem5art_get_runs(db, NULL, &error);
    REQUIRE(iter);
    while ((recorded = gem5art_next_run(iter, &error)) != NULL) {
        snprintf(outdir, sizeof outdir, "out/%d", count++);
        run = boot_run(recorded, outdir);
        if (!run) continue;
        gem5art__legacy_hash(run, legacy);
        CHECK_STR(legacy, recorded->hash);
        if (gem5art__is_fs(run->type)) CHECK_STR(run->string, recorded->string); /* of an SE run gem5art forgets a space */
        REQUIRE((attempts = gem5art_get_attempts(db, run, &error)) != NULL);
        CHECK((attempt = gem5art_next_run(attempts, &error)) != NULL && strcmp(attempt->id, recorded->id) == 0);
        CHECK(!gem5art_next_run(attempts, &error) && gem5art_iter_step(attempts) == GEM5ART_END);
        gem5art_iter_close(attempts);
        CHECK(!gem5art_execute(db, run, NULL, &error));
        REFUSED(GEM5ART_EXISTS, recorded->id);
        CHECK_CONTAINS(error.message, "gem5art-rm");
        CHECK_CONTAINS(error.message, ".rerun");
        CHECK_STR(run->status, "Created");
    }
    gem5art_iter_close(iter);
    CHECK_INT(count, 8);
    desc = se_desc(); /* joined by spaces this is a run that Python ran, but its parameters are others */
    desc.run_script = "./boot_tests/configs/run_exit.py";
    desc.params = split;
    run = se(&desc);
    REQUIRE(run);
    gem5art__legacy_hash(run, legacy);
    CHECK_STR(legacy, "09e7548ddc6c05507c0652bbe729630a");
    CHECK(gem5art__not_recorded(db, (gem5art__run *)run, 0, &failed_count, &error));
    REQUIRE((attempts = gem5art_get_attempts(db, run, &error)) != NULL);
    CHECK(!gem5art_next_run(attempts, &error) && gem5art_iter_step(attempts) == GEM5ART_END && error.code == GEM5ART_OK);
    gem5art_iter_close(attempts);
    fixture_end();
}

TEST(a_desc_is_checked_without_making_anything) {
    static const char *const wrong[] = {"--outdir=x", NULL}, *const no_kind[] = {"everything", NULL};
    gem5art_run_desc desc;
    struct stat st;
    REQUIRE(begin());
    desc = se_desc();
    desc.gem5_artifact = desc.gem5_git_artifact = desc.run_script_git_artifact = NULL; /* not registered yet */
    CHECK(gem5art_check_run(&desc, false, &error) && error.code == GEM5ART_OK);
    CHECK(stat(desc.outdir, &st) < 0);
    desc.gem5_options = wrong;
    CHECK(!gem5art_check_run(&desc, false, &error));
    REFUSED(GEM5ART_INVALID, "--outdir=x");
    desc.gem5_options = NULL, desc.accept = no_kind;
    CHECK(!gem5art_check_run(&desc, false, &error));
    REFUSED(GEM5ART_INVALID, "everything");
    desc.accept = NULL, desc.run_script = "no/such.py";
    CHECK(!gem5art_check_run(&desc, false, &error));
    REFUSED(GEM5ART_NOT_FOUND, "no/such.py");
    CHECK(!gem5art_check_run(NULL, false, &error));
    REFUSED(GEM5ART_INVALID, "desc");
    fixture_end();
}

TEST(gem5arts_info_json_is_loaded) {
    gem5art_run *run, *created;
    gem5art__run *own;
    char legacy[33];
    int i;
    REQUIRE(begin_boot_tests());
    run = gem5art_load_run(db, "info.json", &error);
    CHECK_THAT(run, "%s", error.message);
    REQUIRE(run);
    own = (gem5art__run *)run;
    gem5art__legacy_hash(&own->public_, legacy);
    CHECK_STR(legacy, "672164f703b2b0de4b8391d11b6023fc");
    CHECK_STR(run->id, "9816a141-bd48-45f6-966d-8d2431f8107b");
    CHECK_STR(run->status, "Failed");
    CHECK_INT(run->return_code, 3);
    CHECK(run->timeout == 86400);
    CHECK_INT(own->used_count, 5);
    for (i = 0; i < 5; i++) CHECK_STR(own->used[i]->id, boot_ids[i]);
    CHECK_STR(own->base, "/home/gem5/experiments/results/run_exit/5.4.49/o3/2");
    created = boot_run(run, "out"); /* the same experiment as one that is created here */
    REQUIRE(created);
    CHECK_STR(run->hash, created->hash);
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_EXISTS, "9816a141-bd48-45f6-966d-8d2431f8107b");
    edit("info.json", "\"fail\"]", "\"pass\"]");
    CHECK(!gem5art_load_run(db, "info.json", &error));
    REFUSED(GEM5ART_CHANGED, "672164f703b2b0de4b8391d11b6023fc");
    close_db();
    lay_store("[]");
    open_db(NULL);
    CHECK(!gem5art_load_run(db, "info.json", &error));
    REFUSED(GEM5ART_NOT_FOUND, "11e923cd-237b-45ff-bf29-f017292cc12a");
    fixture_end();
}

/* ---- loading */

TEST(an_info_json_that_was_edited_is_refused) {
    gem5art_run_desc desc;
    const gem5art_artifact *more[2] = {NULL, NULL};
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    more[0] = workload;
    desc.artifacts = more, desc.artifact_count = 1;
    REQUIRE(se(&desc));
    edit("results/a/info.json", "\"name\": \"a run\"", "\"name\": \"renamed\", \"note\": {\"mine\": [1.50]}"); /* which is no part of what it is */
    run = gem5art_load_run(db, "results/a/info.json", &error);
    REQUIRE(run);
    CHECK_STR(run->name, "renamed");
    CHECK_INT(((gem5art__run *)run)->used_count, 4);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK(file_contains("results/a/info.json", "1.50")); /* what we do not know is kept */
    CHECK(store_contains("1.50"));
    edit("results/a/info.json", "\"--cpu\"", "\"--gpu\"");
    CHECK(!gem5art_load_run(db, "results/a/info.json", &error));
    REFUSED(GEM5ART_CHANGED, "edited");
    CHECK(!gem5art_load_run(db, "results/a/info.json", NULL));
    edit("results/a/info.json", "\"--gpu\"", "\"--cpu\"");
    edit("results/a/info.json", gem5->id, kernel->id);
    CHECK(!gem5art_load_run(db, "results/a/info.json", &error));
    REFUSED(GEM5ART_CHANGED, "results/a/info.json");
    edit("results/a/info.json", kernel->id, "00000000-0000-4000-8000-000000000000");
    CHECK(!gem5art_load_run(db, "results/a/info.json", &error));
    REFUSED(GEM5ART_NOT_FOUND, "00000000-0000-4000-8000-000000000000");
    fixture_end();
}

TEST(what_is_no_info_json_is_refused) {
    static const char *const wrong[][2] = {{"\"params\": [", "\"params\": [5, "}, {"\"timeout\": 900", "\"timeout\": \"900\""},
                                           {"\"running\": false", "\"running\": 0"}, {"\"name\": \"a run\"", "\"name\": [\"a run\"]"},
                                           {"\"pid\": 0", "\"pid\": 1e300"}, {"\"artifacts\": []", "\"artifacts\": {}"},
                                           {"\"status\": \"Created\"", "\"status\": false"}};
    static const char *const lacking[] = {"_id", "hash", "type", "outdir", "run_script", NULL};
    static const char *const texts[] = {"", "garbage", "{", "[]", "5", "null", "{\"a\": 1, \"a\": 2}", "\xff\xfe", NULL};
    const char *const *text;
    gem5art_run_desc desc;
    char *whole, old[64], with[64];
    size_t i;
    REQUIRE(begin());
    desc = se_desc();
    REQUIRE(se(&desc));
    CHECK(rename("results/a/info.json", "i.json") == 0);
    whole = read_text("i.json");
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        edit("i.json", wrong[i][0], wrong[i][1]);
        CHECK(!gem5art_load_run(db, "i.json", &error));
        REFUSED(GEM5ART_INVALID, "i.json: \"");
        write_text("i.json", whole);
    }
    for (text = lacking; *text; text++) {
        snprintf(old, sizeof old, "\"%s\":", *text), snprintf(with, sizeof with, "\"not %s\":", *text);
        edit("i.json", old, with);
        CHECK(!gem5art_load_run(db, "i.json", &error));
        REFUSED(GEM5ART_INVALID, "lacks");
        write_text("i.json", whole);
    }
    edit("i.json", "\"gem5 run\"", "\"kernel\"");
    CHECK(!gem5art_load_run(db, "i.json", &error));
    REFUSED(GEM5ART_INVALID, "not a run's info.json");
    for (i = 0; i < strlen(whole) - 2; i += 1 + i / 4) { /* cut short */
        whole[i] = 0;
        write_text("i.json", whole);
        CHECK(!gem5art_load_run(db, "i.json", &error));
        REFUSED(GEM5ART_SYNTAX, "i.json");
        free(whole);
        sh("mv results/a/info.json i.json 2>/dev/null");
        desc = se_desc();
        REQUIRE(se(&desc));
        whole = read_text("results/a/info.json");
    }
    for (text = texts; *text; text++) {
        write_text("i.json", *text);
        CHECK(!gem5art_load_run(db, "i.json", &error));
        REFUSED(GEM5ART_SYNTAX, "i.json");
    }
    CHECK(!gem5art_load_run(db, "gone/info.json", &error));
    REFUSED(GEM5ART_NOT_FOUND, "gone/info.json");
    CHECK(!gem5art_load_run(db, "configs", &error));
    REFUSED(GEM5ART_INVALID, "configs is not a file");
    CHECK(!gem5art_load_run(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_load_run(NULL, "i.json", NULL));
    free(whole);
    fixture_end();
}

TEST(a_run_is_loaded_from_wherever_it_was_created) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    desc.outdir = in_folder("results/a");
    REQUIRE(se(&desc));
    REQUIRE(chdir("/") == 0);
    run = gem5art_load_run(db, in_folder("results/a/info.json"), &error);
    CHECK_THAT(run, "%s", error.message);
    fixture_end();
}

TEST(a_later_attempt_is_loaded_with_the_first_ones_outdir) {
    gem5art_pool_desc again;
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    memset(&again, 0, sizeof again);
    again.rerun = true;
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, &again, &error));
    CHECK(gem5art_execute(db, run, &again, &error));
    CHECK_STR(run->outdir, in_folder("results/a.2"));
    run = gem5art_load_run(db, "results/a.2/info.json", &error);
    REQUIRE(run);
    CHECK_STR(((gem5art__run *)run)->base, in_folder("results/a"));
    CHECK(gem5art_execute(db, run, &again, &error));
    CHECK_STR(run->outdir, in_folder("results/a.3"));
    desc.outdir = "results/v1.2"; /* is not a second attempt */
    run = se(&desc);
    REQUIRE(run);
    run = gem5art_load_run(db, "results/v1.2/info.json", &error);
    REQUIRE(run);
    CHECK_STR(((gem5art__run *)run)->base, in_folder("results/v1.2"));
    fixture_end();
}

/* ---- finding, removing, releasing */

TEST(runs_are_found_by_id_and_the_latest_by_hash) {
    gem5art_pool_desc again;
    gem5art_run_desc desc;
    gem5art_run *run;
    const gem5art_run *found;
    char first[37], second[37], hash[65];
    REQUIRE(begin());
    memset(&again, 0, sizeof again);
    again.rerun = true;
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK(!gem5art_find_run(db, run->id, &error)); /* nothing is recorded yet */
    REFUSED(GEM5ART_NOT_FOUND, run->id);
    strcpy(hash, run->hash), strcpy(first, run->id);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK(gem5art_execute(db, run, &again, &error));
    strcpy(second, run->id);
    CHECK(strcmp(first, second) != 0);
    found = gem5art_find_run(db, first, &error);
    REQUIRE(found);
    CHECK_STR(found->id, first);
    CHECK_STR(found->status, "Finished");
    CHECK(found->record && found->results);
    found = gem5art_find_run(db, hash, &error);
    REQUIRE(found);
    CHECK_STR(found->id, second);
    CHECK_STR(found->outdir, in_folder("results/a.2"));
    CHECK(!gem5art_find_run(db, gem5->id, &error)); /* an artifact */
    REFUSED(GEM5ART_NOT_FOUND, gem5->id);
    CHECK(!gem5art_find_run(db, "no such run", &error));
    REFUSED(GEM5ART_NOT_FOUND, "\"no such run\"");
    CHECK_CONTAINS(error.message, "db.json");
    CHECK(!gem5art_find_run(db, NULL, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_find_run(NULL, hash, NULL));
    CHECK(!gem5art_find_run(db, "x", NULL));
    CHECK(!gem5art_execute(db, (gem5art_run *)(uintptr_t)found, NULL, &error));
    REFUSED(GEM5ART_INVALID, "info.json"); /* what was found is a record */
    fixture_end();
}

TEST(several_records_are_removed_in_one_change) {
    static const char store[] =
        "[{\"_id\":\"a1\",\"hash\":\"ha\",\"type\":\"gem5 run\",\"name\":\"a\",\"results\":\"za\"},\n"
        " {\"_id\":\"za\",\"hash\":\"hza\",\"type\":\"directory\",\"name\":\"a\"},\n"
        " {\"_id\":\"a2\",\"hash\":\"ha\",\"type\":\"gem5 run\",\"name\":\"a\",\"results\":\"za\"},\n"
        " {\"_id\":\"b1\",\"hash\":\"hb\",\"type\":\"gem5 run\",\"name\":\"b\",\"results\":\"zb\"},\n"
        " {\"_id\":\"zb\",\"hash\":\"hzb\",\"type\":\"directory\",\"name\":\"b\"},\n"
        " {\"_id\":\"c1\",\"hash\":\"hc\",\"type\":\"gem5 run\",\"name\":\"c\",\"artifacts\":[\"zb\"]},\n"
        " {\"_id\":\"d1\",\"hash\":\"hd\",\"type\":\"gem5 run\",\"name\":\"d\",\"results\":\"c1\"},\n"
        " {\"_id\":\"e1\",\"hash\":\"he\",\"type\":\"gem5 run\",\"name\":\"e\"}]\n";
    const char *ids[] = {"d1", "e1", "b1", "none", "a2", "za", "a1", "a1"};
    gem5art_error errors[8];
    struct stat before, after;
    char *text;
    fixture_begin();
    lay_store(store);
    REQUIRE(open_db(NULL));
    CHECK(gem5art__claim_run(db, "he", &error));
    CHECK(!gem5art_remove_runs(db, ids, 8, errors, &error));
    gem5art__unclaim_run(db, "he");
    REFUSED(GEM5ART_BUSY, "e1"); /* the first of them */
    CHECK_INT(errors[0].code, GEM5ART_OK);
    CHECK_INT(errors[1].code, GEM5ART_BUSY);
    CHECK_INT(errors[2].code, GEM5ART_OK);
    CHECK_INT(errors[3].code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(errors[3].message, "\"none\"");
    CHECK_INT(errors[4].code, GEM5ART_OK);
    CHECK_INT(errors[5].code, GEM5ART_NOT_FOUND); /* an artifact */
    CHECK_INT(errors[6].code, GEM5ART_OK);
    CHECK_INT(errors[7].code, GEM5ART_OK);
    text = read_store("db.json"); /* b's archive is an artifact of c, which is no archive of d */
    CHECK(!strstr(text, "\"a1\"") && !strstr(text, "\"a2\"") && !strstr(text, "\"za\"") && !strstr(text, "\"b1\"") &&
          !strstr(text, "\"d1\"") && strstr(text, "{\"_id\":\"zb\"") && strstr(text, "{\"_id\":\"c1\"") &&
          strstr(text, "{\"_id\":\"e1\""));
    free(text);
    CHECK(stat("db.json", &before) == 0);
    CHECK(gem5art_remove_runs(db, ids, 0, NULL, &error));
    CHECK(!gem5art_remove_runs(db, ids + 3, 1, NULL, NULL));
    ids[7] = NULL; /* removes none */
    ids[6] = "e1";
    CHECK(!gem5art_remove_runs(db, ids + 6, 2, errors, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_remove_runs(db, NULL, 1, errors, &error));
    REFUSED(GEM5ART_INVALID, "NULL");
    CHECK(!gem5art_remove_runs(NULL, ids, 1, errors, &error));
    CHECK(stat("db.json", &after) == 0 && before.st_ino == after.st_ino);
    fixture_end();
}

TEST(a_record_is_removed_with_its_archive) {
    gem5art_run_desc desc;
    gem5art_run *run;
    char id[37], results[37], *text;
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, NULL, &error));
    REQUIRE(run->results);
    strcpy(id, run->id), strcpy(results, run->results);
    CHECK(gem5art_find_artifact(db, results, &error));
    CHECK(!gem5art_remove_artifact(db, results, &error));
    REFUSED(GEM5ART_BUSY, id);
    CHECK(!gem5art_remove_artifact(db, gem5->id, &error));
    REFUSED(GEM5ART_BUSY, "gem5_artifact");
    CHECK(!gem5art_remove_run(db, run->hash, &error)); /* by id only */
    REFUSED(GEM5ART_NOT_FOUND, run->hash);
    CHECK(!gem5art_remove_run(db, gem5->id, &error));
    REFUSED(GEM5ART_NOT_FOUND, gem5->id);
    CHECK(!gem5art_remove_run(db, "nothing", NULL));
    CHECK(!gem5art_remove_run(db, NULL, &error));
    CHECK(!gem5art_remove_run(NULL, id, &error));
    CHECK(gem5art__claim_run(db, run->hash, &error));
    CHECK(!gem5art_remove_run(db, id, &error));
    REFUSED(GEM5ART_BUSY, "being executed");
    CHECK(!gem5art_remove_run(db, id, NULL));
    gem5art__unclaim_run(db, run->hash);
    CHECK(gem5art_remove_run(db, id, &error));
    CHECK(!gem5art_find_run(db, id, &error));
    CHECK(!gem5art_find_artifact(db, results, &error));
    CHECK(exists("results/a/info.json") && exists("results/a/results.zip"));
    text = read_store(STORE_PATH);
    CHECK(!strstr(text, id) && strstr(text, gem5->id));
    free(text);
    CHECK(gem5art_execute(db, run, NULL, &error)); /* which is the way out of EXISTS */
    CHECK_STR(run->outdir, in_folder("results/a.2"));
    fixture_end();
}

TEST(released_runs_are_gone_at_once) {
    gem5art_run_desc desc;
    gem5art_run *run;
    long alive;
    REQUIRE(begin());
    desc = se_desc();
    gem5art_release_run(db, se(&desc));
    alive = memory_alive;
    run = se(&desc);
    REQUIRE(run);
    CHECK(memory_alive > alive);
    gem5art_release_run(db, run);
    CHECK_INT(memory_alive, alive);
    run = gem5art_load_run(db, "results/a/info.json", &error);
    REQUIRE(run);
    gem5art_release_run(db, run);
    CHECK_INT(memory_alive, alive);
    gem5art_release_run(db, NULL);
    gem5art_release_run(NULL, NULL);
    fixture_end();
}

/* ---- claims */

/* Runs a check in another process; its failures are ours. */
static void in_another_process(void (*check)(void)) {
    pid_t pid;
    int status;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        leave_parents_db();
        check();
        fflush(stdout);
        _exit(test_failures_here != 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
}

static void begin_store(void) {
    if (db) close_db();
    fixture_begin();
    open_db(NULL);
}

static void h_is_taken(void) {
    open_db(NULL);
    CHECK(!gem5art__claim_run(db, "h", &error));
    REFUSED(GEM5ART_BUSY, "being executed");
    CHECK(gem5art__is_claimed(db, "h"));
    CHECK(!gem5art__is_claimed(db, "other"));
    CHECK(gem5art__claim_run(db, "other", &error));
    gem5art__unclaim_run(db, "other");
    close_db();
}

static void h_is_free(void) {
    open_db(NULL);
    CHECK(gem5art__claim_run(db, "h", &error));
    gem5art__unclaim_run(db, "h");
    close_db();
}

TEST(one_claim_at_a_time) {
    gem5art_db *second;
    begin_store();
    second = gem5art_open(STORE_URI, NULL, &error);
    REQUIRE(second);
    CHECK(gem5art__claim_run(db, "h", &error));
    CHECK(!gem5art__claim_run(db, "h", &error));
    REFUSED(GEM5ART_BUSY, "being executed");
    CHECK(!gem5art__claim_run(db, "h", NULL));
    CHECK(!gem5art__claim_run(second, "h", &error));
    REFUSED(GEM5ART_BUSY, "being executed");
    in_another_process(h_is_taken);
    CHECK(gem5art__claim_run(second, "g", &error));
    CHECK(gem5art__is_claimed(db, "g"));
    gem5art__unclaim_run(second, "h"); /* not its own: nothing happens */
    in_another_process(h_is_taken);
    gem5art__unclaim_run(second, "g");
    CHECK(!gem5art__is_claimed(db, "g"));
    CHECK(gem5art_close(second, &error));
    in_another_process(h_is_taken); /* whatever other handles of this process close */
    gem5art__unclaim_run(db, "h");
    in_another_process(h_is_free);
    fixture_end();
}

TEST(claim_bytes) {
    CHECK(gem5art__claim_byte("0000000000000000ffff") == 1);
    CHECK(gem5art__claim_byte("ffffffffffffffff0000") == 1 + 0x3fffffffffffffff);
    CHECK(gem5art__claim_byte("0000000000000004") == 2);
    CHECK(gem5art__claim_byte("a407edb9683a23ccc1552b052a4f732f") > 0);
    CHECK(gem5art__claim_byte("short") > 0);
    CHECK(gem5art__claim_byte("") > 0);
}

typedef struct contest {
    int arrived;
    char wins[500][2];
} contest;

static void meet(contest *shared, int n) {
    __sync_add_and_fetch(&shared->arrived, 1);
    while (__sync_add_and_fetch(&shared->arrived, 0) < 2 * n) sched_yield();
}

static void contend(contest *shared, int me) {
    char hash[65];
    int n;
    open_db(NULL);
    for (n = 0; n < 500; n++) {
        snprintf(hash, sizeof hash, "%064x", (unsigned)n * 2654435761u);
        memcpy(hash, hash + 56, 8); /* the claim looks at its start */
        meet(shared, 2 * n + 1);
        shared->wins[n][me] = gem5art__claim_run(db, hash, &error);
        if (!shared->wins[n][me] && error.code != GEM5ART_BUSY) test_fail(__FILE__, __LINE__, "%s", error.message);
        meet(shared, 2 * n + 2);
        gem5art__unclaim_run(db, hash);
    }
    close_db();
}

TEST(of_two_processes_exactly_one_wins) {
    contest *shared = (contest *)mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[2];
    int me, n, status, won[2] = {0, 0};
    REQUIRE(shared != MAP_FAILED);
    begin_store();
    fflush(stdout);
    for (me = 0; me < 2; me++)
        if ((pids[me] = fork()) == 0) {
            leave_parents_db();
            contend(shared, me);
            fflush(stdout);
            _exit(test_failures_here != 0);
        }
    for (me = 0; me < 2; me++) {
        CHECK(waitpid(pids[me], &status, 0) == pids[me]);
        CHECK_INT(status, 0);
    }
    for (n = 0; n < 500; n++) {
        CHECK_THAT(shared->wins[n][0] + shared->wins[n][1] == 1, "round %d: %d winners", n, shared->wins[n][0] + shared->wins[n][1]);
        for (me = 0; me < 2; me++) won[me] += shared->wins[n][me];
    }
    CHECK_INT(won[0] + won[1], 500);
    munmap(shared, sizeof *shared);
    fixture_end();
}

TEST(kill_9_frees_a_claim) {
    int fds[2];
    char byte = 0;
    pid_t pid;
    begin_store();
    REQUIRE(pipe(fds) == 0);
    pid = fork();
    if (pid == 0) {
        leave_parents_db();
        open_db(NULL);
        byte = gem5art__claim_run(db, "h", &error);
        if (write(fds[1], &byte, 1) != 1) _exit(1);
        for (;;) pause();
    }
    CHECK(read(fds[0], &byte, 1) == 1 && byte);
    in_another_process(h_is_taken);
    CHECK(!gem5art__claim_run(db, "h", &error));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    CHECK(gem5art__claim_run(db, "h", &error));
    gem5art__unclaim_run(db, "h");
    close(fds[0]), close(fds[1]);
    fixture_end();
}

TEST(claims_need_a_store_that_is_written) {
    gem5art_open_desc desc;
    begin_store();
    close_db();
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    db = gem5art_open(STORE_URI, &desc, &error);
    REQUIRE(db);
    CHECK(!gem5art__claim_run(db, "h", &error));
    REFUSED(GEM5ART_INVALID, "reading only");
    close_db();
    sh("rm -f db.json.lock && mkdir db.json.lock");
    open_db(NULL);
    CHECK(!gem5art__claim_run(db, "h", &error));
    REFUSED(GEM5ART_INVALID, "db.json.lock");
    fixture_end();
}

TEST(a_run_that_another_process_executes_is_busy) {
    gem5art_run_desc desc;
    gem5art_run *run;
    gem5art_db *second;
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    second = gem5art_open(STORE_URI, NULL, &error);
    REQUIRE(run && second);
    CHECK(gem5art__claim_run(second, run->hash, &error));
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_BUSY, "\"a run\"");
    CHECK_STR(run->status, "Created");
    gem5art__unclaim_run(second, run->hash);
    CHECK(gem5art_close(second, &error));
    CHECK(gem5art_execute(db, run, NULL, &error));
    fixture_end();
}

/* ---- live entries and lost runs */

static char live_path[2 * PATH_MAX], lost_id[37], lost_info[2 * PATH_MAX];

/* An attempt that began and whose supervisor is gone: its info.json says Running, with this pid, and its live entry stays. */
static gem5art_run *lose_a_run(pid_t pid) {
    gem5art_run_desc desc = se_desc();
    gem5art_run *run = se(&desc);
    gem5art__run *own = (gem5art__run *)run;
    DIR *outdir = NULL;
    CHECK(run && gem5art__begin_attempt(db, own, run, &outdir, &error));
    if (!run) return NULL;
    run->pid = pid;
    run->status = "Running";
    CHECK_THAT(gem5art__write_live(db, &own->public_, pid ? gem5art__process_start(pid, false) : 0, NULL, &error) && gem5art__write_info(&own->public_, outdir, &error), "%s", error.message);
    gem5art__close_folder(outdir);
    snprintf(live_path, sizeof live_path, "db.json.live/%s.%s", run->hash, run->id);
    snprintf(lost_info, sizeof lost_info, "%s/info.json", run->outdir);
    strcpy(lost_id, run->id);
    gem5art_release_run(db, run);
    return se(&desc);
}

/* A process group: a leader and one more; false: it could not be made. Its parent ends at once; or, if parent is not
   NULL, it lives and reaps nobody. */
static bool start_group(pid_t pids[2], pid_t *parent) {
    int fds[2];
    pid_t between;
    bool ok;
    if (pipe(fds) < 0) return false;
    fflush(stdout);
    between = fork();
    if (between == 0) {
        if (fork() == 0) {
            setpgid(0, 0);
            pids[0] = getpid();
            pids[1] = fork();
            if (pids[1] != 0 && write(fds[1], pids, 2 * sizeof *pids) < 0) _exit(1);
            close(fds[0]), close(fds[1]);
            alarm(60);
            for (;;) pause();
        }
        alarm(60);
        while (parent) pause();
        _exit(0);
    }
    if (parent) *parent = between;
    else waitpid(between, NULL, 0);
    close(fds[1]);
    ok = read(fds[0], pids, 2 * sizeof *pids) == 2 * sizeof *pids;
    close(fds[0]);
    return ok;
}

static bool start_orphans(pid_t pids[2]) { return start_group(pids, NULL); }

/* Ended, whether somebody reaps it or not. */
static bool is_dead(pid_t pid) {
    char path[64];
    bool zombie;
    char *text;
    if (kill(pid, 0) < 0) return true;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    text = read_text(path);
    zombie = !*text || strstr(text, ") Z ") != NULL;
    free(text);
    return zombie;
}

__attribute__((unused)) static bool die_soon(const pid_t pids[2]) {
    int tries;
    for (tries = 0; tries < 10000 && !(is_dead(pids[0]) && is_dead(pids[1])); tries++) poll(NULL, 0, 1);
    return tries < 10000;
}

static bool take_lost(gem5art_run *run) {
    bool ok;
    CHECK(gem5art__claim_run(db, run->hash, &error));
    ok = gem5art__take_lost(db, run->hash, false, &lost_count, &error);
    gem5art__unclaim_run(db, run->hash);
    return ok;
}

static void check_record_as_lost(void) {
    const gem5art_run *lost = gem5art_find_run(db, lost_id, &error);
    REQUIRE(lost);
    CHECK_STR(lost->status, "Failed");
    CHECK_STR(lost->kill_reason, "lost");
    CHECK(lost->rerunnable && !lost->running && !lost->results);
    CHECK(lost->end_time > 0);
    CHECK(!exists(live_path));
    CHECK_CONTAINS(fixture_warnings, lost_id);
}

static void check_recorded_as_lost(void) {
    check_record_as_lost();
    CHECK(file_contains(lost_info, "\"kill_reason\": \"lost\"")); /* where a person would look */
    CHECK(file_contains(lost_info, "\"running\": false"));
}

TEST(live_entries_are_written_read_and_dropped) {
    gem5art__arena arena = {NULL, false};
    gem5art__live live;
    gem5art_run *run;
    const char *name;
    REQUIRE(begin());
    run = lose_a_run(getpid());
    REQUIRE(run);
    name = strrchr(live_path, '/') + 1;
    REQUIRE(gem5art__read_live(db, name, false, &arena, &live, &error) == GEM5ART__LIVE_TRUSTED);
    CHECK_STR(live.id, lost_id);
    CHECK_STR(live.hash, run->hash);
    CHECK_STR(live.outdir, in_folder("results/a"));
    CHECK(*live.host);
    CHECK_INT(live.pid, getpid());
    CHECK_INT(live.supervisor, getpid());
#ifndef GEM5ART_NO_PROC
    CHECK(live.start > 0 && strlen(live.boot_id) == 36);
#endif
    CHECK(gem5art__read_live(db, "short", false, &arena, &live, &error) == GEM5ART__LIVE_NONE && error.code == GEM5ART_OK);
    edit(live_path, lost_id, run->id); /* an entry under another's name */
    CHECK(gem5art__read_live(db, name, false, &arena, &live, &error) == GEM5ART__LIVE_NONE && error.code == GEM5ART_SYNTAX);
    write_text(live_path, "{\"_id\": 5}");
    CHECK(gem5art__read_live(db, name, false, &arena, &live, &error) == GEM5ART__LIVE_NONE && error.code == GEM5ART_SYNTAX);
    write_text(live_path, "");
    CHECK(gem5art__read_live(db, name, false, &arena, &live, &error) == GEM5ART__LIVE_NONE && error.code == GEM5ART_SYNTAX);
    CHECK(take_lost(run)); /* none of which is in anybody's way */
    CHECK_CONTAINS(fixture_warnings, "a live entry of this run is ignored");
    gem5art__drop_live(db, run->hash, lost_id);
    CHECK(!exists(live_path));
    gem5art__drop_live(db, run->hash, lost_id);
    gem5art__arena_free(&arena);
    fixture_end();
}

#ifndef GEM5ART_NO_PROC
TEST(a_lost_runs_processes_are_ended_and_it_is_recorded) {
    gem5art_run *run;
    pid_t pids[2];
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK(die_soon(pids));
    check_recorded_as_lost();
    CHECK_STR(run->status, "Finished");
    CHECK_STR(run->outdir, in_folder("results/a.2"));
    CHECK_STR(gem5art_find_run(db, run->hash, &error)->id, run->id);
    fixture_end();
}

TEST(a_lost_run_that_cannot_be_ended_is_not_doubled) {
    gem5art_run *run;
    pid_t pids[2];
    bool taken;
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    not_our_process = true;
    taken = take_lost(run);
    not_our_process = false;
    CHECK(!taken);
    REFUSED(GEM5ART_BUSY, live_path);
    CHECK(exists(live_path) && !is_dead(pids[0]));
    kill(-pids[0], SIGKILL);
    fixture_end();
}

TEST(the_leader_may_be_gone_already) {
    gem5art_run *run;
    pid_t pids[2], parent;
    REQUIRE(begin());
    REQUIRE(start_group(pids, &parent)); /* once it is reaped, its number proves nothing */
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    kill(pids[0], SIGKILL);
    while (!is_dead(pids[0])) poll(NULL, 0, 1);
    CHECK(!is_dead(pids[1]));
    CHECK(take_lost(run));
    CHECK(die_soon(pids));
    check_recorded_as_lost();
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    fixture_end();
}

TEST(a_number_that_is_another_processes_now_is_left_alone) {
    gem5art_run *run;
    pid_t pids[2];
    char old[64];
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    snprintf(old, sizeof old, "\"start\":%lld", (long long)gem5art__process_start(pids[0], false));
    edit(live_path, old, "\"start\":12345");
    CHECK(take_lost(run));
    CHECK(!is_dead(pids[0]) && !is_dead(pids[1]));
    check_recorded_as_lost();
    kill(-pids[0], SIGKILL);
    fixture_end();
}

/* A run that was not spawned when its supervisor was killed: the warden, which may be about to spawn it, is ended first. */
TEST(a_warden_that_may_spawn_a_lost_run_is_ended) {
    gem5art_run *run;
    char from[100], to[100];
    pid_t warden, supervisor;
    int way; /* 0: the warden, 1: another process has its number now, 2: the run was spawned */
    for (way = 0; way < 3; way++) {
        REQUIRE(begin());
        run = lose_a_run(way == 2 ? 4711 : 0);
        REQUIRE(run);
        fflush(stdout);
        if ((warden = fork()) == 0)
            for (;;) pause();
        snprintf(to, sizeof to, "\"warden\":%d,\"warden_start\":%lld", (int)warden,
                 (long long)gem5art__process_start(warden, false) - (way == 1));
        edit(live_path, "\"warden\":0,\"warden_start\":0", to);
        if ((supervisor = fork()) == 0) _exit(0);
        waitpid(supervisor, NULL, 0);
        snprintf(from, sizeof from, "\"supervisor\":%d,", (int)getpid());
        snprintf(to, sizeof to, "\"supervisor\":%d,", (int)supervisor);
        edit(live_path, from, to);
        CHECK(take_lost(run));
        CHECK(is_dead(warden) == (way == 0));
        check_recorded_as_lost();
        kill(warden, SIGKILL);
        waitpid(warden, NULL, 0);
        fixture_end();
    }
}

TEST(after_a_reboot_nothing_is_killed) {
    gem5art_run *run;
    pid_t pids[2];
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    edit(live_path, "\"boot_id\":\"", "\"boot_id\":\"another-");
    CHECK(take_lost(run));
    CHECK(!is_dead(pids[0]) && !is_dead(pids[1]));
    check_recorded_as_lost();
    kill(-pids[0], SIGKILL);
    fixture_end();
}
#endif

#ifdef GEM5ART_NO_PROC
/* Where nobody can tell whose number it is, a person decides. */
TEST(a_group_of_unknown_age_is_a_persons_to_end) {
    gem5art_run *run;
    pid_t pids[2];
    char *at, *text;
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    text = read_text(live_path);
    at = strstr(text, "\"start\":");
    REQUIRE(at);
    memset(at + 8, ' ', strcspn(at + 8, ",}"));
    at[8] = '0';
    write_text(live_path, text);
    free(text);
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_BUSY, "cannot be ended");
    CHECK_CONTAINS(error.message, live_path);
    CHECK(!is_dead(pids[0]) && exists(live_path));
    kill(-pids[0], SIGKILL);
    while (!is_dead(pids[0]) || !is_dead(pids[1])) poll(NULL, 0, 1);
    if (kill(-pids[0], 0) < 0) { /* else nobody reaps them here */
        CHECK(take_lost(run));
        check_recorded_as_lost();
    }
    fixture_end();
}
#endif

TEST(another_hosts_run_is_not_touched) {
    gem5art_run *run;
    REQUIRE(begin());
    run = lose_a_run(4711);
    REQUIRE(run);
    edit(live_path, "\"host\":\"", "\"host\":\"far-away-");
    edit(live_path, "\"boot_id\":\"", "\"boot_id\":\"another-");
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_BUSY, "far-away-");
    CHECK_CONTAINS(error.message, "4711");
    CHECK_CONTAINS(error.message, live_path);
    CHECK(!take_lost(run));
    CHECK(exists(live_path));
    CHECK(!gem5art_find_run(db, lost_id, &error));
    CHECK(unlink(live_path) == 0); /* the way out that it names */
    CHECK(gem5art_execute(db, run, NULL, &error));
    fixture_end();
}

/* ---- what a launch would do, without doing it */

TEST(what_differs_from_the_experiment_before_is_named) {
    static const char *const other[] = {"--cpu", NULL}, *const options[] = {"--quiet", NULL};
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK(!run->differs);
    CHECK_INT(sh("cd configs && echo 3 >> run_exit.py && git commit -qam second && cd ../gem5 && echo 2 >> configs/se.py && "
                 "git commit -qam second && echo '# new' >> build/X86/gem5.opt"), 0);
    REQUIRE(register_all());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run && run->differs);
    CHECK_CONTAINS(run->differs, "gem5 binary ");
    CHECK_CONTAINS(run->differs, ", gem5 repo ");
    CHECK_CONTAINS(run->differs, ", run script repo ");
    CHECK_CONTAINS(run->differs, " -> ");
    CHECK_CONTAINS(fixture_warnings, run->differs);
    CHECK(gem5art_execute(db, run, NULL, &error)); /* an attempt in OUTDIR.2 is no news */
    fixture_warnings[0] = 0;
    run = se(&desc);
    REQUIRE(run);
    CHECK(!run->differs);
    CHECK_STR(fixture_warnings, "");
    CHECK_CONTAINS(run->outdir, "results/a.2");
    desc.params = other;
    desc.gem5_options = options;
    desc.run_script = "configs/deep/a.b.py";
    run = se(&desc); /* compared with the one before it, not with the first one */
    REQUIRE(run && run->differs);
    CHECK_STR(run->differs, "run script configs/run_exit.py -> configs/deep/a.b.py, parameters, gem5 options");
    CHECK_CONTAINS(run->outdir, "results/a.3");
    fixture_end();
}

/* What is in neither list of differences: further artifacts, a script that no repo tracks, a short list of parameters. */
TEST(what_differs_besides_is_named) {
    static const char *const fewer[] = {"--cpu", NULL}, *const others[] = {"--cpu", "timing", NULL};
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    desc.run_script = "own.py";
    write_text("own.py", "1\n");
    REQUIRE((run = se(&desc)) && !run->differs);
    desc.artifacts = &workload, desc.artifact_count = 1;
    REQUIRE((run = se(&desc)) && run->differs);
    CHECK_STR(run->differs, "further artifacts");
    write_text("own.py", "2\n");
    REQUIRE((run = se(&desc)) && run->differs);
    CHECK_STR(run->differs, "run script");
    desc.params = others;
    REQUIRE((run = se(&desc)) && run->differs);
    CHECK_STR(run->differs, "parameters");
    desc.params = fewer;
    REQUIRE((run = se(&desc)) && run->differs);
    CHECK_STR(run->differs, "parameters");
    fixture_end();
}

/* The store from which the artifacts of the experiment before are gone. */
TEST(what_differs_from_artifacts_that_are_gone) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    desc = se_desc();
    REQUIRE((run = se(&desc)) != NULL);
    close_db();
    CHECK(unlink(STORE_PATH) == 0);
    CHECK_INT(sh("echo '# new' >>gem5/build/X86/gem5.opt"), 0);
    REQUIRE(open_db(NULL) && register_all());
    desc = se_desc();
    REQUIRE((run = se(&desc)) && run->differs);
    CHECK_CONTAINS(run->differs, "gem5 binary");
    fixture_end();
}

static bool dry_open(const char *uri) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.log = fixture_log;
    desc.dry_run = true;
    db = gem5art_open(uri, &desc, &error);
    if (!db) test_fail(__FILE__, __LINE__, "cannot open the store: %s", error.message);
    return db != NULL;
}

/* The run of the desc would be launched, in this outdir. */
static void check_would_launch(const gem5art_pool_desc *pool, const char *outdir) {
    gem5art_run_desc desc = se_desc();
    gem5art_run *run = se(&desc);
    CHECK_THAT(run && gem5art_would_launch(db, run, pool, &error), "%s", error.message);
    if (run) CHECK_THAT(gem5art__ends_with(run->outdir, outdir), "the outdir is %s", run->outdir);
}

TEST(a_dry_run_makes_nothing) {
    gem5art_run_desc desc;
    gem5art_run *run;
    char hash[65];
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    strcpy(hash, run->hash);
    sh("rm -rf results");
    close_db();
    REQUIRE(dry_open("none.json")); /* no store: an empty one */
    REQUIRE(register_all());
    CHECK_STR(gem5->id, "");
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK_STR(run->hash, hash);
    CHECK_STR(run->status, "Created");
    check_would_launch(NULL, "/results/a");
    CHECK(!gem5art_execute(db, run, NULL, &error));
    CHECK(!exists("results") && !exists("none.json") && !exists("none.json.lock") && !exists("none.json.live"));
    CHECK(!gem5art_find_run(db, "nothing", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    close_db();
    REQUIRE(dry_open(STORE_URI));
    REQUIRE(register_all());
    CHECK_STR(gem5->record ? "stored" : "new", "stored");
    check_would_launch(NULL, "/results/a");
    CHECK(!exists("results"));
    fixture_end();
}

TEST(a_dry_run_needs_a_place_for_the_store) {
    gem5art_open_desc dry;
    REQUIRE(begin());
    memset(&dry, 0, sizeof dry);
    dry.dry_run = true;
    CHECK(!gem5art_open("nowhere/none.json", &dry, &error));
    REFUSED(GEM5ART_NOT_FOUND, "its folder does not exist");
    CHECK(symlink("nothing.json", "link.json") == 0 && !gem5art_open("link.json", &dry, &error));
    REFUSED(GEM5ART_NOT_FOUND, "dangling symlink");
    fixture_end();
}

TEST(what_would_be_launched_and_where) {
    gem5art_pool_desc pool;
    gem5art_run_desc desc;
    gem5art_run *run;
    gem5art_db *second;
    REQUIRE(begin());
    memset(&pool, 0, sizeof pool);
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    check_would_launch(NULL, "/results/a");
    CHECK(gem5art_execute(db, run, NULL, &error)); /* Finished */
    CHECK(!gem5art_would_launch(db, run, NULL, &error));
    REFUSED(GEM5ART_EXISTS, "is recorded already");
    pool.rerun = true;
    check_would_launch(&pool, "/results/a.2");
    CHECK(!exists("results/a.2"));
    second = gem5art_open(STORE_URI, NULL, &error);
    REQUIRE(second && gem5art__claim_run(second, run->hash, &error));
    CHECK(!gem5art_would_launch(db, run, &pool, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    gem5art__unclaim_run(second, run->hash);
    CHECK(gem5art_close(second, &error));
    CHECK(!gem5art_would_launch(db, NULL, &pool, &error));
    CHECK(!gem5art_would_launch(NULL, run, &pool, &error));
    CHECK_INT(sh("printf '#!/bin/sh\nexit 1\n' > gem5/build/X86/gem5.opt"), 0);
    REQUIRE(register_all());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, NULL, &error)); /* Failed */
    CHECK(!gem5art_would_launch(db, run, NULL, &error));
    REFUSED(GEM5ART_EXISTS, "(Failed)");
    memset(&pool, 0, sizeof pool);
    pool.retries = 1;
    check_would_launch(&pool, "/results/a.3");
    fixture_end();
}

TEST(a_lost_run_would_be_launched_where_it_may_be_taken) {
    gem5art_pool_desc pool;
    gem5art_run *run;
    REQUIRE(begin());
    memset(&pool, 0, sizeof pool);
    run = lose_a_run(0);
    REQUIRE(run);
    check_would_launch(NULL, "/results/a.2");
    edit(live_path, "\"host\":\"", "\"host\":\"far-away-");
    edit(live_path, "\"boot_id\":\"", "\"boot_id\":\"another-");
    CHECK(!gem5art_would_launch(db, run, NULL, &error));
    REFUSED(GEM5ART_BUSY, "far-away-");
    pool.take_lost = true;
    check_would_launch(&pool, "/results/a.2");
    CHECK(exists(live_path));
    fixture_end();
}

/* No entry, whatever is in it, makes us signal everybody. */
TEST(a_nonsense_pid_kills_nobody) {
    static const char *const pids[] = {"1", "0", "-1", "4294967297", "4294967296", "-4294967295", "1e300", NULL};
    const char *const *pid;
    gem5art_run *run;
    REQUIRE(begin());
    killed_everybody = 0;
    for (pid = pids; *pid; pid++) {
        char with[64];
        sh("rm -rf results");
        run = lose_a_run(4711);
        REQUIRE(run);
        snprintf(with, sizeof with, "\"pid\":%s", *pid);
        edit(live_path, "\"pid\":4711", with);
        CHECK(take_lost(run));
        CHECK(exists(live_path) == (strcmp(*pid, "1e300") == 0)); /* which is not an entry */
    }
    CHECK_INT(killed_everybody, 0);
    fixture_end();
}

TEST(a_lost_run_that_had_ended_is_recorded_as_it_ended) {
    static const char *const ends[][2] = {{"Finished", "0"}, {"Failed", "3"}};
    gem5art_run *run;
    const gem5art_run *lost;
    int i;
    for (i = 0; i < 2; i++) {
        char status[64], code[64];
        REQUIRE(begin());
        run = lose_a_run(0);
        REQUIRE(run);
        snprintf(status, sizeof status, "\"status\": \"%s\"", ends[i][0]), snprintf(code, sizeof code, "\"return_code\": %s", ends[i][1]);
        edit(lost_info, "\"status\": \"Running\"", status);
        edit(lost_info, "\"running\": true", "\"running\": false");
        edit(lost_info, "\"return_code\": 0", code);
        edit(lost_info, "\"results\": null", "\"results\": \"6346b869-02ed-4354-bbd7-b7a0d38f9a6d\""); /* never recorded */
        edit(lost_info, "\"results_size\": null", "\"results_size\": 77");
        edit(lost_info, "\"archive\": \"all\"", i ? "\"archive\": \"none\"" : "\"archive\": {\"except\": [\"cpt.*\"]}");
        CHECK(!gem5art_execute(db, run, NULL, &error)); /* which keeps it from being launched again */
        REFUSED(GEM5ART_EXISTS, lost_id);
        lost = gem5art_find_run(db, lost_id, &error);
        REQUIRE(lost);
        CHECK_STR(lost->status, ends[i][0]);
        CHECK_STR(lost->kill_reason, "");
        CHECK_INT(lost->return_code, ends[i][1][0] - '0');
        CHECK(!lost->results);
        CHECK_INT(lost->results_size, -1);
        CHECK_INT(lost->no_archive, i == 1);
        CHECK_STR(i ? "cpt.*" : lost->archive_except[0], "cpt.*");
        CHECK(!exists(live_path));
        fixture_end();
    }
}

TEST(a_lost_run_that_is_recorded_already_is_only_dropped) {
    gem5art_run *run;
    char *before, *after;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK(take_lost(run));
    before = read_store(STORE_PATH);
    sh("echo '{\"_id\":\"%s\",\"hash\":\"%s\",\"outdir\":\"x\",\"host\":\"'$(uname -n)'\",\"boot_id\":\"\",\"pid_space\":\"\",\"job\":\"\",\"restart\":0,\"pid\":0,\"start\":0,\"supervisor\":0,\"supervisor_start\":0}' > %s",
       lost_id, run->hash, live_path);
    CHECK(take_lost(run));
    CHECK(!exists(live_path));
    after = read_store(STORE_PATH);
    CHECK_STR(after, before);
    free(before);
    free(after);
    fixture_end();
}

/* Its info.json is gone, another's, or nonsense: nothing can be recorded, and that is said; it stops nobody. */
TEST(a_lost_run_without_an_info_json) {
    static const char *const infos[] = {NULL, "garbage", "{\"_id\": \"another\"}", "{\"_id\": 5}", "{\"params\": 5}"};
    gem5art_run *run;
    size_t i;
    REQUIRE(begin());
    for (i = 0; i < sizeof infos / sizeof *infos; i++) {
        sh("rm -rf results");
        run = lose_a_run(0);
        REQUIRE(run);
        if (infos[i]) write_text(lost_info, infos[i]);
        else unlink(lost_info);
        fixture_warnings[0] = 0;
        CHECK(take_lost(run));
        CHECK_CONTAINS(fixture_warnings, "cannot be recorded");
        CHECK_CONTAINS(fixture_warnings, lost_id);
        CHECK(!exists(live_path));
        CHECK(!gem5art_find_run(db, lost_id, &error));
    }
    fixture_end();
}

/* The lost attempt's own info.json is what a person would load to go on. */
TEST(a_lost_run_is_taken_by_itself_too) {
    gem5art_run *run;
    REQUIRE(begin());
    REQUIRE(lose_a_run(0));
    run = gem5art_load_run(db, lost_info, &error);
    REQUIRE(run);
    CHECK_STR(run->id, lost_id);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK_STR(run->status, "Finished");
    CHECK(strcmp(run->id, lost_id) != 0);
    CHECK_STR(run->outdir, in_folder("results/a.2"));
    check_recorded_as_lost();
    fixture_end();
}

TEST(lost_runs_of_other_experiments_are_left_for_their_takers) {
    static const char *const other[] = {"other", NULL};
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin());
    REQUIRE(lose_a_run(0));
    desc = se_desc();
    desc.params = other;
    desc.outdir = "results/other";
    run = se(&desc);
    REQUIRE(run);
    CHECK(gem5art_execute(db, run, NULL, &error));
    CHECK(exists(live_path));
    CHECK(!gem5art_find_run(db, lost_id, &error));
    fixture_end();
}

/* ---- whose word a live entry is */

__attribute__((unused)) static bool taken_with(gem5art_run *run, const char *from, const char *to) {
    edit(live_path, from, to);
    fixture_warnings[0] = 0;
    return take_lost(run);
}

/* Another name of the host, as in a container of this machine: the claim decides. */
TEST(the_claim_decides_on_one_machine_whatever_it_is_called) {
    gem5art_run *run;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
#ifndef GEM5ART_NO_PROC
    CHECK(taken_with(run, "\"host\":\"", "\"host\":\"in-a-container-"));
    check_recorded_as_lost();
#endif
    fixture_end();
}

/* A lock file that was removed frees a claim, and ends no run. */
TEST(a_run_whose_supervisor_lives_is_not_lost) {
    char entry[64];
    gem5art_run *run;
    pid_t supervisor;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    fflush(stdout);
    if ((supervisor = fork()) == 0) {
        for (;;) pause();
    }
    snprintf(entry, sizeof entry, "\"supervisor\":%d", (int)getpid());
    {
        char to[64];
        snprintf(to, sizeof to, "\"supervisor\":%d", (int)supervisor);
        edit(live_path, entry, to);
    }
    {
        char from[64], to[64];
        snprintf(from, sizeof from, "\"supervisor_start\":%lld", (long long)gem5art__process_start(getpid(), false));
        snprintf(to, sizeof to, "\"supervisor_start\":%lld", (long long)gem5art__process_start(supervisor, false));
        edit(live_path, from, to);
    }
    CHECK(!take_lost(run));
    REFUSED(GEM5ART_BUSY, "although its claim is free");
    CHECK(exists(live_path) && !gem5art_find_run(db, lost_id, &error));
    kill(supervisor, SIGKILL);
    siginfo_t ended;
    CHECK(waitid(P_PID, (id_t)supervisor, &ended, WEXITED | WNOWAIT) == 0);
#ifndef GEM5ART_NO_PROC
    CHECK(take_lost(run)); /* a zombie supervises nothing */
    check_recorded_as_lost();
#endif
    waitpid(supervisor, NULL, 0);
    fixture_end();
}

TEST(another_host_is_believed_where_its_job_was_restarted_or_the_user_says_so) {
    gem5art_run *run;
    int way;
    for (way = 0; way < 4; way++) {
        bool ok;
        REQUIRE(begin());
        setenv("SLURM_JOB_ID", "17", 1), setenv("SLURM_RESTART_COUNT", "1", 1);
        run = lose_a_run(0);
        REQUIRE(run);
        edit(live_path, "\"host\":\"", "\"host\":\"far-away-");
        edit(live_path, "\"boot_id\":\"", "\"boot_id\":\"another-");
        if (way == 1) setenv("SLURM_RESTART_COUNT", "2", 1);
        if (way == 2) setenv("SLURM_RESTART_COUNT", "2", 1), setenv("SLURM_JOB_ID", "18", 1);
        CHECK(gem5art__claim_run(db, run->hash, &error));
        ok = gem5art__take_lost(db, run->hash, way == 3, &lost_count, &error);
        gem5art__unclaim_run(db, run->hash);
        CHECK_INT(ok, way == 1 || way == 3);
        CHECK_INT(gem5art_find_run(db, lost_id, NULL) != NULL, ok);
        unsetenv("SLURM_JOB_ID"), unsetenv("SLURM_RESTART_COUNT");
        fixture_end();
    }
}

#ifndef GEM5ART_NO_PROC
/* Nothing is signalled, written or recorded on the word of a file that is not this user's own. */
TEST(an_entry_that_another_may_have_written_is_ignored) {
    gem5art_run *run;
    pid_t pids[2];
    int way;
    for (way = 0; way < 5; way++) {
        char with[64];
        struct stat st;
        if (way == 0 && geteuid() != 0) continue; /* only root can be two users */
        REQUIRE(begin());
        REQUIRE(start_orphans(pids));
        run = lose_a_run(pids[0]);
        REQUIRE(run);
        switch (way) {
        case 0: CHECK(chown(live_path, 65534, 65534) == 0); break;
        case 1: CHECK(chmod(live_path, 0666) == 0); break;
        case 2: CHECK(rename(live_path, "entry") == 0 && symlink("../entry", live_path) == 0); break;
        case 3: CHECK(unlink(live_path) == 0 && mkfifo(live_path, 0600) == 0); break;
        default:
            CHECK(chmod(live_path, 0) == 0);
            snprintf(with, sizeof with, "{\"_id\":5}");
            write_text(live_path, with);
        }
        fixture_warnings[0] = 0;
        CHECK(take_lost(run));
        CHECK_CONTAINS(fixture_warnings, "a live entry of this run is ignored");
        CHECK(!is_dead(pids[0]) && lstat(live_path, &st) == 0);
        CHECK(!gem5art_find_run(db, lost_id, &error));
        CHECK(file_contains(lost_info, "\"status\": \"Running\""));
        CHECK(gem5art_execute(db, run, NULL, &error)); /* and it is in nobody's way */
        kill(-pids[0], SIGKILL);
        fixture_end();
    }
}

TEST(processes_of_another_name_space_are_not_signalled) {
    gem5art_run *run;
    pid_t pids[2];
    REQUIRE(begin());
    REQUIRE(start_orphans(pids));
    run = lose_a_run(pids[0]);
    REQUIRE(run);
    CHECK(taken_with(run, "\"pid_space\":\"pid:[", "\"pid_space\":\"pid:[9"));
    CHECK(!is_dead(pids[0]) && !is_dead(pids[1]));
    check_recorded_as_lost();
    kill(-pids[0], SIGKILL);
    fixture_end();
}

/* In another container: its supervisor cannot be seen, and its claim would be in the lock file that was removed. */
TEST(a_claim_in_a_lock_file_that_was_removed_proves_nothing) {
    gem5art_run *run;
    bool ok;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    edit(live_path, "\"pid_space\":\"pid:[", "\"pid_space\":\"pid:[9");
    edit(live_path, "\"lock\":", "\"lock\":1");
    CHECK(!take_lost(run));
    REFUSED(GEM5ART_BUSY, "may still be running");
    CHECK(exists(live_path) && !gem5art_find_run(db, lost_id, &error));
    CHECK(gem5art__claim_run(db, run->hash, &error));
    ok = gem5art__take_lost(db, run->hash, true, &lost_count, &error);
    gem5art__unclaim_run(db, run->hash);
    CHECK(ok);
    check_recorded_as_lost();
    fixture_end();
}

/* Whatever group or session they put themselves into. */
TEST(all_processes_of_a_lost_run_are_ended) {
    gem5art_run *run;
    char *text;
    pid_t stray;
    int tries;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK_INT(sh("(GEM5ART_RUN=%s setsid sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 60' >/dev/null 2>&1 </dev/null &)", lost_id), 0);
    for (tries = 0; tries < 10000 && !exists("pid"); tries++) poll(NULL, 0, 1);
    text = read_text("pid");
    stray = (pid_t)atol(text);
    free(text);
    REQUIRE(stray > 1);
    CHECK(take_lost(run));
    for (tries = 0; tries < 10000 && !is_dead(stray); tries++) poll(NULL, 0, 1);
    CHECK(is_dead(stray));
    check_recorded_as_lost();
    fixture_end();
}
#endif

/* An entry of the user's own may name any folder: only what is this attempt's is written, and no link is followed. */
TEST(a_lost_runs_info_json_is_replaced_in_its_own_outdir_only) {
    gem5art_run *run;
    const gem5art_run *lost;
    struct stat st;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK(mkdir("victim", 0777) == 0);
    write_text("victim/info.json", "{\"precious\":1}\n");
    edit(lost_info, "results/a\"", "victim\"");
    CHECK(take_lost(run));
    CHECK(file_contains("victim/info.json", "precious"));
    REQUIRE((lost = gem5art_find_run(db, lost_id, &error)) != NULL);
    CHECK_STR(lost->outdir, in_folder("results/a"));
    check_recorded_as_lost();
    sh("rm -rf results");
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK(rename(lost_info, "moved") == 0 && symlink(in_folder("moved"), lost_info) == 0);
    CHECK(take_lost(run));
    CHECK(lstat(lost_info, &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(file_contains("moved", "\"status\": \"Running\""));
    CHECK_CONTAINS(fixture_warnings, "cannot be recorded");
    fixture_end();
}

TEST(what_a_live_run_uses_is_not_removed) {
    gem5art_run *run;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK(gem5art__claim_run(db, run->hash, &error));
    CHECK(!gem5art_remove_artifact(db, gem5->id, &error));
    REFUSED(GEM5ART_BUSY, "is used by a run that is being executed");
    gem5art__unclaim_run(db, run->hash); /* now it is lost, and nobody needs them */
    CHECK(gem5art_remove_artifact(db, gem5->id, &error));
    fixture_end();
}

/* ---- the lock file */

TEST(a_lock_file_that_is_no_file_is_refused) {
    static const char *const makers[] = {"ln -s precious db.json.lock", "mkfifo db.json.lock", "mkdir db.json.lock"};
    size_t i;
    REQUIRE(begin());
    write_text("precious", "PRECIOUS\n");
    for (i = 0; i < sizeof makers / sizeof *makers; i++) {
        CHECK_INT(sh("rm -rf db.json.lock; %s", makers[i]), 0);
        CHECK(!gem5art__claim_run(db, "00", &error));
        CHECK_CONTAINS(error.message, "db.json.lock");
        CHECK_CONTAINS(error.message, "remove it");
    }
    CHECK(file_contains("precious", "PRECIOUS"));
    CHECK_INT(sh("rm -rf db.json.lock"), 0);
    fixture_end();
}

/* Also where a umask gives new files the store's permissions, but not its group. */
TEST(what_lies_beside_a_store_has_its_group) {
    static const char *const paths[] = {"db.json.lock", "db.json.live", live_path};
    gem5art_run *run;
    struct stat st;
    mode_t mask;
    size_t i;
    if (geteuid() != 0) return; /* only root may choose any group */
    REQUIRE(begin());
    CHECK(chown("db.json", (uid_t)-1, 4711) == 0 && chmod("db.json", 0660) == 0);
    mask = umask(0007);
    CHECK(gem5art__claim_run(db, "aa", &error));
    gem5art__unclaim_run(db, "aa");
    run = lose_a_run(0);
    umask(mask);
    REQUIRE(run);
    for (i = 0; i < 3; i++) {
        static const mode_t modes[] = {0660, 01770, 0640};
        CHECK(stat(paths[i], &st) == 0 && st.st_gid == 4711);
        CHECK_INT(st.st_mode & 07777, modes[i]);
    }
    fixture_end();
}

TEST(claims_move_to_a_new_lock_file) {
    gem5art_db *second;
    struct stat st;
    mode_t mask;
    REQUIRE(begin());
    CHECK(chmod("db.json", 0660) == 0);
    mask = umask(077);
    CHECK(gem5art__claim_run(db, "aa", &error));
    umask(mask);
    CHECK(stat("db.json.lock", &st) == 0 && (st.st_mode & 0777) == 0660 && st.st_size == 0);
    CHECK(gem5art__claim_still_holds(db, "aa", &error));
    CHECK(unlink("db.json.lock") == 0);
    CHECK(gem5art__claim_still_holds(db, "aa", &error)); /* it is held in the new file now */
    REQUIRE((second = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    CHECK(!gem5art__claim_run(second, "aa", &error) && error.code == GEM5ART_BUSY);
    CHECK(unlink("db.json.lock") == 0);
    CHECK(!gem5art__claim_run(second, "aa", &error) && error.code == GEM5ART_BUSY); /* the store shows it still */
    CHECK_CONTAINS(error.message, "with a lock file other than");
    CHECK_INT(sh("cp db.json copy && mv copy db.json"), 0);
    CHECK(gem5art__claim_run(second, "aa", &error));
    CHECK(!gem5art__claim_still_holds(db, "aa", &error) && error.code == GEM5ART_BUSY);
    gem5art__unclaim_run(db, "aa");
    CHECK(gem5art__claim_still_holds(second, "aa", &error));
    gem5art__unclaim_run(second, "aa");
    CHECK(gem5art_close(second, &error));
    fixture_end();
}

TEST(two_names_of_a_store_have_the_same_claims) {
    gem5art_db *second;
    if (!STORE_IS_FLAT) return; /* LMDB refuses a second name */
    REQUIRE(begin());
    CHECK(mkdir("other", 0777) == 0 && link("db.json", "other/db.json") == 0);
    REQUIRE((second = gem5art_open("other/db.json", NULL, &error)) != NULL);
    CHECK(gem5art__claim_run(db, "aa", &error));
    CHECK(!gem5art__claim_run(second, "aa", &error) && error.code == GEM5ART_BUSY);
    CHECK(gem5art__claim_run(second, "bb", &error));
    CHECK(!gem5art__claim_run(db, "bb", &error) && error.code == GEM5ART_BUSY);
    gem5art__unclaim_run(db, "aa");
    CHECK(gem5art__claim_run(second, "aa", &error));
    gem5art__unclaim_run(second, "aa");
    gem5art__unclaim_run(second, "bb");
    CHECK(gem5art_close(second, &error));
    fixture_end();
}

TEST(the_lock_file_follows_the_stores_mode) {
    struct stat st;
    REQUIRE(begin());
    CHECK(chmod("db.json", 0600) == 0);
    CHECK(gem5art__claim_run(db, "aa", &error));
    gem5art__unclaim_run(db, "aa");
    close_db();
    CHECK(chmod("db.json", 0664) == 0);
    REQUIRE(open_db(NULL));
    CHECK(gem5art__claim_run(db, "aa", &error));
    CHECK(stat("db.json.lock", &st) == 0 && (st.st_mode & 0777) == 0664);
    gem5art__unclaim_run(db, "aa");
    fixture_end();
}

TEST(the_folder_of_live_entries_has_the_stores_mode) {
    gem5art_run *run;
    struct stat st;
    mode_t mask;
    REQUIRE(begin());
    CHECK(chmod("db.json", 0664) == 0);
    mask = umask(077);
    run = lose_a_run(0);
    umask(mask);
    REQUIRE(run);
    CHECK(stat("db.json.live", &st) == 0 && (st.st_mode & 07777) == 01775);
    CHECK(stat(live_path, &st) == 0 && (st.st_mode & 07777) == 0644); /* others may read it, and not write it */
    fixture_end();
}

TEST(the_next_folder_of_live_entries_follows_the_store) {
    gem5art_run_desc desc;
    gem5art_run *run;
    struct stat st;
    REQUIRE(begin());
    desc = se_desc();
    REQUIRE((run = se(&desc)) != NULL && gem5art_execute(db, run, NULL, &error));
    close_db();
    CHECK(!exists("db.json.live")); /* which had the mode of the store then */
    CHECK(chmod("db.json", 0666) == 0);
    REQUIRE(open_db(NULL) && register_all());
    desc = se_desc();
    desc.outdir = "results/second", desc.params = NULL;
    REQUIRE((run = se(&desc)) != NULL && gem5art__claim_run(db, run->hash, &error) && gem5art__write_live(db, run, 0, NULL, &error));
    CHECK(stat("db.json.live", &st) == 0 && (st.st_mode & 07777) == 01777);
    gem5art__unclaim_run(db, run->hash);
    fixture_end();
}

/* ---- a supervisor that is killed in earnest */

TEST(a_killed_supervisors_run_is_lost_and_taken) {
    gem5art_run_desc desc;
    gem5art_run *run;
    pid_t supervisor;
    int tries;
    REQUIRE(begin());
    close_db();
    write_text("gem5/build/X86/gem5.opt", "#!/bin/sh\n[ -e go ] && exit 0\nsleep 60\n");
    REQUIRE(open_db(NULL) && register_all());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run);
    strcpy(lost_id, run->id);
    snprintf(live_path, sizeof live_path, "db.json.live/%s.%s", run->hash, run->id);
    snprintf(lost_info, sizeof lost_info, "%s/info.json", run->outdir);
    fflush(stdout);
    supervisor = fork();
    if (supervisor == 0) {
        leave_parents_db();
        if (!open_db(NULL) || !(run = gem5art_load_run(db, "results/a/info.json", &error))) _exit(1);
        gem5art_execute(db, run, NULL, &error);
        _exit(2);
    }
    for (tries = 0; tries < 20000 && !file_contains(lost_info, "\"Running\""); tries++) poll(NULL, 0, 1);
    CHECK(tries < 20000);
    CHECK(!gem5art_execute(db, run, NULL, &error));
    REFUSED(GEM5ART_BUSY, "\"a run\"");
    kill(supervisor, SIGKILL);
    waitpid(supervisor, NULL, 0);
    write_text("go", "");
    for (tries = 0; tries < 10; tries++) /* where processes have no known age, its warden must have ended it */
        if (gem5art_execute(db, run, NULL, &error) || error.code != GEM5ART_BUSY) break;
    CHECK_STR(error.message, "");
    CHECK_STR(run->status, "Finished");
    check_recorded_as_lost();
    fixture_end();
}

/* ---- memory that runs out */

static char recorded_id[37];

/* All that is done with runs short of executing one. */
static bool use_runs(void) {
    gem5art_run_desc desc;
    gem5art_run *run, *loaded;
    const gem5art_artifact *more[2] = {NULL, NULL};
    gem5 = gem5art_find_artifact(db, gem5->id, &error);
    gem5_repo = gem5 ? gem5art_find_artifact(db, gem5_repo->id, &error) : NULL;
    if (!gem5_repo) return false;
    desc = fs_desc();
    desc.outdir = "results/starved";
    more[0] = workload;
    desc.artifacts = more, desc.artifact_count = 1;
    run = fs(&desc);
    if (!run || !gem5art__not_recorded(db, (gem5art__run *)run, 0, &failed_count, &error)) return false;
    loaded = gem5art_load_run(db, "results/starved/info.json", &error);
    if (!loaded) return false;
    gem5art_release_run(db, loaded);
    if (!gem5art__claim_run(db, run->hash, &error)) return false;
    gem5art__unclaim_run(db, run->hash);
    return gem5art_find_run(db, recorded_id, &error) && gem5art_find_run(db, kernel->id, &error) == NULL && error.code == GEM5ART_NOT_FOUND;
}

TEST(running_out_of_memory_is_an_error_and_no_leak) {
    gem5art_run_desc desc;
    gem5art_run *run;
    gem5art_artifact copies[6];
    const gem5art_artifact **all[6];
    gem5art_db *keeper;
    long n, alive, left = 0;
    bool worked, reached = true;
    int i;
    REQUIRE(begin());
    desc = se_desc();
    run = se(&desc);
    REQUIRE(run && gem5art_execute(db, run, NULL, &error));
    strcpy(recorded_id, run->id);
    keeper = db; /* keeps the artifacts that the desc names */
    db = NULL;
    all[0] = &gem5, all[1] = &gem5_repo, all[2] = &scripts, all[3] = &kernel, all[4] = &disk, all[5] = &workload;
    for (i = 0; i < 6; i++) copies[i] = **all[i];
    for (n = 1; n < 5000 && reached; n++) {
        for (i = 0; i < 6; i++) *all[i] = &copies[i];
        if (n % 2) sh("rm -rf results/starved"); /* with and without an info.json there */
        open_db(NULL);
        close_db();
        open_db(NULL);
        alive = memory_alive;
        gem5art__clear(&error);
        fail_memory(n, false);
        worked = use_runs();
        reached = memory_count >= n;
        if (!reached) CHECK_THAT(worked, "refused without a failed allocation: %s", error.message);
        fail_memory(0, false);
        if (!worked) CHECK_THAT(error.code == GEM5ART_NOMEM, "allocation %ld: %s (%d)", n, error.message, (int)error.code);
        close_db();
        CHECK_THAT(memory_alive < alive, "allocation %ld", n);
        if (n == 1) left = memory_alive;
        CHECK_THAT(memory_alive == left, "allocation %ld: %ld blocks leak", n, memory_alive - left);
    }
    CHECK_THAT(!reached && n > 50, "%ld allocations", n);
    CHECK_INT(sh("test -z \"$(find . -name '*tmp-*')\""), 0);
    db = keeper;
    fixture_end();
}

TEST(running_out_of_memory_while_a_lost_run_is_taken) {
    gem5art_run *run;
    long n;
    bool taken = false;
    REQUIRE(begin());
    run = lose_a_run(0);
    REQUIRE(run);
    CHECK(gem5art__claim_run(db, run->hash, &error));
    for (n = 1; n < 5000 && !taken; n++) {
        fail_memory(n, false);
        taken = gem5art__take_lost(db, run->hash, false, &lost_count, &error);
        fail_memory(0, false);
        if (!taken) CHECK_THAT(error.code == GEM5ART_NOMEM, "allocation %ld: %s", n, error.message);
        if (!taken) CHECK(exists(live_path));
        CHECK_INT(taken, !exists(live_path));
    }
    CHECK_THAT(n > 5, "%ld allocations", n);
    gem5art__unclaim_run(db, run->hash);
    check_record_as_lost(); /* whether or not there was memory to tell in info.json */
    fixture_end();
}

TEST(nothing_leaks) {
    if (db) close_db();
    CHECK_INT(memory_alive, 0);
}

int main(int argc, char **argv) {
    if (!getcwd(source_folder, sizeof source_folder)) return 1;
    return test_main(argc, argv);
}
