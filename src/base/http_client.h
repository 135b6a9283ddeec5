/*
 * The one HTTP client, on libcurl: bounded answers, time-outs, TLS verified, http and https only. Redirects are not followed:
 * the 3xx is the answer, and who asked decides.
 * One struct http_client per thread; connections are kept alive.
 */
#ifndef WISMO_BASE_HTTP_CLIENT_H
#define WISMO_BASE_HTTP_CLIENT_H

#include "base/ctx.h"
#include "base/http_msg.h"

struct http_request {
    struct str method; /* "GET", "POST", ... */
    struct str url;
    const struct http_header *headers;
    size_t headers_n;
    struct str body;
    int timeout_ms;       /* 0: 10,000 */
    size_t max_body;      /* 0: 5 MiB */
    bool repeatable;      /* it changes nothing: a kept connection may serve, on which the library sends a request without an answer again */
};

struct http_client;
struct http_client *http_client_new(void);
void http_client_free(struct http_client *c);
/* http_client_do: the answer lives in ctx's arena. Errs: ERR_TIMEOUT, ERR_UNAVAILABLE (connect, TLS, reset), ERR_LIMIT
 * (body too large), ERR_PARSE (url). An HTTP status of 4xx or 5xx is no error here. */
MUST_CHECK enum err http_client_do(struct http_client *c, struct ctx *ctx, const struct http_request *req, struct http_msg *out);
/* http_client_do_many: all at once, up to 16; errs[i] and out[i] for each. Ends at the latest after the longest time-out. */
void http_client_do_many(struct http_client *c, struct ctx *ctx, const struct http_request *req, size_t n,
                         struct http_msg *out, enum err *errs);
/* url_encode: percent-encodes everything but unreserved characters, in the arena. */
struct str url_encode(struct arena *a, struct str s);
/* query_get: value of a parameter in a raw query or form body, decoded, in the arena; false when absent. */
bool query_get(struct arena *a, struct str query, const char *name, struct str *out);
/* query_decode: one name or value of such a body; false: a broken escape, a NUL, or no memory. */
bool query_decode(struct arena *a, struct str s, struct str *out);

#endif
