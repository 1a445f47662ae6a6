/* tally.c - see tally.h */

#include "tally.h"

#include <string.h>

#include "terminal.h"

enum { TALLIES = 256, TALLY_REASON = 40 }; /* longer reasons are sentences: they are not counted apart */
static struct tally {
    const char *status, *reason;
    size_t count;
} tallies[TALLIES];
static size_t tally_count;

void tally_begin(void) {
    for (tally_count = 0; record_statuses[tally_count]; tally_count++) /* in this order, then those of other programs */
        tallies[tally_count] = (struct tally){record_statuses[tally_count], "", 0};
}

void tally_add(const row *r) {
    const char *reason = strlen(r->reason) > TALLY_REASON ? "" : r->reason;
    size_t i;
    for (i = 0; i < tally_count; i++)
        if (strcmp(tallies[i].status, r->status) == 0 && strcmp(tallies[i].reason, reason) == 0) break;
    if (i == TALLIES) i--; /* the last one takes the rest */
    else if (i == tally_count) tallies[tally_count++] = (struct tally){r->status, reason, 0};
    tallies[i].count++;
}

/* Appends " (5 timeout, 1 kernel panic)", of all tallies with the status of the first one. */
static void put_reasons(text *out, size_t first) {
    const char *open = " (";
    size_t i;
    for (i = first; i < tally_count; i++) {
        if (!*tallies[i].reason || strcmp(tallies[i].status, tallies[first].status) != 0) continue;
        text_putf(out, "%s%zu ", open, tallies[i].count);
        terminal_put(out, tallies[i].reason, SIZE_MAX);
        open = ", ";
    }
    if (*open == ',') text_puts(out, ")");
}

void tally_put(text *out) {
    const char *before = ": ";
    size_t i, k, count;
    for (i = 0; i < tally_count; i++) {
        const char *status = tallies[i].status;
        for (k = 0; k < i && strcmp(tallies[k].status, status) != 0; k++) {}
        if (k < i) continue; /* it was shown with the first of its status */
        for (count = 0; k < tally_count; k++)
            if (strcmp(tallies[k].status, status) == 0) count += tallies[k].count;
        if (!count) continue;
        text_putf(out, "%s%zu %s", before, count, *status ? status : "without a status");
        put_reasons(out, i);
        before = ", ";
    }
}
