/*
 * Fault loops: a work is run with its first allocation failing, then its second, and so on until a run meets no fault; the same with
 * the calls of the database, with allocations inside it, with commits that stand but are told to have failed; each once as a single
 * failure and once as "from there on". After every run: the failure was told as one of the machine, a retry succeeds, and the store
 * holds what it holds without a fault. Leaks are seen where the tests run under ASan.
 *
 * Then the same with kill -9: a process of its own does the work and dies before the Nth call of the database, or right after the Nth
 * commit; the work is done again on what it left.
 *
 * Long loops take strides, so that no loop runs much over 20 times; WISMO_LONG=1 in the environment takes every step.
 */
#ifndef WISMO_TESTS_LIB_FAULT_LOOP_H
#define WISMO_TESTS_LIB_FAULT_LOOP_H

#include "lib/fault_world.h"

struct run {
    struct world *w;
    struct http_msg hook; /* signed */
    struct http_header room[CASE_HEADERS_MAX];
    struct buf told; /* what the work answered; the same with and without a fault before it */
};

struct work {
    const char *name;
    void (*prepare)(struct world *w);        /* the store before it; open, unless bare */
    enum err (*run)(struct run *r);          /* the work; ends with an open engine or none */
    void (*finish)(void);                    /* gives back what prepare took besides; NULL: nothing */
    bool opens;                              /* opens the engine itself */
    bool bare;                               /* prepare makes the store, too */
    bool quiet;                              /* may go on without what failed: then what it leaves must be right all the same */
};

/* fault_loops: a main: all works, or the one named by the first argument. */
int fault_loops(const struct work *works, size_t n, int argc, char **argv);

#endif
