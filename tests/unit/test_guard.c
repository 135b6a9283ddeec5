/* The guard: every reason at its edge, who approves, keys and generations, the states, the rows' bytes. */
/* clang-format off: a case a line */
#include "lib/fixture.h"

#include "mind/guard.h"

#define DAY 20775

struct setup {
    struct fixture f;
    struct policy pol;
    struct guard_item order_items[2];
    struct action_item items[2];
    struct guard_wish wish;
    struct action_row rows[8];
    struct action_item row_items[8];
    struct guard_book book;
};

/* A refund of one mug out of two, in a policy where everything passes by itself. */
static void make(struct setup *s)
{
    for (unsigned c = 0; c < CAP_COUNT; c++)
        for (unsigned k = 0; k < GRANT_FIELD_COUNT; k++)
            s->pol.grants[c].v[k] = GRANT_UNSET;
    for (unsigned c = 0; c < CAP_COUNT; c++) {
        int64_t *v = s->pol.grants[c].v;
        v[GRANT_MODE] = MODE_AUTO;
        v[GRANT_SHARE] = 100;
        v[GRANT_CUSTOMER_DAYS] = 90;
        v[GRANT_COD] = 0;
        v[GRANT_CONFIDENCE] = 90;
        v[GRANT_UNDO] = 0;
        v[GRANT_VALID] = 72;
    }
    s->order_items[0] = (struct guard_item){STR("CUP"), 1, 1, 0, true, 1};
    s->order_items[1] = (struct guard_item){STR("MUG"), 2, 2, 0, true, 1};
    s->items[0] = (struct action_item){STR("MUG"), 1};
    s->wish = (struct guard_wish){.cap = CAP_REFUND, .order_no = 7, .customer = STR("c1"), .items = s->items, .items_n = 1, .amount_known = true,
                                  .amount_minor = 2000, .cls = DIAG_LOST, .from_customer = true, .confidence = 95, .proof = PROOF_ORDER_AND_CONTACT,
                                  .currency_ok = true, .order_items = s->order_items, .order_items_n = 2, .paid_minor = 5000, .claims_known = true, .rule = STR("r")};
    s->book = (struct guard_book){.rows = s->rows};
}

/* One row that was there before: MUG of this order, made good for by cap. */
static struct action_row *before(struct setup *s, enum capability cap, enum action_state state, int64_t amount)
{
    struct action_row *r = &s->rows[s->book.n];
    s->row_items[s->book.n] = (struct action_item){STR("MUG"), 1};
    *r = (struct action_row){.action_no = (int64_t)s->book.n + 1, .order_no = 7, .customer = STR("c1"), .cap = cap, .items = &s->row_items[s->book.n],
                             .items_n = 1, .generation = 1, .amount_minor = amount, .state = state, .at_us = TEST_NOW_US - US_PER_H, .day = DAY};
    s->book.n++;
    return r;
}

static int64_t *grant(struct setup *s)
{
    return s->pol.grants[s->wish.cap].v;
}

/* ---- reasons: each case changes one thing */

