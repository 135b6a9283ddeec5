/* Which carriers may a number belong to: every candidate with its trust, from
 * data/tracking-formats.tsv and check digits. */
#ifndef WISMO_CONNECTORS_LIB_TRACKING_NUMBER_H
#define WISMO_CONNECTORS_LIB_TRACKING_NUMBER_H

#include "model/fact.h"

enum number_trust {
    TRUST_DIGITS = 1,
    TRUST_PREFIX,
    TRUST_CHECK_DIGIT
}; /* bare digit count, prefix, check digit fits */

struct number_candidate {
    struct str carrier; /* our id */
    struct str format;  /* our short name of the format */
    enum number_trust trust;
    int confidence;       /* 1..99, per cent: prior of the format after its check digit */
    struct str canonical; /* the number to ask the carrier for (e.g. without 420+ZIP) */
    struct str url;       /* public tracking page, number encoded; may be empty */
};

#define NUMBER_CANDIDATES_MAX 16

/* number_candidates: best first, ties by carrier id. number as typed. *n 0 when nothing fits. */
MUST_CHECK enum err number_candidates(struct ctx *ctx, struct str number,
                                      struct number_candidate *out, size_t *n);
/* carrier_from_word: our carrier id for a shop's free text ("UPS® Ground", "DHL Express"), empty
 * when not recognised. */
struct str carrier_from_word(struct str word);
/* carrier_title: name to show ("ups" -> "UPS"); the id itself when unknown. carrier_url: tracking
 * page in the arena. */
struct str carrier_title(struct str carrier);
struct str carrier_url(struct arena *a, struct str carrier, struct str number);

/*
 * post_at_destination: the destination's post for a number of the Universal Postal Union (S10) whose own country is another one:
 * both posts follow it under the same number (R118). Empty for every other number or where no post of that country is known.
 */
struct str post_at_destination(struct str number, struct str country);

#endif
