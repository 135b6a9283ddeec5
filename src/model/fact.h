/*
 * Facts: what arrives, in canonical form. A fact's strings are views into the arena it was decoded in.
 * Every fact has a natural key (account, kind, object, version) that is the same from webhook, poll and our own action.
 */
#ifndef WISMO_MODEL_FACT_H
#define WISMO_MODEL_FACT_H

#include "base/ctx.h"
#include "base/timefmt.h"
#include "model/message.h"

#define FACT_ITEMS_MAX 500   /* lines of one order */
#define FACT_PARCELS_MAX 100 /* parcels of one fulfillment */

struct place {
    struct str city, region, postal_code, country; /* country ISO alpha-2 upper case, empty when unknown */
};

/* A scan. The natural key is vendor_event_id if any, else local time + code + place + normalised text (carriers.md rule 3). */
struct tracking_event {
    struct str carrier;         /* our lower-case id: "ups", "usps", "fedex", "dhl_express", ... */
    struct str tracking_number; /* normalised: upper case, no blanks or dashes */
    enum parcel_status status;
    enum reason reason;
    struct str code;            /* vendor's raw word or code; kept even when unknown */
    struct str description;     /* vendor's text: may hold personal data, sealed when stored */
    struct when occurred;
    struct place location;
    struct str vendor_event_id;
    uint32_t vendor_seq;        /* order in the vendor's own list, oldest = 0; 0 when it gives one event alone */
    bool synthetic;             /* generated without a scan: never counts as movement */
    struct str estimated_delivery; /* RFC 3339 instant, local "YYYY-MM-DDTHH:MM:SS", or date, as the vendor gave it; parcel-wide */
    struct str service;         /* vendor's service word, e.g. "GND"; may be empty */
    struct str signed_by;       /* personal, sealed; placeholders removed by the decoder */
    struct str drop_off_note;   /* where it was left; personal, sealed */
    struct str next_carrier, next_number; /* hand-over: the parcel goes on under this number */
    struct str dest_country;    /* when the vendor says it */
    struct str pickup_until;    /* last day at a pickup point, date; may be empty */
    struct str order_id, fulfillment_id; /* told of a fulfillment whose number the teller does not say: tracking_number is a stand-in */
};

struct fact_item {
    struct str item_id;         /* line id at the source; may be empty */
    struct str sku, title;
    int64_t quantity;           /* >= 0; negative is refused by the decoder */
    int64_t price_minor;        /* unit price */
    bool ships;                 /* false: digital, no parcel */
};

struct address {                /* personal, sealed, but for country, region and the postal prefix */
    struct str name, line1, line2, city, region, postal_code, country, phone;
};

struct order_fact {
    struct str order_id;        /* at the source */
    struct str name;            /* "#1020" as the customer sees it */
    struct str order_ref;       /* a back office's reference to the storefront's order name or id; may be empty */
    int64_t placed_us;          /* 0: not given */
    struct str currency;
    int64_t total_minor;
    struct str email, phone;    /* personal, sealed */
    struct address ship_to;
    struct str promised_at;     /* RFC 3339 or date; empty when the source promises nothing */
    struct str preorder_until;  /* date or instant; empty: no pre-order */
    const struct fact_item *items;
    size_t items_n;
    enum order_state state;
    enum financial_state financial;
    bool cod;                   /* cash on delivery */
    struct str service;         /* shipping service bought, e.g. "Express" */
    struct str cancel_reason;
    struct str locale;          /* BCP 47, may be empty */
    struct str customer_tags;   /* what the source marks the customer with: "vip, wholesale"; may be empty */
};

struct parcel_ref {
    struct str carrier;         /* our id when recognised, else the source's word in lower case; may be empty */
    struct str tracking_number; /* normalised */
    struct str url;
};

struct fulfillment_fact {
    struct str order_id;        /* at the same source; or empty with order_name set */
    struct str order_name;
    struct str fulfillment_id;
    enum fulfillment_state state;
    const struct fact_item *items; /* what this part holds; item_id, sku, quantity */
    size_t items_n;
    const struct parcel_ref *parcels;
    size_t parcels_n;
    struct str location;        /* warehouse, 3PL or shop that fulfills it */
    int64_t created_us;
    struct str estimated_delivery;
    struct str service;
    bool no_notification;       /* the source asked not to tell the customer */
    struct str parked_under;    /* stand-in number of its events that came without one; not recorded */
};

struct inventory_fact {
    struct str sku;             /* or empty with item_ref */
    struct str item_ref;        /* vendor's item id when it gives no SKU */
    struct str location;
    int64_t available;          /* may be negative: oversold */
    struct str restock_at;      /* date when known */
    bool net_of_orders;         /* the source takes an order's items out when it is placed: 0 is no lack */
};

