/* Fuzz target: what the usps connector decodes. */
#define FUZZ_CONNECTOR "usps"
#include "connector_harness.h"
