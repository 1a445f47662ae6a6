/* test_execute.c - one run from gem5art_execute to its record: what the child gets, how it may end, what is kept. */
#include "runner.h"

static char project[PATH_MAX]; /* the folder that the tests were started in */

/* ---- a run's life */

TEST(a_finished_run) {
    gem5art_run *run;
    const gem5art_run *stored;
    const gem5art_artifact *results;
    gem5art_pool_desc desc;
    char hash[65];
    begin();
    mkdir("storage", 0777);
    close_db();
    setenv("GEM5ART_STORAGE", "storage", 1);
    open_db(NULL);
    the_repo = register_path("repo", "git repo", "repo");
    REQUIRE((run = se_run("gem5-stand-in", "out", "")) != NULL);
    CHECK_STR(run->status, "Created");
    memset(&desc, 0, sizeof desc);
    desc.task_id = "task 7";
    CHECK_THAT(gem5art_execute(db, run, &desc, &error), "refused: %s", error.message);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_STR(error.message, "");
    if (strcmp(info_statuses, "Created, Begin run, Spawning, Finished") != 0) /* it ended before it was first watched */
        CHECK_STR(info_statuses, "Created, Begin run, Spawning, Running, Finished");

    REQUIRE((stored = gem5art_find_run(db, run->id, &error)) != NULL);
    CHECK_STR(stored->hash, run->hash);
    CHECK_STR(stored->type, "gem5 run");
    CHECK_STR(stored->status, "Finished");
    CHECK_STR(stored->kill_reason, "");
    CHECK_STR(stored->error, "");
    CHECK_STR(stored->task_id, "task 7");
    CHECK_INT(stored->return_code, 0);
    CHECK(!stored->running);
    CHECK(!stored->rerunnable);
    CHECK(stored->pid > 1);
    CHECK(stored->enqueue_time > 1.6e9 && stored->enqueue_time <= stored->start_time);
    CHECK(stored->start_time <= stored->end_time && stored->end_time <= stored->current_time);
    CHECK_STR(stored->cwd, fixture_folder);
    CHECK(*stored->host && *stored->kernel && *stored->user && *stored->cpu_model);
    CHECK(stored->ru_maxrss > 100);
    CHECK_STR(stored->gem5art_version, GEM5ART_VERSION);
    CHECK_STR(json_member("out/info.json", "_id"), run->id);
    CHECK_STR(json_member("out/info.json", "status"), "Finished");
    CHECK_STR(json_member("out/info.json", "running"), "false");
    CHECK_STR(json_member("out/info.json", "task_id"), "task 7");
    CHECK_STR(json_member("out/info.json", "results"), stored->results);

    REQUIRE((results = gem5art_find_artifact(db, stored->results, &error)) != NULL);
    CHECK_STR(results->type, "directory");
    CHECK_STR(results->name, "out");
    CHECK(gem5art__ends_with(results->path, "/out/results.zip"));
    CHECK(results->is_zipped);
    CHECK(gem5art_sha256_file(results->path, hash, &error));
    CHECK_STR(results->hash, hash);
    CHECK_INT(sh("cmp -s out/results.zip storage/%s", stored->results), 0);
    CHECK_INT(sh("test $(stat -c %%s out/results.zip) = %lld", (long long)results->size), 0);
    if (sh("command -v unzip >/dev/null") == 0) {
        CHECK_INT(sh("unzip -qt out/results.zip >/dev/null"), 0);
        CHECK_INT(sh("mkdir unzipped && cd unzipped && unzip -q ../out/results.zip && diff -r --exclude=results.zip . ../out"), 0);
        CHECK(exists("unzipped/stats.txt") && exists("unzipped/simout.txt") && exists("unzipped/console.txt"));
        CHECK_STR(json_member("unzipped/info.json", "status"), "Finished");
        CHECK_STR(json_member("unzipped/info.json", "results"), stored->results);
    }
    CHECK_STR(fixture_warnings, "");
    unsetenv("GEM5ART_STORAGE");
    end();
}

TEST(exit_codes) {
    static const char *const codes[] = {"0", "1", "77", "255"};
    char outdir[32];
    size_t i;
    begin();
    for (i = 0; i < 4; i++) {
        gem5art_run *run;
        snprintf(outdir, sizeof outdir, "out-%s", codes[i]);
        REQUIRE((run = se_run("children/exit_with", outdir, codes[i])) != NULL);
        execute_well(run);
        CHECK_INT(run->return_code, atoi(codes[i]));
        CHECK_STR(run->status, i == 0 ? "Finished" : "Failed");
        CHECK_STR(run->kill_reason, "");
        CHECK(!run->rerunnable);
        CHECK(run->results != NULL);
    }
    CHECK_INT(recorded("Failed"), 3);
    end();
}

TEST(signals_give_negative_return_codes) {
    static const int numbers[] = {SIGKILL, SIGTERM, SIGINT, SIGSEGV};
    static const char *const reasons[] = {"sigkill", "sigterm", "sigint", ""}; /* of signals that were sent from outside */
    char text[16];
    size_t i;
    begin();
    for (i = 0; i < 4; i++) {
        gem5art_run *run;
        snprintf(text, sizeof text, "%d", numbers[i]);
        REQUIRE((run = se_run("children/die_by_signal", text, text)) != NULL);
        execute_well(run);
        CHECK_INT(run->return_code, -numbers[i]);
        CHECK_STR(run->status, "Failed");
        CHECK_STR(run->kill_reason, reasons[i]);
        CHECK_INT(run->rerunnable, i < 3);
        snprintf(text, sizeof text, "%d/info.json", numbers[i]);
        CHECK_INT(atoi(json_member(text, "return_code")), -numbers[i]);
    }
    end();
}

/* A reader that parses info.json in a tight loop never sees half of one, and sees the heartbeat go on. */
static void execute_slow_run(void) {
    gem5art_run *run = gem5art_load_run(db, "out/info.json", &error);
    if (!run) test_fail(__FILE__, __LINE__, "cannot load the run: %s", error.message);
    execute_well(run);
}

TEST(info_json_is_whole_at_every_moment) {
    pid_t harness;
    int status, reads = 0, beats = 0;
    char last[64] = "";
    bool live_seen = false;
    begin();
    REQUIRE(se_run("children/slow", "out", "0.7") != NULL);
    close_db();
    harness = start_harness(execute_slow_run);
    while (waitpid(harness, &status, WNOHANG) == 0) {
        char *text = read_text("out/info.json"), time[64];
        const gem5art_json *info = gem5art_json_parse(text, strlen(text), NULL, &error);
        CHECK_THAT(info != NULL, "read %d: %s in \"%.60s\"", reads, error.message, text);
        reads++;
        gem5art_json_free(info);
        free(text);
        if (reads % 64) continue;
        snprintf(time, sizeof time, "%s", json_member("out/info.json", "current_time"));
        beats += strcmp(json_member("out/info.json", "status"), "Running") == 0 && strtod(time, NULL) > strtod(last, NULL);
        strcpy(last, time);
        live_seen = live_seen || sh("ls db.json.live 2>/dev/null | grep -q -- -") == 0;
    }
    CHECK_INT(WEXITSTATUS(status), 0);
    CHECK_THAT(reads > 100, "only %d reads", reads);
    CHECK_THAT(beats >= 3, "only %d beats seen", beats);
    CHECK(live_seen);
    CHECK_STR(json_member("out/info.json", "status"), "Finished");
    end();
}

