/* Fuzz target: what the whatsapp_cloud connector decodes. */
#define FUZZ_CONNECTOR "whatsapp_cloud"
#include "connector_harness.h"
