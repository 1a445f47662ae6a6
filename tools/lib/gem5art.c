#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
