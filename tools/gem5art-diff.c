/* gem5art-diff - what differs between two runs, or two artifacts. */

#define TOOL_NAME "gem5art-diff"
#define TOOL_FAILED_STATUS 2 /* as diff: 1 says that they differ */

#include "describe.h"
#include "find.h"

enum { DIFF_COMMITS = 10, DIFF_CELLS = 4 << 20 }; /* commits that are listed; of the table for lists of other lengths */

/* ---- what is compared, in the order it is told */

typedef enum form {
    TEXT,
    LIST,       /* texts */
    PAIRS,      /* name, value, ... */
    ARTIFACT,   /* the id of one: what counts is its hash */
    ARTIFACTS,  /* ids */
    SCRIPT,     /* a path, of which counts what is below its repo */
    NUMBER,
    LIMIT,      /* seconds; 0: none */
    BYTES,      /* negative: not known */
    EVENT,      /* rows of exit events, of which the last counts */
    FILES,      /* rows of files: path and hash */
    COUNT,      /* from here on: cost, of which the ratio is told too */
    SECONDS,
    KIB
} form;

typedef struct aspect {
    const char *field, *label; /* field: NULL for how long a run took */
    form form;
    bool decides;              /* the result, as in "Identity" of the manual; the others may differ */
} aspect;

static const aspect run_aspects[] = {{"type", "what", TEXT, true},
                                     {"params", "parameters", LIST, true},
                                     {"gem5_options", "gem5 options", LIST, true},
                                     {"gem5_artifact", "gem5", ARTIFACT, true},
                                     {"gem5_git_artifact", "gem5 repo", ARTIFACT, true},
                                     {"run_script_git_artifact", "script repo", ARTIFACT, true},
                                     {"run_script", "script", SCRIPT, true},
                                     {"linux_binary_artifact", "kernel", ARTIFACT, true},
                                     {"disk_image_artifact", "disk image", ARTIFACT, true},
                                     {"artifacts", "further", ARTIFACTS, true},
                                     {"status", "status", TEXT, false},
                                     {"kill_reason", "killed for", TEXT, false},
                                     {"return_code", "return code", NUMBER, false},
                                     {"cause", "cause", TEXT, false},
                                     {"exit_events", "last event", EVENT, false},
                                     {"error", "error", TEXT, false},
                                     {"files", "files read", FILES, false},
                                     {"variables", "variables", PAIRS, false},
                                     {"accept", "accepts", LIST, false},
                                     {"fail_on", "fails on", LIST, false},
                                     {"stall", "stall", LIMIT, false},
                                     {"name", "name", TEXT, false},
                                     {"timeout", "time-out", LIMIT, false},
                                     {"environment", "environment", PAIRS, false},
                                     {"gem5_binary_path", "gem5 path", TEXT, false},
                                     {"linux_binary_path", "kernel path", TEXT, false},
                                     {"disk_image_path", "disk path", TEXT, false},
                                     {"cwd", "folder", TEXT, false},
                                     {"host", "host", TEXT, false},
                                     {"kernel", "host kernel", TEXT, false},
                                     {"cpu_model", "host CPU", TEXT, false},
                                     {"user", "user", TEXT, false},
                                     {"gem5art_version", "gem5art.h", TEXT, false},
                                     {NULL, "took", SECONDS, false},
                                     {"ru_utime", "user CPU", SECONDS, false},
                                     {"ru_stime", "system CPU", SECONDS, false},
                                     {"ru_maxrss", "memory", KIB, false},
                                     {"ru_inblock", "blocks read", COUNT, false},
                                     {"ru_oublock", "written", COUNT, false},
                                     {"ru_nvcsw", "switches", COUNT, false},
                                     {"ru_nivcsw", "preemptions", COUNT, false}};

