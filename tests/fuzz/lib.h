/* lib.h - the modules of tools/lib that fuzzed tools need, in the one file that a target is. Include it before the tool. */
#define TOOL_NAME tool_name

#include "../../tools/lib/text.c"

#include "../../tools/lib/terminal.c"

#include "../../tools/lib/message.c"

#include "../../tools/lib/page.c"

#include "../../tools/lib/options.c"

#include "../../tools/lib/output.c"

#include "../../tools/lib/store.c"

#include "../../tools/lib/find.c"
