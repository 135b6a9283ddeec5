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
};

/* http_msg_header: first header of that name (any case), else empty. */
struct str http_msg_header(const struct http_msg *m, const char *name);

#endif
