/* when.h - times and durations: as people read them, and as they write them. */
#ifndef WHEN_H
#define WHEN_H

#include "text.h"

double when_now(void);       /* Unix time, in seconds */
double when_monotonic(void); /* seconds by a clock that nobody sets */

void when_put_time(text *out, double unix_time); /* "2026-11-27 03:28", local time; nothing for 0 */
/* "2026-11-27 03:28:15"; "03:28:15" on the day of an earlier time (0: none) */
void when_put_second(text *out, double unix_time, double earlier);
/* "20 s", "3 min", "5 h", "2 d" before `now`; a time that is later, as when_put_time. */
void when_put_ago(text *out, double unix_time, double now);
void when_put_duration(text *out, double seconds); /* "4.2 s", "1:02" (minutes), "1:02:03", "3d 01:02" */

void when_put_simulated(text *out, double seconds); /* "1.250 s", "20.5 ms", "3.1 us" */

/* A time-out: "90", "30m", "24h", "2d", "1.5w", or the word none. Seconds, for gem5art_run_desc: negative for none.
   False: it is neither. */
bool when_timeout(const char *string, double *seconds);
/* "2d" (ago), "2026-11-01" or "2026-11-01 12:30", local time: a Unix time. Anything else is a misuse of the option. */
double when_since(const char *option_name, const char *string);

#endif
