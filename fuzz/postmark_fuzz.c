/* Fuzz target: bodies of postmark as they are. */
#define FUZZ_CONNECTOR "postmark"
#include "connector_harness.h"
