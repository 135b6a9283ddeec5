/*
 * Helpdesks whose tickets take several calls: each against a double that keeps what the vendor has published and fails on the way. A
 * ticket is made once, its note stands once, and what the customer may see holds nothing of the packet. And what their webhooks tell.
 */
#include "lib/vendor_drive.h"

#include <stdio.h>

#define KEY "0af10af10af10af10af10af10af10af1"
#define SECRET_WORDS "abuse suspected"

static const struct ticket_packet PACKET = {.key = {KEY, 32}, .order_name = {"#1020", 5}, .email = {"anna@example.com", 16}, .name = {"Anna Exemple", 12},
                                            .subject = {"#1020, lost: decide", 19}, .text = {"Next step: " SECRET_WORDS " <b>", 30}, .priority = "high",
                                            .tags = {{"wismo", 5}, {"lost", 4}}, .tags_n = 2, .cls = {"lost", 4}, .due_us = INT64_C(1795000000000000)};

/* ---- a helpdesk: contacts, tickets, notes, as far as they matter */

struct desk {
    bool contact;
    size_t contacts, tickets, notes, labels;
    char key[40];
    bool note_has_all;
};

static void only(const struct json *v, const char *const *names)
{
    JSON_EACH(m, v) {
        bool known = false;
        for (const char *const *n = names; *n != NULL; n++)
            known = known || str_eq(m->key, str_of(*n));
        if (!known)
            fail_msg("there is no \"%.*s\" here", STR_ARG(m->key));
    }
}

static void has_all(const struct json *v, const char *const *names)
{
    for (; *names != NULL; names++)
        if (json_get(v, *names) == NULL)
            fail_msg("\"%s\" is needed here", *names);
}

static const struct json *body_of(struct ctx *ctx, const struct out_req *req)
{
    const struct json *v = NULL;
    assert_ok(ctx, json_parse(ctx, req->body, &JSON_LIMITS_WEBHOOK, &v));
    return v;
}

/* What a customer may see says nothing of the packet. */
static void is_public(struct str body)
{
    assert_false(str_contains(body, STR(SECRET_WORDS)));
}

static void take_note(struct desk *d, struct str text)
{
    d->notes++;
    d->note_has_all = str_contains(text, STR(SECRET_WORDS)) && str_contains(text, STR(KEY)) && str_contains(text, STR("#1020"));
}

static bool is(const struct out_req *req, struct str target, const char *method, const char *path)
{
    return str_eq(req->method, str_of(method)) && str_eq(target, str_of(path));
}

static const char *key_or(const struct desk *d, const char *otherwise)
{
    return d->key[0] != '\0' ? d->key : otherwise;
}

static int freshdesk(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NAMES[] = {"name", "email", "phone", "unique_external_id", "subject", "description", "status", "priority", "source", "tags", "custom_fields", NULL};
    static const char *const NEEDED[] = {"subject", "description", "status", "priority", "email", NULL}, *const NOTE[] = {"body", "private", NULL};
    struct desk *d = state;
    if (is(req, target, "GET", "/api/v2/tickets?per_page=100&email=anna%40example.com")) {
        *answer = d->tickets == 0 ? STR("[{\"id\":5,\"tags\":[\"other\"]}]") : arena_fmt(ctx->arena, "[{\"id\":5,\"tags\":[\"other\"]},{\"id\":77,\"tags\":[\"wismo\",\"%s\"]}]", d->key);
        return d->contact || d->tickets > 0 ? 200 : 400;
    }
    if (is(req, target, "GET", "/api/v2/tickets/77/conversations")) {
        *answer = d->notes == 0 ? STR("[]") : STR("[{\"private\":true,\"body_text\":\"Wismo " KEY "\"}]");
        return 200;
    }
    const struct json *v = body_of(ctx, req);
    if (is(req, target, "POST", "/api/v2/tickets")) {
        only(v, NAMES);
        has_all(v, NEEDED);
        is_public(req->body);
        JSON_EACH(t, json_get(v, "tags"))
            assert_true(json_value_text(t).n <= 32); /* a tag's longest */
        assert_str(json_text(v, "priority"), "3");
        assert_str(json_str(json_get(v, "custom_fields"), "cf_order"), "#1020");
        snprintf(d->key, sizeof(d->key), "%.*s", STR_ARG(json_value_text(json_at(json_get(v, "tags"), 2))));
        d->tickets++;
        *answer = STR("{\"id\":77}");
        return 201;
    }
    assert_true(is(req, target, "POST", "/api/v2/tickets/77/notes"));
    only(v, NOTE);
    assert_true(json_true(v, "private"));
    assert_false(str_contains(json_str(v, "body"), STR("<b>"))); /* the packet's text is no markup */
    take_note(d, json_str(v, "body"));
    *answer = STR("{\"id\":900}");
    return 201;
}

