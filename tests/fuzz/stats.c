/* stats.c - fuzzes the reading of gem5's statistics: an input is a pattern, a line end, and a file. The result does not
   depend on how much is read at once; a filter leaves out the values that it does not want, and no others. */
#include "fuzz.h"

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#define STATS_BUFFER 64
#define STATS_LONGEST 1024

#include "../../tools/lib/text.c"

#include "../../tools/lib/stats_filter.c"

#include "../../tools/lib/stats.c"

const char *tool_name = "stats";

/* ---- a file in memory, in pieces */

static const char *file_bytes;
static size_t file_length, file_piece;

bool stats_source_open(stats_source *source, const char *path, const char *member, text *why) {
    (void)member, (void)why;
    memset(source, 0, sizeof *source);
    source->name = text_copy(path);
    return true;
}

ptrdiff_t stats_source_read(stats_source *source, char *bytes, size_t size, text *why) {
    size_t left = file_length - (size_t)source->read;
    (void)why;
    if (size > left) size = left;
    if (size > file_piece) size = file_piece;
    if (size) memcpy(bytes, file_bytes + source->read, size);
    source->read += size;
    return (ptrdiff_t)size;
}

void stats_source_close(stats_source *source) { free(source->name); }

void stats_place_free(stats_place *place) { free(place->path); }

bool stats_find(stats_place *place, gem5art_db *db, const gem5art_run *run, text *why) {
    (void)place, (void)db, (void)run, (void)why;
    return false;
}

/* ---- what was read */

static const stats_filter *wanted; /* of these, values are noted */

static bool note(void *user, const stats_dump *dump, const stats_value *value) {
    text *read = (text *)user;
    size_t i;
    if (!value) {
        text_putf(read, "end of %zu: %d\n", dump->index, dump->complete);
        return true;
    }
    REQUIRE(value->name.length > 0, "a name is empty");
    for (i = 0; i < value->name.length; i++)
        REQUIRE((unsigned char)value->name.text[i] >= ' ' || value->name.text[i] == '\t', "a name has byte %d",
                value->name.text[i]);
    if (!stats_filter_wants(wanted, value->name)) return true;
    text_putf(read, "%zu ", dump->index);
    text_put(read, value->name.text, value->name.length);
    text_putf(read, " = %.17g ", value->value);
    text_put(read, value->unit.text, value->unit.length);
    text_puts(read, "; ");
    text_put(read, value->description.text, value->description.length);
    text_puts(read, "\n");
    return true;
}

/* Reads the file in pieces; values that `noted` does not want are not noted. */
static bool read_in(size_t piece, const stats_filter *filter, const stats_filter *noted, text *read) {
    text why = {NULL, 0, 0};
    bool ok;
    file_piece = piece;
    wanted = noted;
    text_clear(read);
    ok = stats_read_file("stats.txt", filter, note, read, &why);
    REQUIRE(ok == !why.length, "%d, but: %s", ok, text_string(&why));
    text_free(&why);
    return ok;
}

static bool same(const text *a, const text *b) {
    return a->length == b->length && (!a->length || memcmp(a->data, b->data, a->length) == 0);
}

static bool has(const char *word) {
    size_t i, length = strlen(word);
    for (i = 0; i + length <= file_length; i++)
        if (memcmp(file_bytes + i, word, length) == 0) return true;
    return false;
}

static void fuzz(const char *data, size_t size) {
    static const size_t pieces[] = {1, 7, 64, 3000};
    const char *newline = (const char *)(size ? memchr(data, '\n', size) : NULL);
    size_t length = newline ? (size_t)(newline - data) : size, i;
    char *pattern = text_copy_n(data, length);
    const char *patterns[2] = {pattern, "system.cpu.ipc"};
    stats_filter *filter = stats_filter_new(patterns, 2);
    text whole = {NULL, 0, 0}, part = {NULL, 0, 0};
    bool ok;
    file_bytes = newline ? newline + 1 : data + size;
    file_length = (size_t)(data + size - file_bytes);
    ok = read_in(5000, NULL, NULL, &whole);
    for (i = 0; i < 4; i++) {
        REQUIRE(read_in(pieces[i], NULL, NULL, &part) == ok, "it depends on the pieces, %zu", pieces[i]);
        REQUIRE(same(&whole, &part), "pieces: %s\n--- not:\n%s", text_string(&part), text_string(&whole));
    }
    read_in(5000, NULL, filter, &whole);
    read_in(64, filter, NULL, &part);
    /* The names of the parts of one-line distributions follow from lines before them, which a filter may leave out. */
    if (!has("::bucket_size") && !has("::min_bucket") && !has("::max_bucket"))
        REQUIRE(same(&whole, &part), "filtered: %s\n--- not:\n%s", text_string(&part), text_string(&whole));
    stats_filter_free(filter);
    text_free(&whole);
    text_free(&part);
    free(pattern);
}

FUZZ_MAIN
