/* Fuzz target: what the freshdesk connector decodes. */
#define FUZZ_CONNECTOR "freshdesk"
#include "connector_harness.h"