/* Of the vendor's own description, where it stands beside the project: the members, and those that are needed. */
static void in_description(struct ctx *ctx, const char *schema, const struct json *v)
{
    const char *path = test_shared_path("specs/intercom-2.16-support.openapi.json");
    const struct json *spec = NULL;
    const struct json_limits lim = {(size_t)4 << 20, 400000, 64};
    if (path == NULL)
        return;
    assert_ok(ctx, json_parse(ctx, test_read_file(ctx->arena, path), &lim, &spec));
    const struct json *s = json_get(json_path(spec, "components.schemas"), schema);
    assert_non_null(s);
    JSON_EACH(m, v) {
        bool known = false;
        JSON_EACH(p, json_get(s, "properties"))
            known = known || str_eq(p->key, m->key);
        if (!known)
            fail_msg("%s has no \"%.*s\"", schema, STR_ARG(m->key));
    }
    JSON_EACH(n, json_get(s, "required")) {
        bool there = false;
        JSON_EACH(m, v)
            there = there || str_eq(m->key, json_value_text(n));
        if (!there)
            fail_msg("%s needs \"%.*s\"", schema, STR_ARG(json_value_text(n)));
    }
}

static int intercom(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    struct desk *d = state;
    assert_str(req->headers[0].name, "Intercom-Version");
    assert_str(req->headers[0].value, "2.16");
    if (is(req, target, "GET", "/tickets/77")) {
        *answer = d->notes == 0 ? STR("{\"id\":\"77\",\"ticket_parts\":{\"ticket_parts\":[]}}")
                                : STR("{\"id\":\"77\",\"ticket_parts\":{\"ticket_parts\":[{\"part_type\":\"note\",\"body\":\"Wismo " KEY "\"}]}}");
        return 200;
    }
    const struct json *v = body_of(ctx, req);
    if (is(req, target, "POST", "/tickets/search")) {
        in_description(ctx, "search_request", v);
        assert_str(json_str(json_get(v, "query"), "field"), "title");
        assert_str(json_str(json_get(v, "query"), "value"), KEY);
        *answer = d->tickets == 0 ? STR("{\"type\":\"ticket.list\",\"tickets\":[]}") : STR("{\"type\":\"ticket.list\",\"tickets\":[{\"id\":\"77\"}]}");
        return 200;
    }
    if (is(req, target, "POST", "/tickets")) {
        in_description(ctx, "create_ticket_request", v);
        is_public(req->body);
        assert_true(str_contains(json_str(json_get(v, "ticket_attributes"), "_default_title_"), STR(KEY)));
        d->tickets++;
        *answer = STR("{\"type\":\"ticket\",\"id\":\"77\",\"ticket_id\":\"9\"}");
        return 200;
    }
    assert_true(is(req, target, "POST", "/tickets/77/reply"));
    in_description(ctx, "admin_reply_ticket_request", v);
    assert_str(json_str(v, "message_type"), "note");
    take_note(d, json_str(v, "body"));
    *answer = STR("{\"id\":\"900\"}");
    return 200;
}