#define CASE(name) static void name(struct setup *s)
CASE(as_it_is) { (void)s; }
CASE(paused) { s->book.paused = 1u << CAP_REFUND; }
CASE(other_paused) { s->book.paused = 1u << CAP_RESHIP; }
CASE(off) { grant(s)[GRANT_MODE] = MODE_OFF; }
CASE(ended) { grant(s)[GRANT_UNTIL] = TEST_NOW_US - 1; }
CASE(last_moment) { grant(s)[GRANT_UNTIL] = TEST_NOW_US; }
CASE(other_class) { grant(s)[GRANT_CLASSES] = INT64_C(1) << DIAG_DAMAGED; }
CASE(this_class) { grant(s)[GRANT_CLASSES] = INT64_C(1) << DIAG_LOST; }
CASE(same) { before(s, CAP_REFUND, ACTION_UNKNOWN, 2000); }
CASE(same_but_refused) { before(s, CAP_REFUND, ACTION_REFUSED, 2000); }
CASE(same_but_undone) { before(s, CAP_REFUND, ACTION_CANCELLED, 2000); }
CASE(same_but_expired) { before(s, CAP_REFUND, ACTION_EXPIRED, 2000); }
CASE(same_but_shadow) { before(s, CAP_REFUND, ACTION_SHADOW, 2000); }
CASE(same_of_another_order) { before(s, CAP_REFUND, ACTION_CONFIRMED, 2000)->order_no = 8; }
CASE(repeat_of_one_mug) { before(s, CAP_REFUND, ACTION_CONFIRMED, 2000); s->wish.repeat = true; }
CASE(repeat_of_a_pending_one) { before(s, CAP_REFUND, ACTION_SENT, 2000); s->wish.repeat = true; }
CASE(other_currency) { s->wish.currency_ok = false; }
CASE(no_items) { s->wish.items_n = 0; }
CASE(item_not_ordered) { s->items[0].sku = STR("TEA"); }
CASE(more_than_ordered) { s->items[0].quantity = 3; }
CASE(none_of_it) { s->items[0].quantity = 0; }
CASE(no_parcel) { s->wish.cap = CAP_REATTEMPT; }
CASE(one_mug_sent_again) { before(s, CAP_RESHIP, ACTION_CONFIRMED, 2000); }
CASE(both_mugs_sent_again) { before(s, CAP_RESHIP, ACTION_CONFIRMED, 4000); s->row_items[0].quantity = 2; }
CASE(exchanged) { before(s, CAP_EXCHANGE, ACTION_PROPOSED, 4000); s->row_items[0].quantity = 2; }
CASE(cancelled) { before(s, CAP_CANCEL, ACTION_WAITING, 100); s->row_items[0].quantity = 2; }
CASE(sent_again_but_refused) { before(s, CAP_RESHIP, ACTION_REFUSED, 4000); s->row_items[0].quantity = 2; }
CASE(reship_after_refund) { before(s, CAP_REFUND, ACTION_CONFIRMED, 4000); s->row_items[0].quantity = 2; s->wish.cap = CAP_RESHIP; }
CASE(one_in_this_parcel) { s->order_items[1].concerned = 1; s->wish.subject = STR("1Z1"); }
CASE(two_of_one_in_this_parcel) { s->order_items[1].concerned = 1; s->items[0].quantity = 2; }
CASE(not_in_this_parcel) { s->order_items[1].concerned = 0; }
CASE(this_parcel_sent_again) { one_in_this_parcel(s); before(s, CAP_RESHIP, ACTION_SENT, 2000)->subject = STR("1Z1"); }
CASE(other_parcel_sent_again) { one_in_this_parcel(s); before(s, CAP_RESHIP, ACTION_SENT, 2000)->subject = STR("1Z2"); }
CASE(some_parcel_sent_again) { one_in_this_parcel(s); before(s, CAP_RESHIP, ACTION_SENT, 2000); }
CASE(some_piece_refunded_outside) { one_in_this_parcel(s); s->order_items[1].refunded_outside = 1; }
CASE(refunded_outside) { s->order_items[1].refunded_outside = 2; }
CASE(one_refunded_outside) { s->order_items[1].refunded_outside = 1; }
CASE(outside_unclear) { s->wish.outside_refund_unclear = true; }
CASE(amount_unknown) { s->wish.amount_known = false; }
CASE(amount_zero) { s->wish.amount_minor = 0; }
CASE(amount_negative) { s->wish.amount_minor = -2000; }
CASE(all_of_it) { s->wish.amount_minor = 5000; }
CASE(more_than_paid) { s->wish.amount_minor = 5001; }
CASE(more_than_left) { s->wish.refunded_outside_minor = 3001; }
CASE(discount_before) { before(s, CAP_DISCOUNT, ACTION_CONFIRMED, 3001)->items_n = 0; }
CASE(huge) { s->wish.amount_minor = INT64_MAX; s->wish.paid_minor = INT64_MAX; s->wish.refunded_outside_minor = 1; }
CASE(picked) { s->wish.cap = CAP_CANCEL; s->wish.picked = true; }
CASE(picked_does_not_matter) { s->wish.picked = true; }
CASE(no_stock) { s->wish.cap = CAP_RESHIP; s->order_items[1].available = 0; }
CASE(stock_unknown) { s->wish.cap = CAP_RESHIP; s->order_items[1].stock_known = false; }
CASE(stock_free) { s->wish.cap = CAP_RESHIP; }
CASE(stock_reserved) { s->wish.cap = CAP_RESHIP; before(s, CAP_RESHIP, ACTION_SENT, 2000)->order_no = 9; }
CASE(stock_left) { s->wish.cap = CAP_RESHIP; before(s, CAP_RESHIP, ACTION_CONFIRMED, 2000)->order_no = 9; }
CASE(cod) { s->wish.cod = true; }
CASE(cod_granted) { s->wish.cod = true; grant(s)[GRANT_COD] = 1; }
CASE(disputed) { s->wish.disputed = true; }
CASE(claims) { grant(s)[GRANT_MAX_CLAIMS] = 2; s->wish.claims = 3; }
CASE(claims_enough) { grant(s)[GRANT_MAX_CLAIMS] = 2; s->wish.claims = 2; }
CASE(claims_unknown) { grant(s)[GRANT_MAX_CLAIMS] = 2; s->wish.claims_known = false; }
CASE(unsure) { s->wish.confidence = 89; }
CASE(sure) { s->wish.confidence = 90; }
CASE(nobody_asked) { s->wish.from_customer = false; s->wish.confidence = 0; s->wish.proof = PROOF_NONE; }
CASE(no_proof) { s->wish.proof = PROOF_NONE; }
CASE(code_asked_for) { grant(s)[GRANT_PROOF] = PROOF_CODE; s->wish.proof = PROOF_CHANNEL; }
CASE(address_by_channel) { s->wish.cap = CAP_CHANGE_ADDRESS; s->wish.proof = PROOF_CHANNEL; }
CASE(address_by_code) { s->wish.cap = CAP_CHANGE_ADDRESS; s->wish.proof = PROOF_CODE; }
CASE(action_at_limit) { grant(s)[GRANT_PER_ACTION] = 2000; }
CASE(action_over) { grant(s)[GRANT_PER_ACTION] = 1999; }
CASE(order_at_limit) { before(s, CAP_REFUND, ACTION_CONFIRMED, 1000)->subject = STR("x"); grant(s)[GRANT_PER_ORDER] = 3000; }
CASE(order_over) { before(s, CAP_REFUND, ACTION_CONFIRMED, 1000)->subject = STR("x"); grant(s)[GRANT_PER_ORDER] = 2999; }
CASE(order_count) { before(s, CAP_REFUND, ACTION_CONFIRMED, 1000)->subject = STR("x"); grant(s)[GRANT_PER_ORDER_COUNT] = 1; }
CASE(order_count_of_another) { before(s, CAP_RESHIP, ACTION_CONFIRMED, 1000); grant(s)[GRANT_PER_ORDER_COUNT] = 1; }
CASE(customer_at_limit) { before(s, CAP_REFUND, ACTION_SENT, 1000)->order_no = 8; grant(s)[GRANT_PER_CUSTOMER] = 3000; }
CASE(customer_over) { before(s, CAP_REFUND, ACTION_SENT, 1000)->order_no = 8; grant(s)[GRANT_PER_CUSTOMER] = 2999; }
CASE(customer_count) { before(s, CAP_REFUND, ACTION_SENT, 1000)->order_no = 8; grant(s)[GRANT_PER_CUSTOMER_COUNT] = 1; }
CASE(customer_long_ago) { struct action_row *r = before(s, CAP_REFUND, ACTION_SENT, 1000); r->order_no = 8; r->at_us = TEST_NOW_US - 90 * US_PER_DAY; grant(s)[GRANT_PER_CUSTOMER_COUNT] = 1; }
CASE(customer_unknown) { s->wish.customer = STR_NULL; grant(s)[GRANT_PER_CUSTOMER_COUNT] = 9; }
CASE(customer_unlimited) { s->wish.customer = STR_NULL; }
CASE(day_at_limit) { struct action_row *r = before(s, CAP_REFUND, ACTION_SENT, 1000); r->order_no = 8; r->customer = STR("c2"); grant(s)[GRANT_PER_DAY] = 3000; }
CASE(day_over) { struct action_row *r = before(s, CAP_REFUND, ACTION_SENT, 1000); r->order_no = 8; r->customer = STR("c2"); grant(s)[GRANT_PER_DAY] = 2999; }
CASE(day_count) { struct action_row *r = before(s, CAP_REFUND, ACTION_SENT, 1000); r->order_no = 8; r->customer = STR("c2"); grant(s)[GRANT_PER_DAY_COUNT] = 1; }
CASE(yesterday) { struct action_row *r = before(s, CAP_REFUND, ACTION_SENT, 1000); r->order_no = 8; r->day = DAY - 1; grant(s)[GRANT_PER_DAY_COUNT] = 1; }
CASE(suggested) { grant(s)[GRANT_MODE] = MODE_SUGGEST; }
CASE(no_share) { grant(s)[GRANT_SHARE] = 0; }
CASE(auto_at) { grant(s)[GRANT_AUTO_UP_TO] = 2000; }
CASE(auto_over) { grant(s)[GRANT_AUTO_UP_TO] = 1999; }
CASE(two_at) { grant(s)[GRANT_TWO_PERSONS_ABOVE] = 2000; }
CASE(two_over) { grant(s)[GRANT_TWO_PERSONS_ABOVE] = 1999; }
CASE(rule_asks) { s->wish.ask_person = true; }
CASE(shadow) { grant(s)[GRANT_MODE] = MODE_SHADOW; }
CASE(shadow_over) { grant(s)[GRANT_MODE] = MODE_SHADOW; grant(s)[GRANT_PER_ACTION] = 1999; }
CASE(shadow_again) { grant(s)[GRANT_MODE] = MODE_SHADOW; before(s, CAP_REFUND, ACTION_SHADOW, 2000); }
#undef CASE

