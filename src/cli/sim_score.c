/*
 * What Wismo saw of a simulated world, against what was true. A problem counts as flagged from the first class of trouble that
 * holds when it went wrong, or comes while it lasts. A flag that no problem of its order accounts for is a false alarm.
 */
#include "cli/sim_run.h"

#include "flows/message_list.h"

#include <stdlib.h>

#define BIT(c) (UINT64_C(1) << DIAG_##c)
#define ANY_TROUBLE                                                                                                    \
    (BIT(FULFILLMENT_LATE) | BIT(BACKORDERED) | BIT(LABEL_ONLY) | BIT(LATE) | BIT(STUCK) | BIT(PRESUMED_LOST) |        \
     BIT(ATTEMPT_FAILED) | BIT(ADDRESS_PROBLEM) | BIT(CUSTOMS_HOLD) | BIT(DELIVERED_NOT_RECEIVED) | BIT(RETURNING) |   \
     BIT(RETURNED) | BIT(LOST) | BIT(DATA_CONFLICT) | BIT(ON_HOLD) | BIT(DAMAGED) | BIT(WRONG_ITEM))
#define SILENCE (BIT(STUCK) | BIT(PRESUMED_LOST) | BIT(LOST) | BIT(LABEL_ONLY))

/* Which classes tell the customer's side of each truth. */
static const uint64_t TELLS[TRUTH_COUNT] = {
    [TRUTH_NOT_SENT] = BIT(FULFILLMENT_LATE) | BIT(BACKORDERED), [TRUTH_NO_STOCK] = BIT(BACKORDERED),
    [TRUTH_LEFT_BEHIND] = SILENCE, [TRUTH_SILENT] = SILENCE | BIT(LATE), /* a late parcel is on the list already */
    [TRUTH_LATE] = ANY_TROUBLE | BIT(SLOW), [TRUTH_ATTEMPT] = BIT(ATTEMPT_FAILED) | BIT(ADDRESS_PROBLEM),
    [TRUTH_ADDRESS] = BIT(ADDRESS_PROBLEM), [TRUTH_CUSTOMS] = BIT(CUSTOMS_HOLD),
    [TRUTH_RETURN] = BIT(RETURNING) | BIT(RETURNED), [TRUTH_NOT_RECEIVED] = BIT(DELIVERED_NOT_RECEIVED),
};

#define KIND(k) (UINT64_C(1) << MESSAGE_##k)
#define STANDS_STILL (KIND(LABEL_ONLY) | KIND(SILENT) | KIND(DELAY) | KIND(PRESUMED_LOST) | KIND(UPDATE))
/* Which messages tell the customer of each truth. */
static const uint64_t MESSAGES[TRUTH_COUNT] = {
    [TRUTH_NOT_SENT] = KIND(FULFILLMENT_LATE) | KIND(BACKORDERED) | KIND(UPDATE), [TRUTH_NO_STOCK] = KIND(BACKORDERED),
    [TRUTH_LEFT_BEHIND] = STANDS_STILL, [TRUTH_SILENT] = STANDS_STILL,
    [TRUTH_LATE] = STANDS_STILL | KIND(FULFILLMENT_LATE) | KIND(BACKORDERED) | KIND(ATTEMPT_FAILED) | KIND(ADDRESS_PROBLEM) |
                   KIND(CUSTOMS_HOLD) | KIND(RETURNING) | KIND(PICKUP_WAITING),
    [TRUTH_ATTEMPT] = KIND(ATTEMPT_FAILED) | KIND(ADDRESS_PROBLEM), [TRUTH_ADDRESS] = KIND(ADDRESS_PROBLEM),
    [TRUTH_CUSTOMS] = KIND(CUSTOMS_HOLD), [TRUTH_RETURN] = KIND(RETURNING),
};
#define CALM_ENOUGH 7                /* messages of an order without a problem */
#define FORETOLD_US (3 * US_PER_DAY) /* a message so long before a problem begins foretold it */
#define LASTING (KIND(DELAY) | KIND(RETURNING)) /* these foretell a broken day however early they come */

struct run {
    const struct sim_play *play;
    const struct case_answer *ca;
    uint32_t order;
};

