/* page.c - see page.h */

#include "page.h"

#include <string.h>

enum { PAGE_WIDTH = 78, PAGE_HELP_COLUMN = 24, PAGE_FEW_OPTIONS = 10 };

/* The length of the next word of a usage; what is in brackets is one. */
static size_t page_usage_word(const char *usage) {
    size_t length = 0;
    int depth = 0;
    for (; usage[length] && (usage[length] != ' ' || depth > 0); length++) {
        depth += usage[length] == '[';
        depth -= usage[length] == ']';
    }
    return length;
}

/* A further word on the line, or on a new one. */
static void page_add_word(text *out, const char *word, size_t length, size_t indent, size_t *column) {
    if (*column > indent && *column + 1 + length > (size_t)PAGE_WIDTH) {
        text_putf(out, "\n%*s", (int)indent, "");
        *column = indent;
    }
    if (*column > indent) text_puts(out, " ");
    *column += length + (*column > indent);
    text_put(out, word, length);
}

/* As Python's argparse lays it out: options and, on a line of their own unless all fits into one, operands. */
void page_put_usage(text *out, const page *p) {
    const size_t indent = strlen("usage: ") + strlen(tool_name) + 1;
    const option *o;
    const char *word = p->usage;
    size_t column = indent, count = 0, start = out->length;
    while (p->options[count].name) count++;
    text_putf(out, "usage: %s ", tool_name);
    page_add_word(out, "[-h]", 4, indent, &column);
    if (count > PAGE_FEW_OPTIONS) page_add_word(out, "[OPTION...]", 11, indent, &column);
    for (o = p->options; o->name && count <= PAGE_FEW_OPTIONS; o++) {
        text entry = {NULL, 0, 0};
        if (strstr(p->usage, o->name)) continue;
        text_putf(&entry, "[%s%s%s]", o->letter ? o->letter : o->name, o->value_name ? " " : "",
                  o->value_name ? o->value_name : "");
        page_add_word(out, entry.data, entry.length, indent, &column);
        text_free(&entry);
    }
    if (*word && (out->length - start > (size_t)PAGE_WIDTH || column + 1 + strlen(word) > (size_t)PAGE_WIDTH)) {
        text_putf(out, "\n%*s", (int)indent, "");
        column = indent;
    }
    for (; *word; word += page_usage_word(word), word += *word == ' ')
        page_add_word(out, word, page_usage_word(word), indent, &column);
    text_puts(out, "\n");
}

/* A paragraph, broken where lines are full; its own line ends stay. */
static void page_put_paragraph(text *out, const char *words, size_t indent) {
    size_t column = indent;
    while (*words) {
        size_t length = strcspn(words, " \n");
        page_add_word(out, words, length, indent, &column);
        words += length;
        if (*words == '\n') {
            text_putf(out, "\n%*s", words[1] ? (int)indent : 0, "");
            column = indent;
        }
        words += *words != 0;
    }
    text_puts(out, "\n");
}

static void page_put_entry(text *out, const char *entry, const char *help) {
    text_putf(out, "  %s", entry);
    if (strlen(entry) + 2 > (size_t)PAGE_HELP_COLUMN - 2) text_putf(out, "\n%*s", PAGE_HELP_COLUMN, "");
    else text_putf(out, "%*s", PAGE_HELP_COLUMN - 2 - (int)strlen(entry), "");
    page_put_paragraph(out, help, (size_t)PAGE_HELP_COLUMN);
}

void page_put_help(text *out, const page *p) {
    const operand *operands = p->operands;
    const option *o;
    page_put_usage(out, p);
    text_puts(out, "\n");
    page_put_paragraph(out, p->description, 0);
    if (operands && operands->name) text_puts(out, "\npositional arguments:\n");
    for (; operands && operands->name; operands++) page_put_entry(out, operands->name, operands->help);
    text_puts(out, "\noptions:\n");
    page_put_entry(out, "-h, --help", "show this help message and exit");
    for (o = p->options; o->name; o++) {
        const char *value = o->value_name ? o->value_name : "", *space = *value ? " " : "";
        text entry = {NULL, 0, 0};
        if (*o->help == ' ') continue;
        if (o->letter) text_putf(&entry, "%s%s%s, ", o->letter, space, value);
        text_putf(&entry, "%s%s%s", o->name, space, value);
        page_put_entry(out, entry.data, o->help);
        text_free(&entry);
    }
    if (!p->more) return;
    text_puts(out, "\n");
    page_put_paragraph(out, p->more, 0);
}

/* ---- for other programs */

/* Appends a line: its kind, then the fields up to a NULL. */
static void page_put_line(text *out, const char *kind, const char *const *fields) {
    const char *c;
    text_puts(out, kind);
    for (; *fields; fields++) {
        text_puts(out, **fields ? "\t" : "\t-");
        for (c = *fields; *c; c++) {
            if (*c == '\n') text_puts(out, "\\n");
            else if (*c == '\\') text_puts(out, "\\\\");
            else text_put(out, c, 1);
        }
    }
    text_puts(out, "\n");
}

static const char *page_given(const char *string) { return string ? string : ""; }

/* What may be offered for operands. */
static const char *page_operand_words(const page *p) {
    const operand *operands = p->operands;
    for (; operands && operands->name; operands++)
        if (operands->words) return operands->words;
    return *p->usage ? "FILE" : "";
}

void page_put_fields(text *out, const page *p) {
    const char *status = p->status ? p->status : "0 success, 1 failure, 2 misuse";
    const char *const words[] = {page_operand_words(p), NULL};
    const char *name[] = {tool_name, p->summary, NULL}, *usage[] = {NULL, NULL};
    const char *description[] = {p->description, NULL};
    const char *more[] = {p->more, NULL}, *statuses[] = {status, NULL};
    const operand *operands = p->operands;
    const option *o;
    text synopsis = {NULL, 0, 0};
    page_put_usage(&synopsis, p);
    text_cut(&synopsis, synopsis.length - 1);
    usage[0] = synopsis.data + strlen("usage: ");
    page_put_line(out, "name", name);
    page_put_line(out, "usage", usage);
    page_put_line(out, "description", description);
    for (; operands && operands->name; operands++) {
        const char *const fields[] = {operands->name, operands->help, NULL};
        page_put_line(out, "operand", fields);
    }
    page_put_line(out, "operands", words);
    for (o = p->options; o->name; o++) {
        const char *const fields[] = {o->name, page_given(o->letter), page_given(o->value_name), page_given(o->words),
                                      o->list ? "many" : "once", o->help + strspn(o->help, " "), NULL};
        page_put_line(out, "option", fields);
    }
    if (p->more) page_put_line(out, "more", more);
    page_put_line(out, "status", statuses);
    text_free(&synopsis);
}