#define GO(fn) {#fn, fn, GUARD_AUTO, GUARD_NONE}
#define NO(fn, r) {#fn, fn, GUARD_REFUSED, GUARD_##r}
#define ASK(fn, r) {#fn, fn, GUARD_APPROVAL, GUARD_##r}
static const struct guard_case {
    const char *name;
    void (*change)(struct setup *s);
    enum guard_outcome outcome;
    enum guard_reason reason;
} CASES[] = {
    GO(as_it_is), NO(paused, PAUSED), GO(other_paused), NO(off, OFF), NO(ended, EXPIRED), GO(last_moment), NO(other_class, CLASS), GO(this_class),
    {"same", same, GUARD_REPEAT, GUARD_SAME}, GO(same_but_refused), GO(same_but_undone), GO(same_but_expired), GO(same_but_shadow), GO(same_of_another_order),
    GO(repeat_of_one_mug), {"repeat of a pending one", repeat_of_a_pending_one, GUARD_REPEAT, GUARD_SAME}, NO(other_currency, CURRENCY), NO(no_items, NO_ITEMS),
    NO(item_not_ordered, NO_ITEMS), NO(more_than_ordered, NO_ITEMS), NO(none_of_it, NO_ITEMS), NO(no_parcel, NO_ITEMS), GO(one_mug_sent_again),
    NO(both_mugs_sent_again, COMPENSATED), NO(exchanged, COMPENSATED), NO(cancelled, COMPENSATED), GO(sent_again_but_refused), NO(reship_after_refund, COMPENSATED),
    GO(one_in_this_parcel), NO(two_of_one_in_this_parcel, NO_ITEMS), NO(not_in_this_parcel, NO_ITEMS), NO(this_parcel_sent_again, COMPENSATED), GO(other_parcel_sent_again),
    NO(some_parcel_sent_again, COMPENSATED), NO(some_piece_refunded_outside, COMPENSATED), NO(refunded_outside, COMPENSATED), GO(one_refunded_outside), NO(outside_unclear, OUTSIDE_REFUND), NO(amount_unknown, AMOUNT), NO(amount_zero, AMOUNT),
    NO(amount_negative, AMOUNT), GO(all_of_it), NO(more_than_paid, OVERPAID), NO(more_than_left, OVERPAID), NO(discount_before, OVERPAID), GO(huge), NO(picked, PICKED),
    GO(picked_does_not_matter), NO(no_stock, STOCK), NO(stock_unknown, STOCK), GO(stock_free), NO(stock_reserved, STOCK), GO(stock_left), NO(cod, COD), GO(cod_granted),
    NO(disputed, DISPUTED), NO(claims, CLAIMS), GO(claims_enough), NO(claims_unknown, CLAIMS), NO(unsure, CONFIDENCE), GO(sure), GO(nobody_asked), NO(no_proof, PROOF),
    NO(code_asked_for, PROOF), NO(address_by_channel, PROOF), GO(address_by_code), GO(action_at_limit), NO(action_over, PER_ACTION), GO(order_at_limit),
    NO(order_over, PER_ORDER), NO(order_count, PER_ORDER), GO(order_count_of_another), GO(customer_at_limit), NO(customer_over, PER_CUSTOMER),
    NO(customer_count, PER_CUSTOMER), GO(customer_long_ago), NO(customer_unknown, PER_CUSTOMER), GO(customer_unlimited), GO(day_at_limit), NO(day_over, PER_DAY),
    NO(day_count, PER_DAY), GO(yesterday), ASK(suggested, SUGGEST), ASK(no_share, SHARE), GO(auto_at), ASK(auto_over, AUTO_UP_TO), GO(two_at), ASK(two_over, TWO_PERSONS),
    ASK(rule_asks, RULE), {"shadow", shadow, GUARD_SHADOWED, GUARD_NONE}, NO(shadow_over, PER_ACTION), {"shadow again", shadow_again, GUARD_REPEAT, GUARD_SAME},
};

