/* Fuzz target: what the woocommerce connector decodes. */
#define FUZZ_CONNECTOR "woocommerce"
#include "connector_harness.h"
