/*
 * The sets of a case: objects of each kind, sorted by identity, distinct and bounded. Of an object
 * the higher version stays, of a full set the lowest identities, so any order of arrival ends the
 * same. One routine serves all kinds. See case_int.h.
 */
#include "model/case_int.h"

static int ref_cmp(struct fact_ref a, struct fact_ref b)
{
    if (a.pos != b.pos)
        return a.pos < b.pos ? -1 : 1;
    return (a.idx > b.idx) - (a.idx < b.idx);
}

int version_cmp(const struct version *a, const struct version *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us < b->changed_us ? -1 : 1;
    int c = ref_cmp(a->ref, b->ref);
    if (c != 0)
        return c;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->content > b->content) - (a->content < b->content);
}

/* ---- one sorted set of objects of any kind */

struct set_kind {
    size_t size, max;
    int (*cmp)(const void *a, const void *b); /* by identity: 0 is the same object */
    struct version *(*ver)(void *obj);        /* NULL: objects never change */
    bool (*repeat)(void *old,
                   const void *obj); /* of those: what a repeat adds; true when anything moved */
    const char *name;
};

/* The same version again: the first that was received stays. In order of receipt nothing moves. */
static bool version_again(struct version *old, const struct version *v)
{
    bool earlier = ref_cmp(v->ref, old->ref) < 0, sooner = v->learned_us < old->learned_us;
    if (earlier) {
        old->ref = v->ref;
        old->key = v->key;
    }
    if (sooner)
        old->learned_us = v->learned_us;
    return earlier || sooner;
}

/* Another telling of an object that the set has. */
static bool replace(const struct set_kind *k, void *old, const void *obj, void *scratch)
{
    if (k->ver == NULL)
        return k->repeat(old, obj);
    memcpy(scratch, obj, k->size);
    struct version *was = k->ver(old), *v = k->ver(scratch);
    bool same_time = v->changed_us == was->changed_us;
    if (same_time && v->content == was->content)
        return version_again(was, v);
    if (same_time && v->changed_us != 0 && v->content == was->replaced)
        return false; /* a repeat that comes late, after what it was replaced by */
    if (version_cmp(v, was) < 0)
        return false;
    v->replaced = same_time ? was->content : 0;
    memcpy(old, scratch, k->size);
    return true;
}

/* Room at i in a set: a copy with a gap; of a full set the last falls out. */
static enum err make_gap(struct ctx *ctx, const struct set_kind *k, char **list, size_t *n,
                         size_t i)
{
    size_t stay = *n < k->max ? *n : k->max - 1;
    char *bigger = arena_array(ctx->arena, stay + 1, k->size);
    if (bigger == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "case: no memory");
    if (i > 0)
        memcpy(bigger, *list, i * k->size);
    if (stay > i)
        memcpy(bigger + (i + 1) * k->size, *list + i * k->size, (stay - i) * k->size);
    *list = bigger;
    *n = stay + 1;
    return OK;
}

/* Puts obj into the set; *took false when nothing moved. */
static enum err set_put(struct ctx *ctx, const struct set_kind *k, void **set, size_t *n,
                        const void *obj, bool *took)
{
    char *list = *set;
    size_t lo = 0, hi = *n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (k->cmp(list + mid * k->size, obj) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < *n && k->cmp(list + lo * k->size, obj) == 0) {
        void *scratch = ctx_alloc(ctx, k->size);
        if (scratch == NULL)
            return ERR_MEMORY;
        *took = replace(k, list + lo * k->size, obj, scratch);
        return OK;
    }
    if (lo >= k->max)
        return ctx_fail(ctx, ERR_LIMIT, "%s: more than %zu", k->name, k->max);
    enum err e = make_gap(ctx, k, &list, n, lo);
    if (e != OK)
        return e;
    memcpy(list + lo * k->size, obj, k->size);
    *set = list;
    *took = true;
    return OK;
}

static int cmp2(struct str a1, struct str b1, struct str a2, struct str b2)
{
    int c = str_cmp(a1, b1);
    return c != 0 ? c : str_cmp(a2, b2);
}

static int view_cmp(const void *a, const void *b)
{
    const struct order_view *x = a, *y = b;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return str_cmp(x->source, y->source);
}

static struct version *view_ver(void *v)
{
    return &((struct order_view *)v)->ver;
}

static int ful_cmp(const void *a, const void *b)
{
    const struct case_fulfillment *x = a, *y = b;
    return cmp2(x->source, y->source, x->fulfillment_id, y->fulfillment_id);
}

static struct version *ful_ver(void *v)
{
    return &((struct case_fulfillment *)v)->ver;
}

static int refund_cmp(const void *a, const void *b)
{
    const struct case_refund *x = a, *y = b;
    return cmp2(x->source, y->source, x->refund_id, y->refund_id);
}

