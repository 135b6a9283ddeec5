/* Fuzz target: webhooks of Instagram. */
#define FUZZ_CONNECTOR "instagram"
#include "connector_harness.h"
