/*
 * The merchant's documents as they are kept: a row a version for ever, passages and their index of those that hold. Written by the fold
 * alone. What SQLite's full-text index asks for stands in sql.def and here; terms come stemmed.
 */
#ifndef WISMO_STORAGE_KNOWLEDGE_H
#define WISMO_STORAGE_KNOWLEDGE_H

#include "storage/db.h"

#define KNOWLEDGE_FOUND_MAX 6
#define KNOWLEDGE_LANGS_MAX 16

enum knowledge_state { KNOWLEDGE_HOLDS, KNOWLEDGE_OLD, KNOWLEDGE_REMOVED };

struct knowledge_doc {
    struct str source, title, lang, digest;
    int64_t version, pos, idx, at_us, dated_us, passages;
    enum knowledge_state state;
};
struct knowledge_passage {
    int64_t passage_no;
    struct str source, heading, body, lang;
    struct str heading_terms, body_terms; /* with single blanks */
};
struct knowledge_found {
    int64_t passage_no, version, dated_us;
    struct str heading, body, source, title, lang;
};
struct knowledge_lang {
    struct str lang;
    int64_t passages;
};

/* knowledge_doc_last: the newest version of a source. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err knowledge_doc_last(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str source, struct knowledge_doc *out);
/* knowledge_doc_retire: a version holds no longer; the source's passages go. */
MUST_CHECK enum err knowledge_doc_retire(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_doc *doc, enum knowledge_state state);
MUST_CHECK enum err knowledge_doc_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_doc *doc);
MUST_CHECK enum err knowledge_doc_list(struct ctx *ctx, struct db *db, int64_t merchant_id, size_t max, struct knowledge_doc **out, size_t *n);
MUST_CHECK enum err knowledge_passage_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_passage *p);
/* knowledge_langs: languages of what holds, with how many passages each has. */
MUST_CHECK enum err knowledge_langs(struct ctx *ctx, struct db *db, int64_t merchant_id, struct knowledge_lang out[KNOWLEDGE_LANGS_MAX], size_t *n);
/* knowledge_term_count: in how many passages of a language a term stands. */
MUST_CHECK enum err knowledge_term_count(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str lang, struct str term, int64_t *out);
/* knowledge_find: passages with any of the terms, the best by BM25 first, those of a heading twice. */
MUST_CHECK enum err knowledge_find(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str lang, const struct str *terms, size_t terms_n,
                                   struct knowledge_found out[KNOWLEDGE_FOUND_MAX], size_t *n);

/* A question that no passage answered: where it stands in the ledger. */
struct knowledge_gap {
    int64_t pos, at_us;
};
MUST_CHECK enum err knowledge_gap_add(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t pos, int64_t at_us);
MUST_CHECK enum err knowledge_gap_list(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t since_us, size_t max, struct knowledge_gap **out, size_t *n);

#endif
