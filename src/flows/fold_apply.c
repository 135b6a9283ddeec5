/*
 * One input fact into the state: which row it belongs to (orders are found by their names and ids at each source), the fold,
 * and the fact's own record with its personal part sealed under the key of its subject. See fold.h.
 */
#include "flows/customer_history.h"
#include "flows/reader.h"

#include "base/log.h"
#include "base/metrics.h"
#include "model/fact_json.h"

#include <stdio.h>

/* ---- recording */

static enum err subject_key(struct fold *f, int64_t *subject, unsigned char key[KEY_LEN], bool *have_key)
{
    struct db_stmt *st = NULL;
    struct buf wrapped;
    bool row = false;
    if (*have_key)
        return OK;
    enum err e = OK;
    if (*subject != 0) {
        e = db_stmt_get(f->ctx, f->db, SQL_SUBJECT_GET, &st);
        if (e != OK)
            return e;
        db_bind_i64(st, 1, f->m->id);
        db_bind_i64(st, 2, *subject);
        e = db_step(f->ctx, st, &row);
        if (e == OK && row)
            e = key_unwrap(f->m->keys.kek, STR("subject"), db_col_str(st, 0), key);
        db_done(st);
        *have_key = e == OK && row;
        if (e != OK || row)
            return e;
        /* the key was destroyed: what comes later about this subject gets a new one */
    }
    buf_init(&wrapped, 256);
    e = crypto_random(key, KEY_LEN);
    if (e == OK)
        e = key_wrap(f->m->keys.kek, STR("subject"), key, &wrapped);
    if (e == OK)
        e = db_stmt_get(f->ctx, f->db, SQL_SUBJECT_ADD, &st);
    if (e == OK) {
        *subject = ++f->subject_no;
        db_bind_i64(st, 1, f->m->id);
        db_bind_i64(st, 2, *subject);
        db_bind_blob(st, 3, buf_str(&wrapped));
        e = db_run(f->ctx, st);
    }
    buf_clear(&wrapped);
    *have_key = e == OK;
    return e;
}

static enum err write_fact_row(struct fold *f, enum fact_kind kind, int64_t subject, struct str clear, struct str sealed)
{
    struct db_stmt *st = NULL;
    if (f->replay)
        return OK;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_FACT_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, f->pos);
    db_bind_i64(st, 3, f->idx);
    db_bind_i64(st, 4, kind);
    db_bind_i64(st, 5, f->origin);
    db_bind_i64(st, 6, f->at_us);
    db_bind_text(st, 7, f->account);
    db_bind_i64(st, 8, subject);
    db_bind_i64(st, 9, build_id());
    db_bind_blob(st, 10, clear);
    db_bind_blob(st, 11, sealed);
    e = db_run(f->ctx, st);
    f->idx++;
    f->facts++;
    return e;
}

/* What replay needs to know of the sealed part goes into the clear one: the hash of an address, that there was a signer. */
static void add_marks(const struct fact *fct, uint64_t address_hash, struct buf *clear)
{
    if (clear->n == 0 || clear->p[clear->n - 1] != '}')
        return;
    bool event = fct->kind == FACT_TRACKING_EVENT;
    if (address_hash == 0 && !(event && (!str_empty(fct->u.event.signed_by) || !str_empty(fct->u.event.drop_off_note))))
        return;
    clear->n--;
    if (address_hash != 0)
        buf_fmt(clear, ",\"address_hash\":\"%016llx\"", (unsigned long long)address_hash);
    if (event && !str_empty(fct->u.event.signed_by))
        buf_add(clear, STR(",\"has_signer\":true"));
    if (event && !str_empty(fct->u.event.drop_off_note))
        buf_add(clear, STR(",\"has_note\":true"));
    buf_addc(clear, '}');
}

