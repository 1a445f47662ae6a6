/* means.c - see means.h */

#include "means.h"

#include <math.h>

const char *const means_words[] = {"arithmetic", "geometric", "harmonic", 0};

/* The sum of the differences to the first value keeps what equal values have in common exact. */
static double means_arithmetic(const double *values, size_t count) {
    double sum = 0, from = isfinite(values[0]) ? values[0] : 0;
    size_t i;
    for (i = 0; i < count; i++) sum += values[i] - from;
    return from + sum / (double)count;
}

double means_of(means_kind kind, const double *values, size_t count) {
    double sum = 0;
    size_t i;
    if (kind == MEANS_ARITHMETIC && count > 0) return means_arithmetic(values, count);
    for (i = 0; i < count; i++) {
        if (!(values[i] > 0)) return NAN;
        sum += kind == MEANS_GEOMETRIC ? log(values[i]) : 1 / values[i];
    }
    if (count == 0) return NAN;
    sum /= (double)count;
    return kind == MEANS_GEOMETRIC ? exp(sum) : 1 / sum;
}

double means_deviation(const double *values, size_t count) {
    double mean = means_of(MEANS_ARITHMETIC, values, count), squares = 0;
    size_t i;
    if (count < 2) return NAN;
    for (i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(count - 1));
}

double means_half_interval(double deviation, size_t count) {
    if (count < 2) return NAN;
    return means_student((double)(count - 1), 0.05) * deviation / sqrt((double)count);
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double means_beta_fraction(double a, double b, double x) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1), h;
    int m;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    h = d;
    for (m = 1; m < 1000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), before = h;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d, d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + even / c, c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        d = 1 + odd * d, d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + odd / c, c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(h - before) <= 1e-16 * fabs(h)) break;
    }
    return h;
}

/* The regularized incomplete beta function I_x(a, b), where `rest` is 1 - x. */
static double means_beta(double a, double b, double x, double rest) {
    double front;
    if (x <= 0 || rest <= 0) return x <= 0 ? 0 : 1;
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest));
    if (x < (a + 1) / (a + b + 2)) return front * means_beta_fraction(a, b, x) / a;
    return 1 - front * means_beta_fraction(b, a, rest) / b;
}

/* The probability that |T| exceeds t. */
static double means_tails(double freedom, double t) {
    double sum = freedom + t * t;
    return means_beta(freedom / 2, 0.5, freedom / sum, t * t / sum);
}

double means_student(double freedom, double probability) {
    double low = 0, high = 1;
    int i;
    if (!(freedom > 0) || !(probability > 0 && probability < 1)) return NAN;
    while (means_tails(freedom, high) > probability && high < 1e150) high *= 2;
    for (i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double middle = (low + high) / 2;
        if (means_tails(freedom, middle) > probability) low = middle;
        else high = middle;
    }
    return (low + high) / 2;
}