static const aspect artifact_aspects[] = {{"hash", "hash", TEXT, true},
                                          {"type", "type", TEXT, false},
                                          {"name", "name", TEXT, false},
                                          {"documentation", "about", TEXT, false},
                                          {"command", "made by", TEXT, false},
                                          {"cwd", "in", TEXT, false},
                                          {"inputs", "made from", ARTIFACTS, false},
                                          {"path", "path", TEXT, false},
                                          {"git", "origin", TEXT, false}, /* its first text */
                                          {"size", "size", BYTES, false},
                                          {"architecture", "architecture", TEXT, false},
                                          {"version", "version", TEXT, false},
                                          {"supported_gem5_versions", "for gem5", LIST, false},
                                          {"url", "url", TEXT, false},
                                          {"md5sum", "md5sum", TEXT, false},
                                          {"extra", "extra", PAIRS, false}};

/* ---- the comparison */

typedef struct commits {
    size_t count;            /* that only one side has */
    gem5art__buf lines;      /* the first few */
} commits;

typedef struct difference {
    const aspect *aspect;
    const gem5art_artifact *repos[2]; /* two commits of a repo; else NULL */
    bool compared;           /* by git, as the repo is here */
    commits commits[2];
} difference;

typedef struct comparison {
    gem5art_db *db;
    gem5art__arena arena;
    const void *sides[2];    /* both a gem5art_run or both a gem5art_artifact */
    const gem5art_run *runs[2]; /* NULL: artifacts */
    const aspect *aspects;
    size_t aspect_count;
    difference differences[sizeof run_aspects / sizeof *run_aspects];
    size_t count, deciding;
} comparison;

static void *need_memory(void *memory) {
    if (!memory) tool_exit(TOOL_FAILED, "out of memory");
    return memory;
}

static const gem5art__field *field_of(const comparison *c, const aspect *a) {
    return a->field ? gem5art__find_field(c->runs[0] ? gem5art__run_fields : gem5art__artifact_fields, a->field) : NULL;
}

static const void *value_of(const comparison *c, const aspect *a, int side) {
    return (const char *)c->sides[side] + field_of(c, a)->offset;
}

static const char *text_of(const comparison *c, const aspect *a, int side) {
    const char *text = *(const char *const *)value_of(c, a, side);
    return text ? text : "";
}

static double number_of(const comparison *c, const aspect *a, int side) {
    if (!a->field) return run_seconds(c->runs[side]);
    if (field_of(c, a)->kind == GEM5ART__SECONDS) return *(const double *)value_of(c, a, side);
    return (double)*(const int64_t *)value_of(c, a, side);
}

/* The hash that stands for an artifact; its id, where it is not in the store any more. */
static const char *hash_of(const comparison *c, const char *id) {
    const gem5art_artifact *artifact = *id ? find_used(c->db, id) : NULL;
    return artifact && *artifact->hash ? artifact->hash : id;
}

/* An artifact, for people: "gem5, SHA-256 99b631e4b40b". */
static const char *artifact_text(comparison *c, const char *id) {
    const gem5art_artifact *artifact = *id ? find_used(c->db, id) : NULL;
    if (!*id) return "none";
    return (const char *)need_memory(
        artifact ? gem5art__arena_printf(&c->arena, "%s, %s %.12s", artifact->name, hash_kind(artifact), artifact->hash)
                 : gem5art__arena_printf(&c->arena, "%s, not in the store any more", id));
}

static const char *join(comparison *c, const char *folder, const char *path) {
    return (const char *)need_memory(gem5art__join_path(&c->arena, folder, path));
}

/* What counts of a run's script: its path in its repo; NULL: the record does not tell it. */
static const char *script_in_repo(comparison *c, int side) {
    const gem5art_run *run = c->runs[side];
    const gem5art_artifact *repo = find_used(c->db, run->run_script_git_artifact);
    const char *path = join(c, run->cwd, run->run_script), *below = NULL;
    if (repo) below = path_below(repo->git_name, path);
    if (repo && !below) below = path_below(join(c, NULL, repo->path), path);
    return below;
}

