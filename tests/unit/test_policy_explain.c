/*
 * Explanations: what decided, why not the rules before, and what would change it. Every change that is told is then made, and the
 * rule it names must decide.
 */
#include "lib/case_story.h"
#include "lib/schema.h"

#include "base/timefmt.h"
#include "mind/policy_explain.h"

#define ORDER "at d0T14:00\norder #1 country=US region=IL zip=60601 items=MUG*1:2000:Mug financial=paid\n"
#define LEFT ORDER "at d0T15:00\nfulfill #1 items=MUG*1 parcels=ups/1Z1\nat d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\n"

static const char POLICY[] =
    "currency: USD\ngrants:\n  refund: {mode: auto, per_action: 50.00, per_day: 90.00, per_customer: 60.00}\nrules:\n"
    "  - {name: vip, when: {vip: yes}, do: hand_over}\n"
    "  - {name: cheap, when: {class: stuck, value: {under: 15.00}}, do: {act: refund}}\n"
    "  - {name: old, when: {class: stuck, age_hours: {at_least: 24}}, do: {act: refund}}\n"
    "  - {name: silent, when: {class: [stuck, late]}, do: {wait: {hours: 24}}, because: a day more}\n"
    "  - {name: rest, do: nothing}\n";

struct told {
    struct fixture f;
    struct policy pol;
    struct promises promises;
    struct case_story cs;
    struct case_diagnosis cd;
    struct policy_ask ask;
    struct customer_history history;
    struct guard_book book;
    struct act_input in;
    struct explanation ex;
};

static void explain(struct told *t, const char *story, const char *policy)
{
    struct findings fs;
    struct when day0;
    fixture_init(&t->f);
    assert_int_equal(when_parse(STR("2026-11-16T00:00:00Z"), &day0), OK);
    if (policy == NULL)
        assert_ok(&t->f.ctx, policy_default(&t->f.ctx, &t->pol));
    else
        assert_ok(&t->f.ctx, policy_parse(&t->f.ctx, str_of(policy), &t->pol, &fs));
    promises_default(&t->promises);
    assert_ok(&t->f.ctx, case_story_read(&t->f.ctx, &t->cs, day0.utc_us, str_of(story)));
    t->cs.cas.customer = STR("c1");
    assert_ok(&t->f.ctx, diagnose(&t->f.ctx, &t->cs.cas, &t->promises, t->cs.now_us, &t->cd));
    t->in = (struct act_input){&t->pol, &t->cs.cas, &t->cd, &t->ask, &t->history, &t->book, t->cs.now_us, 0};
    assert_ok(&t->f.ctx, policy_explain(&t->f.ctx, &t->in, &t->promises, &t->ex));
}

static bool tells(const struct told *t, enum policy_field f, const char *value, const char *rule, int64_t at_us)
{
    const struct explain_matter *m = &t->ex.matters[0];
    for (size_t i = 0; i < m->changes_n; i++) {
        const struct explain_change *c = &m->changes[i];
        struct str name = c->rule == NULL ? STR("none") : c->rule->name;
        if (c->field == f && str_eq(c->value, str_of(value)) && str_eq(name, str_of(rule)) && c->at_us == at_us)
            return true;
    }
    return false;
}

static void test_what_would_change_it(void **state)
{
    struct told t = {0};
    struct buf b;
    (void)state;
    explain(&t, LEFT "at d2T23:30\n", POLICY); /* stuck since d2T22:00 */
    const struct explain_matter *m = &t.ex.matters[0];
    assert_int_equal(t.ex.n, 1);
    assert_str(m->rule->name, "silent");
    int64_t since = m->sit.diag->since_us;
    assert_true(tells(&t, FIELD_VALUE, "0.00 USD to 14.99 USD", "cheap", 0));
    assert_true(tells(&t, FIELD_AGE, "24 or more", "old", since + 24 * US_PER_H));
    assert_true(tells(&t, FIELD_VIP, "yes", "vip", 0));
    assert_true(tells(&t, FIELD_CLASS, "on_track", "rest", 0));
    assert_false(tells(&t, FIELD_CLASS, "late", "rest", 0)); /* the same rule decides: no change */
    assert_int_equal(m->next_cls, DIAG_PRESUMED_LOST);
    assert_str(m->next_rule->name, "rest");
    buf_init(&b, 1 << 20);
    policy_explain_text(&t.f.ctx, &t.ex, &b);
    assert_int_equal(buf_err(&b), OK);
    static const char *const SAYS[] = {"rule silent (line 8): a day more", "do: wait, until 2026-11-19T23:30:00Z", "value=20.00 USD",
                                       "cheap: value at most 14.99 USD (20.00 USD)", "vip: vip is yes (not known)",
                                       "if value were 0.00 USD to 14.99 USD: cheap", "if a scan shows it moving before 2026-11-23T22:00:00Z: rest",
                                       "if age_hours were 24 or more (at 2026-11-19T22:00:00Z, by time alone): old",
                                       "if nothing comes until 2026-11-23T22:00:00Z: it is presumed_lost then, rest"};
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++)
        if (!str_contains(buf_str(&b), str_of(SAYS[i])))
            fail_msg("not said: %s\n%.*s", SAYS[i], STR_ARG(buf_str(&b)));
    buf_clear(&b);
    fixture_clear(&t.f);
}