/* ---- what the child gets */

/* The lines of OUTDIR/report.txt that begin with a word, as "a|b|...". */
static const char *report(const char *outdir, const char *word) {
    static char lines[4][8192];
    static int next;
    char path[PATH_MAX], *text, *line;
    next = (next + 1) % 4;
    lines[next][0] = 0;
    snprintf(path, sizeof path, "%s/report.txt", outdir);
    text = read_text(path);
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, word, strlen(word)) != 0) continue;
        if (lines[next][0]) strcat(lines[next], "|");
        strcat(lines[next], line + strlen(word));
    }
    free(text);
    return lines[next];
}

static void check_child_environment(const char *outdir) {
    long pid, group, parent, session;
    char expected[3 * PATH_MAX];
    snprintf(expected, sizeof expected, "0 /dev/null|1 %s/%s/console.txt|2 %s/%s/console.txt", fixture_folder, outdir, fixture_folder, outdir);
    CHECK_STR(report(outdir, "fd "), expected);
    CHECK_STR(report(outdir, "signal "), "");
    CHECK_STR(report(outdir, "blocked "), "");
    CHECK_INT(sscanf(report(outdir, "process "), "%ld %ld %ld %ld", &pid, &group, &parent, &session), 4);
    CHECK_INT(group, pid);
    CHECK(parent != (long)getpid());
}

TEST(the_command_and_its_folder) {
    static const char *const params[] = {"one", "two words", "", "--flag=ü", NULL};
    gem5art_run_desc desc;
    gem5art_pool_desc how;
    gem5art_run *run;
    char expected[4 * PATH_MAX], elsewhere[PATH_MAX];
    begin();
    desc = describe("children/report_environment", "out", NULL);
    mkdir("elsewhere", 0777);
    CHECK_INT(sh("cp -r repo elsewhere/ && cp %s elsewhere/gem5", built("children/report_environment")), 0);
    desc.params = params;
    desc.gem5_binary = "./gem5";
    desc.cwd = "elsewhere";
    REQUIRE((run = create(&desc, false)) != NULL);
    memset(&how, 0, sizeof how);
    how.cwd = "elsewhere";
    CHECK_THAT(gem5art_execute(db, run, &how, &error), "refused: %s", error.message);
    snprintf(expected, sizeof expected, "gem5|-re|--outdir=%s/out|repo/run.py|one|two words||--flag=ü", fixture_folder);
    CHECK_STR(report("out", "arg "), expected);
    snprintf(elsewhere, sizeof elsewhere, "%.4000s/elsewhere", fixture_folder);
    CHECK_STR(report("out", "cwd "), elsewhere);
    CHECK_STR(run->cwd, elsewhere);
    check_child_environment("out");
    end();
}

TEST(the_command_of_a_full_system) {
    gem5art_run *run;
    char expected[4 * PATH_MAX];
    begin();
    REQUIRE((run = fs_run("children/report_environment", "out", "boot", NULL)) != NULL);
    execute_well(run);
    snprintf(expected, sizeof expected, "%s|-re|--outdir=%s/out|repo/run.py|vmlinux|disk.img|boot", built("children/report_environment"),
             fixture_folder);
    CHECK_STR(report("out", "arg "), expected);
    CHECK_STR(run->type, "gem5 run fs");
    end();
}

/* The oddest host: many descriptors, none of them closing on exec, no stdin and stdout, signals ignored and blocked. */
static void be_odd_and_execute(void) {
    sigset_t all;
    gem5art_run *run;
    int fd;
    for (fd = 10; fd < 400; fd += 3) dup2(2, fd);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    close(0);
    close(1);
    run = gem5art_load_run(db, "out/info.json", &error);
    CHECK(run != NULL);
    execute_well(run);
    CHECK(run && strcmp(run->status, "Finished") == 0);
    CHECK(fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0);
}

TEST(an_odd_host_leaves_the_child_plain) {
    pid_t harness;
    begin();
    REQUIRE(se_run("children/report_environment", "out", "") != NULL);
    close_db();
    harness = start_harness(be_odd_and_execute);
    CHECK_INT(end_of(harness), 0);
    check_child_environment("out");
    end();
}

/* A host may have 64 descriptors and has them all; the last is returned. */
static int use_all_descriptors(void) {
    struct rlimit limit;
    int fd, last = 0;
    limit.rlim_cur = limit.rlim_max = 64;
    for (fd = 64; fd < 1024; fd++) close(fd);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while ((fd = dup(2)) >= 0) last = fd;
    return last;
}

static void execute_with_20_descriptors(void) {
    gem5art_run *run = gem5art_load_run(db, "out/info.json", &error);
    int last = use_all_descriptors(), fd;
    for (fd = 0; fd < 20; fd++) close(last - fd);
    execute_well(run);
    CHECK(run && strcmp(run->status, "Finished") == 0);
}

static void execute_with_ever_more_descriptors(void) {
    gem5art_error why;
    gem5art_run *run = gem5art_load_run(db, "out/info.json", &error);
    int last = use_all_descriptors(), more;
    for (more = 0; more < 20; more++) { /* with few descriptors something fails, with a clear error, and with more nothing does */
        why.code = GEM5ART_OK;
        if (gem5art_execute(db, run, NULL, &why)) break;
        CHECK(why.code != GEM5ART_OK && *why.message);
        close(last - more);
    }
    CHECK_THAT(more > 0 && more < 20, "%d descriptors: %s", more, why.message);
}

TEST(a_host_without_descriptors) {
    if (under_valgrind()) return;
    begin();
    REQUIRE(se_run("children/report_environment", "out", "") != NULL);
    close_db();
    CHECK_INT(end_of(start_harness(execute_with_20_descriptors)), 0);
    check_child_environment("out");
    sh("rm -rf db.json.live out");
    lay_store("[]");
    open_db(NULL);
    the_repo = register_path("repo", "git repo", "repo");
    REQUIRE(se_run("children/exit_with", "out", "0") != NULL);
    close_db();
    CHECK_INT(end_of(start_harness(execute_with_ever_more_descriptors)), 0);
    end();
}

/* A host with a thread that waits for any child at all. */
static volatile int reaper_stops;
static void *reap_everything(void *argument) {
    (void)argument;
    while (!reaper_stops)
        if (waitpid(-1, NULL, 0) < 0) nap();
    return NULL;
}

