/*
 * Gorgias: hand-overs become tickets, and what agents do with them comes back by an HTTP integration whose template is ours:
 * {"external_id": "{{ticket.external_id}}", "ticket_id": "{{ticket.id}}", "event": "assigned|answered|solved"}, with a secret in the header
 * X-Wismo-Secret, for Gorgias signs nothing. A ticket has its key as external_id, which is looked for before one is made.
 * https://developers.gorgias.com/reference/create-ticket
 */
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return ticket_form(ctx, msg, out);
}

/* ---- tickets */

static void write_address(struct jw *w, const char *key, struct str email)
{
    jw_key(w, key);
    jw_obj(w);
    jw_kstr(w, "email", email);
    jw_end(w);
}

/* A ticket without a message is refused there: the packet is its first one, an internal note. */
static void write_ticket(struct jw *w, const struct ticket_packet *p)
{
    jw_obj(w);
    jw_kstr(w, "channel", STR("api"));
    jw_kstr(w, "via", STR("api"));
    jw_kbool(w, "from_agent", false);
    jw_kstr(w, "external_id", p->key);
    jw_kstr(w, "subject", p->subject);
    if (!str_empty(p->email))
        write_address(w, "customer", p->email);
    jw_key(w, "tags");
    jw_arr(w);
    for (size_t i = 0; i < p->tags_n; i++) {
        jw_obj(w);
        jw_kstr(w, "name", p->tags[i]);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_key(w, "messages");
    jw_arr(w);
    jw_obj(w);
    jw_kstr(w, "channel", STR("internal-note"));
    jw_kstr(w, "via", STR("api"));
    jw_kbool(w, "from_agent", true);
    jw_kbool(w, "public", false);
    jw_kstr(w, "subject", p->subject);
    jw_kstr(w, "body_text", p->text);
    jw_end(w);
    jw_arr_end(w);
    jw_end(w);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct buf b;
    (void)carry;
    *effect = step > 0;
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "Gorgias: base_url is needed, such as https://example.gorgias.com");
    out->method = step == 0 ? STR("GET") : STR("POST");
    out->url = step == 0 ? url_join(ctx, acct, "", "/api/tickets?external_id=", p->key) : url_join(ctx, acct, "", "/api/tickets", STR_NULL);
    if (step == 0)
        return OK;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    write_ticket(&w, p);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)p;
    (void)carry;
    *out = (struct action_answer){.step = STEP_REFUSED, .detail = arena_fmt(ctx->arena, "Gorgias answers %d", msg->status)};
    if (msg->status >= 300)
        return OK;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *found = step == 0 ? json_path(v, "data.0") : v;
    out->id = json_text(found, "id");
    out->step = !str_empty(out->id) ? STEP_DONE : step == 0 ? STEP_NEXT : STEP_UNKNOWN;
    return OK;
}

static const struct hook_ops HOOK = {.verify = ticket_form_verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_gorgias = {
    .id = "gorgias",
    .title = "Gorgias",
    .docs_url = "https://developers.gorgias.com/reference/create-ticket",
    .api_version = "2026",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BASIC,
    .limits = {.calls = 40, .window_s = 20, .timeout_ms = 15000, .body_max = (size_t)2 << 20,
               .source = "developers.gorgias.com, rate limits: 40 requests in 20 seconds with an API key"},
    .hook = &HOOK,
    .ticket = &TICKET,
};
