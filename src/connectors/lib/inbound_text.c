/* See inbound_text.h. */
#include "connectors/lib/inbound_text.h"

#define REPLACEMENT STR("\xEF\xBF\xBD")
#define LINE_SLACK 4 /* raw bytes looked at for each byte of a line: marks that go do not use a name up */

static bool is_joiner(uint32_t cp)
{
    return cp == 0x200C || cp == 0x200D;
}

/* Format characters: they change how a text looks or is matched, and are not seen themselves. */
static bool is_unseen(uint32_t cp)
{
    return cp == 0xAD || cp == 0x61C || cp == 0x180E || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB) || (cp >= 0xE0000 && cp <= 0xE007F);
}

static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029;
}

enum err inbound_text(struct ctx *ctx, struct str raw, struct str *out, bool *cut)
{
    char *p = ctx_alloc(ctx, (raw.n < INBOUND_TEXT_MAX ? raw.n * 3 : INBOUND_TEXT_MAX) + 4);
    size_t n = 0, i = 0;
    bool beyond = false; /* the last character that was kept is not ASCII */
    *cut = false;
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "text: no memory");
    raw = str_trim(raw);
    while (i < raw.n) {
        uint32_t cp, next = 0;
        struct str at = str_sub(raw, i, raw.n);
        size_t len = str_utf8_take(at, &cp);
        struct str bytes = cp == 0xFFFD ? REPLACEMENT : str_sub(at, 0, len);
        i += len;
        if (is_joiner(cp) && i < raw.n)
            (void)str_utf8_take(str_sub(raw, i, raw.n), &next);
        bool keeps_joiner = is_joiner(cp) && beyond && next >= 0xA0 && !is_unseen(next);
        if ((is_unseen(cp) && !keeps_joiner) || cp == 0 || (cp == '\r' && i < raw.n && raw.p[i] == '\n'))
            continue;
        if (is_control(cp))
            bytes = cp == '\n' || cp == '\r' || cp == 0x2028 || cp == 0x2029 ? STR("\n") : STR(" ");
        if (n + bytes.n > INBOUND_TEXT_MAX) {
            *cut = true;
            break;
        }
        memcpy(p + n, bytes.p, bytes.n);
        n += bytes.n;
        beyond = cp >= 0xA0;
    }
    *out = str_trim((struct str){p, n});
    return OK;
}

enum err inbound_line(struct ctx *ctx, struct str raw, size_t max, struct str *out)
{
    struct str text;
    bool cut;
    enum err e = inbound_text(ctx, str_sub(raw, 0, max * LINE_SLACK), &text, &cut);
    char *p = e == OK ? ctx_alloc(ctx, text.n + 1) : NULL;
    size_t n = 0;
    if (e != OK || p == NULL)
        return e != OK ? e : ERR_MEMORY;
    for (size_t i = 0; i < text.n; i++) {
        bool blank = text.p[i] == ' ' || text.p[i] == '\n';
        if (!blank || (n > 0 && p[n - 1] != ' '))
            p[n++] = blank ? ' ' : text.p[i];
    }
    *out = str_sub((struct str){p, n}, 0, max);
    out->n = str_utf8_prefix(*out);
    *out = str_trim(*out);
    return OK;
}