TEST(a_host_that_waits_for_any_child) {
    pthread_t reaper;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "3")) != NULL);
    reaper_stops = 0;
    REQUIRE(pthread_create(&reaper, NULL, reap_everything, NULL) == 0);
    execute_well(run);
    CHECK_INT(run->return_code, 3);
    reaper_stops = 1;
    pthread_join(reaper, NULL);
    end();
}

static void execute_with_stdout_in_a_file(void) {
    int fd = open("host-stdout", O_WRONLY | O_CREAT | O_APPEND, 0666);
    gem5art_run *run = gem5art_load_run(db, "out/info.json", &error);
    dup2(fd, 1);
    dup2(fd, 2);
    execute_well(run);
}

TEST(what_a_child_prints_goes_to_console_txt) {
    struct stat st;
    begin();
    REQUIRE(se_run("children/flood_stdout", "out", "") != NULL);
    close_db();
    CHECK_INT(end_of(start_harness(execute_with_stdout_in_a_file)), 0);
    CHECK(stat("host-stdout", &st) == 0 && st.st_size == 0);
    CHECK(stat("out/console.txt", &st) == 0);
    CHECK_INT(st.st_size, 10 * 1024 * 1024);
    CHECK_STR(json_member("out/info.json", "status"), "Finished");
    end();
}

/* ---- runs that are ended */

TEST(time_out) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("gem5-stand-in", "polite", "--stand-in=seconds=60");
    desc.timeout = 0.5;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed"); /* though it exits with 0 */
    CHECK_STR(run->kill_reason, "timeout");
    CHECK_INT(run->return_code, 0);
    CHECK(!run->rerunnable);
    CHECK(file_contains("polite/stats.txt", "End Simulation Statistics"));
    CHECK(file_contains("polite/simout.txt", "user interrupt received"));
    desc = describe("children/slow", "slow", "60");
    desc.timeout = 0.05;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->kill_reason, "timeout");
    CHECK_INT(run->return_code, -SIGINT);
    CHECK_STR(run->status, "Failed");
    CHECK_INT(recorded("Failed"), 2);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS); /* a time-out is an outcome */
    end();
}

/* Without a time-out, and ended as nothing grows; or not ended, as it ends before. */
TEST(stall) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("children/slow", "out", "60");
    desc.timeout = -1;
    desc.stall = 0.3;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "stall");
    CHECK_STR(run->cause, "none of its files grew for 0.3 s");
    CHECK(!run->rerunnable);
    desc = describe("children/slow", "quick", "0");
    desc.timeout = -1;
    desc.stall = 600;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    end();
}

