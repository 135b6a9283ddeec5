/*
 * ServiceNow: hand-overs become records of a table (Table API; read 2026-11): incident, or sn_customerservice_case (setting table). The key
 * is correlation_id, which is looked for before a record is made; the packet stands in work_notes, which customers do not see. Events come
 * by a business rule or a flow that posts a body of ours.
 */
#include "base/http_client.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://INSTANCE.service-now.com"},
    {"api_user", true, true, "user with rights on the table"},
    {"api_key", true, true, "its password"},
    {"table", false, false, "incident unless sn_customerservice_case or another one"},
    {"category", false, false, "category of its records"},
    {"webhook_secrets", false, true, "the value of the header X-Wismo-Secret in the rule that posts events"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"base_url", NULL};

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return ticket_form(ctx, msg, out);
}

static struct str table_url(struct ctx *ctx, const struct account *acct, struct str tail)
{
    struct str table = account_setting(acct, "table");
    table = url_encode(ctx->arena, str_empty(table) ? STR("incident") : table);
    return url_join(ctx, acct, "", "/api/now/table/", arena_fmt(ctx->arena, "%.*s%.*s", STR_ARG(table), STR_ARG(tail)));
}

static enum err write_record(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL, urgency = strcmp(p->priority, "urgent") == 0 ? STR("1") : strcmp(p->priority, "high") == 0 ? STR("2") : STR("3");
    enum err e = ticket_note(ctx, p, false, &note);
    jw_obj(w);
    jw_kstr(w, "short_description", arena_fmt(ctx->arena, "Order %.*s, %.*s", STR_ARG(p->order_name), STR_ARG(p->cls)));
    jw_kstr(w, "description", ticket_about(ctx, p));
    jw_kstr(w, "work_notes", note);
    jw_kstr(w, "urgency", urgency);
    jw_kstr(w, "impact", urgency); /* priority is made of the two */
    jw_kstr(w, "correlation_id", p->key);
    jw_kstr(w, "correlation_display", STR("Wismo"));
    jw_kstr_opt(w, "category", account_setting(acct, "category"));
    jw_end(w);
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    (void)carry;
    *effect = step > 0;
    if (e != OK)
        return e;
    e = out_req_header(ctx, out, STR("Accept"), STR("application/json"));
    if (e != OK)
        return e;
    if (step == 0)
        return ticket_send(ctx, out, "GET",
                           table_url(ctx, acct, arena_fmt(ctx->arena, "?sysparm_limit=1&sysparm_fields=sys_id,number&sysparm_query=correlation_id%%3D%.*s", STR_ARG(p->key))),
                           NULL);
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    e = write_record(ctx, acct, p, &w);
    enum err sent = ticket_send(ctx, out, "POST", table_url(ctx, acct, STR("?sysparm_fields=sys_id,number")), &b);
    return e == OK ? sent : e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, const struct http_msg *msg,
                       struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)p;
    (void)carry;
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "ServiceNow", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *result = json_get(v, "result"), *one = json_is(result, JSON_ARRAY) ? json_first(result) : result;
    struct str id = json_str(one, "number");
    return step == 0 && str_empty(id) ? ticket_next(out, STR("make")) : ticket_done(out, id);
}

static const struct hook_ops HOOK = {.verify = ticket_form_verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_servicenow = {
    .id = "servicenow",
    .title = "ServiceNow",
    .docs_url = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html",
    .api_version = "now/table",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BASIC,
    .limits = {.calls = 10, .window_s = 1, .timeout_ms = 20000, .body_max = (size_t)2 << 20,
               .source = "per instance, by rules of its own; a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
