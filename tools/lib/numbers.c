/* numbers.c - see numbers.h */

#include "numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void numbers_put(text *out, double value, int digits) {
    if (isnan(value)) text_puts(out, "-");
    else if (fabs(value) < 1e15 && (value == floor(value) || fabs(value) >= pow(10, digits)))
        text_putf(out, "%.0f", value + 0.0);
    else text_putf(out, "%.*g", digits, value);
}

void numbers_put_exact(text *out, double value, const char *infinite) {
    size_t start = out->length;
    int digits;
    if (isnan(value)) return;
    if (isinf(value)) {
        text_putf(out, "%s%s", value < 0 ? "-" : "", infinite);
        return;
    }
    if (value == floor(value) && fabs(value) < 1e15) {
        text_putf(out, "%.0f", value + 0.0);
        return;
    }
    for (digits = 15; digits <= 17; digits++) {
        text_cut(out, start);
        text_putf(out, "%.*g", digits, value);
        if (strtod(out->data + start, NULL) == value) return;
    }
}

size_t numbers_fraction(const char *number) {
    const char *point = strchr(number, '.');
    return point ? strlen(point) : 0;
}
