/* See envelope.h. Plain form: "METHOD STATUS PATH?QUERY\n", "name: value\n"..., "\n", body; zstd level 1 over all of it. */
#include "flows/envelope.h"

#include "base/num.h"
#include "base/scan.h"

#include <pthread.h>
#include <zstd.h>

#define HEADERS_MAX 64

static __thread ZSTD_CCtx *t_compress;
static __thread ZSTD_DCtx *t_decompress;
static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void free_thread(void *unused)
{
    (void)unused;
    ZSTD_freeCCtx(t_compress);
    ZSTD_freeDCtx(t_decompress);
    t_compress = NULL;
    t_decompress = NULL;
}

static void make_key(void)
{
    pthread_key_create(&thread_key, free_thread);
}

static void remember_thread(void *p)
{
    pthread_once(&thread_once, make_key);
    pthread_setspecific(thread_key, p);
}

/* Credentials and transport headers stay out of the ledger. */
static bool header_matters(struct str name)
{
    static const char *const OUT[] = {"authorization", "cookie", "host", "user-agent", "connection", "content-length", "accept",
                                      "accept-encoding", "accept-language", "x-api-key", "api-key", "credential", "expect",
                                      "transfer-encoding", "x-forwarded-for", "x-real-ip", "proxy-authorization"};
    for (size_t i = 0; i < sizeof(OUT) / sizeof(OUT[0]); i++)
        if (str_eq_nocase(name, str_of(OUT[i])))
            return false;
    return true;
}

static void write_plain(const struct http_msg *msg, struct buf *b)
{
    buf_add(b, str_empty(msg->method) ? STR("-") : msg->method);
    buf_addc(b, ' ');
    buf_add_i64(b, msg->status);
    buf_addc(b, ' ');
    buf_add(b, msg->path);
    buf_addc(b, '?');
    buf_add(b, msg->query);
    buf_addc(b, '\n');
    for (size_t i = 0; i < msg->headers_n; i++) {
        if (!header_matters(msg->headers[i].name) || msg->headers[i].value.n > 4096)
            continue;
        buf_add(b, msg->headers[i].name);
        buf_add(b, STR(": "));
        buf_add(b, msg->headers[i].value);
        buf_addc(b, '\n');
    }
    buf_addc(b, '\n');
    buf_add(b, msg->body);
}

static enum err compress(struct ctx *ctx, struct str plain, struct buf *out)
{
    if (t_compress == NULL) {
        t_compress = ZSTD_createCCtx();
        remember_thread(t_compress);
    }
    char *room = t_compress == NULL ? NULL : buf_reserve(out, ZSTD_compressBound(plain.n));
    if (room == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "envelope: no memory");
    size_t n = ZSTD_compressCCtx(t_compress, room, ZSTD_compressBound(plain.n), plain.p, plain.n, 1);
    if (ZSTD_isError(n))
        return ctx_fail(ctx, ERR_CORRUPT, "envelope: %s", ZSTD_getErrorName(n));
    out->n += n;
    return OK;
}

enum err envelope_write(struct ctx *ctx, const struct http_msg *msg, struct buf *out)
{
    write_plain(msg, out);
    enum err e = buf_err(out);
    return e == OK ? OK : ctx_fail(ctx, e, "body: more than %zu bytes", ENVELOPE_MAX);
}

enum err envelope_seal(struct ctx *ctx, struct str text, struct buf *out, unsigned char key[KEY_LEN])
{
    static const unsigned char NONCE[SEAL_NONCE_LEN] = {0}; /* the key is used once */
    struct buf packed;
    buf_init(&packed, ENVELOPE_MAX + (ENVELOPE_MAX >> 4));
    enum err e = compress(ctx, text, &packed);
    if (e == OK)
        e = crypto_random(key, KEY_LEN);
    if (e == OK)
        e = seal(key, NONCE, STR("raw"), buf_str(&packed), out);
    buf_clear(&packed);
    return e;
}

static enum err read_head(struct ctx *ctx, struct str *rest, struct http_msg *out)
{
    struct str line, method, status;
    if (!str_split(rest, '\n', &line) || !str_split(&line, ' ', &method) || !str_split(&line, ' ', &status))
        return ctx_fail(ctx, ERR_CORRUPT, "envelope: head");
    int64_t st = 0;
    if (num_parse_i64(status, 0, 999, &st) != OK)
        return ctx_fail(ctx, ERR_CORRUPT, "envelope: status");
    out->method = str_eq(method, STR("-")) ? STR_NULL : method;
    out->status = (int)st;
    struct str path;
    if (!str_split(&line, '?', &path))
        return ctx_fail(ctx, ERR_CORRUPT, "envelope: path");
    out->path = path;
    out->query = line;
    struct http_header *h = arena_array(ctx->arena, HEADERS_MAX, sizeof(*h));
    if (h == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "envelope: no memory");
    out->headers = h;
    while (str_split(rest, '\n', &line) && !str_empty(line)) {
        struct scan s = scan_of(line);
        if (out->headers_n == HEADERS_MAX || !scan_until(&s, ':', &h[out->headers_n].name))
            return ctx_fail(ctx, ERR_CORRUPT, "envelope: header");
        h[out->headers_n++].value = str_trim(s.rest);
    }
    return OK;
}

enum err envelope_read(struct ctx *ctx, struct str text, struct http_msg *out)
{
    struct str rest = text;
    struct http_msg m = {0};
    enum err e = read_head(ctx, &rest, &m);
    if (e != OK)
        return e;
    m.body = rest.p == NULL ? (struct str){text.p + text.n, 0} : rest;
    *out = m;
    return OK;
}

enum err envelope_open(struct ctx *ctx, struct str sealed, const unsigned char key[KEY_LEN], struct http_msg *out)
{
    struct buf packed;
    buf_init(&packed, ENVELOPE_MAX + (ENVELOPE_MAX >> 4));
    enum err e = unseal(key, STR("raw"), sealed, &packed);
    unsigned long long n = e == OK ? ZSTD_getFrameContentSize(packed.p, packed.n) : 0;
    if (e == OK && n > ENVELOPE_MAX)
        e = ctx_fail(ctx, ERR_CORRUPT, "envelope: size");
    char *plain = e == OK ? ctx_alloc(ctx, (size_t)n + 1) : NULL;
    if (e == OK && plain == NULL)
        e = ERR_MEMORY;
    if (e == OK && t_decompress == NULL) {
        t_decompress = ZSTD_createDCtx();
        remember_thread(t_decompress);
    }
    if (e == OK) {
        size_t got = ZSTD_decompressDCtx(t_decompress, plain, (size_t)n, packed.p, packed.n);
        if (ZSTD_isError(got) || got != (size_t)n)
            e = ctx_fail(ctx, ERR_CORRUPT, "envelope: compressed bytes");
    }
    buf_clear(&packed);
    return e != OK ? e : envelope_read(ctx, (struct str){plain, (size_t)n}, out);
}
