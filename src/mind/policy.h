/*
 * A merchant's policy: who may do what by itself, and which rule decides. One YAML file: ordered rules, the first that matches
 * wins, and where none does a person decides. Reading it (policy_parse.c), matching (policy_match.c) and checking it
 * (policy_check.c) are pure; docs/policy.md is printed from the same tables.
 */
#ifndef WISMO_MIND_POLICY_H
#define WISMO_MIND_POLICY_H

#include "base/findings.h"
#include "model/action.h"
#include "model/vocab.h"

#define POLICY_RULES_MAX 200
#define POLICY_CONDS_MAX 24
#define POLICY_STEPS_MAX 8
#define POLICY_WORDS_MAX 250
#define POLICY_TAGS_MAX 7      /* different tags that rules ask for: the checker looks at every set of them */
#define POLICY_CAPS_MAX 4      /* choices of one offer */
#define POLICY_ITEM_TAGS_MAX 2000
#define POLICY_VIP_TAGS_MAX 20

enum policy_field {
#define POLICY_FIELD(NAME, word, type, source, what) FIELD_##NAME,
#include "mind/policy_field.def"
#undef POLICY_FIELD
    FIELD_COUNT
};
enum policy_type { TYPE_ENUM, TYPE_INT, TYPE_MONEY, TYPE_TEXT, TYPE_TAGS };
enum policy_source { SOURCE_ALWAYS, SOURCE_STOREFRONT, SOURCE_STOCK, SOURCE_WAREHOUSE, SOURCE_ITEMS, SOURCE_HISTORY, SOURCE_MARKS, SOURCE_COUNT };

enum policy_of { OF_PARCEL, OF_ORDER, OF_COUNT };
enum policy_request { REQUEST_NONE, REQUEST_STATUS, REQUEST_PERSON, REQUEST_FIRST_CAP, REQUEST_COUNT = REQUEST_FIRST_CAP + CAP_COUNT };
enum policy_payment { PAY_UNKNOWN, PAY_PENDING, PAY_PREPAID, PAY_COD, PAY_PARTLY_REFUNDED, PAY_REFUNDED, PAY_VOIDED, PAY_DISPUTED, PAY_COUNT };
enum policy_stock { STOCK_UNKNOWN, STOCK_NONE, STOCK_SOME, STOCK_ALL, STOCK_COUNT };
enum policy_channel { CHAN_NONE, CHAN_CHAT, CHAN_EMAIL, CHAN_SMS, CHAN_WHATSAPP, CHAN_VOICE, CHAN_SOCIAL, CHAN_API, CHAN_COUNT };
enum policy_proof { PROOF_NONE, PROOF_ORDER_AND_CONTACT, PROOF_CHANNEL, PROOF_CODE, PROOF_COUNT }; /* weakest first */
enum policy_window { WINDOW_UNKNOWN, WINDOW_NOT_YET, WINDOW_OPEN, WINDOW_CLOSING, WINDOW_CLOSED, WINDOW_COUNT };
enum policy_legal { LEGAL_NONE, LEGAL_OPTION_NOTICE, LEGAL_CONSENT, LEGAL_REFUND, LEGAL_COUNT };

struct policy_field_row {
    const char *word, *what;
    enum policy_type type;
    enum policy_source source;
};
const struct policy_field_row *policy_field_row(enum policy_field f);
/* policy_enum_count, policy_enum_word: the words of an ENUM field. */
unsigned policy_enum_count(enum policy_field f);
const char *policy_enum_word(enum policy_field f, unsigned v);
/* policy_field_may_be_unknown: facts may leave it open; no condition on it holds then. */
bool policy_field_may_be_unknown(enum policy_field f);

/* One condition: ENUM a set of values, INT and MONEY a range with both ends, TEXT and TAGS words. */
struct policy_cond {
    enum policy_field field;
    uint64_t set;
    int64_t lo, hi;
    const struct str *words;
    size_t words_n;
    bool without;            /* TEXT: none of the words; TAGS: the items have none of them */
    int line, column;
};

