/*
 * The way of a question where stories cannot look: which work is done for whom, when sources are asked again, what is recorded,
 * and that the recorded hash is that of a text which can be made again.
 */
#include "lib/story_store.h"

#include "flows/ask.h"
#include "flows/story.h"

struct desk {
    struct fixture f;
    struct story_store st;
    enum err refresh_gives;
    bool refresh_brings;
    int refreshed;
};

static enum err on_at(void *user, struct ctx *ctx, int64_t now_us)
{
    struct desk *d = user;
    clock_set(&d->f.clock, now_us);
    if (d->st.eng == NULL)
        story_store_open(ctx, &d->f.clock, NULL, 0, &d->st);
    return story_store_settle(ctx, &d->st);
}

static enum err on_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct desk *d = user;
    enum err e = story_store_append(ctx, &d->st, source, fct);
    return e == OK ? story_store_settle(ctx, &d->st) : e;
}

static void tell(struct desk *d, const char *text)
{
    const struct story_reader reader = {d, on_at, on_fact, NULL};
    assert_ok(&d->f.ctx, story_read(&d->f.ctx, str_of(text), clock_now_us(&d->f.clock), &reader));
}

static const char STORY[] = "start 2026-11-16T09:00:00Z\n"
                            "order #1020 email=anna@example.com zip=60601 country=US items=MUG*1:1450:Mug\n"
                            "order #1021 email=ben@example.com zip=73301 country=US items=MUG*1:1450:Mug\n"
                            "at d0T12:00\n"
                            "fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062\n"
                            "at d0T22:00\n"
                            "scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20\n";

static void desk_open(struct desk *d)
{
    *d = (struct desk){.refreshed = 0};
    fixture_init(&d->f);
    tell(d, STORY);
}

static void desk_close(struct desk *d)
{
    assert_ok(&d->f.ctx, story_store_settle(&d->f.ctx, &d->st)); /* the record of the last question */
    story_store_close(&d->st);
    fixture_clear(&d->f);
}

/* What a poller does: asks, appends what is new, tells the position. */
static enum err refresh(void *user, struct ctx *ctx, struct reader *rd, const struct case_answer *ca, int budget_ms, int64_t *pos)
{
    struct desk *d = user;
    struct engine_status st;
    assert_int_equal(ca->merchant_id, d->st.merchant_id);
    assert_non_null(rd);
    assert_int_equal(budget_ms, 1234);
    assert_non_null(ca->cas);
    d->refreshed++;
    if (d->refresh_brings) {
        tell(d, "scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US\n");
        engine_status(d->st.eng, ca->merchant_id, &st);
        *pos = st.head;
    }
    return d->refresh_gives == OK ? OK : ctx_fail(ctx, d->refresh_gives, "no answer");
}

static struct ask_reply ask_text(struct desk *d, const char *text)
{
    struct ask_env env = {.eng = d->st.eng, .rd = d->st.rd, .merchant_id = d->st.merchant_id, .refresh = refresh, .refresh_user = d,
                          .budget_ms = 1234, .record = true};
    struct ask_question q = {.text = str_of(text)};
    struct ask_reply rep;
    assert_ok(&d->f.ctx, ask(&d->f.ctx, &env, &q, &rep));
    return rep;
}

static int64_t head(struct desk *d)
{
    struct engine_status st;
    assert_ok(&d->f.ctx, story_store_settle(&d->f.ctx, &d->st));
    engine_status(d->st.eng, d->st.merchant_id, &st);
    return st.head;
}

static void fresh_facts_are_not_asked_again(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    struct ask_reply rep = ask_text(&d, "#1020 anna@example.com");
    assert_int_equal(rep.outcome, ASK_ANSWERED);
    assert_int_equal(d.refreshed, 0);
    assert_false(rep.age.old);
    assert_int_equal(rep.ca.position, 4);
    desk_close(&d);
}

static void old_facts_are_asked_again(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    d.refresh_brings = true;
    clock_advance(&d.f.clock, 8 * US_PER_H);
    struct ask_reply rep = ask_text(&d, "#1020 anna@example.com");
    assert_int_equal(d.refreshed, 1);
    assert_true(rep.refreshed);
    assert_false(rep.refresh_late);
    assert_false(rep.age.old);
    assert_true(str_contains(rep.text, STR("Columbus")));
    assert_false(str_contains(rep.text, STR("newest information")));
    desk_close(&d);
}

