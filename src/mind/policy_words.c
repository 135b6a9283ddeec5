/* Vocabularies of policy.h and the table of fields. */
#include "base/num.h"
#include "mind/policy.h"
#include "model/fact.h"

#define N(list) (unsigned)(sizeof(list) / sizeof((list)[0]))

static const char *const OF[] = {"parcel", "order"};
static const char *const PAYMENT[] = {"unknown", "pending", "prepaid", "cod", "partly_refunded", "refunded", "voided", "disputed"};
static const char *const STOCK[] = {"unknown", "none", "some", "all"};
static const char *const YES_NO[] = {"no", "yes"};
static const char *const CHANNEL[] = {"none", "chat", "email", "sms", "whatsapp", "voice", "social", "api"};
static const char *const PROOF[] = {"none", "order_and_contact", "channel", "one_time_code"};
static const char *const WINDOW[] = {"unknown", "not_yet", "open", "closing", "closed"};
static const char *const LEGAL[] = {"none", "option_notice", "consent", "refund"};
static const char *const REQUEST[] = {"none", "status", "person"};
static const char *const MODES[] = {"off", "suggest", "auto", "shadow"};
static const char *const PRIORITIES[] = {"normal", "high", "urgent"};
static const struct {
    const char *word, *what;
} VERBS[] = {
    [VERB_NOTHING] = {"nothing", "nothing is to be done; the customer is told and answered"},
    [VERB_OFFER] = {"offer", "the customer chooses: `offer: [reship, refund]`; a choice that is not granted, or outside its limits, is left out"},
    [VERB_ACT] = {"act", "`act: carrier_inquiry`: by itself or with one click, as the capability is granted"},
    [VERB_APPROVE] = {"approve", "`approve: refund`: a person approves, whatever is granted by itself"},
    [VERB_HAND_OVER] = {"hand_over", "a person decides: `hand_over: {due_hours: 24, priority: high, recommend: TEXT}`"},
    [VERB_WAIT] = {"wait", "`wait: {hours: 48}`: look again then, unless facts come first"},
};

static const char *of_word(unsigned v) { return OF[v]; }
static const char *class_word(unsigned v) { return diag_class_word((enum diag_class)v); }
static const char *reason_name(unsigned v) { return reason_word((enum reason)v); }
static const char *payment_word(unsigned v) { return PAYMENT[v]; }
static const char *stock_word(unsigned v) { return STOCK[v]; }
static const char *yes_no_word(unsigned v) { return YES_NO[v]; }
static const char *channel_word(unsigned v) { return CHANNEL[v]; }
static const char *window_word(unsigned v) { return WINDOW[v]; }
static const char *legal_word(unsigned v) { return LEGAL[v]; }

const char *policy_proof_word(unsigned v)
{
    return PROOF[v];
}

static const char *return_word(unsigned v)
{
    return return_state_word((enum return_state)v);
}

const char *policy_request_word(unsigned v)
{
    return v < REQUEST_FIRST_CAP ? REQUEST[v] : capability_word((enum capability)(v - REQUEST_FIRST_CAP));
}

static const struct policy_field_row ROWS[] = {
#define POLICY_FIELD(NAME, word_, type_, source_, what_) \
    [FIELD_##NAME] = {.word = word_, .what = what_, .type = TYPE_##type_, .source = SOURCE_##source_},
#include "mind/policy_field.def"
#undef POLICY_FIELD
};

static const struct {
    const char *(*name)(unsigned v);
    unsigned n;
} ENUMS[FIELD_COUNT] = {
    [FIELD_OF] = {of_word, N(OF)},
    [FIELD_CLASS] = {class_word, DIAG_CLASS_COUNT},
    [FIELD_ORDER_CLASS] = {class_word, DIAG_CLASS_COUNT},
    [FIELD_REASON] = {reason_name, REASON_COUNT},
    [FIELD_REQUEST] = {policy_request_word, REQUEST_COUNT},
    [FIELD_PAYMENT] = {payment_word, N(PAYMENT)},
    [FIELD_STOCK] = {stock_word, N(STOCK)},
    [FIELD_PICKED] = {yes_no_word, N(YES_NO)},
    [FIELD_VIP] = {yes_no_word, N(YES_NO)},
    [FIELD_CHANNEL] = {channel_word, N(CHANNEL)},
    [FIELD_PROOF] = {policy_proof_word, N(PROOF)},
    [FIELD_SENSITIVE] = {yes_no_word, N(YES_NO)},
    [FIELD_DOUBT] = {yes_no_word, N(YES_NO)},
    [FIELD_CLAIM_WINDOW] = {window_word, N(WINDOW)},
    [FIELD_LEGAL] = {legal_word, N(LEGAL)},
    [FIELD_RETURN] = {return_word, RETURN_DECLINED}, /* those that have not come to their end */
};

const struct policy_field_row *policy_field_row(enum policy_field f)
{
    return &ROWS[f];
}

unsigned policy_enum_count(enum policy_field f)
{
    return ENUMS[f].n;
}

const char *policy_enum_word(enum policy_field f, unsigned v)
{
    return ENUMS[f].name(v);
}

bool policy_field_may_be_unknown(enum policy_field f)
{
    return ROWS[f].type == TYPE_MONEY || ROWS[f].type == TYPE_TEXT || f == FIELD_ORDER_AGE || f == FIELD_CLAIMS || f == FIELD_VIP ||
           f == FIELD_RETURN;
}

const char *policy_verb_word(enum policy_verb v)
{
    return VERBS[v].word;
}

const char *policy_verb_what(enum policy_verb v)
{
    return VERBS[v].what;
}

const char *policy_priority_word(enum policy_priority p)
{
    return PRIORITIES[p];
}

const char *grant_mode_word(enum grant_mode m)
{
    return MODES[m];
}

const char *grant_field_word(enum grant_field f)
{
    static const char *const WORDS[] = {
#define GRANT_FIELD(NAME, word, type, def, what) [GRANT_##NAME] = word,
#include "mind/grant_field.def"
#undef GRANT_FIELD
    };
    return WORDS[f];
}

enum policy_proof grant_proof(const struct grant *g, enum capability c)
{
    if (g->v[GRANT_PROOF] != GRANT_UNSET)
        return (enum policy_proof)g->v[GRANT_PROOF];
    return (capability_flags(c) & CAP_ADDRESS) != 0 ? PROOF_CODE : PROOF_ORDER_AND_CONTACT;
}

struct str policy_money(struct arena *a, int64_t minor, struct str currency)
{
    int digits = num_currency_digits(currency);
    uint64_t unit = 1, abs = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    const char *sign = minor < 0 ? "-" : "";
    if (digits <= 0)
        return arena_fmt(a, "%s%llu %.*s", sign, (unsigned long long)abs, STR_ARG(currency));
    return arena_fmt(a, "%s%llu.%0*llu %.*s", sign, (unsigned long long)(abs / unit), digits, (unsigned long long)(abs % unit),
                     STR_ARG(currency));
}