/* The repo that is stored may be another clone than that of the script: then the end of the path is all there is. */
static bool same_scripts(comparison *c) {
    const char *a = script_in_repo(c, 0), *b = script_in_repo(c, 1);
    const char *known = a ? a : b, *path = c->runs[a != NULL]->run_script;
    size_t length = strlen(path), end = known ? strlen(known) : 0;
    if (a && b) return strcmp(a, b) == 0;
    if (!known) return strcmp(c->runs[0]->run_script, c->runs[1]->run_script) == 0;
    return gem5art__ends_with(path, known) && (length == end || path[length - end - 1] == '/');
}

/* "tick 42: m5_exit instruction encountered, code 3"; "": there was none. */
static const char *last_event(comparison *c, int side) {
    const gem5art_run *run = c->runs[side];
    const gem5art_exit_event *event;
    char code[32] = "";
    if (!run->exit_event_count) return "";
    event = &run->exit_events[run->exit_event_count - 1];
    if (event->code) snprintf(code, sizeof code, ", code %lld", (long long)event->code);
    return (const char *)need_memory(
        gem5art__arena_printf(&c->arena, "tick %llu: %s%s", (unsigned long long)event->tick, event->cause, code));
}

/* "PATH 99b631e4b40b": the whole hash where it is compared. */
static const char *const *files_of(comparison *c, int side, bool shown) {
    const gem5art_run *run = c->runs[side];
    const char **list = (const char **)need_memory(gem5art__arena_alloc(&c->arena, (run->file_count + 1) * sizeof *list));
    size_t i;
    for (i = 0; i < run->file_count; i++)
        list[i] = (const char *)need_memory(
            gem5art__arena_printf(&c->arena, "%s %.*s", run->files[i].path, shown ? 12 : 64, run->files[i].hash));
    list[i] = NULL;
    return list;
}

/* The texts of a list, as they are compared (hashes of artifacts) or shown; NULL-terminated. */
static const char *const *list_of(comparison *c, const aspect *a, int side, bool shown) {
    const char *const *texts;
    const char **list;
    size_t count = 0, i;
    if (a->form == FILES) return files_of(c, side, shown);
    texts = *(const char *const *const *)value_of(c, a, side);
    while (texts[count]) count++;
    if (a->form == PAIRS) count /= 2;
    list = (const char **)need_memory(gem5art__arena_alloc(&c->arena, (count + 1) * sizeof *list));
    for (i = 0; i < count; i++) {
        if (a->form == LIST) list[i] = texts[i];
        else if (a->form == ARTIFACTS) list[i] = shown ? artifact_text(c, texts[i]) : hash_of(c, texts[i]);
        else list[i] = (const char *)need_memory(
                 gem5art__arena_printf(&c->arena, "%s=%s", texts[2 * i], texts[2 * i + 1]));
    }
    return list;
}

static size_t list_length(const char *const *list) {
    size_t count = 0;
    while (list[count]) count++;
    return count;
}

static bool same_lists(const char *const *a, const char *const *b) {
    for (; *a && *b && strcmp(*a, *b) == 0; a++, b++) {}
    return !*a && !*b;
}

static bool is_same(comparison *c, const aspect *a) {
    switch (a->form) {
    case TEXT: return strcmp(text_of(c, a, 0), text_of(c, a, 1)) == 0;
    case LIST:
    case PAIRS:
    case FILES:
    case ARTIFACTS: return same_lists(list_of(c, a, 0, false), list_of(c, a, 1, false));
    case ARTIFACT: return strcmp(hash_of(c, text_of(c, a, 0)), hash_of(c, text_of(c, a, 1))) == 0;
    case EVENT: return strcmp(last_event(c, 0), last_event(c, 1)) == 0;
    case SCRIPT: return same_scripts(c);
    default: break;
    }
    return !(number_of(c, a, 0) < number_of(c, a, 1) || number_of(c, a, 0) > number_of(c, a, 1));
}

