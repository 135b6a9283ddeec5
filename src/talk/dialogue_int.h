/* A turn while it is worked out; shared by the dialogue's own files. */
#ifndef WISMO_TALK_DIALOGUE_INT_H
#define WISMO_TALK_DIALOGUE_INT_H

#include "talk/dialogue.h"
#include "talk/fill.h"
#include "talk/short_answer.h"

#define TURN_PARAGRAPHS_MAX 8

struct turn {
    struct ctx *ctx;
    const struct dialogue_heard *in;
    const struct dialogue_ports *ports;
    struct dialogue_state *st;
    struct dialogue_kept *kept;
    struct dialogue_out *out;
    struct str lang;
    struct short_answer said;
    struct str paragraph[TURN_PARAGRAPHS_MAX];
    size_t n;
    struct str choices;
    bool asked_before;  /* the last turn was a question back */
    bool progress;      /* the customer said something that was not known */
    bool asks, acted, over; /* over: a person has it, nothing is said behind it */
    enum dialogue_await awaited; /* what the last turn asked */
    struct dialogue_order ord;
    bool have_order;
    struct str detail;  /* of what a key or button wants */
};

/* ---- dialogue_say.c */
void turn_say(struct turn *t, struct str text);
void turn_say_key(struct turn *t, const char *key);
/* turn_words: of a key, filled in; what speaks of writing has words of its own for the telephone ("voice.talk.code"). */
struct str turn_words(struct turn *t, const char *key, struct fill_pair *pairs);
void turn_say_filled(struct turn *t, const char *key, struct fill_pair *pairs);
void turn_choice(struct turn *t, struct str payload, struct str label);
/* turn_ask_back: says the question, which waits for its answer; a second one in a row goes to a person instead. */
MUST_CHECK enum err turn_ask_back(struct turn *t, enum dialogue_await await, struct str question);
/* turn_hand_over: to a person, with the words of key; asked once, whatever it is called for. */
MUST_CHECK enum err turn_hand_over(struct turn *t, const char *key, const char *wish, bool sensitive);
/* turn_finish: what was told before is left out; out and state as they are kept. */
MUST_CHECK enum err turn_finish(struct turn *t);
struct str turn_due(struct turn *t, int64_t due_us); /* "tomorrow by 3 PM" */
/* turn_say_deadline: whether it is there by the day that the customer needs it by, if one is named. */
void turn_say_deadline(struct turn *t);

/* ---- dialogue_order.c */
/* turn_settle_order: which order it is about, and that it may be told of; t->have_order false: it was asked, or handed over. */
MUST_CHECK enum err turn_settle_order(struct turn *t);
/* turn_known_order: the order that this customer showed before, unless another is named; t->have_order false: there is none. */
MUST_CHECK enum err turn_known_order(struct turn *t);
/* turn_answered_order: the answer to "which one?"; *answered: it was one. */
MUST_CHECK enum err turn_answered_order(struct turn *t, bool *answered);
/* turn_read_order: the order as it is now, into t->ord. */
MUST_CHECK enum err turn_read_order(struct turn *t, int64_t order_no);
bool turn_order_is_closed(const struct dialogue_order *ord);
struct str turn_order_name(const struct dialogue_order *ord);

/* ---- dialogue_wish.c */
MUST_CHECK enum err turn_status(struct turn *t);
MUST_CHECK enum err turn_report(struct turn *t, enum report_kind kind);
MUST_CHECK enum err turn_want(struct turn *t, enum capability cap, int confidence);
MUST_CHECK enum err turn_return(struct turn *t, int confidence);
enum err turn_refund_status(struct turn *t);
/* turn_answered_wish: the answer to an offer, a confirmation, a code or an address that was asked for. */
MUST_CHECK enum err turn_answered_wish(struct turn *t, bool *answered);

/* ---- address.c */
/* address_read: street, postal code and city out of free words; false when one of them is missing. */
bool address_read(struct ctx *ctx, struct str text, struct str country, struct address *out);

#endif
