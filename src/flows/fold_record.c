/* A fact's own record: its clear part, and its personal part sealed under the key of its subject. See fold.h. */
#include "flows/fold.h"

#include "model/fact_json.h"

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

enum err fold_fact_keep(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    int64_t no_subject = 0;
    bool have = false;
    unsigned char key[KEY_LEN];
    return fold_fact_add(f, fct, rec, &no_subject, key, &have, 0);
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
