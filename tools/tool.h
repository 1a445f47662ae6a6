/* tool.h - what the gem5art-* tools share: their page, options, messages, output.

   A tool is one C file that defines TOOL_NAME, then includes this. Its page is what its --help is made of. Exit codes:
   0 done, 1 it failed, 2 misuse. */
#ifndef TOOL_H
#define TOOL_H

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { TOOL_DONE = 0, TOOL_FAILED = 1, TOOL_MISUSE = 2 };
#ifndef TOOL_FAILED_STATUS
#define TOOL_FAILED_STATUS TOOL_FAILED /* a tool may keep 1 for what it finds, as diff does */
#endif
enum { TOOL_BUFFER = 262144 };

/* ---- the page: what a tool does and takes, which its --help is made of */

/* The values of an option that may be given several times, in order. */
typedef struct tool_list {
    const char **items;
    size_t count;
} tool_list;

typedef struct tool_option {
    const char *name;       /* "--limit" */
    const char *letter;     /* "-l"; NULL: none */
    const char *value_name; /* "LIMIT"; NULL: it takes no value */
    const char *help;       /* with a space before it: in the man page alone */
    const char **value;     /* where its value goes, or */
    tool_list *list;        /* its values, or */
    bool *flag;             /* what it sets */
    const char *words;      /* values to offer, parted by spaces; FILE, FOLDER, ID, ARTIFACT: any such; NULL: none */
} tool_option;

typedef struct tool_operand {
    const char *name, *help, *words; /* words: as for options; the first ones are for all operands */
} tool_operand;

typedef struct tool_page {
    const char *summary;            /* a phrase, without a full stop */
    const char *usage;              /* its operands, and options that stand there in a form of their own */
    const char *description;
    const tool_operand *operands;   /* ended by one without a name; NULL: none that need words */
    const tool_option *options;     /* ended by one without a name; --help and --version are every tool's */
    const char *more;               /* a last paragraph; NULL: none */
} tool_page;

static const tool_page *tool_own_page; /* what tool_parse was given */

enum { TOOL_WIDTH = 78, TOOL_HELP_COLUMN = 24, TOOL_FEW_OPTIONS = 10 };

/* The length of the next word of a usage; what is in brackets is one. */
static size_t tool_usage_word(const char *usage) {
    size_t length = 0;
    int depth = 0;
    for (; usage[length] && (usage[length] != ' ' || depth > 0); length++) {
        depth += usage[length] == '[';
        depth -= usage[length] == ']';
    }
    return length;
}

/* A further word on the line of a usage, or on a new one. */
static void tool_add_word(gem5art__buf *usage, const char *word, size_t length, size_t indent, size_t *column) {
    if (*column > indent && *column + 1 + length > (size_t)TOOL_WIDTH) {
        gem5art__putf(usage, "\n%*s", (int)indent, "");
        *column = indent;
    }
    if (*column > indent) gem5art__puts(usage, " ");
    *column += length + (*column > indent);
    gem5art__put(usage, word, length);
}

/* As Python's argparse lays it out: options, and on a line of their own, unless all fits into one, operands. */
static void tool_put_usage(gem5art__buf *usage, const tool_page *page) {
    const size_t indent = strlen("usage: " TOOL_NAME " ");
    const tool_option *option;
    const char *word = page->usage;
    char text[256];
    size_t column = indent, count = 0;
    while (page->options[count].name) count++;
    gem5art__puts(usage, "usage: " TOOL_NAME " ");
    tool_add_word(usage, "[-h]", 4, indent, &column);
    if (count > TOOL_FEW_OPTIONS) tool_add_word(usage, "[OPTION...]", 11, indent, &column);
    for (option = page->options; option->name && count <= TOOL_FEW_OPTIONS; option++) {
        if (strstr(page->usage, option->name)) continue;
        snprintf(text, sizeof text, option->value_name ? "[%s %s]" : "[%s]",
                 option->letter ? option->letter : option->name, option->value_name);
        tool_add_word(usage, text, strlen(text), indent, &column);
    }
    if (*word && (usage->length > (size_t)TOOL_WIDTH || column + 1 + strlen(word) > (size_t)TOOL_WIDTH)) {
        gem5art__putf(usage, "\n%*s", (int)indent, "");
        column = indent;
    }
    for (; *word; word += tool_usage_word(word), word += *word == ' ')
        tool_add_word(usage, word, tool_usage_word(word), indent, &column);
    gem5art__puts(usage, "\n");
}

/* A paragraph, broken where lines are full; its own line ends stay. */
static void tool_put_paragraph(gem5art__buf *text, const char *words, size_t indent) {
    size_t column = indent;
    while (*words) {
        size_t length = strcspn(words, " \n");
        if (column > indent && column + 1 + length > (size_t)TOOL_WIDTH) {
            gem5art__putf(text, "\n%*s", (int)indent, "");
            column = indent;
        }
        if (column > indent) gem5art__puts(text, " ");
        gem5art__put(text, words, length);
        column += length + (column > indent);
        words += length;
        if (*words == '\n') {
            gem5art__putf(text, "\n%*s", words[1] ? (int)indent : 0, "");
            column = indent;
        }
        words += *words != 0;
    }
    gem5art__puts(text, "\n");
}

