/*
 * A question answered: entities -> identity (two facts that match) -> the case -> fresh facts where the known ones are old ->
 * the words. Nothing of an order is told before two facts match, and "no such order" does the same work as "wrong e-mail".
 * Question and answer go to the ledger as one received row; the answer does not wait for it.
 */
#ifndef WISMO_FLOWS_ASK_H
#define WISMO_FLOWS_ASK_H

#include "flows/engine.h"
#include "talk/entities.h"
#include "talk/reply.h"
#include "talk/wish.h"

#define ASK_ATTEMPTS_MAX 6 /* readings of one question: bare digits may be an order or a postal code */

struct ask_question {
    struct str text;                          /* free words; may be empty when the fields say it all */
    struct str order_name, email, phone, zip, tracking_number; /* given as fields: they win over the text */
    struct str lang;                          /* BCP 47: to be answered in; empty: the words' own language */
    bool asked_before;                        /* the asker has had one clarifying question already */
};

enum ask_outcome {
    ASK_ANSWERED, /* one order, answered */
    ASK_CHOICE,   /* several open orders match: listed */
    ASK_NEED,     /* fewer than two facts: one clarifying question */
    ASK_NO_MATCH, /* two facts given, nothing matches both */
    ASK_QUOTED,   /* no order is named, and a passage of the merchant's own texts answers */
    ASK_OUTCOME_COUNT
};
const char *ask_outcome_word(enum ask_outcome o);

/*
 * ask_refresh_fn: reads storefront and carriers of this case at the same time and appends what comes back, within budget_ms.
 * Out:  *pos the last position appended, 0 when nothing new came
 * Errs: ERR_TIMEOUT or ERR_UNAVAILABLE when a source did not answer; what did come is appended all the same
 */
typedef enum err (*ask_refresh_fn)(void *user, struct ctx *ctx, struct reader *rd, const struct case_answer *ca, int budget_ms, int64_t *pos);

struct ask_env {
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;
    ask_refresh_fn refresh; /* NULL: answers from what is known */
    void *refresh_user;
    int budget_ms;          /* for refresh and the fold of what it brought */
    bool record;            /* append question and answer to the ledger */
};

struct ask_reply {
    enum ask_outcome outcome;
    struct str text;
    bool wants_person;      /* the asker asked for one; text says what that leads to */
    struct wish wish;       /* what the words ask for */
    struct str lang;        /* that text is in, of data/words */
    bool own_lang;          /* the asker's, not the store's or the order's */
    unsigned lookups, hashes;
    enum ask_knowledge { KNOWLEDGE_NOT_ASKED, KNOWLEDGE_QUOTED, KNOWLEDGE_NONE } knowledge; /* of a question that no order answers */
    /* ASK_ANSWERED only */
    struct case_answer ca;
    struct reply_age age;
    bool refreshed, refresh_late; /* fresh facts came; a source did not answer in time */
    int64_t now_us;
    /* ASK_CHOICE only */
    struct reply_choice choices[CASE_FIND_MAX];
    size_t choices_n;
};

/*
 * ask: one question of one merchant.
 * Errs: ERR_NOTFOUND merchant, ERR_BUSY, ERR_IO, ERR_MEMORY. Not matching is an outcome, not an error.
 * Owns: everything in ctx's arena.
 */
MUST_CHECK enum err ask(struct ctx *ctx, const struct ask_env *env, const struct ask_question *q, struct ask_reply *out);

/* ask_render: the text of an answer, from language and case alone: the same bytes at any later time (replay compares their SHA-256). */
struct str ask_render(struct ctx *ctx, struct str lang, const struct case_answer *ca, const struct promises *p, int64_t now_us);

/* store_language: that a store answers in where nobody's own is known. */
struct str store_language(const struct merchant_config *mc);

/* ask_json: the reply as one object (docs/ask.schema.json); nothing but outcome and text when no order was identified. */
void ask_json(struct ctx *ctx, struct jw *w, const struct ask_reply *rep);

/* ask_question_read: from a JSON object: text, order, email, phone, zip, tracking_number, lang, clarified. Errs: ERR_PARSE, field named. */
MUST_CHECK enum err ask_question_read(struct ctx *ctx, const struct json *v, struct ask_question *out);

#endif
