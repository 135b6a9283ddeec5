/* Fuzz target: what the dhl_unified connector decodes. */
#define FUZZ_CONNECTOR "dhl_unified"
#include "connector_harness.h"
