/* differ.c - see differ.h */

#include "differ.h"

#include <stdint.h>
#include <unistd.h>

#include "compare.h"
#include "compare_print.h"
#include "message.h"
#include "options.h"
#include "terminal.h"
#include "versus.h"

void differ_check(const differ *d, int ids) {
    selection w = d->where;
    const char *given = d->dump            ? "--dump"
                        : d->limit         ? "--limit"
                        : d->csv           ? "--csv"
                        : d->against.count ? "--against"
                                           : NULL;
    if (d->limit) options_count("--limit", d->limit);
    select_check(&w);
    if (given && !d->stats) die(EXIT_MISUSE, "%s is for statistics: give --stats, too", given);
    if (select_given(&w) && !d->stats)
        die(EXIT_MISUSE, "groups of runs are compared by their statistics: give --stats, too");
    if (d->json && d->csv) die(EXIT_MISUSE, "--json and --csv exclude each other: leave one out");
    if (d->against.count && ids) die(EXIT_MISUSE, "--against compares groups of runs: leave the ids out");
    if (select_given(&w) && !d->against.count)
        die(EXIT_MISUSE, "options select a group of runs: give --against VAR=VALUE for the other one");
    if (!d->against.count && ids != 2)
        die(EXIT_MISUSE, "two runs or two artifacts are compared: give two ids%s", d->stats ? ", or --against" : "");
}

static void differ_put_group(sheet *s, const versus *v, int side) {
    text title = {NULL, 0, 0};
    text_putf(&title, "%s %s", side ? "+++" : "---", v->titles[side]);
    sheet_put(s, side ? SHEET_GREEN : SHEET_RED, title.data);
    sheet_end_line(s);
    text_free(&title);
}

bool differ_show(const differ *d, gem5art_db *db, const found sides[2], sheet *s) {
    size_t most = d->limit ? (size_t)options_count("--limit", d->limit) : SIZE_MAX;
    const char *const ids[2] = {sides[0].run ? sides[0].run->id : "", sides[1].run ? sides[1].run->id : ""};
    static compare c; /* these stay until the tool ends */
    static versus v;
    int side;
    if (d->against.count) versus_groups(&v, db, &d->where, &d->against, d->dump);
    else versus_runs(&v, db, sides, d->dump);
    for (side = 0; side < 2 && v.groups; side++) differ_put_group(s, &v, side);
    compare_make(&c, &v.samples, (const samples_run *const *)v.runs, v.counts, v.pairs);
    if (d->json) compare_print_json(&c, &v, ids, most);
    else if (d->csv) compare_print_csv(&c, &v, most);
    else compare_put_text(&s->out, &c, &v, most, terminal_limit(STDOUT_FILENO));
    if (!d->json && !d->csv) sheet_print(s);
    else text_free(&s->out);
    return c.count + c.only[0].count + c.only[1].count > 0;
}
