/* Fuzz target: what the zendesk connector decodes. */
#define FUZZ_CONNECTOR "zendesk"
#include "connector_harness.h"
