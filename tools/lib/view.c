/* view.c - see view.h */

#include "view.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "outline.h"
#include "table.h"
#include "terminal.h"
#include "tree.h"
#include "when.h"

static view v;
static table grid;
static outline common;
static text head; /* what the rows share */
static size_t head_lines;
static double now;
/* The columns to which cells are cut: if the columns were chosen; by default those of name and params, the one by which
   rows differ and the other one, and of reasons. A cause is added to these where it has CAUSE_LEAST. */
enum { CUT_LEAST = 8, TELLING_LEAST = 24, OTHER_LEAST = 16, REASON_LEAST = 12, CAUSE_LEAST = 12 };
enum { ROWS_LEAST = 3 }; /* on a screen with what they share above them */

/* ---- lines: one for each row, and those of the inputs of artifacts below them */

typedef struct line {
    const row *row; /* NULL: an input that is not in the store */
    char *id;       /* of that input */
    char *prefix;   /* draws the tree, before the name; NULL: nothing */
    bool again;     /* the inputs are shown above */
} line;

static line *lines;

static void add_line(line l) {
    lines = (line *)text_room(lines, grid.row_count, sizeof *lines);
    lines[grid.row_count++] = l;
}

static void add_node(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again) {
    add_line((line){node ? (const row *)node->data : NULL, node ? NULL : text_copy(id),
                    *branch ? text_printf("%s%s", trunk, branch) : NULL, again});
}

/* The rows to be shown are roots; others may be their inputs. */
static void add_tree(void) {
    tree t = {0};
    size_t i;
    t.nodes = (tree_node *)text_alloc((v.rows->count + v.known->count + 1) * sizeof *t.nodes);
    for (i = 0; i < v.known->count; i++) v.known->rows[i]->chosen = false;
    for (i = 0; i < v.rows->count; i++) {
        v.rows->rows[i]->chosen = true;
        t.nodes[t.count++].data = v.rows->rows[i];
    }
    for (i = 0; i < v.known->count; i++)
        if (!v.known->rows[i]->chosen) t.nodes[t.count++].data = v.known->rows[i];
    for (i = 0; i < t.count; i++) {
        const row *r = (const row *)t.nodes[i].data;
        t.nodes[i].id = r->id;
        t.nodes[i].inputs = r->inputs;
        t.nodes[i].root = i < v.rows->count;
    }
    t.show = add_node;
    tree_show(&t);
    free(t.nodes);
}

static void make_lines(void) {
    size_t i;
    for (i = 0; i < grid.row_count; i++) {
        free(lines[i].prefix);
        free(lines[i].id);
    }
    grid.row_count = 0;
    if (v.known) add_tree();
    else
        for (i = 0; i < v.rows->count; i++) add_line((line){v.rows->rows[i], NULL, NULL, false});
}

/* ---- columns of the table: cells of the rows, and facts */

static struct source {
    bool fact;
    size_t place; /* of a fact, or of a cell */
} sources[TABLE_COLUMNS];
static size_t name_place, params_place, status_column, reason_column; /* SIZE_MAX: not shown */
static bool with_causes; /* after the reasons */

static size_t place_of(const char *name) {
    size_t i;
    for (i = 0; i < v.column_count; i++)
        if (v.columns[i].kind == COLUMN_FIELD && strcmp(v.columns[i].name, name) == 0) return i;
    return SIZE_MAX;
}

/* A cell without what is said above the table. */
static const char *shown_cell(size_t at, size_t place) {
    static text buffer;
    const line *l = &lines[at];
    const struct source *s = &sources[place];
    const column_kind kind = s->fact ? COLUMN_VARIABLE : v.columns[s->place].kind;
    const char *id = l->row ? l->row->id : l->id;
    bool in_tree = !s->fact && s->place == name_place && (l->prefix || l->again || !l->row);
    if (s->fact) return outline_fact(&common, l->row, s->place);
    text_clear(&buffer);
    if (kind == COLUMN_ID) text_put(&buffer, id, strnlen(id, v.digits));
    else if (in_tree) {
        text_puts(&buffer, l->prefix ? l->prefix : "");
        text_puts(&buffer, l->row ? l->row->cells[s->place] : "(not in the store)");
        text_puts(&buffer, l->again ? " (above)" : "");
    } else if (!l->row) return "";
    else if (kind == COLUMN_WHEN && v.limit) when_put_ago(&buffer, l->row->when, now);
    else if (kind == COLUMN_REASON && with_causes && *l->row->cause)
        text_putf(&buffer, "%s: %s", l->row->reason, l->row->cause);
    else
        return l->row->cells[s->place] + (s->place == name_place     ? common.name.prefix
                                          : s->place == params_place ? common.params.prefix : 0);
    return text_string(&buffer);
}

