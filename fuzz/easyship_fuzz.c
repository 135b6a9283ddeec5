/* Fuzz target: what the easyship connector decodes. */
#define FUZZ_CONNECTOR "easyship"
#include "connector_harness.h"
