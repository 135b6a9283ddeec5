/* Fuzz target: what the bigcommerce connector decodes. */
#define FUZZ_CONNECTOR "bigcommerce"
#include "connector_harness.h"
