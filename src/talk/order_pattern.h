/*
 * The forms of a merchant's order names, learned from recent ones, so that "eu-10442" in a message is known for an order's name:
 * "EU-10442", "EU-10443", "US-7781" → "EU-{n5}", "US-{n4}". See struct entity_patterns for the notation.
 */
#ifndef WISMO_TALK_ORDER_PATTERN_H
#define WISMO_TALK_ORDER_PATTERN_H

#include "talk/entities.h"

#define ORDER_PATTERNS_MAX 8
#define ORDER_NAMES_MAX 1000 /* what is looked at; more tell nothing new */

/*
 * order_pattern_learn: the forms that one name in twenty or more has, the commonest first. Letters that always stand there stay;
 * varying ones become {a}, mixtures {w}. Names of digits alone teach nothing: every number would be an order.
 * Errs: ERR_MEMORY. Owns: patterns in the arena. Pure.
 */
MUST_CHECK enum err order_pattern_learn(struct ctx *ctx, const struct str *names, size_t n, struct str out[ORDER_PATTERNS_MAX], size_t *out_n);

#endif
