/* model.c - tests/test_model.c with 10,000 seeds. */
#define MODEL_SEEDS 10000
#include "../test_model.c"
