/*
 * Real bodies of storefronts, helpdesks and channels against what the samples say that they hold (expected.json beside them): each value that
 * has a place in our facts is compared. Skipped, with the reason, where the folder of samples is absent.
 */
#include "lib/connector_case.h"

#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

struct sample {
    struct ctx *ctx;
    const char *file;
    struct account acct;
    struct decoded d;
    struct http_msg msg;
    int compared;
};

static void same(struct sample *s, const char *what, struct str got, struct str want)
{
    if (!str_eq(got, want))
        fail_msg("%s: %s: got \"%.*s\", want \"%.*s\"", s->file, what, STR_ARG(got), STR_ARG(want));
    s->compared++;
}

static void same_number(struct sample *s, const char *what, int64_t got, int64_t want)
{
    if (got != want)
        fail_msg("%s: %s: got %lld, want %lld", s->file, what, (long long)got, (long long)want);
    s->compared++;
}

static int64_t number(const struct json *v, const char *name)
{
    int64_t n = 0;
    assert_int_equal(json_i64(v, name, INT64_MIN / 2, INT64_MAX / 2, &n), OK);
    return n;
}

static int64_t money(const struct json *v, const char *name, struct str currency)
{
    int64_t n = 0;
    assert_int_equal(num_parse_money(json_text(v, name), currency, &n), OK);
    return n;
}

static const struct fact *fact_of(struct sample *s, enum fact_kind kind, size_t nth)
{
    for (size_t i = 0; i < s->d.n; i++)
        if (s->d.facts[i].kind == kind && nth-- == 0)
            return &s->d.facts[i];
    fail_msg("%s: no %s", s->file, fact_kind_word(kind));
    return NULL;
}

static void check_items(struct sample *s, const struct json *lines, const struct fact_item *items, size_t n)
{
    size_t i = 0;
    assert_int_equal(n, lines->count);
    JSON_EACH(l, lines) {
        same(s, "sku", items[i].sku, json_text(l, "sku"));
        same_number(s, "quantity", items[i].quantity, number(l, "quantity"));
        if (json_get(l, "external_id") != NULL)
            same(s, "line id", items[i].item_id, json_text(l, "external_id"));
        if (json_get(l, "title") != NULL)
            same(s, "title", items[i].title, json_text(l, "title"));
        i++;
    }
}

static void check_fulfillment(struct sample *s, const struct json *v, size_t nth)
{
    const struct fulfillment_fact *ff = &fact_of(s, FACT_FULFILLMENT, nth)->u.fulfillment;
    const struct json *numbers = json_get(v, "tracking_numbers");
    same(s, "fulfilment id", ff->fulfillment_id, json_text(v, "external_id"));
    same(s, "order id", ff->order_id, json_text(v, "order_id"));
    same_number(s, "state", ff->state, str_eq(json_str(v, "status"), STR("success")) ? FUL_SHIPPED : FUL_PENDING);
    same_number(s, "numbers", (int64_t)ff->parcels_n, (int64_t)numbers->count);
    for (size_t i = 0; i < ff->parcels_n; i++) {
        same(s, "tracking number", ff->parcels[i].tracking_number, json_value_text(json_at(numbers, i)));
        same(s, "url", ff->parcels[i].url, json_value_text(json_at(json_get(v, "tracking_urls"), i)));
        assert_true(str_eq_nocase(ff->parcels[i].carrier, json_str(v, "carrier")));
    }
    check_items(s, json_get(v, "lines"), ff->items, ff->items_n);
}

static void check_address(struct sample *s, const struct json *v, const struct address *a)
{
    if (!json_is(v, JSON_OBJECT))
        return;
    same(s, "addressee", a->name, json_text(v, "name"));
    same(s, "first line", a->line1, json_text(v, "address1"));
    same(s, "second line", a->line2, json_text(v, "address2"));
    same(s, "city", a->city, json_text(v, "city"));
    same(s, "region", a->region, json_text(v, "region"));
    same(s, "postal code", a->postal_code, json_text(v, "postal_code"));
    same(s, "country", a->country, json_text(v, "country"));
}

