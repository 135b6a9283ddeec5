/* See mail.h. Header texts beyond ASCII are encoded words (RFC 2047); bodies are base64, so that no line is too long. */
#include "flows/mail.h"

#include "base/crypto.h"
#include "base/html.h"
#include "base/icu_text.h"
#include "base/timefmt.h"
#include "mind/message_text.h"

#define WORD_BYTES 42  /* of UTF-8 in one encoded word of at most 75 characters */
#define LINE_BYTES 57  /* bytes in one base64 line of 76 characters */

/* ---- words */

struct str mail_text(struct ctx *ctx, const struct mail *m)
{
    if (m->plain)
        return m->text;
    struct icu_arg name = {.name = STR("name"), .text = m->name};
    struct str greeting = STR_NULL, reply = message_words(m->language, STR("reply"));
    struct buf b;
    struct str out = STR_NULL;
    struct str tpl = message_words(m->language, str_empty(m->name) ? STR("greeting.none") : STR("greeting"));
    if (icu_message(ctx, m->language, tpl, &name, 1, &greeting) != OK)
        greeting = STR_NULL;
    buf_init(&b, (size_t)1 << 18);
    const struct str parts[] = {greeting, m->text, reply, m->sign_off};
    for (size_t i = 0; i < 4; i++) {
        if (str_empty(parts[i]))
            continue;
        if (b.n > 0)
            buf_addz(&b, "\n\n");
        buf_add(&b, parts[i]);
    }
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

/* ---- HTML: paragraphs, lists of lines that begin with "- ", addresses as links */

static size_t link_len(struct str s)
{
    size_t n = 0;
    if (!str_starts(s, STR("https://")) && !str_starts(s, STR("http://")))
        return 0;
    while (n < s.n && (unsigned char)s.p[n] > 0x20 && s.p[n] != '<' && s.p[n] != '>' && s.p[n] != '"')
        n++;
    while (n > 0 && (s.p[n - 1] == '.' || s.p[n - 1] == ',' || s.p[n - 1] == ')'))
        n--;
    return n;
}

static void html_line(struct buf *b, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = link_len(str_sub(s, i, s.n));
        if (n == 0) {
            i++;
            continue;
        }
        html_text(b, str_sub(s, from, i - from));
        HTML(b, "<a href=\"");
        html_text(b, str_sub(s, i, n));
        HTML(b, "\">");
        html_text(b, str_sub(s, i, n));
        HTML(b, "</a>");
        i += n;
        from = i;
    }
    html_text(b, str_sub(s, from, s.n));
}

static void html_body(struct buf *b, struct str text)
{
    struct str line;
    bool paragraph = false, list = false;
    while (str_split(&text, '\n', &line)) {
        bool item = str_starts(line, STR("- "));
        if (paragraph && (str_empty(line) || item)) {
            HTML(b, "</p>\n");
            paragraph = false;
        }
        if (list && !item) {
            HTML(b, "</ul>\n");
            list = false;
        }
        if (str_empty(line))
            continue;
        if (item) {
            if (!list)
                HTML(b, "<ul>\n");
            HTML(b, "<li>");
            html_line(b, str_sub(line, 2, line.n));
            HTML(b, "</li>\n");
            list = true;
            continue;
        }
        if (paragraph)
            HTML(b, "<br>\n");
        else
            HTML(b, "<p>");
        html_line(b, line);
        paragraph = true;
    }
    if (paragraph)
        HTML(b, "</p>\n");
    if (list)
        HTML(b, "</ul>\n");
}

void mail_html(struct buf *b, const struct mail *m, struct str text)
{
    HTML(b, "<!doctype html>\n<html lang=\"");
    html_text(b, m->language);
    HTML(b, "\"");
    if (icu_is_rtl(m->language))
        HTML(b, " dir=\"rtl\"");
    HTML(b, "><head><meta charset=\"utf-8\"><title>");
    html_text(b, m->subject);
    HTML(b, "</title></head>\n<body style=\"font-family:sans-serif;line-height:1.5;max-width:36em\">\n");
    html_body(b, text);
    if (!str_empty(m->unsubscribe_url)) {
        HTML(b, "<p style=\"font-size:85%\"><a href=\"");
        html_text(b, m->unsubscribe_url);
        HTML(b, "\">");
        html_text(b, message_words(m->language, STR("unsubscribe")));
        HTML(b, "</a></p>\n");
    }
    HTML(b, "</body></html>\n");
}

/* ---- headers */

static bool is_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x7f)
            return false;
    return !str_contains(s, STR("=?"));
}

/* Encoded words end between characters and are folded one a line. */
static void add_encoded(struct buf *out, struct str s)
{
    while (!str_empty(s)) {
        size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;
        while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
            n--;
        buf_addz(out, "=?UTF-8?B?");
        base64_encode(str_sub(s, 0, n), out);
        buf_addz(out, "?=");
        s = str_sub(s, n, s.n);
        if (!str_empty(s))
            buf_addz(out, "\r\n ");
    }
}

/* Folded at blanks, so that no header line is long. */
static void add_text_header(struct buf *out, const char *name, struct str s)
{
    buf_fmt(out, "%s: ", name);
    if (!is_ascii(s) || s.n > 900)
        add_encoded(out, s);
    else
        buf_add(out, s);
    buf_addz(out, "\r\n");
}

