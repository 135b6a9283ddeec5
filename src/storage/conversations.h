/*
 * Conversations as they are kept: one row a matter, whatever channels it goes through, and one line for each message of a customer
 * and each turn of ours. Written by the fold alone, from facts alone, but for the keys: keyed hashes of threads, by which the next
 * message finds its conversation.
 */
#ifndef WISMO_STORAGE_CONVERSATIONS_H
#define WISMO_STORAGE_CONVERSATIONS_H

#include "model/fact.h"
#include "storage/db.h"

struct fact_place {
    int64_t pos, idx;
};

enum conversation_person {
    CONVERSATION_NO_PERSON,
    CONVERSATION_WANTS_PERSON,   /* handed over: a person has to look at it */
    CONVERSATION_HAS_PERSON      /* a person has answered: nothing is said besides */
};

struct conversation {
    int64_t no, subject;
    int64_t order_no;            /* that it is about now, 0 none */
    struct str customer;         /* of the contact that wrote last */
    enum channel_kind channel;   /* that the last message came by: it is answered there */
    struct str state;            /* of the dialogue, as the last turn left it */
    int64_t opened_us, last_us;  /* first and last message of the customer */
    struct fact_place asked;     /* last message */
    struct fact_place answered;  /* last message that a turn answered */
    struct fact_place turn;      /* last turn, pos 0: none */
    bool waiting;                /* a turn is owed */
    enum conversation_person person;
};

/* Capabilities of rows in the outbox that are turns, or one-time codes of turns; their items are the conversation's number. */
#define CONVERSATION_REPLY "reply"
#define CONVERSATION_CODE "code"
#define CONVERSATION_CODE_US (15 * US_PER_MIN) /* as long as a code holds */
#define CONVERSATION_TICKET "conversation/" /* and the number: items of a ticket that belongs to no order */
/* conversation_owns: the row is of a conversation, not of what an order tells. */
bool conversation_owns(struct str capability);

MUST_CHECK enum err conversation_put(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct conversation *c);
MUST_CHECK enum err conversation_get(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, struct conversation *out); /* ERR_NOTFOUND */
MUST_CHECK enum err conversation_last_no(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t *out); /* 0: there is none */
/* conversation_of_customer: the one of the last message, 0: none since since_us. */
MUST_CHECK enum err conversation_of_customer(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t since_us,
                                             int64_t *out);

enum conversation_list { CONVERSATION_LIST_ALL, CONVERSATION_LIST_WAITING, CONVERSATION_LIST_ORDER, CONVERSATION_LIST_PERSON };
/*
 * conversation_list: ALL: behind a number; WAITING: that wait for a turn, whose last message is behind a position, oldest first;
 * ORDER: of an order; PERSON: that want a person, whose last message is behind a time. In the arena.
 */
MUST_CHECK enum err conversation_list(struct ctx *ctx, struct db *db, int64_t merchant_id, enum conversation_list which, int64_t arg,
                                      size_t max, struct conversation **out, size_t *n);

MUST_CHECK enum err conversation_key_set(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str hash, int64_t no);
MUST_CHECK enum err conversation_key_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str hash, int64_t *out); /* 0: none */

/* conversation_line_add: message: the vendor's id with its account; empty: a turn. */
MUST_CHECK enum err conversation_line_add(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, struct fact_place at, struct str message);
/* conversation_lines: the newest max, oldest first, in the arena. */
MUST_CHECK enum err conversation_lines(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, size_t max, struct fact_place **out,
                                       size_t *n);
/* conversation_news: the lines of all conversations behind a place, oldest first, at most max. In the arena. */
MUST_CHECK enum err conversation_news(struct ctx *ctx, struct db *db, int64_t merchant_id, struct fact_place after, size_t max,
                                      struct fact_place **out, size_t *n);
/* fact_place_behind: a came later than b. */
bool fact_place_behind(struct fact_place a, struct fact_place b);
/* conversation_by_message: 0: no message has that id. */
MUST_CHECK enum err conversation_by_message(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str message, int64_t *no,
                                            struct fact_place *at);

#endif
