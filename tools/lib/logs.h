/* logs.h - the texts that a run wrote: gem5's simout and simerr, console.txt, the guest's terminals. They are in its
   outdir, or if that is gone in its archive, where unzip reads them. */
#ifndef LOGS_H
#define LOGS_H

#include "program.h"

enum { LOGS_MOST = 64 };

typedef enum logs_kind { LOGS_SIMOUT, LOGS_SIMERR, LOGS_CONSOLE, LOGS_TERMINAL, LOGS_KINDS } logs_kind;
extern const char *const logs_kinds[LOGS_KINDS + 1]; /* "simout", "simerr", "console", "terminal"; NULL-terminated */

typedef struct logs {
    const char *folder, *archive; /* where they are: one of both is not NULL */
    size_t members;               /* of the archive, all of its files; 0: it cannot be read, or there is no unzip */
    size_t count;
    struct logs_file {
        logs_kind kind;
        char *name; /* below the folder */
    } files[LOGS_MOST]; /* by kind, then by name */
} logs;

/* Finds the files. `archives`: where the archive may be, the likeliest first; NULL-terminated. Both must outlive the
   result, which is to be freed. */
void logs_find(logs *l, const char *outdir, const char *const *archives);
void logs_free(logs *l);

/* Appends where no files were found, as a sentence without a full stop. */
void logs_put_none(text *out, const logs *l, const char *outdir, const char *const *archives);

/* Opens a file; *p is for logs_close. NULL: it cannot be read. Of a folder's it is a regular file, not a link. */
FILE *logs_open(const logs *l, const char *name, program *p);
void logs_close(FILE *file, program *p);

#endif
