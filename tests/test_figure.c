/* test_figure.c - scales of axes over ranges of all sizes, and figures of random data and names: all that is drawn is
   within the figure. */
#define _POSIX_C_SOURCE 200809L
#include "../tools/lib/layout.h"
#include "../tools/lib/letters.h"
#include "../tools/lib/pgf.h"
#include "../tools/lib/svg.h"

#include "test.h"

#include <math.h>
#include <stdint.h>

const char *tool_name = "test_figure";

static uint64_t test_state = 1;
static double any(void) { /* from 0 to below 1 */
    test_state = test_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(test_state >> 11) / 9007199254740992.0;
}
static size_t below(size_t count) { return (size_t)(any() * (double)count); }

static char *label(const scale *s, size_t tick) {
    text t = {NULL, 0, 0};
    scale_put_label(&t, s, tick, false);
    return t.data;
}

/* Ticks ascend within the scale, are no more than asked for by far, and have labels of their own. */
static void check_scale(double low, double high, bool is_log, int how) {
    const size_t most = 2 + below(10);
    scale s;
    size_t i;
    scale_make(&s, low, high, is_log, most, how);
    CHECK(s.low <= low && s.high >= high && s.low < s.high);
    CHECK(s.count >= 1 && s.count <= SCALE_TICKS);
    for (i = 0; i < s.count; i++) {
        char *one = label(&s, i), *next = i + 1 < s.count ? label(&s, i + 1) : NULL;
        CHECK(scale_place(&s, s.ticks[i]) >= 0 && scale_place(&s, s.ticks[i]) <= 1);
        if (next && strcmp(one, next) == 0) test_fail(__FILE__, __LINE__, "%g to %g: two ticks are %s", low, high, one);
        CHECK(i == 0 || s.ticks[i] > s.ticks[i - 1]);
        CHECK(strlen(one) < 24);
        free(one);
        free(next);
    }
}

TEST(scales_of_all_sizes) {
    int i;
    for (i = 0; i < 20000; i++) {
        const double low = (any() - 0.5) * pow(10, any() * 60 - 30), span = pow(10, any() * 12 - 6);
        check_scale(low, low + fabs(low) * span, false, i & SCALE_TIGHT);
        check_scale(fabs(low), fabs(low) * (1 + span), true, i & SCALE_TIGHT);
        check_scale(low, low, false, 0);
        check_scale(floor(any() * 100), floor(100 + any() * pow(10, any() * 6)), false, SCALE_WHOLE);
    }
    check_scale(0, 0, false, 0);
    check_scale(1e-290, 1e290, true, 0);
    check_scale(-1e290, 1e290, false, 0);
}

TEST(whole_numbers_have_whole_ticks) {
    int high;
    for (high = 1; high < 3000; high++) {
        scale s;
        size_t i;
        scale_make(&s, 0, high, false, 2 + below(10), SCALE_WHOLE);
        for (i = 0; i < s.count; i++) CHECK(s.ticks[i] == floor(s.ticks[i]));
    }
}

TEST(known_ticks) {
    static const struct {
        double low, high;
        bool is_log;
        const char *labels;
    } known[] = {{0, 1, false, "0.0 0.2 0.4 0.6 0.8 1.0 "},   {0, 3e12, false, "0 1 2 3 "},
                 {-2e-12, 3e-12, false, "−2 −1 0 1 2 3 "},    {1, 1000, true, "10⁰ 10¹ 10² 10³ "},
                 {3, 5, true, "2 3 4 5 "},                    {1e-12, 1e18, true, "10⁻¹² 10⁻⁶ 10⁰ 10⁶ 10¹² 10¹⁸ "},
                 {1e6, 4e6, true, "10⁶ 2·10⁶ 5·10⁶ "}};
    size_t i, k;
    for (i = 0; i < sizeof known / sizeof *known; i++) {
        text all = {NULL, 0, 0};
        scale s;
        scale_make(&s, known[i].low, known[i].high, known[i].is_log, 6, 0);
        for (k = 0; k < s.count; k++) {
            char *one = label(&s, k);
            text_putf(&all, "%s ", one);
            free(one);
        }
        CHECK_STR(all.data, known[i].labels);
        text_free(&all);
    }
}

TEST(text_is_cut_to_a_width) {
    static const char *const texts[] = {"system.cpu.ipc", "", "\xd7\xa9\xd7\x9c", "\xff\xff", "WWWWWWWWW",
                                        "two\nlines", "\xe2\x82\xac"};
    size_t i;
    double most;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        for (most = 8; most < 120; most += 0.7) {
            text fit = {NULL, 0, 0};
            letters_put(&fit, texts[i], 7, most);
            CHECK(letters_width(text_string(&fit), 7) <= most + 0.1);
            text_free(&fit);
        }
}

