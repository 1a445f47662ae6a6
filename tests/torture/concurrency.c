/* concurrency.c - tests/test_concurrency.c in full size. */
#define WRITERS 16
#define APPENDS 1000
#define CLAIMS 10000
#define EXECUTIONS 300
#define OUTDIRS 1000
#include "../test_concurrency.c"
