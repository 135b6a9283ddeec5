/* Fuzz target: what the fedex connector decodes. */
#define FUZZ_CONNECTOR "fedex"
#include "connector_harness.h"
