/* Fuzz target: what the gorgias connector decodes. */
#define FUZZ_CONNECTOR "gorgias"
#include "connector_harness.h"
