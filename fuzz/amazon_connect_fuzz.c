/* Fuzz target: what the amazon_connect connector decodes. */
#define FUZZ_CONNECTOR "amazon_connect"
#include "connector_harness.h"