TEST(panic_while_it_runs) {
    gem5art_run *run;
    const char *statuses = "Created, Begin run, Spawning, Running, Failed";
    begin();
    REQUIRE((run = fs_run("children/panic_writer", "out", "", NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "kernel panic");
    CHECK_INT(run->return_code, -SIGINT);
    CHECK(!run->rerunnable);
    CHECK_STR(info_statuses, statuses);
    CHECK(run->results != NULL);
    CHECK_STR(json_member("out/info.json", "kill_reason"), "kernel panic");
    REQUIRE((run = fs_run("gem5-stand-in", "polite", "--stand-in=panic", NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "kernel panic");
    CHECK_INT(run->return_code, 0); /* as gem5 does, it wrote its statistics first */
    CHECK(file_contains("polite/stats.txt", "End Simulation Statistics"));
    end();
}

TEST(panic_then_exit_0) {
    gem5art_run *run;
    begin();
    REQUIRE((run = fs_run("children/panic_then_exit0", "out", "", NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "kernel panic");
    CHECK_INT(run->return_code, 0);
    CHECK(!run->rerunnable);
    end();
}

/* Scripts of the standard library bring a kernel of their own: a terminal is a guest kernel's, in SE runs too. */
TEST(a_user_level_run_with_a_terminal_panics_too) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/panic_then_exit0", "out", "")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "kernel panic");
    CHECK(!run->rerunnable);
    end();
}

/* The console of a real kernel, in a folder with a dot in its name. */
TEST(real_consoles) {
    static const char *const names[] = {"linux-6.1-good-boot.txt", "linux-6.1-panic-no-root.txt"};
    static const char *const statuses[] = {"Finished", "Failed"}, *const reasons[] = {"", "kernel panic"};
    char path[PATH_MAX + 64];
    int i;
    for (i = 0; i < 2; i++) {
        gem5art_run *run;
        snprintf(path, sizeof path, "%s/tests/data/terminals/%s", project, names[i]);
        REQUIRE(exists(path)); /* the tests run in the project's folder */
        begin();
        REQUIRE((run = fs_run("children/copy_terminal", "out", path, NULL)) != NULL);
        execute_well(run);
        CHECK_STR(run->status, statuses[i]);
        CHECK_STR(run->kill_reason, reasons[i]);
        end();
    }
}

/* The words may lie across the borders of what is read at once. */
TEST(a_panic_at_any_place) {
    static const long places[] = {0, 1, 65536 - 27, 65536 - 26, 65536 - 25, 65536 - 13, 65536 - 1, 65536, 131072 - 5, 5000000};
    char *text = (char *)malloc(5000100), outdir[32];
    size_t i;
    begin();
    for (i = 0; i < sizeof places / sizeof *places; i++) {
        gem5art_run *run;
        memset(text, 'K', (size_t)places[i]);
        if (places[i]) text[places[i] - 1] = '\n';
        strcpy(text + places[i], "Kernel panic - not syncing");
        write_text("console", text);
        snprintf(outdir, sizeof outdir, "out-%ld", places[i]);
        if ((run = fs_run("children/copy_terminal", outdir, "console", NULL)) == NULL) break;
        {
            gem5art_pool_desc desc;
            memset(&desc, 0, sizeof desc);
            desc.rerun = true;
            CHECK(gem5art_execute(db, run, &desc, &error));
        }
        CHECK_THAT(strcmp(run->kill_reason, "kernel panic") == 0, "no panic seen at %ld", places[i]);
    }
    memset(text, 'K', 70000);
    strcpy(text + 70000, "Kernel panic - not synced");
    write_text("console", text);
    {
        gem5art_pool_desc desc;
        gem5art_run *run = fs_run("children/copy_terminal", "out-none", "console", NULL);
        memset(&desc, 0, sizeof desc);
        desc.rerun = true;
        CHECK(run && gem5art_execute(db, run, &desc, &error));
        CHECK(run && strcmp(run->status, "Finished") == 0);
    }
    free(text);
    end();
}

/* A console that lay in the outdir before, from a simulation by hand, is not this run's. */
TEST(an_old_panic_does_not_count) {
    gem5art_run *run;
    begin();
    mkdir("out", 0777);
    write_text("out/system.terminal", "Kernel panic - not syncing: long ago\n");
    REQUIRE((run = fs_run("children/slow", "out", "0.3", NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    end();
    begin();
    mkdir("out", 0777);
    write_text("out/system.terminal", "Kernel panic - not syncing: long ago\nand more text than the new one has\nand more again ....\n");
    REQUIRE((run = fs_run("children/panic_then_exit0", "out", "", NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->kill_reason, "kernel panic"); /* written anew, by this run */
    end();
}

/* ---- the user's own check */

static int checks_made;
static bool is_bad_at_once(const gem5art_run *run, void *user_data) {
    checks_made++;
    CHECK_STR((const char *)user_data, "the user's");
    return strcmp(run->status, "Running") == 0 && run->running;
}
static bool is_bad_at_the_end(const gem5art_run *run, void *user_data) {
    char path[PATH_MAX];
    (void)user_data;
    checks_made++;
    snprintf(path, sizeof path, "%s/simout.txt", run->outdir);
    return file_contains(path, "exiting with last active thread context");
}
static bool is_never_bad(const gem5art_run *run, void *user_data) {
    (void)run;
    checks_made += user_data == NULL;
    return false;
}

TEST(user_defined_kill) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("children/slow", "during", "60");
    desc.check_failure = is_bad_at_once;
    desc.user_data = (void *)(uintptr_t) "the user's";
    checks_made = 0;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "User defined kill");
    CHECK_INT(run->return_code, -SIGINT);
    CHECK_INT(checks_made, 1);
    CHECK(!run->rerunnable);

    desc = describe("gem5-stand-in", "end", "");
    desc.check_failure = is_bad_at_the_end;
    checks_made = 0;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "User defined kill");
    CHECK_INT(run->return_code, 0);
    CHECK(checks_made >= 1);

    desc = describe("gem5-stand-in", "good", "good");
    desc.check_failure = is_never_bad;
    checks_made = 0;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    CHECK(checks_made >= 1);
    end();
}

/* ---- runs that cannot start */

static void check_not_started(const char *program, const char *outdir, const char *part) {
    gem5art_run *run = se_run(program, outdir, "");
    char path[PATH_MAX];
    int before = recorded(NULL);
    REQUIRE(run != NULL);
    execute_well(run); /* a Failed outcome is recorded */
    CHECK_STR(run->status, "Failed");
    CHECK(!run->running);
    CHECK(run->rerunnable);
    CHECK_CONTAINS(run->error, part);
    CHECK_CONTAINS(run->error, program[0] == '.' ? program + 2 : program);
    CHECK(run->results == NULL);
    CHECK_INT(recorded(NULL), before + 1);
    snprintf(path, sizeof path, "%s/info.json", outdir);
    CHECK_STR(json_member(path, "status"), "Failed");
    CHECK_STR(json_member(path, "running"), "false");
    CHECK_STR(json_member(path, "error"), run->error);
    execute_well(run); /* nor does it keep the run from being tried again */
    CHECK_INT(recorded(NULL), before + 2);
}

TEST(programs_that_cannot_be_executed) {
    if (under_valgrind()) return;
    begin();
    write_text("not-a-program", "this is no program\n");
    write_text("wrong-interpreter", "#!/nonexistent/python3\n");
    CHECK_INT(sh("printf '\\177ELF\\002\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\377\\000' > wrong-machine; "
                 "head -c 1000 /dev/zero >> wrong-machine; chmod +x not-a-program wrong-interpreter wrong-machine"), 0);
    check_not_started("./not-a-program", "out-1", "Exec format error");
    check_not_started("./wrong-interpreter", "out-2", "interpreter");
    check_not_started("./wrong-machine", "out-3", "Exec format error");
    end();
}

TEST(a_console_that_is_in_the_way) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    mkdir("out/console.txt", 0777);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    CHECK(gem5art__ends_with(run->outdir, "/out.2"));
    end();
}

TEST(a_folder_that_is_not_there) {
    gem5art_pool_desc desc;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    memset(&desc, 0, sizeof desc);
    desc.cwd = "nowhere";
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "nowhere");
    desc.cwd = "vmlinux";
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "vmlinux is not a folder");
    CHECK_INT(recorded(NULL), 0);
    CHECK_STR(run->status, "Created");
    end();
}

/* ---- artifacts that are not what they were */

static void check_artifact_failure(gem5art_run *run, int code, const char *name) {
    char expected[2 * PATH_MAX];
    if (!run) return;
    info_statuses[0] = 0;
    CHECK(!execute(run));
    CHECK_THAT(error.code == (gem5art_code)code, "code %d: %s", error.code, error.message);
    CHECK_CONTAINS(error.message, name);
    snprintf(expected, sizeof expected, "Failed artifact check for %s%s%s", *name == '/' ? "" : fixture_folder, *name == '/' ? "" : "/", name);
    CHECK_STR(run->status, expected);
    CHECK_STR(run->error, error.message);
    CHECK(run->rerunnable);
    CHECK(!run->running);
    CHECK_INT(run->pid, 0);
    CHECK(gem5art__starts_with(info_statuses, "Begin run, Failed artifact check for "));
    CHECK(!strstr(info_statuses, "Spawning"));
}

TEST(artifacts_that_changed) {
    gem5art_run *run;
    begin();
    REQUIRE((run = fs_run("children/exit_with", "out", "0", NULL)) != NULL);
    write_text("vmlinux", "another kernel\n");
    check_artifact_failure(run, GEM5ART_CHANGED, "vmlinux");
    write_text("vmlinux", "not much of a kernel\n");
    unlink("disk.img");
    check_artifact_failure(run, GEM5ART_NOT_FOUND, "disk.img");
    mkdir("disk.img", 0777);
    check_artifact_failure(run, GEM5ART_CHANGED, "disk.img");
    rmdir("disk.img");
    write_text("disk.img", "not much of a disk\n");
    write_text("repo/run.py", "print('dirty')\n");
    check_artifact_failure(run, GEM5ART_DIRTY, "repo");
    CHECK_CONTAINS(error.message, "run.py");
    CHECK_INT(sh("cd repo && git commit -qam second"), 0);
    check_artifact_failure(run, GEM5ART_CHANGED, "repo");
    CHECK_INT(sh("cd repo && git reset -q --hard HEAD~1"), 0);
    CHECK_INT(recorded("Failed artifact check"), 5);
    CHECK_INT(recorded(NULL), 5);
    execute_well(run); /* all is as it was, and nothing is in the way */
    CHECK_STR(run->status, "Finished");
    CHECK_INT(recorded(NULL), 6);
    end();
}

TEST(a_program_that_was_removed_after_creation) {
    gem5art_run *run;
    begin();
    CHECK_INT(sh("cp %s gem5", built("children/exit_with")), 0);
    REQUIRE((run = se_run("./gem5", "out", "0")) != NULL);
    unlink("gem5");
    check_artifact_failure(run, GEM5ART_NOT_FOUND, "gem5");
    end();
}

TEST(a_script_that_its_repo_does_not_track) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    write_text("loose.py", "one\n");
    desc = describe("children/exit_with", "out", "0");
    desc.run_script = "loose.py";
    REQUIRE((run = create(&desc, false)) != NULL);
    write_text("loose.py", "two\n");
    check_artifact_failure(run, GEM5ART_CHANGED, "loose.py");
    end();
}

/* ---- recorded runs */

TEST(a_recorded_run_is_refused) {
    gem5art_run *run, *again;
    char id[64], path[PATH_MAX];
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    execute_well(run);
    snprintf(id, sizeof id, "%s", run->id);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_STR(run->status, "Finished"); /* what was, stays */
    CHECK_STR(run->id, id);
    REQUIRE((again = se_run("children/exit_with", "another", "0")) != NULL);
    CHECK(!execute(again));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(error.message, "another");
    CHECK_CONTAINS(error.message, id);
    snprintf(path, sizeof path, "gem5art-rm %s", id);
    CHECK_CONTAINS(error.message, path);
    CHECK_CONTAINS(error.message, ".rerun");
    CHECK_INT(recorded(NULL), 1);
    CHECK_STR(again->status, "Created");
    CHECK(gem5art_remove_run(db, id, &error)); /* one way out */
    execute_well(again);
    CHECK_STR(again->status, "Finished");
    end();
}

TEST(a_rerun_is_an_attempt_of_its_own) {
    gem5art_pool_desc desc;
    gem5art_run *run;
    char first[PATH_MAX], id[64], *before, *after;
    const gem5art_run *stored;
    begin();
    memset(&desc, 0, sizeof desc);
    desc.rerun = true;
    REQUIRE((run = se_run("gem5-stand-in", "out", "")) != NULL);
    execute_well(run);
    snprintf(id, sizeof id, "%s", run->id);
    snprintf(first, sizeof first, "%s", run->outdir);
    CHECK_INT(sh("cp -a out before"), 0);
    before = read_store(STORE_PATH);
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_STR(run->status, "Finished");
    CHECK(strcmp(run->id, id) != 0);
    CHECK_CONTAINS(run->outdir, "/out.2");
    CHECK_INT(strlen(run->outdir), strlen(first) + 2);
    CHECK_INT(sh("diff -r out before && test -f out.2/results.zip && test -f out.2/stats.txt"), 0);
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_CONTAINS(run->outdir, "/out.3");
    CHECK_INT(sh("diff -r out before"), 0);
    CHECK_INT(recorded("Finished"), 3);
    after = read_store(STORE_PATH);
    CHECK(strncmp(before, after, strlen(before) - 2) == 0); /* all but the bracket */
    free(before);
    free(after);
    REQUIRE((stored = gem5art_find_run(db, id, &error)) != NULL);
    CHECK_STR(stored->outdir, first);
    REQUIRE((stored = gem5art_find_run(db, run->hash, &error)) != NULL); /* the latest */
    CHECK_STR(stored->id, run->id);
    CHECK_STR(json_member("out.3/info.json", "_id"), run->id);
    REQUIRE((run = gem5art_load_run(db, "out.2/info.json", &error)) != NULL); /* an attempt's info.json serves as well */
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_CONTAINS(run->outdir, "/out.4");
    CHECK_INT(recorded("Finished"), 4);
    end();
}

static void be_refused_as_busy(void) {
    gem5art_run *run = gem5art_load_run(db, "out/info.json", &error);
    CHECK(run != NULL);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "is being executed by process");
    CHECK_CONTAINS(error.message, "\"out\"");
}

static bool ask_another_process(const gem5art_run *run, void *user_data) {
    if (checks_made++) return false;
    CHECK_STR(json_member("out/info.json", "_id"), run->id);
    *(int *)user_data = end_of(start_harness(be_refused_as_busy));
    return true;
}

TEST(a_run_that_another_process_executes) {
    gem5art_run_desc desc;
    gem5art_run *run;
    int status = -1;
    begin();
    desc = describe("children/slow", "out", "60");
    desc.check_failure = ask_another_process;
    desc.user_data = &status;
    checks_made = 0;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_INT(status, 0);
    CHECK_INT(recorded(NULL), 1);
    end();
}

static bool record_it_as_lost(const gem5art_run *run, void *user_data) {
    char *taken = (char *)user_data;
    gem5art_db *taker;
    gem5art_run lost = *run;
    if (*taken) return false;
    snprintf(taken, 64, "%s", run->id);
    taker = gem5art_open(STORE_URI, NULL, &error);
    lost.status = "Failed";
    lost.kill_reason = "lost";
    CHECK(taker && gem5art__record_run(taker, &lost, NULL, &error));
    CHECK(gem5art_close(taker, &error));
    return false;
}

/* Ids are unique: what a run that was taken too early came to is recorded beside what its taker recorded. */
TEST(a_run_that_was_taken_for_lost_while_it_runs_is_recorded_too) {
    char taken[64] = "";
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("gem5-stand-in", "out", "");
    desc.check_failure = record_it_as_lost;
    desc.user_data = taken;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK(*taken && strcmp(run->id, taken) != 0);
    CHECK_STR(run->status, "Finished");
    CHECK_INT(recorded(NULL), 2);
    CHECK_STR(gem5art_find_run(db, taken, &error)->kill_reason, "lost");
    CHECK_STR(gem5art_find_run(db, run->id, &error)->status, "Finished");
    CHECK_STR(json_member("out/info.json", "_id"), run->id);
    end();
}

/* ---- trouble on the way */

TEST(a_full_disk_does_not_end_a_simulation) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("children/slow", "out", "0.2");
    REQUIRE((run = create(&desc, false)) != NULL);
    info_disk_full = true;
    CHECK(!execute(run)); /* it is not even begun */
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_CONTAINS(error.message, "info.json");
    CHECK_CONTAINS(error.message, "No space left on device");
    CHECK_INT(recorded(NULL), 0);
    info_disk_full = false;
    execute_well(run);
    CHECK_INT(recorded("Finished"), 1);
    end();
}

static bool fill_the_disk(const gem5art_run *run, void *user_data) {
    (void)run;
    (void)user_data;
    info_disk_full = true;
    return false;
}

TEST(a_disk_that_fills_up_meanwhile) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("children/slow", "out", "0.3");
    desc.check_failure = fill_the_disk;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    CHECK_INT(run->return_code, 0);
    CHECK_INT(recorded("Finished"), 1);
    CHECK_CONTAINS(fixture_warnings, "No space left on device");
    info_disk_full = false;
    end();
}

