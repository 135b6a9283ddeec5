/* See shopify_double.h. Documents themselves are held against Shopify's schema by tests/conformance/test_shopify_schema.c. */
#include "lib/shopify_double.h"

#include "lib/fixture.h"

#include "base/json.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH "/admin/api/2026-10/graphql.json"
#define TOKEN "shpat_demo"
#define PAID_MINOR 1450
#define KEPT_MAX 8

struct shopify_double {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock;
    enum effect_way mutations[16], queries[16];
    size_t mutations_n, mutations_at, queries_n, queries_at;
    struct shopify_done done;
    char notes[KEPT_MAX][80], keys[KEPT_MAX][80], tags[KEPT_MAX][80];
    bool cancel_runs, cancelled, picked, refuses;
    char zip[16], city[32], fault[300], url[64];
};

static void keep(char *to, size_t max, struct str text)
{
    snprintf(to, max, "%.*s", STR_ARG(text));
}

static void not_understood(struct shopify_double *d, const char *why, struct str what)
{
    if (d->fault[0] == '\0')
        snprintf(d->fault, sizeof(d->fault), "%s: %.*s", why, STR_ARG(str_sub(what, 0, 200)));
}

/* ---- queries */

static void write_order(struct shopify_double *d, struct buf *b)
{
    long long left = PAID_MINOR - d->done.refunded_minor;
    d->cancelled = d->cancelled || d->cancel_runs; /* it ran between two looks */
    buf_fmt(b, "{\"data\":{\"order\":{\"currencyCode\":\"USD\",\"cancelledAt\":%s,\"displayFulfillmentStatus\":\"%s\",\"shippingAddress\":{\"address1\":"
               "\"%s\",\"zip\":\"%s\",\"city\":\"%s\"},", d->cancelled ? "\"2026-11-18T12:00:00Z\"" : "null",
            d->picked ? "IN_PROGRESS" : d->done.held ? "ON_HOLD" : "UNFULFILLED", d->done.address1, d->zip, d->city);
    buf_fmt(b, "\"fulfillmentOrders\":{\"nodes\":[{\"id\":\"gid://shopify/FulfillmentOrder/7\",\"status\":\"%s\",\"fulfillmentHolds\":[%s]}]},",
            d->done.held ? "ON_HOLD" : d->picked ? "IN_PROGRESS" : "OPEN",
            d->done.held ? "{\"id\":\"gid://shopify/FulfillmentHold/8\",\"handle\":\"wismo\"}" : "");
    buf_fmt(b, "\"lineItems\":{\"nodes\":[{\"id\":\"gid://shopify/LineItem/1\",\"variant\":{\"id\":\"gid://shopify/ProductVariant/77\"}}]},\"refunds\":[");
    for (size_t i = 0; i < d->done.refunds && i < KEPT_MAX; i++)
        buf_fmt(b, "%s{\"id\":\"gid://shopify/Refund/%zu\",\"note\":\"%s\"}", i > 0 ? "," : "", i + 1, d->notes[i]);
    buf_fmt(b, "],\"suggestedRefund\":{\"suggestedTransactions\":[");
    if (left > 0)
        buf_fmt(b, "{\"gateway\":\"manual\",\"amountSet\":{\"shopMoney\":{\"amount\":\"%lld.%02lld\"}},\"parentTransaction\":"
                   "{\"id\":\"gid://shopify/OrderTransaction/5\"}}", left / 100, left % 100);
    buf_fmt(b, "]}},\"orders\":{\"nodes\":[");
}

static void look(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    struct str made = json_str(vars, "made");
    bool first = true;
    if (!str_eq(json_str(vars, "id"), STR("gid://shopify/Order/1020")))
        not_understood(d, "another order", json_str(vars, "id"));
    write_order(d, b);
    for (size_t i = 0; i < d->done.orders && i < KEPT_MAX; i++)
        if (made.n > 4 && str_eq(str_sub(made, 4, made.n), str_of(d->tags[i]))) {
            buf_fmt(b, "%s{\"id\":\"gid://shopify/Order/%zu\",\"tags\":[\"wismo-reship\",\"%s\"]}", first ? "" : ",", 2000 + i, d->tags[i]);
            first = false;
        }
    buf_fmt(b, "]}}}");
}

/* ---- mutations */

static void say(struct buf *b, const char *field, const char *errors, const char *object, const char *id, const char *why)
{
    if (why != NULL)
        buf_fmt(b, "{\"data\":{\"%s\":{\"%s\":null,\"%s\":[{\"message\":\"%s\"}]}}}", field, object, errors, why);
    else
        buf_fmt(b, "{\"data\":{\"%s\":{\"%s\":{\"id\":\"%s\"},\"%s\":[]}}}", field, object, id, errors);
}

