/* Fuzz target: what the odoo connector decodes. */
#define FUZZ_CONNECTOR "odoo"
#include "connector_harness.h"
