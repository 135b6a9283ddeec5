/*
 * Conversations: what a customer wrote, the state that the last turn left, and what is known become the next turn: words, choices,
 * requests to the policy, or a person. Pure but for the ports, through which it looks up and asks; the flow records what came of it.
 *
 * Rules that hold for every turn: a person when one is asked for, at once and whatever else; nothing is told before it is shown
 * whose order it is; nothing is asked that is known; a question back is not followed by another unless the customer said something
 * new; the same paragraph is not told twice; what is not understood goes to a person, and the customer is told so.
 */
#ifndef WISMO_TALK_DIALOGUE_H
#define WISMO_TALK_DIALOGUE_H

#include "mind/act_memory.h"
#include "talk/entities.h"
#include "talk/nlu/nlu.h"
#include "talk/reply.h"

#define DIALOGUE_ORDERS_MAX 9   /* orders to choose from: as many as have one digit */
#define DIALOGUE_FOUND_MAX 20  /* orders that are looked at */
#define DIALOGUE_TOLD_MAX 12    /* paragraphs that are remembered */
#define DIALOGUE_MISSES_MAX 3   /* identities that match nothing, wrong codes: then a person */
#define DIALOGUE_SAME_MAX 3     /* the same words again and again: then silence */
#define DIALOGUE_TURNS_HOUR 20  /* answers in an hour: who writes more is no person, or needs one */
#define DIALOGUE_SURE 60        /* per cent, to take an intent for meant */
#define DIALOGUE_ACT 90         /* to act on it without asking back */

/* What the last turn asked, and how the answer is read. */
enum dialogue_await {
    AWAIT_NOTHING, AWAIT_IDENTITY, AWAIT_ORDER, AWAIT_CONFIRM, AWAIT_OFFER, AWAIT_CODE, AWAIT_ADDRESS, AWAIT_MATTER, AWAIT_COUNT
};
enum dialogue_outcome { DIALOGUE_ANSWERED, DIALOGUE_ASKED, DIALOGUE_ACTED, DIALOGUE_HANDED, DIALOGUE_SILENT, DIALOGUE_OUTCOME_COUNT };
const char *dialogue_outcome_word(enum dialogue_outcome o);

/* Details that the customer gave: sealed where they are kept. */
struct dialogue_kept {
    struct str order_name, tracking_number, email, phone, zip;
    struct address address;      /* new one */
};

/* Nothing personal: numbers, hashes, words of vocabularies. */
struct dialogue_state {
    enum dialogue_await await;
    int64_t order_no;            /* that it is about; 0 none */
    enum policy_proof proof;     /* how it was shown whose it is */
    struct str shown_by;         /* the customer who showed it: anyone else shows it again */
    struct str lang;
    enum capability want;        /* asked of the policy as soon as it can be; CAP_COUNT: nothing */
    int want_confidence;
    enum intent matter;          /* that waits for its order; INTENT_COUNT: none */
    bool asked;                  /* the last turn was a question back */
    int misses;                  /* identities that matched nothing */
    int codes;                   /* wrong codes */
    struct str code;             /* keyed hash of the one that was sent */
    int64_t code_until_us;
    int64_t orders[DIALOGUE_ORDERS_MAX]; /* that the customer may choose from */
    size_t orders_n;
    enum capability offers[POLICY_CAPS_MAX];
    size_t offers_n;
    int64_t due_us;              /* a person answers by then; 0: none has it */
    uint64_t told[DIALOGUE_TOLD_MAX];
    size_t told_n;
    uint64_t heard;              /* the customer's last words */
    int same;                    /* how often they came again */
    int turns;                   /* answers since since_us */
    int64_t since_us;
};

