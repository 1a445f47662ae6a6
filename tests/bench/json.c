/* json.c - how fast JSON is read and written, beside cJSON and yyjson in the same run, where their shared libraries
   are.

     bench/json [RECORDS]      default 10000

   The text is a store of SE runs of about 2 KB. "Each record" parses and frees one line at a time, as a store is read.
   All take turns, five times; the best time of each counts. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include <dlfcn.h>

enum { TURNS = 5 };

static gem5art__buf text;
static size_t *lines; /* where each record begins, and the end of the last */
static int records = 10000;

static const char record_start[] =
    "{\"_id\":\"%08x-feb5-4c44-9e35-d5bb720f9d5e\",\"hash\":\"%064x\",\"type\":\"gem5 run\",\"name\":\"sweep-%d\","
    "\"gem5_binary_path\":\"gem5/build/X86/gem5.opt\",\"run_script\":\"experiments/se.py\","
    "\"gem5_artifact\":\"158eb9df-b0a0-42d8-bdda-deca33176bde\",\"gem5_git_artifact\":"
    "\"d98d872e-d164-4ee4-81f0-938cf0ed1449\",\"run_script_git_artifact\":\"79948e28-6502-4aaa-89e4-089059209e17\","
    "\"params\":[\"hello\",\"atomic\",\"2000\"],\"timeout\":900,\"outdir\":\"/home/someone/experiments/runs/sweep-%d\","
    "\"gem5_name\":\"X86\",\"script_name\":\"se\",\"running\":false,\"enqueue_time\":1795929874.1045349,\"start_time\":"
    "1795929874.1341982,\"end_time\":1795929874.5866945,\"return_code\":0,\"kill_reason\":\"\",\"status\":\"Finished\","
    "\"pid\":27657,\"task_id\":null,\"results\":\"01e7dbf3-08a2-4e30-b3a0-dd289277fb3a\",\"rerunnable\":false,"
    "\"string\":\"X86 se hello atomic 2000\",\"command\":[\"gem5/build/X86/gem5.opt\",\"-re\",";
static const char record_end[] =
    "\"--outdir=/home/someone/experiments/runs/sweep-atomic-2000\",\"experiments/se.py\",\"hello\",\"atomic\",\"2000\"],"
    "\"current_time\":1795929874.6039226,\"artifacts\":[\"84347cfb-558c-482e-9d62-4a1a87395b63\"],\"error\":\"\","
    "\"cwd\":\"/home/someone/experiments\",\"host\":\"n\\u00f3d\\u00e9 7\",\"kernel\":\"Linux 6.18.44\",\"user\":\"zo\xc3\xab\","
    "\"cpu_model\":\"AMD EPYC\",\"ru_utime\":0.000181,\"ru_stime\":0.003586,\"ru_maxrss\":1544,\"ru_inblock\":0,"
    "\"ru_oublock\":96,\"ru_nvcsw\":2,\"ru_nivcsw\":2,\"environment\":{},\"gem5art_version\":\"0.2.0\",\"cause\":"
    "\"exiting with last active thread context\",\"warnings\":[],\"exit_events\":[{\"tick\":48240486000,\"code\":0,"
    "\"cause\":\"exiting with last active thread context\",\"seconds\":0.406}],\"files\":[{\"path\":"
    "\"/home/someone/experiments/hello\",\"hash\":\"05472aa27ebdd083dd951f1c535d3cd2d77fb15cafd2208c33ea257b82032adf\","
    "\"artifact\":\"84347cfb-558c-482e-9d62-4a1a87395b63\"}],\"gem5_options\":[],\"accept\":[],\"fail_on\":[],"
    "\"stall\":0,\"variables\":{\"cpu\":\"atomic\",\"size\":\"2000\"},\"crc32\":\"db563c71\"}";

static bool make_text(void) {
    int i;
    lines = (size_t *)calloc((size_t)records + 1, sizeof *lines);
    gem5art__puts(&text, "[\n");
    for (i = 0; lines && i < records; i++) {
        lines[i] = text.length;
        gem5art__putf(&text, record_start, (unsigned)i * 2654435761u, (unsigned)i, i, i);
        gem5art__puts(&text, record_end);
        gem5art__puts(&text, i < records - 1 ? ",\n" : "]\n");
    }
    if (lines) lines[records] = text.length;
    return lines && !text.failed;
}

/* ---- the contenders: each returns false where it fails, or is not here */

