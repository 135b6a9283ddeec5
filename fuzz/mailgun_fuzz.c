/* Fuzz target: bodies of mailgun, posted as a multipart form or as they are. */
#define FUZZ_CONNECTOR "mailgun"
#define FUZZ_CONTENT_TYPE "multipart/form-data; boundary=xYz"
#include "connector_harness.h"
