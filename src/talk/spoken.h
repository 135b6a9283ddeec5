/*
 * The spoken form of a text: without links, numbers that nobody can keep in mind cut to their end, order names and codes figure by
 * figure, dates in words, each line a sentence. Pure.
 */
#ifndef WISMO_TALK_SPOKEN_H
#define WISMO_TALK_SPOKEN_H

#include "base/ctx.h"

#define SPOKEN_MAX 1200 /* bytes: about a minute; what is longer ends with a whole sentence before it */

/* spoken_text: lang is one of data/words; in ctx's arena, empty when memory is short. */
struct str spoken_text(struct ctx *ctx, struct str lang, struct str text);

#endif
