/*
 * The words of an answer, whole: pure functions of what is known, so that a replay gives the same bytes. What a class means in plain
 * words comes from the diagnosis, this adds the age of the news and says what is missing. lang is one of data/words.
 */
#ifndef WISMO_TALK_REPLY_H
#define WISMO_TALK_REPLY_H

#include "mind/diagnosis.h"
#include "talk/nlu/deadline.h"

/* What the age of the news says: told to everyone who asks (C13). */
struct reply_age {
    int64_t newest_fact_us; /* ledger time of the newest fact of the order or its open parcels; 0: none */
    int64_t oldest_need_us; /* of the sources that the answer needs, the one heard of longest ago */
    int64_t last_scan_us;   /* newest scan of any parcel, effective instant; 0: none */
    bool old;               /* oldest_need_us is older than the merchant's limit for a fresh answer */
};
/* reply_age: which sources an answer needs: carriers of parcels under way, the storefront while something waits to be sent. */
struct reply_age reply_age(const struct order_case *cas, const struct case_diagnosis *cd, const struct promises *p, int64_t now_us);

/*
 * reply_answer: the answer about one order: the diagnosis' explanation (parcel by parcel, with what has left and what has not)
 * and the age of the news where it is old. In ctx's arena; STR_NULL when memory is short.
 */
struct str reply_answer(struct ctx *ctx, struct str lang, const struct order_case *cas, const struct case_diagnosis *cd, const struct promises *p,
                        int64_t now_us);

/*
 * reply_deadline: whether it is there by the day that it is needed by: against the estimate, the carrier's date or the promise. Empty:
 * no day is named, or it is there. Where it is silent, lost or going back no day is promised.
 */
struct str reply_deadline(struct ctx *ctx, struct str lang, const struct order_case *cas, const struct case_diagnosis *cd, const struct deadline *dl,
                          int64_t now_us);

/* One order of a list to choose from. */
struct reply_choice {
    int64_t order_no;
    struct str name;
    enum diag_class cls;
    int64_t placed_us;
    struct str titles;      /* of its articles */
};
struct str reply_choices(struct ctx *ctx, struct str lang, const struct reply_choice *list, size_t n);

/* reply_need: what is still missing before anything may be told; asked_before: it has been asked once, so no second time. */
struct reply_given {
    bool order, email, zip, phone, tracking;
};
struct str reply_need(struct str lang, const struct reply_given *given, bool asked_before);
/* The fixed texts: one for every way of not matching; and what asking for a person leads to today. */
struct str reply_no_match(struct str lang);
struct str reply_person(struct str lang);
/* reply_wish: that a wish besides ("cancel_order") is on record; empty: such a wish has no words. */
struct str reply_wish(struct ctx *ctx, struct str lang, const char *wish);
/* duration_words: "3 minutes", "5 hours", "2 days"; in the arena. */
struct str duration_words(struct ctx *ctx, struct str lang, int64_t us);

#endif