static void refund(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    int64_t all = 0;
    size_t i = 0;
    struct str key = json_str(vars, "key");
    JSON_EACH(t, json_path(vars, "input.transactions")) {
        char amount[32];
        keep(amount, sizeof(amount), json_str(t, "amount"));
        all += (int64_t)(strtod(amount, NULL) * 100 + 0.5);
        if (!str_eq(json_str(t, "parentId"), STR("gid://shopify/OrderTransaction/5")))
            not_understood(d, "refund: a transaction of no payment", json_str(t, "parentId"));
    }
    while (i < d->done.refunds && i < KEPT_MAX && !str_eq(str_of(d->keys[i]), key))
        i++;
    if (i == d->done.refunds && i < KEPT_MAX) { /* a key that is new */
        if (all <= 0 || d->done.refunded_minor + all > PAID_MINOR) {
            say(b, "refundCreate", "userErrors", "refund", "", "more than was paid");
            return;
        }
        keep(d->keys[i], sizeof(d->keys[i]), key);
        keep(d->notes[i], sizeof(d->notes[i]), json_str(json_get(vars, "input"), "note"));
        d->done.refunds++;
        d->done.refunded_minor += all;
    }
    say(b, "refundCreate", "userErrors", "refund", "gid://shopify/Refund/1", NULL);
}

static void cancel(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    (void)vars;
    bool may = !d->cancel_runs && !d->picked;
    d->done.cancels += may;
    d->cancel_runs = d->cancel_runs || may;
    say(b, "orderCancel", "orderCancelUserErrors", "job", "gid://shopify/Job/1", may ? NULL : "cannot be cancelled");
}

static void update(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    if (d->refuses) {
        say(b, "orderUpdate", "userErrors", "order", "", "Zip is not valid for Illinois");
        return;
    }
    const struct json *to = json_path(vars, "input.shippingAddress");
    d->done.addresses += !str_eq(json_str(to, "address1"), str_of(d->done.address1));
    keep(d->done.address1, sizeof(d->done.address1), json_str(to, "address1"));
    keep(d->zip, sizeof(d->zip), json_str(to, "zip"));
    keep(d->city, sizeof(d->city), json_str(to, "city"));
    say(b, "orderUpdate", "userErrors", "order", "gid://shopify/Order/1020", NULL);
}

static void hold(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    const char *why = d->done.held ? "a hold with this handle is there" : d->picked ? "it is in progress" : NULL;
    if (!str_eq(json_str(json_get(vars, "hold"), "handle"), STR("wismo")))
        not_understood(d, "hold: handle", json_str(json_get(vars, "hold"), "handle"));
    d->done.holds += why == NULL;
    d->done.held = d->done.held || why == NULL;
    say(b, "fulfillmentOrderHold", "userErrors", "fulfillmentHold", "gid://shopify/FulfillmentHold/8", why);
}

static void release(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    bool ours = d->done.held && str_eq(json_value_text(json_first(json_get(vars, "holds"))), STR("gid://shopify/FulfillmentHold/8"));
    d->done.releases += ours;
    d->done.held = d->done.held && !ours;
    say(b, "fulfillmentOrderReleaseHold", "userErrors", "fulfillmentOrder", "gid://shopify/FulfillmentOrder/7", ours ? NULL : "no such hold");
}

/* Nothing makes an order unique: two requests are two orders. */
static void create(struct shopify_double *d, const struct json *vars, struct buf *b)
{
    char id[48];
    size_t i = d->done.orders++;
    JSON_EACH(t, json_path(vars, "order.tags"))
        if (i < KEPT_MAX)
            keep(d->tags[i], sizeof(d->tags[i]), json_value_text(t)); /* the last one is the action's */
    if (!str_eq(json_str(json_path(vars, "order.lineItems.0"), "variantId"), STR("gid://shopify/ProductVariant/77")))
        not_understood(d, "orderCreate: variant", json_str(json_path(vars, "order.lineItems.0"), "variantId"));
    snprintf(id, sizeof(id), "gid://shopify/Order/%zu", 2000 + i);
    say(b, "orderCreate", "userErrors", "order", id, NULL);
}

static void mutate(struct shopify_double *d, struct str query, const struct json *vars, struct buf *b)
{
    static const struct {
        const char *field;
        void (*run)(struct shopify_double *d, const struct json *vars, struct buf *b);
    } FIELDS[] = {{"refundCreate(", refund}, {"orderCancel(", cancel},  {"orderUpdate(", update}, {"fulfillmentOrderHold(", hold},
                  {"fulfillmentOrderReleaseHold(", release}, {"orderCreate(", create}};
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
        if (str_contains(query, str_of(FIELDS[i].field))) {
            FIELDS[i].run(d, vars, b);
            return;
        }
    not_understood(d, "a mutation", query);
}

/* ---- over HTTP */

static enum effect_way way_of(struct shopify_double *d, bool mutation)
{
    if (mutation)
        return d->mutations_at < d->mutations_n ? d->mutations[d->mutations_at++] : EFFECT_DO;
    return d->queries_at < d->queries_n ? d->queries[d->queries_at++] : EFFECT_DO;
}

