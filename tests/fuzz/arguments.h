/* arguments.h - fuzzes a tool: an input is its arguments, one a line, and the tool is run on them, on files in memory. It
   must end as a tool does: with 0, 1 or 2, with words where that is not 0, and without half-written files.

   A target includes this, then the tool's C file, then arguments_end.h. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "fuzz.h"

#include <setjmp.h>

/* What the tool has allocated dies with the process when it exits: a list stands for the process. */
typedef struct tool_block {
    struct tool_block *next, **link;
    size_t size;
    size_t padding; /* what follows is aligned for anything */
} tool_block;

static tool_block *tool_blocks;

static void *tool_realloc(void *memory, size_t size) {
    tool_block *old = memory ? (tool_block *)memory - 1 : NULL, *made;
    if (old) *old->link = old->next;
    if (old && old->next) old->next->link = old->link;
    made = (tool_block *)counted_realloc(old, sizeof *made + size);
    made->size = size;
    made->next = tool_blocks;
    made->link = &tool_blocks;
    if (tool_blocks) tool_blocks->link = &made->next;
    tool_blocks = made;
    return made + 1;
}

static void tool_free(void *memory) {
    tool_block *old = memory ? (tool_block *)memory - 1 : NULL;
    if (!old) return;
    *old->link = old->next;
    if (old->next) old->next->link = old->link;
    counted_free(old);
}

static void *tool_calloc(size_t count, size_t size) { return memset(tool_realloc(NULL, count * size), 0, count * size); }
static char *tool_strdup(const char *text) { return strcpy((char *)tool_realloc(NULL, strlen(text) + 1), text); }

#undef GEM5ART_MALLOC
#undef GEM5ART_REALLOC
#undef GEM5ART_FREE
#define GEM5ART_MALLOC(size) tool_realloc(NULL, size)
#define GEM5ART_REALLOC(memory, size) tool_realloc(memory, size)
#define GEM5ART_FREE(memory) tool_free(memory)

#include "files.h"

static jmp_buf tool_ended;
static FILE *tool_said[2]; /* stdout and files; stderr */

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

/* Nothing of the tool reaches the system: neither its exit nor a file. */
#undef stdout
#undef stderr
#define stdout tool_said[0]
#define stderr tool_said[1]
static int tool_fclose(FILE *file) {
    (void)file;
    return 0;
}

#define main tool_main
#define exit(status) longjmp(tool_ended, 1 + (status))
#define printf(...) fprintf(stdout, __VA_ARGS__)
#define calloc(count, size) tool_calloc(count, size)
#define realloc(memory, size) tool_realloc(memory, size)
#define strdup(text) tool_strdup(text)
#define free(memory) tool_free(memory)
#define open(path, flags, mode) files_open(path, flags)
#define stat(path, st) files_stat(path, st)
#define realpath(path, resolved) tool_realpath(path)
#define fopen(path, mode) (files_open(path, O_WRONLY) < 0 ? NULL : stdout)
#define fdopen(fd, mode) (files_close(fd), stdout)
#define fclose(file) tool_fclose(file)
#define fileno(file) ((void)(file), 0)
#define fsync(fd) 0
#define fchmod(fd, mode) 0
#define unlink(path) files_unlink(path)
#define rename(from, to) files_rename(from, to)

static char *tool_realpath(const char *path) {
    return files_find(path) || files_is_folder(path) ? strdup(files_absolute(path)) : NULL;
}

#endif