/* A run's own hash tells more than its record's parts: a script that no repo tracks counts by its content. Python
   gem5art records no use of resources. */
static bool differs(comparison *c, const aspect *a) {
    bool both = c->runs[0] && strlen(c->runs[0]->hash) == 64 && strlen(c->runs[1]->hash) == 64;
    bool equal = both && strcmp(c->runs[0]->hash, c->runs[1]->hash) == 0;
    if (a->decides && equal) return false;
    if (a->form >= COUNT && a->field && (c->runs[0]->ru_maxrss <= 0 || c->runs[1]->ru_maxrss <= 0)) return false;
    return !is_same(c, a);
}

/* ---- git */

static bool is_commit(const char *hash) {
    size_t length = strlen(hash);
    return (length == 40 || length == 64) && strspn(hash, "0123456789abcdef") == length;
}

static bool has_commit(const char *folder, const char *hash) {
    const char *commit[] = {"cat-file", "-e", hash, NULL};
    gem5art__buf output = {NULL, 0, 0, false};
    int status;
    bool has = gem5art__git_run(NULL, folder, commit, &output, &status, NULL) && status == 0;
    gem5art__buf_free(&output);
    return has;
}

/* A folder whose repo has both commits; NULL: there is none here. */
static const char *find_repo(comparison *c, const gem5art_artifact *const repos[2]) {
    int side, place;
    for (side = 0; side < 2; side++)
        for (place = 0; place < 2; place++) {
            const char *cwd = c->runs[side] ? c->runs[side]->cwd : "", *folder = repos[side]->git_name;
            if (place == 1) folder = join(c, cwd, repos[side]->path);
            if (*folder && path_is_there(folder) && has_commit(folder, repos[0]->git_hash) &&
                has_commit(folder, repos[1]->git_hash))
                return folder;
        }
    return NULL;
}

/* The commits that lead to one and not to the other. */
static bool read_commits(const char *folder, const char *range, commits *only) {
    const char *count[] = {"rev-list", "--count", range, "--", NULL};
    const char *log[] = {"log", "--oneline", "--no-decorate", "--color=never", NULL, range, NULL};
    gem5art__buf number = {NULL, 0, 0, false};
    char most[32];
    int status;
    bool ok;
    snprintf(most, sizeof most, "--max-count=%d", DIFF_COMMITS);
    log[4] = most;
    ok = gem5art__git_run(NULL, folder, count, &number, &status, NULL) && status == 0;
    if (ok) only->count = (size_t)strtoull(number.data, NULL, 10);
    ok = ok && gem5art__git_run(NULL, folder, log, &only->lines, &status, NULL) && status == 0;
    gem5art__buf_free(&number);
    return ok;
}

static void compare_commits(comparison *c, difference *d, const gem5art_artifact *a, const gem5art_artifact *b) {
    const char *folder;
    char range[160];
    if (!a || !b || !is_repo(a) || !is_repo(b) || strcmp(a->git_hash, b->git_hash) == 0) return;
    if (!is_commit(a->git_hash) || !is_commit(b->git_hash)) return;
    d->repos[0] = a;
    d->repos[1] = b;
    folder = find_repo(c, d->repos);
    if (!folder) return;
    snprintf(range, sizeof range, "%s..%s", b->git_hash, a->git_hash);
    d->compared = read_commits(folder, range, &d->commits[0]);
    snprintf(range, sizeof range, "%s..%s", a->git_hash, b->git_hash);
    d->compared = read_commits(folder, range, &d->commits[1]) && d->compared;
}

/* ---- comparing */

static void compare_aspect(comparison *c, const aspect *a) {
    difference *d = &c->differences[c->count];
    memset(d, 0, sizeof *d);
    d->aspect = a;
    c->count++;
    c->deciding += a->decides;
    if (!c->runs[0] && a->decides)
        compare_commits(c, d, (const gem5art_artifact *)c->sides[0], (const gem5art_artifact *)c->sides[1]);
    else if (a->form == ARTIFACT)
        compare_commits(c, d, find_used(c->db, text_of(c, a, 0)), find_used(c->db, text_of(c, a, 1)));
}

