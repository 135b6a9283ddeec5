/*
 * Shopify's Admin GraphQL over HTTP, as far as actions go: one order with its money, its address, what waits to be picked and what
 * holds it, and the orders that were made from it. It keeps what was done and counts it, does a refund's key once, refuses what the
 * real one refuses, and fails as told: one behaviour a mutation in turn, one a query in turn, then it does what it is asked.
 */
#ifndef WISMO_TESTS_LIB_SHOPIFY_DOUBLE_H
#define WISMO_TESTS_LIB_SHOPIFY_DOUBLE_H

#include "lib/effect_double.h"

#include <stdbool.h>

struct shopify_double;

struct shopify_done {
    size_t refunds, cancels, addresses, holds, releases, orders; /* effects there were, each */
    long long refunded_minor;
    bool held;            /* by us, now */
    char address1[64];
    size_t calls;
};

/* shopify_double_new: order 1020 of 14.50 USD, paid, unfulfilled; mutations and queries may fail in turn. */
struct shopify_double *shopify_double_new(const enum effect_way *mutations, size_t mutations_n, const enum effect_way *queries, size_t queries_n);
const char *shopify_double_url(const struct shopify_double *d); /* for an account's base_url */
struct shopify_done shopify_double_done(struct shopify_double *d);
void shopify_double_picked(struct shopify_double *d);   /* the warehouse has begun */
void shopify_double_refuses_address(struct shopify_double *d); /* any, from now on */
/* shopify_double_free: fails the test when a request was one that Shopify would not understand. */
void shopify_double_free(struct shopify_double *d);

#endif
