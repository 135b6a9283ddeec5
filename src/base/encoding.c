/* base64, base64url and hex. See crypto.h. Decoders are strict: a byte outside the alphabet is
 * ERR_PARSE. */
#include "base/crypto.h"

static const char STD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(struct str s, const char *abc, bool pad, struct buf *out)
{
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = s.n - i;
        unsigned v = (unsigned)(unsigned char)s.p[i] << 16;
        if (left > 1)
            v |= (unsigned)(unsigned char)s.p[i + 1] << 8;
        if (left > 2)
            v |= (unsigned char)s.p[i + 2];
        char q[4] = {abc[v >> 18], abc[(v >> 12) & 63], left > 1 ? abc[(v >> 6) & 63] : '=',
                     left > 2 ? abc[v & 63] : '='};
        buf_add(out, (struct str){q, pad || left > 2 ? 4 : left + 1});
    }
}

static int value_of(char c, const char *abc)
{
    const char *at = c == '\0' ? NULL : strchr(abc, c);
    return at == NULL ? -1 : (int)(at - abc);
}

static enum err decode(struct str s, const char *abc, struct buf *out)
{
    unsigned v = 0;
    size_t n = 0;
    bool whole = s.n % 4 == 0; /* padding stands only where it fills up a group of four */
    for (int i = 0; whole && i < 2 && s.n > 0 && s.p[s.n - 1] == '='; i++)
        s.n--;
    if (s.n % 4 == 1)
        return ERR_PARSE;
    for (size_t i = 0; i < s.n; i++) {
        int d = value_of(s.p[i], abc);
        if (d < 0)
            return ERR_PARSE;
        v = v << 6 | (unsigned)d;
        if (++n % 4 == 0)
            buf_add(out, (struct str){(const char[]){(char)(v >> 16), (char)(v >> 8), (char)v}, 3});
    }
    if (n % 4 == 2)
        buf_addc(out, (char)(v >> 4));
    if (n % 4 == 3)
        buf_add(out, (struct str){(const char[]){(char)(v >> 10), (char)(v >> 2)}, 2});
    return buf_err(out);
}

enum err base64_decode(struct str s, struct buf *out)
{
    return decode(s, STD, out);
}

enum err base64url_decode(struct str s, struct buf *out)
{
    return decode(s, URL, out);
}

void base64_encode(struct str bytes, struct buf *out)
{
    encode(bytes, STD, true, out);
}

void base64url_encode(struct str bytes, struct buf *out)
{
    encode(bytes, URL, false, out);
}

enum err hex_decode(struct str s, struct buf *out)
{
    static const char HEX[] = "0123456789abcdefABCDEF"; /* the capitals stand at 16 */
    if (s.n % 2 != 0)
        return ERR_PARSE;
    for (size_t i = 0; i < s.n; i += 2) {
        int hi = value_of(s.p[i], HEX), lo = value_of(s.p[i + 1], HEX);
        if (hi < 0 || lo < 0)
            return ERR_PARSE;
        hi -= hi > 15 ? 6 : 0;
        lo -= lo > 15 ? 6 : 0;
        buf_addc(out, (char)(hi << 4 | lo));
    }
    return buf_err(out);
}