struct refund_fact {
    struct str order_id, refund_id;
    const struct fact_item *items;
    size_t items_n;
    int64_t amount_minor;
    struct str currency;
    bool full;                  /* the source says so */
    int64_t at_us;
};

/* A return, as far as it has come. `on_its_way` and `arrived` mostly follow from its parcel; a portal may tell them as well. */
enum return_state {
    RETURN_ASKED, RETURN_APPROVED, RETURN_ON_ITS_WAY, RETURN_ARRIVED, RETURN_RECEIVED, RETURN_INSPECTED, RETURN_DECLINED,
    RETURN_CANCELLED, RETURN_CLOSED, RETURN_STATE_COUNT
};
struct return_fact {            /* what the customer sends back; its parcel is none of the order's own */
    struct str order_id, order_name; /* order_id at the same source; or empty with order_name set */
    struct str return_id;
    enum return_state state;
    const struct fact_item *items; /* none: not told */
    size_t items_n;
    struct str carrier, tracking_number; /* of the parcel that comes back; may be empty */
    int64_t at_us;              /* since when it is in this state */
};

struct hold_fact {              /* a fulfillment hold placed or released */
    struct str order_id, hold_id, why;
    bool released;
    int64_t at_us;
};

struct customer_fact {          /* contact data of a customer at the source; personal, sealed */
    struct str customer_id, email, phone, name;
};

enum report_kind { REPORT_NOT_RECEIVED, REPORT_DAMAGED, REPORT_WRONG_ITEM, REPORT_MISSING_ITEM, REPORT_RECEIVED, REPORT_COUNT };
struct report_fact {            /* what the customer says about an order */
    struct str order_id, order_name;
    enum report_kind report;
    struct str tracking_number; /* empty: the whole order */
    struct str sku;
    int64_t at_us;
};

struct parcel_link_fact {       /* one parcel under two numbers, or an order's parcel told by another source */
    struct str carrier, tracking_number;           /* first leg, or the parcel */
    struct str next_carrier, next_number;          /* second leg; may be empty */
    struct str order_id, order_name;               /* or the order it belongs to */
};

struct not_found_fact {         /* the vendor does not know the number (yet): no news, never "not shipped" */
    struct str carrier, tracking_number, code, message;
};

/* A vendor that was asked told what it knows, whether or not any of it was new. Of a parcel, or of an order by its id at the account. */
struct heard_fact {
    struct str tracking_number, order_id;
};

enum incident_kind { INCIDENT_WEATHER, INCIDENT_STRIKE, INCIDENT_CLOSURE, INCIDENT_CARRIER, INCIDENT_OTHER, INCIDENT_COUNT };
struct incident_fact {          /* something slows a carrier down in an area for a while */
    struct str incident_id;
    enum incident_kind what;
    struct str title;           /* the source's own words, for operators */
    struct str carrier;         /* our id; empty: all of them */
    struct str country, region; /* ISO 3166 alpha-2, and its subdivision's code without the country; region empty: all of it */
    int64_t from_us, until_us;  /* until 0: not known yet */
    bool withdrawn;             /* it was a mistake, or does not hold any longer */
};

struct told_fact {              /* the customer was told by somebody else: a person of the team, or the storefront itself */
    struct str order_id, order_name;
    bool by_person;
    struct str message;         /* kind of message, empty: the matter as a whole */
    int64_t at_us;
};

struct consent_fact {           /* what a customer wants on a channel, said of an order, of a message or by a contact */
    struct str order_id, order_name;
    struct str message_key;     /* of the outbox */
    struct str contact;         /* e-mail or phone; personal: resolved when it comes, never recorded */
    int64_t order_no;           /* as resolved */
    struct str customer;        /* as resolved, when the contact has no order yet */
    struct str channel;         /* "email", "sms", ...; empty: all */
    bool withdrawn;
    int64_t at_us;
};

enum receipt_status {           /* what became of a message */
    RECEIPT_ACCEPTED, RECEIPT_DELIVERED, RECEIPT_OPENED, RECEIPT_CLICKED, RECEIPT_BOUNCED, RECEIPT_COMPLAINED, RECEIPT_RETRY,
    RECEIPT_FAILED, RECEIPT_REFUSED, RECEIPT_WITHDRAWN, RECEIPT_RESENT, RECEIPT_STATUS_COUNT
};
struct receipt_fact {
    struct str message_key;     /* key of its row in the outbox */
    enum receipt_status status;
    uint32_t attempt;
    struct str detail;          /* why, without personal data; the vendor's id of the message */
    int64_t retry_us;           /* RECEIPT_RETRY: not before */
    int64_t cost_micros;        /* RECEIPT_ACCEPTED: what it cost, in millionths of the merchant's currency */
    int64_t at_us;
};

