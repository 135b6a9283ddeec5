/* Fuzz target: webhooks of Messenger. */
#define FUZZ_CONNECTOR "messenger"
#include "connector_harness.h"
