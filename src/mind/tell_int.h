/* Inside of the decision to tell: between what could be told (tell_candidates.c) and what is (tell.c). */
#ifndef WISMO_MIND_TELL_INT_H
#define WISMO_MIND_TELL_INT_H

#include "mind/tell.h"

#define CANDIDATES_MAX 32

/* Something that could be told: one kind, for one or more parcels. */
struct candidate {
    enum message_kind kind;
    struct str items[MESSAGE_ITEMS_MAX]; /* as in told_entry.items, sorted when joined */
    size_t items_n;
    int64_t event_us;
    int64_t not_before_us, not_after_us;
    int64_t said_us, promise_us;
    struct str carrier;
    bool no_notification;
};

struct teller {
    struct ctx *ctx;
    const struct tell_input *in;
    struct tellings *told;
    struct tell_output *out;
    struct str zone;         /* of the customer */
    struct place dest;
    struct candidate *list;
    size_t n;
    int64_t look_us;
};

/* find_candidates: what the case as it is could be told of; sets look_us where time alone adds something. Errs: ERR_MEMORY. */
MUST_CHECK enum err find_candidates(struct teller *t);

/* told_about: the newest entry of these kinds and states (bits) about an item; an item without occasion stands for all of its
 * number. NULL: none. */
const struct told_entry *told_about(const struct teller *t, uint32_t kinds, uint32_t states, struct str item);
#define ALL_KINDS (~0u)
#define SAID (1u << TOLD_SENT | 1u << TOLD_CLAIMED)                /* the customer knows it, or will */
#define SETTLED (SAID | 1u << TOLD_QUIET)
#define SAID_OR_PLANNED (SAID | 1u << TOLD_PLANNED)
/* item_number: "NUMBER" of "NUMBER@occasion". */
struct str item_number(struct str item);
/* look_at: time alone may change the decision then. */
void look_at(struct teller *t, int64_t at_us);
int64_t local_day_start(const struct teller *t, int64_t at_us, int minutes); /* that day's hh:mm in the customer's zone */
/* is_unopened: sent, about a trouble, and not opened for too long: it may be told again, by another channel. */
bool is_unopened(const struct teller *t, const struct told_entry *e);
#define KIND_BIT(k) (1u << (k))

#endif
