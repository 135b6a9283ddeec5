/* Fuzz target: what the twilio connector decodes. */
#define FUZZ_CONNECTOR "twilio"
#include "connector_harness.h"
