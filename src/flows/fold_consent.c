/*
 * What customers want: a word about a channel, said of an order, of a message (the way out in a mail) or by a contact (STOP by
 * SMS). A contact is resolved when it comes and recorded as the orders it stands for, so that replay needs no contacts; one that
 * has no order yet is kept under its customer's id, which a later order with the same contact gets.
 */
#include "flows/fold.h"

#include "storage/outbox.h"

#define CONTACT_ORDERS_MAX 20

static enum err consent_set(struct fold *f, struct str subject, enum channel_kind c, bool withdrawn, int64_t at_us)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CONSENT_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, subject);
    db_bind_i64(st, 3, c);
    db_bind_i64(st, 4, withdrawn);
    db_bind_i64(st, 5, at_us);
    return db_run(f->ctx, st);
}

enum err fold_consent_set(struct fold *f, const struct fold_order *fo, enum channel_kind c, bool withdrawn, int64_t at_us)
{
    return consent_set(f, fold_consent_subject(f, fo), c, withdrawn, at_us);
}

static enum err apply(struct fold *f, struct str subject, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    const struct consent_fact *c = &fct->u.consent;
    int64_t at = c->at_us != 0 ? c->at_us : f->now_us;
    enum channel_kind one = CHANNEL_EMAIL;
    enum err e = OK;
    bool all = str_empty(c->channel), known = all || channel_kind_parse(c->channel, &one); /* an unknown one is recorded only */
    for (int k = 0; e == OK && known && k < CHANNEL_KIND_COUNT; k++)
        if (all || k == (int)one)
            e = consent_set(f, subject, (enum channel_kind)k, c->withdrawn, at);
    if (e == OK)
        e = fold_fact_keep(f, fct, rec);
    return e == OK && fo != NULL ? fold_touch(f, fo) : e;
}

static enum err of_order(struct fold *f, int64_t order_no, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_order *fo = NULL;
    enum err e = fold_order_by_no(f, order_no, &fo);
    if (e != OK || fo == NULL)
        return e == ERR_NOTFOUND ? OK : e;
    return apply(f, fold_consent_subject(f, fo), fo, fct, rec);
}

static enum err orders_of(struct fold *f, struct str hash, int64_t out[CONTACT_ORDERS_MAX], size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CONTACT_ORDERS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_blob(st, 2, hash);
    db_bind_i64(st, 3, CONTACT_ORDERS_MAX);
    while (*n < CONTACT_ORDERS_MAX && (e = db_step(f->ctx, st, &row)) == OK && row)
        out[(*n)++] = db_col_i64(st, 0);
    db_done(st);
    return e;
}

static enum err of_contact(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    unsigned char h[CONTACT_HASH_LEN];
    int64_t nos[CONTACT_ORDERS_MAX];
    size_t n = 0;
    struct fact one = *fct;
    struct str contact = one.u.consent.contact;
    bool mail = memchr(contact.p, '@', contact.n) != NULL;
    one.u.consent.contact = STR_NULL;
    if (contact_hash(f->ctx, &f->m->keys, mail ? CONTACT_EMAIL : CONTACT_PHONE, contact, h) != OK)
        return OK; /* nobody's */
    enum err e = orders_of(f, (struct str){(const char *)h, CONTACT_HASH_LEN}, nos, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        one.u.consent.order_no = nos[i];
        e = of_order(f, nos[i], &one, rec);
    }
    if (e != OK || n > 0)
        return e;
    e = fold_customer_of(f, h, &one.u.consent.customer);
    return e == OK ? apply(f, one.u.consent.customer, NULL, &one, rec) : e;
}

enum err fold_consent(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    const struct consent_fact *c = &fct->u.consent;
    struct outbox_row row;
    if (fo != NULL)
        return apply(f, fold_consent_subject(f, fo), fo, fct, rec);
    if (c->order_no != 0)
        return of_order(f, c->order_no, fct, rec);
    if (!str_empty(c->customer))
        return apply(f, c->customer, NULL, fct, rec);
    if (!str_empty(c->contact))
        return of_contact(f, fct, rec);
    if (str_empty(c->message_key))
        return OK; /* about nobody */
    enum err e = outbox_get(f->ctx, f->db, f->m->id, c->message_key, &row);
    return e == OK ? of_order(f, row.order_no, fct, rec) : e == ERR_NOTFOUND ? OK : e;
}
