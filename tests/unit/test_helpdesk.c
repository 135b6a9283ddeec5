/* Helpdesks: a ticket is looked for before it is made; what is asked, and what answers mean; the signature of events. */
#include "lib/connector_case.h"

static const struct ticket_packet PACKET = {.key = {"0af1", 4}, .order_name = {"#1020", 5}, .email = {"anna@example.com", 16}, .name = {"Anna", 4},
                                            .subject = {"#1020, lost: decide", 19}, .text = {"Next step", 9}, .priority = "high",
                                            .tags = {{"wismo", 5}, {"lost", 4}}, .tags_n = 2, .due_us = INT64_C(1795000000000000)};

static void requests(void **state)
{
    static const struct {
        const char *connector, *base;
        int step;
        const char *method, *url;
        const char *has[6];
    } CASES[] = {
        {"zendesk", "https://x.zendesk.com", 0, "GET", "https://x.zendesk.com/api/v2/search.json?query=type%3Aticket%20external_id%3A0af1", {NULL}},
        {"zendesk", "https://x.zendesk.com", 1, "POST", "https://x.zendesk.com/api/v2/tickets.json",
         {"\"external_id\":\"0af1\"", "\"priority\":\"high\"", "\"public\":false", "\"requester\":{\"email\":\"anna@example.com\"", "\"tags\":[\"wismo\",\"lost\"]", NULL}},
        {"gorgias", "https://x.gorgias.com", 0, "GET", "https://x.gorgias.com/api/tickets?external_id=0af1", {NULL}},
        {"gorgias", "https://x.gorgias.com", 1, "POST", "https://x.gorgias.com/api/tickets",
         {"\"external_id\":\"0af1\"", "\"channel\":\"internal-note\"", "\"public\":false", "\"customer\":{\"email\":\"anna@example.com\"}", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        bool effect = false;
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        assert_int_equal(acct.conn->ticket->request(&f.ctx, &acct, &PACKET, 0, STR_NULL, &req, &effect), ERR_DENIED); /* no address of theirs */
        acct.base_url = str_of(CASES[i].base);
        assert_ok(&f.ctx, acct.conn->ticket->request(&f.ctx, &acct, &PACKET, CASES[i].step, STR_NULL, &req, &effect));
        assert_str(req.method, CASES[i].method);
        assert_str(req.url, CASES[i].url);
        assert_int_equal(effect, CASES[i].step > 0);
        for (size_t k = 0; CASES[i].has[k] != NULL; k++)
            if (!str_contains(req.body, str_of(CASES[i].has[k])))
                fail_msg("%s: %s is not in %.*s", CASES[i].connector, CASES[i].has[k], STR_ARG(req.body));
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

static void answers(void **state)
{
    static const struct {
        const char *connector;
        int step, status;
        const char *body;
        enum action_step want;
        const char *id;
        enum err err;
    } CASES[] = {
        {"zendesk", 0, 200, "{\"results\":[],\"count\":0}", STEP_NEXT, "", OK},
        {"zendesk", 0, 200, "{\"results\":[{\"id\":35436}]}", STEP_DONE, "35436", OK},
        {"zendesk", 1, 201, "{\"ticket\":{\"id\":35436}}", STEP_DONE, "35436", OK},
        {"zendesk", 1, 201, "{}", STEP_UNKNOWN, "", OK},
        {"zendesk", 1, 422, "{\"error\":\"RecordInvalid\"}", STEP_REFUSED, "", OK},
        {"zendesk", 1, 201, "{\"ticket\"", STEP_UNKNOWN, "", ERR_PARSE},
        {"gorgias", 0, 200, "{\"data\":[]}", STEP_NEXT, "", OK},
        {"gorgias", 0, 200, "{\"data\":[{\"id\":77}]}", STEP_DONE, "77", OK},
        {"gorgias", 1, 201, "{\"id\":77}", STEP_DONE, "77", OK},
        {"gorgias", 1, 401, "{}", STEP_REFUSED, "", OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct action_answer a = {.step = STEP_LATER};
        struct http_msg msg = {.status = CASES[i].status, .body = str_of(CASES[i].body)};
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        enum err e = acct.conn->ticket->decode(&f.ctx, &acct, &PACKET, CASES[i].step, STR_NULL, &msg, &a);
        if (e != CASES[i].err || (e == OK && (a.step != CASES[i].want || !str_eq(a.id, str_of(CASES[i].id)))))
            fail_msg("%s, case %zu: %s, step %d, id %.*s", CASES[i].connector, i, err_name(e), (int)a.step, STR_ARG(a.id));
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

/* The vector that Zendesk's own verification gives. */
static void zendesk_signs(void **state)
{
    static const char BODY[] = "{\"type\":\"zen:event-type:ticket.comment_added\",\"subject\":\"zen:ticket:35436\"}";
    static const struct http_header HEADERS[] = {{{"X-Zendesk-Webhook-Signature-Timestamp", 37}, {"2026-03-04T05:06:07Z", 20}},
                                                 {{"X-Zendesk-Webhook-Signature", 27}, {"sT8IEewJb6rXk7ENJyY4+s4RBE9NJkjUOznMP6h2k1c=", 44}}};
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "zendesk", "zd-signing-secret");
    struct http_msg msg = {.headers = HEADERS, .headers_n = 2, .body = str_of(BODY), .received_us = INT64_C(1772600767000000)};
    assert_ok(&f.ctx, acct.conn->hook->verify(&f.ctx, &acct, &msg));
    msg.received_us += 400 * US_PER_S;
    assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), ERR_STALE);
    msg.body = STR("{}");
    assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), ERR_DENIED);
    test_account_clear(&acct);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests), cmocka_unit_test(answers), cmocka_unit_test(zendesk_signs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
