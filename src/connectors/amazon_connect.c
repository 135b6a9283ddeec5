/*
 * Amazon Connect: hand-overs become tasks (API 2017-08-08, StartTaskContact; read 2026-11). ClientToken is its idempotency key: no look-up is
 * needed. Requests are signed (Signature Version 4, AWS General Reference). A task holds 4,096 characters: what does not fit is at the
 * case. What agents do comes back by an EventBridge API destination that posts a body of ours.
 */
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"

#include "base/crypto.h"

#define NAME_MAX_CHARS 500        /* bytes, of 512 characters */
#define DESCRIPTION_MAX_CHARS 4000 /* bytes, of 4,096 characters */
#define PATH "/contact/task"
#define SIGNED_HEADERS "content-type;host;x-amz-date"

static const struct cfg_field CFG[] = {
    {"api_user", true, true, "access key id of a user that may connect:StartTaskContact"},
    {"api_secret", true, true, "its secret access key"},
    {"region", true, false, "region of the instance, such as eu-central-1"},
    {"instance_id", true, false, "id of the instance"},
    {"contact_flow_id", true, false, "id of the flow that takes tasks"},
    {"webhook_secrets", false, true, "the value of the header X-Wismo-Secret of the API destination"},
    {"base_url", false, false, "an endpoint of your own instead of https://connect.REGION.amazonaws.com"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"region", "instance_id", "contact_flow_id", NULL};

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return ticket_form(ctx, msg, out);
}

static struct str host_of(struct str url)
{
    struct str rest = url, word = STR_NULL;
    for (int i = 0; i < 3; i++) /* "https:", nothing, the host */
        (void)str_split(&rest, '/', &word);
    return word;
}

/* ---- Signature Version 4 */

static struct str hex_of(struct ctx *ctx, const unsigned char sum[SHA256_LEN])
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 2 * SHA256_LEN + 1);
    buf_add_hex(&b, (struct str){(const char *)sum, SHA256_LEN});
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static struct str hash_of(struct ctx *ctx, struct str text)
{
    unsigned char sum[SHA256_LEN];
    sha256(text, sum);
    return hex_of(ctx, sum);
}

/* The key of a day, region and service, then the text under it. */
static enum err chain(struct ctx *ctx, struct str secret, const struct str *words, size_t n, unsigned char out[SHA256_LEN])
{
    struct str key = arena_fmt(ctx->arena, "AWS4%.*s", STR_ARG(secret));
    enum err e = key.p == NULL ? ctx_fail(ctx, ERR_MEMORY, "signature: no memory") : OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        size_t len = 0;
        unsigned char sum[SHA256_LEN];
        e = hmac_once(MAC_SHA256, key, &words[i], 1, sum, &len);
        memcpy(out, sum, SHA256_LEN);
        key = (struct str){(const char *)out, SHA256_LEN};
    }
    return e;
}

static enum err sign(struct ctx *ctx, const struct account *acct, struct str host, struct out_req *req)
{
    struct str region = account_setting(acct, "region"), t = time_rfc3339(ctx->arena, clock_now_us(ctx->clock) / US_PER_S * US_PER_S);
    struct str day = arena_fmt(ctx->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(t, 0, 4)), STR_ARG(str_sub(t, 5, 2)), STR_ARG(str_sub(t, 8, 2)));
    struct str date = arena_fmt(ctx->arena, "%.*sT%.*s%.*s%.*sZ", STR_ARG(day), STR_ARG(str_sub(t, 11, 2)), STR_ARG(str_sub(t, 14, 2)), STR_ARG(str_sub(t, 17, 2)));
    struct str canonical = arena_fmt(ctx->arena, "PUT\n" PATH "\n\ncontent-type:application/json\nhost:%.*s\nx-amz-date:%.*s\n\n" SIGNED_HEADERS "\n%.*s",
                                     STR_ARG(host), STR_ARG(date), STR_ARG(hash_of(ctx, req->body)));
    struct str scope = arena_fmt(ctx->arena, "%.*s/%.*s/connect/aws4_request", STR_ARG(day), STR_ARG(region));
    struct str text = arena_fmt(ctx->arena, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s", STR_ARG(date), STR_ARG(scope), STR_ARG(hash_of(ctx, canonical)));
    const struct str words[] = {day, region, STR("connect"), STR("aws4_request"), text};
    unsigned char sum[SHA256_LEN];
    enum err e = chain(ctx, secret_view(&acct->api_secret), words, 5, sum);
    if (e == OK)
        e = out_req_header(ctx, req, STR("X-Amz-Date"), date);
    if (e != OK)
        return e;
    return out_req_header(ctx, req, STR("Authorization"),
                          arena_fmt(ctx->arena, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s, SignedHeaders=" SIGNED_HEADERS ", Signature=%.*s",
                                    STR_ARG(secret_view(&acct->api_user)), STR_ARG(scope), STR_ARG(hex_of(ctx, sum))));
}

/* ---- tasks */

static struct str cut(struct str s, size_t max)
{
    return str_sub(s, 0, str_utf8_prefix(str_sub(s, 0, max)));
}

static enum err write_task(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL;
    enum err e = ticket_note(ctx, p, false, &note);
    jw_obj(w);
    jw_kstr(w, "InstanceId", account_setting(acct, "instance_id"));
    jw_kstr(w, "ContactFlowId", account_setting(acct, "contact_flow_id"));
    jw_kstr(w, "Name", cut(p->subject, NAME_MAX_CHARS));
    jw_kstr(w, "Description", cut(note, DESCRIPTION_MAX_CHARS));
    jw_kstr(w, "ClientToken", p->key);
    jw_key(w, "Attributes");
    jw_obj(w);
    jw_kstr(w, "wismo_key", p->key);
    jw_kstr(w, "order", p->order_name);
    jw_kstr(w, "class", p->cls);
    jw_kstr(w, "priority", str_of(p->priority));
    jw_kstr_opt(w, "rule", p->rule);
    jw_kstr_opt(w, "email", p->email);
    jw_end(w);
    jw_end(w);
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct str url = str_empty(acct->base_url)
                         ? arena_fmt(ctx->arena, "https://connect.%.*s.amazonaws.com" PATH, STR_ARG(account_setting(acct, "region")))
                         : url_join(ctx, acct, "", PATH, STR_NULL);
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    (void)step;
    (void)carry;
    *effect = true;
    if (e == OK && (acct->api_user.n == 0 || acct->api_secret.n == 0))
        e = ctx_fail(ctx, ERR_DENIED, "Amazon Connect: api_user and api_secret are needed");
    if (e != OK)
        return e;
    buf_init(&b, (size_t)1 << 17);
    struct jw w = jw_of(&b);
    e = write_task(ctx, acct, p, &w);
    enum err sent = ticket_send(ctx, out, "PUT", url, &b);
    if (e == OK)
        e = sent;
    return e == OK ? sign(ctx, acct, host_of(url), out) : e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, const struct http_msg *msg,
                       struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)p;
    (void)step;
    (void)carry;
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "Amazon Connect", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v);
    return e == OK ? ticket_done(out, json_str(v, "ContactId")) : e;
}

static const struct hook_ops HOOK = {.verify = ticket_form_verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_amazon_connect = {
    .id = "amazon_connect",
    .title = "Amazon Connect",
    .docs_url = "https://docs.aws.amazon.com/connect/latest/APIReference/API_StartTaskContact.html",
    .api_version = "2017-08-08",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.calls = 2, .window_s = 1, .timeout_ms = 15000, .body_max = (size_t)1 << 20,
               .source = "StartTaskContact: 2 a second, bursts of 5; unconfirmed"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