static int chatwoot(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NOTE[] = {"content", "message_type", "private", NULL}, *const LABELS[] = {"labels", NULL};
    static const char *const CONTACT[] = {"inbox_id", "name", "email", "phone_number", "identifier", "custom_attributes", NULL};
    static const char *const MADE[] = {"source_id", "inbox_id", "contact_id", "status", "additional_attributes", "custom_attributes", "message", NULL};
    struct desk *d = state;
    if (is(req, target, "GET", "/api/v1/accounts/3/contacts/search?q=anna%40example.com")) {
        *answer = d->contact ? STR("{\"payload\":[{\"id\":1,\"email\":\"not-anna@example.com\"},{\"id\":40,\"email\":\"Anna@example.com\"}]}") : STR("{\"payload\":[]}");
        return 200;
    }
    if (is(req, target, "GET", "/api/v1/accounts/3/contacts/40/conversations")) {
        *answer = arena_fmt(ctx->arena, "{\"payload\":[{\"id\":5,\"custom_attributes\":{}},{\"id\":77,\"custom_attributes\":{\"wismo_key\":\"%s\"}}]}", key_or(d, "x"));
        return 200;
    }
    if (is(req, target, "GET", "/api/v1/accounts/3/conversations/77/messages")) {
        *answer = d->notes == 0 ? STR("{\"payload\":[]}") : STR("{\"payload\":[{\"private\":true,\"content\":\"Wismo " KEY "\"}]}");
        return 200;
    }
    const struct json *v = body_of(ctx, req);
    *answer = STR("{\"id\":77}");
    if (is(req, target, "POST", "/api/v1/accounts/3/contacts")) {
        only(v, CONTACT);
        d->contact = true;
        d->contacts++;
        *answer = STR("{\"payload\":{\"contact\":{\"id\":40},\"contact_inbox\":{\"source_id\":\"s\"}}}");
    } else if (is(req, target, "POST", "/api/v1/accounts/3/conversations")) {
        only(v, MADE);
        is_public(req->body);
        assert_str(json_text(v, "contact_id"), "40");
        assert_str(json_text(v, "inbox_id"), "9");
        snprintf(d->key, sizeof(d->key), "%.*s", STR_ARG(json_str(json_get(v, "custom_attributes"), "wismo_key")));
        d->tickets++;
    } else if (is(req, target, "POST", "/api/v1/accounts/3/conversations/77/messages")) {
        only(v, NOTE);
        assert_true(json_true(v, "private"));
        take_note(d, json_str(v, "content"));
    } else {
        assert_true(is(req, target, "POST", "/api/v1/accounts/3/conversations/77/labels"));
        only(v, LABELS);
        d->labels++;
    }
    return 200;
}

static int kustomer(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const CUSTOMER[] = {"name", "emails", NULL}, *const NOTE[] = {"body", NULL};
    static const char *const MADE[] = {"customer", "name", "status", "priority", "externalId", "tags", "custom", NULL};
    struct desk *d = state;
    if (is(req, target, "GET", "/v1/conversations/externalId=" KEY)) {
        *answer = STR("{\"data\":{\"type\":\"conversation\",\"id\":\"77\"}}");
        return d->tickets > 0 ? 200 : 404;
    }
    if (is(req, target, "GET", "/v1/customers/email=anna%40example.com")) {
        *answer = STR("{\"data\":{\"type\":\"customer\",\"id\":\"40\"}}");
        return d->contact ? 200 : 404;
    }
    if (is(req, target, "GET", "/v1/conversations/77/notes")) {
        *answer = d->notes == 0 ? STR("{\"data\":[]}") : STR("{\"data\":[{\"attributes\":{\"body\":\"Wismo " KEY "\"}}]}");
        return 200;
    }
    const struct json *v = body_of(ctx, req);
    if (is(req, target, "POST", "/v1/customers")) {
        only(v, CUSTOMER);
        d->contact = true;
        d->contacts++;
        *answer = STR("{\"data\":{\"type\":\"customer\",\"id\":\"40\"}}");
    } else if (is(req, target, "POST", "/v1/conversations")) {
        only(v, MADE);
        assert_str(json_str(v, "customer"), "40");
        assert_str(json_str(v, "externalId"), KEY);
        *answer = STR("{\"data\":{\"type\":\"conversation\",\"id\":\"77\"}}");
        if (d->tickets > 0)
            return 409; /* externalId is unique */
        d->tickets++;
    } else {
        assert_true(is(req, target, "POST", "/v1/conversations/77/notes"));
        only(v, NOTE);
        take_note(d, json_str(v, "body"));
        *answer = STR("{\"data\":{\"id\":\"900\"}}");
    }
    return 201;
}

