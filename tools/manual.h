/* manual.h - a tool's man page and its completions for bash, zsh and fish, made of the page that its --help is made of.

   `gem5art-NAME --print man|bash|zsh|fish` writes them; `make install` puts them where they are looked for. Included by
   tool.h. */
#ifndef MANUAL_H
#define MANUAL_H

#define MANUAL_DATE "2026-11-27"

/* ---- the man page */

/* Words as roff takes them: no hyphens where minus signs are meant, no requests. */
static void manual_put(gem5art__buf *out, const char *text) {
    const char *c;
    for (c = text; *c; c++) {
        if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\'')) gem5art__puts(out, "\\&");
        if (*c == '\\') gem5art__puts(out, "\\e");
        else if (*c == '-') gem5art__puts(out, "\\-");
        else if (*c == '\n' && c[1] && c[1] != ' ') gem5art__puts(out, "\n.br\n");
        else gem5art__put(out, c, 1);
    }
}

static void manual_put_option(gem5art__buf *out, const tool_option *option) {
    gem5art__puts(out, ".TP\n");
    if (option->letter) gem5art__puts(out, ".BR "), manual_put(out, option->letter), gem5art__puts(out, " \", \" ");
    else gem5art__puts(out, ".B ");
    manual_put(out, option->name);
    if (option->value_name && option->letter) gem5art__putf(out, " \" \\fI%s\\fR\"", option->value_name);
    else if (option->value_name) gem5art__putf(out, " \\fI%s\\fR", option->value_name);
    gem5art__puts(out, "\n");
    manual_put(out, option->help + strspn(option->help, " "));
    gem5art__puts(out, "\n");
}

static void manual_man(gem5art__buf *out, const tool_page *page) {
    static const tool_option help = {"--help", "-h", NULL, "Show a short help.", NULL, NULL, NULL, NULL};
    static const tool_option version = {"--version", NULL, NULL, "Show the version.", NULL, NULL, NULL, NULL};
    gem5art__buf usage = {NULL, 0, 0, false};
    const tool_operand *operand = page->operands;
    const tool_option *option;
    char *c;
    gem5art__puts(out, ".TH \"");
    for (c = (char *)TOOL_NAME; *c; c++) gem5art__putf(out, *c == '-' ? "\\-" : "%c", *c >= 'a' ? *c - 32 : *c);
    gem5art__puts(out, "\" 1 \"" MANUAL_DATE "\" \"gem5art.h " GEM5ART_VERSION "\" \"gem5art.h\"\n.SH NAME\n");
    manual_put(out, TOOL_NAME);
    gem5art__puts(out, " \\- ");
    manual_put(out, page->summary);
    gem5art__puts(out, "\n.SH SYNOPSIS\n.nf\n");
    tool_put_usage(&usage, page);
    manual_put(out, usage.data ? usage.data + strlen("usage: ") : "");
    gem5art__buf_free(&usage);
    gem5art__puts(out, ".fi\n.SH DESCRIPTION\n");
    manual_put(out, page->description);
    gem5art__puts(out, "\n");
    for (; operand && operand->name; operand++) {
        gem5art__putf(out, ".TP\n.I %s\n", operand->name);
        manual_put(out, operand->help);
        gem5art__puts(out, "\n");
    }
    gem5art__puts(out, ".SH OPTIONS\nLong options may be cut short, as long as they stay unique.\n");
    for (option = page->options; option->name; option++) manual_put_option(out, option);
    manual_put_option(out, &help);
    manual_put_option(out, &version);
    if (page->more) gem5art__puts(out, ".SH NOTES\n"), manual_put(out, page->more), gem5art__puts(out, "\n");
    gem5art__puts(out, ".SH ENVIRONMENT\n.TP\n.B GEM5ART_DB\n"
                       "The store, where no option names one: a path, file://PATH or lmdb://PATH.\n"
                       ".TP\n.B GEM5ART_STORAGE\nA folder for copies of registered files and results.\n"
                       ".SH EXIT STATUS\n0 done, 1 it failed, 2 misuse.\n");
}