static const aspect *find_aspect(const comparison *c, const char *field) {
    size_t i;
    for (i = 0; i + 1 < c->aspect_count && (!c->aspects[i].field || strcmp(c->aspects[i].field, field) != 0); i++) {}
    return &c->aspects[i];
}

static void compare(comparison *c) {
    size_t i;
    for (i = 0; i < c->aspect_count; i++)
        if (differs(c, &c->aspects[i])) compare_aspect(c, &c->aspects[i]);
    if (c->runs[0] && !c->deciding && strlen(c->runs[0]->hash) == strlen(c->runs[1]->hash) &&
        strcmp(c->runs[0]->hash, c->runs[1]->hash) != 0)
        compare_aspect(c, find_aspect(c, "run_script"));
}

/* ---- for people */

static void put_number(gem5art__buf *out, form of, double number) {
    if (of == BYTES && number < 0) return;
    if (of == LIMIT && number <= 0) gem5art__puts(out, "none");
    else if (of == SECONDS && number < 60) gem5art__putf(out, "%.3f s", number);
    else if (of == LIMIT || of == SECONDS) tool_put_duration(out, number);
    else if (of == BYTES || of == KIB) put_bytes(out, of == KIB ? number * 1024 : number);
    else gem5art__putf(out, "%.0f", number);
}

/* Words in lines of their own, marked as in a diff. */
static void tell_marked(sheet *s, int side, const char *text) {
    if (!s->fresh) sheet_break(s);
    sheet_set_color(s, side ? SHEET_GREEN : SHEET_RED);
    sheet_word(s, side ? "+" : "-");
    s->indent += 2;
    sheet_words(s, text);
    s->indent -= 2;
    sheet_set_color(s, SHEET_PLAIN);
}

/* "a -> b" where that fits, else two lines; `more` goes behind. */
static void tell_pair(sheet *s, const char *label, const char *a, const char *b, const char *more) {
    size_t width = tool_width(a) + 4 + tool_width(b) + tool_width(more);
    sheet_label(s, label);
    if (*a && *b && s->column + width <= s->columns && !strchr(a, '\n') && !strchr(b, '\n')) {
        sheet_put(s, SHEET_RED, a);
        sheet_put(s, SHEET_PLAIN, " -> ");
        sheet_put(s, SHEET_GREEN, b);
        sheet_put(s, SHEET_PLAIN, more);
    } else {
        if (*a) tell_marked(s, 0, a);
        if (*b) tell_marked(s, 1, b);
    }
    sheet_end_line(s);
}

static void tell_numbers(comparison *c, sheet *s, const aspect *what) {
    double a = number_of(c, what, 0), b = number_of(c, what, 1);
    bool ratio = a > 0 && b > 0 && what->form >= COUNT;
    gem5art__buf texts[2] = {{NULL, 0, 0, false}, {NULL, 0, 0, false}};
    char more[32] = "";
    put_number(&texts[0], what->form, a);
    put_number(&texts[1], what->form, b);
    gem5art__puts(&texts[0], "");
    gem5art__puts(&texts[1], "");
    if (texts[0].failed || texts[1].failed) tool_exit(TOOL_FAILED, "out of memory");
    if (ratio) snprintf(more, sizeof more, b / a < 0.01 ? " (%.2g times)" : " (%.2f times)", b / a);
    tell_pair(s, what->label, texts[0].data, texts[1].data, more);
    gem5art__buf_free(&texts[0]);
    gem5art__buf_free(&texts[1]);
}

/* A list's item, numbered from 1. */
static void tell_item(sheet *s, const aspect *a, int side, size_t number, const char *item) {
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art__putf(&text, "%zu: ", number);
    if (a->form == LIST) tool_put_shell_word(&text, item);
    else gem5art__puts(&text, item);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    tell_marked(s, side, text.data);
    gem5art__buf_free(&text);
}