struct attempt_fact {           /* the courier is about to call: durable before the call */
    struct str message_key;
    uint32_t attempt;
    int64_t at_us;
};

struct policy_fact {            /* the rules that hold from here on */
    struct str version, body;
    struct str about;           /* "actions": the policy; empty: the message rules */
    bool tickets;               /* of the policy: what is handed over becomes a ticket */
};

struct request_fact {           /* somebody asks for something to be done; words are of mind/policy.h's vocabularies */
    int64_t order_no;
    struct str request_id;      /* the asker's own */
    struct str request, channel, proof;
    uint32_t confidence;        /* per cent */
    bool sensitive;
    bool repeat;                /* a person asks again, knowing what was done */
    struct str tracking_number; /* which parcel; empty: where it fits */
    struct str detail;          /* the chosen day or pickup point */
    const struct fact_item *items; /* asked for; none: all that it is about */
    size_t items_n;
    int64_t amount_minor;       /* discount, edit_order */
    struct address ship_to;     /* the new address; personal, sealed */
    struct str note;            /* in the asker's words; personal, sealed */
    struct str by;              /* person of the team; empty: the customer */
    int64_t at_us;
};

enum person_verdict { VERDICT_APPROVE, VERDICT_DECLINE, VERDICT_UNDO, VERDICT_DONE, VERDICT_COUNT };
struct verdict_fact {           /* a person's word on an action, or on what waits for a person */
    enum person_verdict verdict;
    int64_t action_no;          /* 0: of a task */
    int64_t order_no;           /* of a task */
    struct str task;            /* its key; empty: all of the order's */
    struct str by, why;
    int64_t at_us;
};

enum action_outcome { OUTCOME_CONFIRMED, OUTCOME_REFUSED, OUTCOME_UNKNOWN, OUTCOME_RETRY, OUTCOME_COUNT };
struct action_result_fact {     /* what became of an attempt, or what a receiver says later */
    struct str action_key;
    enum action_outcome outcome;
    uint32_t attempt;
    struct str result_id;       /* the vendor's id of what was done */
    struct str detail;          /* without personal data */
    int64_t retry_us;           /* not before */
    int64_t at_us;
};

struct estimate_model_fact {    /* the model of delivery estimates that holds from here on (mind/eta.h) */
    struct str id, body;        /* body: its file, in base64 */
};

enum ticket_event { TICKET_ASSIGNED, TICKET_ANSWERED, TICKET_SOLVED, TICKET_EVENT_COUNT };
struct ticket_fact {            /* what a person did with a ticket, in the helpdesk */
    struct str ticket_key;      /* of its row in the outbox: the ticket's external id */
    struct str ticket_id;       /* the helpdesk's */
    enum ticket_event event;
    struct str answer_id, text; /* answered: what was written to the customer, and its id there; text personal, sealed */
    int64_t conversation_no, asked_pos, asked_idx; /* resolved: the conversation that it answers, 0 none, and its last message */
    int64_t at_us;
};

/*
 * A customer wrote. The channel's connector fills the first part; what was understood is added when it is decoded, whom and which
 * conversation it belongs to is resolved when it is folded, and both are recorded with it.
 */
struct message_in_fact {
    enum channel_kind channel;
    struct str message_id;      /* the vendor's; makes a repeat known */
    struct str thread_id;       /* the vendor's conversation, a mail's thread: what comes in it is answered in it; may be empty */
    struct str reply_to;        /* what it answers: key of the outbox, or a mail's In-Reply-To */
    struct str from, from_name; /* e-mail, phone or handle that an answer goes to; personal, sealed */
    struct str subject;         /* of a mail; personal, sealed */
    struct str text;            /* without quotes and signatures; personal, sealed */
    struct str choice;          /* payload of the button that was pressed */
    struct str language;        /* that the channel tells, BCP 47 */
    uint32_t attachments;
    bool verified;              /* the channel vouches for `from`: DMARC passed, the provider signed it, a signed widget user */
    bool automatic;             /* out of office, a bounce, another bot */
    int64_t at_us;
    /* understood */
    struct str lang, intents, signals; /* "order_status:93 refund_request:12", "urgent legal" */
    int64_t sentiment, model;
    /* resolved */
    int64_t conversation_no, order_no; /* order_no: that it answers a message about, 0 none */
    struct str customer;
};

