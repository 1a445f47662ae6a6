/* formula.c - see formula.h */

#include "formula.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "terminal.h"

enum { FORMULA_DEPTH = 100, FORMULA_LONGEST = 65536 /* bytes of a formula */ };

/* Steps of a stack machine: push a number or the value of a term; replace the top, or the two topmost ones. */
typedef struct formula_step {
    char what;     /* '1' number, 't' term, '~' negate, + - * / */
    double number;
    size_t term;
} formula_step;

typedef struct formula_reader {
    formula *f;
    const char *at;
    text *why;
    size_t *place;
    size_t depth;
} formula_reader;

static const char *const formula_functions[] = {"sum", "mean", "min", "max", "count", NULL}; /* see formula_gather */

/* ---- reading */

__attribute__((format(printf, 3, 4))) static bool formula_fail(formula_reader *r, const char *at, const char *format,
                                                               ...) {
    va_list arguments;
    *r->place = (size_t)(at - r->f->source);
    text_clear(r->why);
    va_start(arguments, format);
    terminal_vputf(r->why, format, arguments);
    va_end(arguments);
    return false;
}

static void formula_skip(formula_reader *r) { r->at += strspn(r->at, " \t\r\n"); }

static void formula_push(formula *f, char what, double number, size_t term) {
    f->steps = (formula_step *)text_room(f->steps, f->step_count, sizeof *f->steps);
    f->steps[f->step_count].what = what;
    f->steps[f->step_count].number = number;
    f->steps[f->step_count++].term = term;
}

static bool formula_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The end of a name or glob. In a part after "::" a "-" between digits belongs to it: "::0-9" is a bucket. */
static const char *formula_name_end(const char *at) {
    bool part = false;
    for (; *at; at++) {
        const char *set = *at == '[' ? strchr(at + 1, ']') : NULL;
        if (set) at = set;
        else if (at[0] == ':' && at[1] == ':') part = true;
        else if (part && *at == '-' && isdigit((unsigned char)at[-1]) && isdigit((unsigned char)at[1])) continue;
        else if (!formula_letter(*at) && !strchr(".:*?", *at)) break;
    }
    return at;
}

static void formula_add_term(formula_reader *r, const char *name, size_t length, bool glob, formula_gather gather) {
    formula *f = r->f;
    formula_term *t;
    f->terms = (formula_term *)text_room(f->terms, f->term_count, sizeof *f->terms);
    t = &f->terms[f->term_count];
    t->pattern = text_copy_n(name, length);
    t->glob = glob;
    t->gather = gather;
    t->at = (size_t)(name - f->source);
    formula_push(f, 't', 0, f->term_count++);
}

/* Reads a name, also in quotes, as a term. */
static bool formula_read_name(formula_reader *r, formula_gather gather) {
    const char *start = r->at, *end;
    if (*start == '"') {
        end = strchr(++start, '"');
        if (!end) return formula_fail(r, r->at, "a quotation mark (\") that ends the name is missing");
        if (end == start) return formula_fail(r, r->at, "there is no name in the quotation marks");
        r->at = end + 1;
        formula_add_term(r, start, (size_t)(end - start), false, gather);
        return true;
    }
    end = formula_name_end(start);
    if (end == start)
        return *start ? formula_fail(r, start, "a name of a statistic is missing before \"%.20s\"", start)
                      : formula_fail(r, start, "a name of a statistic is missing at the end");
    r->at = end;
    formula_add_term(r, start, (size_t)(end - start), strcspn(start, "*?[") < (size_t)(end - start), gather);
    return true;
}

/* Reads what stands after "NAME(". */
static bool formula_read_call(formula_reader *r, const char *name, size_t length) {
    char *word = text_copy_n(name, length);
    const char *near = nearest_word(word, formula_functions);
    size_t i;
    for (i = 0; formula_functions[i] && strcmp(word, formula_functions[i]) != 0; i++) {}
    if (!formula_functions[i]) {
        if (near) formula_fail(r, name, "there is no function %s(): did you mean %s()?", word, near);
        else formula_fail(r, name, "there is no function %s(): give sum(), mean(), min(), max() or count()", word);
        free(word);
        return false;
    }
    free(word);
    formula_skip(r);
    if (!formula_read_name(r, (formula_gather)(FORMULA_SUM + i))) return false;
    formula_skip(r);
    if (*r->at != ')')
        return formula_fail(r, r->at, "%s() takes one name or glob: a \")\" is missing after it", formula_functions[i]);
    r->at++;
    return true;
}

static bool formula_read_sum(formula_reader *r);

