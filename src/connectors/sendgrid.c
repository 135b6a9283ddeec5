/*
 * SendGrid: mails in by Inbound Parse, and what became of mails that went out through its SMTP relay. Sources: Twilio SendGrid's
 * "Setting up the Inbound Parse Webhook" and "Event Webhook Reference", read 2026-11. Inbound posts are signed only with a security
 * policy: else put a password into the address (https://hook:PASSWORD@host/...). Traps: text fields come in the character set that
 * `charsets` names for each; `dkim` looks like JSON and is none; events are a list that may end in a line break, which is signed.
 * DKIM that passes for the very domain of From is DMARC's own condition; SPF alone is not, for it speaks of the envelope.
 */
#include "base/charset.h"
#include "base/num.h"
#include "connectors/lib/form_fields.h"
#include "connectors/lib/mail_hook.h"
#include "connectors/lib/signature.h"

#define STAMP_WINDOW_S 300

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "password in the webhook's address, or the verification key of signed webhooks"},
    {"auth_host", false, false, "mail server whose Authentication-Results are believed besides SendGrid's own DKIM result"},
    {NULL, false, false, NULL},
};

static const struct mail_event EVENTS[] = {
    {"delivered", RECEIPT_DELIVERED}, {"open", RECEIPT_OPENED}, {"click", RECEIPT_CLICKED}, {"bounce", RECEIPT_BOUNCED},
    {"dropped", RECEIPT_REFUSED}, {"spamreport", RECEIPT_COMPLAINED}, {NULL, RECEIPT_STATUS_COUNT}};

static enum err verify_signed(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str given)
{
    struct str stamp = http_msg_header(msg, "X-Twilio-Email-Event-Webhook-Timestamp");
    const struct str parts[] = {stamp, msg->body};
    struct buf sig;
    int64_t s = 0;
    buf_init(&sig, 300);
    enum err e = num_parse_i64(stamp, 0, INT64_C(9999999999), &s) == OK && base64_decode(given, &sig) == OK ? ERR_DENIED : ERR_PARSE;
    for (size_t i = 0; e == ERR_DENIED && i < ACCOUNT_SECRETS_MAX; i++)
        if (acct->webhook_secrets[i].n > 0)
            e = verify_ecdsa_sha256(secret_view(&acct->webhook_secrets[i]), parts, 2, buf_str(&sig)) == OK ? OK : ERR_DENIED;
    buf_clear(&sig);
    if (e != OK)
        return ctx_fail(ctx, ERR_DENIED, "signature: does not fit");
    return sig_fresh(ctx, msg->received_us, s * US_PER_S, STAMP_WINDOW_S);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str given = http_msg_header(msg, "X-Twilio-Email-Event-Webhook-Signature");
    if (!str_empty(given) && account_vouches(acct))
        return verify_signed(ctx, acct, msg, given);
    return sig_header_secret(ctx, acct, basic_password(ctx, msg));
}

/* ---- a mail */

/* "{@example.net : pass, @other.example : fail}" */
static bool dkim_passes(struct str dkim, struct str domain)
{
    struct str one, name;
    if (str_starts(dkim, STR("{")))
        dkim = str_sub(dkim, 1, dkim.n);
    if (str_ends(dkim, STR("}")))
        dkim.n--;
    while (str_split(&dkim, ',', &one)) {
        bool named = str_split(&one, ':', &name);
        name = str_trim(name);
        if (named && !str_empty(domain) && str_starts(name, STR("@")) && str_eq_nocase(str_sub(name, 1, name.n), domain) &&
            str_eq_nocase(str_trim(one), STR("pass")))
            return true;
    }
    return false;
}

static enum err text_field(struct ctx *ctx, const struct form_fields *f, const struct json *charsets, const char *name, struct str *out)
{
    return charset_to_utf8(ctx, json_str(charsets, name), form_field(f, name), out);
}

static enum err read_mail(struct ctx *ctx, const struct account *acct, const struct form_fields *f, struct mail_in *mail)
{
    const struct json *charsets = NULL;
    struct str plain = STR_NULL, html = STR_NULL, raw = form_field(f, "email");
    int64_t attachments = 0;
    if (!str_empty(raw))
        return mail_in_read(ctx, raw, account_setting(acct, "auth_host"), mail);
    if (json_parse(ctx, form_field(f, "charsets"), &JSON_LIMITS_SMALL, &charsets) != OK)
        charsets = NULL;
    enum err e = text_field(ctx, f, charsets, "text", &plain);
    if (e == OK)
        e = text_field(ctx, f, charsets, "html", &html);
    if (e == OK)
        e = mail_from_fields(ctx, acct, form_field(f, "headers"), plain, html, mail);
    if (e == OK && num_parse_i64(form_field(f, "attachments"), 0, 1000, &attachments) == OK)
        mail->attachments_all = attachments;
    return e;
}

static enum err decode_mail(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct form_fields *f = ctx_alloc(ctx, sizeof(*f));
    struct mail_in mail;
    enum err e = f == NULL ? ERR_MEMORY : form_fields_read(ctx, msg, f);
    if (e == OK && str_empty(form_field(f, "headers")) && str_empty(form_field(f, "email")))
        e = ctx_fail(ctx, ERR_PARSE, "headers: missing");
    if (e == OK)
        e = read_mail(ctx, acct, f, &mail);
    if (e != OK)
        return e;
    struct str domain = mail.from, local;
    if (str_split(&domain, '@', &local) && dkim_passes(str_trim(form_field(f, "dkim")), domain) && account_vouches(acct))
        mail.dmarc = MAIL_DMARC_PASS;
    return add_mail(ctx, out, &mail, msg->received_us);
}

/* ---- events */

static enum err decode_events(struct ctx *ctx, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, str_trim(msg->body), &JSON_LIMITS_WEBHOOK, &v);
    JSON_EACH(ev, v) {
        int64_t s = 0;
        if (e != OK)
            break;
        int64_t at = json_i64(ev, "timestamp", 1, INT64_C(9999999999), &s) == OK ? s * US_PER_S : msg->received_us;
        struct str word = json_str(ev, "event"), detail = json_str(ev, "status");
        if (str_eq(json_str(ev, "type"), STR("blocked")))
            detail = STR("blocked");
        struct str id = json_str(ev, "smtp-id");
        if (str_empty(id)) /* opens and clicks bring only what was sent along */
            id = arena_fmt(ctx->arena, "<%.*s@sendgrid>", STR_ARG(json_str(ev, "wismo")));
        e = add_mail_event(ctx, out, EVENTS, word, id, detail, at);
    }
    if (e == OK && out->n == 0)
        out->note = STR("nothing of a mail of ours");
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    return str_starts(str_trim(str_sub(msg->body, 0, 16)), STR("[")) ? decode_events(ctx, msg, out) : decode_mail(ctx, acct, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode};

const struct connector connector_sendgrid = {
    .id = "sendgrid",
    .title = "SendGrid",
    .docs_url = "https://www.twilio.com/docs/sendgrid/for-developers/parsing-email",
    .api_version = "v3",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own; SendGrid sends up to 30 MB"},
    .cfg = CFG,
    .hook = &HOOK,
};
