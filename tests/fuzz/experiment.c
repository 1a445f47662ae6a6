/* experiment.c - fuzzes experiment files: an input is one. It is read, and gives command lines; or one sentence that names
   a place in it. */
#include "arguments.h"

#define EXPERIMENT_ROWS 500

#include "lib.h"

#include "../../tools/lib/variables.c"

#include "../../tools/lib/source.c"

#include "../../tools/lib/experiment.c"

#include "../../tools/lib/reader.c"

#include "../../tools/lib/experiment_file.c"

const char *tool_name = "experiment";

static char *said[2]; /* stdout, stderr */
static experiment *read_experiment;

/* A tool whose arguments are the lines of a file. */
int main(int argc, char **argv) {
    text content = {NULL, 0, 0}, line = {NULL, 0, 0};
    size_t i;
    int n;
    for (n = 1; n < argc; n++) text_putf(&content, "%s\n", argv[n]);
    read_experiment = NULL;
    read_experiment = experiment_parse("e.json", &content, NULL, -1);
    for (i = 0; i < read_experiment->run_count; i++) {
        text_clear(&line);
        experiment_put_command(&line, read_experiment, &read_experiment->runs[i], "/w");
        printf("%s\n", line.data);
    }
    return 0;
}

/* Inputs stand before what is made of them, and no two runs share an outdir. */
static void check_experiment(const experiment *e) {
    size_t i, k;
    REQUIRE(e->run_count > 0, "no runs");
    for (i = 0; i < e->artifact_count; i++)
        for (k = 0; k < e->artifacts[i]->input_count; k++)
            REQUIRE(e->artifacts[i]->inputs[k] < i, "artifact %zu is made from %zu", i, e->artifacts[i]->inputs[k]);
    for (i = 0; i < e->run_count; i++) {
        const experiment_run *run = &e->runs[i];
        REQUIRE(run->desc.name && *run->desc.outdir && *run->desc.run_script, "run %zu lacks a text", i);
        for (k = 0; k < (run->fs ? (size_t)ROLES : (size_t)ROLE_LINUX); k++)
            REQUIRE(run->roles[k] < e->artifact_count, "run %zu lacks an artifact", i);
        for (k = 0; k < i; k++)
            REQUIRE(strcmp(run->desc.outdir, e->runs[k].desc.outdir) != 0, "runs %zu and %zu have one outdir", k, i);
    }
}

static void check_tool(int status, size_t records, const char *printed, int argc, char **argv) {
    unsigned line = 0, column = 0;
    size_t length = strlen(said[1]);
    (void)argv;
    REQUIRE(records == 4, "the store was changed");
    if (status == 0) {
        REQUIRE(*printed && !length, "no command, or a word of %s", said[1]);
        check_experiment(read_experiment);
        return;
    }
    REQUIRE(!*printed, "a command in spite of %s", said[1]);
    REQUIRE(sscanf(said[1], "experiment: e.json:%u:%u: ", &line, &column) == 2, "no place: %s", said[1]);
    REQUIRE(line >= 1 && column >= 1 && line <= (unsigned)argc, "%u:%u is no place in it", line, column);
    REQUIRE(strchr(said[1], '\n') == said[1] + length - 1, "not one line: %s", said[1]);
}

#include "arguments_end.h"