static enum err seal_personal(struct fold *f, struct str personal, int64_t *subject, unsigned char key[KEY_LEN], bool *have_key,
                              struct buf *sealed)
{
    enum err e = subject_key(f, subject, key, have_key);
    if (e != OK)
        return e;
    return seal(key, NULL, STR("fact"), personal, sealed);
}

enum err fold_fact_add(struct fold *f, const struct fact *fct, const struct fact_record *rec, int64_t *subject,
                       unsigned char key[KEY_LEN], bool *have_key, uint64_t address_hash)
{
    if (f->replay) {
        if (rec->subject != 0) {
            *subject = rec->subject;
            if (rec->subject > f->subject_no)
                f->subject_no = rec->subject;
        }
        return OK;
    }
    struct buf clear, personal, sealed;
    buf_init(&clear, (size_t)4 << 20);
    buf_init(&personal, (size_t)1 << 20);
    buf_init(&sealed, (size_t)2 << 20);
    struct jw wc = jw_of(&clear), wp = jw_of(&personal);
    fact_write_split(f->ctx->arena, &wc, &wp, fct);
    add_marks(fct, address_hash, &clear);
    enum err e = buf_err(&clear);
    if (e == OK)
        e = buf_err(&personal);
    if (e == OK && personal.n > 0)
        e = seal_personal(f, buf_str(&personal), subject, key, have_key, &sealed);
    if (e == OK)
        e = write_fact_row(f, fct->kind, personal.n > 0 ? *subject : 0, buf_str(&clear), sealed.n > 0 ? buf_str(&sealed) : STR_NULL);
    buf_clear(&clear);
    buf_clear(&personal);
    buf_clear(&sealed);
    return e;
}

enum err fold_derived(struct fold *f, enum fact_kind kind, struct str clear)
{
    f->derived_idx = f->idx;
    if (f->derived != NULL)
        return f->derived(f, f->derived_user, &(struct derived_fact){kind, clear});
    return write_fact_row(f, kind, 0, clear, STR_NULL);
}

enum err fold_record(struct fold *f, enum fact_kind kind, struct str clear)
{
    return write_fact_row(f, kind, 0, clear, STR_NULL);
}

/* ---- finding the order */

#define ALIAS_MAX 300

static struct str alias_id(char buf[ALIAS_MAX], struct str account, struct str id)
{
    int n = snprintf(buf, ALIAS_MAX, "i:%.*s:%.*s", STR_ARG(str_sub(account, 0, 80)), STR_ARG(str_sub(id, 0, 200)));
    return (struct str){buf, (size_t)n};
}

static enum err alias_get(struct fold *f, struct str alias, int64_t *out, size_t max, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ALIAS_GET, &st);
    *n = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, alias);
    while ((e = db_step(f->ctx, st, &row)) == OK && row)
        if (*n < max)
            out[(*n)++] = db_col_i64(st, 0);
    return e;
}

static enum err alias_add(struct fold *f, struct str alias, int64_t order_no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ALIAS_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, alias);
    db_bind_i64(st, 3, order_no);
    return db_run(f->ctx, st);
}

/* Has this row a view from another object of the same source? Then a shared name is no proof that they are one order. */
static bool has_other_view(const struct order_case *cas, struct str source, struct str order_id)
{
    for (size_t i = 0; !str_empty(order_id) && i < cas->views_n; i++)
        if (str_eq(cas->views[i].source, source) && !str_eq(cas->views[i].order_id, order_id))
            return true;
    return false;
}

static enum err order_by_name(struct fold *f, struct str name, struct str order_id, struct fold_order **out)
{
    int64_t nos[20];
    size_t n = 0;
    enum err e = str_empty(name) ? OK : alias_get(f, order_alias_name(f->ctx->arena, name), nos, 20, &n);
    *out = NULL;
    /* the newest first: a name that is used again means the newer order */
    for (size_t i = n; e == OK && i > 0 && *out == NULL; i--) {
        struct fold_order *fo = NULL;
        e = fold_order_by_no(f, nos[i - 1], &fo);
        if (e == OK && !has_other_view(&fo->c, f->account, order_id))
            *out = fo;
    }
    return e;
}

