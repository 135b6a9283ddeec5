/*
 * The reader of stories. A line is a verb and words, each bare or key=value, with double quotes around blanks. Every verb that
 * makes a fact fills a struct fact from the line's words by its own small function in the table VERBS.
 */
#include "flows/story.h"

#include "base/num.h"
#include "flows/virtual_clock.h"

#define STORY_ITEMS_MAX 32
#define STORY_PARCELS_MAX 16

struct story {
    struct ctx *ctx;
    const struct story_reader *reader;
    int64_t start_us, now_us;
    struct str currency;
    const struct story_line *ln;
};

/* ---- words */

struct str story_get(const struct story_line *ln, const char *key)
{
    for (size_t i = 0; i < ln->words_n; i++)
        if (str_eq(ln->words[i].key, str_of(key)))
            return ln->words[i].value;
    return STR_NULL;
}

struct str story_bare(const struct story_line *ln, size_t i)
{
    for (size_t k = 0; k < ln->words_n; k++)
        if (str_empty(ln->words[k].key) && i-- == 0)
            return ln->words[k].value;
    return STR_NULL;
}

bool story_has(const struct story_line *ln, const char *word)
{
    for (size_t i = 0; i < ln->words_n; i++)
        if (str_empty(ln->words[i].key) && str_eq(ln->words[i].value, str_of(word)))
            return true;
    return false;
}

static struct str take_quoted(struct str *rest)
{
    struct str out = STR_NULL;
    *rest = str_sub(*rest, 1, rest->n);
    if (!str_split(rest, '"', &out))
        out = STR_NULL;
    return out;
}

/* A word ends at a blank outside quotes; a key is letters and digits before '='. */
static bool take_word(struct str *rest, struct story_word *out)
{
    *rest = str_trim(*rest);
    *out = (struct story_word){STR_NULL, STR_NULL};
    if (str_empty(*rest))
        return false;
    size_t k = 0;
    while (k < rest->n && ((rest->p[k] >= 'a' && rest->p[k] <= 'z') || rest->p[k] == '_'))
        k++;
    if (k > 0 && k < rest->n && rest->p[k] == '=') {
        out->key = str_sub(*rest, 0, k);
        *rest = str_sub(*rest, k + 1, rest->n);
    }
    if (rest->n > 0 && rest->p[0] == '"') {
        out->value = take_quoted(rest);
        return true;
    }
    size_t end = 0;
    while (end < rest->n && rest->p[end] != ' ')
        end++;
    out->value = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end, rest->n);
    return true;
}

static enum err cut_line(struct ctx *ctx, struct str text, size_t number, struct story_line *out)
{
    struct story_word w;
    *out = (struct story_line){.number = number};
    struct str rest = str_trim(text);
    if (!take_word(&rest, &w))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: empty", number);
    out->verb = w.value;
    out->text = str_trim(rest);
    while (take_word(&rest, &w)) {
        if (out->words_n >= STORY_WORDS_MAX)
            return ctx_fail(ctx, ERR_PARSE, "line %zu: over %d words", number, STORY_WORDS_MAX);
        out->words[out->words_n++] = w;
    }
    return OK;
}

/* ---- values */

