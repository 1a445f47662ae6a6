/* report_graph.h - the artifacts of a report page as a graph: each to the right of those that it was made from. */
#ifndef REPORT_GRAPH_H
#define REPORT_GRAPH_H

#include "report.h"

/* Draws the artifacts at some places, with the numbers of runs that name each. Nothing if none was made from another,
   or if there are too many to be read. */
void report_put_graph(text *out, const report *r, const size_t *places, const size_t *runs, size_t count);

#endif
