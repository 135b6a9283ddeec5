/*
 * Delivery estimates against made histories whose truth is known: the range holds as often as it says on orders that came later,
 * the same rows give the same bytes, a file that is not whole is refused, and little history gives wide ranges that say so.
 */
#include "lib/fixture.h"

#include <math.h>

#include "base/clock.h"
#include "base/prng.h"
#include "cli/eta_csv.h"

#define DAY0 (INT64_C(20000) * US_PER_DAY) /* a Wednesday in 2024 */
#define REGIONS 6

struct world {
    struct eta_obs *obs;
    struct eta_row *rows;
    size_t n;
};

/* A store in one country: regions that differ in pace, a padded promise, one in a hundred never comes. */
static void make_world(struct fixture *f, uint64_t seed, size_t n, struct world *out)
{
    static const char *const POSTAL[REGIONS] = {"01100", "20200", "30300", "40400", "69900", "80800"};
    out->rows = arena_array(f->arena, n, sizeof(*out->rows));
    out->obs = arena_array(f->arena, n, sizeof(*out->obs));
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        struct prng p = prng_of(seed, i);
        struct eta_row *r = &out->rows[i];
        size_t to = (size_t)prng_between(&p, 0, REGIONS - 1);
        int64_t ordered = DAY0 + (int64_t)i * 300 * US_PER_DAY / (int64_t)n + prng_between(&p, 0, 20 * US_PER_H);
        int64_t handed = ordered + (int64_t)(prng_lognormal(&p, 1.0, 2.2) * (double)US_PER_DAY);
        int64_t came = handed + (int64_t)(prng_lognormal(&p, 2.0 + (double)to, 3.4 + 1.7 * (double)to) * (double)US_PER_DAY);
        bool lost = prng_between(&p, 0, 99) == 0, open = came > DAY0 + 310 * US_PER_DAY;
        *r = (struct eta_row){.order_id = arena_fmt(f->arena, "o%zu", i), .carrier = STR("alpha"), .service = STR("std"), .origin_country = STR("BR"),
                              .origin_postal = STR("01000"), .dest_country = STR("BR"), .dest_postal = str_of(POSTAL[to]),
                              .ordered_us = ordered, .handed_us = handed, .promised_us = ordered + (8 + 2 * (int64_t)to) * US_PER_DAY,
                              .delivered_us = lost || open ? ETA_NONE : came, .zone_s = -3 * 3600};
        eta_obs_of(r, &out->obs[i]);
    }
}

static struct eta_model *fit(struct fixture *f, const struct world *w, size_t n, struct eta_fit_report *rep)
{
    struct eta_model *m = NULL;
    struct eta_fit_options opt = {.as_of_us = ETA_NONE};
    struct eta_obs *own = arena_array(f->arena, n + 1, sizeof(*own));
    if (n > 0)
        memcpy(own, w->obs, n * sizeof(*own));
    assert_ok(&f->ctx, eta_fit(&f->ctx, own, n, &opt, rep, &m));
    return m;
}

static struct eta_row unknown_yet(const struct eta_row *r)
{
    struct eta_row q = *r;
    q.delivered_us = ETA_NONE;
    return q;
}

/* Fitted on the first part, asked about the rest: the interval's share, the late share, and every estimate in its order. */
static void holds_on_later_orders(void **state)
{
    struct fixture f;
    struct world w;
    struct eta_fit_report rep;
    size_t judged = 0, held = 0, late = 0;
    double told_late = 0, told_never = 0, model_error = 0, flat_error = 0;
    (void)state;
    fixture_init(&f);
    make_world(&f, 5, 6000, &w);
    struct eta_model *m = fit(&f, &w, 4500, &rep);
    assert_int_equal(rep.used + rep.later, 4500);
    for (size_t i = 4500; i < 5500; i++) {
        struct eta_row q = unknown_yet(&w.rows[i]);
        struct eta_estimate e;
        eta_predict(m, &q, ETA_NONE, &e);
        assert_true(e.known);
        assert_true(q.handed_us <= e.p10_us && e.p10_us <= e.p50_us && e.p50_us <= e.p90_us);
        assert_true(e.late >= 0 && e.never >= 0 && e.late + e.never <= 1.0001);
        assert_true(e.n > 0 && e.group[0] != '\0');
        if (w.rows[i].delivered_us == ETA_NONE)
            continue;
        judged++;
        held += w.rows[i].delivered_us >= e.p10_us && w.rows[i].delivered_us <= e.p90_us;
        late += w.rows[i].delivered_us > w.rows[i].promised_us;
        told_late += e.late;
        told_never += e.never;
        model_error += fabs((double)(w.rows[i].delivered_us - e.p50_us)) / (double)US_PER_DAY;
        flat_error += fabs((double)(w.rows[i].delivered_us - q.handed_us) / (double)US_PER_DAY - 4.5);
    }
    double n = (double)judged;
    assert_true(judged > 900);
    assert_true((double)held / n > 0.74 && (double)held / n < 0.87);
    assert_true(fabs(told_late / n - (double)late / n) < 0.05);
    assert_true(told_never / n > 0.002 && told_never / n < 0.05);
    assert_true(model_error < 0.9 * flat_error); /* the regions are told apart */
    fixture_clear(&f);
}