/* Of the columns that are there by default, the order in which they are left out when space is short. */
enum { RANK_STATUS = 1, RANK_TELLING, RANK_VARIABLES, RANK_REASON = 100, RANK_OTHER, RANK_COMMIT, RANK_ELAPSED, RANK_WHEN,
       RANK_SIMULATED, RANK_MODE };

static int rank_of(size_t place) {
    if (place == name_place || place == params_place)
        return (place == params_place) == common.telling_params ? RANK_TELLING : RANK_OTHER;
    switch (v.columns[place].kind) {
    case COLUMN_ID: return 0;
    case COLUMN_REASON: return RANK_REASON;
    case COLUMN_ELAPSED: return RANK_ELAPSED;
    case COLUMN_SIMULATED: return RANK_SIMULATED;
    case COLUMN_WHEN: return RANK_WHEN;
    case COLUMN_MODE: return RANK_MODE;
    default: return RANK_STATUS;
    }
}

static table_column *add_column(const char *title, bool fact, size_t place) {
    table_column *c = &grid.columns[grid.column_count];
    if (grid.column_count == TABLE_COLUMNS) return NULL;
    memset(c, 0, sizeof *c);
    c->title = title;
    sources[grid.column_count++] = (struct source){fact, place};
    return c;
}

static void add_cell_column(size_t place) {
    const column *source = &v.columns[place];
    const size_t telling = common.telling_params ? params_place : name_place;
    table_column *c = add_column(source->name, false, place);
    if (!c) return;
    c->right = source->numbers || source->kind == COLUMN_DURATION || source->kind == COLUMN_ELAPSED ||
               source->kind == COLUMN_SIZE || source->kind == COLUMN_SIMULATED;
    if ((source->kind == COLUMN_FIELD || source->kind == COLUMN_VARIABLE || source->kind == COLUMN_REASON) &&
        !source->numbers && (!v.by_default || strcmp(source->name, "status") != 0))
        c->least = !v.by_default ? CUT_LEAST : source->kind == COLUMN_REASON ? REASON_LEAST
                   : place == telling ? TELLING_LEAST : OTHER_LEAST;
    c->precious = place == telling;
    c->rank = v.by_default ? rank_of(place) : (int)place;
    if (strcmp(source->name, "status") == 0) status_column = grid.column_count - 1;
    if (source->kind == COLUMN_REASON) reason_column = grid.column_count - 1;
}

/* Adds the columns of variables and commits, which tell rows apart; or those of the other facts. */
static void add_fact_columns(bool telling) {
    table_column *c;
    size_t i;
    for (i = 0; i < common.differing_count; i++) {
        const char *name = facts_name(common.differing[i]);
        if ((common.differing[i] >= FACT_SCRIPT_COMMIT) != telling) continue;
        if (grid.column_count + v.column_count > TABLE_COLUMNS) return; /* the others have their place */
        if ((c = add_column(name, true, common.differing[i])) == NULL) return;
        c->rank = common.differing[i] < FACT_VARIABLES ? RANK_COMMIT : RANK_VARIABLES + (int)i;
        c->spare = !telling;
        c->cut_title = true;
    }
}

/* Without a limit all columns are there, and the variables that any row has. */
static void compare_rows(void) {
    size_t i, k;
    if (v.limit) {
        outline_make(&common, v.rows);
        head_lines = outline_put(&head, &common, v.limit);
        return;
    }
    common.differing_count = 0;
    for (i = FACT_VARIABLES; i < facts_count(); i++) {
        for (k = 0; k < v.rows->count; k++)
            if (i < v.rows->rows[k]->fact_count && v.rows->rows[k]->facts[i]) break;
        if (k < v.rows->count) common.differing[common.differing_count++] = i;
    }
}