/* The status; 0: the connection ends. */
static int serve(struct shopify_double *d, struct str body, struct buf *b)
{
    struct fixture f;
    const struct json *v = NULL;
    fixture_init(&f);
    if (json_parse(&f.ctx, body, &JSON_LIMITS_WEBHOOK, &v) != OK)
        not_understood(d, "not JSON", body);
    struct str query = json_str(v, "query");
    bool mutation = str_starts(query, STR("mutation"));
    enum effect_way way = way_of(d, mutation);
    if (way == EFFECT_DO || way == EFFECT_DONE_500 || way == EFFECT_DONE_CUT || way == EFFECT_GARBAGE) {
        if (mutation)
            mutate(d, query, json_get(v, "variables"), b);
        else
            look(d, json_get(v, "variables"), b);
    }
    d->done.calls++;
    fixture_clear(&f);
    switch (way) {
    case EFFECT_BUSY:
        buf_add(b, STR("{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]}"));
        return 200;
    case EFFECT_FAIL:
    case EFFECT_DONE_500:
        buf_reset(b);
        return 500;
    case EFFECT_CUT:
    case EFFECT_DONE_CUT:
        return 0;
    case EFFECT_GARBAGE:
        buf_reset(b);
        buf_add(b, STR("{\"data\":{\"refundCreate\""));
        return 200;
    default:
        return 200;
    }
}

struct call {
    struct buf body;
};

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path, const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct shopify_double *d = cls;
    struct call *call = *state;
    struct buf b;
    (void)version;
    if (call == NULL) {
        *state = call = calloc(1, sizeof(*call));
        buf_init(&call->body, (size_t)1 << 20);
        return MHD_YES;
    }
    if (*size > 0) {
        buf_add(&call->body, (struct str){data, *size});
        *size = 0;
        return MHD_YES;
    }
    const char *token = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "X-Shopify-Access-Token");
    buf_init(&b, (size_t)1 << 20);
    pthread_mutex_lock(&d->lock);
    if (strcmp(method, "POST") != 0 || strcmp(path, PATH) != 0 || token == NULL || strcmp(token, TOKEN) != 0)
        not_understood(d, "method, path or token", str_of(path));
    int status = serve(d, buf_str(&call->body), &b);
    pthread_mutex_unlock(&d->lock);
    struct MHD_Response *r = MHD_create_response_from_buffer(b.n, b.n > 0 ? b.p : (void *)(uintptr_t)"", MHD_RESPMEM_MUST_COPY);
    enum MHD_Result ok = status == 0 ? MHD_NO : MHD_queue_response(c, (unsigned)status, r);
    MHD_destroy_response(r);
    buf_clear(&b);
    return ok;
}

static void on_done(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
    struct call *call = *state;
    (void)cls;
    (void)c;
    (void)why;
    if (call != NULL)
        buf_clear(&call->body);
    free(call);
    *state = NULL;
}

struct shopify_double *shopify_double_new(const enum effect_way *mutations, size_t mutations_n, const enum effect_way *queries, size_t queries_n)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct shopify_double *d = calloc(1, sizeof(*d));
    assert_non_null(d);
    assert_true(mutations_n <= 16 && queries_n <= 16);
    for (size_t i = 0; i < mutations_n; i++)
        d->mutations[d->mutations_n++] = mutations[i];
    for (size_t i = 0; i < queries_n; i++)
        d->queries[d->queries_n++] = queries[i];
    snprintf(d->done.address1, sizeof(d->done.address1), "1 Old Street");
    pthread_mutex_init(&d->lock, NULL);
    d->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_request, d, MHD_OPTION_SOCK_ADDR,
                                 (struct sockaddr *)&addr, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
    assert_non_null(d->daemon);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT);
    assert_non_null(info);
    snprintf(d->url, sizeof(d->url), "http://127.0.0.1:%u", (unsigned)info->port);
    return d;
}

const char *shopify_double_url(const struct shopify_double *d)
{
    return d->url;
}

struct shopify_done shopify_double_done(struct shopify_double *d)
{
    pthread_mutex_lock(&d->lock);
    struct shopify_done done = d->done;
    pthread_mutex_unlock(&d->lock);
    return done;
}

void shopify_double_picked(struct shopify_double *d)
{
    pthread_mutex_lock(&d->lock);
    d->picked = true;
    pthread_mutex_unlock(&d->lock);
}

void shopify_double_refuses_address(struct shopify_double *d)
{
    pthread_mutex_lock(&d->lock);
    d->refuses = true;
    pthread_mutex_unlock(&d->lock);
}

void shopify_double_free(struct shopify_double *d)
{
    char fault[300];
    MHD_stop_daemon(d->daemon);
    memcpy(fault, d->fault, sizeof(fault));
    pthread_mutex_destroy(&d->lock);
    free(d);
    if (fault[0] != '\0')
        fail_msg("Shopify would not understand %s", fault);
}
