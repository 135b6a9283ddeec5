/* See html.h. */
#include "base/html.h"

#include <stdarg.h>
#include <stdio.h>

#define FMT_MAX 1000

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Bytes of the well-formed character at the beginning of s, 0 when there is none. */
static size_t char_len(struct str s)
{
    for (size_t n = 1; n <= 4 && n <= s.n; n++)
        if (str_is_utf8((struct str){s.p, n}))
            return n;
    return 0;
}

void html_text(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        const char *entity = entity_of(s.p[i]);
        size_t len = c < 0x80 ? 1 : char_len(str_sub(s, i, s.n - i));
        if (entity != NULL)
            buf_addz(b, entity);
        else if (len == 0)
            buf_addz(b, "\xEF\xBF\xBD");
        else if (c >= 0x20 || c == '\n' || c == '\t')
            buf_add(b, str_sub(s, i, len));
        i += len == 0 ? 1 : len;
    }
}

void html_fmt(struct buf *b, const char *fmt, ...)
{
    char text[FMT_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n > 0)
        html_text(b, (struct str){text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1});
}
