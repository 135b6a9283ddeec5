/* See lookup.h. */
#include "flows/lookup.h"

#include "base/zone.h"
#include "connectors/lib/tracking_number.h"

#define VALUE_MAX 300

enum err lookup_question_set(struct ctx *ctx, struct lookup_question *q, struct str name, struct str value)
{
    static const char *const NAMES[] = {"order", "tracking_number", "email", "phone", "lang"};
    struct str *const fields[] = {&q->order, &q->tracking_number, &q->email, &q->phone, &q->lang};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (!str_eq(name, str_of(NAMES[i])))
            continue;
        if (value.n > VALUE_MAX)
            return ctx_fail(ctx, ERR_PARSE, "%s: longer than %d bytes", NAMES[i], VALUE_MAX);
        *fields[i] = str_trim(value);
        return OK;
    }
    return ctx_fail(ctx, ERR_NOTFOUND, "%.*s: no such question", STR_ARG(str_sub(name, 0, 40)));
}

/* ---- which order */

static bool is_over(enum diag_class cls)
{
    return cls == DIAG_DELIVERED || cls == DIAG_RETURNED || cls == DIAG_CANCELLED || cls == DIAG_REFUNDED;
}

/* Newest first. */
static enum err find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct lookup_question *q, int64_t nos[CASE_FIND_MAX], size_t *n)
{
    struct identity_given given = {.order_name = q->order, .email = q->email, .phone = q->phone, .tracking_number = q->tracking_number};
    struct identity_result id;
    bool named = !str_empty(q->order) || !str_empty(q->tracking_number), contact = !str_empty(q->email) || !str_empty(q->phone);
    *n = 0;
    if (!named && !contact)
        return ctx_fail(ctx, ERR_PARSE, "order, tracking_number, email or phone: one is needed");
    if (!named)
        return contact_orders(ctx, rd, merchant_id, q->email, q->phone, nos, n);
    if (!contact) {
        enum err e = case_find(ctx, rd, merchant_id, str_empty(q->order) ? q->tracking_number : q->order, nos, n);
        for (size_t i = 0; i < *n / 2; i++) { /* it gives the oldest first */
            int64_t t = nos[i];
            nos[i] = nos[*n - 1 - i];
            nos[*n - 1 - i] = t;
        }
        return e;
    }
    enum err e = identity_match(ctx, rd, merchant_id, &given, &id);
    if (e == OK) {
        memcpy(nos, id.orders, sizeof(id.orders));
        *n = id.n;
    }
    return e;
}

/* The newest that is not over; all over: the newest. */
static enum err choose(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const int64_t *nos, size_t n, struct case_answer *out, struct str *others)
{
    struct str newest = STR_NULL;
    bool open = false;
    *others = STR("");
    for (size_t i = 0; i < n; i++) {
        struct case_answer ca;
        enum err e = case_read(ctx, rd, merchant_id, nos[i], 0, &ca);
        if (e != OK)
            return e;
        const struct order_view *v = order_anchor(ca.cas);
        struct str name = v == NULL ? STR_NULL : v->name;
        bool takes = i == 0 || (!open && !is_over(ca.cd.order.cls)), aside = i > 0;
        struct str said = takes ? newest : name;
        if (takes) {
            *out = ca;
            newest = name;
            open = !is_over(ca.cd.order.cls);
        }
        if (aside && !str_empty(said))
            *others = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(*others), others->n > 0 ? ", " : "", STR_ARG(said));
    }
    return OK;
}

/* ---- what is told */

/* The parcel that the status is about: the one in the most trouble that is not there yet, else the last one. */
static const struct parcel_diagnosis *parcel_of(const struct case_diagnosis *cd)
{
    const struct parcel_diagnosis *best = NULL;
    for (size_t i = 0; i < cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &cd->parcels[i];
        if (!parcel_is_named(cd, i))
            continue;
        bool over = best == NULL || best->d.cls == DIAG_DELIVERED;
        if (over || (pd->d.cls != DIAG_DELIVERED && pd->d.severity > best->d.severity))
            best = pd;
    }
    return best;
}

/* The day, where it is received: the estimate that holds, else the cautious one of the model, else the promise. */
static struct str expected_day(struct ctx *ctx, const struct case_answer *ca, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = pd == NULL ? &ca->cd.order.fig : &pd->d.fig;
    const struct place to = case_destination(ca->cas);
    int64_t at = fig->expected_us != 0 ? fig->expected_us : fig->estimate.known ? fig->estimate.p90_us : fig->promised_us;
    int32_t offset = 0;
    bool exact;
    enum diag_class cls = pd == NULL ? ca->cd.order.cls : pd->d.cls;
    if (at == 0 || is_over(cls) || cls == DIAG_RETURNING || cls == DIAG_LOST)
        return STR("");
    if (zone_offset(zone_of_place(to.country, to.region, &exact), at, &offset) != OK)
        offset = 0;
    return str_sub(time_rfc3339(ctx->arena, at + offset * US_PER_S), 0, 10);
}

static void key_text(struct jw *w, const char *name, struct str value)
{
    jw_kstr(w, name, value.p == NULL ? STR("") : value);
}

static void write_found(struct ctx *ctx, struct jw *w, const struct case_answer *ca, struct str lang, struct str others)
{
    const struct parcel_diagnosis *pd = parcel_of(&ca->cd);
    const struct order_view *v = order_anchor(ca->cas);
    struct str number = pd == NULL ? STR_NULL : pd->parcel->number;
    key_text(w, "Found", STR("yes"));
    key_text(w, "Order_Name", v == NULL ? STR_NULL : v->name);
    key_text(w, "Order_Status", str_of(diag_class_word(ca->cd.order.cls)));
    key_text(w, "Tracking_Number", number);
    key_text(w, "Carrier", pd == NULL ? STR_NULL : carrier_title(pd->carrier));
    key_text(w, "Tracking_Link", pd == NULL ? STR_NULL : carrier_url(ctx->arena, pd->carrier, number));
    key_text(w, "Expected_Delivery_Date", expected_day(ctx, ca, pd));
    key_text(w, "Explanation", diagnosis_for_customer(ctx, str_empty(lang) ? STR("en") : lang, ca->cas, &ca->cd, NULL, ca->as_of_us));
    key_text(w, "Reason", diagnosis_for_operator(ctx, ca->cas, &ca->cd, NULL, ca->as_of_us));
    key_text(w, "As_Of", time_rfc3339(ctx->arena, ca->as_of_us));
    key_text(w, "Other_Orders", others);
}

enum err lookup_answer(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct lookup_question *q, struct jw *w)
{
    static const char *const NAMES[] = {"Order_Name", "Order_Status", "Tracking_Number", "Carrier", "Tracking_Link", "Expected_Delivery_Date",
                                        "Explanation", "Reason", "As_Of", "Other_Orders"};
    int64_t nos[CASE_FIND_MAX];
    struct case_answer ca;
    struct str others = STR_NULL;
    size_t n = 0;
    enum err e = find(ctx, rd, merchant_id, q, nos, &n);
    if (e == OK && n > 0)
        e = choose(ctx, rd, merchant_id, nos, n, &ca, &others);
    if (e != OK)
        return e;
    jw_obj(w);
    if (n > 0) {
        write_found(ctx, w, &ca, q->lang, others);
    } else {
        key_text(w, "Found", STR("no"));
        for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
            key_text(w, NAMES[i], STR_NULL);
    }
    jw_end(w);
    return ctx_whole(ctx, OK);
}
