/*
 * Documents of the merchant's own, as facts: a version replaces the one before, its passages are found from here on. The same text again
 * is no version. What a document said at an earlier position stands in its fact.
 */
#include "flows/fold.h"

#include "base/crypto.h"
#include "storage/knowledge.h"
#include "talk/knowledge.h"

#define PASSAGE_NO_STEP 4096 /* passages of a position have numbers of their own; KNOWLEDGE_PASSAGES_MAX is less */
#define DIGEST_BYTES 16

static enum err digest_of(struct ctx *ctx, const struct knowledge_fact *k, struct str *out)
{
    unsigned char sum[SHA256_LEN];
    struct buf b;
    struct str all = arena_fmt(ctx->arena, "%.*s\n%.*s\n%lld\n", STR_ARG(k->title), STR_ARG(k->lang), (long long)k->dated_us);
    buf_init(&b, KNOWLEDGE_TEXT_MAX * 2);
    buf_add(&b, all);
    buf_add(&b, k->body);
    sha256(buf_str(&b), sum);
    enum err e = buf_err(&b);
    buf_reset(&b);
    buf_add_hex(&b, (struct str){(const char *)sum, DIGEST_BYTES});
    *out = buf_move(&b, ctx->arena);
    return e == OK && out->p == NULL ? ERR_MEMORY : e;
}

static enum err add_passages(struct fold *f, const struct knowledge_fact *k, const struct passage *list, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        struct terms heading, body;
        struct knowledge_passage p = {.passage_no = f->pos * PASSAGE_NO_STEP + (int64_t)i, .source = k->source, .heading = list[i].heading,
                                      .body = list[i].body, .lang = k->lang};
        e = knowledge_terms(f->ctx, k->lang, list[i].heading, false, SIZE_MAX, &heading);
        if (e == OK)
            e = knowledge_terms(f->ctx, k->lang, list[i].body, false, SIZE_MAX, &body);
        if (e != OK)
            return e;
        p.heading_terms = terms_join(f->ctx, &heading);
        p.body_terms = terms_join(f->ctx, &body);
        e = knowledge_passage_add(f->ctx, f->db, f->m->id, &p);
    }
    return e;
}

static enum err add_version(struct fold *f, const struct knowledge_fact *k, struct knowledge_doc *doc, uint32_t idx)
{
    struct passage *list = NULL;
    size_t n = 0;
    enum err e = knowledge_passages(f->ctx, k->body, &list, &n);
    if (e != OK)
        return e;
    *doc = (struct knowledge_doc){.source = k->source, .title = k->title, .lang = k->lang, .digest = doc->digest, .version = doc->version + 1,
                                  .pos = f->pos, .idx = idx, .at_us = f->now_us, .dated_us = k->dated_us, .passages = (int64_t)n};
    e = knowledge_doc_add(f->ctx, f->db, f->m->id, doc);
    return e == OK ? add_passages(f, k, list, n) : e;
}

enum err fold_knowledge(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct knowledge_fact *k = &fct->u.knowledge;
    struct knowledge_doc last = {.version = 0}, doc;
    struct str digest = STR_NULL;
    bool removed = str_empty(k->body);
    enum err e = knowledge_doc_last(f->ctx, f->db, f->m->id, k->source, &last);
    bool known = e == OK, holds = known && last.state == KNOWLEDGE_HOLDS;
    e = e == ERR_NOTFOUND ? OK : e;
    if (e == OK)
        e = digest_of(f->ctx, k, &digest);
    if (e != OK)
        return e;
    if (removed ? !holds : holds && str_eq(last.digest, digest)) {
        f->repeats++;
        return OK;
    }
    if (holds)
        e = knowledge_doc_retire(f->ctx, f->db, f->m->id, &last, removed ? KNOWLEDGE_REMOVED : KNOWLEDGE_OLD);
    doc = last;
    doc.digest = digest;
    if (e == OK && !removed)
        e = add_version(f, k, &doc, f->replay ? rec->idx : f->idx);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

enum err fold_gap(struct fold *f)
{
    return knowledge_gap_add(f->ctx, f->db, f->m->id, f->pos, f->now_us);
}
