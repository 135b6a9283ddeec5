/*
 * Postmark: mails in, and events of mails that went out through its SMTP. Sources: Postmark's "Inbound webhook" and its webhooks of
 * messages, read 2026-11. Nothing is signed: put a password into the address (https://hook:PASSWORD@host/...). Trap: MessageID is
 * Postmark's own; the mail's stands among Headers. Events name Postmark's id alone: our key goes along as metadata (flows/mail.c).
 */
#include "connectors/lib/mail_hook.h"
#include "connectors/lib/signature.h"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", true, true, "password in the webhook's address"},
    {"auth_host", false, false, "mail server whose Authentication-Results are believed; without it no sender is"},
    {NULL, false, false, NULL},
};

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_header_secret(ctx, acct, basic_password(ctx, msg));
}

/* The mail's own headers, and what Postmark took out of them. */
static enum err header_block(struct ctx *ctx, const struct json *v, struct str *out)
{
    static const struct {
        const char *name, *field;
    } TAKEN_OUT[] = {{"From", "From"}, {"To", "To"}, {"Subject", "Subject"}};
    struct buf b;
    buf_init(&b, MAIL_IN_BODY_MAX);
    for (size_t i = 0; i < sizeof(TAKEN_OUT) / sizeof(TAKEN_OUT[0]); i++)
        header_block_add(&b, str_of(TAKEN_OUT[i].name), json_str(v, TAKEN_OUT[i].field));
    JSON_EACH(h, json_get(v, "Headers")) {
        struct str name = json_str(h, "Name");
        if (!str_eq_nocase(name, STR("From")) && !str_eq_nocase(name, STR("To")) && !str_eq_nocase(name, STR("Subject")) &&
            !str_eq_nocase(name, STR("Content-Type")) && !str_eq_nocase(name, STR("Content-Transfer-Encoding")))
            header_block_add(&b, name, json_str(h, "Value"));
    }
    enum err e = buf_err(&b);
    *out = buf_move(&b, ctx->arena);
    return e;
}

static enum err decode_mail(struct ctx *ctx, const struct account *acct, const struct json *v, const struct http_msg *msg, struct decoded *out)
{
    struct str headers = STR_NULL;
    struct mail_in mail;
    const struct json *attachments = json_get(v, "Attachments");
    enum err e = header_block(ctx, v, &headers);
    if (e == OK)
        e = mail_from_fields(ctx, acct, headers, json_str(v, "TextBody"), json_str(v, "HtmlBody"), &mail);
    if (e != OK)
        return e;
    mail.attachments_all = attachments == NULL ? 0 : (int64_t)attachments->count;
    if (str_empty(mail.message_id))
        mail.message_id = json_str(v, "MessageID");
    return add_mail(ctx, out, &mail, msg->received_us);
}

static enum err decode_event(struct ctx *ctx, const struct json *v, struct str type, const struct http_msg *msg, struct decoded *out)
{
    static const struct mail_event EVENTS[] = {{"Delivery", RECEIPT_DELIVERED}, {"Open", RECEIPT_OPENED}, {"Click", RECEIPT_CLICKED},
                                               {"Bounce", RECEIPT_BOUNCED}, {"SpamComplaint", RECEIPT_COMPLAINED}, {NULL, RECEIPT_STATUS_COUNT}};
    static const char *const TIMES[] = {"DeliveredAt", "ReceivedAt", "BouncedAt"};
    struct str key = json_str(json_get(v, "Metadata"), "wismo"), id = arena_fmt(ctx->arena, "<%.*s@postmark>", STR_ARG(key)), detail = json_str(v, "Type");
    int64_t at = msg->received_us;
    struct when w;
    for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++)
        if (when_parse(json_str(v, TIMES[i]), &w) == OK && w.kind == WHEN_UTC)
            at = w.utc_us;
    bool soft = str_eq(type, STR("Bounce")) && (str_eq(detail, STR("SoftBounce")) || str_eq(detail, STR("Transient")));
    enum err e = soft ? OK : add_mail_event(ctx, out, EVENTS, type, id, detail, at);
    if (e == OK && out->n == 0)
        out->note = soft ? STR("deferred: on its way") : STR("nothing of a mail of ours");
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    struct str type = json_str(v, "RecordType");
    if (e == OK && !json_is(v, JSON_OBJECT))
        e = ctx_fail(ctx, ERR_PARSE, "body: expected one object");
    if (e != OK)
        return e;
    return str_empty(type) || str_eq(type, STR("Inbound")) ? decode_mail(ctx, acct, v, msg, out) : decode_event(ctx, v, type, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode};

const struct connector connector_postmark = {
    .id = "postmark",
    .title = "Postmark",
    .docs_url = "https://postmarkapp.com/developer/webhooks/inbound-webhook",
    .api_version = "2026",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own; Postmark sends up to 35 MB"},
    .cfg = CFG,
    .hook = &HOOK,
};
