/*
 * The engine: one open store with its stages. Faces (server, command line, talk) append through it and read through readers.
 *   appender thread: step one, group commits into the ledger, then answers
 *   folder thread:   step two, decode, fold, diagnose, set timers, with the position, in one transaction
 *   keeper thread:   checkpoints and the clock tick
 */
#ifndef WISMO_FLOWS_ENGINE_H
#define WISMO_FLOWS_ENGINE_H

#include "connectors/connector.h"
#include "flows/config.h"
#include "mind/diagnosis.h"

enum recv_source { RECV_WEBHOOK, RECV_POLL, RECV_FACTS, RECV_TICK, RECV_TALK, RECV_SYSTEM, RECV_SOURCE_COUNT };
enum origin { ORIGIN_LIVE, ORIGIN_HISTORY };

struct engine;
struct engine_options {
    const struct config *config; /* outlives the engine */
    struct clock *clock;
    struct log *log;
    bool no_threads;  /* tests and one-shot commands: the caller runs engine_append_now, engine_fold_some itself */
    bool read_only;   /* commands that look into a store that a server may be serving */
    bool no_sync;     /* simulations only: a crash of the machine may lose what was acknowledged */
    bool no_ahead;    /* tests: the folder decodes everything from the raw rows */
    bool store_off;   /* bench only: appends are acknowledged without a store */
    int fold_workers_max; /* reserved; 0 */
};

MUST_CHECK enum err engine_open(struct ctx *ctx, const struct engine_options *opt, struct engine **out);
/* engine_close: takes no more, drains what was taken, stops the threads. */
void engine_close(struct engine *eng);

/* One thing received, to be made durable. Everything is copied or sealed before engine_append returns. */
struct append_req {
    int64_t merchant_id;
    enum recv_source source;
    enum origin origin;
    struct str account;
    struct str request_id;
    struct str dedupe;        /* delivery key; empty: none */
    const struct http_msg *msg; /* its headers that matter and its body are kept */
    /* called once from the appender thread when durable (OK) or refused; pos of the row; OK with pos 0: a repeat, dropped */
    void (*done)(void *user, enum err e, int64_t pos);
    void *user;
};
/*
 * engine_append: step one. Seals on the caller's thread, then queues. done may run before it returns.
 * Errs: ERR_BUSY queue full (answer 503 with Retry-After; done is not called), ERR_NOTFOUND merchant.
 */
MUST_CHECK enum err engine_append(struct ctx *ctx, struct engine *eng, const struct append_req *req);
/* engine_append_wait: the same, blocking until durable; *pos as above. */
MUST_CHECK enum err engine_append_wait(struct ctx *ctx, struct engine *eng, struct append_req *req, int64_t *pos);
/*
 * fact_append_wait: one fact as a row of the ledger, durable when it returns; max: bytes it may have. Without an account it is one of
 * our own. Errs: ERR_LIMIT, and those of appending.
 */
struct fact_to {
    int64_t merchant_id;
    enum recv_source source;
    const char *account;        /* NULL: RECV_SYSTEM by ourselves, source is not looked at */
    size_t max;
    int64_t at_us;              /* with an account: when it was received */
};
MUST_CHECK enum err fact_append_wait(struct ctx *ctx, struct engine *eng, const struct fact_to *to, const struct fact *fct, int64_t *pos);
/* engine_wait_folded: until the merchant's fold has passed pos, or timeout. */
MUST_CHECK enum err engine_wait_folded(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t pos, int timeout_ms);
/* engine_fold_some: with no_threads: appends ticks due, folds everything; *folded: positions passed. */
MUST_CHECK enum err engine_fold_some(struct ctx *ctx, struct engine *eng, int64_t *folded);

/* Merchants and accounts. */
MUST_CHECK enum err engine_merchant(struct engine *eng, struct str name, int64_t *merchant_id); /* ERR_NOTFOUND */
const struct merchant_config *engine_merchant_config(struct engine *eng, int64_t merchant_id);
const struct account *engine_account(struct engine *eng, int64_t merchant_id, struct str id); /* NULL: none */
const struct config *engine_config(struct engine *eng);
struct clock *engine_clock(struct engine *eng);

struct engine_status {
    int64_t head, folded;     /* of one merchant: last appended and last folded position */
    int64_t lag_us;           /* age of the oldest row not folded */
    size_t queue, watched;
    bool store_ok;
};
void engine_status(struct engine *eng, int64_t merchant_id, struct engine_status *out);

/* ---- reading: a reader is a pair of read connections with keys; one per thread */
struct reader;
MUST_CHECK enum err reader_open(struct ctx *ctx, struct engine *eng, struct reader **out);
void reader_close(struct reader *rd);