void dialogue_state_write(struct jw *w, const struct dialogue_state *st);
/* dialogue_state_read: an empty text is a new conversation. Errs: ERR_PARSE */
MUST_CHECK enum err dialogue_state_read(struct ctx *ctx, struct str text, struct dialogue_state *out);
void dialogue_kept_write(struct jw *w, const struct dialogue_kept *kept);
MUST_CHECK enum err dialogue_kept_read(struct ctx *ctx, struct str text, struct dialogue_kept *out);

/* What was heard since the last turn. */
struct dialogue_heard {
    struct str text, choice;     /* choice: payload of the last button */
    struct str message_id;
    struct nlu_result nlu;       /* as it was recorded */
    bool words;                  /* there were words to understand */
    struct entities ent;
    enum channel_kind channel;
    bool verified;               /* the channel vouches for the contact */
    struct str from, customer;
    int64_t order_no;            /* the message answers one about this order; 0 none */
    bool person_has_it, person_asked; /* see enum conversation_person */
    struct str store_lang;
    int person_hours;            /* a person answers within, where no policy says otherwise; 0: not said */
    int64_t now_us;
};

/* An order, as it stands now. */
struct dialogue_order {
    int64_t order_no;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct promises *promises;
    int64_t now_us;
};

struct dialogue_ask {
    int64_t order_no;
    struct str id;
    enum policy_request request;
    enum policy_proof proof;
    int confidence;
    bool sensitive;
    const struct address *address; /* NULL: none */
    struct str detail;           /* reattempt: the day, "2026-11-25" */
    struct str note;
};

struct dialogue_ports {
    void *user;
    /* orders that two of the given details match, newest first; the same work whether there are any */
    enum err (*identify)(void *user, struct ctx *ctx, const struct dialogue_kept *given, int64_t out[DIALOGUE_FOUND_MAX], size_t *n);
    /* orders of the contact, newest first; asked only when the channel vouches for it */
    enum err (*own)(void *user, struct ctx *ctx, int64_t out[DIALOGUE_FOUND_MAX], size_t *n);
    enum err (*read)(void *user, struct ctx *ctx, int64_t order_no, struct dialogue_order *out); /* ERR_NOTFOUND */
    /* fresh facts where the known ones are old */
    enum err (*fresh)(void *user, struct ctx *ctx, struct dialogue_order *ord);
    /* what the customer says of a delivery becomes a fact */
    enum err (*report)(void *user, struct ctx *ctx, const struct dialogue_order *ord, enum report_kind kind, struct str sku);
    /* made: recorded and decided; else only tried. Errs: ERR_UNSUPPORTED no policy holds, ERR_TIMEOUT it is not decided yet */
    enum err (*request)(void *user, struct ctx *ctx, const struct dialogue_ask *ask, bool make, struct request_answer *out);
    /* code: makes one and its keyed hash; digits is what the customer is to read. Errs: ERR_NOTFOUND the order has no contact */
    enum err (*code)(void *user, struct ctx *ctx, int64_t order_no, struct str *digits, struct str *hash, enum channel_kind *channel);
    bool (*code_fits)(void *user, struct ctx *ctx, struct str typed, struct str hash);
    /* a passage of the merchant's own texts that answers, quoted; empty: none does */
    enum err (*quote)(void *user, struct ctx *ctx, struct str question, struct str question_lang, struct str lang, struct str *out);
};

struct dialogue_out {
    enum dialogue_outcome outcome;
    struct str reply;            /* empty: silence */
    struct str choices;          /* "payload\tlabel", one a line */
    struct str lang;
    bool hands_over;
    struct str code;             /* text with a code for the order's own contact; empty: none */
    enum channel_kind code_channel;
};

/*
 * dialogue_turn: st and kept go in as the last turn left them and come out as this one does.
 * Errs: what a port gives, ERR_MEMORY. Owns: ctx's arena.
 */
MUST_CHECK enum err dialogue_turn(struct ctx *ctx, const struct dialogue_heard *in, const struct dialogue_ports *ports,
                                  struct dialogue_state *st, struct dialogue_kept *kept, struct dialogue_out *out);

#endif
