/* tail.c - see tail.h */

#include "tail.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "terminal.h"

enum {
    CHUNK = 65536,     /* bytes that are read at once */
    COLUMNS = 4096,    /* of a line, on a terminal */
    TAB = 8,
    POLL_MS = 250,
    POLLS = 4          /* of the files, for one of the folder and the run */
};

/* ---- bytes, made safe for a terminal */

static void flush(tail *t) {
    print(text_string(&t->out), t->out.length);
    text_clear(&t->out);
}

/* Appends a character and returns how many bytes it had. */
static size_t put_character(tail *t, const char *at, size_t most) {
    size_t bytes, columns, before = t->out.length;
    if (terminal_character(at, &bytes, &columns)) text_put(&t->out, at, bytes);
    else if (*at == '\t') {
        text_puts(&t->out, "\t");
        columns = TAB - t->column % TAB;
    } else {
        terminal_put_byte(&t->out, *at);
        columns = t->out.length - before;
    }
    t->column += columns;
    if (t->column <= most) return bytes;
    text_cut(&t->out, before);
    text_puts(&t->out, terminal_ellipsis());
    t->cut = true;
    return bytes;
}

/* Bytes with a NUL after them. A CR before a line end is left out, also where a chunk ends between the two. */
static void put_bytes(tail *t, const char *bytes, size_t length) {
    size_t most = isatty(STDOUT_FILENO) ? COLUMNS : SIZE_MAX, i = 0;
    while (i < length) {
        if (bytes[i] == '\n') {
            text_puts(&t->out, "\n");
            t->column = 0;
            t->cut = t->returned = false;
            i++;
        } else if (t->returned) {
            t->returned = false;
            if (!t->cut) put_character(t, "\r", most);
        } else if (bytes[i] == '\r') {
            t->returned = true;
            i++;
        } else if (t->cut) i++;
        else i += put_character(t, bytes + i, most);
        if (t->out.length >= CHUNK) flush(t);
    }
}

static void put_heading(tail *t, const char *name, bool empty) {
    char *path;
    if (t->shown && strcmp(t->shown, name) == 0) return;
    path = t->logs.folder ? text_join(t->logs.folder, name) : text_printf("%s in %s", name, t->logs.archive);
    text_puts(&t->out, t->column ? "\n\n" : t->any ? "\n" : "");
    text_puts(&t->out, t->color ? "\033[1m==> " : "==> ");
    terminal_put(&t->out, path, SIZE_MAX);
    text_putf(&t->out, "%s <==%s\n", empty ? ", empty" : "", t->color ? "\033[0m" : "");
    free(t->shown);
    t->shown = text_copy(name);
    t->column = 0;
    t->cut = t->returned = false;
    t->any = true;
    free(path);
}

/* The bytes at the end that are the beginning of a character of UTF-8. */
static size_t unfinished(const char *bytes, size_t length) {
    size_t n;
    for (n = 1; n <= 3 && n <= length; n++) {
        unsigned char c = (unsigned char)bytes[length - n];
        if (c >= 0xc2) return n < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? n : 0;
        if (c < 0x80) return 0;
    }
    return 0;
}

/* Shows the rest of a file. Returns how many bytes of it were left for the next time; `all`: none. */
static size_t copy_rest(tail *t, const char *name, FILE *file, bool all) {
    static char chunk[CHUNK + 1];
    size_t have = 0, n, left;
    while ((n = fread(chunk + have, 1, CHUNK - have, file)) > 0) {
        have += n;
        left = unfinished(chunk, have);
        chunk[have] = 0;
        if (have > left) put_heading(t, name, false);
        put_bytes(t, chunk, have - left);
        memmove(chunk, chunk + have - left, left);
        have = left;
    }
    chunk[have] = 0;
    if (all && have) {
        put_heading(t, name, false);
        put_bytes(t, chunk, have);
    }
    return all ? 0 : have;
}

/* ---- the last lines */

/* Goes back over *ends line ends; returns the place after the last one, or 0 if there are fewer. */
static size_t go_back(const char *bytes, size_t length, int64_t *ends) {
    for (; length > 0; length--)
        if (bytes[length - 1] == '\n' && --*ends == 0) break;
    return length;
}

static off_t last_lines_of(int fd, off_t size, int64_t lines) {
    char chunk[CHUNK];
    int64_t ends = lines;
    off_t end = size;
    if (lines == TAIL_ALL) return 0;
    while (end > 0) {
        size_t length = end < CHUNK ? (size_t)end : CHUNK, at;
        if (pread(fd, chunk, length, end - (off_t)length) != (ssize_t)length) return size; /* it was truncated */
        if (end == size) ends += chunk[length - 1] == '\n';
        if (!ends) return size;
        at = go_back(chunk, length, &ends);
        if (at > 0) return end - (off_t)(length - at);
        end -= (off_t)length;
    }
    return 0;
}