static struct version *refund_ver(void *v)
{
    return &((struct case_refund *)v)->ver;
}

static int return_cmp(const void *a, const void *b)
{
    const struct case_return *x = a, *y = b;
    return cmp2(x->source, y->source, x->return_id, y->return_id);
}

static struct version *return_ver(void *v)
{
    return &((struct case_return *)v)->ver;
}

static int hold_cmp(const void *a, const void *b)
{
    const struct case_hold *x = a, *y = b;
    return cmp2(x->source, y->source, x->hold_id, y->hold_id);
}

static struct version *hold_ver(void *v)
{
    return &((struct case_hold *)v)->ver;
}

static int report_cmp(const void *a, const void *b)
{
    const struct case_report *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static bool report_again(void *old, const void *obj)
{
    struct case_report *r = old;
    const struct case_report *again = obj;
    bool earlier = ref_cmp(again->ref, r->ref) < 0, sooner = again->learned_us < r->learned_us;
    if (earlier)
        r->ref = again->ref;
    if (sooner)
        r->learned_us = again->learned_us;
    return earlier || sooner;
}

static int link_cmp(const void *a, const void *b)
{
    const struct case_link *x = a, *y = b;
    return cmp2(x->tracking_number, y->tracking_number, x->carrier, y->carrier);
}

static bool link_again(void *old, const void *obj)
{
    struct case_link *link = old;
    const struct case_link *again = obj;
    if (again->learned_us >= link->learned_us)
        return false;
    link->learned_us = again->learned_us;
    return true;
}

static const struct set_kind VIEWS = {
    sizeof(struct order_view), CASE_VIEWS_MAX, view_cmp, view_ver, NULL, "views of an order"};
static const struct set_kind FULFILLMENTS = {
    sizeof(struct case_fulfillment), CASE_FULFILLMENTS_MAX, ful_cmp, ful_ver, NULL, "fulfillments"};
static const struct set_kind REFUNDS = {
    sizeof(struct case_refund), CASE_REFUNDS_MAX, refund_cmp, refund_ver, NULL, "refunds"};
static const struct set_kind RETURNS = {
    sizeof(struct case_return), CASE_RETURNS_MAX, return_cmp, return_ver, NULL, "returns"};
static const struct set_kind HOLDS = {
    sizeof(struct case_hold), CASE_HOLDS_MAX, hold_cmp, hold_ver, NULL, "holds"};
static const struct set_kind REPORTS = {
    sizeof(struct case_report), CASE_REPORTS_MAX, report_cmp, NULL, report_again, "reports"};
static const struct set_kind LINKS = {
    sizeof(struct case_link), CASE_LINKS_MAX, link_cmp, NULL, link_again, "parcel links"};

static enum err put_view(struct ctx *ctx, struct order_case *cas, const struct order_view *v,
                         bool *took)
{
    void *list = cas->views;
    enum err e = set_put(ctx, &VIEWS, &list, &cas->views_n, v, took);
    if (e == OK && list != cas->views)
        memcpy(cas->views, list, cas->views_n * sizeof(*cas->views));
    return e;
}

#define PUT(kind, list)                                                                            \
    set_put(ctx, &(kind), (void **)(void *)&cas->list, &cas->list##_n, obj, took)

enum err case_put(struct ctx *ctx, struct order_case *cas, enum case_object kind, const void *obj,
                  bool *took)
{
    *took = false;
    switch (kind) {
    case CASE_VIEW:
        return put_view(ctx, cas, obj, took);
    case CASE_FULFILLMENT:
        return PUT(FULFILLMENTS, fulfillments);
    case CASE_REFUND:
        return PUT(REFUNDS, refunds);
    case CASE_RETURN:
        return PUT(RETURNS, returns);
    case CASE_HOLD:
        return PUT(HOLDS, holds);
    case CASE_REPORT:
        return PUT(REPORTS, reports);
    case CASE_LINK:
        return PUT(LINKS, links);
    }
    return ctx_fail(ctx, ERR_UNSUPPORTED, "case: no such object");
}

static bool ascends(const struct set_kind *k, const void *list, size_t n)
{
    const char *p = list;
    for (size_t i = 1; i < n; i++)
        if (k->cmp(p + (i - 1) * k->size, p + i * k->size) >= 0)
            return false;
    return true;
}

bool case_is_sorted(const struct order_case *cas)
{
    return ascends(&VIEWS, cas->views, cas->views_n) &&
           ascends(&FULFILLMENTS, cas->fulfillments, cas->fulfillments_n) &&
           ascends(&REFUNDS, cas->refunds, cas->refunds_n) &&
           ascends(&RETURNS, cas->returns, cas->returns_n) &&
           ascends(&HOLDS, cas->holds, cas->holds_n) &&
           ascends(&REPORTS, cas->reports, cas->reports_n) &&
           ascends(&LINKS, cas->links, cas->links_n);
}
