/* Error codes: the one error type. Words that explain a failure live in struct ctx. */
#ifndef WISMO_BASE_ERR_H
#define WISMO_BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err {
    OK = 0,
    ERR_PARSE,       /* input is not what it should be; the message names the field */
    ERR_NOTFOUND,    /* asked-for thing does not exist */
    ERR_CONFLICT,    /* exists already, or in another state */
    ERR_DENIED,      /* signature, secret, right or identity is wrong */
    ERR_STALE,       /* signed, but too long ago */
    ERR_LIMIT,       /* a size, count, depth or rate limit was reached */
    ERR_UNSUPPORTED, /* known, but this build or vendor does not do it */
    ERR_MEMORY,      /* allocation failed, or a bounded buffer is full */
    ERR_IO,          /* file, socket or database failed */
    ERR_BUSY,        /* try again soon: queue full, database locked, 429 */
    ERR_TIMEOUT,     /* the deadline passed */
    ERR_UNAVAILABLE, /* the other side is down: connect failed, 5xx, circuit open */
    ERR_CORRUPT      /* stored data is not what this program wrote */
};

/* err_name: the code's name in lower case, e.g. "parse"; never NULL. */
const char *err_name(enum err e);

/* err_is_transient: true when the same call may succeed later. The one place that decides on retries. */
bool err_is_transient(enum err e);

#endif
