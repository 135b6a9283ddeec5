/* See http_msg.h. */
#include "base/http_msg.h"

struct str http_msg_header(const struct http_msg *m, const char *name)
{
    struct str want = str_of(name);
    for (size_t i = 0; i < m->headers_n; i++)
        if (str_eq_nocase(m->headers[i].name, want))
            return m->headers[i].value;
    return STR_NULL;
}

int64_t http_msg_time(const struct http_msg *m)
{
    if (m->time_asked != NULL)
        *m->time_asked = true;
    return m->received_us;
}
