/*
 * What mail servers send back: bounces (delivery status notifications, RFC 3464) and complaints (feedback reports, RFC 5965), as a
 * mail server's pipe posts them: the whole message as it came, with the shared secret in a header. Our Message-ID is the message's
 * key, and both kinds of report carry the headers of what they are about; so no address is looked at or kept. Fields are read line
 * by line: in both kinds they are plain lines by their standards. Traps: a delay is no failure, and vacation answers are no report.
 */
#include "connectors/lib/message_in.h"
#include "connectors/lib/phone.h"
#include "connectors/lib/signature.h"

#define STATUS_MAX 12

static const struct cfg_field CFG[] = {
    {"webhook_secrets", true, true, "shared secret: header X-Wismo-Secret of the pipe's request"},
    {NULL, false, false, NULL},
};

struct report {
    bool delivery, feedback;   /* which kind, by the top header */
    struct str action, status; /* of the last recipient told of */
    struct str feedback_type;
    struct str key;            /* ours, of the mail that it is about */
};

/* "Name: value", when the line is that header. */
static bool field_is(struct str line, const char *name, struct str *value)
{
    struct str n = str_of(name);
    if (line.n <= n.n || line.p[n.n] != ':' || !str_eq_nocase(str_sub(line, 0, n.n), n))
        return false;
    *value = str_trim(str_sub(line, n.n + 1, line.n));
    return true;
}

static bool has_word(struct str s, const char *word)
{
    struct str w = str_of(word);
    for (size_t i = 0; i + w.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, w.n), w))
            return true;
    return false;
}

/* The top header, and where the body begins. */
static struct str read_top(struct str mail, struct report *r)
{
    struct str line, value, rest = mail;
    bool in_type = false;
    while (str_split(&rest, '\n', &line)) {
        bool folded = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
        line = str_trim(line);
        if (str_empty(line))
            return rest;
        if (!folded)
            in_type = field_is(line, "Content-Type", &value) && has_word(value, "multipart/report");
        r->delivery = r->delivery || (in_type && has_word(line, "delivery-status"));
        r->feedback = r->feedback || (in_type && has_word(line, "feedback-report"));
    }
    return STR_NULL;
}

static void read_body(struct str body, struct report *r)
{
    struct str line, value;
    while (str_split(&body, '\n', &line)) {
        line = str_trim(line);
        if (field_is(line, "Action", &value))
            r->action = value;
        else if (field_is(line, "Status", &value))
            r->status = value;
        else if (field_is(line, "Feedback-Type", &value))
            r->feedback_type = value;
        else if (field_is(line, "Message-ID", &value))
            (void)mail_key(value, &r->key);
    }
}

static bool is_status(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return s.n > 0 && s.n <= STATUS_MAX;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct report r = {.delivery = false};
    struct str body = read_top(msg->body, &r);
    (void)acct;
    if (!r.delivery && !r.feedback) {
        out->note = STR("no report");
        return OK;
    }
    read_body(body, &r);
    if (str_empty(r.key)) {
        out->note = STR("a report about a mail that is not ours");
        return OK;
    }
    struct str status = is_status(r.status) ? arena_fmt(ctx->arena, "status %.*s", STR_ARG(r.status)) : STR("without a status");
    if (r.feedback && !str_eq_nocase(r.feedback_type, STR("not-spam")))
        return add_receipt(ctx, out, r.key, RECEIPT_COMPLAINED, STR("called spam"), msg->received_us);
    if (r.delivery && str_eq_nocase(r.action, STR("failed")))
        return add_receipt(ctx, out, r.key, RECEIPT_BOUNCED, status, msg->received_us);
    if (r.delivery && (str_eq_nocase(r.action, STR("delivered")) || str_eq_nocase(r.action, STR("relayed"))))
        return add_receipt(ctx, out, r.key, RECEIPT_DELIVERED, status, msg->received_us);
    out->note = STR("on its way, or taken back");
    return OK;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_header_secret(ctx, acct, http_msg_header(msg, "X-Wismo-Secret"));
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode};

const struct connector connector_mail_reports = {
    .id = "mail_reports",
    .title = "Bounces and complaints",
    .docs_url = "docs/messages.md",
    .api_version = "RFC 3464, RFC 5965",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)1 << 20, .source = "our own"},
    .cfg = CFG,
    .hook = &HOOK,
};