static int servicenow(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NAMES[] = {"short_description", "description", "work_notes", "urgency", "impact", "correlation_id", "correlation_display", "category", NULL};
    struct desk *d = state;
    if (is(req, target, "GET", "/api/now/table/incident?sysparm_limit=1&sysparm_fields=sys_id,number&sysparm_query=correlation_id%3D" KEY)) {
        *answer = d->tickets == 0 ? STR("{\"result\":[]}") : STR("{\"result\":[{\"sys_id\":\"a1\",\"number\":\"INC0077\"}]}");
        return 200;
    }
    assert_true(is(req, target, "POST", "/api/now/table/incident?sysparm_fields=sys_id,number"));
    const struct json *v = body_of(ctx, req);
    only(v, NAMES);
    is_public(json_str(v, "description"));
    is_public(json_str(v, "short_description"));
    take_note(d, json_str(v, "work_notes"));
    d->tickets++;
    *answer = STR("{\"result\":{\"sys_id\":\"a1\",\"number\":\"INC0077\"}}");
    return 201;
}

/* An upsert: the second one changes what the first has made. */
static int salesforce(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NAMES[] = {"Subject", "Description", "Origin", "Status", "Priority", "SuppliedEmail", "SuppliedName", "Order_Name__c", NULL};
    struct desk *d = state;
    const struct json *v = body_of(ctx, req);
    assert_true(is(req, target, "PATCH", "/services/data/v62.0/sobjects/Case/Wismo_Key__c/" KEY));
    only(v, NAMES);
    bool made = d->tickets == 0;
    d->tickets = 1;
    d->notes = 0;
    take_note(d, json_str(v, "Description"));
    *answer = STR("{\"id\":\"500A0000001\",\"success\":true,\"errors\":[],\"created\":true}");
    return made ? 201 : 200;
}

/* ClientToken: a second task of the same token is the first one. */
static int amazon_connect(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NAMES[] = {"InstanceId", "ContactFlowId", "TaskTemplateId", "Name", "Description", "References", "Attributes", "ClientToken", NULL};
    static const char *const NEEDED[] = {"InstanceId", "ContactFlowId", "Name", NULL};
    struct desk *d = state;
    const struct json *v = body_of(ctx, req);
    assert_true(is(req, target, "PUT", "/contact/task"));
    only(v, NAMES);
    has_all(v, NEEDED);
    assert_true(json_str(v, "Name").n <= 512 && json_str(v, "Description").n <= 4096);
    JSON_EACH(a, json_get(v, "Attributes"))
        assert_true(json_is(a, JSON_STRING));
    if (d->tickets == 0)
        take_note(d, json_str(v, "Description"));
    assert_true(d->tickets == 0 || str_eq(json_str(v, "ClientToken"), str_of(d->key)));
    snprintf(d->key, sizeof(d->key), "%.*s", STR_ARG(json_str(v, "ClientToken")));
    d->tickets = 1;
    *answer = STR("{\"ContactId\":\"c-77\"}");
    return 200;
}

static const struct setting SET[] = {{{"account_id", 10}, {"3", 1}},     {{"inbox_id", 8}, {"9", 1}},
                                     {{"ticket_type_id", 14}, {"8", 1}}, {{"admin_id", 8}, {"6", 1}},
                                     {{"key_field", 9}, {"Wismo_Key__c", 12}},
                                     {{"region", 6}, {"eu-central-1", 12}}, {{"instance_id", 11}, {"i-1", 3}},
                                     {{"contact_flow_id", 15}, {"f-1", 3}}};
static const struct setting FRESH[] = {{{"order_field", 11}, {"cf_order", 8}}};

static const struct {
    const char *connector;
    int (*serve)(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer);
    bool contacts;
} DESKS[] = {{"freshdesk", freshdesk, true}, {"intercom", intercom, false},     {"chatwoot", chatwoot, true},
             {"kustomer", kustomer, true},   {"servicenow", servicenow, false}, {"salesforce", salesforce, false},
             {"amazon_connect", amazon_connect, false}};

