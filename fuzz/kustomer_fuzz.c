/* Fuzz target: what the kustomer connector decodes. */
#define FUZZ_CONNECTOR "kustomer"
#include "connector_harness.h"