/* The longest common subsequence of what stands between the same beginning and the same end: lengths[i][k] is that of
   what is behind a[i] and b[k]. Too much for the table counts as wholly different. */
static void tell_list(comparison *c, sheet *s, const aspect *what) {
    const char *const *a = list_of(c, what, 0, false), *const *b = list_of(c, what, 1, false);
    const char *const *shown_a = list_of(c, what, 0, true), *const *shown_b = list_of(c, what, 1, true);
    size_t n = list_length(a), m = list_length(b), from = 0, i, k;
    bool aligned = n == m;
    uint32_t *lengths;
    while (from < n && from < m && strcmp(a[from], b[from]) == 0) from++;
    while (n > from && m > from && strcmp(a[n - 1], b[m - 1]) == 0) n--, m--;
    if ((m - from + 1) > DIFF_CELLS / (n - from + 1)) aligned = true;
    lengths = (uint32_t *)need_memory(calloc(aligned ? 1 : (n - from + 1) * (m - from + 1), sizeof *lengths));
#define BEHIND(i, k) lengths[((i) - from) * (m - from + 1) + ((k) - from)]
    for (i = n; !aligned && i-- > from;)
        for (k = m; k-- > from;)
            BEHIND(i, k) = strcmp(a[i], b[k]) == 0 ? BEHIND(i + 1, k + 1) + 1
                           : BEHIND(i + 1, k) > BEHIND(i, k + 1) ? BEHIND(i + 1, k) : BEHIND(i, k + 1);
    sheet_label(s, what->label);
    for (i = k = from; i < n || k < m;) {
        bool same = i < n && k < m && strcmp(a[i], b[k]) == 0;
        bool drop = !same && i < n && (aligned || k == m || BEHIND(i + 1, k) >= BEHIND(i, k + 1));
        bool add = !same && k < m && (aligned || !drop);
        if (drop) tell_item(s, what, 0, i + 1, shown_a[i]);
        if (add) tell_item(s, what, 1, k + 1, shown_b[k]);
        i += same || drop;
        k += same || add;
    }
#undef BEHIND
    sheet_end_line(s);
    free(lengths);
}

static void tell_commits(sheet *s, const difference *d) {
    int side;
    if (!d->repos[0]) return;
    if (!d->compared) {
        sheet_entry(s, "", "what is between them is not known: no repo that has both is here");
        return;
    }
    for (side = 0; side < 2; side++) {
        const commits *only = &d->commits[side];
        const char *line = only->lines.data;
        size_t shown = 0;
        if (only->count == 0) continue;
        sheet_entry(s, "", "%zu commit%s only in the %s:", only->count, only->count > 1 ? "s" : "",
                    side ? "second" : "first");
        for (; line && *line; line += strcspn(line, "\n"), line += *line == '\n', shown++) {
            const char *text = need_memory(strndup(line, strcspn(line, "\n")));
            sheet_label(s, "");
            tell_marked(s, side, text);
            sheet_end_line(s);
            free((void *)(uintptr_t)text);
        }
        if (shown < only->count) sheet_entry(s, "", "and %zu more", only->count - shown);
    }
}

static void tell_script(comparison *c, sheet *s, const aspect *a) {
    if (is_same(c, a)) sheet_entry(s, a->label, "%s: what it says", c->runs[0]->run_script);
    else tell_pair(s, a->label, c->runs[0]->run_script, c->runs[1]->run_script, "");
}

