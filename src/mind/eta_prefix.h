/* Postal prefixes by country, as the estimate's groups are named by them. */
#ifndef WISMO_MIND_ETA_PREFIX_H
#define WISMO_MIND_ETA_PREFIX_H

#include "mind/eta.h"

/* eta_prefix: the code's letters and digits into out; gives the length of its prefix of level 0 (area) to 2 (town). */
size_t eta_prefix(struct str country, struct str code, size_t level, char out[ETA_WORD_MAX + 1]);

#endif
