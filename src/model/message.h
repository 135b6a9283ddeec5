/*
 * What customers are told unasked: the kinds of messages, the decisions about them, and what an order remembers of both. An
 * effect has a key made of its purpose (merchant, order, capability, sorted items, generation), so that the same purpose never
 * has two rows in the outbox; the generation rises only after a refusal, a cancellation or a person's explicit repeat.
 */
#ifndef WISMO_MODEL_MESSAGE_H
#define WISMO_MODEL_MESSAGE_H

#include "base/json.h"
#include "model/vocab.h"

enum message_group { GROUP_MILESTONE, GROUP_TROUBLE, GROUP_RELIEF };
enum message_kind {
#define MESSAGE_KIND(NAME, word, group) MESSAGE_##NAME,
#include "model/message_kind.def"
#undef MESSAGE_KIND
    MESSAGE_KIND_COUNT
};
enum channel_kind {
#define CHANNEL_KIND(NAME, word) CHANNEL_##NAME,
#include "model/channel_kind.def"
#undef CHANNEL_KIND
    CHANNEL_KIND_COUNT
};
const char *message_kind_word(enum message_kind k);
bool message_kind_parse(struct str word, enum message_kind *out);
enum message_group message_kind_group(enum message_kind k);
const char *channel_kind_word(enum channel_kind c);
/* channel_kind_has_handles: its people are known by the vendor's ids, which mean nothing elsewhere, though they may look like numbers. */
bool channel_kind_has_handles(enum channel_kind c);
bool channel_kind_parse(struct str word, enum channel_kind *out);

/* What becomes of a thing that could be told. */
enum told_state {
    TOLD_PLANNED,   /* a row waits in the outbox */
    TOLD_CLAIMED,   /* an attempt has started and its result is not known yet: can no longer be withdrawn */
    TOLD_SENT,      /* a channel took it */
    TOLD_FAILED,    /* every try of this generation failed, or the channel refused it */
    TOLD_WITHDRAWN, /* taken back before anybody claimed it */
    TOLD_QUIET,     /* decided not to tell, with the reason */
    TOLD_STATE_COUNT
};
const char *told_state_word(enum told_state s);

enum promise_state { PROMISE_NONE, PROMISE_OPEN, PROMISE_KEPT, PROMISE_UNKEPT, PROMISE_STATE_COUNT };

#define MESSAGE_KEY_LEN 32       /* hex characters of an effect's key */
#define MESSAGE_ITEMS_MAX 100    /* parcels of one message */
#define MESSAGE_GENERATION_MAX 50

/* One thing said, planned or kept quiet about. */
struct told_entry {
    enum message_kind kind;
    enum channel_kind channel;
    enum told_state state;
    int generation;
    struct str items;        /* sorted, one a line: "NUMBER" or "NUMBER@occasion"; empty: the order as a whole */
    struct str key;          /* of its row in the outbox; empty: quiet */
    struct str why;          /* fixed word of the rule that decided */
    int64_t event_us;        /* when that happened which it tells */
    int64_t decided_us, not_before_us, not_after_us;
    int64_t settled_us;      /* sent, failed or withdrawn */
    int64_t said_us;         /* the date that it names, 0 none: a later message must have another to be news */
    int64_t promise_us;      /* when the update that it promises is due, 0 none */
    enum promise_state promise;
    bool rendered;           /* its text is recorded */
    bool opened;             /* the customer has seen it, as the channel tells */
};

/* A word from outside about what the customer was told: a person of the team, or the storefront itself. */
struct told_elsewhere {
    bool by_person;
    enum message_kind kind;  /* MESSAGE_KIND_COUNT: of the matter as a whole */
    int64_t at_us;
};

#define TOLD_MAX 64
#define TOLD_ELSEWHERE_MAX 16

/* What an order remembers; kept in its row, so that deciding reads no other page. */
struct tellings {
    struct told_entry *entries; /* oldest first */
    size_t n, cap;
    struct told_elsewhere elsewhere[TOLD_ELSEWHERE_MAX]; /* oldest first */
    size_t elsewhere_n;
};

/* tellings_add: a new entry at the end; beyond TOLD_MAX the oldest that is settled goes. Errs: ERR_MEMORY. */
MUST_CHECK enum err tellings_add(struct ctx *ctx, struct tellings *t, const struct told_entry *e);
void tellings_add_elsewhere(struct tellings *t, const struct told_elsewhere *e);
struct told_entry *tellings_find_key(const struct tellings *t, struct str key); /* NULL: none */
void tellings_encode(const struct tellings *t, struct buf *out);
MUST_CHECK enum err tellings_decode(struct ctx *ctx, struct str row, struct tellings *out); /* an empty row: nothing told */
/* tellings_merge: what another row of the same order remembers is kept too. */
MUST_CHECK enum err tellings_merge(struct ctx *ctx, struct tellings *t, const struct tellings *from);

enum decision_act { DECISION_TELL, DECISION_WITHDRAW, DECISION_QUIET, DECISION_HAND_OVER, DECISION_ACT_COUNT };
const char *decision_act_word(enum decision_act a);
bool decision_act_parse(struct str word, enum decision_act *out);

/* A decision, with why: the rule and the figures that it saw. Its JSON form is the fact of kind "decision". */
struct decision {
    enum decision_act act;
    int64_t order_no;
    struct told_entry t;     /* what is told; WITHDRAW: the entry as it was */
    struct str words;        /* why, in plain words with figures; nothing personal */
    struct str policy;       /* version of the message rules that applied */
};
void decision_write(struct jw *w, struct arena *a, const struct decision *dec);
MUST_CHECK enum err decision_read(struct ctx *ctx, const struct json *v, struct decision *out);

/* effect_key: of a purpose; capability such as "tell.shipped"; items sorted, one a line. In the arena. */
struct str effect_key(struct arena *a, int64_t merchant_id, int64_t order_no, struct str capability, struct str items, int generation);

#endif