static void tool_put_entry(gem5art__buf *text, const char *entry, const char *help) {
    gem5art__putf(text, "  %s", entry);
    if (strlen(entry) + 2 > (size_t)TOOL_HELP_COLUMN - 2) gem5art__putf(text, "\n%*s", TOOL_HELP_COLUMN, "");
    else gem5art__putf(text, "%*s", TOOL_HELP_COLUMN - 2 - (int)strlen(entry), "");
    tool_put_paragraph(text, help, (size_t)TOOL_HELP_COLUMN);
}

static void tool_put_help(gem5art__buf *text, const tool_page *page) {
    const tool_operand *operand = page->operands;
    const tool_option *option;
    char entry[256];
    tool_put_usage(text, page);
    gem5art__puts(text, "\n");
    tool_put_paragraph(text, page->description, 0);
    if (operand && operand->name) gem5art__puts(text, "\npositional arguments:\n");
    for (; operand && operand->name; operand++) tool_put_entry(text, operand->name, operand->help);
    gem5art__puts(text, "\noptions:\n");
    tool_put_entry(text, "-h, --help", "show this help message and exit");
    for (option = page->options; option->name; option++) {
        const char *value = option->value_name ? option->value_name : "", *space = *value ? " " : "";
        if (*option->help == ' ') continue;
        if (option->letter)
            snprintf(entry, sizeof entry, "%s%s%s, %s%s%s", option->letter, space, value, option->name, space, value);
        else snprintf(entry, sizeof entry, "%s%s%s", option->name, space, value);
        tool_put_entry(text, entry, option->help);
    }
    if (!page->more) return;
    gem5art__puts(text, "\n");
    tool_put_paragraph(text, page->more, 0);
}

/* ---- output to stdout: all of it passes here */

static int tool_output_error; /* errno of the first failed write to stdout; 0: none */

static void tool_flush(void) {
    if (fflush(stdout) != 0 && !tool_output_error) tool_output_error = errno;
}

static int tool_end(bool ok);

__attribute__((unused)) static void tool_print(const char *text, size_t length) {
    if (length && fwrite(text, 1, length, stdout) != length && !tool_output_error) tool_output_error = errno;
    if (tool_output_error) exit(tool_end(false));
}

/* ---- messages */

static size_t tool_put_text(gem5art__buf *out, const char *text, size_t columns);

/* Appends one line, in which nothing is left for a terminal to obey: names, and what stands in files, may hold any bytes. */
static void tool_put_line(gem5art__buf *line, const char *format, va_list arguments) {
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art__vputf(&text, format, arguments);
    if (!text.failed) tool_put_text(line, text.data, SIZE_MAX);
    gem5art__puts(line, "\n");
    line->failed |= text.failed;
    gem5art__buf_free(&text);
}

/* Prints one line on stderr. */
static void tool_vsay(const char *kind, const char *format, va_list arguments) {
    gem5art__buf line = {NULL, 0, 0, false};
    tool_put_line(&line, format, arguments);
    tool_flush();
    fprintf(stderr, "%s: %s%s", TOOL_NAME, kind, line.failed ? "out of memory\n" : line.data);
    gem5art__buf_free(&line);
}

__attribute__((format(printf, 2, 3), unused)) static void tool_say(const char *kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tool_vsay(kind, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 2, 3), noreturn, unused)) static void tool_exit(int status, const char *format, ...) {
    gem5art__buf usage = {NULL, 0, 0, false};
    va_list arguments;
    tool_flush();
    if (status == TOOL_MISUSE && tool_own_page) tool_put_usage(&usage, tool_own_page);
    if (usage.data) fputs(usage.data, stderr);
    gem5art__buf_free(&usage);
    va_start(arguments, format);
    tool_vsay("", format, arguments);
    va_end(arguments);
    exit(status == TOOL_FAILED ? TOOL_FAILED_STATUS : status);
}

__attribute__((unused)) static void tool_warn(const char *message, void *user_data) {
    (void)user_data;
    tool_say("warning: ", "%s", message);
}

/* Prints one line on stdout. */
__attribute__((format(printf, 1, 2), unused)) static void tool_line(const char *format, ...) {
    gem5art__buf line = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    tool_put_line(&line, format, arguments);
    va_end(arguments);
    if (line.failed) tool_exit(TOOL_FAILED, "out of memory");
    tool_print(line.data, line.length);
    gem5art__buf_free(&line);
}

/* The places in a store that are damaged: each is said once, the first ones in words. What is intact is shown, and the
   exit status is 1. */
enum { TOOL_DAMAGES = 10 };
static char *tool_damages[TOOL_DAMAGES];
static size_t tool_damage_count; /* as reported: more than places, where the store is read several times */

