/* A store that is told a story line by line: facts, requests and verdicts as in tests/stories, then looked at by the test itself. */
#ifndef WISMO_TESTS_LIB_TOLD_STORE_H
#define WISMO_TESTS_LIB_TOLD_STORE_H

#include "lib/story_acts.h"

struct told_store {
    struct fixture f;
    struct story_store st;
    struct ctx *ctx;
    bool history;                 /* what is told from here on is imported history */
};

void told_store_begin(struct told_store *w);
void told_store_tell(struct told_store *w, struct str text); /* the first line says when it starts; fails the test on a line that does not hold */
void told_store_end(struct told_store *w);
/* told_store_order: number of the order of that name. */
int64_t told_store_order(struct told_store *w, const char *name);

#endif
