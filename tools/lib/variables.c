/* variables.c - the matrix variables of a run: looked up, matched by conditions, and printed. */
#include "variables.h"

#include <stdlib.h>
#include <string.h>

bool variables_is_name(const char *name) {
    static const char letters[] = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name && !strchr("0123456789", *name) && !name[strspn(name, letters)];
}

const char *variables_get(const char *const *variables, const char *name, size_t length) {
    for (; *variables; variables += 2)
        if (text_is(name, length, *variables)) return variables[1];
    return NULL;
}

bool variables_has(const char *const *variables, const char *condition) {
    size_t length = strcspn(condition, "=");
    const char *value = variables_get(variables, condition, length);
    return value && condition[length] && strcmp(condition + length + 1, value) == 0;
}

bool variables_match(const char *const *variables, const char *const *conditions) {
    const char *const *one, *const *other;
    for (one = conditions; one && *one; one++) {
        size_t name = strcspn(*one, "=") + 1;
        for (other = conditions; *other; other++)
            if (strncmp(*one, *other, name) == 0 && variables_has(variables, *other)) break;
        if (!*other) return false;
    }
    return true;
}

bool variables_add_conditions(text_list *conditions, const char *given) {
    size_t name = strcspn(given, "=");
    const char *value = given + name + 1;
    if (name == 0 || !given[name] || strchr("!<>", given[name - 1])) return false; /* only = is known */
    text_list_add(conditions, (const char *)text_keep(text_copy(given)));
    if (!strchr(value, ',')) return true;
    do {
        size_t length = strcspn(value, ",");
        char *condition = text_printf("%.*s=%.*s", (int)name, given, (int)length, value);
        text_list_add(conditions, (const char *)text_keep(condition));
        value += length;
    } while (*value++ == ',');
    return true;
}

void variables_put_unknown(text *out, const char *condition, const text_list *names, const text_list *values) {
    enum { SHOWN = 20 };
    const text_list *list = values->count ? values : names;
    size_t length = strcspn(condition, "="), i;
    char *name = text_copy_n(condition, length);
    const char *word = values->count ? condition + length + 1 : name;
    const char *near = list->count ? nearest_word(word, list->items) : NULL;
    if (values->count) text_putf(out, "no run has %s: ", condition);
    else text_putf(out, "no run has a variable \"%s\": ", name);
    if (near) text_putf(out, "did you mean %s%s%s?", values->count ? name : "", values->count ? "=" : "", near);
    else if (values->count) text_putf(out, "%s is one of ", name);
    else text_puts(out, list->count ? "there is " : "there are no variables");
    for (i = 0; !near && i < list->count && i < SHOWN; i++) text_putf(out, "%s%s", i ? ", " : "", list->items[i]);
    if (!near && i < list->count) text_puts(out, ", ...");
    free(name);
}

void variables_put(text *out, const char *const *variables) {
    size_t i;
    for (i = 0; variables[i]; i += 2) text_putf(out, "%s%s=%s", i ? " " : "", variables[i], variables[i + 1]);
}