/* Shows the last lines of a file that can be read only once; the text holds little more than them. */
static void copy_last(tail *t, FILE *file, int64_t lines) {
    char chunk[CHUNK];
    size_t n, most = 16 * CHUNK;
    int64_t ends;
    text kept = {NULL, 0, 0};
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) {
        text_put(&kept, chunk, n);
        if (kept.length < most) continue;
        ends = lines + 1; /* the last line may not have its end yet */
        n = go_back(kept.data, kept.length, &ends);
        memmove(kept.data, kept.data + n, kept.length - n);
        text_cut(&kept, kept.length - n);
        most = 16 * CHUNK + 2 * kept.length;
    }
    ends = lines + (kept.length > 0 && kept.data[kept.length - 1] == '\n');
    n = ends ? go_back(text_string(&kept), kept.length, &ends) : kept.length;
    put_bytes(t, text_string(&kept) + n, kept.length - n);
    text_free(&kept);
}

/* ---- files */

static bool is_empty(FILE *file) {
    int c = getc(file);
    return c == EOF || (ungetc(c, file), false);
}

static struct tail_place *place_of(tail *t, const char *name) {
    size_t i;
    for (i = 0; i < t->place_count; i++)
        if (strcmp(t->places[i].name, name) == 0) return &t->places[i];
    return NULL;
}

/* A file that is seen for the first time: its last lines. */
static struct tail_place *add_place(tail *t, const char *name, FILE *file, const struct stat *st, int64_t lines) {
    struct tail_place *place = &t->places[t->place_count];
    if (t->place_count == LOGS_MOST) return NULL;
    t->place_count++;
    memset(place, 0, sizeof *place);
    place->name = text_copy(name);
    place->offset = last_lines_of(fileno(file), st->st_size, lines);
    place->device = st->st_dev;
    place->inode = st->st_ino;
    return place;
}

/* Shows what is new in a file of the outdir. `lines`: of a file that is seen for the first time; `all`: the end of the
   file is also that of a character. */
static void show_more(tail *t, const char *name, FILE *file, int64_t lines, bool all) {
    struct tail_place *place = place_of(t, name);
    struct stat st;
    if (fstat(fileno(file), &st) < 0) return;
    if (!place) place = add_place(t, name, file, &st, lines);
    if (!place || (st.st_size == place->size && st.st_ino == place->inode && !all)) return;
    if (st.st_size < place->offset || st.st_dev != place->device || st.st_ino != place->inode) {
        flush(t);
        say("%s was truncated or replaced: showing it from its beginning", name);
        place->offset = 0;
        place->device = st.st_dev;
        place->inode = st.st_ino;
    }
    place->size = st.st_size;
    if (st.st_size <= place->offset || fseeko(file, place->offset, SEEK_SET) < 0) return;
    place->offset = -(off_t)copy_rest(t, name, file, all);
    place->offset += ftello(file);
}

/* Shows the files of the kinds that are wanted; returns how many there are. `first`: with a heading in any case. */
static size_t show_files(tail *t, int64_t lines, bool first, bool all) {
    size_t i, count = 0;
    for (i = 0; i < t->logs.count; i++) {
        program p;
        const char *name = t->logs.files[i].name;
        bool wanted = !t->kinds || t->kinds >> t->logs.files[i].kind & 1;
        FILE *file = wanted ? logs_open(&t->logs, name, &p) : NULL;
        if (!file) continue;
        count++;
        if (first) put_heading(t, name, is_empty(file));
        if (t->logs.folder) show_more(t, name, file, lines, all);
        else if (lines == TAIL_ALL) copy_rest(t, name, file, true);
        else copy_last(t, file, lines);
        logs_close(file, &p);
    }
    flush(t);
    print_flush();
    return count;
}

bool tail_show(tail *t, bool follow, text *why) {
    size_t i;
    logs_find(&t->logs, t->outdir, t->archives);
    if (show_files(t, t->lines, true, !follow)) return true;
    if (!t->logs.count) return logs_put_none(why, &t->logs, t->outdir, t->archives), false;
    for (i = 0; i < LOGS_KINDS; i++)
        if (t->kinds >> i & 1) text_putf(why, "%s%s", why->length ? " and no " : "no ", logs_kinds[i]);
    text_putf(why, " in %s", t->logs.folder ? t->logs.folder : t->logs.archive);
    return false;
}

/* Waits; ends the tool when the reader of stdout has gone. */
static void wait_for_more(void) {
    struct pollfd out = {STDOUT_FILENO, 0, 0};
    if (poll(&out, 1, POLL_MS) > 0 && out.revents & (POLLERR | POLLHUP | POLLNVAL)) exit(EXIT_FAILED);
}

void tail_follow(tail *t, bool (*ended)(void *user_data), void *user_data) {
    static const char *const no_archives[] = {NULL};
    bool end = false;
    int polls;
    while (!end) {
        for (polls = 1; polls < POLLS; polls++) {
            wait_for_more();
            show_files(t, TAIL_ALL, false, false);
        }
        wait_for_more();
        end = ended(user_data); /* what it wrote before that is shown below */
        logs_free(&t->logs);
        logs_find(&t->logs, t->outdir, no_archives);
        show_files(t, TAIL_ALL, false, end);
    }
}

void tail_end(tail *t) {
    if (t->column) print("\n", 1);
    logs_free(&t->logs);
    while (t->place_count) free(t->places[--t->place_count].name);
    text_free(&t->out);
    free(t->shown);
    t->shown = NULL;
    t->column = 0;
}
