/* rm.c - fuzzes the arguments of gem5art-rm. */
#include "arguments.h"

#include "lib.h"

#include "../../tools/gem5art-rm.c"

/* Only what was named goes, and nothing in a dry run. */
static void check_tool(int status, size_t records, const char *written, int argc, char **argv) {
    REQUIRE(records <= 4, "%zu records", records);
    REQUIRE(records == 4 || strstr(written, "removed "), "it does not say what it removed");
    REQUIRE(!strstr(written, "would remove") || records == 4, "a dry run removes");
    (void)status, (void)argc, (void)argv;
}

#include "arguments_end.h"
