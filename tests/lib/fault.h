/*
 * Faults on demand: the Nth allocation of the program's own code, or its Nth call of the database, fails; or all from the Nth on.
 * The linker puts the counters between caller and callee (--wrap, for the tests of tests/fault alone), so the program that is
 * shipped holds nothing of it and the same counters serve every backend.
 */
#ifndef WISMO_TESTS_LIB_FAULT_H
#define WISMO_TESTS_LIB_FAULT_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_ALLOC,       /* malloc, calloc, realloc, and what arenas hand out */
    FAULT_DB,          /* every function of storage/db.h that can fail */
    FAULT_COMMIT_TOLD, /* a commit that stands, but is told to have failed */
    FAULT_ENGINE       /* allocations inside SQLite; after fault_engine_init */
};

struct fault_plan {
    enum fault_kind kind;
    long nth;          /* from 1; 0: only count */
    bool from_on;      /* the Nth and all after it */
    bool all_threads;  /* else the calling thread alone */
    bool kill;         /* nothing fails: the process is killed there, as by kill -9 */
};

/* fault_engine_init: before the first database of the process is opened. */
void fault_engine_init(void);
void fault_arm(const struct fault_plan *plan);
/* fault_disarm: calls that were counted; *met: whether one of them failed. */
long fault_disarm(bool *met);

#endif
