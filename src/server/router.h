/*
 * Routes: a table of method, pattern, handler, body limit. A pattern is "/v1/cases/{order}": a name in braces takes one segment,
 * percent-decoded, never empty. Fixed segments win over names. HEAD is answered by GET's handler.
 */
#ifndef WISMO_SERVER_ROUTER_H
#define WISMO_SERVER_ROUTER_H

#include "server/http.h"

struct route {
    const char *method, *pattern;
    void (*handle)(struct http_exchange *ex);
    size_t body_max;    /* 0: takes no body */
    unsigned flags;     /* the application's own */
};

struct router;

/*
 * router_new: routes are not copied. Everything is in the arena.
 * Errs: ERR_PARSE pattern out of shape, two routes that match the same, more than HTTP_PARAMS_MAX names; ERR_MEMORY.
 */
MUST_CHECK enum err router_new(struct ctx *ctx, struct arena *arena, const struct route *routes, size_t n, struct router **out);
/*
 * router_admit: for http_config.admit: finds the route, sets ex->route and ex->params in the pattern's order (in the exchange's
 * arena), or refuses with 404, or with 405 and the methods that the address takes.
 */
void router_admit(const struct router *rt, struct http_exchange *ex, struct http_admit *out);

#endif
