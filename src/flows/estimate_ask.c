/* See estimate_ask.h. The question is put as an order that was placed just now. */
#include "flows/estimate_ask.h"

#include "base/num.h"
#include "flows/case_join.h"
#include "flows/promises.h"
#include "flows/reader.h"
#include "mind/eta.h"
#include "mind/eta_case.h"

#define QUANTITY_MAX 1000000

/* ---- the question */

static enum err set_country(struct ctx *ctx, const char *name, struct str value, struct str *out)
{
    value = str_trim(value);
    for (size_t i = 0; i < value.n; i++)
        if (value.n != 2 || value.p[i] < 'A' || value.p[i] > 'Z')
            return ctx_fail(ctx, ERR_PARSE, "%s: expected two capital letters such as US", name);
    *out = value;
    return OK;
}

static enum err set_options(struct ctx *ctx, struct estimate_question *q, struct str value)
{
    struct str one;
    while (str_split(&value, ',', &one)) {
        struct estimate_option *o = &q->options[q->options_n];
        if (str_empty(str_trim(one)))
            continue;
        if (q->options_n == ESTIMATE_OPTIONS_MAX)
            return ctx_fail(ctx, ERR_LIMIT, "options: at most %d", ESTIMATE_OPTIONS_MAX);
        *o = (struct estimate_option){.service = one};
        (void)str_split(&o->service, ':', &o->carrier);
        o->carrier = str_trim(o->carrier);
        o->service = str_trim(o->service);
        q->options_n++;
    }
    return OK;
}

static enum err set_items(struct ctx *ctx, struct estimate_question *q, struct str value)
{
    struct str one;
    while (str_split(&value, ',', &one)) {
        struct str sku, many = one;
        int64_t quantity = 1;
        if (str_empty(str_trim(one)))
            continue;
        if (q->items_n == ESTIMATE_ITEMS_MAX)
            return ctx_fail(ctx, ERR_LIMIT, "items: at most %d", ESTIMATE_ITEMS_MAX);
        (void)str_split(&many, ':', &sku);
        sku = str_trim(sku);
        many = str_trim(many);
        if (str_empty(sku) || (!str_empty(many) && num_parse_i64(many, 1, QUANTITY_MAX, &quantity) != OK))
            return ctx_fail(ctx, ERR_PARSE, "items: expected SKU or SKU:quantity, with commas between");
        q->items[q->items_n].sku = sku;
        q->items[q->items_n++].quantity = quantity;
    }
    return OK;
}

enum err estimate_question_set(struct ctx *ctx, struct estimate_question *q, const char *name, struct str value)
{
    struct str n = str_of(name);
    if (str_eq(n, STR("origin_country")))
        return set_country(ctx, name, value, &q->origin_country);
    if (str_eq(n, STR("destination_country")))
        return set_country(ctx, name, value, &q->country);
    if (str_eq(n, STR("options")))
        return set_options(ctx, q, value);
    if (str_eq(n, STR("items")))
        return set_items(ctx, q, value);
    if (value.n > ETA_WORD_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "%s: at most %d bytes", name, ETA_WORD_MAX);
    if (str_eq(n, STR("destination_region")))
        q->region = str_trim(value);
    else
        q->postal_code = str_trim(value);
    return OK;
}

/* ---- the answer */

static enum err order_of(struct ctx *ctx, const struct estimate_question *q, struct order_case *cas)
{
    struct order_view *v = &cas->views[0];
    struct case_item *items = ctx_alloc(ctx, (q->items_n + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < q->items_n; i++)
        items[i] = (struct case_item){.sku = q->items[i].sku, .quantity = q->items[i].quantity, .ships = true};
    memset(cas, 0, sizeof(*cas));
    *v = (struct order_view){.role = ROLE_STOREFRONT, .ver.ref.pos = 1, .placed_us = clock_now_us(ctx->clock), .country = q->country,
                             .region = q->region, .postal_prefix = str_sub(q->postal_code, 0, 3), .items = items, .items_n = q->items_n};
    cas->views_n = 1;
    return OK;
}

static void write_items(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "items");
    jw_arr(w);
    for (size_t i = 0; i < cas->views[0].items_n; i++) {
        const struct case_item *it = &cas->views[0].items[i];
        int64_t available = 0;
        bool known = false;
        for (size_t k = 0; k < cas->stock_n; k++)
            if (str_eq(cas->stock[k].sku, it->sku)) {
                known = true;
                if (cas->stock[k].available > 0 && !num_add(available, cas->stock[k].available, &available))
                    available = INT64_MAX;
            }
        jw_obj(w);
        jw_kstr(w, "sku", it->sku);
        jw_ki64(w, "quantity", it->quantity);
        jw_key(w, "in_stock");
        if (known)
            jw_bool(w, available >= it->quantity);
        else
            jw_null(w);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void write_option(struct jw *w, const struct estimate_option *o, const struct diag_estimate *est)
{
    jw_obj(w);
    jw_kstr(w, "carrier", o->carrier);
    jw_kstr(w, "service", o->service);
    jw_ktime(w, "p10", est->p10_us);
    jw_ktime(w, "p50", est->p50_us);
    jw_ktime(w, "p90", est->p90_us);
    jw_ki64(w, "never_per_mille", est->never_pm);
    jw_kstr(w, "group", est->group);
    jw_ki64(w, "n", est->n);
    jw_end(w);
}

static void write_model(struct jw *w, const struct eta_model *m)
{
    jw_key(w, "model");
    if (m == NULL) {
        jw_null(w);
        return;
    }
    jw_obj(w);
    jw_kstr(w, "id", eta_model_id(m));
    jw_ktime(w, "as_of", eta_model_as_of(m));
    jw_end(w);
}

enum err estimate_answer(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct estimate_question *q, struct jw *w)
{
    static const struct estimate_option ANY = {{NULL, 0}, {NULL, 0}};
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    struct order_case *cas = ctx_alloc(ctx, sizeof(*cas));
    struct promises p;
    if (str_empty(q->country))
        return ctx_fail(ctx, ERR_PARSE, "destination_country: expected two capital letters such as US");
    if (m == NULL || cas == NULL)
        return m == NULL ? ctx_fail(ctx, ERR_NOTFOUND, "no such merchant") : ERR_MEMORY;
    enum err e = promises_join(ctx, rd->state, m, 0, &p);
    if (e == OK)
        e = order_of(ctx, q, cas);
    if (e == OK)
        e = stock_join_all(ctx, rd->state, merchant_id, 0, cas);
    if (e != OK)
        return e;
    if (!str_empty(q->origin_country))
        p.home_country = q->origin_country;
    jw_obj(w);
    jw_ktime(w, "as_of", cas->views[0].placed_us);
    write_model(w, p.eta);
    write_items(w, cas);
    jw_key(w, "estimates");
    jw_arr(w);
    for (size_t i = 0; i < (q->options_n == 0 ? 1 : q->options_n); i++) {
        const struct estimate_option *o = q->options_n == 0 ? &ANY : &q->options[i];
        struct diag_figures fig = {.status = PARCEL_UNKNOWN};
        cas->views[0].service = o->service;
        eta_case_estimate(ctx, cas, NULL, o->carrier, &p, cas->views[0].placed_us, &fig);
        if (fig.estimate.known)
            write_option(w, o, &fig.estimate);
    }
    jw_arr_end(w);
    jw_end(w);
    return ctx_whole(ctx, OK);
}
