/* test_crash.c - the share of tests/torture/crash.c that is quick enough for each `make test`. */
#define CRASH_SCALE 0.003
#define CRASH_SEED 1
#include "torture/crash.c"
