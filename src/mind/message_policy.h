/*
 * A merchant's message rules: which milestones and troubles are told, on which channels, when, and how often. Written in
 * wismo.yaml under `messages`, checked there; the fold uses the version that the ledger has recorded, so that every decision can
 * be derived again with the rules of its time.
 */
#ifndef WISMO_MIND_MESSAGE_POLICY_H
#define WISMO_MIND_MESSAGE_POLICY_H

#include "base/json.h"
#include "model/message.h"

#define MESSAGE_RULES_MAX 100
#define MESSAGE_TEMPLATES_MAX 500

/* A text of the merchant's own in place of ours: key is "shipped.text" and the like (docs/messages.md, "Texts"). */
struct message_template {
    struct str language, key, text;
};

/* Of the first rule that fits, `send` and `channels` hold. Empty or 0: any. */
struct message_rule {
    enum message_kind kind;      /* MESSAGE_KIND_COUNT: all */
    struct str country, carrier; /* destination; the carrier's id */
    int64_t value_from_minor;    /* orders worth this much and more */
    bool send;
    enum channel_kind channels[CHANNEL_KIND_COUNT]; /* in order; none: the merchant's */
    size_t channels_n;
};

struct message_policy {
    bool enabled;
    struct str store;            /* name that customers know */
    struct str sign_off;         /* last line of every message */
    struct str language;         /* when the order says none, or one that has no templates */
    struct str zone, country;    /* the merchant's home: promises are counted in its working days */
    struct str problem_url;      /* "Problem with your delivery?": {order} is replaced; empty: a reply to the message */
    int quiet_from_min, quiet_until_min; /* minutes of the customer's day; equal: no quiet hours */
    int morning_min;             /* "out for delivery" comes no earlier */
    int per_day;                 /* messages an order may cause in one day */
    int spacing_hours;           /* between two messages about delays */
    int gather_minutes;          /* parcels that leave or arrive within this make one message */
    int midpoint_days;           /* midpoint message when the way takes longer than this */
    int unopened_hours;          /* a trouble that was not opened by then goes to the next channel; 0: never */
    int promise_hour;            /* hour of the next working day until which an update is promised */
    uint32_t storefront_tells;   /* bits of message kinds that the storefront sends itself */
    enum channel_kind channels[CHANNEL_KIND_COUNT]; /* in order: the next when one refuses or fails */
    size_t channels_n;
    const struct message_rule *rules;
    size_t rules_n;
    const struct message_template *templates;
    size_t templates_n;
    struct str version;          /* hash of all above */
};

void message_policy_default(struct message_policy *out); /* disabled; the figures of docs/messages.md */
/* message_policy_write: canonical JSON without the version; message_policy_read: its inverse, makes the version. */
void message_policy_write(struct jw *w, const struct message_policy *mp);
MUST_CHECK enum err message_policy_read(struct ctx *ctx, struct str text, struct message_policy *out);
/* message_policy_text: the JSON in the arena and the version set in *mp. */
MUST_CHECK enum err message_policy_text(struct ctx *ctx, struct message_policy *mp, struct str *out);
/* message_policy_uses: some message may go by this channel. */
bool message_policy_uses(const struct message_policy *mp, enum channel_kind c);
/* message_template_own: the merchant's text of a key in a language; empty when there is none. */
struct str message_template_own(const struct message_policy *mp, struct str language, struct str key);
/* message_rule_for: NULL when none fits. */
const struct message_rule *message_rule_for(const struct message_policy *mp, enum message_kind kind, struct str country,
                                            struct str carrier, int64_t value_minor);

#endif
