/* See err.h. */
#include "base/err.h"

#include <stddef.h>

const char *err_name(enum err e)
{
    static const char *const NAMES[] = {
        [OK] = "ok",
        [ERR_PARSE] = "parse",
        [ERR_NOTFOUND] = "not_found",
        [ERR_CONFLICT] = "conflict",
        [ERR_DENIED] = "denied",
        [ERR_STALE] = "stale",
        [ERR_LIMIT] = "limit",
        [ERR_UNSUPPORTED] = "unsupported",
        [ERR_MEMORY] = "memory",
        [ERR_IO] = "io",
        [ERR_BUSY] = "busy",
        [ERR_TIMEOUT] = "timeout",
        [ERR_UNAVAILABLE] = "unavailable",
        [ERR_CORRUPT] = "corrupt",
    };
    if ((size_t)e >= sizeof(NAMES) / sizeof(NAMES[0]))
        return "unknown";
    return NAMES[e];
}

bool err_is_transient(enum err e)
{
    return e == ERR_BUSY || e == ERR_TIMEOUT || e == ERR_UNAVAILABLE || e == ERR_MEMORY ||
           e == ERR_IO;
}
