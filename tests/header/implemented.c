/* The implementation in a file of its own, before all other headers, and the header once more. */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
#include "gem5art.h"
