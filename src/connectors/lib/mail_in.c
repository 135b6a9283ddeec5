/* See mail_in.h. Sources: RFC 3834 (automatic answers), RFC 2919 (List-Id), RFC 8601; [MS-OXCMAIL] for X-Auto-Response-Suppress. */
#include "connectors/lib/mail_in.h"

#include "base/buf.h"
#include "base/charset.h"
#include "base/html_plain.h"
#include "connectors/lib/inbound_text.h"
#include "connectors/lib/mail_newest.h"
#include "connectors/lib/mime.h"

#define NAME_MAX_BYTES 200
#define SUBJECT_MAX 300
#define AUTH_HEADERS_MAX 20
#define AUTH_VALUE_MAX 8192

/* ---- who sent it */

static struct str domain_of(struct str address)
{
    for (size_t i = address.n; i > 0; i--)
        if (address.p[i - 1] == '@')
            return str_sub(address, i, address.n);
    return STR_NULL;
}

static bool is_any(struct str value, const char *const *words)
{
    for (; *words != NULL; words++)
        if (str_eq_nocase(value, str_of(*words)))
            return true;
    return false;
}

/* "auto-replied; owner=..." is the word auto-replied. */
static struct str first_word(struct str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] != ';' && s.p[n] != ' ' && s.p[n] != '(' && s.p[n] != '\t')
        n++;
    return str_sub(s, 0, n);
}

static const char *automatic_header(struct ctx *ctx, const struct mime *m)
{
    static const char *const BULK[] = {"bulk", "list", "junk", "auto_reply", NULL};
    static const char *const PRESENT[] = {"List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Autoresponder"};
    struct str submitted = first_word(mime_header(ctx, m, "Auto-Submitted", 0));
    struct str suppress = mime_header(ctx, m, "X-Auto-Response-Suppress", 0);
    if (!str_empty(submitted) && !str_eq_nocase(submitted, STR("no")))
        return "Auto-Submitted";
    if (is_any(mime_header(ctx, m, "Precedence", 0), BULK))
        return "Precedence";
    if (str_contains_nocase(suppress, STR("all")) || str_contains_nocase(suppress, STR("autoreply")))
        return "X-Auto-Response-Suppress";
    for (size_t i = 0; i < sizeof(PRESENT) / sizeof(PRESENT[0]); i++)
        if (!str_empty(mime_header(ctx, m, PRESENT[i], 0)))
            return PRESENT[i];
    if (str_eq(mime_header(ctx, m, "Return-Path", 0), STR("<>")))
        return "Return-Path";
    return str_starts(mime_header(ctx, m, "Content-Type", 0), STR("multipart/report")) ? "multipart/report" : NULL;
}

/* Some programs that answer for people on holiday say so in the subject alone. */
static bool automatic_subject(struct str subject)
{
    static const char *const PREFIXES[] = {"automatic reply:", "auto reply:", "autoreply:", "auto:", "out of office", "abwesenheitsnotiz",
        "automatische antwort", "r\xC3\xA9ponse automatique", "respuesta autom\xC3\xA1tica", "risposta automatica", "resposta autom\xC3\xA1tica",
        "automatisch antwoord", "autosvar", "undelivered mail", "undeliverable:", "mail delivery failed", "delivery status notification"};
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++)
        if (str_eq_nocase(str_sub(subject, 0, strlen(PREFIXES[i])), str_of(PREFIXES[i])))
            return true;
    return false;
}

static bool automatic_sender(struct str from)
{
    static const char *const LOCAL[] = {"mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce",
                                        "bounces", NULL};
    struct str domain = domain_of(from);
    return domain.n < from.n && is_any(str_sub(from, 0, from.n - domain.n - 1), LOCAL);
}

static void read_automatic(struct ctx *ctx, const struct mime *m, struct mail_in *out)
{
    out->why = automatic_header(ctx, m);
    if (out->why == NULL && automatic_subject(out->subject))
        out->why = "Subject";
    if (out->why == NULL && automatic_sender(out->from))
        out->why = "From";
    out->automatic = out->why != NULL;
}

/* The topmost header of our server is the one that it put there; one further below came with the mail. */
static enum err read_dmarc(struct ctx *ctx, const struct mime *m, struct str host, struct mail_in *out)
{
    bool found = false;
    enum err e = OK;
    for (size_t i = 0; e == OK && !found && !str_empty(host) && i < AUTH_HEADERS_MAX; i++) {
        struct str value = mime_header(ctx, m, "Authentication-Results", i);
        if (str_empty(value))
            break;
        e = mail_auth_read(ctx, str_sub(value, 0, AUTH_VALUE_MAX), host, domain_of(out->from), &found, &out->dmarc);
    }
    if (!found)
        out->dmarc = MAIL_DMARC_NONE;
    return e;
}

