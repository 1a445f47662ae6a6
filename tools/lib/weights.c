/* weights.c - see weights.h */

#include "weights.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t weights_find(const weights *w, const char *simpoint) {
    size_t i;
    for (i = 0; i < w->count; i++)
        if (strcmp(w->simpoints[i], simpoint) == 0) return i;
    return SIZE_MAX;
}

/* Reads "0.25 3". A comment, from # on, was cut off. */
static bool weights_read_line(weights *w, const char *path, size_t number, char *line, text *why) {
    char *word = strtok(line, " \t\r\n"), *simpoint = strtok(NULL, " \t\r\n"), *end;
    double value;
    if (!word) return true;
    value = strtod(word, &end);
    if (*end || !isfinite(value) || value < 0)
        text_putf(why, "%s:%zu: \"%.40s\" is not a weight: give 0 or more", path, number, word);
    else if (!simpoint || strtok(NULL, " \t\r\n"))
        text_putf(why, "%s:%zu: a line has a weight and the number of its simpoint, as in \"0.25 3\"", path, number);
    else if (weights_find(w, simpoint) != SIZE_MAX)
        text_putf(why, "%s:%zu: simpoint %.40s has a weight already", path, number, simpoint);
    else {
        w->simpoints = (char **)text_room(w->simpoints, w->count, sizeof *w->simpoints);
        w->values = (double *)text_room(w->values, w->count, sizeof *w->values);
        w->simpoints[w->count] = text_copy(simpoint);
        w->values[w->count++] = value;
        w->sum += value;
        return true;
    }
    return false;
}

bool weights_read(weights *w, const char *path, text *why) {
    char line[512];
    FILE *file = fopen(path, "r");
    size_t number = 1;
    bool ok = true;
    memset(w, 0, sizeof *w);
    if (!file) {
        text_putf(why, "cannot read the weights in %s: %s", path, strerror(errno));
        return false;
    }
    for (; ok && fgets(line, sizeof line, file); number++) {
        if (!strchr(line, '\n') && strlen(line) + 1 == sizeof line) {
            text_putf(why, "%s:%zu: a line of weights has over %zu bytes", path, number, sizeof line);
            ok = false;
        }
        line[strcspn(line, "#")] = 0;
        ok = ok && weights_read_line(w, path, number, line, why);
    }
    if (ok && ferror(file)) text_putf(why, "cannot read the weights in %s: %s", path, strerror(errno));
    else if (ok && !(w->sum > 0)) text_putf(why, "%s has no weights above 0", path);
    else {
        fclose(file);
        return ok;
    }
    fclose(file);
    return false;
}

void weights_free(weights *w) {
    while (w->count > 0) free(w->simpoints[--w->count]);
    free(w->simpoints);
    free(w->values);
    memset(w, 0, sizeof *w);
}
