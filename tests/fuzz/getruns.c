/* getruns.c - fuzzes the arguments of gem5art-getruns. */
#include "arguments.h"

#include "lib.h"

#include "../../tools/gem5art-getruns.c"

/* It changes nothing, and what it writes is JSON. */
static void check_tool(int status, size_t records, const char *written, int argc, char **argv) {
    const gem5art_json *runs = *written == '[' ? gem5art_json_parse(written, strlen(written), NULL, NULL) : NULL;
    (void)argc, (void)argv;
    REQUIRE(records == 4 || (records == 0 && status == 0), "the store was changed");
    REQUIRE(status != 0 || runs || !strncmp(written, "usage: ", 7) || !strncmp(written, tool_name, strlen(tool_name)),
            "neither runs nor help: %s", written);
    gem5art_json_free(runs);
}

#include "arguments_end.h"