/* A name of any bytes. */
static char *any_name(char *name, size_t size) {
    size_t length = below(below(4) ? 12 : size), i;
    for (i = 0; i < length; i++) name[i] = (char)(below(5) ? 'a' + (int)below(26) : 1 + (int)below(255));
    name[length] = 0;
    return name;
}

static void make_figure(figure *f) {
    char name[300];
    const bool points = below(2);
    size_t i, k, count, categories = 1 + below(below(4) ? 8 : 100);
    memset(f, 0, sizeof *f);
    f->kind = (figure_kind)below(FIGURE_CDF + 1);
    if (below(2)) f->title = text_copy(any_name(name, sizeof name));
    if (below(2)) f->x_label = text_copy(any_name(name, sizeof name));
    if (below(2)) f->y_label = text_copy(any_name(name, sizeof name));
    if (below(2)) f->y_unit = text_copy(any_name(name, sizeof name));
    if (f->kind != FIGURE_CDF && f->kind != FIGURE_SCATTER && (f->kind != FIGURE_LINE || !points))
        for (i = 0; i < categories; i++) figure_add_category(f, any_name(name, sizeof name));
    for (i = below(4); i > 0 && f->kind == FIGURE_STACKED; i--) figure_add_bar(f, any_name(name, sizeof name));
    count = f->kind == FIGURE_STACKED && f->bars.count ? categories * f->bars.count : categories;
    for (i = 1 + below(below(4) ? 4 : 30); i > 0; i--) {
        figure_series *s = figure_add_series(f, any_name(name, sizeof name), count);
        for (k = 0; k < count; k++) {
            s->x[k] = f->categories.count ? (double)(k % categories) : any() * 1000;
            if (below(10)) s->y[k] = (any() - 0.2) * pow(10, below(5) ? 3 : any() * 40 - 20);
            if (!below(3)) s->half[k] = any();
        }
    }
    f->log_x = !below(6), f->log_y = !below(6), f->patterns = below(2), f->has_baseline = !below(4), f->baseline = 1;
    f->rule = f->categories.count ? below(f->categories.count) : 0;
    if (below(2)) f->width = 60 + any() * 600;
    if (below(2)) f->height = 60 + any() * 300;
}

/* All coordinates are within the picture, but those of text that is turned. */
static void check_inside(const figure *f, const char *svg) {
    static const char *const wrong[] = {"\"nan", "\"-nan", "Mnan", "Lnan", "Hnan", "Vnan",
                                        "M-nan", "Minf", "Linf", "\"inf"};
    layout l;
    const char *at;
    size_t i;
    layout_make(&l, f);
    CHECK(l.left > 0 && l.left < l.right && l.right <= l.width);
    CHECK(l.top > 0 && l.top < l.bottom && l.bottom <= l.height);
    for (at = strstr(svg, "<rect x=\""); at; at = strstr(at + 1, "<rect x=\"")) {
        double x, y, width, height;
        CHECK(sscanf(at, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &width, &height) == 4);
        CHECK(x >= -0.01 && width >= 0 && x + width <= l.width + 0.02);
        CHECK(y >= -0.01 && height >= 0 && y + height <= l.height + 0.02);
    }
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!strstr(svg, wrong[i]));
}

TEST(figures_of_anything) {
    int i, drawn = 0;
    for (i = 0; i < 1500; i++) {
        figure f;
        text why = {NULL, 0, 0}, svg = {NULL, 0, 0}, tex = {NULL, 0, 0};
        make_figure(&f);
        if (figure_check(&f, &why)) {
            drawn++;
            svg_figure(&svg, &f);
            pgf_figure(&tex, &f, i & 1);
            check_inside(&f, svg.data);
            CHECK(tex.length > 0);
        } else CHECK(why.length > 0);
        text_free(&why);
        text_free(&svg);
        text_free(&tex);
        figure_free(&f);
    }
    CHECK(drawn > 400);
}

TEST(many_points_keep_their_extremes) {
    enum { COUNT = 20000, SPIKE = 7001, GAP = 12000 };
    figure f;
    figure_series *s;
    layout l;
    size_t i, count, spikes = 0, gaps = 0, *points;
    memset(&f, 0, sizeof f);
    f.kind = FIGURE_LINE;
    s = figure_add_series(&f, "s", COUNT);
    for (i = 0; i < COUNT; i++) s->x[i] = (double)i, s->y[i] = any();
    s->y[SPIKE] = 50, s->y[GAP] = NAN;
    layout_make(&l, &f);
    points = layout_points(&l, s, &count);
    CHECK(count > 300 && count < 1000);
    for (i = 0; i < count; i++) {
        CHECK(i == 0 || points[i] > points[i - 1]);
        spikes += points[i] == SPIKE;
        gaps += points[i] == GAP;
    }
    CHECK(points[0] == 0 && points[count - 1] == COUNT - 1 && spikes == 1 && gaps == 1);
    free(points);
    f.kind = FIGURE_SCATTER;
    points = layout_points(&l, s, &count);
    CHECK(count < 10000);
    free(points);
    figure_free(&f);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
