/*
 * Customers' mails as they come: whole messages that a mail server's pipe posts, with the shared secret in a header, or that are fetched
 * from a mailbox. Whose word is taken for who wrote them is set by auth_host (RFC 8601). Bounces and complaints go to mail_reports.
 */
#include "connectors/lib/message_in.h"
#include "connectors/lib/signature.h"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "shared secret: header X-Wismo-Secret of the pipe's request"},
    {"auth_host", false, false, "name of your mail server in the Authentication-Results that it adds; without it no sender is believed"},
    {"imap_url", false, false, "mailbox to fetch from: imaps://host:993/INBOX"},
    {"api_user", false, true, "its user"},
    {"api_key", false, true, "its password"},
    {"imap_ca_file", false, false, "file of certificates to trust, where the server's is not signed by one of the system's"},
    {NULL, false, false, NULL},
};

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_header_secret(ctx, acct, http_msg_header(msg, "X-Wismo-Secret"));
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct mail_in mail;
    enum err e = mail_in_read(ctx, msg->body, account_setting(acct, "auth_host"), &mail);
    return e == OK ? add_mail(ctx, out, &mail, msg->received_us) : e;
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode};

const struct connector connector_mail = {
    .id = "mail",
    .title = "E-mail",
    .docs_url = "docs/channels.md",
    .api_version = "RFC 5322",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own"},
    .cfg = CFG,
    .hook = &HOOK,
};