static void test_reasons(void **state)
{
    bool seen[GUARD_REASON_COUNT] = {false};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct setup s = {0};
        struct guard_verdict v;
        make(&s);
        CASES[i].change(&s);
        guard_check(&s.pol, &s.wish, &s.book, TEST_NOW_US, DAY, &v);
        if (v.outcome != CASES[i].outcome || v.reason != CASES[i].reason)
            fail_msg("%s: %s %s", CASES[i].name, guard_outcome_word(v.outcome), guard_reason_word(v.reason));
        seen[v.reason] = true;
        if (v.outcome == GUARD_APPROVAL)
            assert_int_equal(v.row.approvals_needed, v.reason == GUARD_TWO_PERSONS ? 2 : 1);
    }
    for (unsigned r = 0; r < GUARD_REASON_COUNT; r++)
        if (!seen[r])
            fail_msg("reason %s: no case", guard_reason_word((enum guard_reason)r));
}

/* ---- keys, generations, shares */

static void test_generations(void **state)
{
    struct setup s = {0};
    struct guard_verdict v;
    (void)state;
    fixture_init(&s.f);
    make(&s);
    guard_check(&s.pol, &s.wish, &s.book, TEST_NOW_US, DAY, &v);
    assert_int_equal(v.row.generation, 1);
    assert_str(action_key(s.f.arena, &v.row), "refund/7//3:MUG*1/1");
    before(&s, CAP_REFUND, ACTION_REFUSED, 2000);
    guard_check(&s.pol, &s.wish, &s.book, TEST_NOW_US, DAY, &v);
    assert_int_equal(v.row.generation, 2); /* a refusal is behind it: another key */
    s.pol.grants[CAP_REFUND].v[GRANT_UNDO] = 30;
    guard_check(&s.pol, &s.wish, &s.book, TEST_NOW_US, DAY, &v);
    assert_int_equal(v.row.state, ACTION_WAITING);
    assert_int_equal(v.row.not_before_us, TEST_NOW_US + 30 * US_PER_MIN);
    assert_int_equal(v.row.not_after_us, TEST_NOW_US + 30 * US_PER_MIN + 72 * US_PER_H);
    struct action_item twice[] = {{STR("MUG"), 1}, {STR("CUP"), 2}, {STR("MUG"), 3}};
    assert_int_equal(action_items_sort(twice, 3), 2);
    assert_true(str_eq(twice[0].sku, STR("CUP")) && twice[1].quantity == 4);
    struct action_row a = {.order_no = 1, .subject = STR("x"), .generation = 1}, b = a; /* no text can look like two fields */
    struct action_item ia[] = {{STR("A*1/1:B"), 1}}, ib[] = {{STR("A"), 1}, {STR("B"), 1}};
    a.items = ia, a.items_n = 1, b.items = ib, b.items_n = 2;
    assert_false(str_eq(action_key(s.f.arena, &a), action_key(s.f.arena, &b)));
    fixture_clear(&s.f);
}

