/*
 * Salesforce: hand-overs become cases (REST API, Upsert Using an External ID; read 2026-11). A text field of Case that is marked as external
 * id and unique holds the key (setting key_field), so that a repeat changes the case it has made: no look-up is needed. Sign-in: client
 * credentials of an external client app. Events come by a flow that posts a body of ours. Errors are lists, successes objects.
 */
#include "base/http_client.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"

#define API "/services/data/v62.0"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://DOMAIN.my.salesforce.com"},
    {"api_user", true, true, "client id"},
    {"api_secret", true, true, "client secret"},
    {"key_field", true, false, "external id field of Case for our key, such as Wismo_Key__c"},
    {"order_field", false, false, "field of Case that gets the order's name, such as Order_Name__c"},
    {"webhook_secrets", false, true, "the value of the header X-Wismo-Secret in the flow that posts events"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"base_url", "key_field", NULL};

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return ticket_form(ctx, msg, out);
}

static enum err write_case(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL;
    enum err e = ticket_note(ctx, p, false, &note);
    jw_obj(w);
    jw_kstr(w, "Subject", str_sub(p->subject, 0, str_utf8_prefix(str_sub(p->subject, 0, 255))));
    jw_kstr(w, "Description", str_sub(note, 0, str_utf8_prefix(str_sub(note, 0, 32000)))); /* a case holds no more */
    jw_kstr(w, "Origin", STR("Wismo"));
    jw_kstr(w, "Status", STR("New"));
    jw_kstr(w, "Priority", strcmp(p->priority, "normal") == 0 ? STR("Medium") : STR("High"));
    jw_kstr_opt(w, "SuppliedEmail", p->email);
    jw_kstr_opt(w, "SuppliedName", str_sub(p->name, 0, str_utf8_prefix(str_sub(p->name, 0, 80))));
    ticket_field(ctx, w, account_setting(acct, "order_field"), p->order_name);
    jw_end(w);
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    (void)step;
    (void)carry;
    *effect = true;
    if (e != OK)
        return e;
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    e = write_case(ctx, acct, p, &w);
    struct str field = url_encode(ctx->arena, account_setting(acct, "key_field"));
    enum err sent = ticket_send(ctx, out, "PATCH",
                                url_join(ctx, acct, "", API "/sobjects/Case/", arena_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(field), STR_ARG(p->key))), &b);
    return e == OK ? sent : e;
}

/* 201 made, 200 or 204 (without a body) changed. 403 with REQUEST_LIMIT_EXCEEDED is the day's quota. */
static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, const struct http_msg *msg,
                       struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)step;
    (void)carry;
    if (msg->status == 403 && str_contains(msg->body, STR("REQUEST_LIMIT_EXCEEDED"))) {
        *out = (struct action_answer){.step = STEP_LATER, .detail = STR("Salesforce: the day's requests are used up")};
        return OK;
    }
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "Salesforce", msg->status);
    if (str_empty(msg->body))
        return ticket_done(out, p->key);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v);
    return e == OK ? ticket_done(out, json_str(v, "id")) : e;
}

static const struct hook_ops HOOK = {.verify = ticket_form_verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_salesforce = {
    .id = "salesforce",
    .title = "Salesforce",
    .docs_url = "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm",
    .api_version = "v62.0",
    .role = ROLE_SYSTEM,
    .auth = AUTH_OAUTH2_BODY,
    .auth_path = "/services/oauth2/token",
    .limits = {.calls = 5, .window_s = 1, .timeout_ms = 20000, .body_max = (size_t)2 << 20,
               .source = "a daily quota of the organisation; a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
