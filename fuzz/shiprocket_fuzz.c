/* Fuzz target: what the shiprocket connector decodes. */
#define FUZZ_CONNECTOR "shiprocket"
#include "connector_harness.h"
