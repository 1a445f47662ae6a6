/* options.c - fuzzes the command line: an input is the arguments, one a line, of a tool that has an option of each kind.
   What is read is written in full and read again unchanged; no message has a byte that a terminal would obey. */
#include "arguments.h"

#include "lib.h"

const char *tool_name = "options";

static char *said[2]; /* stdout, stderr */

typedef struct settings {
    const char *limit, *status, *format;
    text_list names;
    bool quiet, numbers;
} settings;

static settings given;

static const option options[] = {
    {"--limit", "-l", "LIMIT", "Take at most LIMIT", &given.limit, NULL, NULL, NULL},
    {"--status", "-s", "STATUS", "Take only STATUS", &given.status, NULL, NULL, NULL},
    {"--format", NULL, "FORMAT", "Write FORMAT", &given.format, NULL, NULL, "csv latex json"},
    {"--name", "-n", "NAME", "Take NAME too", NULL, &given.names, NULL, NULL},
    {"--quiet", "-q", NULL, "Print nothing", NULL, NULL, &given.quiet, NULL},
    {"--numbers", NULL, NULL, "Print numbers", NULL, NULL, &given.numbers, NULL},
    OPTION_END,
};
static const operand operands[] = {{"FILE", "Read FILE", "FILE"}, {NULL, NULL, NULL}};
static const char *const old_names[] = {"--max", "--limit", NULL};
static const page tool_page = {"Read a command line", "[FILE...]", "It prints what it reads.", operands, options, NULL,
                               NULL, old_names, false};

/* The same command line in full, one argument after the other. */
static void put_settings(text_list *arguments, int operand_count, char **operand_list) {
    size_t n;
    int i;
    text_list_add(arguments, tool_name);
    if (given.limit) text_list_add(arguments, "--limit"), text_list_add(arguments, given.limit);
    if (given.status) text_list_add(arguments, text_printf("--status=%s", given.status));
    if (given.format) text_list_add(arguments, text_printf("--format=%s", given.format));
    for (n = 0; n < given.names.count; n++)
        text_list_add(arguments, "-n"), text_list_add(arguments, given.names.items[n]);
    if (given.quiet) text_list_add(arguments, "-q");
    if (given.numbers) text_list_add(arguments, "--numbers");
    text_list_add(arguments, "--");
    for (i = 0; i < operand_count; i++) text_list_add(arguments, operand_list[i]);
}

static bool same_lists(const text_list *a, const text_list *b) {
    size_t i;
    for (i = 0; i < a->count && i < b->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0) return false;
    return a->count == b->count;
}

static void check_read_again(int count, char **argv) {
    text_list first = {NULL, 0}, second = {NULL, 0};
    char **copy;
    put_settings(&first, count, argv);
    copy = (char **)tool_calloc(first.count + 1, sizeof *copy);
    memcpy(copy, first.items, first.count * sizeof *copy);
    memset(&given, 0, sizeof given);
    count = options_parse((int)first.count, copy, &tool_page);
    put_settings(&second, count, copy);
    REQUIRE(same_lists(&first, &second), "it is read differently the second time");
}

int main(int argc, char **argv) {
    static const char *const states[] = {"Finished", "Failed", "Failed artifact check", "Running", NULL};
    static const char *const formats[] = {"csv", "latex", "json", NULL};
    int count;
    memset(&given, 0, sizeof given);
    count = options_parse(argc, argv, &tool_page);
    REQUIRE(count >= 0 && count < argc, "%d operands of %d arguments", count, argc);
    check_read_again(count, argv);
    if (given.limit) {
        int64_t limit = options_count("--limit", given.limit);
        REQUIRE(limit >= 0 && limit == strtoll(given.limit, NULL, 10), "\"%s\" is not %lld", given.limit, (long long)limit);
    }
    if (given.status) {
        size_t i = options_beginning("--status", given.status, states);
        REQUIRE(i < 4 && strncasecmp(states[i], given.status, strlen(given.status)) == 0, "%s: %zu", given.status, i);
    }
    if (given.format) REQUIRE(options_word("--format", given.format, formats) < 3, "%s is no format", given.format);
    return 0;
}

static void check_tool(int status, size_t records, const char *printed, int argc, char **argv) {
    const char *byte;
    (void)argc, (void)argv;
    REQUIRE(records == 4, "the store was changed");
    REQUIRE(status == 0 || status == 2, "status %d: %s", status, said[1]);
    REQUIRE(status == 2 || !*said[1], "a message without a misuse: %s", said[1]);
    REQUIRE(status == 0 || !*printed, "a misuse prints: %s", printed);
    for (byte = said[1]; *byte; byte++)
        REQUIRE((unsigned char)*byte >= ' ' ? *byte != 0x7f : *byte == '\n', "a message has byte %d", *byte);
}

#include "arguments_end.h"
