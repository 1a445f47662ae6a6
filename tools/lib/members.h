/* members.h - reads some members of a record from its JSON text, without parsing or decoding the rest.

   For tools that need a few members of each of very many records. The text must be a valid JSON object, as from
   gem5art_next_json; from other text the values are undefined, but nothing outside it is read. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include "gem5art.h"

#include "text.h"

enum { MEMBERS_MOST = 80, MEMBERS_PLACES = 120, MEMBERS_PATTERN = 4096 };

/* An earlier record, or its beginning. Where the next record has the same bytes it has the same members, so that only
   the ends of members that differ are searched for. */
typedef struct members_pattern {
    char text[MEMBERS_PATTERN];
    size_t length, count;
    bool poor; /* most members of the last record differed: the next one becomes the pattern */
    struct members_place {
        unsigned begin, key, value, end; /* offsets of a member, of its key's text and value, and after the value */
        unsigned wanted;                 /* its place in `values`; MEMBERS_MOST: it is not wanted */
    } places[MEMBERS_PLACES + 1];        /* the one after the last has only `begin` */
} members_pattern;

typedef struct members {
    const char *keys[MEMBERS_MOST];
    size_t key_lengths[MEMBERS_MOST], count;
    uint64_t lengths; /* bit N: a key of N bytes (modulo 64) is wanted, so that most keys need no comparison */
    gem5art_text values[MEMBERS_MOST]; /* as written, quotes and escapes too; no text: the record has no such member */
    members_pattern pattern;
} members;

/* Asks for a member; returns its place in `values`. The key must outlive `m`. */
size_t members_want(members *m, const char *key);

/* Finds the wanted members of a record; stops at the last one. */
void members_read(members *m, const char *json, size_t length);

/* The end of the JSON value that begins at `at`; NULL: the text ends first. */
const char *members_skip(const char *at, const char *end);

/* The next element of an array: `rest`, at first the array, becomes the text after the element. False: there is none. */
bool members_element(gem5art_text *rest, gem5art_text *element);

/* The next member of an object, in the same way; the key is a string as it is written. */
bool members_pair(gem5art_text *rest, gem5art_text *key, gem5art_text *value);

bool members_is_null(gem5art_text value); /* also of a missing member */
bool members_is_text(gem5art_text value);
bool members_is(gem5art_text value, const char *word);        /* exactly this string */
bool members_is_run(gem5art_text type);                       /* the "type" of a run; others are those of artifacts */
bool members_begins(gem5art_text value, const char *prefix);  /* a string that begins so */
double members_number(gem5art_text value, double otherwise);

/* A string, decoded, up to a NUL in it; of any other value its text; of null "". It is in the buffer, which is cleared
   before. */
const char *members_string(text *buffer, gem5art_text value);

#endif
