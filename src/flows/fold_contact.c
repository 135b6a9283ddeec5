/* Contacts of an order as keyed hashes, and the customer whom they belong to. See fold.h. */
#include "flows/customer_history.h"
#include "flows/fold.h"

static enum err contact_add(struct fold *f, enum contact_kind kind, struct str value, int64_t order_no, unsigned char *hash_out)
{
    unsigned char h[CONTACT_HASH_LEN];
    struct db_stmt *st = NULL;
    if (str_empty(str_trim(value)) || contact_hash(f->ctx, &f->m->keys, kind, value, h) != OK)
        return OK;
    if (hash_out != NULL)
        memcpy(hash_out, h, CONTACT_HASH_LEN);
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CONTACT_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_blob(st, 2, (struct str){(const char *)h, CONTACT_HASH_LEN});
    db_bind_i64(st, 3, order_no);
    return db_run(f->ctx, st);
}

static bool hash_given(const unsigned char h[CONTACT_HASH_LEN])
{
    static const unsigned char ZERO[CONTACT_HASH_LEN];
    return memcmp(h, ZERO, CONTACT_HASH_LEN) != 0;
}

static enum err customer_get(struct fold *f, const unsigned char h[CONTACT_HASH_LEN], struct str *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = STR_NULL;
    if (!hash_given(h))
        return OK;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CUSTOMER_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_blob(st, 2, (struct str){(const char *)h, CONTACT_HASH_LEN});
    e = db_step(f->ctx, st, &row);
    if (e == OK && row) {
        e = arena_dup(f->ctx->arena, db_col_str(st, 0), out);
        db_done(st);
    }
    return e;
}

static enum err customer_put(struct fold *f, const unsigned char h[CONTACT_HASH_LEN], struct str id)
{
    struct db_stmt *st = NULL;
    if (!hash_given(h))
        return OK;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CUSTOMER_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_blob(st, 2, (struct str){(const char *)h, CONTACT_HASH_LEN});
    db_bind_text(st, 3, id);
    return db_run(f->ctx, st);
}

static enum err customer_new(struct fold *f, struct str *out)
{
    unsigned char r[8];
    uint64_t v = 0;
    enum err e = crypto_random(r, sizeof(r));
    memcpy(&v, r, sizeof(v));
    *out = arena_fmt(f->ctx->arena, "c%016llx", (unsigned long long)v);
    return e == OK && out->p == NULL ? ctx_fail(f->ctx, ERR_MEMORY, "no memory") : e;
}

enum err fold_customer_of(struct fold *f, const unsigned char hash[CONTACT_HASH_LEN], struct str *id)
{
    enum err e = customer_get(f, hash, id);
    if (e != OK || !str_empty(*id))
        return e;
    e = customer_new(f, id);
    return e == OK ? customer_put(f, hash, *id) : e;
}

enum err fold_customer_link(struct fold *f, int64_t order_no, struct str customer)
{
    struct fold_order *fo = NULL;
    enum err e = fold_order_by_no(f, order_no, &fo);
    if (e == OK)
        e = arena_dup(f->ctx->arena, customer, &fo->c.customer);
    if (e == OK)
        fold_order_changed(f, fo);
    return e == OK ? fold_customer_order(f, fo, 0) : e;
}

/* Contacts to a random customer id; the link is a fact, so that replay never needs the contacts. */
static enum err link_customer(struct fold *f, struct fold_order *fo, const unsigned char email[CONTACT_HASH_LEN],
                              const unsigned char phone[CONTACT_HASH_LEN])
{
    struct str id = STR_NULL;
    enum err e = customer_get(f, email, &id);
    if (e == OK && str_empty(id))
        e = customer_get(f, phone, &id);
    if (e != OK || !str_empty(fo->c.customer) || (!hash_given(email) && !hash_given(phone)))
        return e;
    if (str_empty(id))
        e = customer_new(f, &id);
    if (e == OK)
        e = customer_put(f, email, id);
    if (e == OK)
        e = customer_put(f, phone, id);
    if (e == OK)
        e = fold_customer_link(f, fo->c.order_no, id);
    struct str clear = arena_fmt(f->ctx->arena, "{\"kind\":\"customer_link\",\"order_no\":%lld,\"customer\":\"%.*s\"}",
                                 (long long)fo->c.order_no, STR_ARG(id));
    return e == OK ? fold_record(f, FACT_CUSTOMER_LINK, clear) : e;
}

enum err fold_order_contacts(struct fold *f, struct fold_order *fo, const struct order_fact *o)
{
    unsigned char email[CONTACT_HASH_LEN] = {0}, phone[CONTACT_HASH_LEN] = {0};
    enum err e = contact_add(f, CONTACT_EMAIL, o->email, fo->c.order_no, email);
    if (e == OK)
        e = contact_add(f, CONTACT_PHONE, o->phone, fo->c.order_no, phone);
    if (e == OK)
        e = contact_add(f, CONTACT_PHONE, o->ship_to.phone, fo->c.order_no, NULL);
    if (e == OK)
        e = contact_add(f, CONTACT_ZIP, o->ship_to.postal_code, fo->c.order_no, NULL);
    return e == OK ? link_customer(f, fo, email, phone) : e;
}

uint64_t fold_address_hash(struct fold *f, const struct address *a)
{
    unsigned char h[CONTACT_HASH_LEN];
    if (str_empty(a->line1) && str_empty(a->postal_code))
        return 0;
    struct str joined = arena_fmt(f->ctx->arena, "%.*s|%.*s|%.*s|%.*s|%.*s", STR_ARG(a->line1), STR_ARG(a->line2), STR_ARG(a->city),
                                  STR_ARG(a->postal_code), STR_ARG(a->country));
    uint64_t v = 0;
    if (contact_hash(f->ctx, &f->m->keys, CONTACT_ADDRESS, joined, h) == OK)
        memcpy(&v, h, sizeof(v));
    return v;
}
