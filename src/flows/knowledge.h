/*
 * What the merchant says of itself, asked: a passage quoted with its source and date, or nothing. Local and without state: words, their
 * stems and how rare they are. Documents come as facts, so a version holds from its position on.
 */
#ifndef WISMO_FLOWS_KNOWLEDGE_H
#define WISMO_FLOWS_KNOWLEDGE_H

#include "base/json.h"
#include "flows/engine.h"
#include "storage/knowledge.h"

#define KNOWLEDGE_SURE 55         /* per cent from which a passage is quoted */
#define KNOWLEDGE_NAME_MAX 120
#define KNOWLEDGE_GAPS_MAX 5000   /* questions looked at for the list of what was not answered */

struct knowledge_answer {
    bool found;                   /* a passage answers with KNOWLEDGE_SURE or more */
    int confidence;               /* per cent of the question, by the rarity of its words, that the passage speaks of */
    struct knowledge_found passage; /* the best one, also when it is not sure; source empty: none */
};

/*
 * knowledge_ask: lang: the question's language, when it is known; documents in others are looked into, too, each by its own stems.
 * Errs: those of the store; nothing found is no error.
 */
MUST_CHECK enum err knowledge_ask(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str question, struct str lang,
                                  struct knowledge_answer *out);
/* knowledge_quote: the passage with its source and date, in the reader's language; in the arena. */
struct str knowledge_quote(struct ctx *ctx, struct str lang, struct str zone, const struct knowledge_found *p);

/* A document to be put: lang and title may be empty, then they are found in it. */
struct knowledge_new {
    struct str source, title, lang, format, text; /* format: "markdown", "text" or "html"; empty: markdown */
    int64_t dated_us;
};
/*
 * knowledge_put: durable and folded when it returns. knowledge_remove: its passages are no longer found; versions stay known.
 * Errs: ERR_PARSE with the field, ERR_LIMIT, ERR_NOTFOUND (remove), those of appends; ERR_TIMEOUT the fold is late.
 */
MUST_CHECK enum err knowledge_put(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct knowledge_new *doc, int64_t *pos);
MUST_CHECK enum err knowledge_remove(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, struct str source, int64_t *pos);

/* knowledge_list: what there is, newest version first. */
MUST_CHECK enum err knowledge_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool json, struct buf *out);
/*
 * knowledge_unanswered: questions that no passage answered, alike ones together, the most asked first. Their words are read from the
 * sealed rows of the ledger: what was erased or has expired is not there any more.
 */
MUST_CHECK enum err knowledge_unanswered(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t since_us, bool json, struct buf *out);

#endif
