/* Inside of the engine: shared by its files only. */
#ifndef WISMO_FLOWS_ENGINE_INT_H
#define WISMO_FLOWS_ENGINE_INT_H

#include "flows/engine.h"
#include "mind/policy.h"
#include "flows/wheel.h"
#include "storage/db.h"
#include "storage/vault.h"

#include <pthread.h>
#include <stdatomic.h>

#define APPEND_QUEUE_MAX 65536            /* rows that wait for their commit */
#define APPEND_QUEUE_BYTES ((size_t)128 << 20)
#define APPEND_GROUP_MAX 2000             /* rows of one commit */
#define FOLD_SLICE_ROWS 4096              /* positions of one fold transaction */
#define FOLD_SLICE_US 40000               /* and its time: another merchant waits no longer */
#define FOLD_HISTORY_US 15000             /* slice of a merchant that folds history while others wait */
#define FOLD_ARENA_MAX ((size_t)512 << 20)
#define LEDGER_LOG_CAP ((int64_t)64 << 20)  /* of a write-ahead log: then its writer moves the rest itself and begins anew */
#define STATE_LOG_CAP ((int64_t)256 << 20)
#define DEDUPE_SLOTS 65536
#define AHEAD_SLOTS 65536                 /* messages decoded ahead that wait for the folder, of one merchant */
#define ITEM_ROOM 1024                    /* strings of most items; larger ones have blocks of their own */
#define ITEMS_SPARE 4096

struct day_key {
    int64_t day;
    unsigned char key[KEY_LEN];
};

/* The policy that holds, read once for many transactions. One thread's. */
struct act_rules {
    struct arena *arena;
    struct str version;         /* empty: nothing is read yet */
    struct policy policy;
};
void act_rules_clear(struct act_rules *rules);

/* One merchant in this process. */
struct merchant {
    int64_t id;
    const struct merchant_config *cfg;
    struct vault_keys keys;
    char promises_version[16];   /* of the configuration's promises */
    struct estimate_shelf *models; /* the engine's */
    struct day_key today;       /* guarded by engine.append_lock */
    int64_t stored_day;         /* appender only: the day whose key is known to be in the ledger, or in the transaction under way */
    int64_t next_pos;           /* appender only */
    bool head_unsure;           /* appender only: a commit failed, and its rows may stand all the same */
    int64_t last_at_us;         /* appender only: ledger time never runs backwards */
    _Atomic int64_t head;       /* last durable position */
    _Atomic int64_t folded;
    _Atomic int64_t lag_since_us; /* ledger time of the oldest row not folded, real clock; 0: none */
    bool history;               /* folder only, as is the next: the last slice was history */
    int64_t aside_pos;          /* the last position that cannot be folded: it is kept raw and passed over; 0: none */
    char aside_why[CTX_MSG_MAX];
    int fold_failures;          /* in a row */
    int64_t fold_again_us;      /* monotonic: not before */
    struct act_rules rules;     /* folder only */
    struct wheel_owner parcels, orders; /* guarded by engine.wheel_lock */
    _Atomic(struct ahead *) *ahead;     /* ring by position; NULL while read only */
    int64_t back_pos;                   /* read back so far; one thread's */
};

struct append_item {
    struct append_item *next;
    size_t room;                /* bytes behind this struct */
    struct merchant *m;
    struct append_req req;      /* strings point behind this struct */
    struct day_key day;         /* that wrapped it; stored by the appender before the first row that uses it */
    struct str sealed;
    struct str wrapped;
    uint64_t dedupe[2];
    int64_t pos, at_us;
    struct ahead *ahead; /* its facts, where they were decoded already */
    int64_t queued_us;   /* monotonic */
};

struct engine {
    const struct config *config;
    struct clock *clock;
    struct log *log;
    struct engine_options opt;
    char *ledger_path, *state_path;
    unsigned char master[KEY_LEN];
    struct merchant *merchants;
    size_t merchants_n;
    struct learned *learned;    /* settings that vendors gave */
    struct estimate_shelf *models; /* of delivery estimates, loaded */

