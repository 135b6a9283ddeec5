/* Fuzz target: what the generic connector decodes. */
#define FUZZ_CONNECTOR "generic"
#include "connector_harness.h"
