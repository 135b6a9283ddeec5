/* Fuzz target: what the cap connector decodes. */
#define FUZZ_CONNECTOR "cap"
#include "connector_harness.h"