static bool of_parcel(const struct diag_change *c, int parcel)
{
    if (c->number.n == 0 || parcel == SIM_WHOLE_ORDER)
        return c->number.n == 0;
    return c->number.p[c->number.n - 1] == '1' + parcel;
}

/* The class of a parcel, or of its order, that belongs to `mask`: since when it has held at `at`, 0 when it does not. */
static int64_t holds_at(const struct run *r, const char *number, uint64_t mask, int64_t at)
{
    int64_t since = 0;
    for (size_t i = 0; i < r->ca->changes_n; i++) {
        const struct diag_change *c = &r->ca->changes[i];
        bool same = number == NULL ? c->number.n == 0 : str_eq(c->number, str_of(number));
        if (!same || c->seen_us > at)
            continue;
        if (c->cls >= DIAG_CLASS_COUNT || (mask >> c->cls & 1) == 0)
            since = 0;
        else if (since == 0)
            since = c->seen_us;
    }
    return since;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a; /* 0: none */
}

/* When the truth was first told by its classes; 0: never while it lasted. The order speaks for its parcels. */
static int64_t flagged_at(const struct run *r, const struct sim_truth *t)
{
    char number[32];
    snprintf(number, sizeof(number), "SIM%08u%02d", r->order, t->parcel + 1);
    uint64_t mask = TELLS[t->kind];
    int64_t at = holds_at(r, NULL, mask, t->wrong_us);
    if (t->parcel != SIM_WHOLE_ORDER)
        at = earlier(at, holds_at(r, number, mask, t->wrong_us));
    for (size_t i = 0; at == 0 && i < r->ca->changes_n; i++) {
        const struct diag_change *c = &r->ca->changes[i];
        bool mine = c->number.n == 0 || of_parcel(c, t->parcel);
        if (mine && c->cls < DIAG_CLASS_COUNT && (mask >> c->cls & 1) != 0 && c->seen_us > t->wrong_us && c->seen_us < t->end_us)
            at = c->seen_us;
    }
    return at;
}

/* A message about the truth that left before the customer would ask. */
static bool told_in_time(const struct run *r, const struct sim_truth *t)
{
    for (size_t i = 0; i < r->ca->messages_n; i++) {
        const struct told_entry *m = &r->ca->messages[i].t;
        bool lasts = t->kind == TRUTH_LATE && (LASTING >> m->kind & 1) != 0;
        if (m->state == TOLD_SENT && (MESSAGES[t->kind] >> m->kind & 1) != 0 && m->settled_us <= t->ask_us &&
            (lasts || m->settled_us >= t->wrong_us - FORETOLD_US))
            return true;
    }
    return false;
}

static void count_messages(const struct run *r, FILE *misses, struct sim_score *out)
{
    size_t n = 0;
    for (size_t i = 0; i < r->ca->messages_n; i++)
        n += r->ca->messages[i].t.state == TOLD_SENT ? 1 : 0;
    out->orders++;
    out->messages += n;
    if (r->play->briefs[r->order].truths_n > 0)
        return;
    out->calm_orders++;
    out->calm_messages += n;
    out->calm_most = n > out->calm_most ? n : out->calm_most;
    if (misses != NULL && n > CALM_ENOUGH)
        fprintf(misses, "talkative #%u %.*s %zu messages\n", r->order, STR_ARG(r->play->briefs[r->order].lane->name), n);
}

static enum err add_lag(struct ctx *ctx, struct sim_seen *s, double hours)
{
    size_t cap = s->lags_n < 64 ? 64 : s->lags_n;
    if (s->lags_n == 0 || (s->lags_n >= 64 && (s->lags_n & (s->lags_n - 1)) == 0)) {
        double *more = arena_array(ctx->arena, cap * 2, sizeof(*more));
        if (more == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "simulate: no memory");
        if (s->lags_n > 0)
            memcpy(more, s->lags_h, s->lags_n * sizeof(*more));
        s->lags_h = more;
    }
    s->lags_h[s->lags_n++] = hours;
    return OK;
}