/* Gives the causes of failures what is left of the terminal's columns. */
static void add_causes(void) {
    size_t left = v.limit - grid.width, at, wanted = 0, width;
    if (!v.by_default || grid.width >= v.limit || reason_column == SIZE_MAX) return;
    with_causes = true;
    for (at = grid.first_row; at < grid.row_count; at++)
        if (*lines[at].row->cause && (width = terminal_width(shown_cell(at, reason_column))) > wanted) wanted = width;
    width = grid.columns[reason_column].width;
    with_causes = wanted > width && left >= CAUSE_LEAST;
    if (with_causes) table_widen(&grid, reason_column, wanted - width < left ? wanted - width : left);
}

/* Returns whether a live run has a cell. */
static bool is_live(size_t place) {
    size_t i;
    for (i = 0; i < v.rows->count && !(v.rows->rows[i]->live && *v.rows->rows[i]->cells[place]); i++) {}
    return i < v.rows->count;
}

static bool is_needed(size_t place) {
    if (!v.by_default || !v.limit) return true;
    if (v.columns[place].kind == COLUMN_SIMULATED) return is_live(place);
    if (place == name_place) return common.name.needed;
    if (place == params_place) return common.params.needed;
    return v.columns[place].kind != COLUMN_MODE || common.modes;
}

void view_make(const view *wanted) {
    size_t i, used, lines_left;
    v = *wanted;
    now = when_now();
    make_lines();
    text_clear(&head);
    head_lines = 0;
    grid.column_count = 0;
    grid.keep_empty = !v.by_default && !v.known;
    grid.cell = shown_cell;
    status_column = reason_column = SIZE_MAX;
    with_causes = false;
    common.name.place = name_place = place_of("name");
    common.params.place = params_place = place_of("params");
    common.name.prefix = common.params.prefix = 0;
    common.telling_params = true;
    if (v.by_default) compare_rows();
    for (i = 0; i < v.column_count; i++) {
        if (is_needed(i)) add_cell_column(i);
        if (v.by_default && i == name_place) add_fact_columns(true);
    }
    if (v.by_default) add_fact_columns(false);
    if (v.most < head_lines + ROWS_LEAST + 2) head_lines = 0; /* rows matter more */
    used = 1 + (head_lines ? head_lines + 1 : 0); /* titles, what stands above them, and an empty line */
    lines_left = v.most > used ? v.most - used : 1;
    grid.first_row = grid.row_count > lines_left ? grid.row_count - lines_left : 0;
    table_lay_out(&grid, v.limit);
    add_causes();
}

size_t view_first(void) { return grid.first_row; }
size_t view_end(void) { return grid.row_count; }

/* ---- output */

void view_put_head(text *out, bool color) {
    if (head_lines) text_putf(out, "%s\n", text_string(&head));
    table_put_titles(out, &grid, color);
    text_puts(out, "\n");
}

void view_put_row(text *out, size_t at, bool color) {
    const row *r = lines[at].row;
    bool bad = r && (text_starts(r->status, "Failed") || strcmp(r->reason, "lost") == 0);
    table_put_row(out, &grid, at, color && r && !v.known ? status_column : SIZE_MAX,
                  bad ? "\033[31m" : r && strcmp(r->status, "Finished") == 0 ? "\033[32m" : "\033[36m");
}

void view_put_words(text *out, const char *words, size_t limit) {
    size_t used = 0;
    while (*words) {
        size_t length = strcspn(words, " ");
        char *word = text_copy_n(words, length);
        size_t width = terminal_width(word);
        if (used && limit && used + 1 + width > limit) {
            text_puts(out, "\n");
            used = 0;
        }
        text_puts(out, used ? " " : "");
        used += (used > 0) + terminal_put(out, word, limit ? limit : SIZE_MAX);
        free(word);
        words += length + (words[length] == ' ');
    }
}
