/* info.c - fuzzes info.json: an input is one, loaded into a store that has its artifacts. What loads is written and
   loaded again unchanged. */
#include "fuzz.h"
#include "files.h"

#include <spawn.h>

static int answer_as_git(pid_t *pid, char *const *argv);
static pid_t end_git(int *status);
#define GEM5ART_SYS_POSIX_SPAWNP(pid, file, actions, attributes, argv, envp) ((void)(envp), answer_as_git(pid, argv))
#define GEM5ART_SYS_WAITPID(pid, status, options) end_git(status)

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

static int git_status;

/* `git -C REPO ls-files ... -- FILE`: what is in /w/scripts is tracked there, by its path, and nothing else is. */
static int answer_as_git(pid_t *pid, char *const *argv) {
    const char *file = NULL;
    int i, output = DESCRIPTORS - 1;
    bool asked = false;
    for (i = 0; argv[i]; i++) {
        asked = asked || strcmp(argv[i], "ls-files") == 0;
        if (strcmp(argv[i], "--") == 0) file = argv[i + 1];
    }
    REQUIRE(asked && file, "git is asked something else: %s", argv[i - 1]);
    for (i = 0; i < DESCRIPTORS; i++)
        if (descriptors[i].file && !descriptors[i].file->name) output = i; /* the pipe's later end */
    git_status = strncmp(file, "/w/scripts/", 11) == 0 && file[11] ? 0 : 1;
    if (git_status == 0) files_write(FIRST_DESCRIPTOR + output, file + 11, strlen(file + 11) + 1);
    *pid = 1;
    return 0;
}

static pid_t end_git(int *status) {
    *status = git_status << 8;
    return 1;
}

/* What the runs of the corpus name. */
static const char store[] =
    "[{\"_id\":\"00000000-0000-4000-8000-000000000001\",\"hash\":\"aa\",\"type\":\"gem5 binary\",\"name\":\"gem5\","
    "\"path\":\"gem5/gem5.opt\"},\n"
    "{\"_id\":\"00000000-0000-4000-8000-000000000002\",\"hash\":\"bb\",\"type\":\"git repo\",\"name\":\"gem5\","
    "\"path\":\"gem5\",\"git\":{\"origin\":\"\",\"hash\":\"bb\",\"name\":\"gem5\"}},\n"
    "{\"_id\":\"00000000-0000-4000-8000-000000000003\",\"hash\":\"cc\",\"type\":\"git repo\",\"name\":\"scripts\","
    "\"path\":\"scripts\",\"git\":{\"origin\":\"\",\"hash\":\"cc\",\"name\":\"scripts\"}},\n"
    "{\"_id\":\"00000000-0000-4000-8000-000000000004\",\"hash\":\"dd\",\"type\":\"kernel\",\"name\":\"vmlinux\","
    "\"path\":\"vmlinux\"},\n"
    "{\"_id\":\"00000000-0000-4000-8000-000000000005\",\"hash\":\"ee\",\"type\":\"disk image\",\"name\":\"disk\","
    "\"path\":\"disk.img\"}]\n";

static gem5art_run *load(gem5art_db *db, gem5art_error *error) {
    gem5art_run *run = gem5art_load_run(db, "/w/out/info.json", error);
    REQUIRE(run ? error->code == GEM5ART_OK : error->code > GEM5ART_OK && error->code <= GEM5ART_CANCELLED, "code %d",
            (int)error->code);
    REQUIRE(run || (error->code != GEM5ART_NOMEM && error->code != GEM5ART_IO && strchr(error->message, ' ')),
            "nothing has failed: \"%s\"", error->message);
    return run;
}

/* A run as an info.json, to be freed, without what it was loaded from. */
static gem5art_json_writer write_run(const gem5art_run *run) {
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 0);
    gem5art__write_object(&writer, gem5art__run_fields, run, true, run->record);
    REQUIRE(gem5art_json_take(&writer, NULL, NULL), "cannot write the run");
    return writer;
}

static void fuzz(const char *data, size_t size) {
    gem5art_error error;
    gem5art_db *db;
    gem5art_run *run, *again;
    files_put("/w/db.json", store, sizeof store - 1);
    files_put("/w/scripts/run.py", "run", 3);
    files_put("/w/gem5/gem5.opt", "gem5", 4);
    files_put("/w/plain.py", "plain", 5);
    files_put("/w/out/info.json", data, size);
    db = gem5art_open("db.json", NULL, &error);
    REQUIRE(db, "%s", error.message);
    run = load(db, &error);
    if (run) {
        gem5art_json_writer first = write_run(run), second;
        const char *text = first.data;
        files_put("/w/out/info.json", text, strlen(text));
        again = load(db, &error);
        REQUIRE(again, "what was loaded and written is not loaded: %s\n%s", error.message, text);
        second = write_run(again);
        REQUIRE(strcmp(text, second.data) == 0, "loaded as something else:\n%s\n%s", second.data, text);
        gem5art_json_writer_free(&first);
        gem5art_json_writer_free(&second);
        gem5art_release_run(db, again);
        gem5art_release_run(db, run);
    }
    REQUIRE(gem5art_close(db, &error), "%s", error.message);
    files_clear();
}

FUZZ_MAIN
