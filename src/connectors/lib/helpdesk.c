/* See helpdesk.h. */
#include "connectors/lib/helpdesk.h"

#include "base/html.h"
#include "connectors/lib/inbound_text.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define KEY_N 32
#define ANSWER_ID_MAX 200

enum err ticket_event_add(struct ctx *ctx, struct decoded *out, struct str key, struct str id, enum ticket_event what, int64_t at_us)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_TICKET, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_SYSTEM;
    fct->u.ticket = (struct ticket_fact){.ticket_key = key, .ticket_id = id, .event = what, .at_us = at_us};
    return OK;
}

enum err ticket_answer_add(struct ctx *ctx, struct decoded *out, struct str key, struct str id, struct str answer_id, struct str text, int64_t at_us)
{
    struct str words = STR_NULL;
    bool cut;
    enum err e = inbound_text(ctx, text, &words, &cut);
    if (e == OK)
        e = ticket_event_add(ctx, out, key, id, TICKET_ANSWERED, at_us);
    if (e == OK && !str_empty(words) && !str_empty(answer_id)) {
        struct ticket_fact *t = &out->facts[out->n - 1].u.ticket;
        t->text = words;
        t->answer_id = str_sub(answer_id, 0, ANSWER_ID_MAX);
    }
    return e;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

struct str ticket_key_among(struct str text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        bool in = i < text.n && (is_hex(text.p[i]) || (text.p[i] >= 'g' && text.p[i] <= 'z') || (text.p[i] >= 'A' && text.p[i] <= 'Z'));
        if (in)
            continue;
        struct str word = str_sub(text, from, i - from);
        size_t hex = 0;
        while (hex < word.n && is_hex(word.p[hex]))
            hex++;
        if (word.n == KEY_N && hex == KEY_N)
            return word;
        from = i + 1;
    }
    return STR_NULL;
}

enum err ticket_form_verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_header_secret(ctx, acct, http_msg_header(msg, "X-Wismo-Secret"));
}

enum err ticket_form(struct ctx *ctx, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum ticket_event what;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v);
    if (e != OK)
        return e;
    if (!ticket_event_parse(json_str(v, "event"), &what))
        return ctx_fail(ctx, ERR_PARSE, "event: expected assigned, answered or solved, got \"%.*s\"", STR_ARG(str_sub(json_str(v, "event"), 0, 40)));
    struct str key = json_str(v, "external_id");
    if (str_empty(key))
        key = ticket_key_among(json_str(v, "tags"));
    if (!str_empty(key) && what == TICKET_ANSWERED)
        return ticket_answer_add(ctx, out, key, json_text(v, "ticket_id"), json_text(v, "answer_id"), json_str(v, "text"), msg->received_us);
    if (!str_empty(key))
        return ticket_event_add(ctx, out, key, json_text(v, "ticket_id"), what, msg->received_us);
    out->note = STR("not one of our tickets");
    return OK;
}

/* ---- requests */

enum err ticket_send(struct ctx *ctx, struct out_req *out, const char *method, struct str url, struct buf *b)
{
    enum err e = OK;
    out->method = str_of(method);
    out->url = url;
    if (b == NULL)
        return OK;
    e = buf_err(b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(b), &out->body);
    buf_clear(b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

void ticket_tags(struct jw *w, const char *name, const struct ticket_packet *p, bool key)
{
    jw_key(w, name);
    jw_arr(w);
    for (size_t i = 0; i < p->tags_n; i++)
        jw_str(w, p->tags[i]);
    if (key)
        jw_str(w, p->key);
    jw_arr_end(w);
}

void ticket_field(struct ctx *ctx, struct jw *w, struct str name, struct str value)
{
    const char *key = arena_fmt(ctx->arena, "%.*s", STR_ARG(name)).p;
    if (key != NULL && !str_empty(name))
        jw_kstr(w, key, value);
}

struct str ticket_about(struct ctx *ctx, const struct ticket_packet *p)
{
    return arena_fmt(ctx->arena, "Order %.*s: somebody looks into it.", STR_ARG(p->order_name));
}

enum err ticket_note(struct ctx *ctx, const struct ticket_packet *p, bool html, struct str *out)
{
    struct buf b;
    buf_init(&b, (size_t)4 << 20);
    if (html)
        HTML(&b, "<pre>");
    struct str text = arena_fmt(ctx->arena, "%.*s\n\n%.*s\n\nWismo %.*s", STR_ARG(p->subject), STR_ARG(p->text), STR_ARG(p->key));
    if (html)
        html_text(&b, text);
    else
        buf_add(&b, text);
    if (html)
        HTML(&b, "</pre>");
    enum err e = text.p == NULL ? ctx_fail(ctx, ERR_MEMORY, "ticket: no memory") : buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

enum err ticket_needs(struct ctx *ctx, const struct account *acct, const char *const *settings)
{
    for (; *settings != NULL; settings++) {
        struct str s = strcmp(*settings, "base_url") == 0 ? acct->base_url : account_setting(acct, *settings);
        if (str_empty(s))
            return ctx_fail(ctx, ERR_DENIED, "%s: %s is not configured", acct->conn->title, *settings);
    }
    return OK;
}

/* ---- answers */

enum err ticket_done(struct action_answer *out, struct str id)
{
    *out = (struct action_answer){.step = str_empty(id) ? STEP_UNKNOWN : STEP_DONE, .id = id};
    return OK;
}

enum err ticket_next(struct action_answer *out, struct str carry)
{
    *out = (struct action_answer){.step = carry.p == NULL ? STEP_UNKNOWN : STEP_NEXT, .carry = carry};
    return OK;
}

enum err ticket_refused(struct ctx *ctx, struct action_answer *out, const char *who, int status)
{
    *out = (struct action_answer){.step = STEP_REFUSED, .detail = arena_fmt(ctx->arena, "%s answers %d", who, status)};
    return OK;
}

bool ticket_step_is(struct str carry, const char *what, struct str *id)
{
    struct str rest = carry, word = STR_NULL;
    (void)str_split(&rest, ' ', &word);
    *id = rest.p == NULL ? STR_NULL : rest;
    return str_eq(word, str_of(what));
}
