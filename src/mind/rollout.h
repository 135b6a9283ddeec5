/*
 * Rollout: a capability goes from shadow over a share of the orders to all of them. For each action that was decided: what people did
 * about the same matter, and, once the parcel's fate is known, whether acting was right. Pure.
 */
#ifndef WISMO_MIND_ROLLOUT_H
#define WISMO_MIND_ROLLOUT_H

#include "mind/diagnosis.h"
#include "model/action.h"

#define ROLLOUT_SETTLED_DAYS 14 /* what nobody did by then, people did not do */

enum rollout_people {
    PEOPLE_OPEN,       /* it is not known yet */
    PEOPLE_SAME,       /* approved, or made good for the same items by hand */
    PEOPLE_OTHERWISE,  /* declined, called back, or settled without it */
    PEOPLE_UNASKED,    /* it went by itself, and nobody objected */
    PEOPLE_UNSEEN,     /* in shadow, and what people do of its kind leaves no fact: a question to the carrier */
    PEOPLE_COUNT
};
enum rollout_fate {
    FATE_OPEN,         /* not known yet, or it does not tell: only of what makes good for a parcel */
    FATE_GONE,         /* lost, damaged, sent back, or silent until now: acting was right */
    FATE_ARRIVED,      /* delivered behind the decision, and nobody says otherwise: not acting was right */
    FATE_COUNT
};
const char *rollout_people_word(enum rollout_people p);
const char *rollout_fate_word(enum rollout_fate f);

struct rollout_input {
    const struct action_row *act;
    const struct action_row *others;   /* all of the order */
    size_t others_n;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    int64_t now_us;
};
void rollout_judge(const struct rollout_input *in, enum rollout_people *people, enum rollout_fate *fate);

#endif
