/* supervisors.c - tests/test_supervisors.c in full size. */
#define ROUNDS 300
#include "../test_supervisors.c"
