/* Fuzz target: what the servicenow connector decodes. */
#define FUZZ_CONNECTOR "servicenow"
#include "connector_harness.h"