/* ---- completions */

/* What else than words can be offered: how each shell looks for it. SELF_ids asks gem5art-ls, once with each
   of the options that it is given. */
static const struct manual_kind {
    const char *name, *bash, *zsh;
    bool files; /* fish offers files by itself */
    const char *fish;
} manual_kinds[] = {
    {"FILE", "compgen -f -- \"$cur\"", "_files", true, NULL},
    {"FOLDER", "compgen -d -- \"$cur\"", "_files -/", true, NULL},
    {"ARTIFACT", "compgen -W \"$(SELF_ids --artifacts)\" -- \"$cur\"", "{SELF_ids --artifacts}", false,
     "(SELF_ids --artifacts)"},
    {"ID", "compgen -W \"$(SELF_ids --csv --live --artifacts)\" -- \"$cur\"", "{SELF_ids --csv --live --artifacts}",
     false, "(SELF_ids --csv --live --artifacts)"}};
enum { MANUAL_KINDS = sizeof manual_kinds / sizeof *manual_kinds };

/* The next of words that are parted by spaces, "" at their end; *kind is what it stands for, NULL for itself. */
static const char *manual_next(const char **words, size_t *length, const struct manual_kind **kind) {
    const char *word = *words ? *words : "";
    size_t i;
    *length = strcspn(word, " ");
    *words = word + *length + (word[*length] == ' ');
    *kind = NULL;
    for (i = 0; i < MANUAL_KINDS; i++)
        if (gem5art__text_is(word, *length, manual_kinds[i].name)) *kind = &manual_kinds[i];
    return word;
}

/* The next of them that is a kind; NULL: there is none. */
static const struct manual_kind *manual_next_kind(const char **words) {
    const struct manual_kind *kind;
    size_t length;
    while (*manual_next(words, &length, &kind) && !kind) {}
    return kind;
}

/* Those that stand for themselves, between two texts; nothing where there are none. */
static void manual_put_words(gem5art__buf *out, const char *before, const char *words, const char *after) {
    const struct manual_kind *kind;
    const char *word;
    size_t length, count = 0;
    while (*(word = manual_next(&words, &length, &kind)))
        if (!kind) gem5art__putf(out, "%s%.*s", count++ ? " " : before, (int)length, word);
    if (count) gem5art__puts(out, after);
}

/* What operands may be; NULL: there are none. */
static const char *manual_operands(const tool_page *page) {
    const tool_operand *operand = page->operands;
    for (; operand && operand->name; operand++)
        if (operand->words) return operand->words;
    return *page->usage ? "FILE" : NULL;
}

static bool manual_has_ids(const char *words) {
    const struct manual_kind *kind;
    while ((kind = manual_next_kind(&words)) != NULL && kind->files) {}
    return kind != NULL;
}

/* Does anything that is offered come from the store? */
static bool manual_needs_ids(const tool_page *page) {
    const tool_option *option = page->options;
    while (option->name && !manual_has_ids(option->words)) option++;
    return option->name || manual_has_ids(manual_operands(page));
}

/* A shell's text, in which SELF stands for the tool's name as a function has it. */
static void manual_put_shell(gem5art__buf *out, const char *text) {
    const char *c;
    for (; *text; text++) {
        if (!gem5art__starts_with(text, "SELF")) {
            gem5art__put(out, text, 1);
            continue;
        }
        for (c = "_" TOOL_NAME; *c; c++) gem5art__put(out, *c == '-' ? "_" : c, 1);
        text += 3;
    }
}

static void manual_bash_reply(gem5art__buf *out, const char *words) {
    const struct manual_kind *kind;
    gem5art__puts(out, "mapfile -t COMPREPLY < <(");
    manual_put_words(out, "compgen -W \"", words, "\" -- \"$cur\"; ");
    while ((kind = manual_next_kind(&words)) != NULL) manual_put_shell(out, kind->bash), gem5art__puts(out, "; ");
    out->length -= strlen("; ");
    gem5art__puts(out, ")");
}

