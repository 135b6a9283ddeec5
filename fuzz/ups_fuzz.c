/* Fuzz target: what the ups connector decodes. */
#define FUZZ_CONNECTOR "ups"
#include "connector_harness.h"
