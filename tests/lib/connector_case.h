/*
 * A connector's fixture, tests/fixtures/connectors/<vendor>/<case>/in.http: the head as sent, a blank line, the body to its
 * last byte (docs/connectors.md); and accounts for tests of connectors.
 */
#ifndef WISMO_TESTS_LIB_CONNECTOR_CASE_H
#define WISMO_TESTS_LIB_CONNECTOR_CASE_H

#include "lib/fixture.h"

#include "connectors/connector.h"

#define CASE_HEADERS_MAX 40

/* test_account: an account with one webhook secret (NULL: none). test_account_clear frees it. */
void test_account(struct account *acct, const char *connector, const char *secret);
void test_account_clear(struct account *acct);
/* test_message: head, blank line and body as one text; headers go to room. Fails the test when there is no blank line. */
struct http_msg test_message(struct str text, struct http_header room[CASE_HEADERS_MAX]);
/* test_hook: a webhook with up to three headers (NULL: none) and a body. */
struct http_msg test_hook(struct http_header room[CASE_HEADERS_MAX], const char *const headers[][2], const char *body);
/*
 * decoded_text: facts as fact_write gives them, one a line; then "read WHAT ID" for each read, "cursor TEXT" and "note TEXT"
 * where there is one. In the arena.
 */
struct str decoded_text(struct ctx *ctx, const struct decoded *d, struct str cursor);

#endif
