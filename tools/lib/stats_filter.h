/* stats_filter.h - selects statistics by their names. */
#ifndef STATS_FILTER_H
#define STATS_FILTER_H

#include "gem5art.h"

#include "text.h"

typedef struct stats_filter stats_filter; /* NULL: all are wanted */

/* Names, or globs: * stands for any characters within one part of a name, between its dots ("system.cpu*.ipc" is not
   "system.cpu.thread0.ipc"), ** for any at all, ? for one, [abc] and [!a-c] for one of some. After "::" there are no
   parts. To be freed; the patterns are copied. */
stats_filter *stats_filter_new(const char *const *patterns, size_t count);
void stats_filter_free(stats_filter *filter);

bool stats_filter_wants(const stats_filter *filter, gem5art_text name);

/* Whether a line can hold a wanted statistic, by its first bytes; quick, as most lines are not wanted. */
bool stats_filter_may_want(const stats_filter *filter, const char *line, size_t length);

/* Whether one pattern matches a name. */
bool stats_filter_matches(const char *pattern, gem5art_text name);
bool stats_filter_is_glob(const char *pattern);

#endif