static enum err read_header(struct ctx *ctx, const struct mime *m, struct str host, struct mail_in *out)
{
    struct str name, address;
    bool one = mime_mailbox(ctx, mime_header(ctx, m, "From", 0), &name, &address) == 1 && str_empty(mime_header(ctx, m, "From", 1));
    enum err e = OK;
    if (one && str_is_utf8(address) && !str_empty(domain_of(address)))
        e = inbound_line(ctx, address, NAME_MAX_BYTES, &out->from);
    if (e == OK && one)
        e = inbound_line(ctx, name, NAME_MAX_BYTES, &out->from_name);
    (void)mime_mailbox(ctx, mime_header(ctx, m, "To", 0), &name, &address);
    if (e == OK)
        e = inbound_line(ctx, address, NAME_MAX_BYTES, &out->to);
    if (e == OK)
        e = inbound_line(ctx, mime_header_text(ctx, m, "Subject"), SUBJECT_MAX, &out->subject);
    (void)mime_ids(ctx, mime_header(ctx, m, "Message-ID", 0), &out->message_id, 1);
    (void)mime_ids(ctx, mime_header(ctx, m, "In-Reply-To", 0), &out->in_reply_to, 1);
    out->references_n = mime_ids(ctx, mime_header(ctx, m, "References", 0), out->references, MAIL_IN_REFERENCES_MAX);
    if (e != OK)
        return e;
    read_automatic(ctx, m, out);
    return read_dmarc(ctx, m, host, out);
}

/* ---- what is in it */

enum err mail_in_body(struct ctx *ctx, struct str plain, struct str html, struct str *text, bool *cut)
{
    struct str body = plain, newest, tidy;
    enum err e = OK;
    *cut = body.n > MAIL_IN_BODY_MAX || html.n > MAIL_IN_BODY_MAX;
    if (str_empty(str_trim(plain)) && !str_empty(html))
        e = html_plain(ctx, str_sub(html, 0, MAIL_IN_BODY_MAX), false, &body);
    if (e == OK)
        e = mail_newest(ctx, str_sub(body, 0, MAIL_IN_BODY_MAX), &newest);
    bool longer = false;
    if (e == OK)
        e = inbound_text(ctx, newest, &tidy, &longer);
    if (e != OK)
        return e;
    *cut = *cut || longer;
    *text = tidy;
    return OK;
}

static enum err add_text(struct ctx *ctx, const struct mime_part *part, struct buf *text)
{
    struct str utf8;
    enum err e = charset_to_utf8(ctx, part->charset, part->bytes, &utf8);
    if (e != OK)
        return e;
    if (text->n > 0)
        buf_addc(text, '\n');
    buf_add(text, utf8);
    return buf_err(text);
}

static enum err add_attachment(struct ctx *ctx, const struct mime_part *part, struct mail_in *out)
{
    enum err e = OK;
    out->attachments_all++;
    if (out->attachments_n == MAIL_IN_ATTACHMENTS_MAX)
        return OK;
    struct mail_attachment *att = &out->attachments[out->attachments_n++];
    att->bytes = part->bytes_all;
    e = inbound_line(ctx, part->file_name, NAME_MAX_BYTES, &att->name);
    return e == OK ? inbound_line(ctx, part->type, NAME_MAX_BYTES, &att->type) : e;
}

static enum err read_parts(struct ctx *ctx, const struct mime *m, struct mail_in *out)
{
    struct mime_parts parts = {.cap = MAIL_IN_PARTS_MAX};
    struct buf plain, html;
    buf_init(&plain, MAIL_IN_BODY_MAX * 8); /* one part beyond the bound, and UTF-8 is longer than most sets */
    buf_init(&html, MAIL_IN_BODY_MAX * 8);
    parts.list = arena_array(ctx->arena, parts.cap, sizeof(*parts.list));
    enum err e = parts.list == NULL ? ERR_MEMORY : mime_parts(ctx, m, MAIL_IN_DEPTH_MAX, MAIL_IN_BODY_MAX, &parts);
    for (size_t i = 0; e == OK && i < parts.n; i++) {
        const struct mime_part *part = &parts.list[i];
        bool is_plain = str_eq(part->type, STR("text/plain")), is_html = str_eq(part->type, STR("text/html"));
        if (part->attached || (!is_plain && !is_html))
            e = add_attachment(ctx, part, out);
        else if (plain.n + html.n < MAIL_IN_BODY_MAX)
            e = add_text(ctx, part, is_plain ? &plain : &html);
    }
    if (e == OK)
        e = mail_in_body(ctx, buf_str(&plain), buf_str(&html), &out->text, &out->cut);
    buf_clear(&plain);
    buf_clear(&html);
    out->cut = out->cut || parts.more;
    return e;
}

enum err mail_in_read(struct ctx *ctx, struct str raw, struct str host, struct mail_in *out)
{
    struct mime *m = NULL;
    struct mail_in mail = {.cut = false};
    enum err e = mime_open(ctx, raw, &m);
    if (e == OK)
        e = read_header(ctx, m, host, &mail);
    if (e == OK)
        e = read_parts(ctx, m, &mail);
    mime_close(m);
    e = ctx_whole(ctx, e);
    if (e == OK)
        *out = mail;
    return e;
}
