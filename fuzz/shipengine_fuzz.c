/* Fuzz target: what the shipengine connector decodes. */
#define FUZZ_CONNECTOR "shipengine"
#include "connector_harness.h"
