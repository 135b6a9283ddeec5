/* Fuzz target: what the wismo connector decodes. */
#define FUZZ_CONNECTOR "wismo"
#include "connector_harness.h"
