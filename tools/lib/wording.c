/* wording.c - see wording.h */

#include "wording.h"

#include <string.h>

#include "text.h"

bool wording_of_options;

/* A field of the library, and the option that sets it. */
typedef struct wording_row {
    const char *field, *option;
    bool is_key; /* in a file, it is a key; without an option, it always is */
} wording_row;

static const wording_row wording_rows[] = {
    {".run_script", "--script", true}, {".gem5_binary", "--gem5", true}, {".linux_binary", "--kernel", true},
    {".disk_image", "--disk", true}, {".gem5_artifact", "--gem5", true}, {".linux_binary_artifact", "--kernel", true},
    {".disk_image_artifact", "--disk", true}, {".name", "--name", true}, {".outdir", "--outdir", true},
    {".gem5_options", NULL, true}, {".accept", NULL, true}, {".environment", NULL, true}, {".stall", NULL, true},
    {".archive_except", NULL, true}, {".no_archive", NULL, true}, {".timeout", "--timeout", false},
    {".nice", "--nice", false}, {".jobs", "--jobs", false}, {".max_failed", "--stop-after", false},
    {".retries", "--retry-failed", false}, {".rerun", "--rerun", false}, {".take_lost", "--take-lost", false},
    {".free_memory", "--free-memory", false}, {".min_disk", "--min-disk", false}, {".pin", "--pin", false}};

const char *wording(const char *message) {
    static text out;
    const char *c = message;
    const wording_row *row, *end = wording_rows + sizeof wording_rows / sizeof *wording_rows;
    size_t length;
    for (text_clear(&out); *c; c += length) {
        length = 1;
        if (*c == '.' && (c == message || strchr(" (", c[-1]))) length += strspn(c + 1, "abcdefghijklmnopqrstuvwxyz_5");
        for (row = wording_rows; row < end && !text_is(c, length, row->field);) row++;
        if (row == end) text_put(&out, c, length);
        else text_puts(&out, !row->option || (row->is_key && !wording_of_options) ? row->field + 1 : row->option);
    }
    return text_string(&out);
}