/* Reads a number, a name, a call, or an expression in parentheses, all with any signs before. */
static bool formula_read_value(formula_reader *r) {
    const char *start;
    char *end;
    formula_skip(r);
    start = r->at;
    if (r->depth >= FORMULA_DEPTH)
        return formula_fail(r, start, "more than %d signs or parentheses are nested", FORMULA_DEPTH);
    if (*start == '-' || *start == '+' || *start == '(') {
        r->depth++;
        r->at++;
        if (*start == '(' ? !formula_read_sum(r) : !formula_read_value(r)) return false;
        r->depth--;
        if (*start == '-') formula_push(r->f, '~', 0, 0);
        if (*start != '(') return true;
        if (*r->at != ')') return formula_fail(r, start, "the \")\" for this \"(\" is missing");
        r->at++;
        return true;
    }
    if (isdigit((unsigned char)*start) || (*start == '.' && isdigit((unsigned char)start[1]))) {
        double number = strtod(start, &end);
        if (formula_letter(*end) || *end == '.') return formula_fail(r, start, "\"%.20s\" is not a number", start);
        formula_push(r->f, '1', number, 0);
        r->at = end;
        return true;
    }
    for (end = (char *)(uintptr_t)start; formula_letter(*end); end++) {}
    if (*end == '(' && end > start) {
        r->at = end + 1;
        return formula_read_call(r, start, (size_t)(end - start));
    }
    return formula_read_name(r, FORMULA_ONE);
}

static bool formula_read_product(formula_reader *r) {
    if (!formula_read_value(r)) return false;
    for (formula_skip(r); *r->at == '*' || *r->at == '/'; formula_skip(r)) {
        char what = *r->at++;
        if (!formula_read_value(r)) return false;
        formula_push(r->f, what, 0, 0);
    }
    return true;
}

static bool formula_read_sum(formula_reader *r) {
    if (!formula_read_product(r)) return false;
    while (*r->at == '+' || *r->at == '-') {
        char what = *r->at++;
        if (!formula_read_product(r)) return false;
        formula_push(r->f, what, 0, 0);
    }
    return true;
}

/* The "=" after the name of a column; NULL: it has none. */
static const char *formula_equals(const char *source) {
    size_t length = strcspn(source, "=\"");
    return source[length] == '=' ? source + length : NULL;
}

static char *formula_trim(const char *start, const char *end) {
    while (start < end && strchr(" \t\r\n", *start)) start++;
    while (end > start && strchr(" \t\r\n", end[-1])) end--;
    return text_copy_n(start, (size_t)(end - start));
}

/* Globs that stand for several columns stand alone. */
static bool formula_check_globs(formula_reader *r) {
    const formula *f = r->f;
    size_t i;
    if (f->named && formula_is_glob(f))
        return formula_fail(r, f->source + f->terms[0].at,
                            "\"%s\" may stand for several columns, which have the names of the "
                            "statistics: leave \"%s =\" out, or give sum(%s), or mean, min, max or count",
                            f->terms[0].pattern, f->name, f->terms[0].pattern);
    for (i = 0; i < f->term_count; i++)
        if (f->terms[i].glob && f->terms[i].gather == FORMULA_ONE && f->step_count > 1)
            return formula_fail(r, f->source + f->terms[i].at,
                                "\"%s\" may stand for several statistics: give sum(%s), or mean, min, max or count; to "
                                "multiply, put spaces around *", f->terms[i].pattern, f->terms[i].pattern);
    return true;
}

bool formula_parse(formula *f, const char *source, text *why, size_t *at) {
    formula_reader r = {f, NULL, why, at, 0};
    const char *equals;
    bool ok;
    memset(f, 0, sizeof *f);
    f->source = text_copy(source);
    equals = formula_equals(f->source);
    r.at = equals ? equals + 1 : f->source;
    f->named = equals != NULL;
    f->name = equals ? formula_trim(f->source, equals) : formula_trim(f->source, f->source + strlen(f->source));
    formula_skip(&r);
    if (strlen(source) > FORMULA_LONGEST)
        ok = formula_fail(&r, f->source, "it has more than %d bytes", FORMULA_LONGEST);
    else if (equals && !*f->name) ok = formula_fail(&r, f->source, "a name of the column is missing before \"=\"");
    else if (!*r.at) ok = formula_fail(&r, r.at, "a name of a statistic is missing");
    else ok = formula_read_sum(&r);
    if (ok && *r.at == ')') ok = formula_fail(&r, r.at, "the \"(\" for this \")\" is missing");
    else if (ok && *r.at) ok = formula_fail(&r, r.at, "an operator (+ - * /) is missing before \"%.20s\"", r.at);
    if (ok) ok = formula_check_globs(&r);
    if (ok && !equals && f->step_count == 1 && f->term_count == 1 && f->terms[0].gather == FORMULA_ONE) {
        free(f->name); /* without quotes */
        f->name = text_copy(f->terms[0].pattern);
    }
    if (!ok) formula_free(f);
    return ok;
}

void formula_free(formula *f) {
    while (f->term_count > 0) free(f->terms[--f->term_count].pattern);
    free(f->terms);
    free(f->steps);
    free(f->source);
    free(f->name);
    memset(f, 0, sizeof *f);
}

/* ---- errors */

