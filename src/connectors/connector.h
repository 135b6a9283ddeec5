/*
 * The one interface of all vendors: data and pure functions, no sockets, no clock but ctx's, no memory but the arena's.
 * A connector turns bytes into facts and wishes into requests; the engine (flows/) does I/O, sign-in, retries, limits,
 * secrets, dedupe and logging for all. A NULL role means "does not do this". See docs/connectors.md.
 */
#ifndef WISMO_CONNECTORS_CONNECTOR_H
#define WISMO_CONNECTORS_CONNECTOR_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/http_msg.h"
#include "base/json.h"
#include "base/secret.h"
#include "model/action.h"
#include "model/fact.h"
#include "model/message.h"

/* A setting of an account, as configured: name and value text. */
struct setting {
    struct str name, value;
};

#define ACCOUNT_SECRETS_MAX 2 /* two at once, for rotation */

/* One connection of one merchant to one vendor. Owned by the configuration; read only for connectors. */
struct account {
    struct str merchant;      /* its name */
    struct str id;            /* unique in the merchant, e.g. "shopify" or "shopify-eu" */
    const struct connector *conn;
    enum source_role role;
    struct secret webhook_secrets[ACCOUNT_SECRETS_MAX]; /* n == 0: unused */
    struct secret api_key, api_user, api_secret;        /* n == 0: unused */
    const struct setting *settings;
    size_t settings_n;
    struct str public_url;    /* how vendors reach this server; empty: not known */
    struct str base_url;      /* overrides the vendor's host (sandboxes, doubles); empty: the vendor's */
    int line, column;         /* where the configuration names it; 0: not from one */
    uint32_t performs;        /* bits of capabilities that are performed through it */
    bool tickets;             /* what is handed over becomes a ticket there */
    const struct json *mapping; /* generic connector only: its mapping from the configuration */
};

/* account_setting: value, or empty when not set. */
struct str account_setting(const struct account *acct, const char *name);

/* A request to send. The engine adds sign-in headers by conn->auth unless the connector put its own. */
struct out_req {
    struct str method, url;
    struct http_header *headers;
    size_t headers_n, headers_cap;
    struct str body;
};
MUST_CHECK enum err out_req_header(struct ctx *ctx, struct out_req *req, struct str name, struct str value);

struct hook_ops {
    /*
     * verify: over the bytes as received. Errs: ERR_DENIED missing or wrong signature, ERR_STALE timestamp outside the window
     * (by msg->received_us). With no secret configured: ERR_DENIED, unless the account sets insecure: "true".
     */
    enum err (*verify)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg);
    /*
     * lacks: after verify gave ERR_DENIED: the read that may bring what it lacked, such as the vendor's newest signing keys; else
     * ERR_NOTFOUND. Anybody can send an unknown key id: the engine asks at most once a minute for an account.
     */
    enum err (*lacks)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct fetch_request *out);
    /* dedupe: key of this delivery, the same on the vendor's retries; NULL role or empty key: hash of the body. */
    enum err (*dedupe)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key);
    /* reply: body of handshakes; NULL: empty 200. */
    enum err (*reply)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct buf *body);
    /* decode: facts with natural keys, and reads for what the vendor only named. Errs: ERR_PARSE with the field. */
    enum err (*decode)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out);
    bool decode_ahead; /* asks for the time of arrival by http_msg_time only: may be decoded before the ledger gives it one */
};

/*
 * A read whose `what` begins so brings a setting, not facts: poll->decode checks the answer, and the engine then keeps its body as
 * the account's setting of the name that follows, before the configured ones: "setting:jwks".
 */
#define FETCH_SETTING "setting:"

/* What to ask: a parcel (carriers), or "everything since the cursor" (storefronts), or one fetch. */
enum poll_kind { POLL_PARCEL, POLL_SINCE, POLL_FETCH };
struct poll_ask {
    enum poll_kind kind;
    struct str tracking_number, carrier; /* POLL_PARCEL */
    struct str dest_postal;              /* POLL_PARCEL of a connector that wants it; empty: not known */
    struct str cursor;                   /* POLL_SINCE: what decode gave last; empty at first */
    int64_t since_us;                    /* POLL_SINCE with an empty cursor */
    struct fetch_request fetch;          /* POLL_FETCH */
};

struct poll_ops {
    uint32_t kinds; /* bits 1u << POLL_... */
    bool wants_postal;  /* tells more to whom knows the recipient's postal code: POLL_PARCEL is asked with it */
    const char *const *order_reads; /* the reads that make a whole order, by its id; ends with NULL; NULL: none */
    enum err (*request)(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out);
    /*
     * decode: the same facts and keys as from webhooks. *cursor: next page or position, empty: nothing more now.
     * Also called by `wismo decode FILE`: then ask is NULL and the payload must speak for itself.
     * Errs: ERR_PARSE, ERR_BUSY (throttled inside a 200), ERR_DENIED (sign-in refused inside a 200).
     */
    enum err (*decode)(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out, struct str *cursor);
};

