/*
 * Who asks may see an order once two facts match: its name (or a parcel's number) and an e-mail, phone or ZIP of it; or an e-mail
 * or phone and a ZIP.
 * Every call hashes and looks up the same number of times whether it finds something or not, so that neither bytes nor time
 * tell an order that does not exist from a wrong e-mail.
 */
#include "flows/reader.h"

#define NAMED_SLOTS 4   /* newest orders of one name that are tried */

struct match {
    struct ctx *ctx;
    struct reader *rd;
    struct merchant *m;
    struct identity_result *out;
    unsigned char email[CONTACT_HASH_LEN], phone[CONTACT_HASH_LEN], zip[CONTACT_HASH_LEN];
    bool has_email, has_phone, has_zip;
};

static void hash_one(struct match *k, enum contact_kind kind, struct str given, unsigned char out[CONTACT_HASH_LEN], bool *has)
{
    *has = contact_hash(k->ctx, &k->m->keys, kind, given, out) == OK;
    if (!*has)
        (void)!contact_hash(k->ctx, &k->m->keys, kind, STR("0none@0"), out); /* the same work; its answer is never used */
    k->out->hashes++;
}

static enum err contact_has(struct match *k, const unsigned char h[CONTACT_HASH_LEN], int64_t order_no, bool *found)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(k->ctx, k->rd->state, SQL_CONTACT_HAS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, k->m->id);
    db_bind_blob(st, 2, (struct str){(const char *)h, CONTACT_HASH_LEN});
    db_bind_i64(st, 3, order_no);
    e = db_step(k->ctx, st, found);
    db_done(st);
    k->out->lookups++;
    return e;
}

/* One slot of candidates: order_no 0 stands for none and costs the same. */
static enum err try_slot(struct match *k, int64_t order_no, bool named)
{
    bool email = false, phone = false, zip = false;
    enum err e = contact_has(k, k->email, order_no, &email);
    if (e == OK)
        e = contact_has(k, k->phone, order_no, &phone);
    if (e == OK)
        e = contact_has(k, k->zip, order_no, &zip);
    email = email && k->has_email;
    phone = phone && k->has_phone;
    zip = zip && k->has_zip;
    bool match = named ? email || phone || zip : (email || phone) && zip;
    if (e == OK && match && order_no != 0 && k->out->n < CASE_FIND_MAX)
        k->out->orders[k->out->n++] = order_no;
    return e;
}

static enum err candidates(struct match *k, enum sql_id id, struct str key, int64_t *nos, size_t max, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(k->ctx, k->rd->state, id, &st);
    *n = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, k->m->id);
    if (id == SQL_ALIAS_GET) {
        db_bind_text(st, 2, key);
    } else {
        db_bind_blob(st, 2, key);
        db_bind_i64(st, 3, (int64_t)max);
    }
    while ((e = db_step(k->ctx, st, &row)) == OK && row)
        if (*n < max)
            nos[(*n)++] = db_col_i64(st, 0);
    db_done(st);
    k->out->lookups++;
    return e;
}

/* The alias list is oldest first: the newest of a name come first here. */
static void reverse(int64_t *nos, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        int64_t t = nos[i];
        nos[i] = nos[n - 1 - i];
        nos[n - 1 - i] = t;
    }
}

static enum err by_name(struct match *k, struct str name)
{
    int64_t nos[CASE_FIND_MAX] = {0};
    size_t n = 0;
    enum err e = candidates(k, SQL_ALIAS_GET, order_alias_name(k->ctx->arena, name), nos, CASE_FIND_MAX, &n);
    reverse(nos, n);
    for (size_t i = 0; e == OK && i < NAMED_SLOTS; i++)
        e = try_slot(k, i < n ? nos[i] : 0, true);
    return e;
}

/* The orders that share a parcel, by their numbers; as many slots are tried as a parcel can have orders. */
static enum err by_number(struct match *k, struct str number)
{
    struct db_stmt *st = NULL;
    struct parcel pcl = {.links_n = 0};
    bool row = false;
    enum err e = db_stmt_get(k->ctx, k->rd->state, SQL_PARCEL_BY_NUMBER, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, k->m->id);
    db_bind_text(st, 2, number);
    e = db_step(k->ctx, st, &row);
    if (e == OK && row)
        e = parcel_decode(k->ctx, db_col_str(st, 3), &pcl);
    db_done(st);
    k->out->lookups++;
    for (size_t i = PARCEL_LINKS_MAX; e == OK && i > 0; i--) /* the newest order first */
        e = try_slot(k, i <= pcl.links_n ? pcl.links[i - 1].order_no : 0, true);
    return e;
}

static enum err by_contact(struct match *k)
{
    int64_t nos[CASE_FIND_MAX] = {0};
    size_t n = 0;
    const unsigned char *h = k->has_email || !k->has_phone ? k->email : k->phone;
    enum err e = candidates(k, SQL_CONTACT_ORDERS, (struct str){(const char *)h, CONTACT_HASH_LEN}, nos, CASE_FIND_MAX, &n);
    for (size_t i = 0; e == OK && i < CASE_FIND_MAX; i++)
        e = try_slot(k, i < n ? nos[i] : 0, false);
    return e;
}

enum err identity_match(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct identity_given *given,
                        struct identity_result *out)
{
    struct match k = {.ctx = ctx, .rd = rd, .m = engine_merchant_by_id(rd->eng, merchant_id), .out = out};
    memset(out, 0, sizeof(*out));
    if (k.m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    bool names = !str_empty(given->order_name) || !str_empty(given->tracking_number);
    out->facts_given = (int)names + !str_empty(given->email) + !str_empty(given->phone) + !str_empty(given->zip);
    hash_one(&k, CONTACT_EMAIL, given->email, k.email, &k.has_email);
    hash_one(&k, CONTACT_PHONE, given->phone, k.phone, &k.has_phone);
    hash_one(&k, CONTACT_ZIP, given->zip, k.zip, &k.has_zip);
    if (!str_empty(given->order_name))
        return by_name(&k, given->order_name);
    if (str_empty(given->tracking_number))
        return by_contact(&k);
    struct str number;
    enum err e = tracking_number_normalise(ctx, given->tracking_number, &number);
    return e == OK ? by_number(&k, number) : e;
}

enum err contact_orders(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str email, struct str phone, int64_t out[CASE_FIND_MAX],
                        size_t *n)
{
    struct identity_result work = {.n = 0};
    struct match k = {.ctx = ctx, .rd = rd, .m = engine_merchant_by_id(rd->eng, merchant_id), .out = &work};
    unsigned char h[CONTACT_HASH_LEN];
    bool known = false;
    *n = 0;
    if (k.m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    hash_one(&k, str_empty(email) ? CONTACT_PHONE : CONTACT_EMAIL, str_empty(email) ? phone : email, h, &known);
    return known ? candidates(&k, SQL_CONTACT_ORDERS, (struct str){(const char *)h, CONTACT_HASH_LEN}, out, CASE_FIND_MAX, n) : OK;
}