static void add_address(struct buf *out, const char *name, struct str title, struct str address)
{
    buf_fmt(out, "%s: ", name);
    if (!str_empty(title) && is_ascii(title)) {
        buf_addc(out, '"');
        for (size_t i = 0; i < title.n; i++) {
            if (title.p[i] == '"' || title.p[i] == '\\')
                buf_addc(out, '\\');
            buf_addc(out, title.p[i]);
        }
        buf_addz(out, "\" ");
    } else if (!str_empty(title)) {
        add_encoded(out, title);
        buf_addz(out, "\r\n ");
    }
    buf_fmt(out, "<%.*s>\r\n", STR_ARG(address));
}

static void add_date(struct buf *out, int64_t us)
{
    static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_from_us(us);
    buf_fmt(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", DAYS[civil_weekday(us)], c.day, MONTHS[c.month - 1], c.year, c.hour,
            c.min, c.sec);
}

static struct str domain_of(struct str address)
{
    const char *at = address.n == 0 ? NULL : memchr(address.p, '@', address.n);
    return at == NULL ? STR("localhost") : str_sub(address, (size_t)(at - address.p) + 1, address.n);
}

/* A mail that answers goes into the customer's thread, any other into that of its order. */
static void add_thread(struct buf *out, const struct mail *m, struct str domain)
{
    struct str id = m->answered_id;
    bool bare = !str_empty(id) && id.p[0] != '<';
    if (str_empty(id) && str_empty(m->thread))
        return;
    if (str_empty(id))
        buf_fmt(out, "In-Reply-To: <%.*s@%.*s>\r\nReferences: <%.*s@%.*s>\r\n", STR_ARG(m->thread), STR_ARG(domain), STR_ARG(m->thread),
                STR_ARG(domain));
    else
        buf_fmt(out, bare ? "In-Reply-To: <%.*s>\r\nReferences: <%.*s>\r\n" : "In-Reply-To: %.*s\r\nReferences: %.*s\r\n", STR_ARG(id),
                STR_ARG(id));
}

/* Services whose events do not name our Message-ID bring back what was sent along so. */
static void add_relay_header(struct buf *out, const struct mail *m)
{
    static const struct {
        const char *host, *before, *behind;
    } RELAYS[] = {{"smtp.sendgrid.net", "X-SMTPAPI: {\"unique_args\":{\"wismo\":\"", "\"}}"}, {"smtp.postmarkapp.com", "X-PM-Metadata-wismo: ", ""}};
    for (size_t i = 0; i < sizeof(RELAYS) / sizeof(RELAYS[0]); i++)
        if (str_contains_nocase(m->relay, str_of(RELAYS[i].host)))
            buf_fmt(out, "%s%.*s%s\r\n", RELAYS[i].before, STR_ARG(m->key), RELAYS[i].behind);
}

static void add_headers(struct buf *out, const struct mail *m)
{
    struct str domain = domain_of(m->from);
    add_date(out, m->date_us);
    add_address(out, "From", m->from_name, m->from);
    add_address(out, "To", m->name, m->to);
    if (!str_empty(m->reply_to))
        add_address(out, "Reply-To", m->from_name, m->reply_to);
    add_text_header(out, "Subject", m->subject);
    buf_fmt(out, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(m->key), STR_ARG(domain));
    add_thread(out, m, domain);
    buf_fmt(out, "Auto-Submitted: %s\r\n", str_empty(m->answered_id) ? "auto-generated" : "auto-replied");
    if (!str_empty(m->unsubscribe_url))
        buf_fmt(out, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", STR_ARG(m->unsubscribe_url));
    add_relay_header(out, m);
    buf_fmt(out, "MIME-Version: 1.0\r\nContent-Language: %.*s\r\nContent-Type: multipart/alternative; boundary=\"%.*s\"\r\n\r\n",
            STR_ARG(m->language), STR_ARG(m->key));
}

static void add_part(struct buf *out, struct str boundary, const char *type, struct str body)
{
    buf_fmt(out, "--%.*s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", STR_ARG(boundary), type);
    for (; !str_empty(body); body = str_sub(body, LINE_BYTES, body.n)) {
        base64_encode(str_sub(body, 0, LINE_BYTES), out);
        buf_addz(out, "\r\n");
    }
}

enum err mail_write(struct ctx *ctx, const struct mail *m, struct buf *out)
{
    const struct str lines[] = {m->from, m->from_name, m->reply_to, m->to, m->name, m->subject, m->unsubscribe_url, m->key, m->thread, m->answered_id};
    struct str text = mail_text(ctx, m);
    struct buf html;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (!is_line(lines[i]))
            return ctx_fail(ctx, ERR_PARSE, "mail: a line break where a header would be");
    if (text.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    buf_init(&html, (size_t)1 << 20);
    mail_html(&html, m, text);
    add_headers(out, m);
    add_part(out, m->key, "text/plain", text);
    add_part(out, m->key, "text/html", buf_str(&html));
    buf_fmt(out, "--%.*s--\r\n", STR_ARG(m->key));
    enum err e = buf_err(&html);
    buf_clear(&html);
    return e == OK ? buf_err(out) : e;
}
