/*
 * Leakage: parcels that come back (RTO) and refunds that look abused, by cause, with what they cost. A pure look at one case; it
 * accuses nobody: a customer with three lost parcels had three lost parcels.
 */
#ifndef WISMO_MIND_LEAKAGE_H
#define WISMO_MIND_LEAKAGE_H

#include "mind/situation.h"

enum leakage {
#define LEAKAGE(NAME, word, of_parcel, what) LEAK_##NAME,
#include "mind/leakage_cause.def"
#undef LEAKAGE
    LEAK_COUNT
};
const char *leakage_word(enum leakage l);
const char *leakage_what(enum leakage l);
bool leakage_is_rto(enum leakage l);

#define LEAKAGE_CLAIMS 2 /* other claims in the year: this one is the third */

struct leakage_input {
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct action_row *rows; /* all of the order */
    size_t rows_n;
    const struct customer_history *history;
};
struct leakage_case {
    bool holds[LEAK_COUNT];
    int64_t parcels;       /* sent back */
    int64_t made_good;     /* given back or sent again, by us or elsewhere */
    bool cod;
};
void leakage_of(const struct leakage_input *in, struct leakage_case *out);

#endif