static void check_order(struct sample *s, const struct json *v)
{
    const struct order_fact *o = &fact_of(s, FACT_ORDER, 0)->u.order;
    size_t nth = 0;
    same(s, "order id", o->order_id, json_text(v, "external_id"));
    same(s, "name", o->name, json_text(v, "name"));
    same(s, "email", o->email, json_text(v, "email"));
    same(s, "phone", o->phone, json_text(v, "phone"));
    same(s, "currency", o->currency, json_text(v, "currency"));
    same_number(s, "total", o->total_minor, money(v, json_get(v, "current_total") != NULL ? "current_total" : "total", o->currency));
    if (json_get(v, "financial_status") != NULL)
        same(s, "money", str_of(financial_state_word(o->financial)), json_text(v, "financial_status"));
    same_number(s, "cancelled", o->state == ORDER_CANCELLED, json_true(v, "cancelled"));
    same_number(s, "no address", str_empty(o->ship_to.country), json_is(json_get(v, "shipping_address"), JSON_NULL));
    if (json_get(v, "shipping_address") != NULL)
        check_address(s, json_get(v, "shipping_address"), &o->ship_to);
    check_items(s, json_get(v, "lines"), o->items, o->items_n);
    JSON_EACH(f, json_get(v, "fulfilments"))
        check_fulfillment(s, f, nth++);
}

static void check_fulfilment(struct sample *s, const struct json *v)
{
    check_fulfillment(s, v, 0);
}

static void check_event(struct sample *s, const struct json *v)
{
    const struct tracking_event *ev = &fact_of(s, FACT_TRACKING_EVENT, 0)->u.event;
    struct when w;
    assert_int_equal(when_parse(json_str(v, "happened_at"), &w), OK);
    same(s, "event id", ev->vendor_event_id, json_text(v, "external_id"));
    same(s, "status word", ev->code, json_text(v, "status"));
    assert_int_not_equal(ev->status, PARCEL_UNKNOWN);
    same_number(s, "happened at", ev->occurred.utc_us, w.utc_us);
    same_number(s, "local clock", ev->occurred.local_us, w.local_us);
    same(s, "message", ev->description, json_text(v, "message"));
    same(s, "city", ev->location.city, json_text(v, "city"));
    same(s, "order to read", s->d.fetches[0].id, json_text(v, "order_id"));
}

static void check_level(struct sample *s, const struct json *v)
{
    const struct fact *fct = fact_of(s, FACT_INVENTORY_LEVEL, 0);
    struct when w;
    assert_int_equal(when_parse(json_str(v, "updated_at"), &w), OK);
    same(s, "item", fct->u.inventory.item_ref, json_text(v, "inventory_item_id"));
    same(s, "location", fct->u.inventory.location, json_text(v, "location_id"));
    same_number(s, "available", fct->u.inventory.available, number(v, "available"));
    same_number(s, "updated at", fct->changed_us, w.utc_us);
    same(s, "item to read", s->d.fetches[0].id, json_text(v, "inventory_item_id"));
}

static void check_refund(struct sample *s, const struct json *v)
{
    const struct refund_fact *r = &fact_of(s, FACT_REFUND, 0)->u.refund;
    const struct json *t = json_path(v, "refund_transactions.0");
    same(s, "refund id", r->refund_id, json_text(v, "external_id"));
    same(s, "order id", r->order_id, json_text(v, "order_id"));
    same(s, "currency", r->currency, json_text(t, "currency"));
    same_number(s, "amount", r->amount_minor, money(t, "amount", r->currency));
    check_items(s, json_get(v, "lines"), r->items, r->items_n);
}

static void check_notification(struct sample *s, const struct json *v)
{
    struct str key = STR_NULL;
    assert_true(s->d.fetches_n >= 1);
    same_number(s, "facts", (int64_t)s->d.n, 0);
    same(s, "order to read", s->d.fetches[0].id, json_text(v, "order_id"));
    assert_ok(s->ctx, s->acct.conn->hook->dedupe(s->ctx, &s->acct, &s->msg, &key));
    same(s, "dedupe key", key, json_text(v, "dedupe_key"));
}

static struct str replaced(struct sample *s, struct str body, const char *what, const char *with)
{
    struct str w = str_of(what);
    for (size_t i = 0; i + w.n <= body.n; i++)
        if (memcmp(body.p + i, w.p, w.n) == 0)
            return arena_fmt(s->ctx->arena, "%.*s%s%.*s", STR_ARG(str_sub(body, 0, i)), with, STR_ARG(str_sub(body, i + w.n, body.n)));
    fail_msg("%s: no %s in it", s->file, what);
    return body;
}

