/* page.c - see page.h */

#include "page.h"

#include <string.h>

enum { PAGE_MOST = 80, PAGE_MARGIN = 2, PAGE_HELP_COLUMN = 24, PAGE_HELP_LEAST = 20, PAGE_FEW_OPTIONS = 10 };

static size_t page_width(int columns) {
    return (size_t)(columns > PAGE_MOST ? PAGE_MOST : columns < PAGE_HELP_LEAST ? PAGE_HELP_LEAST : columns) - PAGE_MARGIN;
}

/* The length of the first word; what is in brackets is one. */
static size_t page_word(const char *words) {
    size_t length = 0;
    int depth = 0;
    for (; words[length] && words[length] != '\n' && (words[length] != ' ' || depth > 0); length++) {
        depth += words[length] == '[';
        depth -= words[length] == ']';
    }
    return length;
}

/* Appends words from a column on, in lines that are indented; line ends in them stay. Returns the column after them. */
static size_t page_wrap(text *out, const char *words, size_t width, size_t indent, size_t column) {
    while (*words) {
        size_t length = page_word(words);
        if (column > indent && column + 1 + length > width) {
            text_putf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        text_putf(out, "%s%.*s", column > indent ? " " : "", (int)length, words);
        column += length + (column > indent);
        words += length;
        if (*words == '\n') {
            text_putf(out, "\n%*s", words[1] ? (int)indent : 0, "");
            column = indent;
        }
        words += *words != 0;
    }
    return column;
}

/* As Python's argparse lays it out: options and, on a line of their own unless all fits into one, operands. */
void page_put_usage(text *out, const page *p, int columns) {
    const size_t width = page_width(columns), own = strlen("usage: ") + strlen(tool_name) + 1;
    const size_t indent = own * 4 > width * 3 ? strlen("usage: ") : own;
    const option *o;
    size_t column = own, count = 0, start = out->length;
    text words = {NULL, 0, 0};
    while (p->options[count].name) count++;
    text_putf(out, "usage: %s ", tool_name);
    text_puts(&words, count > PAGE_FEW_OPTIONS ? "[-h] [OPTION...]" : "[-h]");
    for (o = p->options; o->name && count <= PAGE_FEW_OPTIONS; o++)
        if (!strstr(p->usage, o->name))
            text_putf(&words, " [%s%s%s]", o->letter ? o->letter : o->name, o->value_name ? " " : "",
                      o->value_name ? o->value_name : "");
    if (indent < own) {
        text_cut(out, out->length - 1);
        text_putf(out, "\n%*s", (int)indent, "");
        column = indent;
    }
    column = page_wrap(out, words.data, width, indent, column);
    if (out->length - start > width || column + 1 + strlen(p->usage) > width) {
        if (*p->usage) text_putf(out, "\n%*s", (int)indent, "");
        column = indent;
    }
    page_wrap(out, p->usage, width, indent, column);
    text_puts(out, "\n");
    text_free(&words);
}

static void page_put_entry(text *out, const char *entry, const char *help, size_t width) {
    size_t column = width < PAGE_HELP_COLUMN + PAGE_HELP_LEAST ? 4 : PAGE_HELP_COLUMN;
    text_putf(out, "  %s", entry);
    if (strlen(entry) + 4 > column) text_putf(out, "\n%*s", (int)column, "");
    else text_putf(out, "%*s", (int)(column - 2 - strlen(entry)), "");
    page_wrap(out, help, width, column, column);
    text_puts(out, "\n");
}

static void page_put_option(text *out, const option *o, size_t width) {
    const char *value = o->value_name ? o->value_name : "", *space = *value ? " " : "";
    text entry = {NULL, 0, 0};
    if (o->letter) text_putf(&entry, "%s%s%s, ", o->letter, space, value);
    text_putf(&entry, "%s%s%s", o->name, space, value);
    page_put_entry(out, entry.data, o->help, width);
    text_free(&entry);
}

/* Does only the man page have some of the options, and does `more` not say so? */
static bool page_leaves_out(const page *p) {
    const option *o = p->options;
    while (o->name && *o->help != ' ') o++;
    return o->name && !(p->more && strstr(p->more, "man page"));
}

void page_put_help(text *out, const page *p, int columns) {
    const size_t width = page_width(columns);
    const operand *operands = p->operands;
    const option *o;
    page_put_usage(out, p, columns);
    text_puts(out, "\n");
    page_wrap(out, p->description, width, 0, 0);
    text_puts(out, "\n");
    if (operands && operands->name) text_puts(out, "\npositional arguments:\n");
    for (; operands && operands->name; operands++) page_put_entry(out, operands->name, operands->help, width);
    text_puts(out, "\noptions:\n");
    page_put_entry(out, "-h, --help", p->argparse         ? "show this help message and exit"
                                      : page_leaves_out(p) ? "Show this help; the man page has more options"
                                                           : "Show this help", width);
    for (o = p->options; o->name; o++)
        if (*o->help != ' ') page_put_option(out, o, width);
    if (!p->more) return;
    text_puts(out, "\n");
    page_wrap(out, p->more, width, 0, 0);
    text_puts(out, "\n");
}

/* ---- for other programs */

/* Appends a line of fields, up to a NULL; the first one is its kind. */
__attribute__((sentinel)) static void page_put_line(text *out, ...) {
    va_list fields;
    const char *field, *c, *tab = "";
    va_start(fields, out);
    for (; (field = va_arg(fields, const char *)) != NULL; tab = "\t") {
        text_putf(out, "%s%s", tab, *field ? "" : "-");
        for (c = field; *c; c++) {
            if (*c == '\n') text_puts(out, "\\n");
            else if (*c == '\\') text_puts(out, "\\\\");
            else text_put(out, c, 1);
        }
    }
    va_end(fields);
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
    const operand *operands = p->operands;
    const option *o;
    text usage = {NULL, 0, 0};
    page_put_usage(&usage, p, PAGE_MOST);
    text_cut(&usage, usage.length - 1);
    page_put_line(out, "name", tool_name, p->summary, (char *)NULL);
    page_put_line(out, "usage", usage.data + strlen("usage: "), (char *)NULL);
    page_put_line(out, "description", p->description, (char *)NULL);
    for (; operands && operands->name; operands++)
        page_put_line(out, "operand", operands->name, operands->help, (char *)NULL);
    page_put_line(out, "operands", page_operand_words(p), (char *)NULL);
    for (o = p->options; o->name; o++)
        page_put_line(out, "option", o->name, page_given(o->letter), page_given(o->value_name), page_given(o->words),
                      o->list ? "many" : "once", o->help + strspn(o->help, " "), (char *)NULL);
    if (p->more) page_put_line(out, "more", p->more, (char *)NULL);
    page_put_line(out, "status", p->status ? p->status : "0 success, 1 failure, 2 misuse", (char *)NULL);
    text_free(&usage);
}
