/* Fuzz target: what the webhook connector decodes. */
#define FUZZ_CONNECTOR "webhook"
#include "connector_harness.h"
