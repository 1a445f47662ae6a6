/* report_parts.h - the page, style and script of a report, line by line; the Makefile makes them of tools/report. */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

/* NULL-terminated; lines without their ends. */
extern const char *const report_page[], *const report_style[], *const report_script[];

#endif
