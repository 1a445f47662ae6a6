/* scale.c - see scale.h */

#include "scale.h"

#include <math.h>
#include <string.h>

enum { SCALE_FEWEST = 4 /* with fewer, there may be none */ };

/* ---- linear */

/* The smallest of 1, 2, 2.5 and 5 times a power of ten with which the span has at most `most` - 1 steps. */
static double scale_step(double span, size_t most, bool whole) {
    static const double steps[] = {1, 2, 2.5, 5, 10};
    const double raw = span / (double)(most > 2 ? most - 1 : 1), power = pow(10, floor(log10(raw)));
    size_t i;
    if (whole && raw <= 1) return 1;
    for (i = 0; i < 4 && (steps[i] * power < raw * (1 - 1e-9) || (whole && i == 2 && raw < 10)); i++) {}
    return steps[i] * power;
}

/* Labels have the decimals that distinguish the ticks, and a common power of ten where numbers would be long. */
static void scale_choose_labels(scale *s, double step) {
    const double most = fmax(fabs(s->low), fabs(s->high));
    double unit;
    s->exponent = most >= 99999.5 || most < 1e-3 ? 3 * (int)floor(log10(most) / 3 + 1e-9) : 0;
    unit = step / pow(10, s->exponent);
    for (s->decimals = 0; s->decimals < 12; s->decimals++) {
        const double at = unit * pow(10, s->decimals);
        if (fabs(at - floor(at + 0.5)) < 1e-6 * at) break;
    }
}

static void scale_make_linear(scale *s, double low, double high, size_t most, int how) {
    const bool tight = how & SCALE_TIGHT;
    double step, first, last, at;
    if (!(high - low > 1e-12 * fmax(fabs(low), fabs(high)))) { /* one value, or as good as one */
        const double room = low == 0 ? 1 : 0.5 * fabs(low);
        low -= low > 0 || low < 0 ? room : 0;
        high += room;
    }
    step = scale_step(high - low, most, how & SCALE_WHOLE);
    first = tight ? ceil(low / step - 1e-9) : floor(low / step + 1e-9);
    last = tight ? floor(high / step + 1e-9) : ceil(high / step - 1e-9);
    s->low = tight ? low : first * step;
    s->high = tight ? high : last * step;
    for (at = first; at <= last && s->count < SCALE_TICKS; at++) s->ticks[s->count++] = at * step;
    scale_choose_labels(s, step);
}

/* ---- logarithmic */

static void scale_make_powers(scale *s, int base, int first, int last, size_t most) {
    const int steps = last - first, step = steps < (int)most ? 1 : (steps + (int)most - 2) / ((int)most - 1);
    int i;
    s->base = base;
    for (i = first; i <= last && s->count < SCALE_TICKS; i += step) s->ticks[s->count++] = pow(base, i);
}

/* Ticks for a span of few powers: at 1, 2 and 5 times powers of ten, or if these are too few, as on a linear scale. */
static void scale_make_fine(scale *s, double low, double high, size_t most) {
    static const double steps[] = {1, 2, 5};
    const double step = scale_step(high - low, most, false);
    double at;
    int power, i;
    for (power = (int)floor(log10(low)); power <= (int)floor(log10(high)); power++)
        for (i = 0; i < 3; i++) {
            at = steps[i] * pow(10, power);
            if (at >= low && at <= high && s->count < SCALE_TICKS) s->ticks[s->count++] = at;
        }
    if (s->count >= 3) return;
    s->count = 0;
    for (at = ceil(low / step); at * step <= high && s->count < SCALE_TICKS; at++) s->ticks[s->count++] = at * step;
}

/* The next of 1, 2 and 5 times a power of ten, down or up. */
static double scale_round(double value, bool up) {
    static const double steps[] = {1, 2, 5, 10};
    const double power = pow(10, floor(log10(value) + 1e-12));
    int i;
    if (up) {
        for (i = 0; i < 3 && steps[i] * power < value * (1 - 1e-9); i++) {}
        return steps[i] * power;
    }
    for (i = 3; i > 0 && steps[i] * power > value * (1 + 1e-9); i--) {}
    return steps[i] * power;
}

static void scale_make_log(scale *s, double low, double high, size_t most, bool tight) {
    s->low = tight ? low : scale_round(low, false);
    s->high = tight ? high : scale_round(high, true);
    if (!(s->high > s->low * (1 + 1e-9))) {
        s->low = scale_round(low / 2, false);
        s->high = scale_round(high * 2, true);
    }
    if (log10(s->high) - log10(s->low) >= 2)
        scale_make_powers(s, 10, (int)ceil(log10(s->low) - 1e-9), (int)floor(log10(s->high) + 1e-9), most);
    else scale_make_fine(s, s->low * (1 - 1e-9), s->high * (1 + 1e-9), most);
}

void scale_make(scale *s, double low, double high, bool log, size_t most, int how) {
    memset(s, 0, sizeof *s);
    s->log = log;
    if (most > SCALE_TICKS) most = SCALE_TICKS;
    if (most < SCALE_FEWEST) most = SCALE_FEWEST;
    if (log) scale_make_log(s, low, high, most, how & SCALE_TIGHT);
    else scale_make_linear(s, low, high, most, how);
}

void scale_make_at(scale *s, double low, double high, const double *ticks, size_t count) {
    const double room = pow(high / low, 0.04);
    memset(s, 0, sizeof *s);
    s->log = true;
    s->low = low / room;
    s->high = high * room;
    s->count = count < SCALE_TICKS ? count : SCALE_TICKS;
    memcpy(s->ticks, ticks, s->count * sizeof *ticks);
}

double scale_place(const scale *s, double value) {
    double place;
    if (s->log) place = value <= s->low ? 0 : (log(value) - log(s->low)) / (log(s->high) - log(s->low));
    else place = (value - s->low) / (s->high - s->low);
    return place < 0 ? 0 : place > 1 ? 1 : place;
}

/* ---- labels */

void scale_put_power(text *out, int base, int exponent, bool latex) {
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    text exact = {NULL, 0, 0};
    const char *c;
    text_putf(&exact, "%d", exponent);
    if (latex) text_putf(out, "$%d^{%s}$", base, exact.data);
    else text_putf(out, "%d", base);
    for (c = exact.data; !latex && *c; c++) text_puts(out, *c == '-' ? "⁻" : digits[*c - '0']);
    text_free(&exact);
}

void scale_put_label(text *out, const scale *s, size_t tick, bool latex) {
    const double value = s->ticks[tick];
    text number = {NULL, 0, 0};
    if (s->base) {
        scale_put_power(out, s->base, (int)floor(log(value) / log(s->base) + 0.5), latex);
        return;
    }
    if (s->log && (value >= 99999.5 || value < 1e-3)) {
        const int exponent = (int)floor(log10(value) + 1e-9);
        text_putf(&number, "%.10g", value / pow(10, exponent));
        if (strcmp(number.data, "1") != 0) text_putf(out, "%s%s", number.data, latex ? "$\\cdot$" : "·");
        text_free(&number);
        scale_put_power(out, 10, exponent, latex);
        return;
    }
    if (s->log) text_putf(&number, "%.10g", value);
    else text_putf(&number, "%.*f", s->decimals, value / pow(10, s->exponent) + 0.0);
    if (number.data[0] == '-') text_puts(out, latex ? "$-$" : "−");
    text_puts(out, number.data + (number.data[0] == '-'));
    text_free(&number);
}