TEST(a_record_that_the_store_refuses) {
    gem5art_run *run, *again;
    const gem5art_run *stored;
    char id[64];
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "3")) != NULL);
    datasync_fails = true; /* of the archive too, which a run can do without */
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_CONTAINS(error.message, "db.json");
    CHECK_STR(run->status, "Failed");
    datasync_fails = false;
    CHECK_INT(recorded(NULL), 0);
    snprintf(id, sizeof id, "%s", run->id);
    CHECK_INT(sh("test -f db.json.live/*.%s", id), 0); /* the next to come finds it here */
    REQUIRE((again = se_run("children/exit_with", "again", "3")) != NULL);
    execute_well(again); /* the first attempt has no archive */
    REQUIRE((stored = gem5art_find_run(db, id, &error)) != NULL);
    CHECK_STR(stored->status, "Failed");
    CHECK(stored->rerunnable);
    CHECK_CONTAINS(stored->error, "not archived");
    CHECK_INT(stored->return_code, 3);
    CHECK_INT(recorded(NULL), 2);
    end();
    begin(); /* and so does the same object, executed again */
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    datasync_fails = true;
    CHECK(!execute(run));
    datasync_fails = false;
    execute_well(run);
    CHECK_INT(recorded("Failed"), 1);
    CHECK_INT(recorded("Finished"), 1);
    end();
}

