/* values.c - see values.h */

#include "values.h"

#include <string.h>

#include "array.h"
#include "facts.h"

static unsigned fact_of(const row *r, size_t place) { return place < r->fact_count ? r->facts[place] : 0; }

/* Lists the variables that any row has. */
static size_t list_variables(const row_list *rows, size_t places[FACTS_MOST], text_list *names) {
    size_t count = 0, i, place;
    for (place = FACT_VARIABLES; place < facts_count(); place++) {
        for (i = 0; i < rows->count && !fact_of(rows->rows[i], place); i++) {}
        if (i == rows->count) continue;
        places[count++] = place;
        text_list_add(names, column_title(facts_name(place)));
    }
    return count;
}

void values_print(const row_list *rows, const column *columns, size_t column_count, bool csv, csv_style style) {
    static text value;
    text_list names = {NULL, 0};
    size_t places[FACTS_MOST], variables, i, k;
    array a;
    for (k = 0; k < column_count; k++) text_list_add(&names, columns[k].name);
    variables = csv ? list_variables(rows, places, &names) : 0;
    array_begin(&a, csv, style, &names);
    for (i = 0; i < rows->count; i++) {
        const row *r = rows->rows[i];
        for (k = 0; k < column_count; k++) array_put(&a, r->cells[k]);
        for (k = 0; k < variables; k++) {
            const char *json = facts_json(fact_of(r, places[k]));
            text_clear(&value);
            csv_put_json(&value, style, json, strlen(json));
            array_put(&a, text_string(&value));
        }
    }
    array_print(&a);
    text_list_free(&names);
}