__attribute__((unused)) static void tool_damaged(const char *message, void *user_data) {
    size_t i;
    (void)user_data;
    tool_damage_count++;
    for (i = 0; i < TOOL_DAMAGES && tool_damages[i]; i++)
        if (strcmp(tool_damages[i], message) == 0) return;
    if (i == TOOL_DAMAGES) return;
    tool_damages[i] = strdup(message);
    tool_warn(message, NULL);
    if (i + 1 == TOOL_DAMAGES) tool_warn("there may be more damage: gem5art-fsck lists all of it", NULL);
}

/* Closes stdout; returns the exit status. Ends the tool where stdout could not be written: in silence where its reader
   has gone, as `head` does. */
static int tool_end(bool ok) {
    tool_flush();
    if (close(STDOUT_FILENO) < 0 && errno != EBADF && !tool_output_error) tool_output_error = errno;
    if (tool_output_error == EPIPE) exit(TOOL_FAILED_STATUS);
    if (tool_output_error) tool_exit(TOOL_FAILED, "cannot write to standard output: %s", strerror(tool_output_error));
    return ok && !tool_damage_count ? TOOL_DONE : TOOL_FAILED_STATUS;
}

/* ---- the nearest word: for who mistyped one */

/* How many letters must be put in, left out, changed or swapped with the next to make one word of the other; letter
   case is nothing. */
static size_t tool_distance(const char *a, const char *b) {
    enum { LONGEST = 40 };
    size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare, i, k, n = strlen(b);
    if (strlen(a) > LONGEST || n > LONGEST) return SIZE_MAX;
    for (k = 0; k <= n; k++) last[k] = k;
    for (i = 1; a[i - 1]; i++) {
        now[0] = i;
        for (k = 1; k <= n; k++) {
            int x = a[i - 1] | 32, y = b[k - 1] | 32;
            now[k] = last[k - 1] + (x != y);
            if (last[k] + 1 < now[k]) now[k] = last[k] + 1;
            if (now[k - 1] + 1 < now[k]) now[k] = now[k - 1] + 1;
            if (i > 1 && k > 1 && x == (b[k - 2] | 32) && y == (a[i - 2] | 32) && before[k - 2] + 1 < now[k])
                now[k] = before[k - 2] + 1;
        }
        spare = before, before = last, last = now, now = spare;
    }
    return last[n];
}

/* The one of `words`, which a NULL ends, that was probably meant; NULL: none is near. */
__attribute__((unused)) static const char *tool_nearest(const char *word, const char *const *words) {
    const char *nearest = NULL;
    size_t least = strlen(word) / 3;
    for (; *words; words++) {
        size_t distance = tool_distance(word, *words);
        if (distance > least || (nearest && distance == least)) continue;
        nearest = *words;
        least = distance;
    }
    return nearest;
}

/* ---- options */

static void tool_print_help(const tool_page *page) {
    gem5art__buf text = {NULL, 0, 0, false};
    tool_put_help(&text, page);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    tool_print(text.data, text.length);
    gem5art__buf_free(&text);
    exit(tool_end(true));
}

/* --print-page: as tools/lib/page.c does. */
static void tool_put_fields(gem5art__buf *out, const char *kind, const char *const *fields) {
    const char *c;
    gem5art__puts(out, kind);
    for (; *fields; fields++) {
        gem5art__puts(out, **fields ? "\t" : "\t-");
        for (c = *fields; *c; c++) {
            if (*c == '\n') gem5art__puts(out, "\\n");
            else if (*c == '\\') gem5art__puts(out, "\\\\");
            else gem5art__put(out, c, 1);
        }
    }
    gem5art__puts(out, "\n");
}

static void tool_print_page(const tool_page *page) {
    gem5art__buf out = {NULL, 0, 0, false}, usage = {NULL, 0, 0, false};
    const char *words[] = {*page->usage ? "FILE" : "", NULL}, *name[] = {TOOL_NAME, page->summary, NULL};
    const char *synopsis[] = {NULL, NULL}, *description[] = {page->description, NULL}, *more[] = {page->more, NULL};
    const char *status[] = {"0 success, 1 failure, 2 misuse", NULL};
    const tool_operand *operand = page->operands;
    const tool_option *o;
    tool_put_usage(&usage, page);
    usage.data[usage.length - 1] = 0;
    synopsis[0] = usage.data + strlen("usage: ");
    tool_put_fields(&out, "name", name);
    tool_put_fields(&out, "usage", synopsis);
    tool_put_fields(&out, "description", description);
    for (; operand && operand->name; operand++) {
        const char *const fields[] = {operand->name, operand->help, NULL};
        tool_put_fields(&out, "operand", fields);
        if (operand->words && words[0] && strcmp(words[0], "FILE") == 0) words[0] = operand->words;
    }
    tool_put_fields(&out, "operands", words);
    for (o = page->options; o->name; o++) {
        const char *const fields[] = {o->name, o->letter ? o->letter : "", o->value_name ? o->value_name : "",
                                      o->words ? o->words : "", o->list ? "many" : "once",
                                      o->help + strspn(o->help, " "), NULL};
        tool_put_fields(&out, "option", fields);
    }
    if (page->more) tool_put_fields(&out, "more", more);
    tool_put_fields(&out, "status", status);
    tool_print(out.data, out.length);
    exit(tool_end(true));
}

