/*
 * The case: the fold of all facts of one order: what the storefront, the back office and the warehouse say of it, its
 * fulfillments, refunds, holds, what the customer reported, and its parcels. Facts fold in any order and repetition.
 * No personal data: contacts and addresses are keyed hashes here; the clear text is sealed in the facts.
 */
#ifndef WISMO_MODEL_CASE_H
#define WISMO_MODEL_CASE_H

#include "model/parcel.h"

#define CASE_VIEWS_MAX 4
#define CASE_FULFILLMENTS_MAX 100
#define CASE_REFUNDS_MAX 100
#define CASE_HOLDS_MAX 50
#define CASE_RETURNS_MAX 50
#define CASE_REPORTS_MAX 50
#define CASE_PARCELS_MAX 100
#define CASE_LINKS_MAX 200

/*
 * Version of an object: the highest wins: (vendor's time of change, received, natural key). The same content with the same
 * time of change is the same version, whenever it is received again.
 */
struct version {
    int64_t changed_us;
    struct fact_ref ref;  /* first fact that told it */
    uint64_t key;         /* hash of that fact's natural key */
    uint64_t content;     /* hash of all that the object says */
    uint64_t replaced;    /* content of the same changed_us that this one replaced: it may come again, and is a repeat; 0 none */
    int64_t learned_us;   /* ledger time of that fact */
};
int version_cmp(const struct version *a, const struct version *b);

struct case_item {
    struct str item_id, sku, title;
    int64_t quantity, price_minor;
    bool ships;
};

/* One source's view of the order. */
struct order_view {
    struct str source;         /* account id */
    enum source_role role;
    struct version ver;        /* ver.ref.pos == 0: no such view */
    struct str order_id, name, currency, promised_at, preorder_until, service, cancel_reason, locale;
    int64_t placed_us, total_minor;
    enum order_state state;
    enum financial_state financial;
    bool cod;
    struct str country, region, postal_prefix; /* of the destination; prefix: at most 3 characters */
    struct str customer_tags;  /* "vip, wholesale" */
    uint64_t address_hash;     /* keyed hash of the normalised address; 0: none given */
    struct case_item *items;
    size_t items_n;
};

struct case_fulfillment {
    struct str source, fulfillment_id;
    enum source_role role;
    struct version ver;
    enum fulfillment_state state;
    struct case_item *items;
    size_t items_n;
    struct parcel_ref *parcels;
    size_t parcels_n;
    struct str location, service;
    int64_t created_us;
    struct str estimated_delivery;
    bool no_notification;
};

struct case_refund {
    struct str source, refund_id;
    struct version ver;
    int64_t amount_minor, at_us;
    struct str currency;
    bool full;
    struct case_item *items;
    size_t items_n;
};

struct case_return {
    struct str source, return_id;
    struct version ver;
    enum return_state state;   /* as told; case_return_state knows what its parcel says, too */
    struct str carrier, tracking_number;
    int64_t at_us;
    struct case_item *items;
    size_t items_n;
    const struct parcel *parcel; /* joined, not part of the row: what comes back; NULL: nothing is known of it */
};

struct case_hold {
    struct str source, hold_id, why;
    struct version ver;
    bool released;
    int64_t at_us;
};

struct case_report {
    uint64_t key;
    enum report_kind kind;
    struct str tracking_number, sku;
    int64_t at_us;
    struct fact_ref ref;
    int64_t learned_us;
};

/* A parcel told by a parcel_link fact rather than by a fulfillment. */
struct case_link {
    struct str carrier, tracking_number;
    int64_t learned_us;
};

struct case_stock {          /* joined at read, not stored with the order */
    struct str sku, location, restock_at;
    int64_t available;
    bool net_of_orders;      /* what open orders took is already out of it */
    int64_t changed_us;
    int64_t fresh_us;
};

