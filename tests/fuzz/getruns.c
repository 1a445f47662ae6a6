/* getruns.c - fuzzes the arguments of gem5art-getruns. */
#include "arguments.h"

#include "../../tools/gem5art-getruns.c"

/* It changes nothing, and what it writes is JSON. */
static void check_tool(int status, size_t records, const char *output, int argc, char **argv) {
    const gem5art_json *runs = *output == '[' ? gem5art_json_parse(output, strlen(output), NULL, NULL) : NULL;
    (void)argc, (void)argv;
    REQUIRE(records == 4 || (records == 0 && status == 0), "the store was changed");
    REQUIRE(status != 0 || runs || !strncmp(output, "usage: ", 7) || !strncmp(output, TOOL_NAME " ", sizeof TOOL_NAME),
            "neither runs nor help: %s", output);
    gem5art_json_free(runs);
}

#include "arguments_end.h"