/* "-h", "--help" and "--version" are every tool's, and "--print-page", for `make install`. */
static void tool_standard_option(const char *argument) {
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) tool_print_help(tool_own_page);
    if (strcmp(argument, "--version") == 0) {
        tool_line("%s (gem5art.h) %s", TOOL_NAME, gem5art_version());
        exit(tool_end(true));
    }
    if (strcmp(argument, "--print-page") == 0) tool_print_page(tool_own_page);
}

__attribute__((noreturn)) static void tool_unknown_option(const tool_option *options, const char *argument) {
    const char *names[64], *near;
    char word[64];
    size_t count = 0;
    for (; options->name && count < 62; options++) names[count++] = options->name;
    names[count++] = "--version";
    names[count] = NULL;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, "="), argument);
    near = argument[1] == '-' ? tool_nearest(word, names) : NULL;
    if (near) tool_exit(TOOL_MISUSE, "unknown option %s: did you mean %s?", argument, near);
    tool_exit(TOOL_MISUSE, "unknown option %s: see %s --help", argument, TOOL_NAME);
}

static void tool_list_add(tool_list *list, const char *item) {
    const char **items = (const char **)realloc(list->items, (list->count + 2) * sizeof *items);
    if (!items) tool_exit(TOOL_FAILED, "out of memory");
    list->items = items;
    items[list->count++] = item;
    items[list->count] = NULL;
}

/* The option an argument names; *value is what it carries itself ("--limit=3", "-s=x" is "=x"), else NULL. A long name
   may be cut short, as long as it stays unique. */
static const tool_option *tool_find_option(const tool_option *options, const char *argument, const char **value) {
    const tool_option *option, *found = NULL;
    size_t length = strcspn(argument, "=");
    int matches = 0;
    *value = NULL;
    for (option = options; option->name; option++)
        if (option->letter && argument[1] != '-' && strncmp(argument, option->letter, 2) == 0) {
            if (argument[2]) *value = argument + 2;
            return option;
        }
    for (option = options; option->name; option++) {
        if (argument[1] != '-' || strncmp(option->name, argument, length) != 0) continue;
        found = option;
        matches++;
        if (strlen(option->name) == length) {
            matches = 1;
            break;
        }
    }
    if (matches > 1) tool_exit(TOOL_MISUSE, "%s may mean several options: write it out", argument);
    if (found && argument[length]) *value = argument + length + 1;
    return found;
}

/* Sets what the options say and moves the other arguments to the front of argv; returns how many they are. "-" is an
   argument; behind "--" everything is. */
__attribute__((unused)) static int tool_parse(int argc, char **argv, const tool_page *page) {
    const tool_option *options = page->options;
    int i, kept = 0;
    bool all_arguments = false;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its write */
    tool_own_page = page;
    setlocale(LC_CTYPE, "");
    for (i = 1; i < argc; i++) {
        const tool_option *option;
        const char *value;
        if (all_arguments || argv[i][0] != '-' || !argv[i][1]) {
            argv[kept++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            all_arguments = true;
            continue;
        }
        tool_standard_option(argv[i]);
        option = tool_find_option(options, argv[i], &value);
        if (!option) tool_unknown_option(options, argv[i]);
        if (!option->value_name) {
            if (value) tool_exit(TOOL_MISUSE, "%s takes no value: leave \"%s\" out", option->name, value);
            *option->flag = true;
            continue;
        }
        if (!value && i + 1 == argc) tool_exit(TOOL_MISUSE, "%s needs a value behind it", option->name);
        if (!value) value = argv[++i];
        if (option->list) tool_list_add(option->list, value);
        else *option->value = value;
    }
    return kept;
}

/* A whole number of 0 or more. */
__attribute__((unused)) static int64_t tool_count(const char *option, const char *text) {
    int64_t count = 0;
    const char *c;
    if (!*text) tool_exit(TOOL_MISUSE, "%s: a whole number of 0 or more is needed, not \"\"", option);
    for (c = text; *c; c++) {
        if (*c < '0' || *c > '9')
            tool_exit(TOOL_MISUSE, "%s: a whole number of 0 or more is needed, not \"%s\"", option, text);
        if (count > (INT64_MAX - (*c - '0')) / 10)
            tool_exit(TOOL_MISUSE, "%s: %s is too large: at most %lld is allowed", option, text, (long long)INT64_MAX);
        count = count * 10 + (*c - '0');
    }
    return count;
}

/* ---- what people see: widths, colours, times */

/* --color WHEN: always, never, or (auto, NULL) where `out` is a terminal that has colours and NO_COLOR is not set. */
__attribute__((unused)) static bool tool_use_color(const char *when, FILE *out) {
    static const char *const words[] = {"always", "auto", "never", NULL};
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR"), *near;
    if (when && strcmp(when, "always") == 0) return true;
    if (when && strcmp(when, "never") == 0) return false;
    if (when && strcmp(when, "auto") != 0) {
        near = tool_nearest(when, words);
        tool_exit(TOOL_MISUSE, "--color: unknown word \"%s\": did you mean %s?", when,
                  near ? near : "always, auto or never");
    }
    return isatty(fileno(out)) && gem5art__empty(none) && !gem5art__empty(term) && strcmp(term, "dumb") != 0;
}

/* Of the terminal; else $COLUMNS; else 80. */
__attribute__((unused)) static int tool_columns(int fd) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return columns && atoi(columns) > 0 ? atoi(columns) : 80;
}