enum err fold_order_by_id(struct fold *f, struct str id, struct fold_order **out)
{
    char buf[ALIAS_MAX];
    int64_t no = 0;
    size_t n = 0;
    *out = NULL;
    enum err e = str_empty(id) ? OK : alias_get(f, alias_id(buf, f->account, id), &no, 1, &n);
    return e == OK && n > 0 ? fold_order_by_no(f, no, out) : e;
}

static enum err run_two(struct fold *f, enum sql_id id, int64_t from, int64_t into)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, from);
    db_bind_i64(st, 3, into);
    return db_run(f->ctx, st);
}

static enum err relink_parcels(struct fold *f, const struct order_case *from, int64_t into)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    bool changed = false;
    enum err e = case_parcel_numbers(f->ctx, from, &refs, &since, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fold_parcel *fp = NULL;
        e = fold_parcel_by_number(f, refs[i].tracking_number, true, &fp);
        if (e != OK)
            break;
        size_t k = 0;
        for (size_t j = 0; j < fp->p.links_n; j++)
            if (fp->p.links[j].order_no != from->order_no)
                fp->p.links[k++] = fp->p.links[j];
        fp->p.links_n = k;
        fold_parcel_changed(f, fp);
        if (parcel_link_order(&fp->p, into, since[i], &changed) != OK)
            LOG(f->ctx->log, LOG_WARN, "parcel_links_full", LOG_I("order_no", into));
    }
    return e;
}

/* Two rows turn out to be one order: the older number keeps everything. */
static enum err merge_orders(struct fold *f, struct fold_order *into, struct fold_order *from)
{
    enum err e = relink_parcels(f, &from->c, into->c.order_no);
    if (e == OK)
        e = fold_customer_merged(f, from->c.customer, from->c.order_no);
    if (e == OK)
        e = case_merge(f->ctx, &into->c, &from->c);
    if (e == OK)
        e = fold_customer_order(f, into, 0);
    static const enum sql_id MOVES[] = {SQL_ALIAS_MOVE, SQL_ORDER_FACT_MOVE, SQL_CONTACT_MOVE, SQL_OUTBOX_MOVE, SQL_ACTION_MOVE,
                                       SQL_CONVERSATION_MOVE};
    for (size_t i = 0; e == OK && i < sizeof(MOVES) / sizeof(MOVES[0]); i++)
        e = run_two(f, MOVES[i], from->c.order_no, into->c.order_no);
    int64_t no = from->c.order_no;
    memset(&from->c, 0, sizeof(from->c));
    from->c.order_no = no;
    from->c.diag = DIAG_CLASS_COUNT;
    from->hist = STR_NULL;
    if (e == OK)
        e = fold_tellings_merge(f, into, from);
    if (e == OK)
        e = fold_act_merge(f, into, from);
    fold_order_changed(f, from);
    fold_order_changed(f, into);
    return e;
}

/* The row of an order by its id at this source, else by name or reference; made when there is none; merged when there are two. */
static enum err order_resolve(struct fold *f, struct str id, struct str name, struct str ref, struct fold_order **out)
{
    struct fold_order *by_id = NULL, *by_name = NULL;
    char buf[ALIAS_MAX];
    enum err e = fold_order_by_id(f, id, &by_id);
    if (e == OK)
        e = order_by_name(f, str_empty(ref) ? name : ref, id, &by_name);
    if (e == OK && by_id != NULL && by_name != NULL && by_id != by_name) {
        bool id_first = by_id->c.order_no < by_name->c.order_no;
        e = merge_orders(f, id_first ? by_id : by_name, id_first ? by_name : by_id);
        *out = id_first ? by_id : by_name;
    } else if (by_id != NULL || by_name != NULL) {
        *out = by_id != NULL ? by_id : by_name;
    } else if (e == OK) {
        e = fold_order_new(f, out);
    }
    if (e == OK && !str_empty(id) && by_id == NULL)
        e = alias_add(f, alias_id(buf, f->account, id), (*out)->c.order_no);
    if (e == OK && !str_empty(name))
        e = alias_add(f, order_alias_name(f->ctx->arena, name), (*out)->c.order_no);
    if (e == OK && !str_empty(ref))
        e = alias_add(f, order_alias_name(f->ctx->arena, ref), (*out)->c.order_no);
    return e;
}

