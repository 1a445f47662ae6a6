/* lib.h - the modules of tools/lib that fuzzed tools need, in the one file that a target is. Include it before the tool. */
#define TOOL_NAME tool_name

#include "../../tools/lib/text.c"

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
    memset(&text_kept, 0, sizeof text_kept);
    message_output_error = 0;
    message_damage_seen = false;
    memset(message_damages, 0, sizeof message_damages);
}