static void test_share(void **state)
{
    (void)state;
    for (int64_t percent = 0; percent <= 100; percent += 10) {
        int64_t in = 0;
        for (int64_t order = 1; order <= 20000; order++) {
            bool now = guard_in_share(order, CAP_REFUND, percent);
            assert_true(now == guard_in_share(order, CAP_REFUND, percent));
            assert_true(!now || guard_in_share(order, CAP_REFUND, percent + 1)); /* a growing share keeps those it has */
            in += now;
        }
        assert_true(in >= (percent - 2) * 200 && in <= (percent + 2) * 200);
    }
}

/* ---- states and approvals */

static void test_approvals(void **state)
{
    struct fixture f;
    struct action_row r = {.state = ACTION_PROPOSED, .approvals_needed = 2, .undo_us = 30 * US_PER_MIN, .not_after_us = TEST_NOW_US + 1, .generation = 1};
    (void)state;
    fixture_init(&f);
    struct action_row late = r;
    assert_int_equal(action_approve(&f.ctx, &late, STR("ann"), TEST_NOW_US + 2), ERR_STALE);
    assert_int_equal(late.approvals, 0);
    assert_ok(&f.ctx, action_approve(&f.ctx, &r, STR("ann"), TEST_NOW_US));
    assert_int_equal(r.state, ACTION_PROPOSED);
    assert_int_equal(action_approve(&f.ctx, &r, STR("ann"), TEST_NOW_US), ERR_CONFLICT);
    assert_ok(&f.ctx, action_approve(&f.ctx, &r, STR("bob"), TEST_NOW_US));
    assert_int_equal(r.state, ACTION_WAITING);
    assert_int_equal(r.not_before_us, TEST_NOW_US + 30 * US_PER_MIN);
    assert_int_equal(action_approve(&f.ctx, &r, STR("cleo"), TEST_NOW_US), ERR_CONFLICT);
    struct action_row one = {.state = ACTION_PROPOSED, .approvals_needed = 1, .generation = 1};
    assert_ok(&f.ctx, action_approve(&f.ctx, &one, STR("ann"), TEST_NOW_US));
    assert_int_equal(one.state, ACTION_APPROVED);
    fixture_clear(&f);
}