/* Does the locale have UTF-8? Only then the tools draw with more than ASCII. */
static bool tool_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

/* One column, where a text is cut. */
static const char *tool_ellipsis(void) { return tool_utf8() ? "\xe2\x80\xa6" : "~"; }

/* Ranges of characters that a terminal obeys or that hide the order of others: C1 controls, bidirectional controls, and
   the line and paragraph separators. */
static const uint32_t tool_obeyed[][2] = {{0x80, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
                                          {0x2028, 0x202e}, {0x2066, 0x2069}};

/* Ranges of characters that take no column, and two; from Unicode's lists, as coarse as a table needs. */
static const uint32_t tool_no_columns[][2] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                              {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},
                                              {0x2060, 0x2064}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
                                              {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
static const uint32_t tool_two_columns[][2] = {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},
                                               {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
                                               {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3},
                                               {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                               {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
                                               {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

static bool tool_in(uint32_t code, const uint32_t (*ranges)[2], size_t count) {
    size_t i;
    for (i = 0; i < count; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1]) return true;
    return false;
}

/* The character that `text` begins with. False: it is not UTF-8; one byte. */
static bool tool_decode(const char *text, size_t *bytes, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;
    size_t n = *at < 0x80 ? 1 : *at >= 0xf0 && *at < 0xf5 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc2 ? 2 : 0, i;
    *bytes = 1;
    *code = n > 1 ? *at & (0x7fu >> n) : *at;
    if (n == 0 || *at > 0xf4) return false;
    for (i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80) return false;
        *code = *code << 6 | (at[i] & 0x3f);
    }
    if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000)) return false;
    *bytes = n;
    return true;
}

/* The character that `text` begins with: its bytes and columns. False: what a terminal would obey, or not UTF-8; one
   byte. */
static bool tool_character(const char *text, size_t *bytes, size_t *columns) {
    uint32_t code;
    *columns = 1;
    if (!tool_decode(text, bytes, &code) || code < 0x20 || code == 0x7f ||
        tool_in(code, tool_obeyed, sizeof tool_obeyed / sizeof *tool_obeyed))
        return *bytes = 1, false;
    if (code < 0x300) return true;
    if (tool_in(code, tool_no_columns, sizeof tool_no_columns / sizeof *tool_no_columns)) *columns = 0;
    else if (tool_in(code, tool_two_columns, sizeof tool_two_columns / sizeof *tool_two_columns)) *columns = 2;
    return true;
}

/* A byte that is not shown as it is: \n, \t or \xHH. */
static void tool_put_byte(gem5art__buf *out, char byte) {
    if (byte == '\n') gem5art__puts(out, "\\n");
    else if (byte == '\t') gem5art__puts(out, "\\t");
    else gem5art__putf(out, "\\x%02x", (unsigned)(unsigned char)byte);
}

/* JSON as it is, but for what a terminal would obey inside of strings, which is escaped. Line ends stay. */
__attribute__((unused)) static void tool_put_json(gem5art__buf *out, const char *text, size_t length) {
    size_t i, bytes, columns;
    uint32_t code;
    for (i = 0; i < length; i += bytes) {
        if (tool_character(text + i, &bytes, &columns) || text[i] == '\n') gem5art__put(out, text + i, bytes);
        else if (tool_decode(text + i, &bytes, &code)) gem5art__putf(out, "\\u%04x", (unsigned)code);
        else gem5art__putf(out, "\\udc%02x", (unsigned)(unsigned char)text[i]);
    }
}

/* JSON of a writer, and a line end. */
__attribute__((unused)) static void tool_print_json(gem5art_json_writer *writer) {
    gem5art__buf out = {NULL, 0, 0, false};
    gem5art_error error;
    size_t length;
    const char *text = gem5art_json_take(writer, &length, &error);
    if (!text) tool_exit(TOOL_FAILED, "%s", error.message);
    tool_put_json(&out, text, length);
    gem5art__puts(&out, "\n");
    if (out.failed) tool_exit(TOOL_FAILED, "out of memory");
    tool_print(out.data, out.length);
    gem5art__buf_free(&out);
}

/* As much of a text as fits into so many columns, with an ellipsis where it is cut. What a terminal would obey, and
   bytes that are no UTF-8, come as \n, \t and \xHH. SIZE_MAX: all of it. Returns the columns that it takes. */
__attribute__((unused)) static size_t tool_put_text(gem5art__buf *out, const char *text, size_t columns) {
    size_t used = 0, fits = out->length, fits_columns = 0;
    while (*text) {
        size_t bytes, width, before = out->length;
        if (tool_character(text, &bytes, &width)) gem5art__put(out, text, bytes);
        else {
            tool_put_byte(out, *text);
            width = out->length - before;
        }
        if (used + width > columns) { /* back to what leaves room for the ellipsis */
            out->length = fits;
            if (columns) gem5art__puts(out, tool_ellipsis());
            return fits_columns + (columns > 0);
        }
        used += width;
        text += bytes;
        if (used < columns) fits = out->length, fits_columns = used;
    }
    return used;
}

/* The columns that all of it takes. */
__attribute__((unused)) static size_t tool_width(const char *text) {
    gem5art__buf shown = {NULL, 0, 0, false};
    size_t width = tool_put_text(&shown, text, SIZE_MAX);
    gem5art__buf_free(&shown);
    return width;
}

/* A word in quotes, byte for byte. */
static void tool_put_quoted(gem5art__buf *out, const char *word) {
    const char *quote;
    for (gem5art__puts(out, "'"); (quote = strchr(word, '\'')) != NULL; word = quote + 1) {
        gem5art__put(out, word, (size_t)(quote - word));
        gem5art__puts(out, "'\\''");
    }
    gem5art__putf(out, "%s'", word);
}

/* Would a terminal show the text as it is, in one line? */
static bool tool_is_shown(const char *text) {
    size_t bytes, columns;
    while (*text && tool_character(text, &bytes, &columns)) text += bytes;
    return !*text;
}

/* A word that must be written with escapes, as every POSIX shell reads it: "$(printf 'a\033b')". That drops line ends
   at the end; they follow as $'\n', which older shells do not know. */
static void tool_put_escaped(gem5art__buf *out, const char *word) {
    size_t length = strlen(word), i, bytes, columns;
    while (length && word[length - 1] == '\n') length--;
    gem5art__puts(out, length ? "\"$(printf '" : "");
    for (i = 0; i < length; i += bytes) {
        const char *c = word + i;
        bool shown = tool_character(c, &bytes, &columns) && *c != '\'' && (*c != '-' || i > 0);
        if (*c == '\n') gem5art__puts(out, "\\n");
        else if (*c == '\t') gem5art__puts(out, "\\t");
        else if (!shown) gem5art__putf(out, "\\%03o", (unsigned)(unsigned char)*c);
        else gem5art__putf(out, "%s%.*s", *c == '\\' ? "\\" : *c == '%' ? "%" : "", (int)bytes, c);
    }
    gem5art__puts(out, length ? "')\"" : "");
    if (!word[length]) return;
    gem5art__puts(out, "$'");
    for (; word[length]; length++) gem5art__puts(out, "\\n");
    gem5art__puts(out, "'");
}

/* A word as a shell reads it back, for command lines that are pasted: one line, without what a terminal would obey.
   What could be an assignment is quoted. */
__attribute__((unused)) static void tool_put_shell_word(gem5art__buf *out, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,+@%-=";
    if (!tool_is_shown(word)) tool_put_escaped(out, word);
    else if (*word && !word[strspn(word, plain)] && (*word == '-' || !strchr(word, '='))) gem5art__puts(out, word);
    else tool_put_quoted(out, word);
}

/* "2026-11-27 03:28", local time. */
__attribute__((unused)) static void tool_put_time(gem5art__buf *out, double unix_time) {
    char text[32] = "";
    time_t seconds = (time_t)unix_time;
    struct tm local;
    if (unix_time > 0 && localtime_r(&seconds, &local)) strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
    gem5art__puts(out, text);
}

static void tool_put_digits(gem5art__buf *out, int64_t number, int least) {
    char digits[24], *first = digits + sizeof digits;
    for (; number > 0 || least > 0; number /= 10, least--) *--first = (char)('0' + number % 10);
    gem5art__put(out, first, (size_t)(digits + sizeof digits - first));
}

/* "4.2 s", "1:02" (minutes), "1:02:03", "3d 01:02". Not by printf: some lists have a hundred thousand. */
__attribute__((unused)) static void tool_put_duration(gem5art__buf *out, double seconds) {
    int64_t whole = seconds > 0 && seconds < 1e15 ? (int64_t)seconds : 0, days = whole / 86400;
    if (whole < 60) {
        gem5art__putf(out, "%.1f s", seconds > 0 ? seconds : 0);
        return;
    }
    tool_put_digits(out, days ? days : whole < 3600 ? whole / 60 : whole / 3600, 1);
    if (days) gem5art__puts(out, "d ");
    if (days) tool_put_digits(out, whole / 3600 % 24, 2);
    gem5art__puts(out, ":");
    if (whole >= 3600) tool_put_digits(out, whole / 60 % 60, 2);
    if (whole >= 3600 && !days) gem5art__puts(out, ":");
    if (!days) tool_put_digits(out, whole % 60, 2);
}

/* "90", "30m", "24h", "2d", "1.5w": seconds. Negative: it is no duration. */
__attribute__((unused)) static double tool_duration(const char *text) {
    static const struct unit {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    char *end;
    double number = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
    size_t i;
    for (i = 0; number >= 0 && i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0) return number * units[i].seconds < 1e15 ? number * units[i].seconds : -1;
    return -1;
}

__attribute__((unused)) static int tool_days(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* "2026-11-01" or "2026-11-01 12:30", which must be in the calendar. */
static bool tool_read_date(const char *text, struct tm *t) {
    char rest;
    memset(t, 0, sizeof *t);
    if (text[strspn(text, "0123456789-: T")] ||
        (sscanf(text, "%4d-%2d-%2d%c", &t->tm_year, &t->tm_mon, &t->tm_mday, &rest) != 3 &&
         sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d%c", &t->tm_year, &t->tm_mon, &t->tm_mday, &t->tm_hour, &t->tm_min,
                &rest) != 5))
        return false;
    return t->tm_year >= 1900 && t->tm_mon >= 1 && t->tm_mon <= 12 && t->tm_mday >= 1 &&
           t->tm_mday <= tool_days(t->tm_year, t->tm_mon) && t->tm_hour >= 0 && t->tm_hour <= 23 && t->tm_min >= 0 &&
           t->tm_min <= 59;
}

/* "2d" (ago), "2026-11-01" or "2026-11-01 12:30", local time: a Unix time. */
__attribute__((unused)) static double tool_since(const char *option, const char *text) {
    double ago = tool_duration(text);
    struct tm t;
    if (ago >= 0 && strlen(text) > 1) return gem5art__now() - ago;
    if (!tool_read_date(text, &t))
        tool_exit(TOOL_MISUSE, "%s: \"%s\" is not a time: give 30m, 3h, 2d, 2026-11-01 or \"2026-11-01 12:30\"",
                  option, text);
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    t.tm_isdst = -1;
    return (double)mktime(&t);
}

/* ---- store */

__attribute__((unused)) static gem5art_db *tool_open(const char *uri, bool read_only) {
    gem5art_open_desc desc;
    gem5art_error error;
    gem5art_db *db;
    memset(&desc, 0, sizeof desc);
    desc.read_only = read_only;
    desc.log = tool_warn;
    if (read_only) desc.damaged = tool_damaged;
    db = gem5art_open(uri, &desc, &error);
    if (!db) tool_exit(error.code == GEM5ART_UNSUPPORTED ? TOOL_MISUSE : TOOL_FAILED, "%s", error.message);
    return db;
}

/* ---- the next row, or NULL */

static GEM5ART__MAYBE_UNUSED const gem5art_run *tool_next_run(gem5art_iter *iter, gem5art_error *error) {
    const gem5art_run *run;
    gem5art_step step = gem5art_next_run(iter, &run, error);
    return step == GEM5ART_ROW ? run : NULL;
}

static GEM5ART__MAYBE_UNUSED const gem5art_artifact *tool_next_artifact(gem5art_iter *iter, gem5art_error *error) {
    const gem5art_artifact *artifact;
    gem5art_step step = gem5art_next_artifact(iter, &artifact, error);
    return step == GEM5ART_ROW ? artifact : NULL;
}

static GEM5ART__MAYBE_UNUSED const char *tool_next_json(gem5art_iter *iter, size_t *length, gem5art_error *error) {
    const char *text;
    gem5art_step step = gem5art_next_json(iter, &text, length, error);
    return step == GEM5ART_ROW ? text : NULL;
}

/* ---- a spool: lines of records that wait in an unlinked temporary file, until all of them are known to be good */

typedef struct tool_spool {
    FILE *file;
    char *data; /* NULL until tool_spool_map; may be changed in place */
    size_t length;
} tool_spool;

__attribute__((noreturn)) static void tool_spool_failed(const char *folder) {
    tool_exit(TOOL_FAILED, "cannot write a temporary file in %s: %s; $TMPDIR can name another folder", folder,
              strerror(errno));
}

static const char *tool_spool_folder(void) {
    const char *folder = getenv("TMPDIR");
    return gem5art__empty(folder) ? "/tmp" : folder;
}

__attribute__((unused)) static tool_spool tool_spool_create(void) {
    tool_spool spool = {NULL, NULL, 0};
    gem5art__buf name = {NULL, 0, 0, false};
    int fd;
    gem5art__putf(&name, "%s/gem5art-XXXXXX", tool_spool_folder());
    if (name.failed) tool_exit(TOOL_FAILED, "out of memory");
    fd = mkstemp(name.data);
    if (fd < 0 || unlink(name.data) < 0 || (spool.file = fdopen(fd, "w+")) == NULL)
        tool_spool_failed(tool_spool_folder());
    gem5art__buf_free(&name);
    return spool;
}

/* Adds a line, ",\n" included. */
__attribute__((unused)) static void tool_spool_add(tool_spool *spool, const char *line, size_t length) {
    if (length > SIZE_MAX - 2 - spool->length)
        tool_exit(TOOL_FAILED, "the records are too many for this system's memory");
    if (fwrite(line, 1, length, spool->file) != length || fputs(",\n", spool->file) < 0)
        tool_spool_failed(tool_spool_folder());
    spool->length += length + 2;
}

/* Makes all that was added readable, and no more can be added. */
__attribute__((unused)) static void tool_spool_map(tool_spool *spool) {
    void *data;
    if (fflush(spool->file) != 0) tool_spool_failed(tool_spool_folder());
    if (spool->length == 0) return;
    data = mmap(NULL, spool->length, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(spool->file), 0);
    if (data == MAP_FAILED)
        tool_exit(TOOL_FAILED, "cannot map a temporary file of %zu bytes: %s", spool->length, strerror(errno));
    spool->data = (char *)data;
}

__attribute__((unused)) static void tool_spool_free(tool_spool *spool) {
    if (spool->data) munmap(spool->data, spool->length);
    fclose(spool->file);
}

/* ---- output: to a file whole or not at all, to stdout ("-") as it comes */

typedef struct tool_output {
    FILE *file;
    char *name, *temporary; /* temporary: NULL where it is written in place (stdout, a device, a pipe) */
} tool_output;

/* It must not take the place of the store `db` that it is made of. */
__attribute__((unused)) static tool_output tool_create(const char *name, const gem5art_db *db) {
    tool_output output;
    gem5art__buf temporary = {NULL, 0, 0, false};
    gem5art_error error;
    struct stat st, store;
    bool there;
    int fd;
    memset(&output, 0, sizeof output);
    if (strcmp(name, "-") == 0) {
        output.file = stdout;
        if (!isatty(STDOUT_FILENO)) setvbuf(stdout, NULL, _IOFBF, TOOL_BUFFER);
        return output;
    }
    if (!*name) tool_exit(TOOL_MISUSE, "the output file has no name: give one, or - for stdout");
    there = stat(name, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        tool_exit(TOOL_FAILED, "cannot write %s: it is a folder; name a file, or - for stdout", name);
    if (there && stat(db->path, &store) == 0 && st.st_dev == store.st_dev && st.st_ino == store.st_ino)
        tool_exit(TOOL_FAILED, "%s is the store itself: name another file", name);
    output.name = there ? realpath(name, NULL) : NULL; /* a symlink stays one */
    if (!output.name) output.name = strdup(name);
    if (there && !S_ISREG(st.st_mode)) {
        output.file = fopen(name, "w");
        if (!output.file) tool_exit(TOOL_FAILED, "cannot write %s: %s", name, strerror(errno));
        return output;
    }
    if (!output.name) tool_exit(TOOL_FAILED, "cannot write %s: out of memory", name);
    if (!gem5art__temporary_name(&temporary, output.name, &error)) tool_exit(TOOL_FAILED, "%s", error.message);
    output.temporary = temporary.data;
    fd = open(output.temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || (there && fchmod(fd, st.st_mode & 07777) < 0) || (output.file = fdopen(fd, "w")) == NULL)
        tool_exit(TOOL_FAILED, "cannot write %s: %s", name, strerror(errno));
    setvbuf(output.file, NULL, _IOFBF, TOOL_BUFFER);
    return output;
}

/* Leaves no half-written file behind. */
__attribute__((unused)) static void tool_abandon(tool_output *output) {
    if (output->temporary) unlink(output->temporary);
}

__attribute__((noreturn)) static void tool_output_failed(tool_output *output) {
    int error = errno;
    tool_abandon(output);
    tool_exit(TOOL_FAILED, "cannot write %s: %s", output->name, strerror(error));
}

__attribute__((unused)) static void tool_write(tool_output *output, const char *text, size_t length) {
    if (output->file == stdout) tool_print(text, length);
    else if (fwrite(text, 1, length, output->file) != length) tool_output_failed(output);
}

__attribute__((unused)) static void tool_finish(tool_output *output) {
    if (!output->name) return; /* stdout: tool_end looks after it */
    if (fflush(output->file) != 0 || (output->temporary && fsync(fileno(output->file)) < 0) ||
        fclose(output->file) != 0 || (output->temporary && rename(output->temporary, output->name) < 0))
        tool_output_failed(output);
    free(output->name);
    free(output->temporary);
}

#endif
