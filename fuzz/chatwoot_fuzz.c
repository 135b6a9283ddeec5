/* Fuzz target: what the chatwoot connector decodes. */
#define FUZZ_CONNECTOR "chatwoot"
#include "connector_harness.h"