static void manual_bash(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    gem5art__puts(out, "# bash completion for " TOOL_NAME "\n");
    if (manual_needs_ids(page))
        manual_put_shell(out, "SELF_ids() {\n"
                     "    local db option\n"
                     "    [[ $COMP_LINE =~ --db-uri[=\\ ]+([^\\ ]+) ]] && db=${BASH_REMATCH[1]/#\\~\\//$HOME/}\n"
                     "    for option; do\n"
                     "        gem5art-ls ${db:+--db-uri \"$db\"} --csv --columns id \"$option\"\n"
                     "    done 2>/dev/null | sed -n 's/^\\([0-9a-f-]\\{36\\}\\).*/\\1/p'\n"
                     "}\n");
    manual_put_shell(out, "SELF() {\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]} # --option=value is three words\n"
                     "    [[ $cur == = ]] && cur=\n"
                     "    COMPREPLY=()\n"
                     "    case $prev in\n");
    for (option = page->options; option->name; option++) {
        if (!option->value_name) continue;
        gem5art__putf(out, "        %s%s%s) ", option->name, option->letter ? "|" : "",
                      option->letter ? option->letter : "");
        if (option->words) manual_bash_reply(out, option->words), gem5art__puts(out, "; ");
        gem5art__puts(out, "return ;;\n");
    }
    gem5art__puts(out, "    esac\n    case $cur in\n"
                       "        -*) mapfile -t COMPREPLY < <(compgen -W \"--help --version");
    for (option = page->options; option->name; option++) gem5art__putf(out, " %s", option->name);
    gem5art__puts(out, "\" -- \"$cur\") ;;\n        *) ");
    if (manual_operands(page)) manual_bash_reply(out, manual_operands(page)), gem5art__puts(out, " ");
    manual_put_shell(out, ";;\n    esac\n}\ncomplete -o filenames -F SELF " TOOL_NAME "\n");
}

/* A help as a text in single quotes; brackets and colons would mean something to zsh. */
static void manual_put_quoted(gem5art__buf *out, const char *help, bool zsh) {
    for (help += strspn(help, " "); *help && *help != '\n'; help++) {
        if (*help == '\'') gem5art__puts(out, zsh ? "'\\''" : "\\'");
        else if (zsh && strchr("[]:\\", *help)) gem5art__putf(out, "\\%c", *help);
        else gem5art__put(out, help, 1);
    }
}

/* Colons would part it. */
static void manual_zsh_action(gem5art__buf *out, const char *words) {
    const struct manual_kind *kind;
    gem5art__puts(out, "{_alternative");
    manual_put_words(out, " \"words\\:value\\:(", words, ")\"");
    while ((kind = manual_next_kind(&words)) != NULL) {
        gem5art__puts(out, kind->files ? " \"files\\:file\\:" : " \"ids\\:id\\:");
        manual_put_shell(out, kind->zsh);
        gem5art__puts(out, "\"");
    }
    gem5art__puts(out, "}");
}

static void manual_zsh(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    gem5art__puts(out, "#compdef " TOOL_NAME "\n");
    if (manual_needs_ids(page))
        manual_put_shell(out, "SELF_ids() {\n"
                     "    local at=${words[(I)--db-uri]} db option ids=()\n"
                     "    (( at )) && db=${~${(Q)words[at+1]}} || db=${${words[(r)--db-uri=*]}#*=}\n"
                     "    ids=(${(f)\"$(for option; do\n"
                     "        gem5art-ls ${db:+--db-uri} $db --csv --columns id,name $option\n"
                     "    done 2>/dev/null | tr -d '\\000-\\011\\013-\\037\\177' | sed -n 's/^\\([0-9a-f-]\\{36\\}\\),/\\1:/p')\"})\n"
                     "    _describe id ids\n"
                     "}\n");
    gem5art__puts(out, "_arguments \\\n    '(-h --help)'{-h,--help}'[show a short help]' \\\n"
                       "    '--version[show the version]'");
    for (option = page->options; option->name; option++) {
        const char *star = option->list ? "*" : "";
        if (option->letter)
            gem5art__putf(out, " \\\n    '%s'{%s,%s}'[", star, option->letter, option->name);
        else gem5art__putf(out, " \\\n    '%s%s[", star, option->name);
        manual_put_quoted(out, option->help, true);
        gem5art__puts(out, "]");
        if (option->value_name) gem5art__putf(out, ":%s:", option->value_name);
        if (option->value_name && option->words) manual_zsh_action(out, option->words);
        gem5art__puts(out, "'");
    }
    if (manual_operands(page)) {
        gem5art__puts(out, " \\\n    '*:operand:");
        manual_zsh_action(out, manual_operands(page));
        gem5art__puts(out, "'");
    }
    gem5art__puts(out, "\n");
}