/* What the fold keeps in the order's row; also the whole case once parcels and stock are joined. */
struct order_case {
    int64_t order_no;        /* row number in its merchant */
    struct order_view views[CASE_VIEWS_MAX]; /* by role, then source: sorted; views[0] anchors */
    size_t views_n;
    struct case_fulfillment *fulfillments; /* sorted by source, id */
    size_t fulfillments_n;
    struct case_refund *refunds;
    size_t refunds_n;
    struct case_hold *holds;
    size_t holds_n;
    struct case_return *returns; /* sorted by source, id */
    size_t returns_n;
    struct case_report *reports; /* sorted by at_us, key */
    size_t reports_n;
    struct case_link *links;     /* sorted by number, carrier */
    size_t links_n;
    int64_t fresh_us;        /* last time any source told something new of the order (ledger time); derived from the versions */
    int64_t heard_us;        /* last minute in which a storefront that was asked told what it knows; 0 never */
    int64_t first_us;        /* ledger time of the first fact */
    struct str customer;     /* random customer id, empty before a contact was seen */
    /* derived, written by the fold */
    enum diag_class diag;
    int64_t diag_since_us;
    int64_t due_us;
    /* joined, not part of the row */
    struct parcel **parcels;
    size_t parcels_n;
    struct case_stock *stock;
    size_t stock_n;
};

/* order_anchor: the view that anchors the case (storefront before back office before warehouse); NULL when only parcels are known. */
const struct order_view *order_anchor(const struct order_case *cas);
/* case_customer_has: a source marks the customer with one of these tags; upper and lower case are alike. */
bool case_customer_has(const struct order_case *cas, const struct str *tags, size_t n);
/* order_fulfillment_is_live: not cancelled and not in error. */
bool fulfillment_is_live(const struct case_fulfillment *ful);
/* case_destination: country and region of the order's address, from the best view; empty when unknown. */
struct place case_destination(const struct order_case *cas);
/* case_item_key: what joins one item across sources: SKU when given, else item id. */
struct str case_item_key(const struct case_item *it);
/* case_quantity_ordered / shipped: of an item key; shipped counts live fulfillments in state shipped or with a moving parcel. */
int64_t case_quantity_ordered(const struct order_case *cas, struct str key);
int64_t case_quantity_in_fulfillments(const struct order_case *cas, struct str key, enum fulfillment_state at_least);

/*
 * case_return_parcel: number of the parcel that comes back; empty: not told, or a number that the order itself was sent under: what
 * such a number's scans say of which way is not known.
 */
struct str case_return_parcel(const struct order_case *cas, const struct case_return *ret);
/*
 * case_return_state: what was told, or how far its parcel has come where that is further; *since_us when. A parcel says no more of
 * one that was received, declined or ended.
 */
enum return_state case_return_state(const struct order_case *cas, const struct case_return *ret, int64_t *since_us);
/* case_return_open: it has not come to its end. */
bool case_return_open(enum return_state s);

/* Hashes the fold needs but must not make itself (keyed, impure key): given with each order fact. */
struct fold_hashes {
    uint64_t address_hash;
};

/*
 * case_fold: apply one fact to a case. Any order of arrival, any repetition, gives the same canonical bytes.
 * In:    cas zeroed (diag = DIAG_CLASS_COUNT) or decoded; fct of kind order, fulfillment, refund, return, hold,
 *        customer_report or parcel_link; source is the account id; learned_us the ledger time
 * Out:   *changed false when nothing at all moved: the row need not be written, nor the fact kept
 * Errs:  ERR_LIMIT (more objects than the limits above: the lowest by (source, id) stay; case unchanged), ERR_MEMORY
 * Owns:  copies what it keeps into ctx's arena
 */
MUST_CHECK enum err case_fold(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct,
                              struct fact_ref ref, const struct fold_hashes *hashes, int64_t learned_us, bool *changed);
/* case_fold_heard: a source was asked and told the order, new or not. At most one a minute changes anything. */
void case_fold_heard(struct order_case *cas, int64_t learned_us, bool *changed);
/* case_heard_us: how fresh what the order's sources tell is. */
int64_t case_heard_us(const struct order_case *cas);
/* case_merge: two rows turn out to be one order: everything of `from` goes into `cas`. */
MUST_CHECK enum err case_merge(struct ctx *ctx, struct order_case *cas, const struct order_case *from);
/* case_parcel_numbers: distinct numbers of live fulfillments and links, sorted; in the arena. */
MUST_CHECK enum err case_parcel_numbers(struct ctx *ctx, const struct order_case *cas, struct parcel_ref **out, int64_t **since_us,
                                        size_t *n);

void case_encode(const struct order_case *cas, bool with_refs, struct buf *out);
MUST_CHECK enum err case_decode(struct ctx *ctx, struct str row, struct order_case *out);

#endif
