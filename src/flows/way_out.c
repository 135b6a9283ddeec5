/* See way_out.h. A token is the message's key and a MAC of it under the merchant's key, 16 bytes of each. */
#include "flows/way_out.h"

#include "base/http_client.h"
#include "flows/message_list.h"
#include "flows/reader.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#define KEY_BYTES 16
#define MAC_BYTES 16
#define WAIT_MS 2000

static enum err mac_of(const struct merchant *m, struct str key, unsigned char out[SHA256_LEN])
{
    size_t n = 0;
    const struct str parts[] = {STR("way out\n"), key};
    return hmac_once(MAC_SHA256, (struct str){(const char *)m->keys.hash, KEY_LEN}, parts, 2, out, &n);
}

static enum err token_of(struct ctx *ctx, const struct merchant *m, struct str key, struct str *out)
{
    unsigned char mac[SHA256_LEN];
    struct buf raw, text;
    buf_init(&raw, 64);
    buf_init(&text, 128);
    enum err e = hex_decode(key, &raw);
    if (e == OK)
        e = mac_of(m, key, mac);
    if (e == OK) {
        buf_add(&raw, (struct str){(const char *)mac, MAC_BYTES});
        base64url_encode(buf_str(&raw), &text);
        e = arena_dup(ctx->arena, buf_str(&text), out);
    }
    buf_clear(&raw);
    buf_clear(&text);
    return e;
}

struct str way_out_link(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str key)
{
    const struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    struct str token, url = eng->config->public_url;
    if (m == NULL || str_empty(url) || token_of(ctx, m, key, &token) != OK)
        return STR_NULL;
    struct str link = arena_fmt(ctx->arena, "%.*s/unsubscribe/%.*s/%.*s", STR_ARG(url), STR_ARG(m->cfg->name), STR_ARG(token));
    return link.p == NULL ? STR_NULL : link;
}

enum err way_out_read(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str token, struct str *key)
{
    const struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    unsigned char mac[SHA256_LEN];
    struct buf raw, hex;
    buf_init(&raw, 64);
    buf_init(&hex, 64);
    enum err e = m == NULL || token.n > 64 ? ERR_DENIED : base64url_decode(token, &raw);
    if (e == OK && raw.n != KEY_BYTES + MAC_BYTES)
        e = ERR_DENIED;
    if (e == OK) {
        buf_add_hex(&hex, (struct str){raw.p, KEY_BYTES});
        e = mac_of(m, buf_str(&hex), mac);
    }
    if (e == OK && !bytes_eq_ct((struct str){raw.p + KEY_BYTES, MAC_BYTES}, (struct str){(const char *)mac, MAC_BYTES}))
        e = ERR_DENIED;
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&hex), key);
    buf_clear(&raw);
    buf_clear(&hex);
    return e == OK || e == ERR_MEMORY ? e : ctx_fail(ctx, ERR_DENIED, "this link is not whole, or not ours");
}

enum err way_out_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str key, struct way_out *out)
{
    struct outbox_row row;
    struct case_message m;
    int64_t order_no;
    const struct merchant_config *mc = engine_merchant_config(rd->eng, merchant_id);
    enum err e = outbox_get(ctx, rd->state, merchant_id, key, &row);
    if (e == OK)
        e = message_by_key(ctx, rd, merchant_id, key, &order_no, &m);
    if (e != OK)
        return e;
    *out = (struct way_out){.key = key, .language = m.language, .channel = row.channel,
                            .store = str_empty(mc->messages.policy.store) ? mc->name : mc->messages.policy.store};
    return OK;
}

enum err way_out_take(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct way_out *w)
{
    int64_t pos = 0;
    struct fact fct = {.kind = FACT_CONSENT, .role = ROLE_CUSTOMER};
    fct.u.consent = (struct consent_fact){.message_key = w->key, .channel = str_of(channel_kind_word((enum channel_kind)w->channel)),
                                          .withdrawn = true, .at_us = clock_now_us(eng->clock)};
    enum err e = fact_append_wait(ctx, eng, &(struct fact_to){.merchant_id = merchant_id, .max = 4096}, &fct, &pos);
    return e == OK ? engine_wait_folded(ctx, eng, merchant_id, pos, WAIT_MS) : e;
}
