/* follow.c - see follow.h: the store and the live entries show what has ended and what runs; Slurm's queue, asked now
   and then, shows only what will never end, as its task is gone. */

#include "follow.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "display.h"
#include "label.h"
#include "queue.h"
#include "store.h"
#include "when.h"

enum { FOLLOW_SECONDS = 5 };

typedef enum follow_state { FOLLOW_WAITS, FOLLOW_RUNS, FOLLOW_FINISHED, FOLLOW_FAILED, FOLLOW_LOST } follow_state;

typedef struct followed {
    const gem5art_run *run;
    follow_state state;
    char *live; /* the id of the attempt that is displayed; NULL: none */
} followed;

typedef struct following {
    gem5art_db *db;
    followed *runs;
    size_t count;
    queue queue;
    int tally[FOLLOW_LOST + 1];
} following;

static void on_signal(int number) {
    static const char message[] =
        "gem5art-run: the runs stay with Slurm: gem5art-ls shows them, gem5art-cancel ends them\n";
    display_leave(); /* NOLINT(bugprone-signal-handler): it calls only what a handler may call */
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_FAILED);
    _exit(128 + number);
}

/* ---- what has become of the runs */

static int compare(const void *a, const void *b) {
    return strcmp(((const followed *)a)->run->hash, ((const followed *)b)->run->hash);
}

/* Shows the attempts that have begun. */
static void show_live(following *w) {
    gem5art_query query = {.live = true};
    gem5art_iter *iter;
    const gem5art_run *run;
    size_t i;
    for (i = 0; i < w->count; i++)
        if (w->runs[i].state == FOLLOW_RUNS) w->runs[i].state = FOLLOW_WAITS;
    iter = store_runs(w->db, &query);
    while ((run = store_next_run(iter)) != NULL) {
        followed key = {.run = run};
        followed *f = (followed *)bsearch(&key, w->runs, w->count, sizeof key, compare);
        if (!f || f->state > FOLLOW_RUNS) continue;
        f->state = FOLLOW_RUNS;
        if (f->live) continue;
        f->live = text_copy(run->id);
        display_add_run(f->run, label_run(run));
    }
}

/* Announces the end of a run: what is recorded of it. */
static void announce_end(following *w, followed *f) {
    label_attempt a;
    label_find_attempt(&a, w->db, f->run);
    f->state = !a.found ? FOLLOW_LOST : a.finished ? FOLLOW_FINISHED : FOLLOW_FAILED;
    if (f->live) display_remove_run(f->run);
    if (f->state == FOLLOW_LOST) display_say(SHEET_RED, "%s: lost: its task of Slurm has ended", label_run(f->run));
    else if (f->state == FOLLOW_FAILED)
        display_say(SHEET_RED, "%s: failed: %s (%s)", label_run(f->run), text_string(&a.end), a.id);
    else if (!display_live) display_say(SHEET_GREEN, "%s: finished", label_run(f->run));
    label_free_attempt(&a);
}

static void refresh(following *w) {
    size_t i;
    queue_reread(&w->queue, w->db);
    show_live(w);
    memset(w->tally, 0, sizeof w->tally);
    for (i = 0; i < w->count; i++) {
        followed *f = &w->runs[i];
        const queued_run *q = f->state == FOLLOW_WAITS ? queue_find(&w->queue, f->run->hash) : NULL;
        if (f->state == FOLLOW_WAITS && (!q || q->state == QUEUE_GONE)) announce_end(w, f);
        w->tally[f->state]++;
    }
}

static void draw(const following *w) {
    static text note;
    display_counts c = {.total = (int)w->count, .eta = -1};
    c.finished = w->tally[FOLLOW_FINISHED];
    c.failed = w->tally[FOLLOW_FAILED] + w->tally[FOLLOW_LOST];
    c.running = w->tally[FOLLOW_RUNS];
    if (w->queue.trouble.length) {
        text_clear(&note);
        text_putf(&note, "Slurm's queue is unavailable: %s", w->queue.trouble.data);
        c.note = note.data;
    }
    display_draw(&c, false);
}

bool follow_runs(gem5art_db *db, gem5art_run *const *runs, size_t count, const char *resume) {
    following w;
    double next = 0;
    size_t i;
    memset(&w, 0, sizeof w);
    w.db = db;
    w.runs = (followed *)text_alloc((count + 1) * sizeof *w.runs);
    for (; w.count < count; w.count++) w.runs[w.count].run = runs[w.count];
    if (w.count) qsort(w.runs, w.count, sizeof *w.runs, compare);
    signal(SIGINT, on_signal), signal(SIGTERM, on_signal), signal(SIGHUP, on_signal);
    do {
        int due = display_due();
        if (when_monotonic() >= next) {
            refresh(&w);
            next = when_monotonic() + FOLLOW_SECONDS;
        }
        draw(&w);
        usleep(due >= 0 && due < 200 ? (useconds_t)due * 1000 + 1000 : 200000);
    } while (w.tally[FOLLOW_WAITS] + w.tally[FOLLOW_RUNS] > 0);
    display_end();
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL), signal(SIGHUP, SIG_DFL);
    display_say(w.tally[FOLLOW_FINISHED] == (int)w.count ? SHEET_GREEN : SHEET_RED,
                "%zu run%s: %d finished, %d failed, %d lost", w.count, w.count == 1 ? "" : "s",
                w.tally[FOLLOW_FINISHED], w.tally[FOLLOW_FAILED], w.tally[FOLLOW_LOST]);
    if (w.tally[FOLLOW_FINISHED] < (int)w.count) display_say(SHEET_PLAIN, "%s", resume);
    for (i = 0; i < w.count; i++) free(w.runs[i].live);
    free(w.runs);
    queue_free(&w.queue);
    return w.tally[FOLLOW_FINISHED] == (int)count;
}