/* The same event of a message of ours, as each service tells of which message it speaks. */
static const struct setting TALK[] = {{{"talk", 4}, {"true", 4}}}; /* of Chatwoot: customers' messages are read */
#define OUR_KEY "0af10af10af10af10af10af10af10af1"
static void make_ours(struct sample *s)
{
    static const struct {
        const char *vendor, *what, *with;
    } MARKS[] = {
        {"sendgrid", "\"event\":", "\"wismo\": \"" OUR_KEY "\", \"event\":"},
        {"postmark", "\"RecordType\":", "\"Metadata\": {\"wismo\": \"" OUR_KEY "\"}, \"RecordType\":"},
        {"mailgun", "20180812214638.1.4A7D468E9BC18C5D", OUR_KEY},
        {"whatsapp_cloud", "\"status\":", "\"biz_opaque_callback_data\": \"" OUR_KEY "\", \"status\":"},
    };
    s->msg.query = STR("key=" OUR_KEY);
    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++)
        if (str_eq(s->acct.id, str_of(MARKS[i].vendor)))
            s->msg.body = replaced(s, s->msg.body, MARKS[i].what, MARKS[i].with);
}

/* A sample that is not of a message of ours is known as such; the same of ours is its receipt, unless the service goes on trying. */
static void check_delivery_status(struct sample *s, const struct json *v)
{
    struct str want = json_str(v, "status");
    same_number(s, "facts of another's message", (int64_t)s->d.n, 0);
    make_ours(s);
    s->d = (struct decoded){.n = 0};
    assert_ok(s->ctx, connector_decode_any(s->ctx, &s->acct, &s->msg, &s->d));
    if (str_eq(want, STR("deferred"))) {
        same_number(s, "receipts of what goes on", (int64_t)s->d.n, 0);
        same(s, "said", str_sub(s->d.note, 0, 8), want);
        return;
    }
    const struct receipt_fact *r = &fact_of(s, FACT_RECEIPT, 0)->u.receipt;
    same(s, "message", r->message_key, STR(OUR_KEY));
    same(s, "status", str_of(receipt_status_word(r->status)), str_eq(want, STR("read")) ? STR("opened") : want);
}

static void same_if_told(struct sample *s, const struct json *v, const char *name, struct str got)
{
    if (json_get(v, name) != NULL && !json_is(json_get(v, name), JSON_NULL))
        same(s, name, got, json_text(v, name));
}

static void check_inbound(struct sample *s, const struct json *v)
{
    const struct message_in_fact *m = &fact_of(s, FACT_MESSAGE_IN, 0)->u.message_in;
    int64_t at = 0;
    same(s, "channel", str_of(channel_kind_word(m->channel)), json_str(v, "channel"));
    same_if_told(s, v, "message_id", m->message_id);
    same_if_told(s, v, "from_number", m->from);
    same_if_told(s, v, "from_address", m->from);
    same_if_told(s, v, "from_email", m->from);
    same_if_told(s, v, "from_name", m->from_name);
    same_if_told(s, v, "profile_name", m->from_name);
    same_if_told(s, v, "subject", m->subject);
    same_if_told(s, v, "text", m->text);
    same_if_told(s, v, "payload", m->choice);
    same_if_told(s, v, "reply_to", m->reply_to);
    same_if_told(s, v, "conversation_id", m->thread_id);
    if (json_get(v, "media") != NULL)
        same_number(s, "media", m->attachments, (int64_t)json_get(v, "media")->count);
    if (num_parse_i64(json_text(v, "timestamp"), 1, INT64_C(9999999999), &at) == OK)
        same_number(s, "timestamp", m->at_us, at * US_PER_S);
}

/* The sample's event is none that moves a case (pending); solved, the same event is the end of its ticket. */
static void check_ticket_event(struct sample *s, const struct json *v)
{
    static const char WAS[] = "\"current\": \"PENDING\"", IS[] = "\"current\":  \"SOLVED\"";
    struct str key = STR_NULL;
    same_number(s, "facts of a pending ticket", (int64_t)s->d.n, 0);
    assert_ok(s->ctx, s->acct.conn->hook->dedupe(s->ctx, &s->acct, &s->msg, &key));
    same(s, "event", key, json_text(v, "event_id"));
    char *text = strndup(s->msg.body.p, s->msg.body.n), *at = strstr(text, WAS);
    assert_non_null(at);
    memcpy(at, IS, sizeof(IS) - 1);
    s->msg.body = (struct str){text, s->msg.body.n};
    assert_ok(s->ctx, connector_decode_any(s->ctx, &s->acct, &s->msg, &s->d));
    const struct ticket_fact *t = &fact_of(s, FACT_TICKET, 0)->u.ticket;
    same(s, "ticket", t->ticket_id, json_text(v, "ticket_id"));
    same(s, "our key of it", t->ticket_key, json_text(v, "external_id"));
    same_number(s, "what happened", t->event, TICKET_SOLVED);
    free(text);
}

