/*
 * The decision to tell: a pure function (case, diagnosis, message rules, what was told so far, now) -> decisions with their
 * reasons. It is a decision and not a trigger: what could be told is found anew each time (tell_candidates.c), held against what
 * was told, planned or kept quiet about, and against the rules of when and how often (tell.c). docs/messages.md is the table.
 */
#ifndef WISMO_MIND_TELL_H
#define WISMO_MIND_TELL_H

#include "mind/diagnosis.h"
#include "mind/message_policy.h"

struct tell_input {
    int64_t merchant_id;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct message_policy *policy;
    uint32_t opted_out;      /* bits of channels that the customer does not want */
    int64_t now_us;
    bool history;            /* the fact is history: nothing is told, and what it shows is never told later */
};

struct tell_output {
    struct decision *decisions; /* in the order in which they were made */
    size_t n;
    struct told_entry *promises; /* entries whose promise was settled now */
    size_t promises_n;
    int64_t next_look_us;       /* when to decide again if nothing comes; 0: never */
    bool changed;               /* told is to be stored */
};

/*
 * decide_tell: told is brought up to date: new entries, withdrawn ones, settled promises.
 * Errs: ERR_MEMORY
 */
MUST_CHECK enum err decide_tell(struct ctx *ctx, const struct tell_input *in, struct tellings *told, struct tell_output *out);

/* What a kind of message obeys; the figures are hours and minutes of docs/messages.md. */
enum tell_flag {
    TELL_ANY_HOUR = 1,  /* at once, quiet hours or not */
    TELL_SPACED = 2,    /* one about a delay at a time */
    TELL_NEWS = 4,      /* refused when it would say what was said last */
    TELL_FREE = 8,      /* outside the day's budget */
    TELL_FULFILLMENT = 16 /* a fulfillment that asks for no notification silences it */
};
struct tell_kind {
    int grace_min;  /* from the event until it is told at the earliest: short troubles pass unseen */
    int life_hours; /* from the event until it is no news any more */
    unsigned flags;
};
const struct tell_kind *tell_kind_of(enum message_kind k);

#endif