/* " -x -a '...'": what there is instead of files, or also. */
static void manual_fish_words(gem5art__buf *out, const char *words, bool value) {
    const struct manual_kind *kind;
    const char *word;
    size_t length;
    bool with_files = false;
    gem5art__buf offered = {NULL, 0, 0, false};
    while (*(word = manual_next(&words, &length, &kind))) {
        if (kind && kind->files) with_files = true;
        if (offered.length && !(kind && kind->files)) gem5art__puts(&offered, " ");
        if (!kind) gem5art__put(&offered, word, length);
        else if (kind->fish) manual_put_shell(&offered, kind->fish);
    }
    gem5art__puts(out, value ? with_files ? " -r -F" : " -x" : with_files ? "" : " -f");
    if (offered.length) gem5art__putf(out, " -a '%s'", offered.data);
    gem5art__buf_free(&offered);
}

static void manual_fish(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    if (manual_needs_ids(page))
        manual_put_shell(out, "function SELF_ids\n"
                     "    set -l words (string split -m 1 = -- (commandline -opc))\n"
                     "    set -l db\n"
                     "    set -l at (contains -i -- --db-uri $words); and set db --db-uri $words[(math $at + 1)]\n"
                     "    for option in $argv; gem5art-ls $db --csv --columns id,name $option 2>/dev/null; end |\n"
                     "        tr -d '\\000-\\011\\013-\\037\\177' | string replace -fr '^([0-9a-f-]{36}),(.*?)\\r?$' '$1\\t$2'\n"
                     "end\n");
    gem5art__puts(out, "complete -c " TOOL_NAME " -s h -l help -d 'show a short help'\n"
                     "complete -c " TOOL_NAME " -l version -d 'show the version'\n"
                     "complete -c " TOOL_NAME);
    manual_fish_words(out, manual_operands(page), false);
    gem5art__puts(out, "\n");
    for (option = page->options; option->name; option++) {
        gem5art__puts(out, "complete -c " TOOL_NAME);
        if (option->letter) gem5art__putf(out, " -s %s", option->letter + 1);
        gem5art__putf(out, " -l %s", option->name + 2);
        if (option->value_name) manual_fish_words(out, option->words, true);
        gem5art__puts(out, " -d '");
        manual_put_quoted(out, option->help, false);
        gem5art__puts(out, "'\n");
    }
}

/* --print WHAT */
static void manual_print(const char *what, const tool_page *page) {
    static const struct form {
        const char *name;
        void (*put)(gem5art__buf *out, const tool_page *page);
    } forms[] = {{"man", manual_man}, {"bash", manual_bash}, {"zsh", manual_zsh}, {"fish", manual_fish}};
    gem5art__buf out = {NULL, 0, 0, false};
    size_t i;
    for (i = 0; i < sizeof forms / sizeof *forms && strcmp(forms[i].name, what) != 0; i++) {}
    if (i == sizeof forms / sizeof *forms)
        tool_exit(TOOL_MISUSE, "--print: \"%s\" is none of man, bash, zsh, fish", what);
    forms[i].put(&out, page);
    if (out.failed) tool_exit(TOOL_FAILED, "out of memory");
    tool_print(out.data, out.length);
    gem5art__buf_free(&out);
    exit(tool_end(true));
}

#endif
