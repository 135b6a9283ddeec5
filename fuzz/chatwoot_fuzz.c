/* Fuzz target: what the chatwoot connector decodes. */
#define FUZZ_CONNECTOR "chatwoot"
#define FUZZ_SETTING "talk"
#include "connector_harness.h"
