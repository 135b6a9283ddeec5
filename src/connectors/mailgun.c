/*
 * Mailgun: mails in by a route that forwards to us, and events of mails that went out through its SMTP. Sources: Mailgun's "Receiving
 * messages via HTTP", "Webhooks" and its event structure, read 2026-11. Signed are a timestamp and a token, not the content: TLS keeps
 * that, and the stamp is held to be fresh. A route whose address ends in "mime" posts the whole mail as body-mime. Trap: message ids of
 * events come without their angle brackets.
 */
#include "base/num.h"
#include "connectors/lib/form_fields.h"
#include "connectors/lib/mail_hook.h"
#include "connectors/lib/signature.h"

#define STAMP_WINDOW_S (9 * 3600) /* its last attempt comes eight hours after the first, with the first one's stamp */

static const struct cfg_field CFG[] = {
    {"webhook_secrets", true, true, "HTTP webhook signing key"},
    {"auth_host", false, false, "mail server whose Authentication-Results are believed; without it no sender is"},
    {NULL, false, false, NULL},
};

static const struct mail_event EVENTS[] = {
    {"delivered", RECEIPT_DELIVERED}, {"opened", RECEIPT_OPENED}, {"clicked", RECEIPT_CLICKED}, {"failed", RECEIPT_BOUNCED},
    {"rejected", RECEIPT_REFUSED}, {"complained", RECEIPT_COMPLAINED}, {NULL, RECEIPT_STATUS_COUNT}};

static bool is_json(const struct http_msg *msg)
{
    return str_starts(str_trim(str_sub(msg->body, 0, 16)), STR("{"));
}

struct stamped {
    struct str timestamp, token, signature;
};

static enum err read_stamp(struct ctx *ctx, const struct http_msg *msg, struct stamped *out)
{
    const struct json *v = NULL;
    if (is_json(msg)) {
        enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
        const struct json *s = json_get(v, "signature");
        *out = (struct stamped){json_text(s, "timestamp"), json_str(s, "token"), json_str(s, "signature")};
        return e;
    }
    struct form_fields *f = ctx_alloc(ctx, sizeof(*f));
    enum err e = f == NULL ? ERR_MEMORY : form_fields_read(ctx, msg, f);
    if (e == OK)
        *out = (struct stamped){form_field(f, "timestamp"), form_field(f, "token"), form_field(f, "signature")};
    return e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct stamped s = {STR_NULL, STR_NULL, STR_NULL};
    int64_t at = 0;
    enum err e = read_stamp(ctx, msg, &s);
    if (e != OK)
        return err_is_transient(e) || e == ERR_MEMORY ? e : ctx_fail(ctx, ERR_DENIED, "signature: cannot be read");
    const struct str parts[] = {s.timestamp, s.token};
    e = sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR(""), s.signature, parts, 2);
    if (e != OK || !account_vouches(acct))
        return e;
    if (num_parse_i64(s.timestamp, 0, INT64_C(9999999999), &at) != OK)
        return ctx_fail(ctx, ERR_DENIED, "signature: its timestamp is no time");
    return sig_fresh(ctx, msg->received_us, at * US_PER_S, STAMP_WINDOW_S);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    struct stamped s = {STR_NULL, STR_NULL, STR_NULL};
    (void)acct;
    enum err e = read_stamp(ctx, msg, &s);
    if (e == OK)
        *key = s.token;
    return e;
}

/* ---- a mail */

/* message-headers: [["Received", "..."], ["From", "..."], ...] */
static enum err header_block(struct ctx *ctx, struct str list, struct str *out)
{
    const struct json *v = NULL;
    struct buf b;
    enum err e = json_parse(ctx, list, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return ctx_fail(ctx, e, "message-headers: expected a list of pairs");
    buf_init(&b, MAIL_IN_BODY_MAX);
    JSON_EACH(pair, v)
        header_block_add(&b, json_value_text(json_at(pair, 0)), json_value_text(json_at(pair, 1)));
    e = buf_err(&b);
    *out = buf_move(&b, ctx->arena);
    return e;
}

static enum err decode_mail(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct form_fields *f = ctx_alloc(ctx, sizeof(*f));
    struct mail_in mail;
    struct str headers = STR_NULL, raw;
    int64_t attachments = 0;
    enum err e = f == NULL ? ERR_MEMORY : form_fields_read(ctx, msg, f);
    if (e != OK)
        return e;
    raw = form_field(f, "body-mime");
    if (str_empty(raw))
        e = header_block(ctx, form_field(f, "message-headers"), &headers);
    if (e == OK && str_empty(raw))
        e = mail_from_fields(ctx, acct, headers, form_field(f, "body-plain"), form_field(f, "body-html"), &mail);
    else if (e == OK)
        e = mail_in_read(ctx, raw, account_setting(acct, "auth_host"), &mail);
    if (e != OK)
        return e;
    if (str_empty(raw) && num_parse_i64(form_field(f, "attachment-count"), 0, 1000, &attachments) == OK)
        mail.attachments_all = attachments;
    return add_mail(ctx, out, &mail, msg->received_us);
}

/* ---- events */

static enum err decode_event(struct ctx *ctx, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    const struct json *ev = json_get(v, "event-data"), *status = json_get(ev, "delivery-status");
    struct str stamp = json_text(ev, "timestamp"), seconds = STR_NULL;
    int64_t s = 0;
    if (e == OK && ev == NULL)
        e = ctx_fail(ctx, ERR_PARSE, "event-data: missing");
    if (e != OK)
        return e;
    (void)str_split(&stamp, '.', &seconds);
    int64_t at = num_parse_i64(seconds, 1, INT64_C(9999999999), &s) == OK ? s * US_PER_S : msg->received_us;
    bool later = str_eq(json_str(ev, "severity"), STR("temporary"));
    struct str id = json_str(json_path(ev, "message.headers"), "message-id");
    if (!later) /* Mailgun tries again by itself */
        e = add_mail_event(ctx, out, EVENTS, json_str(ev, "event"), id, json_text(status, "code"), at);
    if (e == OK && out->n == 0)
        out->note = later ? STR("deferred: on its way") : STR("nothing of a mail of ours");
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    return is_json(msg) ? decode_event(ctx, msg, out) : decode_mail(ctx, acct, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode};

const struct connector connector_mailgun = {
    .id = "mailgun",
    .title = "Mailgun",
    .docs_url = "https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store",
    .api_version = "v3",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own; Mailgun sends up to 25 MB"},
    .cfg = CFG,
    .hook = &HOOK,
};