/* ---- contacts */

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
    return e == OK ? write_fact_row(f, FACT_CUSTOMER_LINK, 0, clear, STR_NULL) : e;
}

static enum err order_contacts(struct fold *f, struct fold_order *fo, const struct order_fact *o)
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

static uint64_t address_hash_of(struct fold *f, const struct address *a)
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

/* ---- kinds */

static enum err order_fact_index(struct fold *f, struct fold_order *fo, uint32_t idx)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ORDER_FACT_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, fo->c.order_no);
    db_bind_i64(st, 3, f->pos);
    db_bind_i64(st, 4, idx);
    return db_run(f->ctx, st);
}

static enum err link_case_parcels(struct fold *f, struct fold_order *fo)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(f->ctx, &fo->c, &refs, &since, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fold_parcel *fp = NULL;
        bool changed = false;
        e = fold_parcel_by_number(f, refs[i].tracking_number, true, &fp);
        if (e == OK && parcel_link_order(&fp->p, fo->c.order_no, since[i], &changed) != OK)
            LOG(f->ctx->log, LOG_WARN, "parcel_links_full", LOG_I("order_no", fo->c.order_no));
        if (changed)
            fold_parcel_changed(f, fp);
    }
    return e;
}

/* Folds a fact of an order's row and records it when it moved something. */
static enum err apply_to_order(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_hashes hashes = {rec->address_hash};
    bool changed = false;
    if (!f->replay && fct->kind == FACT_ORDER)
        hashes.address_hash = address_hash_of(f, &fct->u.order.ship_to);
    uint32_t idx = f->replay ? rec->idx : f->idx;
    enum err e = case_fold(f->ctx, &fo->c, f->account, fct, (struct fact_ref){f->pos, idx}, &hashes, f->now_us, &changed);
    if (e == ERR_LIMIT) {
        LOG(f->ctx->log, LOG_WARN, "case_full", LOG_I("order_no", fo->c.order_no), LOG_S("why", str_of(f->ctx->msg)));
        e = OK;
    }
    if (e != OK)
        return e;
    if (!changed) {
        f->repeats++;
        return OK;
    }
    fold_order_changed(f, fo);
    e = fold_fact_add(f, fct, rec, &fo->subject, fo->key, &fo->have_key, hashes.address_hash);
    if (e == OK)
        e = order_fact_index(f, fo, idx);
    bool counts = (fct->kind == FACT_ORDER || fct->kind == FACT_CUSTOMER_REPORT) && !str_empty(fo->c.customer);
    if (e == OK && counts) /* else it is counted when its customer is known */
        e = fold_customer_order(f, fo, 0);
    if (e == OK && fct->kind == FACT_ORDER && !f->replay)
        e = order_contacts(f, fo, &fct->u.order);
    if (e == OK)
        e = link_case_parcels(f, fo);
    return e == OK ? fold_touch(f, fo) : e;
}

static enum err touch_linked(struct fold *f, struct fold_parcel *fp)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < fp->p.links_n; i++) {
        struct fold_order *fo = NULL;
        e = fold_order_by_no(f, fp->p.links[i].order_no, &fo);
        if (e == OK)
            e = fold_touch(f, fo);
    }
    return e;
}

