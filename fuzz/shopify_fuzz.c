/* Fuzz target: what the shopify connector decodes. */
#define FUZZ_CONNECTOR "shopify"
#include "connector_harness.h"
