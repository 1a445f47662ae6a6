/* progress.h - how far a live run is in simulated time, by the events that gem5's Python has noted in its outdir. */
#ifndef PROGRESS_H
#define PROGRESS_H

/* Returns the tick of the last event in OUTDIR/.gem5art/events.tsv; -1: there is none. */
double progress_tick(const char *outdir);

#endif
