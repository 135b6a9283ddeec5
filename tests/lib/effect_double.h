/*
 * A receiver of actions that does each key at most once, as docs/actions.md asks of one, and counts what it has done. It fails as
 * told, one behaviour a request in turn, and does what it is asked after them.
 */
#ifndef WISMO_TESTS_LIB_EFFECT_DOUBLE_H
#define WISMO_TESTS_LIB_EFFECT_DOUBLE_H

#include <stddef.h>

enum effect_way {
    EFFECT_DO,          /* done, and says so */
    EFFECT_BUSY,        /* 429, not done */
    EFFECT_FAIL,        /* 500, not done */
    EFFECT_DONE_500,    /* done, and answers 500 */
    EFFECT_CUT,         /* the connection ends, not done */
    EFFECT_DONE_CUT,    /* done, and the connection ends: to the caller it timed out */
    EFFECT_REFUSE,      /* 422 */
    EFFECT_ACCEPT,      /* 202, told later */
    EFFECT_GARBAGE      /* done, and answers what cannot be read */
};

struct effect_double;
struct effect_double *effect_double_new(const enum effect_way *ways, size_t n);
void effect_double_free(struct effect_double *d);
const char *effect_double_url(const struct effect_double *d);
size_t effect_double_done(struct effect_double *d);   /* effects there were */
size_t effect_double_calls(struct effect_double *d);
const char *effect_double_last(struct effect_double *d); /* body of the last request */

#endif