/* What happens anew begins anew: customs that take it now have not had it for long. */
static void test_a_new_event_is_new(void **state)
{
    struct told t = {0};
    (void)state;
    explain(&t, LEFT "at d2T23:30\n", NULL);
    assert_str(t.ex.matters[0].rule->name, "silent");
    assert_true(tells(&t, FIELD_CLASS, "customs_hold", "calm", 0) && tells(&t, FIELD_CLASS, "pickup_waiting", "calm", 0));
    assert_true(tells(&t, FIELD_CLASS, "attempt_failed", "attempt", 0) && tells(&t, FIELD_CLASS, "delivered_not_received", "not-received-wait", 0));
    for (size_t i = 0; i < t.ex.matters[0].changes_n; i++) /* parcels are not put on hold, orders are */
        assert_false(str_eq(t.ex.matters[0].changes[i].value, STR("on_hold")) || str_eq(t.ex.matters[0].changes[i].value, STR("refunded")));
    fixture_clear(&t.f);
}

static const char *const STORIES[] = {
    ORDER, ORDER "at d9T10:00\n", LEFT, LEFT "at d2T23:00\n", LEFT "at d9T10:00\n", LEFT "at d2T10:00\nscan ups 1Z1 lost\nstock MUG 4\n",
    LEFT "at d2T10:00\nscan ups 1Z1 attempt_failed reason=refused\n", LEFT "at d3T10:00\nscan ups 1Z1 delivered\nreport #1 not_received\n",
    LEFT "at d2T10:00\nfulfill #1 items=MUG*1 parcels=ups/1Z2\nscan ups 1Z2 damaged\n", "at d0T10:00\norder #1 country=IN currency=INR items=MUG*1:2000 cod\n",
};

/* A change of one field, made: the rule that was named decides; and where none is told for a value, nothing changes. */
static void hold_to_its_word(struct told *t, const struct explain_matter *m)
{
    for (size_t i = 0; i < m->changes_n; i++) {
        const struct explain_change *c = &m->changes[i];
        struct situation other = m->sit;
        struct str first = c->value;
        for (size_t k = 0; k + 1 < first.n; k++)
            if (first.p[k] == ',')
                first.n = k;
        if (policy_field_row(c->field)->type != TYPE_ENUM || c->field == FIELD_CLASS || str_eq(first, STR("not known")))
            continue;
        for (unsigned v = 0; v < policy_enum_count(c->field); v++)
            if (str_eq(first, str_of(policy_enum_word(c->field, v))))
                other.v[c->field] = v;
        other.known[c->field] = true;
        if (policy_match(&t->pol, &other) != c->rule)
            fail_msg("%s = %.*s: told %.*s", policy_field_row(c->field)->word, STR_ARG(first), STR_ARG(c->rule == NULL ? STR("none") : c->rule->name));
    }
}

static size_t changes_of_requests(struct told *t, const struct explain_matter *m)
{
    size_t n = 0;
    for (unsigned v = 0; v < REQUEST_COUNT; v++) {
        struct situation other = m->sit;
        other.v[FIELD_REQUEST] = v;
        const struct policy_rule *rule = policy_match(&t->pol, &other);
        bool told = false;
        for (size_t i = 0; i < m->changes_n; i++)
            told = told || (m->changes[i].field == FIELD_REQUEST && m->changes[i].rule == rule);
        assert_true(rule == m->rule || told);
        n += rule != m->rule;
    }
    return n;
}