struct personal {             /* opened only for those who may see it */
    struct str email, phone;
    struct address ship_to;
};

struct case_answer {
    int64_t merchant_id, order_no;
    int64_t position;         /* the fold position these figures rest on */
    int64_t as_of_us;         /* now, or the asked time */
    struct order_case *cas;
    struct case_diagnosis cd;
    /* history of classes, oldest first: flags open and clear */
    struct diag_change {
        enum diag_class cls;
        int64_t since_us, seen_us;
        struct str number;    /* parcel, empty for the order */
    } *changes;
    size_t changes_n;
    const struct case_message *messages; /* what the customer was told; filled by case_messages_join */
    size_t messages_n;
    const struct case_acts *acts; /* what its policy decided; filled by case_acts_join */
};
/*
 * case_read: the case of an order as it is now (at_us 0) or as it was known at at_us (facts learned until then, diagnosed then).
 * Errs: ERR_NOTFOUND.
 */
MUST_CHECK enum err case_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, int64_t at_us,
                              struct case_answer *out);
/* case_stock: the stock of all items of a case that was read, as decisions need it. */
MUST_CHECK enum err case_stock(struct ctx *ctx, struct reader *rd, struct case_answer *ca);
/* case_find: orders by what an operator types: name with or without '#', id at a source, or a tracking number. */
#define CASE_FIND_MAX 20
MUST_CHECK enum err case_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str what, int64_t out[CASE_FIND_MAX],
                              size_t *n);
/* case_personal: sealed fields of the anchor order; empty when its key was destroyed. */
MUST_CHECK enum err case_personal(struct ctx *ctx, struct reader *rd, const struct case_answer *ca, struct personal *out);
/* case_scan_text: sealed description, signer and note of a scan; empty when gone. */
MUST_CHECK enum err case_scan_text(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fact_ref ref, struct str *description,
                                   struct str *signed_by, struct str *note);
/* case_list: pages of cases by order_no, for lists; out holds rows without parcels joined. */
MUST_CHECK enum err case_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t after_no, size_t max,
                              struct order_case **out, size_t *n);

/* ---- identity: look-ups by keyed hash; every call does the same work whether it finds something or not */
struct identity_given {
    struct str order_name, email, phone, zip; /* empty: not given */
    struct str tracking_number; /* names the order like its name does (one fact, not two, when both are given) */
};
struct identity_result {
    int64_t orders[CASE_FIND_MAX]; /* orders that match two facts; newest first */
    size_t n;
    int facts_given;
    unsigned lookups, hashes; /* work done, for the test that no order and wrong e-mail are alike */
};
MUST_CHECK enum err identity_match(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct identity_given *given,
                                   struct identity_result *out);

/* contact_orders: all orders of an e-mail address, else of a phone, newest first: for the merchant's own systems, that need no proof. */
MUST_CHECK enum err contact_orders(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str email, struct str phone,
                                   int64_t out[CASE_FIND_MAX], size_t *n);

/* ---- erasure of one order's subjects: keys destroyed, hashes dropped; the ledger and replay stay valid */
MUST_CHECK enum err engine_erase_order(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t order_no);

/* ---- replay: derive again into a scratch store and compare byte for byte */
struct replay_report {
    int64_t facts, positions, differences;
    int64_t compared_parcels, compared_orders, compared_derived, compared_outbox, compared_actions, compared_conversations;
    struct str first;         /* words on the first differences, one a line */
};
MUST_CHECK enum err engine_replay(struct ctx *ctx, struct engine *eng, int64_t merchant_id /* 0: all */, struct replay_report *out);

/* ---- lists for the command line */
struct undecoded_row {
    int64_t pos, at_us;
    struct str account, why;
    int64_t build;
    bool set_aside;           /* damaged, or the fold could not take it; else the decoder could not */
};
#define UNDECODED_PAGE 1000
/* ledger_undecoded: those behind position after (0: from the begin), at most a page of them. ledger_undecoded_counts: all of them. */
MUST_CHECK enum err ledger_undecoded(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t after, struct undecoded_row **out,
                                     size_t *n);
MUST_CHECK enum err ledger_undecoded_counts(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t *undecoded, int64_t *set_aside);
/* ledger_raw: the message as received (ERR_DENIED: its key is gone). */
MUST_CHECK enum err ledger_raw(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, struct http_msg *out,
                               struct str *account, enum recv_source *source);
/* engine_redecode: appends what today's decoders make of kept raw rows that could not be decoded. */
MUST_CHECK enum err engine_redecode(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t *tried, int64_t *decoded);

#endif
