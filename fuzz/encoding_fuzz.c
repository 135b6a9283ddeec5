/* base64, base64url and hex: what is decoded gives the same bytes again after encoding, and every
 * byte survives the way. */
#include "fuzz.h"

#include "base/crypto.h"

typedef enum err decode_fn(struct str s, struct buf *out);
typedef void encode_fn(struct str s, struct buf *out);

static void encode_hex(struct str s, struct buf *out)
{
    buf_add_hex(out, s);
}

static void check(struct str bytes, decode_fn *decode, encode_fn *encode)
{
    struct buf text, back;
    buf_init(&text, bytes.n * 4 + 64);
    buf_init(&back, bytes.n * 4 + 64);
    encode(bytes, &text);
    FUZZ_CHECK(buf_err(&text) == OK && decode(buf_str(&text), &back) == OK &&
               str_eq(buf_str(&back), bytes));
    buf_reset(&back);
    if (decode(bytes, &back) == OK) {
        struct buf again;
        buf_init(&again, bytes.n + 64);
        buf_reset(&text);
        encode(buf_str(&back), &text);
        FUZZ_CHECK(decode(buf_str(&text), &again) == OK && str_eq(buf_str(&again), buf_str(&back)));
        buf_clear(&again);
    }
    buf_clear(&text);
    buf_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size};
    check(bytes, base64_decode, base64_encode);
    check(bytes, base64url_decode, base64url_encode);
    check(bytes, hex_decode, encode_hex);
    return 0;
}
