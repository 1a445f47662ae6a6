/* report_figures.h - chosen statistics of a report page: a figure for each, and the table that it is made of. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report.h"

/* Ends the tool if a formula is misuse. */
void report_check_figures(const report *r, const text_list *formulas);

/* Reads the statistics of the good runs; runs that differ only in variables that number repeats are merged. False:
   there are none, which was reported, and the page says so. */
bool report_put_figures(text *out, const report *r, const text_list *formulas);

#endif