/* Judged: what the customer would have asked about, or what was over, before the world ended. */
static enum err judge(struct ctx *ctx, const struct run *r, const struct sim_truth *t, FILE *misses, struct sim_score *out)
{
    int64_t known = t->ask_us < t->end_us ? t->ask_us : t->end_us;
    if (known > r->play->end_us)
        return OK;
    struct sim_seen *s = &out->kinds[t->kind];
    int64_t at = flagged_at(r, t);
    bool would_ask = t->ask_us < t->end_us && t->ask_us >= t->wrong_us, in_time = at != 0 && at <= t->ask_us, own = t->kind != TRUTH_NOT_RECEIVED;
    s->problems++;
    s->asked += would_ask;
    bool told = would_ask && told_in_time(r, t);
    s->before_ask += would_ask && in_time;
    s->told_before += told;
    s->missed += at == 0;
    if (own) {
        out->problems++;
        out->asked += would_ask;
        out->before_ask += would_ask && in_time;
        out->told_before += told;
        out->missed += at == 0;
    }
    if (misses != NULL && ((would_ask && (!in_time || (own && !told))) || at == 0))
        fprintf(misses, "%s #%u %.*s %s wrong %.*s ask %+.0f h flagged %+.0f h end %+.0f h\n", at == 0 ? "missed" : would_ask && !in_time ? "late" : "untold", r->order,
                STR_ARG(r->play->briefs[r->order].lane->name), sim_truth_word((enum sim_truth_kind)t->kind),
                STR_ARG(time_rfc3339(ctx->arena, t->wrong_us)),
                (double)(t->ask_us - t->wrong_us) / (double)US_PER_H, at == 0 ? 0 : (double)(at - t->wrong_us) / (double)US_PER_H,
                t->end_us == SIM_NEVER ? 0 : (double)(t->end_us - t->wrong_us) / (double)US_PER_H);
    return at == 0 ? OK : add_lag(ctx, s, (double)(at - t->wrong_us) / (double)US_PER_H);
}

/* ---- labels */

/* When a label becomes trouble: its first scan is overdue, or the promised day has passed. */
static int64_t label_due(const struct case_answer *ca, struct str number)
{
    int64_t due = 0;
    for (size_t i = 0; i < ca->cd.parcels_n; i++) {
        const struct diagnosis *d = &ca->cd.parcels[i].d;
        if (d->cls != DIAG_LABEL_ONLY || (number.n > 0 && !str_eq(number, ca->cd.parcels[i].parcel->number)))
            continue;
        due = earlier(due, d->fig.noted_us);
        due = earlier(due, d->fig.promised_us == 0 ? 0 : d->fig.promised_us + 1);
    }
    return due;
}

/* A label alone is no trouble yet: its class counts from when the first scan was overdue, or not at all. */
static enum err settle_labels(struct ctx *ctx, const struct run *r, struct reader *rd)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < r->ca->changes_n; i++) {
        struct diag_change *c = &r->ca->changes[i];
        int64_t until = r->play->end_us, due = 0;
        if (c->cls != DIAG_LABEL_ONLY)
            continue;
        for (size_t k = r->ca->changes_n; k-- > i + 1;)
            if (str_eq(r->ca->changes[k].number, c->number))
                until = r->ca->changes[k].seen_us;
        struct case_answer then;
        if (until > c->seen_us + US_PER_H) {
            e = case_read(ctx, rd, r->ca->merchant_id, r->ca->order_no, until - 1, &then);
            due = e == OK ? label_due(&then, c->number) : 0;
        }
        if (due == 0 || due >= until)
            c->cls = DIAG_ON_TRACK;
        else if (due > c->seen_us)
            c->seen_us = due;
    }
    return e;
}

/* ---- false alarms */

#define BEFORE_US US_PER_DAY        /* an alarm so long before a problem begins saw it coming */
#define AFTER_US (2 * US_PER_DAY)   /* and clears so long after it */

