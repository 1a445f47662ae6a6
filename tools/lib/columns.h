/* columns.h - a record of a store, and its columns in tables, sorting and filters. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "csv.h"
#include "members.h"

/* The members that each record is asked for first, in this order. */
enum { RECORD_ID, RECORD_TYPE, RECORD_NAME, RECORD_STATUS, RECORD_KILL_REASON, RECORD_START, RECORD_END, RECORD_ENQUEUE,
       RECORD_PARAMS, RECORD_CODE, RECORD_ERROR, RECORD_CAUSE, RECORD_WARNINGS, RECORD_TIME, RECORD_INPUTS,
       RECORD_VARIABLES };

typedef struct record {
    members members;  /* as written, until the next record */
    bool fs;          /* an FS run */
    bool lost;        /* a live run whose supervisor is gone */
    double when;      /* of its end, else start, else queueing; of an artifact's registration; 0: unknown */
    double elapsed;   /* seconds; -1: unknown */
    double tick;      /* of a live run's last event; -1: unknown */
    text status;      /* as shown, but without the path of a failed check; empty for an artifact */
    text reason;      /* see describe_reason; empty: none */
} record;

void record_init(record *r);
/* Reads a record as JSON text; `live`: of this run, which has not ended. */
void record_read(record *r, const char *json, size_t length, const gem5art_run *live);

/* Makes a record, as it was read, that of a run that waits in a queue, or that was lost there. */
void record_set_pending(record *r, const char *reason, bool lost);

/* Has the record a warning that its run has no statistics? */
bool record_lacks_stats(const record *r);

/* The statuses of runs, NULL-terminated, in the order in which people are shown them. */
extern const char *const record_statuses[];

typedef enum column_kind {
    COLUMN_FIELD, /* a field of the record, shown by the kind of its value */
    COLUMN_MOMENT,
    COLUMN_DURATION,
    COLUMN_ID,
    COLUMN_MODE,
    COLUMN_REASON,
    COLUMN_ELAPSED,
    COLUMN_WHEN,
    COLUMN_SIZE,
    COLUMN_SIMULATED,
    COLUMN_COMMIT, /* of an artifact: its hash */
    COLUMN_VARIABLE
} column_kind;

typedef struct column {
    const char *name, *key; /* key: of the record's member, of a variable its name; NULL: made from several members */
    column_kind kind;
    size_t member;
    bool numbers;           /* a value was a number: the column is sorted and aligned as such */
} column;

/* A column by its name: a field of runs or artifacts, in any case; or id, mode, reason, elapsed, when, size, simulated,
   script_commit, gem5_commit, gem5_binary. Of runs any other word may be the name of a variable; "variables.NAME" always
   is. A word that can be neither ends the tool with the nearest name. The record is asked for what the column needs; the
   word must outlive it. */
column column_find(record *r, bool of_artifacts, const char *word);

/* The name of a variable's column: "variables.NAME" if a field has its name; it is kept. */
const char *column_title(const char *variable);

/* Ends the tool, as no record has the variable that a word was taken for. `known`: those that records have. */
__attribute__((noreturn)) void column_die(const column *c, const text_list *known);

/* Append the cell: for people; as JSON; as CSV. An unknown value is nothing. */
void column_put(text *out, column *c, const record *r);
void column_put_json(text *out, column *c, const record *r);
void column_put_csv(text *out, csv_style style, column *c, const record *r);
double column_number(const column *c, const record *r); /* -1: none */
bool column_is_number(const column *c);

/* Appends why a run failed, in gem5's words, if its reason is only "exit 1"; nothing otherwise. */
void record_put_cause(text *out, const record *r);

/* Appends a text of a record in one line, made safe for terminals. */
void record_put_shown(text *out, gem5art_text value);

#endif
