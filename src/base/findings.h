/*
 * Findings about a file that people write: what is wrong, where, and what to do. Readers go on after a fault, so that one run
 * shows all of them.
 */
#ifndef WISMO_BASE_FINDINGS_H
#define WISMO_BASE_FINDINGS_H

#include <stdarg.h>

#include "base/ctx.h"

#define FINDINGS_MAX 200 /* kept; errors are counted beyond */

enum finding_level { FINDING_ERROR, FINDING_WARNING, FINDING_NOTE };
struct finding {
    enum finding_level level;
    int line, column;        /* 0: the file as a whole */
    struct str message, hint;
};
struct findings {
    struct finding *rows;
    size_t n, cap;
    size_t errors;
};

/* findings_add: one more, its words in ctx's arena; hint may be NULL. Without memory, or beyond the bound, errors still count. */
void findings_add(struct ctx *ctx, struct findings *fs, const struct finding *at, const char *hint, const char *fmt, va_list ap)
    PRINTF_LIKE(5, 0);
/* word_near: the word of the list that is most like s, NULL when none is. */
const char *word_near(struct str s, const char *(*word)(const void *list, size_t i), const void *list, size_t n);

#endif
