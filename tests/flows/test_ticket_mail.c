/* Hand-overs by mail: one mail to the team with the packet, the customer as the one who is answered; none when it settled before. */
#include "lib/story_acts.h"

#include "base/crypto.h"
#include "base/data.h"
#include "flows/performer.h"
#include "flows/reader.h"

#include <dirent.h>
#include <stdio.h>

struct stage {
    struct fixture f;
    struct story_store st;
    char folder[128], file[400];
};

static void fact(struct stage *s, const struct fact *fct)
{
    assert_ok(&s->f.ctx, story_store_append(&s->f.ctx, &s->st, STR("shop"), fct));
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static void scan(struct stage *s, enum parcel_status status)
{
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    fct.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = STR("1Z7W4E590300010062"), .status = status,
                                          .code = str_of(parcel_status_word(status)), .occurred = when_from_utc(clock_now_us(&s->f.clock))};
    fact(s, &fct);
}

static void stage_open(struct stage *s)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .price_minor = 1450, .ships = true};
    static const struct parcel_ref PARCEL = {.carrier = {"ups", 3}, .tracking_number = {"1Z7W4E590300010062", 18}};
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    fixture_init(&s->f);
    story_store_open(&s->f.ctx, &s->f.clock, NULL, 0, &s->st);
    snprintf(s->folder, sizeof(s->folder), "%s/mail", s->st.dir);
    s->st.mc.messages.folder = str_of(s->folder);
    s->st.mc.messages.from = STR("orders@shop.example");
    s->st.mc.messages.tickets_to = STR("team@shop.example");
    assert_ok(&s->f.ctx, story_store_policy(&s->f.ctx, &s->st, data_file("policy/default.yaml")));
    ord.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .placed_us = TEST_NOW_US - US_PER_DAY, .currency = STR("USD"),
                                      .total_minor = 1450, .email = STR("anna@example.com"), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = STR("1020"), .fulfillment_id = STR("F1"), .state = FUL_SHIPPED, .items = &ITEM,
                                                  .items_n = 1, .parcels = &PARCEL, .parcels_n = 1, .created_us = TEST_NOW_US};
    fact(s, &ord);
    fact(s, &ful);
}

static void stage_close(struct stage *s)
{
    struct replay_report rep = {.facts = 0};
    assert_ok(&s->f.ctx, engine_replay(&s->f.ctx, s->st.eng, s->st.merchant_id, &rep));
    assert_int_equal(rep.differences, 0);
    story_store_close(&s->st);
    fixture_clear(&s->f);
}

static void run(struct stage *s)
{
    struct performer *p = NULL;
    size_t n = 0;
    assert_ok(&s->f.ctx, performer_new(&s->f.ctx, s->st.eng, &p));
    assert_ok(&s->f.ctx, performer_run(&s->f.ctx, p, 10, &n));
    performer_free(p);
    clock_set(&s->f.clock, clock_now_us(&s->f.clock) + US_PER_H);
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static int mails(struct stage *s)
{
    DIR *d = opendir(s->folder);
    int n = 0;
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d))
        if (e->d_name[0] != '.') {
            snprintf(s->file, sizeof(s->file), "%s/%.255s", s->folder, e->d_name);
            n++;
        }
    if (d != NULL)
        closedir(d);
    return n;
}

/* The words of the text part, which is base64. */
static struct str words_of(struct stage *s, struct str mail)
{
    struct str line, out = STR_NULL;
    struct buf b;
    bool body = false, text = false;
    buf_init(&b, 1 << 20);
    while (str_split(&mail, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("Content-Type: text/plain")))
            text = true;
        else if (text && str_empty(line) && !body)
            body = true;
        else if (body && (str_starts(line, STR("--")) || str_empty(line)))
            break;
        else if (body)
            assert_int_equal(base64_decode(line, &b), OK);
    }
    assert_int_equal(arena_dup(s->f.arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void one_mail_with_the_packet(void **state)
{
    static const char *const HEADERS[] = {"To: <team@shop.example>", "Reply-To: <anna@example.com>", "Subject: [WISMO] #1020", "Auto-Submitted: auto-generated"};
    static const char *const SAYS[] = {"Next step: find out why", "1Z7W4E590300010062", "Rule: going-back"};
    struct stage s;
    (void)state;
    stage_open(&s);
    scan(&s, PARCEL_RETURNING);
    run(&s);
    assert_int_equal(mails(&s), 1);
    struct str mail = test_read_file(s.f.arena, s.file), words = words_of(&s, mail);
    for (size_t i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++)
        if (!str_contains(mail, str_of(HEADERS[i])))
            fail_msg("no \"%s\" in %.*s", HEADERS[i], STR_ARG(str_sub(mail, 0, 1500)));
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++)
        if (!str_contains(words, str_of(SAYS[i])))
            fail_msg("the mail does not say \"%s\": %.*s", SAYS[i], STR_ARG(words));
    assert_false(str_contains(mail, STR("In-Reply-To"))); /* it begins a thread of its own */
    assert_true(str_starts(words, STR("Next step"))); /* a colleague reads it: no greeting */
    run(&s);
    run(&s);
    assert_int_equal(mails(&s), 1);
    stage_close(&s);
}

static void none_when_it_settled(void **state)
{
    struct stage s;
    (void)state;
    stage_open(&s);
    scan(&s, PARCEL_ATTEMPT_FAILED);
    scan(&s, PARCEL_DELIVERED);
    run(&s);
    assert_int_equal(mails(&s), 0);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_mail_with_the_packet), cmocka_unit_test(none_when_it_settled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