static enum err count_unknown(struct fold *f, const struct tracking_event *ev)
{
    struct db_stmt *st = NULL;
    if (ev->status != PARCEL_UNKNOWN || str_empty(ev->code) || f->replay)
        return OK;
    metric_add(METRIC_UNKNOWN_CODES, 0, 1);
    enum err e = db_stmt_get(f->ctx, f->db, SQL_UNKNOWN_CODE_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, f->account);
    db_bind_text(st, 3, ev->carrier);
    db_bind_text(st, 4, str_sub(ev->code, 0, 100));
    db_bind_i64(st, 5, f->now_us);
    return db_run(f->ctx, st);
}

static enum err parcel_changed(struct fold *f, struct fold_parcel *fp, const struct fact *fct, const struct fact_record *rec)
{
    fold_parcel_changed(f, fp);
    enum err e = fold_fact_add(f, fct, rec, &fp->subject, fp->key, &fp->have_key, 0);
    return e == OK ? touch_linked(f, fp) : e;
}

enum err fold_event(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_parcel *fp = NULL;
    bool changed = false, moved_on = false;
    const struct tracking_event *ev = &fct->u.event;
    uint32_t idx = f->replay ? rec->idx : f->idx;
    enum err e = fold_parcel_by_number(f, ev->tracking_number, true, &fp);
    if (e == OK)
        e = parcel_fold_event(f->ctx, &fp->p, fct, (struct fact_ref){f->pos, idx}, f->now_us, &changed);
    if (e == OK && !str_empty(ev->next_number))
        e = parcel_link_next(f->ctx, &fp->p, ev->next_carrier, ev->next_number, event_told_us(ev), &moved_on);
    if (e == OK && !changed && !moved_on) {
        f->repeats++;
        return OK;
    }
    if (e == OK)
        e = count_unknown(f, ev);
    return e == OK ? parcel_changed(f, fp, fct, rec) : e;
}

static enum err apply_not_found(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    if (str_empty(fct->u.not_found.tracking_number))
        return OK;
    enum err e = fold_parcel_by_number(f, fct->u.not_found.tracking_number, true, &fp);
    if (e == OK)
        e = parcel_fold_not_found(f->ctx, &fp->p, f->now_us, &changed);
    return e == OK && changed ? parcel_changed(f, fp, fct, rec) : e;
}

static enum err apply_link(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct parcel_link_fact *l = &fct->u.link;
    struct fold_parcel *fp = NULL;
    struct fold_order *fo = NULL;
    bool changed = false;
    enum err e = OK;
    if (!str_empty(l->next_number)) {
        e = fold_parcel_by_number(f, l->tracking_number, true, &fp);
        if (e == OK)
            e = parcel_link_next(f->ctx, &fp->p, l->next_carrier, l->next_number, fct->changed_us, &changed);
        if (e == OK && changed)
            e = parcel_changed(f, fp, fct, rec);
    }
    if (e == OK && (!str_empty(l->order_id) || !str_empty(l->order_name))) {
        e = order_resolve(f, l->order_id, l->order_name, STR_NULL, &fo);
        if (e == OK)
            e = apply_to_order(f, fo, fct, rec);
    }
    return e;
}

static enum err apply_tick(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct tick_fact *t = &fct->u.tick;
    int64_t no_subject = 0;
    bool have = false;
    unsigned char key[KEY_LEN];
    enum err e;
    if (t->is_parcel) {
        struct fold_parcel *fp = NULL;
        e = fold_parcel_by_no(f, t->number, &fp);
        if (e != OK || fp == NULL || fp->p.due_us != t->due_us)
            return e;
        fp->p.due_us = 0; /* spent; the diagnosis sets the next */
        fold_parcel_changed(f, fp);
        e = fold_fact_add(f, fct, rec, &no_subject, key, &have, 0);
        return e == OK ? touch_linked(f, fp) : e;
    }
    struct fold_order *fo = NULL;
    e = fold_order_by_no(f, t->number, &fo);
    if (e != OK || fo->c.due_us != t->due_us)
        return e == ERR_NOTFOUND ? OK : e;
    fo->c.due_us = 0;
    fold_order_changed(f, fo);
    e = fold_fact_add(f, fct, rec, &no_subject, key, &have, 0);
    return e == OK ? fold_touch(f, fo) : e;
}

