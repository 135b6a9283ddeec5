/* Fuzz target: bounces and complaints as mail servers send them back. */
#define FUZZ_CONNECTOR "mail_reports"
#include "connector_harness.h"