/* Appends the formula and below it a caret, if both fit on a line. */
static void formula_put_caret(text *out, const char *source, size_t at) {
    char *before = text_copy_n(source, at);
    if (terminal_width(source) <= 74 && !strchr(source, '\n')) {
        text_puts(out, "\n    ");
        terminal_put(out, source, SIZE_MAX);
        text_putf(out, "\n    %*s^", (int)terminal_width(before), "");
    }
    free(before);
}

/* Ends the tool. `place`: what stands before the number of the column. */
__attribute__((noreturn)) static void formula_die(const char *place, const char *source, size_t at, const char *why) {
    text caret = {NULL, 0, 0};
    formula_put_caret(&caret, source, at);
    message_usage = NULL; /* the caret points at more */
    say("%s%zu: %s", place, at + 1, why);
    if (caret.length) fprintf(stderr, "%s\n", caret.data + 1);
    exit(EXIT_MISUSE);
}

void formula_check(const char *source) {
    text why = {NULL, 0, 0};
    formula f;
    size_t at;
    if (!formula_parse(&f, source, &why, &at)) {
        char *place = text_printf("\"%s\", character ", source);
        formula_die(place, source, at, text_string(&why));
    }
    formula_free(&f);
    text_free(&why);
}

/* The end of a formula in a line: before a # that is not in quotes. */
static const char *formula_line_end(const char *line, const char *end) {
    bool quoted = false;
    for (; line < end && (*line != '#' || quoted); line++) quoted = quoted != (*line == '"');
    return line;
}

void formula_read_file(text_list *list, const char *path) {
    FILE *file = fopen(path, "rb");
    text content = {NULL, 0, 0}, why = {NULL, 0, 0};
    char buffer[4096];
    const char *line, *end;
    size_t n, at, number = 1;
    if (!file) die(EXIT_FAILED, "cannot read the columns in %s: %s", path, strerror(errno));
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0 && content.length < (1u << 24))
        text_put(&content, buffer, n);
    if (ferror(file) || content.length >= (1u << 24))
        die(EXIT_FAILED, "cannot read the columns in %s: %s", path, ferror(file) ? strerror(errno) : "it is too large");
    fclose(file);
    if (content.length != strlen(text_string(&content)))
        die(EXIT_FAILED, "%s is not a text file of columns: it has a NUL", path);
    for (line = text_string(&content); *line; line = *end ? end + 1 : end, number++) {
        char *source;
        formula f;
        end = line + strcspn(line, "\n");
        source = text_copy_n(line, (size_t)(formula_line_end(line, end) - line));
        n = strlen(source);
        while (n > 0 && strchr(" \t\r", source[n - 1])) source[--n] = 0;
        if (!source[strspn(source, " \t")]) free(source);
        else if (formula_parse(&f, source, &why, &at)) {
            formula_free(&f);
            text_list_add(list, (const char *)text_keep(source));
        } else {
            char *place = text_printf("%s:%zu:", path, number);
            formula_die(place, source, at, text_string(&why));
        }
    }
    text_free(&content);
    text_free(&why);
}

/* ---- values */

bool formula_is_glob(const formula *f) {
    return f->step_count == 1 && f->term_count == 1 && f->terms[0].glob && f->terms[0].gather == FORMULA_ONE;
}

static double formula_calculate(char what, double a, double b, formula_gap *gap) {
    if (what == '+') return a + b;
    if (what == '-') return a - b;
    if (what == '*') return a * b;
    if (b == 0 && *gap == FORMULA_NO_GAP) *gap = FORMULA_ZERO;
    return b == 0 ? NAN : a / b;
}

double formula_evaluate(const formula *f, formula_lookup *lookup, void *user, formula_gap *gap) {
    double *stack = (double *)text_alloc((f->step_count + 1) * sizeof *stack), value;
    size_t i, top = 0;
    *gap = FORMULA_NO_GAP;
    for (i = 0; i < f->step_count; i++) {
        const formula_step *s = &f->steps[i];
        formula_gap own = FORMULA_NO_GAP;
        if (s->what == '1') stack[top++] = s->number;
        else if (s->what == 't') {
            stack[top++] = lookup(user, s->term, &own);
            if (own && (*gap == FORMULA_NO_GAP || *gap == FORMULA_NAN)) *gap = own;
        } else if (s->what == '~') stack[top - 1] = -stack[top - 1];
        else {
            top--;
            stack[top - 1] = formula_calculate(s->what, stack[top - 1], stack[top], gap);
        }
    }
    value = stack[0];
    free(stack);
    if (*gap) return NAN;
    if (isnan(value)) *gap = FORMULA_NAN;
    return value;
}

/* ---- names */

void formula_put_name(text *out, const char *name) {
    bool plain =
        (isalpha((unsigned char)*name) || *name == '_') && !*formula_name_end(name) && !name[strcspn(name, "*?[]")];
    text_putf(out, plain ? "%s" : "\"%s\"", name);
}
