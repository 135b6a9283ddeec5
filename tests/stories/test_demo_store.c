/* The demo store: every diagnosis class is in it, each order has the one its story names, and vendors' webhooks were used. */
#include "lib/story_store.h"

#include "base/data.h"
#include "cli/demo_store.h"

static enum err settle(void *user, struct ctx *ctx)
{
    return story_store_settle(ctx, user);
}

static void check_expectation(struct fixture *f, struct story_store *st, const struct demo_expect *x, size_t *wrong)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    struct case_answer ca;
    assert_ok(&f->ctx, case_find(&f->ctx, st->rd, st->merchant_id, x->order, found, &n));
    if (n != 1) {
        print_error("%.*s: %zu orders found\n", STR_ARG(x->order), n);
        (*wrong)++;
        return;
    }
    assert_ok(&f->ctx, case_read(&f->ctx, st->rd, st->merchant_id, found[0], 0, &ca));
    if (ca.cd.order.cls == x->cls)
        return;
    print_error("%.*s: %s, expected %s: %.*s\n", STR_ARG(x->order), diag_class_word(ca.cd.order.cls), diag_class_word(x->cls),
                STR_ARG(diagnosis_for_operator(&f->ctx, ca.cas, &ca.cd, NULL, ca.as_of_us)));
    (*wrong)++;
}

/* The classes of the stored rows, as the page at / lists them. */
static size_t count_classes(struct fixture *f, struct story_store *st, bool seen[DIAG_CLASS_COUNT])
{
    struct order_case *rows = NULL;
    size_t n = 0, total = 0;
    int64_t after = 0;
    do {
        assert_ok(&f->ctx, case_list(&f->ctx, st->rd, st->merchant_id, after, 100, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            if (rows[i].diag < DIAG_CLASS_COUNT)
                seen[rows[i].diag] = true;
            after = rows[i].order_no;
        }
        total += n;
    } while (n == 100);
    return total;
}

static void secret_of(struct account *acct, const char *word)
{
    assert_int_equal(secret_set(&acct->webhook_secrets[0], str_of(word)), OK);
}

static void every_class_is_there(void **state)
{
    (void)state;
    struct fixture f;
    struct story_store st;
    struct demo_store ds;
    fixture_init(&f);
    struct account accounts[3] = {
        {.merchant = STR("demo"), .id = STR("aftership"), .conn = connector_find(STR("aftership")), .role = ROLE_CARRIER},
        {.merchant = STR("demo"), .id = STR("shopify"), .conn = connector_find(STR("shopify")), .role = ROLE_STOREFRONT},
        {.merchant = STR("demo"), .id = STR("ups"), .conn = connector_find(STR("ups")), .role = ROLE_CARRIER},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(accounts[i].conn);
        secret_of(&accounts[i], "made-up");
    }
    assert_ok(&f.ctx, demo_store_read(&f.ctx, data_file("demo/store.story"), &ds));
    clock_set(&f.clock, ds.start_us);
    story_store_open(&f.ctx, &f.clock, accounts, 3, &st);
    struct demo_player pl = {.eng = st.eng, .merchant_id = st.merchant_id, .clock = &f.clock, .step = settle, .user = &st};
    assert_ok(&f.ctx, demo_store_play(&f.ctx, &ds, &pl));
    assert_true(pl.webhooks > 100);
    bool seen[DIAG_CLASS_COUNT] = {false};
    size_t wrong = 0;
    assert_true(count_classes(&f, &st, seen) >= 40);
    for (size_t i = 0; i < ds.expects_n; i++)
        check_expectation(&f, &st, &ds.expects[i], &wrong);
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        if (!seen[c]) {
            print_error("no order is %s\n", diag_class_word((enum diag_class)c));
            wrong++;
        }
    struct undecoded_row *rows = NULL;
    size_t n = 0;
    assert_ok(&f.ctx, ledger_undecoded(&f.ctx, st.rd, st.merchant_id, 0, &rows, &n));
    for (size_t i = 0; i < n; i++)
        print_error("position %lld not decoded: %.*s\n", (long long)rows[i].pos, STR_ARG(rows[i].why));
    story_store_close(&st);
    for (size_t i = 0; i < 3; i++)
        secret_clear(&accounts[i].webhook_secrets[0]);
    fixture_clear(&f);
    assert_int_equal(n, 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_class_is_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