static const struct {
    const char *name;
    enum effect_way ways[6];
    size_t n;
    enum action_step end;
} WAYS[] = {
    {"well", {EFFECT_DO}, 1, STEP_DONE},
    {"busy, then down", {EFFECT_BUSY, EFFECT_FAIL, EFFECT_CUT}, 3, STEP_DONE},
    {"each timed out, but done", {EFFECT_DONE_CUT, EFFECT_DONE_CUT, EFFECT_DONE_CUT, EFFECT_DONE_CUT}, 4, STEP_DONE},
    {"failed, but done, later on", {EFFECT_DO, EFFECT_DONE_500, EFFECT_DO, EFFECT_DONE_500}, 4, STEP_DONE},
    {"unreadable, but done", {EFFECT_GARBAGE, EFFECT_GARBAGE, EFFECT_GARBAGE}, 3, STEP_DONE},
    {"refused", {EFFECT_REFUSE}, 1, STEP_REFUSED},
    {"busy in the midst", {EFFECT_DO, EFFECT_BUSY, EFFECT_DO, EFFECT_BUSY}, 4, STEP_DONE},
};

static void desk_account(struct account *acct, const char *connector)
{
    bool fresh = strcmp(connector, "freshdesk") == 0;
    test_account(acct, connector, NULL);
    acct->base_url = STR("https://desk.example");
    assert_int_equal(secret_set(&acct->api_user, STR("AKIDEXAMPLE")), OK);
    assert_int_equal(secret_set(&acct->api_secret, STR("s3cret")), OK);
    acct->settings = fresh ? FRESH : SET;
    acct->settings_n = fresh ? 1 : sizeof(SET) / sizeof(SET[0]);
}

static void made_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(DESKS) / sizeof(DESKS[0]); k++)
        for (size_t i = 0; i < 2 * sizeof(WAYS) / sizeof(WAYS[0]); i++) {
            struct fixture f;
            struct account acct;
            struct action_answer out;
            struct desk d = {.contact = i % 2 == 0};
            struct vendor_double_rules v = {.serve = DESKS[k].serve, .state = &d, .ways = WAYS[i / 2].ways, .ways_n = WAYS[i / 2].n};
            fixture_init(&f);
            desk_account(&acct, DESKS[k].connector);
            vendor_drive(&f.ctx, &acct, &v, NULL, &PACKET, &out);
            bool done = WAYS[i / 2].end == STEP_DONE;
            if (out.step != WAYS[i / 2].end || (done && (d.tickets != 1 || d.notes != 1 || !d.note_has_all || str_empty(out.id))))
                fail_msg("%s, %s: step %d (%.*s), %zu tickets, %zu notes", DESKS[k].connector, WAYS[i / 2].name, (int)out.step, STR_ARG(out.detail), d.tickets, d.notes);
            if (done)
                vendor_drive(&f.ctx, &acct, &v, NULL, &PACKET, &out);
            if (done && (out.step != STEP_DONE || d.tickets != 1 || d.notes != 1 || (DESKS[k].contacts && d.contacts > 1)))
                fail_msg("%s, %s: made twice", DESKS[k].connector, WAYS[i / 2].name);
            test_account_clear(&acct);
            fixture_clear(&f);
        }
}

/* What is not configured is named before anything leaves. */
static void what_is_missing(void **state)
{
    static const char *const SAYS[][2] = {{"freshdesk", "base_url"}, {"intercom", "ticket_type_id"}, {"chatwoot", "base_url"},
                                          {"kustomer", "base_url"},  {"servicenow", "base_url"},     {"salesforce", "base_url"}};
    (void)state;
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        bool effect = false;
        fixture_init(&f);
        test_account(&acct, SAYS[i][0], NULL);
        assert_int_equal(acct.conn->ticket->request(&f.ctx, &acct, &PACKET, 0, STR_NULL, &req, &effect), ERR_DENIED);
        assert_non_null(strstr(f.ctx.msg, SAYS[i][1]));
        fixture_clear(&f);
    }
}