static struct str written(struct fixture *f, const struct eta_model *m)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, ETA_FILE_MAX);
    eta_model_write(m, &b);
    assert_int_equal(buf_err(&b), OK);
    assert_int_equal(arena_dup(f->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void files(void **state)
{
    struct fixture f;
    struct world w;
    struct eta_fit_report rep;
    struct eta_model *again = NULL, *bad = NULL;
    (void)state;
    fixture_init(&f);
    make_world(&f, 9, 1500, &w);
    struct eta_model *m = fit(&f, &w, w.n, &rep), *same = fit(&f, &w, w.n, &rep);
    struct str file = written(&f, m);
    assert_true(str_eq(file, written(&f, same)));
    assert_ok(&f.ctx, eta_model_read(&f.ctx, file, &again));
    assert_true(str_eq(eta_model_id(m), eta_model_id(again)));
    for (size_t i = 0; i < 200; i++) {
        struct eta_row q = unknown_yet(&w.rows[i]);
        struct eta_estimate x = {0}, y = {0};
        eta_predict(m, &q, ETA_NONE, &x);
        eta_predict(again, &q, ETA_NONE, &y);
        assert_true(x.p10_us == y.p10_us && x.p50_us == y.p50_us && x.p90_us == y.p90_us && x.n == y.n);
        assert_string_equal(x.group, y.group);
    }
    for (size_t cut = 0; cut < file.n; cut += 97)
        assert_int_not_equal(eta_model_read(&f.ctx, str_sub(file, 0, cut), &bad), OK);
    char *bent = arena_alloc(f.arena, file.n);
    for (size_t at = 0; at < file.n; at += 211) {
        memcpy(bent, file.p, file.n);
        bent[at] = (char)(bent[at] ^ 0x20);
        assert_int_not_equal(eta_model_read(&f.ctx, (struct str){bent, file.n}, &bad), OK);
    }
    fixture_clear(&f);
}

static void no_history(void **state)
{
    struct fixture f;
    struct world w;
    struct eta_fit_report rep;
    struct eta_estimate e;
    (void)state;
    fixture_init(&f);
    make_world(&f, 3, 10, &w);
    struct eta_model *m = fit(&f, &w, 0, &rep);
    struct eta_row q = unknown_yet(&w.rows[0]);
    eta_predict(m, &q, ETA_NONE, &e);
    assert_true(e.known);
    assert_int_equal(e.n, 0);
    assert_string_equal(e.group, "prior");
    assert_true(e.p90_us - e.p10_us > 2 * US_PER_DAY);
    q.ordered_us = q.handed_us = ETA_NONE;
    eta_predict(m, &q, ETA_NONE, &e);
    assert_false(e.known);
    fixture_clear(&f);
}

static enum err count_row(void *user, const struct eta_csv *csv, const struct eta_csv_row *row)
{
    (void)csv;
    (void)row;
    (*(size_t *)user)++;
    return OK;
}

static void csv(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: read */
    } CASES[] = {
        {"order_id,ordered_at\n1,2026-01-02T10:00:00Z\n2,2026-01-02\n\n3,2026-01-02 10:00:00\n", NULL},
        {"delivered_at;ordered_at;order_id;colour\n;2026-01-02;1;red\n", NULL},
        {"order_id\n1\n", "ordered_at"},
        {"ordered_at\n2026-01-02\n", "order_id"},
        {"order_id,ordered_at,order_id\n1,2026-01-02,1\n", "order_id"},
        {"order_id,ordered_at\n1,yesterday\n", "line 2"},
        {"order_id,ordered_at\n1,2026-01-02\n2,2026-13-02\n", "line 3"},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        size_t rows = 0;
        FILE *in = fmemopen((void *)(uintptr_t)CASES[i].text, strlen(CASES[i].text), "r");
        assert_non_null(in);
        enum err e = eta_csv_each(&f.ctx, in, "test.csv", count_row, &rows);
        fclose(in);
        if (CASES[i].want == NULL && (e != OK || rows == 0))
            fail_msg("case %zu: %s", i, f.ctx.msg);
        if (CASES[i].want != NULL && (e == OK || strstr(f.ctx.msg, CASES[i].want) == NULL))
            fail_msg("case %zu: \"%s\" lacks %s", i, f.ctx.msg, CASES[i].want);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(holds_on_later_orders), cmocka_unit_test(files), cmocka_unit_test(no_history),
                                       cmocka_unit_test(csv)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
