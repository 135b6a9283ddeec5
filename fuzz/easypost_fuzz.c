/* Fuzz target: what the easypost connector decodes. */
#define FUZZ_CONNECTOR "easypost"
#include "connector_harness.h"