static const struct {
    const char *kind;
    void (*check)(struct sample *s, const struct json *v);
} KINDS[] = {
    {"order", check_order},           {"fulfilment", check_fulfilment}, {"tracking_event", check_event},
    {"inventory_level", check_level}, {"refund", check_refund},         {"notification", check_notification},
    {"inbound_message", check_inbound},
    {"delivery_status", check_delivery_status}, {"ticket_event", check_ticket_event},
};

/* *.form.json holds a form's fields as an object: posted as the form that it was. */
static void post_form(struct sample *s)
{
    static const struct http_header TYPE = {{"Content-Type", 12}, {"multipart/form-data; boundary=xYz", 33}};
    const struct json *v = NULL;
    struct buf b;
    assert_ok(s->ctx, json_parse(s->ctx, s->msg.body, &JSON_LIMITS_WEBHOOK, &v));
    buf_init(&b, (size_t)1 << 20);
    JSON_EACH(c, v)
        buf_fmt(&b, "--xYz\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n%.*s\r\n", STR_ARG(c->key), STR_ARG(json_value_text(c)));
    buf_addz(&b, "--xYz--\r\n");
    s->msg.headers = &TYPE;
    s->msg.headers_n = 1;
    s->msg.body = buf_move(&b, s->ctx->arena);
    assert_non_null(s->msg.body.p);
}

static bool check_sample(struct ctx *ctx, const struct json *want)
{
    char path[300], file[200];
    struct str name = want->key, vendor;
    struct sample s = {.ctx = ctx, .file = file};
    snprintf(file, sizeof(file), "%.*s", STR_ARG(name));
    snprintf(path, sizeof(path), "data/integration-samples/%s", file);
    assert_true(str_split(&name, '/', &vendor));
    if (str_eq(vendor, STR("meta")))
        vendor = STR("whatsapp_cloud");
    s.acct = (struct account){.id = vendor, .conn = connector_find(vendor), .settings = TALK, .settings_n = 1};
    if (s.acct.conn == NULL)
        return false;
    const char *found = test_shared_path(path);
    if (found == NULL)
        fail_msg("%s: expected.json names it, the folder has it not", file);
    s.msg = (struct http_msg){.method = STR("POST"), .body = test_read_file(ctx->arena, found), .received_us = TEST_NOW_US};
    if (str_ends(want->key, STR(".form.json")))
        post_form(&s);
    assert_ok(ctx, connector_decode_any(ctx, &s.acct, &s.msg, &s.d));
    size_t k = 0;
    while (k < sizeof(KINDS) / sizeof(KINDS[0]) && !str_eq(json_str(want, "kind"), str_of(KINDS[k].kind)))
        k++;
    if (k == sizeof(KINDS) / sizeof(KINDS[0])) {
        print_message("%-55s not compared: no %.*s is read yet\n", file, STR_ARG(json_str(want, "kind")));
        return false;
    }
    KINDS[k].check(&s, want);
    print_message("%-55s %2d values as expected\n", file, s.compared);
    if (s.compared == 0)
        fail_msg("%s: nothing was compared", file);
    return true;
}

static void samples_hold_what_they_say(void **state)
{
    const char *path = test_shared_path("data/integration-samples/expected.json");
    int files = 0;
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of real samples beside the project\n");
        skip();
    }
    struct fixture f;
    const struct json *all = NULL;
    fixture_init(&f);
    assert_ok(&f.ctx, json_parse(&f.ctx, test_read_file(f.arena, path), &JSON_LIMITS_WEBHOOK, &all));
    JSON_EACH(want, all)
        files += check_sample(&f.ctx, want) ? 1 : 0;
    assert_true(files >= 11);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_hold_what_they_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
