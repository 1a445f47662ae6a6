/* The implementation as static functions, none of which is used. */
#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

extern const int static_is_compiled;
const int static_is_compiled = 1;
