/* frame_table.h - rows and columns of numbers, with the variables of each row. */
#ifndef FRAME_TABLE_H
#define FRAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

typedef struct frame_column {
    char *name, *unit, *description; /* "": unknown, or those of a calculation */
} frame_column;

typedef struct frame_row {
    char *id, *name, *status;          /* of a merged row, its first run's; id and status of a mean are "" */
    char **variables;                /* as frame.variables; "" where it has none */
    double *values;                  /* by column; NaN: there is none */
    double *spread, *half;           /* by column, where rows were merged by `over`: standard deviation, and half of the
                                        95% confidence interval; NaN of a single run; else 0 */
    size_t n;                        /* runs in it */
    size_t dump;                     /* SIZE_MAX: not of one dump */
    bool mean;                       /* a row of `mean`, after all others */
} frame_row;

typedef struct frame {
    text_list variables;             /* all that a row has, in the order of the runs, without those of `over` */
    frame_column *columns;
    size_t column_count;
    frame_row *rows;
    size_t row_count;
    text_list left_out;              /* a sentence about each kind of runs that are not in the table */
    text_list notes;                 /* a sentence about each column with empty cells, and each kind of reason */
    size_t dump_count;               /* with dump "all": rows are of dumps; else 0 */
    bool merged;                     /* rows have n, spread and half */
} frame;

/* The name of the group of a row: "cpu=o3 size=2", of the frame's variables but those in `without`; "" if there are no
   others. With dumps its number, too. To be freed. */
char *frame_group(const frame *f, const frame_row *row, const text_list *without);

/* Adds an empty row with room for all cells; its values are NaN. */
frame_row *frame_add_row(frame *f);
void frame_free_row(const frame *f, frame_row *row);

/* Sorts rows by their variables and dumps, as runs end in any order; numbers, also in words (64kB, 128kB), by size. */
void frame_sort(frame *f);

/* Adds a sentence, which is freed with the list. */
__attribute__((format(printf, 2, 3))) void frame_say(text_list *list, const char *format, ...);
void frame_free_texts(text_list *list); /* a list of such sentences */

void frame_free(frame *f);

/* The place of a variable; SIZE_MAX: there is no such variable. */
size_t frame_variable(const frame *f, const char *name);

#endif
