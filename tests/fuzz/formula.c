/* formula.c - fuzzes formulas: an input is one. It is read, and gives a value or a reason why there is none; or one
   sentence and a place in it. The name of a statistic is read back as it was written. */
#include "fuzz.h"

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../../tools/lib/text.c"

#include "../../tools/lib/terminal.c"

#include "../../tools/lib/formula.c"

const char *tool_name = "formula", *message_usage;

void say(const char *format, ...) { (void)format; }

void die(int status, const char *format, ...) {
    (void)format;
    exit(status);
}

static double look_up(void *user, size_t term, formula_gap *gap) {
    const formula *f = (const formula *)user;
    REQUIRE(term < f->term_count && *f->terms[term].pattern, "term %zu has no name", term);
    REQUIRE(f->terms[term].at < strlen(f->source), "term %zu is at %zu", term, f->terms[term].at);
    if (term % 5 == 3) *gap = FORMULA_MISSING;
    return term % 5 == 3 ? NAN : (double)term;
}

/* A term's name is a formula again, that of this name alone. */
static void check_name(const formula_term *t) {
    text source = {NULL, 0, 0}, why = {NULL, 0, 0};
    formula f;
    size_t at;
    if (t->glob) return;
    formula_put_name(&source, t->pattern);
    REQUIRE(formula_parse(&f, source.data, &why, &at), "%s: %s", source.data, text_string(&why));
    REQUIRE(f.term_count == 1 && strcmp(f.terms[0].pattern, t->pattern) == 0 && !f.terms[0].glob, "%s is not %s",
            f.terms[0].pattern, t->pattern);
    REQUIRE(strcmp(f.name, t->pattern) == 0, "%s has the name %s", source.data, f.name);
    formula_free(&f);
    text_free(&source);
    text_free(&why);
}

static void fuzz(const char *data, size_t size) {
    char *source = text_copy_n(data, size);
    text why = {NULL, 0, 0};
    formula_gap gap;
    formula f;
    size_t at = SIZE_MAX, i;
    double value;
    if (!formula_parse(&f, source, &why, &at)) {
        REQUIRE(at <= strlen(source), "%zu is no place in it", at);
        REQUIRE(why.length && !strchr(why.data, '\n'), "not one sentence: %s", text_string(&why));
    } else {
        REQUIRE(*f.name && f.step_count > 0, "it has no name, or no steps");
        for (i = 0; i < f.term_count; i++) check_name(&f.terms[i]);
        if (!formula_is_glob(&f)) {
            value = formula_evaluate(&f, look_up, &f, &gap);
            REQUIRE(isnan(value) == (gap != FORMULA_NO_GAP), "%g, but the gap is %d", value, (int)gap);
        }
        formula_free(&f);
    }
    text_free(&why);
    free(source);
}

FUZZ_MAIN
