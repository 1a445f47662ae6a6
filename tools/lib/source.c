/* source.c - see source.h */

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

void source_put_place(text *out, const source *s, const char *at) {
    /* The root's raw text is the content from its first token on. */
    const char *place = s->root ? s->content + strspn(s->content, " \t\r\n") + (at - s->root->raw) : at, *c;
    size_t line = 1, column = 1;
    for (c = s->content; c < place; c++) {
        column++;
        if (*c == '\n') line++, column = 1;
    }
    text_putf(out, "%s:%zu:%zu: ", s->path, line, column);
}

void source_bad(const source *s, const char *at, const char *format, ...) {
    text message = {NULL, 0, 0};
    va_list arguments;
    source_put_place(&message, s, at);
    va_start(arguments, format);
    text_vputf(&message, format, arguments);
    va_end(arguments);
    die(EXIT_FAILED, "%s", message.data);
}

void source_bad_word(const source *s, const char *at, const char *problem, const char *word, const text_list *names,
                     const char *advice) {
    const char *near = names->count ? nearest_word(word, names->items) : NULL;
    if (near) source_bad(s, at, "%s: did you mean \"%s\"?", problem, near);
    source_bad(s, at, "%s: %s", problem, advice);
}

static const char *const source_types[] = {"null", "true or false", "a number", "a string", "an array", "an object"};

const gem5art_json *source_need(const source *s, const gem5art_json *value, gem5art_json_type type, const char *what) {
    if (value->type != type)
        source_bad(s, value->raw, "%s must be %s, not %s", what, source_types[type], source_types[value->type]);
    return value;
}

const char *source_scalar(const source *s, const gem5art_json *value, const char *what) {
    if (value->type == GEM5ART_JSON_NUMBER) return text_keep(text_copy_n(value->raw, value->raw_length));
    if (value->type != GEM5ART_JSON_STRING)
        source_bad(s, value->raw, "%s must be a string or a number, not %s", what, source_types[value->type]);
    if (strlen(value->text) != value->length) source_bad(s, value->raw, "%s contains a NUL: remove it", what);
    return value->text;
}

/* Replaces comments, and commas before a closing bracket, by spaces, so that everything keeps its place. */
static void source_blank(const source *s, char *at) {
    char *end, *comma = NULL;
    for (; *at; at++) {
        if (*at == '"') {
            for (at++; *at && *at != '"'; at++) at += *at == '\\' && at[1];
            if (!*at) return;
            comma = NULL;
        } else if (*at == '/' && (at[1] == '/' || at[1] == '*')) {
            end = at[1] == '/' ? at + strcspn(at, "\n") : strstr(at + 2, "*/");
            if (!end) source_bad(s, at, "this comment has no end: close it with */");
            if (at[1] == '*') end += 2;
            for (; at < end; at++)
                if (*at != '\n') *at = ' ';
            at--;
        } else if (*at == ',') comma = at;
        else if ((*at == ']' || *at == '}') && comma) *comma = ' ', comma = NULL;
        else if (!strchr(" \t\r\n", *at)) comma = NULL;
    }
}

source *source_parse(const char *path, text *content) {
    source *s = (source *)text_keep(text_alloc(sizeof *s));
    gem5art_error error;
    unsigned line, column;
    int rest = 0;
    s->path = path;
    s->content = text_string(content);
    if (content->length) source_blank(s, content->data);
    s->root = gem5art_json_parse(s->content, content->length, NULL, &error);
    if (s->root) return s;
    /* NOLINTNEXTLINE(cert-err34-c): the library printed these two numbers */
    if (sscanf(error.message, "line %u, column %u: %n", &line, &column, &rest) == 2 && rest)
        die(EXIT_FAILED, "%s:%u:%u: %s", path, line, column, error.message + rest);
    die(EXIT_FAILED, "%s: %s", path, error.message);
}

static text *read_all(FILE *file, const char *path) {
    text *content = (text *)text_keep(text_alloc(sizeof *content));
    char bytes[65536];
    size_t got;
    if (!file) die(EXIT_FAILED, "cannot read %s: %s", path, strerror(errno));
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) text_put(content, bytes, got);
    if (ferror(file)) die(EXIT_FAILED, "cannot read %s: %s", path, strerror(errno));
    return content;
}

source *source_read(const char *path) {
    FILE *file;
    text *content;
    if (text_same(path, "-")) {
        if (isatty(STDIN_FILENO)) say("reading from the terminal: end it with Ctrl-D");
        return source_parse("standard input", read_all(stdin, "standard input"));
    }
    file = fopen(path, "r");
    content = read_all(file, path);
    fclose(file);
    return source_parse(path, content);
}
