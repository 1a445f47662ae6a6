/* latex.c - see latex.h */

#include "latex.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"

static const char *latex_escape(char c) {
    switch (c) {
    case '\\': return "\\textbackslash{}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '"': return "\\char34{}";
    case '{': return "\\{";
    case '}': return "\\}";
    case '$': return "\\$";
    case '&': return "\\&";
    case '#': return "\\#";
    case '_': return "\\_";
    case '%': return "\\%";
    case '[': return "{[}"; /* after \\ it would begin its option, as would *; some characters join to others */
    case ']': return "{]}";
    case '*': return "{*}";
    case '-': return "{-}";
    case '`': return "{`}";
    case '\'': return "{'}";
    default: return NULL;
    }
}

void latex_put(text *out, const char *string) {
    text safe = {NULL, 0, 0};
    const char *c, *escaped;
    terminal_put(&safe, string, (size_t)-1);
    for (c = text_string(&safe); *c; c++)
        if ((escaped = latex_escape(*c)) != NULL) text_puts(out, escaped);
        else text_put(out, c, 1);
    text_free(&safe);
}

void latex_put_number(text *out, const char *number) {
    const char *power = strchr(number, 'e');
    if (strcmp(number, "inf") == 0 || strcmp(number, "-inf") == 0)
        text_puts(out, *number == '-' ? "$-\\infty$" : "$\\infty$");
    else if (strcmp(number, "-") == 0) text_puts(out, "--");
    else if (power)
        text_putf(out, "$%.*s \\times 10^{%ld}$", (int)(power - number), number, strtol(power + 1, NULL, 10));
    else text_putf(out, *number == '-' ? "$%s$" : "%s", number);
}
