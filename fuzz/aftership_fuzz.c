/* Fuzz target: what the aftership connector decodes. */
#define FUZZ_CONNECTOR "aftership"
#include "connector_harness.h"
