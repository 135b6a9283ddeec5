/* Fuzz target: what the dhl_express connector decodes. */
#define FUZZ_CONNECTOR "dhl_express"
#include "connector_harness.h"
