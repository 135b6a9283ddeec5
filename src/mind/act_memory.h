/*
 * What an order remembers of its decisions to act: the matters that wait for a person, for the customer or for a time. A decision
 * that says again what is remembered is not new; what no longer holds is closed; what is due is reminded of once, and counted
 * when it was missed. Pure; the flow keeps the memory in the order's row.
 */
#ifndef WISMO_MIND_ACT_MEMORY_H
#define WISMO_MIND_ACT_MEMORY_H

#include "base/json.h"
#include "mind/decide_act.h"

#define ACT_TASKS_MAX 120

enum task_state { TASK_OPEN, TASK_DONE, TASK_OVERTAKEN, TASK_HISTORY, TASK_STATE_COUNT };
const char *task_state_word(enum task_state s);

struct act_task {
    struct str key;           /* parcel, rule, step, and whether a request brought it up */
    enum policy_verb verb;
    enum task_state state;
    bool asked;               /* by a request: it stays until a person ends it */
    struct str rule, parcel, recommend, choices; /* choices: words of capabilities, one a line */
    enum policy_priority priority;
    int64_t opened_us, due_us, closed_us;
    bool reminded, missed;
    struct str closed_by;     /* person, empty: the facts */
    bool seen;                /* while settling; not kept */
};

struct act_memory {
    struct act_task *v;
    size_t n;
    bool has_actions;         /* there are rows of actions of the order */
};

/* act_memory_decode: an empty text is an empty memory. Errs: ERR_CORRUPT, ERR_MEMORY. The list has room for ACT_TASKS_MAX. */
MUST_CHECK enum err act_memory_decode(struct ctx *ctx, struct str text, struct act_memory *out);
void act_memory_encode(const struct act_memory *mem, struct buf *out);
/* act_memory_merge: what `from` remembers and `into` does not. */
void act_memory_merge(struct act_memory *into, const struct act_memory *from);
/* act_memory_put: a task that no rule made, in the place of one of its key. */
void act_memory_put(struct act_memory *mem, const struct act_task *task);
/* act_memory_end: a person is done with it: one task by its key, or with an empty key all open ones. Gives how many. */
size_t act_memory_end(struct act_memory *mem, struct str key, struct str person, int64_t now_us);

enum act_novelty { ACT_NEW, ACT_REMIND, ACT_MISSED, ACT_CLOSED };
struct act_item {
    enum act_novelty novelty;
    const struct act_decision *dec;  /* NULL: of a task that was there */
    const struct act_task *task;     /* NULL: an action */
    bool keeps;                      /* its first choice's row is to be kept */
};

struct act_settled {
    struct act_item *v;
    size_t n;
    int64_t next_look_us;            /* 0: none */
    bool changed;                    /* the memory did */
};

/*
 * act_settle: which of the decisions are new. asked: they answer ask, and only add; else they are all that holds now. history:
 * they are remembered and nothing more.
 * Errs: ERR_MEMORY
 */
struct act_settle_input {
    const struct act_decisions *decisions;
    const struct policy_ask *ask;
    const struct guard_book *book;
    bool history;
    int64_t now_us;
    int64_t next_action_no;          /* rows that are kept are numbered from here */
};
MUST_CHECK enum err act_settle(struct ctx *ctx, const struct act_settle_input *in, struct act_memory *mem, struct act_settled *out);

/* act_item_write: as it is recorded, and as docs/policy-decision.md shows it. */
void act_item_write(struct jw *w, const struct act_item *it, int64_t order_no, const struct policy *pol);

/*
 * act_focus: of the decisions of a request those that it is about: the parcel that it names, else the matters where it leads to
 * something, else one. Decisions are dropped from the list in place.
 */
void act_focus(struct act_decisions *decisions, const struct policy_ask *ask, struct str parcel);

/* ---- what whoever asked is told */

enum request_outcome {
    REQUEST_TAKEN,       /* it happens by itself, after its undo window */
    REQUEST_APPROVAL,    /* a person approves it first */
    REQUEST_CHOICE,      /* the customer chooses one of the offers */
    REQUEST_SAME,        /* asked for before: state says how that stands; also declined, refused, called back */
    REQUEST_PROVE,       /* the customer has to show better who they are: proof says how */
    REQUEST_CONFIRM,     /* it is not sure enough that this is what they want: ask back */
    REQUEST_TO_PERSON,   /* a person has it, until due_us */
    REQUEST_TOLD,        /* nothing is to be done but to tell */
    REQUEST_OUTCOME_COUNT
};
const char *request_outcome_word(enum request_outcome o);
bool request_outcome_parse(struct str word, enum request_outcome *out);

struct request_offer {
    enum capability cap;
    int64_t amount_minor;    /* money, or worth of the goods; 0: it costs nothing */
};

struct request_answer {
    enum request_outcome outcome;
    struct request_offer offers[POLICY_CAPS_MAX]; /* CHOICE */
    size_t offers_n;
    enum capability cap;     /* TAKEN, APPROVAL, SAME, PROVE, CONFIRM */
    int64_t action_no;       /* TAKEN, APPROVAL, SAME; 0: it was only tried */
    enum action_state state; /* the same */
    int64_t amount_minor;
    int64_t not_before_us;   /* TAKEN: it can be called back until then */
    int64_t due_us;          /* TO_PERSON */
    enum policy_proof proof; /* PROVE */
    enum guard_reason reason; /* why not by itself; NONE: nothing stood against it */
    struct str parcel, rule, why;
};

/* request_answer_of: one answer out of the decisions of a request: what moves it furthest comes first. */
void request_answer_of(const struct act_settle_input *in, const struct policy *pol, struct request_answer *out);
void request_answer_write(struct jw *w, const struct request_answer *ans, int64_t order_no, struct str id, struct str currency);
MUST_CHECK enum err request_answer_read(struct ctx *ctx, const struct json *v, struct request_answer *out); /* ERR_CORRUPT */

#endif
