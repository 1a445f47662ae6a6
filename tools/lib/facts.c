/* facts.c - see facts.h */

#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "attempts.h"
#include "commits.h"
#include "store.h"
#include "terminal.h"

static struct fact {
    const char *name, *key; /* key: of a variable, as written in records */
    size_t key_length, member;
    unsigned last; /* the value of the run before: it is often the same again */
} facts[FACTS_MOST] = {{"gem5", NULL, 0, 0, 0}, {"script", NULL, 0, 0, 0}, {"linux", NULL, 0, 0, 0},
                       {"disk", NULL, 0, 0, 0}, {"host", NULL, 0, 0, 0}, {"scripts", NULL, 0, 0, 0},
                       {"gem5_commit", NULL, 0, 0, 0}, {"gem5_binary", NULL, 0, 0, 0}};
static size_t count = FACT_VARIABLES;
static bool wanted;

static struct value {
    const char *json, *shown;
    size_t length;
    unsigned commit; /* of an artifact's id: the value that is its short hash */
} *values;
static size_t value_count;
static unsigned *slots;
static size_t slot_count;

void facts_want(record *r) {
    const char *const keys[FACT_VARIABLES] = {"gem5_binary_path", "run_script", "linux_binary_path", "disk_image_path",
                                              "host", store_roles[ROLE_SCRIPT_GIT].key,
                                              store_roles[ROLE_GEM5_GIT].key, store_roles[ROLE_GEM5].key};
    size_t i;
    wanted = true;
    for (i = 0; i < FACT_VARIABLES; i++) facts[i].member = members_want(&r->members, keys[i]);
}

static bool is_value(unsigned number, gem5art_text json) {
    return number && values[number].length == json.length && memcmp(values[number].json, json.text, json.length) == 0;
}

static unsigned *find_slot(gem5art_text json) {
    size_t at = (size_t)attempts_key(json) & (slot_count - 1);
    while (slots[at] && !is_value(slots[at], json)) at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static void grow(void) {
    size_t i;
    slot_count = slot_count ? 2 * slot_count : 1024;
    slots = (unsigned *)text_realloc(slots, slot_count * sizeof *slots);
    memset(slots, 0, slot_count * sizeof *slots);
    for (i = 1; i < value_count; i++) *find_slot((gem5art_text){values[i].json, values[i].length}) = (unsigned)i;
}

static unsigned number_of(gem5art_text json) {
    unsigned *slot;
    if (members_is_null(json) || members_is(json, "")) return 0;
    if (!value_count) value_count++; /* 0 is none */
    if (2 * value_count >= slot_count) grow();
    slot = find_slot(json);
    if (!*slot) {
        values = (struct value *)text_room(values, value_count, sizeof *values);
        if (value_count == 1) memset(values, 0, sizeof *values);
        values[value_count] = (struct value){text_copy_n(json.text, json.length), NULL, json.length, 0};
        *slot = (unsigned)value_count++;
    }
    return *slot;
}

static unsigned read_value(struct fact *f, gem5art_text json) {
    if (!is_value(f->last, json)) f->last = number_of(json);
    return f->last;
}

static unsigned read_commit(struct fact *f, gem5art_text id) {
    unsigned number = read_value(f, id), commit;
    char *json;
    if (!number || values[number].commit) return number ? values[number].commit : 0;
    json = text_printf("\"%.*s\"", COMMITS_SHORT, commits_of(id));
    commit = number_of((gem5art_text){json, strlen(json)});
    free(json);
    return values[number].commit = commit;
}

static bool has_key(const struct fact *f, gem5art_text key) {
    return f->key_length == key.length && memcmp(f->key, key.text, key.length) == 0;
}

/* The place of a variable; `likely` is tried first. FACTS_MOST: there are too many. */
static size_t find_variable(gem5art_text key, size_t likely) {
    static text name;
    size_t i;
    if (likely < count && has_key(&facts[likely], key)) return likely;
    for (i = FACT_VARIABLES; i < count; i++)
        if (has_key(&facts[i], key)) return i;
    if (count == FACTS_MOST) return FACTS_MOST;
    facts[count].name = text_copy(members_string(&name, key));
    facts[count].key = text_copy_n(key.text, key.length);
    facts[count].key_length = key.length;
    return count++;
}

size_t facts_read(const record *r, unsigned numbers[FACTS_MOST]) {
    gem5art_text rest = r->members.values[RECORD_VARIABLES], key, value;
    size_t i, used = FACT_VARIABLES, likely = FACT_VARIABLES;
    for (i = 0; i < FACT_VARIABLES; i++) {
        value = r->members.values[facts[i].member];
        numbers[i] = !wanted ? 0 : (i < FACT_SCRIPT_COMMIT ? read_value : read_commit)(&facts[i], value);
    }
    while (members_pair(&rest, &key, &value)) {
        size_t place = find_variable(key, likely);
        if (place == FACTS_MOST) continue;
        for (; used <= place; used++) numbers[used] = 0;
        numbers[place] = read_value(&facts[place], value);
        likely = place + 1;
    }
    return used;
}

size_t facts_count(void) { return count; }
const char *facts_name(size_t place) { return facts[place].name; }
const char *facts_json(unsigned value) { return value ? values[value].json : ""; }

const char *facts_shown(unsigned value) {
    text shown = {NULL, 0, 0};
    if (!value) return "";
    if (!values[value].shown) {
        record_put_shown(&shown, (gem5art_text){values[value].json, values[value].length});
        text_puts(&shown, "");
        values[value].shown = (const char *)text_keep(text_copy(text_string(&shown)));
        text_free(&shown);
    }
    return values[value].shown;
}