static void test_told_changes_are_true(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < sizeof(STORIES) / sizeof(STORIES[0]); i++) {
        struct told t = {0};
        explain(&t, STORIES[i], NULL);
        for (size_t k = 0; k < t.ex.n; k++) {
            hold_to_its_word(&t, &t.ex.matters[k]);
            n += changes_of_requests(&t, &t.ex.matters[k]);
        }
        fixture_clear(&t.f);
    }
    assert_true(n > 50);
}

static void test_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(STORIES) / sizeof(STORIES[0]); i++) {
        struct told t = {0};
        struct buf b;
        explain(&t, STORIES[i], NULL);
        buf_init(&b, 4 << 20);
        struct jw w = jw_of(&b);
        policy_explain_json(&t.f.ctx, &t.ex, &w);
        assert_int_equal(buf_err(&b), OK);
        schema_check_text(&t.f.ctx, "policy-explain.schema.json", buf_str(&b));
        buf_clear(&b);
        fixture_clear(&t.f);
    }
}

/* ---- decisions over several steps: what one reserves, the next one sees */

static void test_one_row_after_the_other(void **state)
{
    static const char TWICE[] = "currency: USD\ngrants:\n  refund: {mode: auto, per_action: 50.00, per_day: 90.00, per_customer: 60.00}\n"
                                "  carrier_inquiry: {mode: auto, per_order_count: 1}\n"
                                "rules:\n  - {name: both, do: [{act: refund}, {act: carrier_inquiry}]}\n";
    struct told t = {0};
    (void)state;
    explain(&t, "at d0T14:00\norder #1 country=US items=MUG*3:2000:Mug financial=paid\nfulfill #1 id=f1 items=MUG*1 parcels=ups/1Z1\n"
                "fulfill #1 id=f2 items=MUG*2 parcels=ups/1Z2\nat d0T22:00\nscan ups 1Z1 lost\nscan ups 1Z2 lost\n", TWICE);
    const struct act_decisions *ds = &t.ex.decisions;
    assert_int_equal(ds->n, 4); /* two parcels, two steps each */
    assert_int_equal(ds->v[0].choices[0].verdict.outcome, GUARD_AUTO);
    assert_int_equal(ds->v[0].choices[0].verdict.row.amount_minor, 2000);
    assert_int_equal(ds->v[1].choices[0].verdict.outcome, GUARD_AUTO);
    assert_int_equal(ds->v[2].choices[0].verdict.outcome, GUARD_AUTO);
    assert_int_equal(ds->v[2].choices[0].verdict.row.amount_minor, 4000); /* 60.00 in all: the customer's limit, and no more */
    assert_int_equal(ds->v[3].verb, VERB_HAND_OVER);
    assert_int_equal(ds->v[3].refused[0].verdict.reason, GUARD_PER_ORDER);
    /* what was done comes back as a fact that names it: it is not taken for somebody else's refund */
    struct action_row done = ds->v[0].choices[0].verdict.row;
    struct case_refund fact = {.refund_id = STR("r1"), .amount_minor = 4000, .currency = STR("USD"), .at_us = t.cs.now_us};
    struct guard_wish wish;
    done.state = ACTION_CONFIRMED;
    t.book = (struct guard_book){.rows = &done, .n = 1};
    t.cs.cas.refunds = &fact;
    t.cs.cas.refunds_n = 1;
    assert_ok(&t.f.ctx, act_wish(&t.f.ctx, &t.in, &t.ex.matters[0].sit, CAP_RESHIP, &wish));
    assert_true(wish.refunded_outside_minor == 4000 && wish.outside_refund_unclear);
    done.result_id = STR("r1");
    assert_ok(&t.f.ctx, act_wish(&t.f.ctx, &t.in, &t.ex.matters[0].sit, CAP_RESHIP, &wish));
    assert_true(wish.refunded_outside_minor == 0 && !wish.outside_refund_unclear);
    fact.full = true;
    fact.refund_id = STR("r2");
    assert_ok(&t.f.ctx, act_wish(&t.f.ctx, &t.in, &t.ex.matters[0].sit, CAP_RESHIP, &wish));
    assert_int_equal(wish.order_items[0].refunded_outside, 3);
    fixture_clear(&t.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_would_change_it), cmocka_unit_test(test_a_new_event_is_new), cmocka_unit_test(test_told_changes_are_true),
                                       cmocka_unit_test(test_json), cmocka_unit_test(test_one_row_after_the_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
