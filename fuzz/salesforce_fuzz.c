/* Fuzz target: what the salesforce connector decodes. */
#define FUZZ_CONNECTOR "salesforce"
#include "connector_harness.h"