static bool accounted(const struct run *r, int64_t seen_us)
{
    const struct sim_brief *b = &r->play->briefs[r->order];
    for (uint32_t i = 0; i < b->truths_n; i++) {
        const struct sim_truth *t = &r->play->truths[b->truths_from + i];
        if (seen_us >= t->wrong_us - BEFORE_US && (t->end_us == SIM_NEVER || seen_us <= t->end_us + AFTER_US))
            return true;
    }
    return false;
}

static bool was_trouble(const struct run *r, size_t i)
{
    for (size_t k = i; k-- > 0;)
        if (str_eq(r->ca->changes[k].number, r->ca->changes[i].number))
            return r->ca->changes[k].cls < DIAG_CLASS_COUNT && (ANY_TROUBLE >> r->ca->changes[k].cls & 1) != 0;
    return false;
}

static void count_false(const struct run *r, FILE *misses, struct sim_score *out)
{
    unsigned parcels = 0;
    for (size_t i = 0; i < r->ca->changes_n; i++) {
        const struct diag_change *c = &r->ca->changes[i];
        if (c->cls >= DIAG_CLASS_COUNT || (ANY_TROUBLE >> c->cls & 1) == 0 || was_trouble(r, i) || accounted(r, c->seen_us))
            continue;
        unsigned bit = of_parcel(c, 1) && c->number.n > 0 ? 2 : 1;
        if ((parcels & bit) == 0)
            out->false_by_class[c->cls]++;
        parcels |= bit;
        if (misses != NULL)
            fprintf(misses, "false #%u %.*s %s\n", r->order, STR_ARG(r->play->briefs[r->order].lane->name), diag_class_word(c->cls));
    }
    out->false_parcels += (parcels & 1) + (parcels >> 1);
    out->parcels += r->play->briefs[r->order].parcels;
}

static enum err score_order(struct ctx *ctx, const struct run *r, FILE *misses, struct sim_score *out)
{
    const struct sim_brief *b = &r->play->briefs[r->order];
    enum err e = OK;
    for (uint32_t i = 0; e == OK && i < b->truths_n; i++)
        e = judge(ctx, r, &r->play->truths[b->truths_from + i], misses, out);
    count_false(r, misses, out);
    count_messages(r, misses, out);
    return e;
}

enum err sim_score(struct ctx *ctx, const struct sim_play *play, struct reader *rd, int64_t merchant_id, FILE *misses,
                   struct sim_score *out)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx own;
    enum err e = a == NULL ? ctx_fail(ctx, ERR_MEMORY, "simulate: no memory") : OK;
    *out = (struct sim_score){.parcels = 0};
    if (e == OK)
        ctx_init(&own, a, ctx->clock, ctx->log);
    for (uint32_t i = 0; e == OK && i < (uint32_t)play->orders && play->briefs[i].placed_us < play->end_us; i++) {
        struct case_answer ca;
        int64_t found[CASE_FIND_MAX];
        size_t n = 0;
        char name[16];
        snprintf(name, sizeof(name), "#%u", i);
        e = case_find(&own, rd, merchant_id, str_of(name), found, &n);
        if (e == OK)
            e = case_read(&own, rd, merchant_id, found[0], 0, &ca);
        if (e == OK)
            e = case_messages_join(&own, rd, &ca);
        struct run r = {play, &ca, i};
        if (e == OK)
            e = settle_labels(&own, &r, rd);
        if (e == OK)
            e = score_order(ctx, &r, misses, out);
        else
            memcpy(ctx->msg, own.msg, sizeof(ctx->msg));
        arena_reset(a);
    }
    struct message_counts mc;
    if (e == OK) {
        e = message_counts(&own, rd, merchant_id, &mc);
        out->promises = mc.promises_open + mc.promises_kept + mc.promises_unkept;
        out->unkept = mc.promises_unkept;
    }
    arena_free(a);
    return e;
}

/* ---- the report */

