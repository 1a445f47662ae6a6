/* options.c - see options.h */

#include "options.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "message.h"
#include "terminal.h"

__attribute__((noreturn)) static void options_print(text *out) {
    print(out->data, out->length);
    text_free(out);
    exit(finish(true));
}

/* "-h", "--help" and "--version" are every tool's, and "--print-page", for `make install` and completions. */
static void options_standard(const char *argument, const page *p) {
    text out = {NULL, 0, 0};
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) page_put_help(&out, p, terminal_columns(STDOUT_FILENO));
    if (strcmp(argument, "--version") == 0) text_putf(&out, "%s (gem5art.h) %s\n", tool_name, gem5art_version());
    if (strcmp(argument, "--print-page") == 0) page_put_fields(&out, p);
    if (out.length) options_print(&out);
}

__attribute__((noreturn)) static void options_unknown(const page *p, const char *argument) {
    const option *o;
    text_list names = {NULL, 0};
    char *word = text_copy_n(argument, strcspn(argument, "=")), *long_word;
    const char *near, *const *old;
    for (old = p->old; old && *old; old += 2)
        if (strcmp(word, *old) == 0) die(EXIT_MISUSE, "the option %s has a new name: give %s", word, old[1]);
    for (o = p->options; o->name; o++) text_list_add(&names, o->name);
    text_list_add(&names, "--help");
    text_list_add(&names, "--version");
    long_word = text_printf("%s%s", argument[1] == '-' ? "" : "-", word); /* "-limit" may be meant to be --limit */
    near = argument[2] ? nearest_word(long_word, names.items) : NULL;
    if (near) die(EXIT_MISUSE, "unknown option %s: did you mean %s?", argument, near);
    die(EXIT_MISUSE, "unknown option %s: see %s --help", argument, tool_name);
}

/* The option of a letter; NULL: there is none. */
static const option *options_letter(const option *options, char letter) {
    for (; options->name; options++)
        if (options->letter && options->letter[1] == letter) return options;
    return NULL;
}

/* The option of a long name, which can be abbreviated as long as it stays unique. */
static const option *options_long(const option *options, const char *argument, size_t length) {
    const option *o, *found = NULL;
    for (o = options; o->name; o++) {
        if (strncmp(o->name, argument, length) != 0) continue;
        if (strlen(o->name) == length) return o;
        if (found)
            die(EXIT_MISUSE, "%s may mean %s or %s: write more of it", argument, found->name, o->name);
        found = o;
    }
    return found;
}

/* Sets an option; `value` is what its argument carries itself, else NULL: then it takes the next argument. */
static void options_store(const option *o, const char *value, int argc, char **argv, int *i) {
    if (!value && *i + 1 == argc) die(EXIT_MISUSE, "%s needs a value after it", o->name);
    if (!value) value = argv[++*i];
    if (o->list) text_list_add(o->list, value);
    else *o->value = value;
}

/* Sets what "-nq" names: several letters without values, or one with the value after it. */
static void options_set_letters(const page *p, int argc, char **argv, int *i) {
    const char *argument = argv[*i], *letter;
    const option *o;
    for (letter = argument + 1; *letter; letter++) {
        if ((o = options_letter(p->options, *letter)) == NULL) options_unknown(p, argument);
        if (o->value_name) {
            options_store(o, letter[1] ? letter + 1 : NULL, argc, argv, i);
            return;
        }
        *o->flag = true;
    }
}

/* Sets what argv[*i] names; *i moves on to a value that follows it. */
static void options_set(const page *p, int argc, char **argv, int *i) {
    const char *argument = argv[*i];
    size_t length = strcspn(argument, "=");
    const option *o;
    if (argument[1] != '-') {
        options_set_letters(p, argc, argv, i);
        return;
    }
    if ((o = options_long(p->options, argument, length)) == NULL) options_unknown(p, argument);
    if (o->value_name) options_store(o, argument[length] ? argument + length + 1 : NULL, argc, argv, i);
    else if (argument[length]) die(EXIT_MISUSE, "%s takes no value: leave \"%s\" out", o->name, argument + length + 1);
    else *o->flag = true;
}

int options_parse(int argc, char **argv, const page *p) {
    text usage = {NULL, 0, 0};
    int i, kept = 0;
    bool all_operands = false;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its write */
    setlocale(LC_CTYPE, "");
    page_put_usage(&usage, p, terminal_columns(STDERR_FILENO));
    message_usage = usage.data; /* as long as the tool runs */
    for (i = 1; i < argc; i++) {
        if (all_operands || argv[i][0] != '-' || !argv[i][1]) argv[kept++] = argv[i];
        else if (strcmp(argv[i], "--") == 0) all_operands = true;
        else {
            options_standard(argv[i], p);
            options_set(p, argc, argv, &i);
        }
    }
    return kept;
}

int64_t options_count(const char *option_name, const char *value) {
    int64_t count = 0;
    const char *c;
    if (!*value || value[strspn(value, "0123456789")])
        die(EXIT_MISUSE, "%s: a whole number of 0 or more is needed, not \"%s\"", option_name, value);
    for (c = value; *c; c++) {
        if (count > (INT64_MAX - (*c - '0')) / 10)
            die(EXIT_MISUSE, "%s: %s is too large: at most %lld is allowed", option_name, value, (long long)INT64_MAX);
        count = count * 10 + (*c - '0');
    }
    return count;
}

size_t options_word(const char *what, const char *word, const char *const *words) {
    const char *near = nearest_word(word, words);
    text all = {NULL, 0, 0};
    size_t i;
    for (i = 0; words[i]; i++)
        if (strcasecmp(words[i], word) == 0) return i;
    if (near) die(EXIT_MISUSE, "%s \"%s\": did you mean %s?", what, word, near);
    for (i = 0; words[i]; i++) text_putf(&all, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    die(EXIT_MISUSE, "%s \"%s\": give %s", what, word, text_string(&all));
}

size_t options_beginning(const char *what, const char *word, const char *const *words) {
    size_t length = strlen(word), found = SIZE_MAX, i;
    for (i = 0; length && words[i]; i++) {
        if (strncasecmp(words[i], word, length) != 0) continue;
        if (found != SIZE_MAX && !text_starts(words[i], words[found]))
            die(EXIT_MISUSE, "%s \"%s\": it may mean %s or %s; write more of it", what, word, words[found], words[i]);
        if (found == SIZE_MAX) found = i;
    }
    return found != SIZE_MAX ? found : options_word(what, word, words);
}

bool options_color(const char *when, FILE *out) {
    static const char *const words[] = {"always", "auto", "never", NULL};
    const char *term = getenv("TERM");
    size_t chosen = when ? options_word("--color: unknown word", when, words) : 1;
    if (chosen != 1) return chosen == 0;
    return isatty(fileno(out)) && text_empty(getenv("NO_COLOR")) && !text_empty(term) && strcmp(term, "dumb") != 0;
}