enum policy_verb {
    VERB_NOTHING,            /* nothing to do: answer, tell */
    VERB_OFFER,              /* put a choice to the customer */
    VERB_ACT,                /* as granted: by itself, or with one click */
    VERB_APPROVE,            /* a person approves, whatever is granted by itself */
    VERB_HAND_OVER,          /* a person decides */
    VERB_WAIT,               /* look again */
    VERB_COUNT
};
const char *policy_verb_word(enum policy_verb v);
const char *policy_verb_what(enum policy_verb v);
enum policy_priority { PRIORITY_NORMAL, PRIORITY_HIGH, PRIORITY_URGENT, PRIORITY_COUNT };
const char *policy_priority_word(enum policy_priority p);

struct policy_step {
    enum policy_verb verb;
    enum capability caps[POLICY_CAPS_MAX]; /* offer: the choices, in order; act, approve: one */
    size_t caps_n;
    int hours;               /* hand_over: due; wait: until the next look */
    enum policy_priority priority;
    struct str recommend;    /* hand_over: the next step for the person */
    int line, column;
};

struct policy_rule {
    struct str name, because;
    struct policy_cond *conds;
    size_t conds_n;
    struct policy_step *steps;
    size_t steps_n;
    int line, column;
};

enum grant_mode { MODE_OFF, MODE_SUGGEST, MODE_AUTO, MODE_SHADOW, MODE_COUNT };
enum grant_field {
#define GRANT_FIELD(NAME, word, type, def, what) GRANT_##NAME,
#include "mind/grant_field.def"
#undef GRANT_FIELD
    GRANT_FIELD_COUNT
};
#define GRANT_UNSET (-1)
struct grant {
    int64_t v[GRANT_FIELD_COUNT];  /* GRANT_UNSET: no such limit; CLASSES: bits; UNTIL: end of that day, us */
    int line[GRANT_FIELD_COUNT], column[GRANT_FIELD_COUNT]; /* 0: not written */
    int at_line, at_column;
};
const char *grant_mode_word(enum grant_mode m);
const char *grant_field_word(enum grant_field f);
/* grant_proof: the least proof that a capability asks for, with what it is when the file does not say. */
enum policy_proof grant_proof(const struct grant *g, enum capability c);

struct policy_item_tag {
    struct str sku, tag;     /* sku: exact, or a beginning with * behind it */
};

struct policy {
    struct str version;      /* hash of the text, 16 hex digits */
    struct str currency;
    bool legal_us_mail_order;
    struct str vip_tags[POLICY_VIP_TAGS_MAX]; /* a customer with one of them is important */
    size_t vip_tags_n;
    struct grant grants[CAP_COUNT];
    struct policy_rule *rules;
    size_t rules_n;
    struct policy_item_tag *item_tags;
    size_t item_tags_n;
    struct str tags[POLICY_TAGS_MAX]; /* that rules ask for, sorted */
    size_t tags_n;
};

/*
 * policy_parse: everything in ctx's arena; the text must live as long.
 * Errs: ERR_PARSE when findings->errors > 0 (all findings are collected), ERR_MEMORY
 */
MUST_CHECK enum err policy_parse(struct ctx *ctx, struct str text, struct policy *out, struct findings *findings);
/* policy_default: data/policy/default.yaml. Errs: ERR_MEMORY */
MUST_CHECK enum err policy_default(struct ctx *ctx, struct policy *out);
/* policy_doc: docs/policy.md, from the tables and the default policy. */
void policy_doc(struct buf *out);

/* Words of vocabularies, for readers and for what is shown. */
const char *policy_request_word(unsigned v);
const char *policy_proof_word(unsigned v);
/* policy_money: "40.00 EUR" in the arena. */
struct str policy_money(struct arena *a, int64_t minor, struct str currency);

#endif
