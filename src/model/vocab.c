/* See vocab.h. Words are looked up by comparison: the lists are short and the compiler's string compare is fast. */
#include "model/vocab.h"

#include <stddef.h>

static bool find_word(const char *const *words, int n, struct str word, int *out)
{
    for (int i = 0; i < n; i++)
        if (words[i] != NULL && str_eq(word, str_of(words[i]))) {
            *out = i;
            return true;
        }
    return false;
}

static const char *word_at(const char *const *words, int n, int i)
{
    return i >= 0 && i < n ? words[i] : "unknown";
}

#define VOCAB(prefix, type, COUNT)                                                                                     \
    const char *prefix##_word(enum type v)                                                                             \
    {                                                                                                                  \
        return word_at(prefix##_words, COUNT, (int)v);                                                                 \
    }                                                                                                                  \
    bool prefix##_parse(struct str word, enum type *out)                                                               \
    {                                                                                                                  \
        int i;                                                                                                         \
        if (!find_word(prefix##_words, COUNT, word, &i))                                                               \
            return false;                                                                                              \
        *out = (enum type)i;                                                                                           \
        return true;                                                                                                   \
    }

static const char *const parcel_status_words[] = {
#define PARCEL_STATUS(NAME, word, rank) word,
#include "model/parcel_status.def"
#undef PARCEL_STATUS
};
VOCAB(parcel_status, parcel_status, PARCEL_STATUS_COUNT)

static const char *const reason_words[] = {
#define REASON(NAME, word) word,
#include "model/reason.def"
#undef REASON
};
VOCAB(reason, reason, REASON_COUNT)

static const char *const fact_kind_words[] = {
#define FACT_KIND(NAME, word) word,
#include "model/fact_kind.def"
#undef FACT_KIND
};
VOCAB(fact_kind, fact_kind, FACT_KIND_COUNT)

static const char *const diag_class_words[] = {
#define DIAG_CLASS(NAME, word, severity) word,
#include "model/diag_class.def"
#undef DIAG_CLASS
};
VOCAB(diag_class, diag_class, DIAG_CLASS_COUNT)

static const char *const order_state_words[] = {"open", "on_hold", "cancelled", "closed"};
VOCAB(order_state, order_state, ORDER_STATE_COUNT)

static const char *const financial_state_words[] = {"unknown", "pending", "authorized", "partially_paid", "paid",
                                                    "partially_refunded", "refunded", "voided", "disputed"};
VOCAB(financial_state, financial_state, FIN_COUNT)

static const char *const fulfillment_state_words[] = {"pending", "open", "picked", "shipped", "cancelled", "error"};
VOCAB(fulfillment_state, fulfillment_state, FUL_STATE_COUNT)

static const char *const source_role_words[] = {"storefront", "back_office", "warehouse", "carrier", "customer", "system"};
VOCAB(source_role, source_role, ROLE_COUNT)

int parcel_status_rank(enum parcel_status s)
{
    static const int RANKS[] = {
#define PARCEL_STATUS(NAME, word, rank) rank,
#include "model/parcel_status.def"
#undef PARCEL_STATUS
    };
    return (int)s >= 0 && s < PARCEL_STATUS_COUNT ? RANKS[s] : 0;
}

int diag_class_severity(enum diag_class c)
{
    static const int SEVERITY[] = {
#define DIAG_CLASS(NAME, word, severity) severity,
#include "model/diag_class.def"
#undef DIAG_CLASS
    };
    return (int)c >= 0 && c < DIAG_CLASS_COUNT ? SEVERITY[c] : 0;
}
