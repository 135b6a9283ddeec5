/*
 * A store with one merchant, one account that performs, and one order with one mug and one UPS parcel: what tests of actions begin with.
 */
#ifndef WISMO_TESTS_LIB_ACT_STAGE_H
#define WISMO_TESTS_LIB_ACT_STAGE_H

#include "lib/story_acts.h"

#include "flows/request.h"
#include "storage/actions.h"

struct stage {
    struct fixture f;
    struct arena *arena;
    struct ctx ctx;
    struct story_store st;
    struct account acct;
    struct effect_double *d; /* the receiver, where the account is one of our own webhook */
};

/* stage_init: the clock stands at TEST_NOW_US; acct is the caller's to fill. stage_open_store: the store with it, without a policy. */
void stage_init(struct stage *s);
void stage_open_store(struct stage *s);
void stage_close(struct stage *s); /* fails the test when replay has a difference; frees no double */
void stage_fact(struct stage *s, const struct fact *fct);
void stage_sent_order(struct stage *s);
void stage_open_order(struct stage *s); /* nothing of it is packed */
void stage_scan(struct stage *s, enum parcel_status status);
struct request_answer stage_ask(struct stage *s, enum capability cap); /* by the customer, in a chat, with order and contact shown */
struct action_kept stage_action(struct stage *s);                      /* the first one */
size_t stage_run(struct stage *s);                                     /* a new performer, one round */
void stage_move(struct stage *s, int64_t us);
/* stage_run_rounds: of a day and more each: with many nothing is left to be done, of what failed once a few are enough. */
void stage_run_rounds(struct stage *s, int rounds);
/* stage_end_at: a process performs and ends at its at-th step, and another one opens the store behind it; false: it had no such step. */
bool stage_end_at(struct stage *s, int at);

#endif
