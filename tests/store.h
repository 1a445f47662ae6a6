/* store.h - what the tests of the store share: records without running gem5, and independent looks at the file.
   Include it after fixture.h. */
#ifndef STORE_H
#define STORE_H


/* A test of what only a flat store has: its bytes, other programs' layouts, torn lines. */
#ifdef TEST_LMDB
#define FLAT_TEST(name) __attribute__((unused)) static void test_##name(void)
#else
#define FLAT_TEST(name) TEST(name)
#endif

/* "00000000-0000-4000-8000-000000000007" for 7; one of eight buffers. */
__attribute__((unused)) static const char *id_of(int n) {
    static char id[8][40];
    static int next;
    next = (next + 1) % 8;
    snprintf(id[next], sizeof id[next], "00000000-0000-4000-8000-%012d", n);
    return id[next];
}

/* "00...07", 64 digits, for 7; likewise. */
__attribute__((unused)) static const char *hash_of(int n) {
    static char hash[8][72];
    static int next;
    next = (next + 1) % 8;
    snprintf(hash[next], sizeof hash[next], "%064d", n);
    return hash[next];
}

/* A Finished SE run "run N"; its strings live until the next few calls. */
__attribute__((unused)) static gem5art_run a_run(int n) {
    static char name[8][24];
    static int next;
    gem5art_run run;
    next = (next + 1) % 8;
    snprintf(name[next], sizeof name[next], "run %d", n);
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    run.id = id_of(n);
    run.hash = hash_of(n);
    run.type = "gem5 run";
    run.name = name[next];
    run.status = "Finished";
    return run;
}

__attribute__((unused)) static gem5art_artifact an_artifact(int n, const char *type) {
    static char name[8][24];
    static int next;
    gem5art_artifact artifact;
    next = (next + 1) % 8;
    snprintf(name[next], sizeof name[next], "artifact %d", n);
    memset(&artifact, 0, sizeof artifact);
    gem5art__set_defaults(gem5art__artifact_fields, &artifact);
    artifact.id = id_of(n);
    artifact.hash = hash_of(n);
    artifact.type = type;
    artifact.name = name[next];
    return artifact;
}

__attribute__((unused)) static bool store_run(gem5art_db *to, int n) {
    gem5art_run run = a_run(n);
    return gem5art__record_run(to, &run, NULL, &error);
}

/* An artifact as gem5art_register_artifact stores one, without a file to hash. */
__attribute__((unused)) static bool store_artifact(gem5art_db *to, const gem5art_artifact *artifact) {
    gem5art__buf line = {NULL, 0, 0, false};
    bool ok = gem5art__put_object_line(&line, gem5art__artifact_fields, artifact, true, NULL, &error) && gem5art__store_lock(to, &error);
    if (ok) {
        ok = (to->backend->append)(to, line.data, line.length, &error);
        gem5art__store_unlock(to);
    }
    gem5art__buf_free(&line);
    return ok;
}

/* Makes a store of this JSON array, in which a flat one keeps every byte, in place of the one that is there. */
__attribute__((unused)) static void lay_store(const char *text) {
#ifdef TEST_LMDB
    gem5art_db *to;
    const gem5art_json *records = gem5art_json_parse(text, strlen(text), NULL, &error), *record;
    gem5art__buf lines = {NULL, 0, 0, false};
    unlink(STORE_PATH), unlink(STORE_PATH "-lock");
    to = gem5art_open(STORE_URI, NULL, &error);
    for (record = records ? records->first : NULL; record; record = record->next) {
        if (lines.length) gem5art__puts(&lines, ",\n");
        if (!gem5art__put_record_line(&lines, record, &error)) test_fail(__FILE__, __LINE__, "%s", error.message);
    }
    if (!to || !gem5art__store_lock(to, &error) || !(to->backend->append)(to, lines.data, lines.length, &error))
        test_fail(__FILE__, __LINE__, "cannot lay a store: %s", error.message);
    gem5art__store_unlock(to);
    gem5art_close(to, NULL);
    unlink(STORE_PATH ".lock");
    gem5art__buf_free(&lines);
    gem5art_json_free(records);
#else
    write_text(STORE_PATH, text);
#endif
}

