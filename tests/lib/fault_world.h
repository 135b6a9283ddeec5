/*
 * A store for fault loops: made once, copied for each run, so that every run starts from the same bytes; and what it holds as text,
 * without what is random by design (keys, customer ids), so that two stores can be compared.
 */
#ifndef WISMO_TESTS_LIB_FAULT_WORLD_H
#define WISMO_TESTS_LIB_FAULT_WORLD_H

#include "lib/connector_case.h"

#include "flows/engine_int.h"
#include "flows/reader.h"

struct world {
    struct fixture f;
    char folder[64];       /* in memory where the machine has such a folder: a fault loop commits thousands of times */
    char path[96];         /* of the store in use */
    struct config cfg;
    struct merchant_config mc;
    struct account acct[2];
    struct engine *eng;
    int64_t start_us;
};

extern const char WORLD_FACTS[]; /* NDJSON: every kind of fact that comes from outside */

/* world_begin: two accounts, shopify (secret "s3cret") and ups; no store yet. world_end removes all. */
void world_begin(struct world *w);
void world_end(struct world *w);
/* world_use: the store of that name; world_copy: makes one a copy of another; both while it is closed. */
void world_use(struct world *w, const char *name);
void world_copy(struct world *w, const char *from, const char *to);
MUST_CHECK enum err world_open(struct world *w); /* without threads */
void world_close(struct world *w);
/* world_append: durable and not folded. world_settle: all folded. */
MUST_CHECK enum err world_append(struct world *w, enum recv_source source, const char *account, const struct http_msg *msg);
MUST_CHECK enum err world_settle(struct world *w);
/* world_hook: a webhook of the shop, signed. */
struct http_msg world_hook(struct world *w, struct http_header room[CASE_HEADERS_MAX], const char *fixture);
/* world_text: rows of parcels, orders, contacts, stock, what is not decoded, and how many facts of each kind. Own buffer. */
void world_text(struct world *w, struct buf *out);
/* world_check: positions without gaps, folded to the end, replay without difference. */
void world_check(struct world *w, const char *when);

#endif
