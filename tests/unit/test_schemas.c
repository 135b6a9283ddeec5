/* What we write is what the schemas in docs say: facts of every kind, folded parcels, cases, answers. */
#include "lib/schema.h"
#include "lib/story_store.h"

#include "flows/ask.h"
#include "flows/case_json.h"
#include "flows/parcel_line.h"
#include "flows/story.h"
#include "model/fact_json.h"

struct teller {
    struct fixture f;
    struct story_store st;
    struct decoded all;
};

static enum err on_at(void *user, struct ctx *ctx, int64_t now_us)
{
    struct teller *t = user;
    clock_set(&t->f.clock, now_us);
    if (t->st.eng == NULL)
        story_store_open(ctx, &t->f.clock, NULL, 0, &t->st);
    return story_store_settle(ctx, &t->st);
}

static enum err on_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct teller *t = user;
    struct fact *copy;
    enum err e = decoded_add(ctx, &t->all, fct->kind, &copy);
    if (e == OK) {
        *copy = *fct;
        e = story_store_append(ctx, &t->st, source, fct);
    }
    return e == OK ? story_store_settle(ctx, &t->st) : e;
}

static const char STORY[] =
    "start 2026-11-16T09:00:00Z\n"
    "stock MUG 5 restock=2026-12-01\n"
    "order #1020 name=Anna email=anna@example.com phone=+15550100 street=\"1 Sample Street\" city=Chicago region=IL zip=60601 country=US "
    "items=\"MUG*2:1450:Mug;TEA*1:990:Tea\" promised=+6d service=Express\n"
    "order #1021 email=anna@example.com zip=60601 country=US items=TEA*1:990:Tea preorder=2026-12-24\n"
    "hold #1020 why=check\nrelease #1020\n"
    "at d0T14:00\n"
    "fulfill #1020 items=MUG*2 parcels=ups/1Z7W4E590300010062,ups/1Z7W4E590300010071 location=main eta=+3d\n"
    "scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20 event=e1 text=Picked service=GND\n"
    "at d1T14:00\n"
    "scan ups 1Z7W4E590300010062 in_transit local place=Columbus,OH,US reason=weather\n"
    "scan ups 1Z7W4E590300010062 delivered tz=-05:00 place=Chicago,IL,US signed=ANNA note=Porch\n"
    "scan ups 1Z7W4E590300010062 delivered tz=-05:00 place=Chicago,IL,US signed=ANNA note=Porch\n"
    "link ups 1Z7W4E590300010071 next_carrier=usps next_number=9400111800000000000066\n"
    "notfound usps 9400111800000000000066\n"
    "notfound fedex 712345678901\n"
    "report #1020 missing_item sku=MUG\n"
    "refund #1020 items=MUG*1 amount=1450\n";

static void open_all(struct teller *t)
{
    const struct story_reader reader = {t, on_at, on_fact, NULL};
    *t = (struct teller){.all = {.n = 0}};
    fixture_init(&t->f);
    assert_ok(&t->f.ctx, story_read(&t->f.ctx, str_of(STORY), TEST_NOW_US, &reader));
}

static void close_all(struct teller *t)
{
    assert_ok(&t->f.ctx, story_store_settle(&t->f.ctx, &t->st));
    story_store_close(&t->st);
    fixture_clear(&t->f);
}

static void facts_fit(void **state)
{
    struct teller t;
    struct buf b;
    bool seen[FACT_KIND_COUNT] = {false};
    (void)state;
    open_all(&t);
    struct fact *cust;
    assert_ok(&t.f.ctx, decoded_add(&t.f.ctx, &t.all, FACT_CUSTOMER, &cust));
    cust->u.customer = (struct customer_fact){STR("77"), STR("anna@example.com"), STR_NULL, STR("Anna")};
    buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < t.all.n; i++) {
        struct jw w = jw_of(&b);
        buf_reset(&b);
        fact_write(t.f.arena, &w, &t.all.facts[i]);
        schema_check_text(&t.f.ctx, "fact.schema.json", buf_str(&b));
        seen[t.all.facts[i].kind] = true;
    }
    for (int k = 0; k < FACT_TICK; k++)
        if (!seen[k])
            fail_msg("no %s was checked", fact_kind_word((enum fact_kind)k));
    buf_clear(&b);
    close_all(&t);
}