/* What Wismo, or a person of the team, made of what a customer wrote: one answer to all of it that was there. */
struct turn_fact {
    int64_t conversation_no;
    int64_t asked_pos, asked_idx; /* newest of the messages that it answers */
    struct str outcome;         /* talk/dialogue.h */
    struct str state;           /* of the dialogue from here on; nothing personal */
    struct str kept;            /* of the dialogue; personal, sealed */
    struct str language;
    int64_t order_no;           /* that it is about, 0 none */
    struct str reply;           /* empty: silence; personal, sealed */
    struct str choices;         /* "payload\tlabel", one a line; personal, sealed */
    bool speaks;                /* there is a reply */
    bool hands_over;            /* a person has to look at it */
    struct str code;            /* text with a one-time code, to the order's own contact; personal, sealed */
    bool sends_code;
    enum channel_kind code_channel;
    struct str by;              /* person of the team; empty: Wismo */
    int64_t at_us;
};

struct knowledge_fact {         /* a document of the merchant's own, or that it holds no longer */
    struct str source;          /* its name: a new version replaces the one before */
    struct str title, lang;     /* lang: BCP 47 */
    struct str body;            /* as Markdown; empty: removed */
    int64_t dated_us;           /* the document's own date; 0: none */
};

struct control_fact {           /* a pause, or its end; the control row itself stands outside the fold */
    struct str what;            /* "all", "messages", "actions" or one capability */
    bool paused;
    struct str why;
    int64_t at_us;
};

struct tick_fact {              /* a timer came due */
    bool is_parcel;             /* else an order */
    int64_t number;             /* parcel_no or order_no of the merchant */
    int64_t due_us;
};

struct fact {
    enum fact_kind kind;
    struct str key;             /* natural key; the engine adds account and kind */
    int64_t changed_us;         /* vendor's time of change of a versioned object; 0 unknown */
    enum source_role role;
    union {
        struct tracking_event event;
        struct order_fact order;
        struct fulfillment_fact fulfillment;
        struct inventory_fact inventory;
        struct refund_fact refund;
        struct return_fact ret;
        struct hold_fact hold;
        struct customer_fact customer;
        struct report_fact report;
        struct parcel_link_fact link;
        struct not_found_fact not_found;
        struct heard_fact heard;
        struct tick_fact tick;
        struct incident_fact incident;
        struct told_fact told;
        struct consent_fact consent;
        struct receipt_fact receipt;
        struct attempt_fact attempt;
        struct policy_fact policy;
        struct control_fact control;
        struct estimate_model_fact estimate_model;
        struct request_fact request;
        struct verdict_fact verdict;
        struct action_result_fact result;
        struct ticket_fact ticket;
        struct message_in_fact message_in;
        struct turn_fact turn;
        struct knowledge_fact knowledge;
    } u;
};

/* What a payload gives: facts, and reads that the vendor's hint asks for (it named an object without its content). */
struct fetch_request {
    struct str what;            /* the connector's own word, e.g. "order" */
    struct str id;
};

#define DECODED_FACTS_MAX 50000

struct decoded {
    struct fact *facts;
    size_t n, cap;
    struct fetch_request *fetches;
    size_t fetches_n, fetches_cap;
    struct str note;            /* why nothing came out, when nothing did: "ping", "topic not used: products/update" */
};

/* decoded_add: room for one more fact of kind, zeroed, in ctx's arena. Errs: ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err decoded_add(struct ctx *ctx, struct decoded *d, enum fact_kind kind, struct fact **out);
MUST_CHECK enum err decoded_fetch(struct ctx *ctx, struct decoded *d, struct str what, struct str id);

/*
 * tracking_event_key: natural key by carriers.md rule 3, for decoders that have no vendor event id: local time, code, place
 * and normalised text. In the arena.
 */
struct str tracking_event_key(struct arena *a, const struct tracking_event *ev);
/* tracking_number_normalise: upper case; blanks, dots, dashes, slashes, no-break and zero-width characters dropped. */
MUST_CHECK enum err tracking_number_normalise(struct ctx *ctx, struct str typed, struct str *out);

/* fact_kind_is_input: may come through our own door (POST /v1/facts, import); the rest is made by the server itself. */
bool fact_kind_is_input(enum fact_kind k);

const char *receipt_status_word(enum receipt_status s);
bool receipt_status_parse(struct str word, enum receipt_status *out);
const char *ticket_event_word(enum ticket_event e);
bool ticket_event_parse(struct str word, enum ticket_event *out);
const char *verdict_word(enum person_verdict v);
bool verdict_parse(struct str word, enum person_verdict *out);
const char *action_outcome_word(enum action_outcome o);
bool action_outcome_parse(struct str word, enum action_outcome *out);
const char *return_state_word(enum return_state s);
bool return_state_parse(struct str word, enum return_state *out);
const char *report_kind_word(enum report_kind k);
bool report_kind_parse(struct str word, enum report_kind *out);
const char *incident_kind_word(enum incident_kind k);
bool incident_kind_parse(struct str word, enum incident_kind *out);

#endif
