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

static bool manual_is_place(const char *words) {
    return words && (strcmp(words, "FILE") == 0 || strcmp(words, "FOLDER") == 0);
}

/* The names of options, one after the other. */
static void manual_put_names(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    gem5art__puts(out, "--help --version");
    for (option = page->options; option->name; option++) gem5art__putf(out, " %s", option->name);
}

static void manual_bash(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    char function[] = "_" TOOL_NAME, *c;
    for (c = function; *c; c++)
        if (*c == '-') *c = '_';
    gem5art__putf(out,
                  "# bash completion for " TOOL_NAME "\n%s() {\n    local cur=${COMP_WORDS[COMP_CWORD]} "
                  "prev=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n    case $prev in\n",
                  function);
    for (option = page->options; option->name; option++) {
        if (!option->value_name) continue;
        gem5art__putf(out, "        %s%s%s) ", option->name, option->letter ? "|" : "",
                      option->letter ? option->letter : "");
        if (manual_is_place(option->words))
            gem5art__putf(out, "mapfile -t COMPREPLY < <(compgen -%c -- \"$cur\"); ",
                          option->words[1] == 'I' ? 'f' : 'd');
        else if (option->words)
            gem5art__putf(out, "mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$cur\"); ", option->words);
        gem5art__puts(out, "return ;;\n");
    }
    gem5art__puts(out, "    esac\n    case $cur in\n        -*) mapfile -t COMPREPLY < <(compgen -W \"");
    manual_put_names(out, page);
    gem5art__putf(out,
                  "\" -- \"$cur\") ;;\n        *) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n    esac\n}\n"
                  "complete -o filenames -F %s " TOOL_NAME "\n",
                  function);
}

/* A help as a text in single quotes; brackets and colons would mean something to zsh. */
static void manual_put_quoted(gem5art__buf *out, const char *help, bool zsh) {
    for (help += strspn(help, " "); *help && *help != '\n'; help++) {
        if (*help == '\'') gem5art__puts(out, zsh ? "'\\''" : "\\'");
        else if (zsh && strchr("[]:\\", *help)) gem5art__putf(out, "\\%c", *help);
        else gem5art__put(out, help, 1);
    }
}

static void manual_zsh(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    gem5art__puts(out, "#compdef " TOOL_NAME "\n_arguments \\\n    '(-h --help)'{-h,--help}'[show a short help]' \\\n"
                       "    '--version[show the version]' \\\n");
    for (option = page->options; option->name; option++) {
        const char *star = option->list ? "*" : "";
        if (option->letter)
            gem5art__putf(out, "    '%s'{%s,%s}'[", star, option->letter, option->name);
        else gem5art__putf(out, "    '%s%s[", star, option->name);
        manual_put_quoted(out, option->help, true);
        gem5art__puts(out, "]");
        if (option->value_name) gem5art__putf(out, ":%s:", option->value_name);
        if (option->value_name && manual_is_place(option->words))
            gem5art__puts(out, option->words[1] == 'I' ? "_files" : "_files -/");
        else if (option->value_name && option->words) gem5art__putf(out, "(%s)", option->words);
        gem5art__puts(out, "' \\\n");
    }
    gem5art__puts(out, "    '*:file:_files'\n");
}

static void manual_fish(gem5art__buf *out, const tool_page *page) {
    const tool_option *option;
    gem5art__puts(out, "complete -c " TOOL_NAME " -s h -l help -d 'show a short help'\n"
                       "complete -c " TOOL_NAME " -l version -d 'show the version'\n");
    for (option = page->options; option->name; option++) {
        gem5art__puts(out, "complete -c " TOOL_NAME);
        if (option->letter) gem5art__putf(out, " -s %s", option->letter + 1);
        gem5art__putf(out, " -l %s", option->name + 2);
        if (option->value_name) gem5art__puts(out, manual_is_place(option->words) ? " -r -F" : " -x");
        if (option->value_name && option->words && !manual_is_place(option->words))
            gem5art__putf(out, " -a '%s'", option->words);
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
    fputs(out.data, stdout);
    gem5art__buf_free(&out);
    exit(tool_end(true));
}

#endif
