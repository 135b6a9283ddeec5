/*
 * A short answer to a question that was asked: yes, no, both, the other one, a number of a list, "I don't have it". By phrases of
 * each language (data/talk/replies.tsv); a message that says more than that is no short answer. Pure.
 */
#ifndef WISMO_TALK_SHORT_ANSWER_H
#define WISMO_TALK_SHORT_ANSWER_H

#include "base/ctx.h"

enum short_kind { SHORT_NONE, SHORT_YES, SHORT_NO, SHORT_BOTH, SHORT_OTHER, SHORT_NTH, SHORT_LAST, SHORT_LOST };

struct short_answer {
    enum short_kind kind;
    int nth;         /* SHORT_NTH: from 1 */
    bool negated;    /* "no, the other one" */
    bool alone;      /* nothing else is said */
};

/* short_answer_of: lang: of the words or of the conversation; English counts in every one. Errs: ERR_MEMORY. */
MUST_CHECK enum err short_answer_of(struct ctx *ctx, struct str text, struct str lang, struct short_answer *out);

#endif