/* An action to perform, with all that a vendor may need of it; opened for this call alone. */
struct action_line {
    struct str sku, item_id, title; /* item_id at the account, empty: not known there */
    int64_t quantity;
};
struct action_call {
    struct str key;             /* of the effect: the same for every attempt; 32 hex digits */
    enum capability cap;
    struct str order_id, order_name; /* order_id at the account, empty: it does not know the order */
    struct str carrier, tracking_number;
    const struct action_line *lines;
    size_t lines_n;
    bool whole;                 /* all that was ordered */
    int64_t amount_minor;
    struct str currency;
    struct str email, phone;
    struct address ship_to;     /* of the order */
    struct address new_address; /* change_address, reroute; empty: none */
    struct str detail;          /* the day, the pickup point; note_order: the state that is noted */
    struct str note;            /* note_order: what is known, for people of the team; nothing personal */
    struct str rule;            /* that decided */
    bool again;                 /* an attempt before this one may have done it */
};

enum action_step { STEP_NEXT, STEP_DONE, STEP_ACCEPTED, STEP_REFUSED, STEP_LATER, STEP_UNKNOWN };
struct action_answer {
    enum action_step step;      /* NEXT: another call, with carry; ACCEPTED: a webhook tells later what came of it */
    struct str id;              /* the vendor's id of what was done */
    struct str detail;          /* without personal data */
    struct str carry;
};

/*
 * Actions as calls: step 0, 1, ...; what may change something outside is the last one and says so (*effect). Where a vendor knows no
 * idempotency key, step 0 looks whether it was done already. The engine tells by the status: 429 is later, 5xx and a time-out of an
 * effect are unknown, and looked up by beginning anew.
 */
struct act_ops {
    uint32_t kinds;             /* 1u << capability */
    enum err (*request)(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                        struct out_req *out, bool *effect);
    /* decode: carry is what the request got. Errs: what cannot be read; of an effect that is an unknown outcome. */
    enum err (*decode)(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out);
};

/* A message to a person, as a channel's connector sees it. */
struct send_ask {
    enum channel_kind channel;
    struct str key;           /* of the message: receipts bring it back */
    struct str to;            /* E.164, or the person's id at the vendor where it knows no numbers */
    struct str order;         /* its name */
    struct str message;       /* word of its kind */
    struct str text;          /* the short form */
    struct str language;
    struct str receipt_url;   /* where the vendor tells what became of it; empty: not asked for */
    struct str call_url;      /* CHANNEL_VOICE: where the vendor asks what to say; empty: the text alone is said */
    int64_t since_us;         /* none of it can have been sent before */
    bool answers;             /* what the customer just wrote: free text where a channel's window asks for it */
    bool person;              /* a person of the team wrote it */
    bool late;                /* the customer's message is more than 24 hours old */
    struct str thread, answered_id; /* the vendor's conversation, and its id of what is answered; may be empty */
    struct str choices;       /* "payload\tlabel", one a line: buttons where the channel has them; text has them as numbers */
};
enum send_outcome {
    SEND_TAKEN,
    SEND_LATER,   /* try again: at retry_us, or when the courier likes */
    SEND_REFUSED, /* not by this channel, ever */
    SEND_WRONG    /* our own fault: it cannot be made into a message */
};
struct send_result {
    enum send_outcome outcome;
    struct str detail;        /* nothing personal: it becomes a fact */
    int64_t retry_us;
    bool channel_failed;      /* the channel itself, not this message: counts for its breaker */
};
struct send_ops {
    uint32_t channels;        /* bits 1u << CHANNEL_... */
    enum err (*request)(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out);
    /* result: what an answer means; the engine adds Retry-After. */
    void (*result)(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct send_result *out);
    /* look: what was sent already, for an attempt whose outcome is not known; NULL: the vendor cannot tell. found: is it there? */
    enum err (*look)(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out);
    bool (*found)(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct str *id);
};

/* What a person needs of a case that is handed over (R122), for a helpdesk. */
struct ticket_packet {
    struct str key;             /* of its row in the outbox: the ticket's external id, and its idempotency key */
    struct str order_name, email, name; /* of the customer; empty: not known or erased */
    struct str subject, text;   /* the whole case in words */
    const char *priority;       /* "normal", "high", "urgent" */
    struct str tags[4];
    size_t tags_n;
    struct str cls, rule, recommend;
    int64_t due_us;
};

