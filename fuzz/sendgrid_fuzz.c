/* Fuzz target: bodies of sendgrid, posted as a multipart form or as they are. */
#define FUZZ_CONNECTOR "sendgrid"
#define FUZZ_CONTENT_TYPE "multipart/form-data; boundary=xYz"
#include "connector_harness.h"
