/*
 * Stories: a store's events as readable lines, on a clock that starts where the story says. The demo store is made of them and
 * so are the tests in tests/stories. A line becomes facts (JSON, as POST /v1/facts takes them) or is handed to the reader as it
 * stands ("expect", "ask"). Grammar: docs/stories.md.
 */
#ifndef WISMO_FLOWS_STORY_H
#define WISMO_FLOWS_STORY_H

#include "base/json.h"
#include "model/fact.h"

#define STORY_WORDS_MAX 64

struct story_word {
    struct str key, value; /* key empty: a bare word */
};

struct story_line {
    size_t number;         /* in the file, from 1 */
    struct str verb, text; /* text: everything after the verb, as written */
    struct story_word words[STORY_WORDS_MAX];
    size_t words_n;
};

struct story_reader {
    void *user;
    /* at: the clock moves on; never backwards within a story */
    enum err (*at)(void *user, struct ctx *ctx, int64_t now_us);
    /* fact: one fact, told by source (an account id; "facts" unless the line says source=) */
    enum err (*fact)(void *user, struct ctx *ctx, struct str source, const struct fact *fct);
    /* other: a line of another verb; NULL: refused */
    enum err (*other)(void *user, struct ctx *ctx, const struct story_line *ln, int64_t now_us);
};

/*
 * story_read: runs a story's lines in order. start_us: where its clock stands first; a line "start TIME" sets it anew.
 * Errs: ERR_PARSE with the line's number; whatever the reader gives.
 */
MUST_CHECK enum err story_read(struct ctx *ctx, struct str text, int64_t start_us, const struct story_reader *reader);

/* story_get: value of key=value, else empty. story_bare: the i-th bare word, else empty. story_has: the bare word is there. */
struct str story_get(const struct story_line *ln, const char *key);
struct str story_bare(const struct story_line *ln, size_t i);
bool story_has(const struct story_line *ln, const char *word);
/* story_time: "+2d", "-3h30m" from now; "d4T14:20" of the story's day 4 (start is day 0); RFC 3339. Errs: ERR_PARSE. */
MUST_CHECK enum err story_time(struct ctx *ctx, struct str s, int64_t start_us, int64_t now_us, int64_t *out_us);

#endif