/* Tickets as calls, like actions: step 0 looks whether it is there already where a helpdesk knows no keys. */
struct ticket_ops {
    enum err (*request)(struct ctx *ctx, const struct account *acct, const struct ticket_packet *packet, int step, struct str carry,
                        struct out_req *out, bool *effect);
    enum err (*decode)(struct ctx *ctx, const struct account *acct, const struct ticket_packet *packet, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out);
};

/*
 * A telephone call, a step at a time: the vendor tells what it heard and asks what to say next. Between two steps a call is kept in the
 * address that the vendor is given for the next one, and signs: struct call_state. Nothing personal stands in it.
 */
enum call_event {
    CALL_BEGINS,
    CALL_HEARD,     /* words or keys: decode made a message of them, where the dialogue is to answer */
    CALL_SILENCE,   /* nothing was said or pressed in time */
    CALL_AGAIN,     /* the star: say the last thing again */
    CALL_WAITS,     /* for an answer that was not there yet */
    CALL_DIALLED    /* a person was called to it */
};
struct call_state {
    int step;           /* how often something was asked; 0: the call begins */
    int tries;          /* how often nothing was said in a row */
    int waits;
    struct str lang;
    struct str key;     /* of the message that the call tells; empty: the customer called */
    struct str choices; /* payloads that keys 1 to 9 stand for, one a line */
    bool vouched;       /* the number is the caller's, by the word of the networks */
};
struct call_step {
    enum call_event event;
    struct call_state at;
    struct str message_id, choice; /* CALL_HEARD: of what decode made; choice: what the key stands for */
    struct str number;  /* the customer's; empty: withheld */
    bool machine;       /* CALL_BEGINS: no person picked it up */
    bool connected;     /* CALL_DIALLED: the person was there */
};
enum call_next { CALL_GATHER, CALL_WAIT, CALL_DIAL, CALL_END };
struct call_say {
    enum call_next next;
    struct str text;        /* in its spoken form; may be empty */
    struct str dial;        /* CALL_DIAL: number of a person */
    struct call_state at;   /* of the next step */
};
struct call_ops {
    /* read: a step, of a request that hook->verify let in. Errs: ERR_PARSE */
    enum err (*read)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct call_step *out);
    /* answer: as the vendor wants it; msg: the request that it answers. */
    enum err (*answer)(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, const struct call_say *say, struct buf *body);
};
#define CALL_TRIES_MAX 3    /* so often nothing is said: then a person */
#define CALL_CHOICE_STOP "stop"  /* payload: no more calls */
#define CALL_CHOICE_DAYS "days"  /* payload: a list of days to choose from */

enum auth_kind {
    AUTH_NONE,
    AUTH_HEADER,      /* header auth_name: auth_prefix + api_key */
    AUTH_BASIC,       /* api_user : api_key */
    AUTH_BASIC_KEY,   /* api_key as the user, no password; an account may give it as api_user, too */
    AUTH_BEARER,      /* Authorization: Bearer api_key */
    AUTH_OAUTH2_BASIC,/* client credentials, id and secret by Basic; token by Bearer */
    AUTH_OAUTH2_BODY, /* the same, id and secret in the form */
    AUTH_LOGIN        /* JSON {"email", "password"} of api_user and api_secret for a "token"; then Bearer */
};

struct limits {
    int calls, window_s;      /* calls per window; 0: no limit known */
    int calls_per_day;        /* besides; 0: no such limit known */
    int poll_every_s;         /* default distance of two polls of one parcel or cursor */
    int timeout_ms;
    size_t body_max;
    const char *source;       /* where the figures come from */
};

struct cfg_field {
    const char *name;
    bool required, secret;
    const char *what;         /* one sentence for docs and doctor */
};

struct connector {
    const char *id, *title, *docs_url, *api_version;
    enum source_role role;    /* default role of its accounts */
    enum auth_kind auth;
    const char *auth_name, *auth_prefix; /* AUTH_HEADER */
    const char *auth_path;    /* OAuth 2 token path or URL */
    const char *base_url;
    struct limits limits;
    const struct cfg_field *cfg; /* ends with name NULL */
    bool face;                   /* settings of a way in of our own server: nothing to verify, decode or poll */
    const char *status_file;  /* data/status/<name>.tsv, or NULL */
    const struct hook_ops *hook;
    const struct poll_ops *poll;
    const struct act_ops *act;
    const struct ticket_ops *ticket;
    const struct send_ops *send;
    const struct call_ops *call;
};

/* The registry, from connectors.def, sorted by id. */
const struct connector *connector_find(struct str id);
size_t connector_count(void);
const struct connector *connector_at(size_t i);

/*
 * connector_decode_any: decode a payload without an account's secrets: as a webhook when the connector has one and the
 * headers fit or there is no poll role, else as a poll answer. For `wismo decode`, redecode and fixtures.
 */
MUST_CHECK enum err connector_decode_any(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out);

#endif