static void tell_difference(comparison *c, sheet *s, const difference *d) {
    const aspect *a = d->aspect;
    switch (a->form) {
    case TEXT: tell_pair(s, a->label, text_of(c, a, 0), text_of(c, a, 1), ""); break;
    case LIST:
    case PAIRS:
    case FILES:
    case ARTIFACTS: tell_list(c, s, a); break;
    case EVENT: tell_pair(s, a->label, last_event(c, 0), last_event(c, 1), ""); break;
    case ARTIFACT:
        tell_pair(s, a->label, artifact_text(c, text_of(c, a, 0)), artifact_text(c, text_of(c, a, 1)), "");
        break;
    case SCRIPT: tell_script(c, s, a); break;
    default: tell_numbers(c, s, a);
    }
    tell_commits(s, d);
}

static void tell_side(comparison *c, sheet *s, int side) {
    const gem5art_run *run = c->runs[side];
    const gem5art_artifact *artifact = run ? NULL : (const gem5art_artifact *)c->sides[side];
    gem5art__buf status = {NULL, 0, 0, false}, text = {NULL, 0, 0, false};
    if (run) put_status(&status, run);
    gem5art__putf(&text, "%s %s (%s)", side ? "+++" : "---", run ? run->name : artifact->name,
                  run ? status.data : artifact->type);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    sheet_put(s, side ? SHEET_GREEN : SHEET_RED, text.data);
    gem5art__putf(&s->text, "\n    ");
    sheet_put(s, SHEET_PLAIN, run ? run->id : artifact->id);
    sheet_end_line(s);
    gem5art__buf_free(&status);
    gem5art__buf_free(&text);
}

static void tell_part(comparison *c, sheet *s, const char *heading, bool decides) {
    size_t i;
    sheet_heading(s, heading);
    for (i = 0; i < c->count; i++)
        if (c->differences[i].aspect->decides == decides) tell_difference(c, s, &c->differences[i]);
}

static void tell(comparison *c, sheet *s) {
    tell_side(c, s, 0);
    tell_side(c, s, 1);
    if (c->count == 0) {
        sheet_title(s, "No difference");
        return;
    }
    if (c->deciding == 0) sheet_title(s, c->runs[0] ? "No difference in what decides the result" : "The same content");
    tell_part(c, s, c->runs[0] ? "What decides the result" : "Another content", true);
    tell_part(c, s, "Besides", false);
}

/* ---- as JSON */

static void write_side(comparison *c, gem5art_json_writer *writer, int side) {
    size_t i;
    gem5art_json_begin_object(writer);
    gem5art_json_key(writer, "_id");
    gem5art_json_string(writer, c->runs[side] ? c->runs[side]->id : ((const gem5art_artifact *)c->sides[side])->id);
    for (i = 0; i < c->count; i++) {
        const aspect *a = c->differences[i].aspect;
        if (a->field) gem5art__write_field(writer, field_of(c, a), c->sides[side]);
        else {
            gem5art_json_key(writer, "seconds");
            gem5art_json_number(writer, number_of(c, a, side));
        }
    }
    gem5art_json_end_object(writer);
}

static void write_fields(const comparison *c, gem5art_json_writer *writer, const char *key, bool decides) {
    size_t i;
    gem5art_json_key(writer, key);
    gem5art_json_begin_array(writer);
    for (i = 0; i < c->count; i++)
        if (c->differences[i].aspect->decides == decides)
            gem5art_json_string(writer, c->differences[i].aspect->field ? c->differences[i].aspect->field : "seconds");
    gem5art_json_end_array(writer);
}