/* Contacts that the storefront keeps of a customer: known for look-ups; nothing else folds. */
static enum err apply_customer(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    int64_t subject = 0;
    bool have = false;
    unsigned char key[KEY_LEN];
    return fold_fact_add(f, fct, rec, &subject, key, &have, 0);
}

enum err fold_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct str id = STR_NULL, name = STR_NULL, ref = STR_NULL;
    struct fold_order *fo = NULL;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        return str_empty(fct->u.event.fulfillment_id) ? fold_event(f, fct, rec) : fold_parked_event(f, fct, rec);
    case FACT_NOT_FOUND:
        return apply_not_found(f, fct, rec);
    case FACT_HEARD:
        return fold_heard(f, fct, rec);
    case FACT_INVENTORY_LEVEL:
        return fold_inventory(f, fct, rec);
    case FACT_TICK:
        return apply_tick(f, fct, rec);
    case FACT_INCIDENT:
        return fold_incident(f, fct, rec);
    case FACT_ESTIMATE_MODEL:
        return fold_estimate_model(f, fct, rec);
    case FACT_KNOWLEDGE:
        return fold_knowledge(f, fct, rec);
    case FACT_PARCEL_LINK:
        return apply_link(f, fct, rec);
    case FACT_CUSTOMER:
        return apply_customer(f, fct, rec);
    case FACT_ATTEMPT:
    case FACT_RECEIPT:
    case FACT_POLICY:
    case FACT_CONTROL:
        return fold_message_fact(f, NULL, fct, rec);
    case FACT_REQUEST:
    case FACT_VERDICT:
    case FACT_ACTION_RESULT:
    case FACT_TICKET:
        return fold_act_fact(f, fct, rec);
    case FACT_MESSAGE_IN:
    case FACT_TURN:
        return fold_talk_fact(f, fct, rec);
    case FACT_TOLD:
        id = fct->u.told.order_id;
        name = fct->u.told.order_name;
        break;
    case FACT_CONSENT:
        id = fct->u.consent.order_id;
        name = fct->u.consent.order_name;
        break;
    case FACT_ORDER:
        id = fct->u.order.order_id;
        name = fct->u.order.name;
        ref = fct->u.order.order_ref;
        break;
    case FACT_FULFILLMENT:
        id = fct->u.fulfillment.order_id;
        name = fct->u.fulfillment.order_name;
        break;
    case FACT_REFUND:
        id = fct->u.refund.order_id;
        break;
    case FACT_HOLD:
        id = fct->u.hold.order_id;
        break;
    case FACT_CUSTOMER_REPORT:
        id = fct->u.report.order_id;
        name = fct->u.report.order_name;
        break;
    case FACT_QUESTION:
    case FACT_ANSWER:
    case FACT_CUSTOMER_LINK:
    case FACT_DIAGNOSIS:
    case FACT_DECISION:
    case FACT_MESSAGE:
    case FACT_KIND_COUNT:
        return ctx_fail(f->ctx, ERR_PARSE, "kind: %s is not an input fact", fact_kind_word(fct->kind));
    }
    bool named = !str_empty(id) || !str_empty(name), told = fct->kind == FACT_TOLD, consent = fct->kind == FACT_CONSENT;
    if (told && !named)
        return OK; /* about nobody */
    if (consent && !named)
        return fold_consent(f, NULL, fct, rec);
    enum err e = order_resolve(f, id, name, ref, &fo);
    if (e == OK && (told || consent))
        return told ? fold_message_fact(f, fo, fct, rec) : fold_consent(f, fo, fct, rec);
    if (e == OK)
        e = apply_to_order(f, fo, fct, rec);
    return e == OK && fct->kind == FACT_FULFILLMENT ? fold_unpark(f, &fct->u.fulfillment) : e;
}
