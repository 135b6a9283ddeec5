/* See charset.h. */
#include "base/charset.h"

#include <limits.h>

#include <unicode/ucnv.h>

#define NAME_MAX_BYTES 40

/* ill-formed UTF-8 goes through ICU, too: it puts U+FFFD where nothing stands for anything. */
static enum err convert(struct ctx *ctx, const char *from, struct str bytes, struct str *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *conv = ucnv_open(from, &status);
    if (U_FAILURE(status))
        return ERR_NOTFOUND;
    enum err e = OK;
    size_t cap = bytes.n * 4 + 16; /* no set that mail uses makes more than four bytes of UTF-8 of one of its own */
    char *p = cap > INT32_MAX ? NULL : ctx_alloc(ctx, cap);
    if (p == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "text: no memory for %zu bytes", bytes.n);
    int32_t n = e != OK ? 0 : ucnv_toAlgorithmic(UCNV_UTF8, conv, p, (int32_t)cap, bytes.p, (int32_t)bytes.n, &status);
    if (e == OK && (U_FAILURE(status) || n > (int32_t)cap))
        e = ERR_NOTFOUND;
    if (e == OK)
        *out = (struct str){p, (size_t)n};
    ucnv_close(conv);
    return e;
}

enum err charset_to_utf8(struct ctx *ctx, struct str charset, struct str bytes, struct str *out)
{
    char name[NAME_MAX_BYTES + 1];
    enum err e = ERR_NOTFOUND;
    if (bytes.n == 0) {
        *out = STR_NULL;
        return OK;
    }
    if (charset.n > 0 && charset.n <= NAME_MAX_BYTES) {
        memcpy(name, charset.p, charset.n);
        name[charset.n] = '\0';
        e = convert(ctx, name, bytes, out);
    }
    if (e == ERR_NOTFOUND)
        e = convert(ctx, str_is_utf8(bytes) ? "UTF-8" : "windows-1252", bytes, out);
    return e;
}