/* A store's text, to be freed: of a flat one the file, of an LMDB one the same lines in brackets. */
__attribute__((unused)) static char *read_store(const char *path) {
#ifdef TEST_LMDB
    gem5art__buf uri = {NULL, 0, 0, false}, text = {NULL, 0, 0, false};
    char *copy;
    gem5art_open_desc desc;
    gem5art__scan scan;
    gem5art_db *of;
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    gem5art__putf(&uri, "lmdb://%s", path);
    of = gem5art_open(uri.data, &desc, &error);
    if (!of || !gem5art__scan_begin(of, NULL, &scan, &error)) test_fail(__FILE__, __LINE__, "%s", error.message);
    gem5art__puts(&text, "[");
    while (of && gem5art__scan_next(&scan, &error) == GEM5ART__RECORD) {
        gem5art__puts(&text, text.length > 1 ? ",\n" : "\n");
        gem5art__put(&text, scan.data, scan.size);
    }
    gem5art__puts(&text, "]\n");
    if (of) gem5art__scan_end(&scan);
    gem5art_close(of, NULL);
    gem5art__buf_free(&uri);
    copy = strdup(text.data);
    gem5art__buf_free(&text);
    return copy;
#else
    return read_text(path);
#endif
}

__attribute__((unused)) static bool store_contains(const char *part) {
    char *text = read_store(STORE_PATH);
    bool found = strstr(text, part) != NULL;
    free(text);
    return found;
}

/* The text of a buffer, for free. */
__attribute__((unused)) static char *text_of(gem5art__buf *buf) {
    char *text = strdup(buf->data);
    gem5art__buf_free(buf);
    return text;
}

/* The line of run N as it is stored, without what separates it from the next; to be freed. */
__attribute__((unused)) static char *line_of(int n) {
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art_run run = a_run(n);
    if (!gem5art__put_object_line(&line, gem5art__run_fields, &run, false, NULL, &error)) test_fail(__FILE__, __LINE__, "%s", error.message);
    return text_of(&line);
}

/* Both kinds of rows, names joined by ", ": runs before "; ", artifacts behind it. What is wrong, if anything, ends it as
   "! CODE", and is in `error`. One of two buffers. */
__attribute__((unused)) static const char *store_names(gem5art_db *of) {
    static char names[2][65536];
    static int next;
    char *text = names[next = !next];
    size_t n = 0;
    gem5art_iter *iter = gem5art_get_runs(of, NULL, &error);
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    text[0] = 0;
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL)
        n += (size_t)snprintf(text + n, sizeof names[0] - n, "%s%s", n ? ", " : "", run->name);
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) {
        snprintf(text + n, sizeof names[0] - n, "! %d", (int)error.code);
        return text;
    }
    iter = gem5art_get_artifacts(of, NULL, &error);
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL)
        n += (size_t)snprintf(text + n, sizeof names[0] - n, "; %s", artifact->name);
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) snprintf(text + n, sizeof names[0] - n, "! %d", (int)error.code);
    return text;
}

/* CRC-32 bit by bit, so that the library's tables do not vouch for themselves. */
__attribute__((unused)) static unsigned crc_of(const char *data, size_t length) {
    unsigned crc = 0xffffffff;
    size_t i;
    int bit;
    for (i = 0; i < length; i++)
        for (crc ^= (unsigned char)data[i], bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    return ~crc;
}

/* How many lines of the store are records with a checksum, all of which must be right. */
__attribute__((unused)) static int count_sealed(const char *path) {
    char *text = read_store(path), *line = text, expected[16];
    int count = 0;
    for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        size_t length = strcspn(line, "\n"), before;
        const char *key;
        if (line[0] != '{' || !(key = strstr(line, "\"crc32\":\"")) || key > line + length) continue;
        before = (size_t)(key - line);
        snprintf(expected, sizeof expected, "%08x", crc_of(line, before));
        CHECK_THAT(strncmp(key + 9, expected, 8) == 0, "crc32 %.8s should be %s", key + 9, expected);
        CHECK_THAT(before + 20 == length && strchr(",]", line[length - 1]), "a line ends as \"%.*s\"", (int)(length - before), key);
        count++;
    }
    free(text);
    return count;
}

