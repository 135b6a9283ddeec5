/* Fuzz target: what the delhivery connector decodes. */
#define FUZZ_CONNECTOR "delhivery"
#include "connector_harness.h"
