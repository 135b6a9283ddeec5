/* See legal.h. The tables are small and read where they are asked for. */
#include "mind/legal.h"

#include "base/data.h"
#include "base/num.h"

/* ---- claim windows */

struct window {
    int64_t from_us, first_us, last_us;
};

static bool is_damage(enum diag_class c)
{
    return c == DIAG_DAMAGED || c == DIAG_WRONG_ITEM;
}

static int64_t counts_from(const struct parcel_diagnosis *pd, struct str what)
{
    const struct diag_figures *fig = &pd->d.fig;
    if (str_eq(what, STR("due")))
        return fig->promised_us;
    if (str_eq(what, STR("delivered")))
        return fig->delivered_us;
    return fig->hand_over_us;
}

static bool days_of(struct str text, int64_t *us)
{
    int64_t n;
    if (num_parse_i64(text, 0, 3660, &n) != OK)
        return false;
    *us = n * US_PER_DAY;
    return true;
}

static bool find_window(const struct parcel_diagnosis *pd, struct window *out)
{
    struct str rest = data_file("legal/claim_windows.tsv"), line, col[5];
    while (pd != NULL && data_line(&rest, &line)) {
        size_t n = 0;
        while (n < 5 && str_split(&line, '\t', &col[n]))
            n++;
        if (n < 5 || !str_eq(col[0], pd->carrier) || str_eq(col[1], STR("damaged")) != is_damage(pd->d.cls))
            continue;
        out->from_us = counts_from(pd, col[2]);
        return out->from_us != 0 && days_of(col[3], &out->first_us) && days_of(col[4], &out->last_us);
    }
    return false;
}

int64_t legal_claim_until(const struct parcel_diagnosis *pd)
{
    struct window w;
    return find_window(pd, &w) ? w.from_us + w.last_us : 0;
}

enum policy_window legal_claim_window(const struct parcel_diagnosis *pd, int64_t now_us)
{
    struct window w;
    if (!find_window(pd, &w))
        return WINDOW_UNKNOWN;
    if (now_us < w.from_us + w.first_us)
        return WINDOW_NOT_YET;
    if (now_us > w.from_us + w.last_us)
        return WINDOW_CLOSED;
    return now_us >= w.from_us + w.last_us - CLAIM_CLOSING_DAYS * US_PER_DAY ? WINDOW_CLOSING : WINDOW_OPEN;
}

/* ---- the mail-order clock */

static bool something_waits(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->items_n; i++)
        if (cd->items[i].waiting > 0)
            return true;
    return false;
}

/* By when it should have been sent: what was promised, else the law's days. 0: the clock does not run. */
static int64_t ship_by(const struct order_case *cas, const struct case_diagnosis *cd)
{
    const struct order_view *v = order_anchor(cas);
    struct place dest = case_destination(cas);
    if (v == NULL || v->placed_us == 0 || v->cod || v->state == ORDER_CANCELLED || !str_eq(dest.country, STR("US")) || !something_waits(cd))
        return 0;
    if (cd->order.fig.ships_by_us != 0)
        return cd->order.fig.ships_by_us;
    return v->placed_us + LEGAL_SHIP_DAYS * US_PER_DAY;
}

static enum policy_legal step_word(struct str word)
{
    for (unsigned i = 0; i < LEGAL_COUNT; i++)
        if (str_eq(word, str_of(policy_enum_word(FIELD_LEGAL, i))))
            return (enum policy_legal)i;
    return LEGAL_NONE;
}

/* The steps in the table's order; the last that has begun, and when the next one does. */
static enum policy_legal mail_order(const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us, int64_t *next_us)
{
    struct str rest = data_file("legal/clocks.tsv"), line, col[3];
    enum policy_legal step = LEGAL_NONE;
    int64_t due = ship_by(cas, cd), after;
    *next_us = 0;
    while (due != 0 && data_line(&rest, &line)) {
        size_t n = 0;
        while (n < 3 && str_split(&line, '\t', &col[n]))
            n++;
        if (n < 3 || !str_eq(col[0], STR("us_mail_order")) || !days_of(col[2], &after))
            continue;
        if (now_us >= due + after)
            step = step_word(col[1]);
        else if (*next_us == 0)
            *next_us = due + after;
    }
    return step;
}

enum policy_legal legal_us_mail_order(const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us)
{
    int64_t next;
    return mail_order(cas, cd, now_us, &next);
}

int64_t legal_us_mail_order_next(const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us)
{
    int64_t next;
    (void)mail_order(cas, cd, now_us, &next);
    return next;
}