/* Elements of the array that the store holds, or -1 where it is not JSON. */
__attribute__((unused)) static int json_count(const char *path) {
    char *text = read_store(path);
    const gem5art_json *root = gem5art_json_parse(text, strlen(text), NULL, NULL);
    int count = root && root->type == GEM5ART_JSON_ARRAY ? (int)root->count : -1;
    gem5art_json_free(root);
    free(text);
    return count;
}

/* Files in the current folder whose names contain `part`. */
__attribute__((unused)) static int files_like(const char *part) {
    DIR *dir = opendir(".");
    struct dirent *entry;
    int count = 0;
    while (dir && (entry = readdir(dir)) != NULL) count += strstr(entry->d_name, part) != NULL && entry->d_name[0] != '.';
    if (dir) closedir(dir);
    return count;
}

/* Removes every file of the current folder. */
__attribute__((unused)) static void empty_folder(void) {
    DIR *dir = opendir(".");
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.') unlink(entry->d_name);
    if (dir) closedir(dir);
}

/* A new folder with a gem5, a repo that has a script which git does not track, and an open store. */
__attribute__((unused)) static bool begin_with_scripts(void) {
    fixture_begin();
    make_repo("repo");
    write_text("gem5", "#!/bin/sh\n");
    CHECK(chmod("gem5", 0755) == 0);
    write_text("repo/untracked.py", "# a script\n");
    return open_db(NULL);
}

#define SHARDS_PATH STORE_PATH ".shards"

/* Opens the test's store as `db`, to append to this shard; NULL: to the store itself. */
__attribute__((unused)) static bool open_shard(const char *shard) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.log = fixture_log;
    desc.shard = shard;
    db = gem5art_open(STORE_URI, &desc, &error);
    if (!db) test_fail(__FILE__, __LINE__, "cannot open the store: %s", error.message);
    return db != NULL;
}

/* Merges the shards of a store, as gem5art-fsck does. */
__attribute__((unused)) static bool merge_shards(gem5art_db *of, int64_t *merged) {
    bool ok = gem5art__change_begin(of, merged, &error);
    if (ok) gem5art__store_unlock(of);
    return ok;
}

/* Removes every file in the folder of shards whose name contains `part`, and with "" the folder. */
__attribute__((unused)) static void empty_shards(const char *part) {
    DIR *dir = opendir(SHARDS_PATH);
    struct dirent *entry;
    char path[PATH_MAX];
    while (dir && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", SHARDS_PATH, entry->d_name);
        if (entry->d_name[0] != '.' && strstr(entry->d_name, part)) unlink(path);
    }
    if (dir) closedir(dir);
    if (!*part) rmdir(SHARDS_PATH);
}

/* The open descriptors of this process: none may leak. */
__attribute__((unused)) static int open_descriptors(void) {
    int fd, count = 0;
    for (fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Runs `code` in a child; what it exits with. */
__attribute__((unused)) static int in_child(int (*code)(void *), void *argument) {
    int status = 0;
    pid_t pid;
    fflush(stdout);
    if ((pid = fork()) == 0) _exit(code(argument));
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* 1, or `slow` where everything is: under valgrind, which `make valgrind` puts into RUNNER; less than that with
   sanitizers. For loops that try everything. */
__attribute__((unused)) static int stride(int slow) {
    const char *runner = getenv("RUNNER");
    if (runner && *runner) return slow;
#ifdef SANITIZED
    if (slow >= 7) return 5;
#endif
    return 1;
}

#endif
