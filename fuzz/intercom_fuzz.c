/* Fuzz target: what the intercom connector decodes. */
#define FUZZ_CONNECTOR "intercom"
#include "connector_harness.h"
