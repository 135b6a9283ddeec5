/* The part of JSON Schema 2020-12 that the schemas in docs use: type, const, enum, required, properties, items, oneOf, minimum, $ref. */
#ifndef WISMO_TESTS_LIB_SCHEMA_H
#define WISMO_TESTS_LIB_SCHEMA_H

#include "base/json.h"

/* schema_check: true when v fits root; else why has the path and what was expected. An unknown keyword fails, too. */
bool schema_check(const struct json *root, const struct json *v, char why[300]);
/* schema_check_text: of the file docs/<name>; fails the test when the text does not fit. */
void schema_check_text(struct ctx *ctx, const char *name, struct str text);

#endif
