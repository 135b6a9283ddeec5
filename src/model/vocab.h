/* The closed vocabularies of the domain, each made from its .def file; words are the wire form everywhere. */
#ifndef WISMO_MODEL_VOCAB_H
#define WISMO_MODEL_VOCAB_H

#include "base/str.h"

enum parcel_status {
#define PARCEL_STATUS(NAME, word, rank) PARCEL_##NAME,
#include "model/parcel_status.def"
#undef PARCEL_STATUS
    PARCEL_STATUS_COUNT
};
enum reason {
#define REASON(NAME, word) REASON_##NAME,
#include "model/reason.def"
#undef REASON
    REASON_COUNT
};
enum fact_kind {
#define FACT_KIND(NAME, word) FACT_##NAME,
#include "model/fact_kind.def"
#undef FACT_KIND
    FACT_KIND_COUNT
};
enum diag_class {
#define DIAG_CLASS(NAME, word, severity) DIAG_##NAME,
#include "model/diag_class.def"
#undef DIAG_CLASS
    DIAG_CLASS_COUNT
};
enum order_state { ORDER_OPEN, ORDER_ON_HOLD, ORDER_CANCELLED, ORDER_CLOSED, ORDER_STATE_COUNT };
enum financial_state {
    FIN_UNKNOWN, FIN_PENDING, FIN_AUTHORIZED, FIN_PARTIALLY_PAID, FIN_PAID, FIN_PARTIALLY_REFUNDED, FIN_REFUNDED,
    FIN_VOIDED, FIN_DISPUTED, FIN_COUNT
};
enum fulfillment_state { FUL_PENDING, FUL_OPEN, FUL_PICKED, FUL_SHIPPED, FUL_CANCELLED, FUL_ERROR, FUL_STATE_COUNT };
/* who tells: decides which view of an order anchors it, and what is compared with what */
enum source_role { ROLE_STOREFRONT, ROLE_BACK_OFFICE, ROLE_WAREHOUSE, ROLE_CARRIER, ROLE_CUSTOMER, ROLE_SYSTEM, ROLE_COUNT };

const char *parcel_status_word(enum parcel_status s);
bool parcel_status_parse(struct str word, enum parcel_status *out); /* exact words only; false: not ours */
int parcel_status_rank(enum parcel_status s);
const char *reason_word(enum reason r);
bool reason_parse(struct str word, enum reason *out);
const char *fact_kind_word(enum fact_kind k);
bool fact_kind_parse(struct str word, enum fact_kind *out);
const char *diag_class_word(enum diag_class c);
bool diag_class_parse(struct str word, enum diag_class *out);
int diag_class_severity(enum diag_class c); /* 0 calm .. 4 worst */
const char *order_state_word(enum order_state s);
bool order_state_parse(struct str word, enum order_state *out);
const char *financial_state_word(enum financial_state s);
bool financial_state_parse(struct str word, enum financial_state *out);
const char *fulfillment_state_word(enum fulfillment_state s);
bool fulfillment_state_parse(struct str word, enum fulfillment_state *out);
const char *source_role_word(enum source_role r);
bool source_role_parse(struct str word, enum source_role *out);

#endif