/* Without an e-mail address: Freshdesk and Chatwoot make a contact, Intercom cannot. */
static void without_an_address(void **state)
{
    struct ticket_packet p = PACKET;
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    bool effect = false;
    (void)state;
    p.email = STR_NULL;
    fixture_init(&f);
    desk_account(&acct, "intercom");
    assert_int_equal(acct.conn->ticket->request(&f.ctx, &acct, &p, 0, STR_NULL, &req, &effect), ERR_DENIED);
    test_account_clear(&acct);
    desk_account(&acct, "freshdesk");
    req = (struct out_req){0};
    assert_ok(&f.ctx, acct.conn->ticket->request(&f.ctx, &acct, &p, 0, STR_NULL, &req, &effect));
    assert_str(req.url, "https://desk.example/api/v2/tickets?per_page=100&unique_external_id=wismo-" KEY);
    test_account_clear(&acct);
    desk_account(&acct, "chatwoot");
    req = (struct out_req){0};
    assert_ok(&f.ctx, acct.conn->ticket->request(&f.ctx, &acct, &p, 1, STR("contact"), &req, &effect));
    assert_true(str_contains(req.body, STR("\"identifier\":\"wismo-" KEY "\"")));
    test_account_clear(&acct);
    fixture_clear(&f);
}

static void salesforce_says_later(void **state)
{
    struct fixture f;
    struct account acct;
    struct action_answer out;
    (void)state;
    fixture_init(&f);
    desk_account(&acct, "salesforce");
    struct http_msg msg = {.status = 403, .body = STR("[{\"message\":\"TotalRequests Limit exceeded.\",\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]")};
    assert_ok(&f.ctx, acct.conn->ticket->decode(&f.ctx, &acct, &PACKET, 0, STR_NULL, &msg, &out));
    assert_int_equal(out.step, STEP_LATER);
    msg = (struct http_msg){.status = 204};
    assert_ok(&f.ctx, acct.conn->ticket->decode(&f.ctx, &acct, &PACKET, 0, STR_NULL, &msg, &out));
    assert_int_equal(out.step, STEP_DONE);
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* Signature Version 4 of the whole request; the expected one was made by another implementation. */
static void amazon_signature(void **state)
{
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    bool effect = false;
    (void)state;
    fixture_init(&f);
    desk_account(&acct, "amazon_connect");
    acct.base_url = STR_NULL;
    assert_ok(&f.ctx, acct.conn->ticket->request(&f.ctx, &acct, &PACKET, 0, STR_NULL, &req, &effect));
    assert_str(req.url, "https://connect.eu-central-1.amazonaws.com/contact/task");
    assert_str(req.headers[1].value, "20261118T110640Z");
    assert_str(req.headers[2].value, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261118/eu-central-1/connect/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
                                     "Signature=ff3f5acfe68ae86a17d768193ebdcd392560f62e3045ad368203bca93129f6f3");
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* Vectors that were made with the vendors' own recipes. */
static void signatures(void **state)
{
    static const struct {
        const char *connector, *secret, *headers[3][2], *body;
        int64_t at_s;
    } CASES[] = {
        {"intercom", "ic-client-secret", {{"X-Hub-Signature", "sha1=cc0ddf9d509b85045c938e04da0c4963d4bbcca1"}},
         "{\"type\":\"notification_event\",\"topic\":\"conversation.user.replied\",\"id\":\"notif_1\"}", 1764000123},
        {"chatwoot", "cw-secret",
         {{"X-Chatwoot-Timestamp", "1764000123"}, {"X-Chatwoot-Signature", "sha256=89d9e2e18ed14c48a84a05d96d087fbb54f3e55acc2923044e9cafffd0ef44ca"}},
         "{\"event\":\"message_created\",\"id\":1}", 1764000123},
        {"kustomer", "kust-token", {{"X-Kustomer-Webhook-Signature", "1b10317bb1a7e09525641abbc324c4d7a5185ad932342aa6977cb8dd3f095dbe"}},
         "{\"id\":\"6717c2b1\",\"name\":\"kustomer.message.create\"}", 1764000123},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_header room[CASE_HEADERS_MAX];
        struct fixture f;
        struct account acct;
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, CASES[i].secret);
        struct http_msg msg = test_hook(room, CASES[i].headers, CASES[i].body);
        msg.received_us = CASES[i].at_s * US_PER_S;
        assert_ok(&f.ctx, acct.conn->hook->verify(&f.ctx, &acct, &msg));
        msg.body = STR("{}");
        assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), ERR_DENIED);
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(made_once), cmocka_unit_test(what_is_missing), cmocka_unit_test(without_an_address),
                                       cmocka_unit_test(salesforce_says_later), cmocka_unit_test(signatures), cmocka_unit_test(amazon_signature)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