    struct db *ledger;          /* appender's connection */
    struct db *state;           /* folder's connection */
    struct db *ledger_read;     /* folder's, for received rows */
    int64_t ledger_capped, state_capped; /* the writers' own: size of their log when they last moved it themselves */

    pthread_mutex_t append_lock;
    pthread_cond_t append_ready;
    struct append_item *queue_head, *queue_tail;
    size_t queue_n, queue_bytes;
    size_t group_n;             /* rows of the last commit */
    struct append_item *spare;  /* items of ITEM_ROOM that were answered, to be used again */
    size_t spare_n;
    bool closing;
    uint64_t (*dedupe)[2];      /* bounded window of delivery keys, appender fills it, guarded by append_lock */

    pthread_mutex_t fold_lock;
    pthread_cond_t fold_ready, folded_cond;
    bool fold_wake;

    pthread_mutex_t ahead_lock;
    struct ahead *ahead_spare;
    size_t ahead_spare_n;
    _Atomic size_t ahead_bytes;

    pthread_mutex_t wheel_lock;
    struct wheel *wheel;
    _Atomic bool wheel_stale;   /* a timer found no room: the wheel is filled again from the store */

    pthread_t appender, folder, keeper, back;
    bool appender_on, folder_on, keeper_on, back_on;
    _Atomic bool stop_folder, stop_keeper, stop_back;
    _Atomic bool store_ok;
};

struct merchant *engine_merchant_by_id(struct engine *eng, int64_t merchant_id);

/* appender.c */
void *appender_main(void *eng);
MUST_CHECK enum err appender_run(struct ctx *ctx, struct engine *eng, bool *did); /* one group */
void appender_drop(struct engine *eng); /* what is still queued is refused: only without threads is there anything */
MUST_CHECK enum err merchant_day_key(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, int64_t day,
                                     unsigned char out[KEY_LEN]); /* reading side */

/* folder.c */
void *folder_main(void *eng);
MUST_CHECK enum err folder_slice(struct ctx *ctx, struct engine *eng, struct merchant *m, int64_t budget_us, int64_t *folded);
bool folder_wait(struct engine *eng, int timeout_ms);

/* keeper.c */
void keeper_cap_log(struct ctx *ctx, struct engine *eng, struct db *db, int64_t cap); /* by the writer, between transactions */
void *keeper_main(void *eng);
MUST_CHECK enum err keeper_tick(struct ctx *ctx, struct engine *eng, size_t *appended);
MUST_CHECK enum err keeper_rebuild_wheel(struct ctx *ctx, struct engine *eng);
/* keeper_mend_wheel: the same when the wheel lacks timers; on the folder's thread, whose connection it reads. */
MUST_CHECK enum err keeper_mend_wheel(struct ctx *ctx, struct engine *eng);

#define ACT_POLICY_OFF "off" /* version and body of a policy fact: none holds from here on */
/* policy_record.c: message rules and policies that are not the recorded ones go into the ledger: decisions rest on what it holds. */
MUST_CHECK enum err policy_record(struct ctx *ctx, struct engine *eng);
/* fact_line: a fact at the end of a body of NDJSON. Errs: ERR_LIMIT it does not fit, ERR_MEMORY */
MUST_CHECK enum err fact_line(struct ctx *ctx, const struct fact *fct, struct buf *b);
/* system_append: facts of our own (attempts, receipts, rules), as NDJSON. done may be NULL. */
MUST_CHECK enum err system_append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str body);
MUST_CHECK enum err system_append_wait(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str body, int64_t *pos);

/* A received row as stored. */
struct received_row {
    int64_t pos, at_us, day;
    enum recv_source source;
    enum origin origin;
    struct str account, request_id, body, wrapped; /* views into the statement or the arena */
};
void received_from_stmt(struct db_stmt *st, struct received_row *out);
/* received_open: unseals into ctx's arena. Errs: ERR_DENIED its key is gone, ERR_CORRUPT its bytes are damaged. */
MUST_CHECK enum err received_open(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m,
                                  const struct received_row *row, struct http_msg *out);
/* received_decode: facts of a received row, by its source and account. Errs: ERR_PARSE etc. with words. */
MUST_CHECK enum err received_decode(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct received_row *row,
                                    const struct http_msg *msg, struct decoded *out);

#endif