static void test_states(void **state)
{
    static const enum action_state ENDS[] = {ACTION_CONFIRMED, ACTION_REFUSED, ACTION_CANCELLED, ACTION_EXPIRED, ACTION_SHADOW};
    (void)state;
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        for (unsigned to = 0; to < ACTION_STATE_COUNT; to++)
            assert_false(action_may_become(ENDS[i], (enum action_state)to));
    assert_true(action_may_become(ACTION_UNKNOWN, ACTION_CONFIRMED) && !action_may_become(ACTION_UNKNOWN, ACTION_SENT)); /* looked up, never sent again */
    assert_true(action_may_become(ACTION_WAITING, ACTION_CANCELLED) && !action_may_become(ACTION_SENT, ACTION_CANCELLED));
    assert_false(action_may_become(ACTION_PROPOSED, ACTION_SENT));
}

static void test_rows_as_bytes(void **state)
{
    struct setup s = {0};
    struct buf b, c;
    struct action_row *rows = NULL;
    size_t n = 0;
    (void)state;
    fixture_init(&s.f);
    make(&s);
    struct action_row *r = before(&s, CAP_RESHIP, ACTION_PROPOSED, INT64_MAX);
    r->subject = STR("1Z1#2");
    r->approvals = 1;
    r->approved_by[0] = STR("ann");
    r->result_id = STR("gid://shopify/Refund/1");
    before(&s, CAP_CARRIER_CLAIM, ACTION_UNKNOWN, 0)->items_n = 0;
    buf_init(&b, 65536);
    buf_init(&c, 65536);
    action_rows_encode(s.rows, s.book.n, &b);
    assert_ok(&s.f.ctx, action_rows_decode(&s.f.ctx, buf_str(&b), &rows, &n));
    assert_int_equal(n, 2);
    assert_str(rows[0].approved_by[0], "ann");
    assert_str(rows[0].subject, "1Z1#2");
    action_rows_encode(rows, n, &c);
    assert_true(str_eq(buf_str(&b), buf_str(&c)));
    for (size_t cut = 0; cut < b.n; cut++) /* no beginning of it is a whole */
        assert_int_equal(action_rows_decode(&s.f.ctx, str_sub(buf_str(&b), 0, cut), &rows, &n), ERR_CORRUPT);
    buf_clear(&b);
    buf_clear(&c);
    fixture_clear(&s.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),   cmocka_unit_test(test_generations), cmocka_unit_test(test_share),
        cmocka_unit_test(test_approvals), cmocka_unit_test(test_states),      cmocka_unit_test(test_rows_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