static bool each_record(void) {
    int i;
    for (i = 0; i < records; i++) {
        const gem5art_json *record = gem5art_json_parse(text.data + lines[i], lines[i + 1] - lines[i] - 2, NULL, NULL);
        if (!record) return false;
        gem5art_json_free(record);
    }
    return true;
}

static bool whole_text(void) {
    const gem5art_json *root = gem5art_json_parse(text.data, text.length, NULL, NULL);
    bool ok = root && root->count == (size_t)records;
    gem5art_json_free(root);
    return ok;
}

/* The first record, as often as there are records. */
static bool write_records(void) {
    const gem5art_json *record = gem5art_json_parse(text.data + lines[0], lines[1] - lines[0] - 2, NULL, NULL);
    gem5art_json_writer writer;
    size_t length = 0;
    int i;
    gem5art_json_writer_init(&writer, 0);
    for (i = 0; record && i < records; i++) {
        gem5art_json_value(&writer, record);
        gem5art_json_take(&writer, &length, NULL);
    }
    gem5art_json_writer_free(&writer);
    gem5art_json_free(record);
    return length == lines[1] - lines[0] - 2;
}

static void *(*cjson_parse)(const char *text, size_t length);
static void (*cjson_free)(void *root);
static void *(*yyjson_read_opts)(char *text, size_t length, uint32_t flags, const void *allocator, void *error);
static bool (*yyjson_alc_pool_init)(void *allocator, void *buffer, size_t size);

static bool find(const char *library, const char *name, void *function) {
    void *handle = dlopen(library, RTLD_NOW), *symbol = handle ? dlsym(handle, name) : NULL;
    memcpy(function, &symbol, sizeof symbol); /* POSIX: a function fits into a void * */
    return symbol != NULL;
}

static bool cjson_each(void) {
    int i;
    for (i = 0; i < records; i++) {
        void *root = cjson_parse(text.data + lines[i], lines[i + 1] - lines[i] - 2);
        if (!root) return false;
        cjson_free(root);
    }
    return true;
}

/* Into one buffer, as its function that frees is an inline one of its header. */
static bool yyjson_each(void) {
    static char buffer[1 << 16];
    void *allocator[4]; /* three functions and their context */
    int i;
    for (i = 0; i < records; i++)
        if (!yyjson_alc_pool_init(allocator, buffer, sizeof buffer) ||
            !yyjson_read_opts(text.data + lines[i], lines[i + 1] - lines[i] - 2, 0, allocator, NULL))
            return false;
    return true;
}

/* ---- the table */

typedef struct contender {
    const char *name;
    bool (*run)(void);
    double best;
} contender;

int main(int argc, char **argv) {
    contender contenders[] = {{"gem5art_json_parse, each record", each_record, 0},
                              {"gem5art_json_parse, the whole text", whole_text, 0},
                              {"gem5art_json_value, each record", write_records, 0},
                              {"cJSON_ParseWithLength, each record", NULL, 0},
                              {"yyjson_read, each record", NULL, 0}};
    size_t i, count = sizeof contenders / sizeof *contenders;
    int turn;
    if (argc > 1) records = atoi(argv[1]);
    if (records < 1 || !make_text()) return 1;
    if (find("libcjson.so.1", "cJSON_ParseWithLength", &cjson_parse) && find("libcjson.so.1", "cJSON_Delete", &cjson_free))
        contenders[3].run = cjson_each;
    if (find("libyyjson.so.0", "yyjson_read_opts", &yyjson_read_opts) &&
        find("libyyjson.so.0", "yyjson_alc_pool_init", &yyjson_alc_pool_init))
        contenders[4].run = yyjson_each;
    for (turn = 0; turn < TURNS; turn++)
        for (i = 0; i < count; i++) {
            contender *c = &contenders[i];
            double began = gem5art__monotonic(), seconds;
            if (!c->run) continue;
            if (!c->run()) return fprintf(stderr, "bench/json: %s failed\n", c->name), 1;
            seconds = gem5art__monotonic() - began;
            if (turn == 0 || seconds < c->best) c->best = seconds;
        }
    printf("%d records, %.1f MB, best of %d\n\n", records, (double)text.length / 1e6, TURNS);
    for (i = 0; i < count; i++)
        if (contenders[i].run)
            printf("%-36s %8.0f MB/s\n", contenders[i].name, (double)text.length / 1e6 / contenders[i].best);
        else printf("%-36s left out: its library is not here\n", contenders[i].name);
    gem5art__buf_free(&text);
    free(lines);
    return 0;
}
