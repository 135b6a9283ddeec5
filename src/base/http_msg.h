/* One HTTP message as connectors see it: a request that came in, or the answer to one of ours. Views only. */
#ifndef WISMO_BASE_HTTP_MSG_H
#define WISMO_BASE_HTTP_MSG_H

#include "base/str.h"

struct http_header {
    struct str name, value;
};

struct http_msg {
    int status;            /* of an answer; 0 for a request */
    struct str method;     /* of a request */
    struct str path;       /* without query */
    struct str query;      /* raw, without '?' */
    const struct http_header *headers;
    size_t headers_n;
    struct str body;
    int64_t received_us;   /* UTC */
    bool *time_asked;      /* set by http_msg_time; NULL: nobody wants to know */
};

/* http_msg_header: first header of that name (any case), else empty. */
struct str http_msg_header(const struct http_msg *m, const char *name);

/*
 * http_msg_time: received_us, for a decoder that takes it for the time of what has none. Decoders ask for it in this way only:
 * what they decode before a message is in the ledger is thrown away when they did.
 */
int64_t http_msg_time(const struct http_msg *m);

#endif
