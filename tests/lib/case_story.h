/*
 * One order's case made of story lines (docs/stories.md) without a store: facts are folded as they
 * come, and lines of other verbs are handed on with the case as it then is. Orders of other names
 * in the story are not told apart: a story has one.
 */
#ifndef WISMO_TESTS_LIB_CASE_STORY_H
#define WISMO_TESTS_LIB_CASE_STORY_H

#include "lib/fixture.h"

#include "flows/story.h"
#include "mind/diagnosis.h"

#define STORY_PARCELS_MAX 16
#define STORY_STOCK_MAX 16

struct case_story {
    struct order_case cas; /* with its parcels and stock joined */
    int64_t now_us;        /* the story's clock */
    /* inside */
    struct parcel parcels[STORY_PARCELS_MAX];
    size_t parcels_n;
    struct parcel *joined[STORY_PARCELS_MAX];
    struct case_stock stock[STORY_STOCK_MAX];
    size_t stock_n;
    int64_t facts;
    void (*line)(struct case_story *cs, struct ctx *ctx, const struct story_line *ln, void *user);
    void *user;
};

/* case_story_read: start_us is the story's day 0. cs->line and cs->user are set by the caller, the
 * rest zeroed. Errs: ERR_PARSE. */
MUST_CHECK enum err case_story_read(struct ctx *ctx, struct case_story *cs, int64_t start_us,
                                    struct str text);

#endif
