/* arguments_end.h - the end of a target of arguments.h: what runs the tool. */

#undef stdout
#undef stderr
#undef main
#undef exit
#undef printf
#undef calloc
#undef realloc
#undef strdup
#undef free
#undef open
#undef stat
#undef realpath
#undef fopen
#undef fdopen
#undef fclose
#undef fileno
#undef fsync
#undef fchmod
#undef unlink
#undef rename

/* An artifact, two attempts at one run, and the archive of the second. */
static const char store[] =
    "[\n{\"_id\":\"a\",\"hash\":\"aa\",\"type\":\"gem5 binary\",\"name\":\"gem5\",\"path\":\"gem5.opt\"},\n"
    "{\"_id\":\"r1\",\"hash\":\"rr\",\"type\":\"gem5 run\",\"name\":\"first\",\"gem5_artifact\":\"a\"},\n"
    "{\"_id\":\"r2\",\"hash\":\"rr\",\"type\":\"gem5 run fs\",\"name\":\"second\",\"results\":\"z\"},\n"
    "{\"_id\":\"z\",\"hash\":\"zz\",\"type\":\"results\",\"name\":\"archive\"}]\n";

static char *said[2];
static size_t said_size[2];

/* argv of an input: NUL-terminated copies of its lines, each in memory of its own, so that reading on is seen. */
static char **split(const char *data, size_t size, int *count) {
    char **argv = (char **)tool_calloc(size + 3, sizeof *argv);
    const char *end = data + size, *newline;
    argv[0] = tool_strdup(TOOL_NAME);
    for (*count = 1; data < end; data = newline + 1) {
        newline = (const char *)memchr(data, '\n', (size_t)(end - data));
        if (!newline) newline = end;
        argv[*count] = (char *)memcpy(tool_calloc((size_t)(newline - data) + 1, 1), data, (size_t)(newline - data));
        ++*count;
    }
    return argv;
}

/* The status it exits with. */
static int run_tool(int argc, char **argv) {
    int status = setjmp(tool_ended);
    return status ? status - 1 : tool_main(argc, argv);
}

/* What a process leaves to its end: memory, descriptors. */
static void end_process(void) {
    int i;
    lib_end();
    while (tool_blocks) tool_free(tool_blocks + 1);
    for (i = 0; i < DESCRIPTORS; i++)
        if (descriptors[i].file) files_close(FIRST_DESCRIPTOR + i);
}

/* The store is whole, whatever was asked for; unless it was named as the output, which is not kept here: 0. */
static size_t count_records(void) {
    const memory_file *file = files_find("/w/db.json");
    gem5art_error error;
    const gem5art_json *array = gem5art_json_parse(file->data, file->size, NULL, &error);
    size_t count = array ? array->count : 0;
    REQUIRE(array || !file->size, "the store is no JSON: %s", error.message);
    gem5art_json_free(array);
    return count;
}

static void fuzz(const char *data, size_t size) {
    int i, argc, status;
    char **argv, prefix[64];
    files_put("/w/db.json", store, sizeof store - 1);
    for (i = 0; i < 2; i++) {
        if (!tool_said[i]) tool_said[i] = open_memstream(&said[i], &said_size[i]);
        rewind(tool_said[i]);
    }
    argv = split(data, size, &argc);
    status = run_tool(argc, argv);
    for (i = 0; i < 2; i++) putc(0, tool_said[i]), fflush(tool_said[i]);
    REQUIRE(status >= 0 && status <= 2, "status %d", status);
    snprintf(prefix, sizeof prefix, "%s: ", TOOL_NAME);
    REQUIRE(status == 0 || strstr(said[1], prefix), "status %d without a word: %s", status, said[1]);
    REQUIRE(files_like(".tmp-") == 0, "a temporary file stays, status %d: %s", status, said[1]);
    check_tool(status, count_records(), said[0], argc, argv);
    end_process();
    files_clear();
}

FUZZ_MAIN
