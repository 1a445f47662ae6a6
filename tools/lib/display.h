/* display.h - progress on standard output: on a terminal a few lines that are redrawn, below lines that stay; elsewhere
   only lines that stay.

   A frame is one write that leaves the cursor where the frame begins: however the terminal wraps lines when its size
   changes, the next frame overwrites it. Output never waits for a terminal that is halted or a pipe that is full. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include "gem5art.h"

#include "sheet.h"

typedef struct display_counts {
    int total, finished, failed, recorded, running;
    double eta;         /* seconds; negative: unknown */
    const char *note;   /* a line of its own; NULL: none */
} display_counts;

extern bool display_live; /* on a terminal, frames are drawn */

/* `color`: the value of --color. Ends the tool when that is misuse. */
void display_begin(const char *title, const char *color);
double display_elapsed(void); /* seconds since then */

/* Writes a line that stays: on a terminal with the next frame. */
__attribute__((format(printf, 2, 3))) void display_say(sheet_color color, const char *format, ...);

/* Active runs, which a frame shows with the last line that each wrote below its outdir. */
void display_add_run(const gem5art_run *run, const char *label);
void display_remove_run(const gem5art_run *run);

int display_due(void); /* milliseconds until display_draw should be called; -1: no need */
void display_draw(const display_counts *counts, bool now); /* draws if a frame is due, or `now` */

/* Removes the frame. Lines can still be said. */
void display_end(void);

/* The same for a signal handler, or an exit in between: lines that wait are lost. */
void display_leave(void);

/* Waits until everything is written. Ends the tool if that failed: in silence if the reader has gone. */
void display_finish(void);

#endif
