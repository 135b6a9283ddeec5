/* What every harness shares: the entry point's declaration, and a check that stays in release
 * builds. */
#ifndef WISMO_FUZZ_FUZZ_H
#define WISMO_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* LLVMFuzzerTestOneInput: runs the parser on the bytes; returns 0; aborts when a promise of the
 * parser is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(cond)                                                                           \
    do {                                                                                           \
        if (!(cond))                                                                               \
            abort();                                                                               \
    } while (0)

#endif