static int by_hours(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(struct sim_seen *s, int percent)
{
    if (s->lags_n == 0)
        return 0;
    qsort(s->lags_h, s->lags_n, sizeof(double), by_hours);
    return s->lags_h[(s->lags_n - 1) * (size_t)percent / 100];
}

static double share(size_t n, size_t of)
{
    return of == 0 ? 0 : 100.0 * (double)n / (double)of;
}

void sim_report(FILE *to, const struct sim_play *play, struct sim_score *sc)
{
    fprintf(to, "%lld orders, %zu parcels, %lld days, seed %llu: %lld facts in %.1f s\n\n", (long long)play->orders, sc->parcels,
            (long long)play->days, (unsigned long long)play->seed, (long long)play->facts, (double)play->ticks_us / 1e6);
    fprintf(to, "%-14s %9s %11s %9s %9s %8s %12s %12s\n", "problem", "there", "would ask", "before", "told", "missed", "lag median",
            "lag p95");
    for (int k = 0; k < TRUTH_COUNT; k++) {
        struct sim_seen *s = &sc->kinds[k];
        fprintf(to, "%-14s %9zu %11zu %8.1f%% %8.1f%% %8zu %10.1f h %10.1f h\n", sim_truth_word((enum sim_truth_kind)k), s->problems,
                s->asked, share(s->before_ask, s->asked), share(s->told_before, s->asked), s->missed, quantile(s, 50), quantile(s, 95));
    }
    fprintf(to, "\nflagged before the customer would have asked  %.2f %% (%zu of %zu; not_received apart: only the customer knows)\n",
            share(sc->before_ask, sc->asked), sc->before_ask, sc->asked);
    fprintf(to, "proactive share: told before they would ask   %.2f %%\n", share(sc->told_before, sc->asked));
    fprintf(to, "never flagged while it lasted                 %zu of %zu\n", sc->missed, sc->problems);
    fprintf(to, "false alarms                                  %.2f per 1,000 parcels\n", 10 * share(sc->false_parcels, sc->parcels));
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        if (sc->false_by_class[c] > 0)
            fprintf(to, "    %-22s %zu\n", diag_class_word((enum diag_class)c), sc->false_by_class[c]);
    fprintf(to, "messages an order                             %.2f; without a problem %.2f, at most %zu\n",
            share(sc->messages, sc->orders) / 100, share(sc->calm_messages, sc->calm_orders) / 100, sc->calm_most);
    fprintf(to, "unkept promises                               %lld of %lld\n", (long long)sc->unkept, (long long)sc->promises);
}

void sim_report_json(struct jw *w, const struct sim_play *play, struct sim_score *sc)
{
    jw_obj(w);
    jw_ki64(w, "orders", play->orders);
    jw_ki64(w, "parcels", (int64_t)sc->parcels);
    jw_ki64(w, "days", play->days);
    jw_ki64(w, "facts", play->facts);
    jw_ki64(w, "played_ms", play->ticks_us / 1000);
    jw_ki64(w, "problems", (int64_t)sc->problems);
    jw_ki64(w, "would_ask", (int64_t)sc->asked);
    jw_ki64(w, "flagged_before", (int64_t)sc->before_ask);
    jw_ki64(w, "told_before", (int64_t)sc->told_before);
    jw_ki64(w, "messages", (int64_t)sc->messages);
    jw_ki64(w, "calm_messages_most", (int64_t)sc->calm_most);
    jw_ki64(w, "promises", sc->promises);
    jw_ki64(w, "promises_unkept", sc->unkept);
    jw_ki64(w, "missed", (int64_t)sc->missed);
    jw_ki64(w, "false_parcels", (int64_t)sc->false_parcels);
    jw_key(w, "kinds");
    jw_arr(w);
    for (int k = 0; k < TRUTH_COUNT; k++) {
        struct sim_seen *s = &sc->kinds[k];
        jw_obj(w);
        jw_kstr(w, "kind", str_of(sim_truth_word((enum sim_truth_kind)k)));
        jw_ki64(w, "problems", (int64_t)s->problems);
        jw_ki64(w, "would_ask", (int64_t)s->asked);
        jw_ki64(w, "flagged_before", (int64_t)s->before_ask);
        jw_ki64(w, "told_before", (int64_t)s->told_before);
        jw_ki64(w, "missed", (int64_t)s->missed);
        jw_ki64(w, "lag_median_min", (int64_t)(quantile(s, 50) * 60));
        jw_ki64(w, "lag_p95_min", (int64_t)(quantile(s, 95) * 60));
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}
