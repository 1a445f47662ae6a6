/* lib.h - the modules of tools/lib that fuzzed tools need, in the one file that a target is. Include it before the tool. */
#define TOOL_NAME tool_name

#include "../../tools/lib/text.c"

/* Static texts outlive the memory of a process, and are cleared before they are used: they begin again then. */
__attribute__((unused)) static void lib_text_clear(text *t) {
    const tool_block *block = tool_blocks;
    while (block && (const char *)(block + 1) != t->data) block = block->next;
    if (block) text_cut(t, 0);
    else memset(t, 0, sizeof *t);
}
#define text_clear(t) lib_text_clear(t)

#include "../../tools/lib/terminal.c"

#include "../../tools/lib/message.c"

#include "../../tools/lib/page.c"

#include "../../tools/lib/options.c"

#include "../../tools/lib/output.c"

#include "../../tools/lib/store.c"

#include "../../tools/lib/when.c"

#include "../../tools/lib/describe.c"

#include "../../tools/lib/find.c"

/* A process ends with what the modules keep. */
static void lib_end(void) {
    message_usage = NULL;
    store_parent = NULL;
    store_searched = false;
    memset(&store_passed_over, 0, sizeof store_passed_over);
    memset(&text_kept, 0, sizeof text_kept);
    message_output_error = 0;
    message_damage_seen = false;
    memset(message_damages, 0, sizeof message_damages);
}