static void parcels_fit(void **state)
{
    struct teller t;
    struct buf b;
    size_t parcels = 0, unknown = 0;
    (void)state;
    open_all(&t);
    buf_init(&b, (size_t)1 << 20);
    assert_ok(&t.f.ctx, parcel_lines(&t.f.ctx, &t.all, TEST_NOW_US, &b));
    struct str rest = buf_str(&b), line;
    while (str_split(&rest, '\n', &line)) {
        if (str_empty(line))
            continue;
        schema_check_text(&t.f.ctx, "decode.schema.json", line);
        parcels += str_contains(line, STR("\"kind\":\"parcel\"")) ? 1 : 0;
        unknown += str_contains(line, STR("\"kind\":\"not_found\"")) ? 1 : 0;
    }
    assert_int_equal(parcels, 3);
    assert_int_equal(unknown, 1);
    assert_true(str_contains(buf_str(&b), STR("\"events\":3"))); /* the repeat is counted once */
    assert_true(str_contains(buf_str(&b), STR("\"signed_by\":\"ANNA\"")));
    buf_clear(&b);
    close_all(&t);
}

static void cases_fit(void **state)
{
    struct teller t;
    struct buf b;
    (void)state;
    open_all(&t);
    buf_init(&b, (size_t)4 << 20);
    for (int personal = 0; personal < 2; personal++) {
        struct case_answer ca;
        int64_t found[CASE_FIND_MAX];
        size_t n = 0;
        assert_ok(&t.f.ctx, case_find(&t.f.ctx, t.st.rd, t.st.merchant_id, STR("1020"), found, &n));
        assert_int_equal(n, 1);
        assert_ok(&t.f.ctx, case_read(&t.f.ctx, t.st.rd, t.st.merchant_id, found[0], 0, &ca));
        struct case_json_options opt = {.personal = personal == 1 ? t.st.rd : NULL};
        struct jw w = jw_of(&b);
        buf_reset(&b);
        assert_ok(&t.f.ctx, case_json(&t.f.ctx, &w, &ca, &opt));
        schema_check_text(&t.f.ctx, "case.schema.json", buf_str(&b));
        assert_int_equal(str_contains(buf_str(&b), STR("anna@example.com")), personal);
        assert_int_equal(str_contains(buf_str(&b), STR("Porch")), personal);
        assert_int_equal(str_contains(buf_str(&b), STR("Sample Street")), personal);
    }
    buf_clear(&b);
    close_all(&t);
}

static void answers_fit(void **state)
{
    static const char *const ASKS[] = {"#1020 anna@example.com", "anna@example.com 60601", "#1020", "#9 anna@example.com",
                                       "give me a human #1021 60601", "do you deliver to norway?"};
    struct fact text = {.kind = FACT_KNOWLEDGE, .role = ROLE_SYSTEM};
    struct teller t;
    struct buf b;
    unsigned outcomes = 0;
    (void)state;
    open_all(&t);
    text.u.knowledge = (struct knowledge_fact){.source = STR("faq"), .title = STR("Delivery"), .lang = STR("en"), .body = STR("We deliver to Norway, too.")};
    assert_ok(&t.f.ctx, story_store_append(&t.f.ctx, &t.st, STR("wismo"), &text));
    assert_ok(&t.f.ctx, story_store_settle(&t.f.ctx, &t.st));
    buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < sizeof(ASKS) / sizeof(ASKS[0]); i++) {
        struct ask_env env = {.eng = t.st.eng, .rd = t.st.rd, .merchant_id = t.st.merchant_id};
        struct ask_question q = {.text = str_of(ASKS[i])};
        struct ask_reply rep;
        struct jw w = jw_of(&b);
        buf_reset(&b);
        assert_ok(&t.f.ctx, ask(&t.f.ctx, &env, &q, &rep));
        ask_json(&t.f.ctx, &w, &rep);
        schema_check_text(&t.f.ctx, "ask.schema.json", buf_str(&b));
        outcomes |= 1u << rep.outcome;
    }
    assert_int_equal(outcomes, (1u << ASK_OUTCOME_COUNT) - 1);
    buf_clear(&b);
    close_all(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(facts_fit), cmocka_unit_test(parcels_fit), cmocka_unit_test(cases_fit),
                                       cmocka_unit_test(answers_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
