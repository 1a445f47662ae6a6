/* sqlite.h - the few calls of SQLite that the benches make, loaded at run time, so that nothing needs its headers.
   Include it after gem5art.h; link with -ldl where dlopen is apart. */
#ifndef SQLITE_H
#define SQLITE_H

#include <dlfcn.h>

static struct {
    int (*open)(const char *path, void **handle);
    int (*close)(void *handle);
    int (*exec)(void *handle, const char *sql, void *callback, void *argument, char **message);
    int (*prepare_v2)(void *handle, const char *sql, int size, void **statement, const char **tail);
    int (*bind_text)(void *statement, int index, const char *text, int size, void (*release)(void *));
    int (*step)(void *statement);
    int (*reset)(void *statement);
    const char *(*column_text)(void *statement, int column);
    int (*column_bytes)(void *statement, int column);
    int (*finalize)(void *statement);
    const char *(*errmsg)(void *handle);
    const char *(*libversion)(void);
} sqlite;
static void *handle; /* the database */

enum { SQLITE_ROW = 100, SQLITE_DONE = 101 };

static bool load_sqlite(void) {
    static const char *const names[] = {"open", "close", "exec", "prepare_v2", "bind_text", "step", "reset", "column_text",
                                        "column_bytes", "finalize", "errmsg", "libversion"};
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW), *symbol;
    size_t i;
    char name[64];
    for (i = 0; library && i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "sqlite3_%s", names[i]);
        if ((symbol = dlsym(library, name)) == NULL) return false;
        memcpy((char *)&sqlite + i * sizeof symbol, &symbol, sizeof symbol); /* POSIX: a function fits into a void * */
    }
    return library != NULL;
}

static bool fail_sqlite(void) {
    fprintf(stderr, "SQLite: %s\n", sqlite.errmsg(handle));
    return false;
}

#endif
