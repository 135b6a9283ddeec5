/* Fuzz target: whole mails through their connector. */
#define FUZZ_CONNECTOR "mail"
#include "connector_harness.h"