TEST(arguments_that_make_no_sense) {
    gem5art_run *run;
    const gem5art_run *stored;
    gem5art_open_desc read_only;
    gem5art_db *other;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    CHECK(!gem5art_execute(NULL, run, NULL, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!gem5art_execute(db, NULL, NULL, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!gem5art_execute(db, NULL, NULL, NULL));
    REQUIRE((other = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    CHECK(!gem5art_execute(other, run, NULL, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "does not belong to the pool's db");
    CHECK(gem5art_close(other, &error));
    memset(&read_only, 0, sizeof read_only);
    read_only.read_only = true;
    REQUIRE((other = gem5art_open(STORE_URI, &read_only, &error)) != NULL);
    CHECK(gem5art_pool_create(other, NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "reading only");
    CHECK(gem5art_close(other, &error));
    CHECK(gem5art_execute(db, run, NULL, NULL));
    CHECK(!gem5art_execute(db, run, NULL, NULL));
    REQUIRE((stored = gem5art_find_run(db, run->id, &error)) != NULL);
    CHECK(!execute((gem5art_run *)(uintptr_t)stored));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "load its info.json");
    end();
}

TEST(a_command_line_that_is_too_long) {
    gem5art_run *run;
    char *param;
    if (under_valgrind()) return;
    param = (char *)malloc(GEM5ART_MAX_COMMAND + 2);
    begin();
    memset(param, 'x', GEM5ART_MAX_COMMAND + 1);
    param[GEM5ART_MAX_COMMAND + 1] = 0;
    REQUIRE((run = se_run("children/exit_with", "out-1", param)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_CONTAINS(run->error, "command line");
    param[200000] = 0; /* more than the kernel takes in one argument */
    REQUIRE((run = se_run("children/exit_with", "out-2", param)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK_CONTAINS(run->error, "Argument list too long");
    CHECK(run->rerunnable);
    free(param);
    end();
}

/* ---- memory that runs out, at every allocation in turn */

static long nth;
static bool nth_sticky, nth_reached;

static void execute_with_little_memory(void) {
    char outdir[64];
    gem5art_run *run;
    bool executed;
    snprintf(outdir, sizeof outdir, "out-%ld-%d", nth, nth_sticky);
    the_repo = register_path("repo", "git repo", "repo");
    run = se_run("children/exit_with", outdir, "0");
    if (!run) return;
    fail_memory(nth, nth_sticky);
    executed = execute(run);
    memory_fails_at = 0;
    if (executed) CHECK(strcmp(run->status, "Finished") == 0 || strcmp(run->status, "Failed") == 0);
    else CHECK_THAT(error.code != GEM5ART_OK && *error.message, "refused without a reason at allocation %ld", nth);
    CHECK_INT(recorded(NULL), gem5art__starts_with(run->status, "Created") ? 0 : recorded(NULL));
    if (executed) CHECK_INT(recorded(NULL), 1);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    close_db();
    CHECK_INT(memory_alive, 0);
    nth_reached = memory_count >= nth;
    if (test_failures_here) printf("... where allocation %ld%s failed\n", nth, nth_sticky ? " and all after it" : "");
    fflush(stdout);
    _exit(test_failures_here ? 1 : nth_reached ? 0 : 2);
}

/* ---- what gem5 read */

/* A "gem5" that writes this config.ini. */
static gem5art_run_desc describe_config(const char *outdir, const char *params, const char *config) {
    char script[4096];
    snprintf(script, sizeof script,
             "#!/bin/sh\nfor a; do case $a in --outdir=*) cat > \"${a#--outdir=}/config.ini\" <<'END'\n%s\nEND\nesac; done\n", config);
    write_text("gem5.sh", script);
    chmod("gem5.sh", 0755);
    return describe("./gem5.sh", outdir, params);
}

static const gem5art_file *file_named(const gem5art_run *run, const char *name) {
    size_t i;
    for (i = 0; i < run->file_count; i++)
        if (strcmp(gem5art__base_name(run->files[i].path), name) == 0) return &run->files[i];
    return NULL;
}

static char file_warning[4096]; /* the texts of a run's warnings of files */

static int file_warnings(const gem5art_run *run) {
    int count = 0;
    size_t i;
    file_warning[0] = 0;
    for (i = 0; i < run->warning_count; i++)
        if (strcmp(run->warnings[i].kind, "files") == 0) {
            count++;
            snprintf(file_warning + strlen(file_warning), sizeof file_warning - strlen(file_warning), "%s\n", run->warnings[i].text);
        }
    return count;
}

TEST(the_files_that_gem5_read_are_recorded) {
    const gem5art_artifact *kernel, *image;
    const gem5art_run *stored;
    gem5art_run_desc desc;
    gem5art_run *run;
    char hash[65];
    begin();
    kernel = register_path("linux", "kernel", "vmlinux");
    image = register_path("disk", "disk image", "disk.img");
    write_text("hello", "an unregistered program\n");
    write_text("matrix.mtx", "1 2 3\n");
    write_text("timing", "a file with the name of a mode\n");
    mkdir("folder", 0777);
    desc = describe_config("out", NULL, "[system]\nmem_mode=timing\nobject_file=vmlinux\nreadfile=\nimage_file=./disk.img\n"
                           "missing_file=nowhere\nfolder_file=folder\ndevice=/dev/null\n[system.cpu.workload]\n"
                           "cmd=./hello --in=matrix.mtx -n 3\nexecutable=hello\ncommand_line=earlyprintk=ttyS0 root=/dev/sda1\n"
                           "boot_loader=repo/run.py repo/run.py\nlog_file=out/config.ini\n");
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    REQUIRE(run->file_count == 5);
    CHECK(gem5art_sha256_file("hello", hash, &error));
    CHECK_STR(file_named(run, "hello")->hash, hash);
    CHECK_STR(file_named(run, "hello")->artifact, "");
    CHECK_STR(file_named(run, "matrix.mtx")->artifact, "");
    CHECK_STR(file_named(run, "vmlinux")->artifact, kernel->id);
    CHECK_STR(file_named(run, "disk.img")->artifact, image->id);
    CHECK_STR(file_named(run, "run.py")->artifact, the_repo->id);
    CHECK(*run->files[0].path == '/');
    CHECK_INT(file_warnings(run), 2);
    CHECK_CONTAINS(file_warning, "/hello, which is not an artifact");
    CHECK_CONTAINS(file_warning, "/matrix.mtx, which is not an artifact");
    stored = gem5art_find_run(db, run->id, &error);
    REQUIRE(stored && stored->file_count == 5);
    CHECK_STR(file_named(stored, "hello")->hash, hash);
    end();
}

TEST(files_in_parameters_are_recorded) {
    static const char *const params[] = {"hello", "--cmd=first;second", "--options='-i input' 3", "made", NULL};
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    write_text("hello", "1\n");
    write_text("first", "2\n");
    write_text("second", "3\n");
    write_text("input", "4\n");
    desc = describe_config("out", NULL, "END\necho 1 >made\ncat <<'END'\n");
    desc.params = params;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_INT(run->file_count, 4);
    CHECK(file_named(run, "hello") && file_named(run, "first") && file_named(run, "second") && file_named(run, "input"));
    CHECK_INT(file_warnings(run), 4);
    write_text("second", "changed\n");
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(error.message, "/second, which gem5 read then, has changed since");
    end();
}

TEST(a_config_that_is_no_file_or_damaged) {
    static const char *const outdirs[] = {"o0", "o1", "o2", "o3", "o4", "o5"};
    static const char *const configs[] = {"mkfifo", "mkdir", "ln -s /etc/passwd", "echo =/etc/passwd >", "head -c 100000 /dev/zero >",
                                          "echo '[x' >", NULL};
    const char *const *config;
    char script[1024];
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    for (config = configs; *config; config++) {
        snprintf(script, sizeof script, "#!/bin/sh\nfor a; do case $a in --outdir=*) %s \"${a#--outdir=}/config.ini\";; esac; done\n",
                 *config);
        write_text("gem5.sh", script);
        chmod("gem5.sh", 0755);
        desc = describe("./gem5.sh", "out", outdirs[config - configs]);
        desc.outdir = outdirs[config - configs];
        REQUIRE((run = create(&desc, false)) != NULL);
        execute_well(run);
        CHECK_STR(run->status, "Finished");
        CHECK_INT(run->file_count, strstr(*config, "=/etc") != NULL);
    }
    end();
}

TEST(a_recorded_run_whose_files_changed_is_said_to_be_so) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    write_text("hello", "version 1\n");
    desc = describe_config("out", NULL, "cmd=hello\n");
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(error.message, "to launch it again remove");
    CHECK(!run->stale);
    write_text("hello", "version 2\n");
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(error.message, "/hello, which gem5 read then, has changed since: register");
    CHECK(run->stale && strstr(run->stale, "/hello"));
    CHECK_CONTAINS(error.message, "register it as an artifact");
    CHECK_CONTAINS(error.message, "rerun it");
    unlink("hello"); /* what is not here cannot be compared */
    CHECK(!execute(run));
    CHECK_CONTAINS(error.message, "to launch it again remove");
    end();
}

TEST(a_folder_artifact_is_checked_before_a_launch) {
    const gem5art_artifact *used[1];
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    sh("mkdir cpt && echo 1 > cpt/m5.cpt");
    desc = describe("children/exit_with", "out", "0");
    used[0] = register_path("checkpoint", "checkpoint", "cpt");
    desc.artifacts = used, desc.artifact_count = 1;
    REQUIRE((run = create(&desc, false)) != NULL);
    sh("echo 2 > cpt/m5.cpt");
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_CHANGED);
    CHECK_CONTAINS(error.message, "cpt is not what was registered");
    sh("echo 1 > cpt/m5.cpt");
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    end();
}

TEST(parameters_that_name_files_are_warned_of) {
    const gem5art_artifact *used[1];
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    write_text("hello", "a program\n");
    write_text("input", "its input\n");
    write_text("repo/untracked", "x\n");
    run = se_run("children/exit_with", "out", "0|hello|--cmd=input|--kernel=|hello|repo/run.py|repo/untracked|o3|.");
    REQUIRE(run);
    execute_well(run);
    CHECK_INT(file_warnings(run), 3);
    CHECK_CONTAINS(file_warning, "/hello, which is not an artifact");
    CHECK_CONTAINS(fixture_warnings, "/hello, which is not an artifact");
    CHECK_CONTAINS(fixture_warnings, "/input, which is not an artifact");
    CHECK_CONTAINS(fixture_warnings, "/repo/untracked, which is not an artifact");
    CHECK(!strstr(fixture_warnings, "run.py"));
    desc = describe("children/exit_with", "out2", "0|hello");
    used[0] = register_path("hello", "program", "hello");
    desc.artifacts = used, desc.artifact_count = 1;
    fixture_warnings[0] = 0;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_INT(file_warnings(run), 0);
    CHECK_STR(fixture_warnings, "");
    end();
}

/* Half a gigabyte takes longer to hash than 0.1 s: the log shows how far it is. */
TEST(the_log_shows_how_far_hashing_is) {
    begin();
    mkdir("cpt", 0777);
    write_text("cpt/m5.cpt", "1");
    write_text("cpt/pmem", "");
    CHECK_INT(truncate("cpt/pmem", 1 << 29), 0);
    CHECK(register_path("checkpoint", "checkpoint", "cpt") != NULL);
    CHECK_CONTAINS(fixture_warnings, "hashing cpt: 0.");
    CHECK_CONTAINS(fixture_warnings, " GB so far");
    end();
}

/* ---- what is beside the outdir, and an outdir that is not one any more */

/* A gem5 binary that is this script; $o is its outdir. */
static gem5art_run *script_run(const char *outdir, const char *script) {
    char text[2048];
    snprintf(text, sizeof text, "#!/bin/sh\nfor a; do case $a in --outdir=*) o=${a#--outdir=};; esac; done\n%s\n", script);
    write_text("gem5.sh", text);
    chmod("gem5.sh", 0755);
    return se_run("./gem5.sh", outdir, "");
}

TEST(the_outdirs_of_forked_simulations_are_archived) {
    gem5art_run *run;
    begin();
    mkdir("out.f7", 0777); /* an older one, of another run */
    CHECK_INT(sh("touch -d 2020-01-01 out.f7"), 0);
    REQUIRE((run = script_run("out", "mkdir \"$o.f0\" && echo child >\"$o.f0/stats.txt\"")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    CHECK_INT(sh("grep -q out.f0/stats.txt out/results.zip"), 0);
    CHECK_INT(sh("grep -q out.f7 out/results.zip"), 1);
    end();
}

/* ---- what is archived is the user's choice */

static gem5art_run *archiving_run(const char *outdir, const char *script, bool none, const char *const *except) {
    gem5art_run_desc desc;
    gem5art_release_run(db, script_run(outdir, script)); /* which writes the script */
    desc = describe("./gem5.sh", outdir, "");
    desc.no_archive = none, desc.archive_except = except;
    return create(&desc, false);
}

static const char writes_checkpoints[] = "mkdir \"$o/cpt.1\" && echo 1 >\"$o/cpt.1/m5.cpt\" && echo 1 >\"$o/big.bin\"";

TEST(a_run_without_an_archive) {
    gem5art_run *run;
    const gem5art_run *found;
    gem5art_error why;
    begin();
    REQUIRE((run = archiving_run("out", writes_checkpoints, true, NULL)) != NULL);
    execute_well(run);
    CHECK_STR(json_member("out/info.json", "archive"), "none");
    CHECK_STR(run->status, "Finished");
    CHECK(!run->results && !run->rerunnable);
    CHECK_INT(run->results_size, -1);
    CHECK(!exists("out/results.zip") && exists("out/cpt.1/m5.cpt"));
    CHECK_STR(json_member("out/info.json", "status"), "Finished");
    CHECK_STR(json_member("out/info.json", "results"), "null");
    CHECK_INT(recorded("Finished"), 1);
    CHECK_INT(sh("grep -c '\"directory\"' db.json >count; grep -qx 0 count"), 0);
    REQUIRE((found = gem5art_find_run(db, run->id, &error)) != NULL);
    CHECK(found->no_archive && !*found->archive_except && !found->results);
    CHECK_STR(gem5art_json_get(found->record, "archive")->text, "none");
    CHECK_INT(gem5art_json_get(found->record, "results_size")->type, GEM5ART_JSON_NULL);
    CHECK(!execute(run)); /* it is as recorded as any other */
    CHECK_INT(error.code, GEM5ART_EXISTS);
    gem5art_release_run(db, run);
    REQUIRE((run = gem5art_load_run(db, "out/info.json", &error)) != NULL);
    CHECK(run->no_archive);
    CHECK(gem5art_remove_run(db, run->id, &why));
    execute_well(run); /* loaded, it has the same */
    CHECK_STR(run->status, "Finished");
    CHECK(!run->results && !exists("out.2/results.zip"));
    end();
}

TEST(an_archive_without_some_files) {
    static const char *const globs[] = {"cpt.*", "big.bin", NULL};
    gem5art_run *run, *whole;
    const gem5art_run *found;
    const gem5art_artifact *archive;
    const gem5art_json *record;
    struct stat st;
    begin();
    REQUIRE((run = archiving_run("out", writes_checkpoints, false, globs)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    REQUIRE(run->results);
    CHECK_INT(sh("grep -q 'info.json' out/results.zip && ! grep -q 'cpt.1\\|big.bin' out/results.zip"), 0);
    CHECK(exists("out/cpt.1/m5.cpt"));
    REQUIRE(stat("out/results.zip", &st) == 0);
    CHECK_INT(run->results_size, st.st_size);
    REQUIRE((archive = gem5art_find_artifact(db, run->results, &error)) != NULL);
    CHECK_INT(archive->size, st.st_size);
    REQUIRE((found = gem5art_find_run(db, run->id, &error)) != NULL);
    CHECK_INT(found->results_size, st.st_size);
    CHECK(!found->no_archive);
    CHECK_STR(found->archive_except[0], "cpt.*");
    CHECK_STR(found->archive_except[1], "big.bin");
    CHECK(!found->archive_except[2]);
    REQUIRE((record = gem5art_json_get(found->record, "archive")) != NULL);
    CHECK(strncmp(record->raw, "{\"except\":[\"cpt.*\",\"big.bin\"]}", record->raw_length) == 0);
    REQUIRE((whole = archiving_run("all", writes_checkpoints, false, NULL)) != NULL);
    CHECK_STR(whole->hash, run->hash); /* it is the same experiment */
    CHECK_STR(json_member("all/info.json", "archive"), "all");
    end();
}

/* Without an archive, too, the results are those of the folder that the run began in. */
TEST(an_outdir_without_an_archive_that_is_replaced) {
    gem5art_run *run;
    begin();
    REQUIRE((run = archiving_run("out", "mv \"$o\" \"$o.moved\"; mkdir \"$o\"", true, NULL)) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK(run->rerunnable);
    CHECK_CONTAINS(run->cause, "is not the folder that the run began in");
    CHECK_INT(recorded("Failed"), 1);
    end();
}

TEST(an_attempt_that_fails_has_no_size) {
    gem5art_pool_desc desc;
    gem5art_run *run;
    const gem5art_run *found;
    begin();
    memset(&desc, 0, sizeof desc);
    desc.rerun = true;
    REQUIRE((run = script_run("out", "test -e second || exit 0; mkdir \"$o/results.zip\"")) != NULL);
    execute_well(run);
    CHECK(run->results_size > 0);
    write_text("second", "");
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_CONTAINS(run->cause, "its results are not archived");
    CHECK_INT(run->results_size, -1);
    REQUIRE((found = gem5art_find_run(db, run->id, &error)) != NULL);
    CHECK_INT(found->results_size, -1);
    end();
}

TEST(an_outdir_that_is_replaced_by_a_link_is_not_followed) {
    gem5art_run *run;
    begin();
    mkdir("victim", 0777);
    write_text("victim/info.json", "precious");
    REQUIRE((run = script_run("out", "mv \"$o\" \"$o.moved\"; ln -s \"$PWD/victim\" \"$o\"; sleep 0.4")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK(run->rerunnable);
    CHECK_CONTAINS(run->cause, "is not the folder that the run began in");
    CHECK(file_contains("victim/info.json", "precious"));
    CHECK_INT(sh("test $(ls -A victim | wc -l) = 1"), 0);
    CHECK_INT(recorded("Failed"), 1);
    end();
}

TEST(results_that_cannot_be_archived_are_not_results) {
    gem5art_run *run;
    begin();
    REQUIRE((run = script_run("out", "mkdir \"$o/results.zip\"")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Failed");
    CHECK(run->rerunnable);
    CHECK_CONTAINS(run->cause, "not archived");
    CHECK(!run->results);
    CHECK_STR(json_member("out/info.json", "status"), "Failed");
    end();
}

/* TEST_LONG=1 tries each allocation; else each third, others for each of both kinds of failure. */
TEST(out_of_memory) {
    int status = 0, sticky, stride = under_valgrind() ? 11 : getenv("TEST_LONG") ? 1 : 3;
    begin();
    REQUIRE(register_path("gem5", "gem5 binary", built("children/exit_with")) != NULL);
    close_db();
    CHECK_INT(sh("cp db.json empty.json"), 0);
    for (sticky = 0; sticky < 2; sticky++)
        for (nth = 1 + sticky % stride, status = 0; status == 0; nth += stride) {
            CHECK_INT(sh("cp empty.json db.json; rm -rf db.json.live"), 0);
            nth_sticky = sticky;
            memory_alive = 0;
            status = end_of(start_harness(execute_with_little_memory));
        }
    CHECK_INT(status, 2); /* the last had no allocation that could fail */
    CHECK_THAT(nth > 50, "only %ld allocations", nth);
    memory_alive = 0;
    sh("rm -rf db.json.live");
    end();
}

int main(int argc, char **argv) {
    if (!getcwd(project, sizeof project)) return 1;
    return test_main(argc, argv);
}