static void write_lines(gem5art_json_writer *writer, const char *key, const char *line) {
    gem5art_json_key(writer, key);
    gem5art_json_begin_array(writer);
    for (; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
        gem5art_json_string_n(writer, line, strcspn(line, "\n"));
    gem5art_json_end_array(writer);
}

/* Of each repo that differs and is here, the first commits that only one side has. */
static void write_commits(const comparison *c, gem5art_json_writer *writer) {
    size_t i;
    gem5art_json_key(writer, "commits");
    gem5art_json_begin_object(writer);
    for (i = 0; i < c->count; i++) {
        const difference *d = &c->differences[i];
        if (!d->compared) continue;
        gem5art_json_key(writer, d->aspect->field);
        gem5art_json_begin_object(writer);
        write_lines(writer, "a", d->commits[0].lines.data);
        write_lines(writer, "b", d->commits[1].lines.data);
        gem5art_json_end_object(writer);
    }
    gem5art_json_end_object(writer);
}

static void write_json(comparison *c) {
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_object(&writer);
    gem5art_json_key(&writer, "same");
    gem5art_json_boolean(&writer, c->deciding == 0);
    write_fields(c, &writer, "decide", true);
    write_fields(c, &writer, "besides", false);
    gem5art_json_key(&writer, "a");
    write_side(c, &writer, 0);
    gem5art_json_key(&writer, "b");
    write_side(c, &writer, 1);
    write_commits(c, &writer);
    gem5art_json_end_object(&writer);
    tool_print_json(&writer);
    gem5art_json_writer_free(&writer);
}

static comparison begin(gem5art_db *db, const found *a, const found *b, char **keys) {
    comparison c;
    memset(&c, 0, sizeof c);
    if (!a->run != !b->run)
        tool_exit(TOOL_MISUSE, "\"%s\" is %s and \"%s\" is %s: give two of a kind", keys[0],
                  a->run ? "a run" : "an artifact", keys[1], b->run ? "a run" : "an artifact");
    c.db = db;
    c.sides[0] = a->run ? (const void *)a->run : a->artifact;
    c.sides[1] = b->run ? (const void *)b->run : b->artifact;
    c.runs[0] = a->run;
    c.runs[1] = b->run;
    c.aspects = a->run ? run_aspects : artifact_aspects;
    c.aspect_count =
        a->run ? sizeof run_aspects / sizeof *run_aspects : sizeof artifact_aspects / sizeof *artifact_aspects;
    return c;
}

int main(int argc, char **argv) {
    static const char *db_uri, *color;
    static bool json;
    static const tool_option options[] = {
        {"--json", NULL, NULL, "As JSON: what differs, and the values of both", NULL, NULL, &json, NULL},
        {"--color", NULL, "WHEN", "always, never, or auto (on terminals): the default", &color, NULL, NULL,
         "always auto never"},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json", &db_uri,
         NULL, NULL, "FILE"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {
        {"a, b", "Two runs or two artifacts: an id, the beginning of one (at least 4 characters), or a whole hash",
         "ID"},
        {NULL, NULL, NULL}};
    static const tool_page page = {
        "tell what differs between two runs or two artifacts",
        "a b",
        "Tell what differs between two runs or two artifacts: first what decides the result, then the rest, with the "
        "commits between two states of a repo that is here.",
        operands,
        options,
        "Exit status, as of diff: 0 when nothing differs that decides the result, 1 when something does, 2 for misuse "
        "and failures."};
    sheet s;
    found a, b;
    comparison c;
    gem5art_db *db;
    size_t i;
    argc = tool_parse(argc, argv, &page);
    memset(&s, 0, sizeof s);
    s.glue = "";
    s.color = tool_use_color(color, stdout);
    s.columns = (size_t)tool_columns(STDOUT_FILENO);
    if (argc != 2) tool_exit(TOOL_MISUSE, "two runs or two artifacts are compared: give two ids");
    db = tool_open(db_uri, true);
    a = find_any(db, argv[0]);
    b = find_any(db, argv[1]);
    c = begin(db, &a, &b, argv);
    compare(&c);
    if (json) write_json(&c);
    else tell(&c, &s);
    sheet_print(&s);
    for (i = 0; i < c.count; i++) {
        gem5art__buf_free(&c.differences[i].commits[0].lines);
        gem5art__buf_free(&c.differences[i].commits[1].lines);
    }
    gem5art__arena_free(&c.arena);
    find_end(&a);
    find_end(&b);
    gem5art_close(db, NULL);
    return tool_end(true) == TOOL_DONE ? c.deciding > 0 : TOOL_FAILED_STATUS;
}