enum err story_time(struct ctx *ctx, struct str s, int64_t start_us, int64_t now_us, int64_t *out_us)
{
    int64_t span;
    struct when w;
    if (s.n > 1 && (s.p[0] == '+' || s.p[0] == '-')) {
        enum err e = span_parse(ctx, str_sub(s, 1, s.n), &span);
        if (e == OK)
            *out_us = s.p[0] == '+' ? now_us + span : now_us - span;
        return e;
    }
    if (s.n >= 6 && s.p[0] == 'd') {
        struct str rest = str_sub(s, 1, s.n), day, hour;
        int64_t d, h, m;
        if (!str_split(&rest, 'T', &day) || !str_split(&rest, ':', &hour) || num_parse_i64(day, -400, 400, &d) != OK ||
            num_parse_i64(hour, 0, 23, &h) != OK || num_parse_i64(rest, 0, 59, &m) != OK)
            return ctx_fail(ctx, ERR_PARSE, "\"%.*s\": expected a day and time such as d4T14:20", STR_ARG(s));
        *out_us = (civil_day(start_us) + d) * US_PER_DAY + h * US_PER_H + m * US_PER_MIN;
        return OK;
    }
    if (when_parse(s, &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(ctx, ERR_PARSE, "\"%.*s\": expected +2d, -3h, d4T14:20 or an RFC 3339 time", STR_ARG(s));
    *out_us = w.utc_us;
    return OK;
}

static enum err bad(struct story *st, const char *what, struct str got)
{
    return ctx_fail(st->ctx, ERR_PARSE, "line %zu: %s, got \"%.*s\"", st->ln->number, what, STR_ARG(got));
}

/* A time by key, the default when it is not there. */
static enum err time_of(struct story *st, const char *key, int64_t def_us, int64_t *out_us)
{
    struct str s = story_get(st->ln, key);
    *out_us = def_us;
    if (str_empty(s))
        return OK;
    return story_time(st->ctx, s, st->start_us, st->now_us, out_us) == OK ? OK : bad(st, "expected a time", s);
}

/* The same as text: a date for "date" keys ("+3d" means that day), as written when it is a date or a time already. */
static enum err date_text(struct story *st, const char *key, bool with_time, struct str *out)
{
    struct str s = story_get(st->ln, key);
    int64_t us;
    *out = s;
    if (str_empty(s) || (s.p[0] != '+' && s.p[0] != '-' && s.p[0] != 'd'))
        return OK;
    enum err e = story_time(st->ctx, s, st->start_us, st->now_us, &us);
    if (e != OK)
        return bad(st, "expected a time", s);
    *out = time_rfc3339(st->ctx->arena, us);
    if (!with_time && s.p[0] != 'd')
        *out = str_sub(*out, 0, 10);
    return OK;
}

static enum err number_of(struct story *st, struct str s, int64_t min, int64_t max, int64_t *out)
{
    return num_parse_i64(s, min, max, out) == OK ? OK : bad(st, "expected a number", s);
}

/* items=MUG*2:1250:Blue mug;PLATE: SKU, quantity, unit price in minor units, title; all but the SKU may be left out. */
static enum err items_of(struct story *st, const struct fact_item **out, size_t *n)
{
    struct str list = story_get(st->ln, "items"), one;
    struct fact_item *items = arena_array(st->ctx->arena, STORY_ITEMS_MAX, sizeof(*items));
    *n = 0;
    *out = items;
    if (items == NULL)
        return ctx_fail(st->ctx, ERR_MEMORY, "no memory for items");
    while (!str_empty(list) && str_split(&list, ';', &one)) {
        struct fact_item *it = &items[*n];
        struct str sku, head, price = STR_NULL;
        if (*n >= STORY_ITEMS_MAX)
            return bad(st, "too many items", one);
        *it = (struct fact_item){.quantity = 1, .ships = true};
        (void)str_split(&one, ':', &head);
        (void)str_split(&head, '*', &sku);
        it->sku = it->item_id = sku;
        if (head.p != NULL && number_of(st, head, 0, 1000000, &it->quantity) != OK)
            return ERR_PARSE;
        if (one.p != NULL)
            (void)str_split(&one, ':', &price);
        if (!str_empty(price) && number_of(st, price, 0, INT64_MAX / 2, &it->price_minor) != OK)
            return ERR_PARSE;
        it->title = one;
        (*n)++;
    }
    return OK;
}

/* parcels=ups/1Z999...,usps/9400... */
static enum err parcels_of(struct story *st, const struct parcel_ref **out, size_t *n)
{
    struct str list = story_get(st->ln, "parcels"), one;
    struct parcel_ref *refs = arena_array(st->ctx->arena, STORY_PARCELS_MAX, sizeof(*refs));
    *n = 0;
    *out = refs;
    if (refs == NULL)
        return ctx_fail(st->ctx, ERR_MEMORY, "no memory for parcels");
    while (!str_empty(list) && str_split(&list, ',', &one)) {
        if (*n >= STORY_PARCELS_MAX || !str_split(&one, '/', &refs[*n].carrier) || one.p == NULL)
            return bad(st, "expected carrier/number", one);
        refs[(*n)++].tracking_number = one;
    }
    return OK;
}

/* place=City,REGION,CC */
static void place_of(struct str s, struct place *out)
{
    struct str part;
    *out = (struct place){STR_NULL, STR_NULL, STR_NULL, STR_NULL};
    if (str_split(&s, ',', &part))
        out->city = part;
    if (str_split(&s, ',', &part))
        out->region = part;
    if (str_split(&s, ',', &part))
        out->country = part;
}

/* ---- verbs that make facts */

static enum err vocab(struct story *st, const char *key, bool (*parse)(struct str, int *), int def, int *out)
{
    struct str s = story_get(st->ln, key);
    *out = def;
    return str_empty(s) || parse(s, out) ? OK : bad(st, "expected a known word", s);
}

#define VOCAB_INT(fn, type)                                                                        \
    static bool fn##_int(struct str s, int *out)                                                   \
    {                                                                                              \
        type v;                                                                                    \
        if (!fn(s, &v))                                                                            \
            return false;                                                                          \
        *out = (int)v;                                                                             \
        return true;                                                                               \
    }
VOCAB_INT(order_state_parse, enum order_state)
VOCAB_INT(financial_state_parse, enum financial_state)
VOCAB_INT(fulfillment_state_parse, enum fulfillment_state)
VOCAB_INT(source_role_parse, enum source_role)
VOCAB_INT(reason_parse, enum reason)

static int64_t total_of(const struct fact_item *items, size_t n)
{
    int64_t total = 0, line;
    for (size_t i = 0; i < n; i++)
        if (!num_mul(items[i].price_minor, items[i].quantity, &line) || !num_add(total, line, &total))
            return 0;
    return total;
}

static void address_of(const struct story_line *ln, struct address *out)
{
    *out = (struct address){.name = story_get(ln, "name"), .line1 = story_get(ln, "street"), .city = story_get(ln, "city"),
                            .region = story_get(ln, "region"), .postal_code = story_get(ln, "zip"),
                            .country = story_get(ln, "country"), .phone = story_get(ln, "phone")};
}

static struct str order_id_of(struct story *st, struct str name)
{
    struct str id = story_get(st->ln, "id");
    if (!str_empty(id))
        return id;
    return name.n > 1 && name.p[0] == '#' ? str_sub(name, 1, name.n) : name;
}

static enum err make_order(struct story *st, struct fact *fct)
{
    struct order_fact *o = &fct->u.order;
    int state = ORDER_OPEN, financial = FIN_PAID;
    o->name = story_bare(st->ln, 0);
    o->order_id = order_id_of(st, o->name);
    o->order_ref = story_get(st->ln, "ref");
    o->email = story_get(st->ln, "email");
    o->phone = story_get(st->ln, "phone");
    address_of(st->ln, &o->ship_to);
    o->service = story_get(st->ln, "service");
    o->cancel_reason = story_get(st->ln, "why");
    o->cod = story_has(st->ln, "cod");
    o->locale = story_get(st->ln, "locale");
    o->customer_tags = story_get(st->ln, "tags");
    o->currency = str_empty(story_get(st->ln, "currency")) ? STR("USD") : story_get(st->ln, "currency");
    enum err e = items_of(st, &o->items, &o->items_n);
    o->total_minor = total_of(o->items, o->items_n);
    if (e == OK)
        e = vocab(st, "state", order_state_parse_int, ORDER_OPEN, &state);
    if (e == OK)
        e = vocab(st, "financial", financial_state_parse_int, o->cod ? FIN_PENDING : FIN_PAID, &financial);
    if (e == OK)
        e = time_of(st, "placed", st->now_us, &o->placed_us);
    if (e == OK)
        e = date_text(st, "promised", false, &o->promised_at);
    if (e == OK)
        e = date_text(st, "preorder", false, &o->preorder_until);
    o->state = (enum order_state)state;
    o->financial = (enum financial_state)financial;
    return e;
}

static enum err make_fulfillment(struct story *st, struct fact *fct)
{
    struct fulfillment_fact *f = &fct->u.fulfillment;
    int state = FUL_SHIPPED;
    f->order_name = story_bare(st->ln, 0);
    f->order_id = str_empty(story_get(st->ln, "order_id")) ? (struct str){f->order_name.p + (f->order_name.n > 0 && f->order_name.p[0] == '#'),
                  f->order_name.n - (f->order_name.n > 0 && f->order_name.p[0] == '#')} : story_get(st->ln, "order_id");
    f->fulfillment_id = str_empty(story_get(st->ln, "id")) ? arena_fmt(st->ctx->arena, "%.*s-F1", STR_ARG(f->order_id))
                                                           : story_get(st->ln, "id");
    f->location = story_get(st->ln, "location");
    f->service = story_get(st->ln, "service");
    f->no_notification = story_has(st->ln, "no_notification");
    enum err e = items_of(st, &f->items, &f->items_n);
    if (e == OK)
        e = parcels_of(st, &f->parcels, &f->parcels_n);
    if (e == OK)
        e = vocab(st, "state", fulfillment_state_parse_int, FUL_SHIPPED, &state);
    if (e == OK)
        e = time_of(st, "created", st->now_us, &f->created_us);
    if (e == OK)
        e = date_text(st, "eta", false, &f->estimated_delivery);
    f->state = (enum fulfillment_state)state;
    return e;
}

/* tz=-05:00 gives the place's wall clock with its offset; local: a wall clock only, as some carriers tell it. */
static enum err scan_when(struct story *st, struct when *out)
{
    int64_t at;
    struct str tz = story_get(st->ln, "tz");
    enum err e = time_of(st, "at", st->now_us, &at);
    if (e != OK)
        return e;
    if (story_has(st->ln, "local")) {
        *out = when_from_local(at, false, 0);
        return OK;
    }
    *out = when_from_utc(at);
    if (str_empty(tz))
        return OK;
    struct when w;
    struct str text = arena_fmt(st->ctx->arena, "1970-01-02T00:00:00%.*s", STR_ARG(tz));
    if (when_parse(text, &w) != OK || w.kind != WHEN_UTC)
        return bad(st, "expected an offset such as -05:00", tz);
    int64_t offset_us = US_PER_DAY - w.utc_us;
    *out = when_from_local(at + offset_us, true, (int32_t)(offset_us / US_PER_S));
    return OK;
}

static enum err make_scan(struct story *st, struct fact *fct)
{
    struct tracking_event *ev = &fct->u.event;
    int reason = REASON_NONE;
    ev->carrier = story_bare(st->ln, 0);
    enum err e = tracking_number_normalise(st->ctx, story_bare(st->ln, 1), &ev->tracking_number);
    if (e != OK)
        return e;
    if (!parcel_status_parse(story_bare(st->ln, 2), &ev->status))
        return bad(st, "expected a parcel status", story_bare(st->ln, 2));
    ev->code = str_empty(story_get(st->ln, "code")) ? story_bare(st->ln, 2) : story_get(st->ln, "code");
    ev->description = story_get(st->ln, "text");
    place_of(story_get(st->ln, "place"), &ev->location);
    ev->vendor_event_id = story_get(st->ln, "event");
    ev->synthetic = story_has(st->ln, "synthetic");
    ev->signed_by = story_get(st->ln, "signed");
    ev->drop_off_note = story_get(st->ln, "note");
    ev->service = story_get(st->ln, "service");
    ev->next_carrier = story_get(st->ln, "next_carrier");
    ev->next_number = story_get(st->ln, "next_number");
    e = vocab(st, "reason", reason_parse_int, REASON_NONE, &reason);
    if (e == OK)
        e = scan_when(st, &ev->occurred);
    if (e == OK)
        e = date_text(st, "eta", false, &ev->estimated_delivery);
    if (e == OK)
        e = date_text(st, "pickup_until", false, &ev->pickup_until);
    if (e == OK)
        e = time_of(st, "changed", 0, &fct->changed_us);
    ev->reason = (enum reason)reason;
    fct->key = str_empty(ev->vendor_event_id) ? tracking_event_key(st->ctx->arena, ev) : ev->vendor_event_id;
    return e;
}

static enum err make_stock(struct story *st, struct fact *fct)
{
    struct inventory_fact *inv = &fct->u.inventory;
    inv->sku = story_bare(st->ln, 0);
    inv->location = str_empty(story_get(st->ln, "location")) ? STR("main") : story_get(st->ln, "location");
    inv->net_of_orders = story_has(st->ln, "net");
    enum err e = number_of(st, story_bare(st->ln, 1), -1000000, 1000000000, &inv->available);
    return e != OK ? e : date_text(st, "restock", false, &inv->restock_at);
}

static enum err make_refund(struct story *st, struct fact *fct)
{
    struct refund_fact *r = &fct->u.refund;
    struct str name = story_bare(st->ln, 0), id = story_get(st->ln, "refund");
    r->order_id = order_id_of(st, name);
    r->refund_id = str_empty(id) ? arena_fmt(st->ctx->arena, "%.*s-R1", STR_ARG(r->order_id)) : id;
    r->currency = str_empty(story_get(st->ln, "currency")) ? STR("USD") : story_get(st->ln, "currency");
    r->full = story_has(st->ln, "full");
    r->at_us = st->now_us;
    enum err e = items_of(st, &r->items, &r->items_n);
    if (e == OK && !str_empty(story_get(st->ln, "amount")))
        e = number_of(st, story_get(st->ln, "amount"), 0, INT64_MAX / 2, &r->amount_minor);
    return e;
}

static enum err make_return(struct story *st, struct fact *fct)
{
    struct return_fact *r = &fct->u.ret;
    struct str id = story_get(st->ln, "return"), parcel = story_get(st->ln, "parcel");
    r->order_name = story_bare(st->ln, 0);
    r->order_id = order_id_of(st, r->order_name);
    r->return_id = str_empty(id) ? STR("RET1") : id;
    r->at_us = st->now_us;
    if (!return_state_parse(story_bare(st->ln, 1), &r->state))
        return bad(st, "expected a state of a return", story_bare(st->ln, 1));
    enum err e = items_of(st, &r->items, &r->items_n);
    if (e == OK && !str_empty(parcel)) {
        (void)str_split(&parcel, '/', &r->carrier);
        e = tracking_number_normalise(st->ctx, parcel, &r->tracking_number);
    }
    return e;
}

static enum err make_incident(struct story *st, struct fact *fct)
{
    struct incident_fact *in = &fct->u.incident;
    in->incident_id = story_bare(st->ln, 0);
    in->carrier = story_get(st->ln, "carrier");
    in->country = story_get(st->ln, "country");
    in->region = story_get(st->ln, "region");
    in->withdrawn = story_has(st->ln, "withdrawn");
    if (!incident_kind_parse(story_bare(st->ln, 1), &in->what))
        return bad(st, "expected a kind of incident", story_bare(st->ln, 1));
    enum err e = time_of(st, "from", st->now_us, &in->from_us);
    return e == OK ? time_of(st, "until", 0, &in->until_us) : e;
}

static enum err make_hold(struct story *st, struct fact *fct)
{
    struct hold_fact *h = &fct->u.hold;
    struct str id = story_get(st->ln, "hold");
    h->order_id = order_id_of(st, story_bare(st->ln, 0));
    h->hold_id = str_empty(id) ? STR("H1") : id;
    h->why = story_get(st->ln, "why");
    h->released = str_eq(st->ln->verb, STR("release"));
    h->at_us = st->now_us;
    return OK;
}

static enum err make_report(struct story *st, struct fact *fct)
{
    struct report_fact *r = &fct->u.report;
    r->order_name = story_bare(st->ln, 0);
    r->tracking_number = story_get(st->ln, "number");
    r->sku = story_get(st->ln, "sku");
    r->at_us = st->now_us;
    fct->role = ROLE_CUSTOMER;
    return report_kind_parse(story_bare(st->ln, 1), &r->report) ? OK : bad(st, "expected a kind of report", story_bare(st->ln, 1));
}

static enum err make_link(struct story *st, struct fact *fct)
{
    struct parcel_link_fact *l = &fct->u.link;
    l->carrier = story_bare(st->ln, 0);
    l->next_carrier = story_get(st->ln, "next_carrier");
    l->next_number = story_get(st->ln, "next_number");
    l->order_name = story_get(st->ln, "order");
    return tracking_number_normalise(st->ctx, story_bare(st->ln, 1), &l->tracking_number);
}

static enum err make_not_found(struct story *st, struct fact *fct)
{
    struct not_found_fact *n = &fct->u.not_found;
    n->carrier = story_bare(st->ln, 0);
    n->code = str_empty(story_get(st->ln, "code")) ? STR("not_found") : story_get(st->ln, "code");
    return tracking_number_normalise(st->ctx, story_bare(st->ln, 1), &n->tracking_number);
}

/* told NAME by=person|storefront message=KIND: somebody else told the customer. */
static enum err make_told(struct story *st, struct fact *fct)
{
    struct told_fact *t = &fct->u.told;
    t->order_name = story_bare(st->ln, 0);
    t->by_person = !str_eq(story_get(st->ln, "by"), STR("storefront"));
    t->message = story_get(st->ln, "message");
    t->at_us = st->now_us;
    return OK;
}

/* optout NAME CHANNEL, optin NAME CHANNEL; no channel: all. */
static enum err make_consent(struct story *st, struct fact *fct)
{
    struct consent_fact *c = &fct->u.consent;
    c->order_name = story_bare(st->ln, 0);
    c->channel = story_bare(st->ln, 1);
    c->withdrawn = str_eq(st->ln->verb, STR("optout"));
    c->at_us = st->now_us;
    return OK;
}

struct verb {
    const char *word;
    enum fact_kind kind;
    enum source_role role;
    enum err (*make)(struct story *st, struct fact *fct);
};

static const struct verb VERBS[] = {
    {"order", FACT_ORDER, ROLE_STOREFRONT, make_order},
    {"fulfill", FACT_FULFILLMENT, ROLE_STOREFRONT, make_fulfillment},
    {"scan", FACT_TRACKING_EVENT, ROLE_CARRIER, make_scan},
    {"stock", FACT_INVENTORY_LEVEL, ROLE_STOREFRONT, make_stock},
    {"refund", FACT_REFUND, ROLE_STOREFRONT, make_refund},
    {"return", FACT_RETURN, ROLE_STOREFRONT, make_return},
    {"incident", FACT_INCIDENT, ROLE_SYSTEM, make_incident},
    {"hold", FACT_HOLD, ROLE_STOREFRONT, make_hold},
    {"release", FACT_HOLD, ROLE_STOREFRONT, make_hold},
    {"report", FACT_CUSTOMER_REPORT, ROLE_CUSTOMER, make_report},
    {"link", FACT_PARCEL_LINK, ROLE_STOREFRONT, make_link},
    {"notfound", FACT_NOT_FOUND, ROLE_CARRIER, make_not_found},
    {"told", FACT_TOLD, ROLE_SYSTEM, make_told},
    {"optout", FACT_CONSENT, ROLE_CUSTOMER, make_consent},
    {"optin", FACT_CONSENT, ROLE_CUSTOMER, make_consent},
};

static enum err tell_fact(struct story *st, const struct verb *v)
{
    int role = (int)v->role;
    struct fact fct = {.kind = v->kind, .role = v->role, .changed_us = st->now_us};
    enum err e = vocab(st, "role", source_role_parse_int, (int)v->role, &role);
    if (e == OK)
        fct.role = (enum source_role)role;
    if (e == OK && v->kind == FACT_TRACKING_EVENT)
        fct.changed_us = 0;
    if (e == OK)
        e = v->make(st, &fct);
    if (e == OK && v->kind != FACT_TRACKING_EVENT)
        e = time_of(st, "changed", fct.changed_us, &fct.changed_us);
    if (e != OK)
        return e;
    struct str source = story_get(st->ln, "source");
    return st->reader->fact(st->reader->user, st->ctx, str_empty(source) ? STR("facts") : source, &fct);
}

static enum err move_clock(struct story *st, bool anew)
{
    int64_t to;
    struct str s = story_bare(st->ln, 0);
    if (story_time(st->ctx, s, st->start_us, st->now_us, &to) != OK)
        return bad(st, "expected a time", s);
    if (!anew && to < st->now_us)
        return bad(st, "the clock cannot go back", s);
    st->now_us = to;
    if (anew)
        st->start_us = to;
    return st->reader->at(st->reader->user, st->ctx, to);
}

static enum err run_line(struct story *st)
{
    if (str_eq(st->ln->verb, STR("start")) || str_eq(st->ln->verb, STR("at")))
        return move_clock(st, str_eq(st->ln->verb, STR("start")));
    for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
        if (str_eq(st->ln->verb, str_of(VERBS[i].word)))
            return tell_fact(st, &VERBS[i]);
    if (st->reader->other == NULL)
        return bad(st, "expected a verb of a story", st->ln->verb);
    return st->reader->other(st->reader->user, st->ctx, st->ln, st->now_us);
}

enum err story_read(struct ctx *ctx, struct str text, int64_t start_us, const struct story_reader *reader)
{
    struct story st = {.ctx = ctx, .reader = reader, .start_us = start_us, .now_us = start_us};
    struct str line;
    enum err e = OK;
    for (size_t no = 1; e == OK && str_split(&text, '\n', &line); no++) {
        struct story_line ln;
        line = str_trim(line);
        if (str_empty(line) || line.p[0] == '#' || line.p[0] == '=')
            continue;
        e = cut_line(ctx, line, no, &ln);
        st.ln = &ln;
        if (e == OK)
            e = run_line(&st);
    }
    return e;
}