static void a_silent_source_is_said(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    d.refresh_gives = ERR_TIMEOUT;
    clock_advance(&d.f.clock, 8 * US_PER_H);
    struct ask_reply rep = ask_text(&d, "#1020 anna@example.com");
    assert_int_equal(d.refreshed, 1);
    assert_true(rep.refresh_late);
    assert_true(rep.age.old);
    assert_true(str_contains(rep.text, STR("the newest information I have is 8 hours old")));
    desk_close(&d);
}

/* Nobody's question makes us ask a carrier before two facts have matched. */
static void strangers_cause_no_requests(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    clock_advance(&d.f.clock, 8 * US_PER_H);
    assert_int_equal(ask_text(&d, "#1020 eve@example.com").outcome, ASK_NO_MATCH);
    assert_int_equal(ask_text(&d, "1Z7W4E590300010062").outcome, ASK_NEED);
    assert_int_equal(d.refreshed, 0);
    desk_close(&d);
}

/* Pairs of questions that must not be told apart: bytes, look-ups, hashes, rows in the ledger. */
static void wrong_and_missing_are_alike(void **state)
{
    static const char *const PAIRS[][2] = {
        {"#1020 eve@example.com", "#4711 anna@example.com"},
        {"#1020 zip 99999", "#4711 zip 60601"},
        {"1020 99999", "4711 99999"},
        {"#1021 anna@example.com", "#1022 anna@example.com"},
        {"anna@example.com zip 99999", "eve@example.com zip 60601"},
        {"tracking 1Z7W4E590300010062 eve@example.com", "tracking 1Z7W4E590300010071 eve@example.com"},
    };
    struct desk d;
    (void)state;
    desk_open(&d);
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        int64_t before = head(&d);
        struct ask_reply a = ask_text(&d, PAIRS[i][0]);
        int64_t between = head(&d);
        struct ask_reply b = ask_text(&d, PAIRS[i][1]);
        if (a.outcome != ASK_NO_MATCH || b.outcome != ASK_NO_MATCH || !str_eq(a.text, b.text))
            fail_msg("%s: %.*s / %.*s", PAIRS[i][0], STR_ARG(a.text), STR_ARG(b.text));
        if (a.lookups != b.lookups || a.hashes != b.hashes || a.lookups == 0 || a.hashes == 0)
            fail_msg("%s: %u look-ups and %u hashes, or %u and %u", PAIRS[i][0], a.lookups, a.hashes, b.lookups, b.hashes);
        assert_int_equal(between - before, 1);
        assert_int_equal(head(&d) - between, 1);
    }
    desk_close(&d);
}

static void tracking_number_names_the_order(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    assert_int_equal(ask_text(&d, "tracking 1Z7W4E590300010062").outcome, ASK_NEED);
    struct ask_reply rep = ask_text(&d, "tracking 1Z7W4E590300010062, anna@example.com");
    assert_int_equal(rep.outcome, ASK_ANSWERED);
    assert_true(rep.lookups > 0);
    desk_close(&d);
}

static void one_question_back_at_most(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    struct ask_env env = {.eng = d.st.eng, .rd = d.st.rd, .merchant_id = d.st.merchant_id};
    struct ask_question q = {.text = STR("order 1020")};
    struct ask_reply first, second;
    assert_ok(&d.f.ctx, ask(&d.f.ctx, &env, &q, &first));
    q.asked_before = true;
    assert_ok(&d.f.ctx, ask(&d.f.ctx, &env, &q, &second));
    assert_true(str_contains(first.text, STR("?")));
    assert_false(str_contains(second.text, STR("?")));
    desk_close(&d);
}

/* The same case gives the same text at any later time: that is what a replay compares. */
static void the_text_can_be_made_again(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    struct ask_reply rep = ask_text(&d, "#1020 anna@example.com");
    clock_advance(&d.f.clock, 30 * US_PER_DAY);
    assert_true(str_eq(rep.text, ask_render(&d.f.ctx, STR("en"), &rep.ca, &d.st.mc.promises, rep.now_us)));
    struct replay_report r = {.facts = 0};
    (void)head(&d);
    assert_ok(&d.f.ctx, engine_replay(&d.f.ctx, d.st.eng, d.st.merchant_id, &r));
    assert_int_equal(r.differences, 0);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_facts_are_not_asked_again), cmocka_unit_test(old_facts_are_asked_again),
        cmocka_unit_test(a_silent_source_is_said),         cmocka_unit_test(strangers_cause_no_requests),
        cmocka_unit_test(wrong_and_missing_are_alike),     cmocka_unit_test(tracking_number_names_the_order),
        cmocka_unit_test(one_question_back_at_most),       cmocka_unit_test(the_text_can_be_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
