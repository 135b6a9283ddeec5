/*
 * A store with one merchant whose accounts are all at one vendor's double, its engine without threads, and a poller whose rounds a
 * test runs itself. The clock is virtual; pauses of the poller are forgotten by bench_ready.
 */
#ifndef WISMO_TESTS_LIB_POLL_BENCH_H
#define WISMO_TESTS_LIB_POLL_BENCH_H

#include "lib/double.h"
#include "lib/fixture.h"

#include "flows/poller_int.h"

#define BENCH_ACCOUNTS_MAX 6

struct poll_bench {
    struct fixture f;
    struct vendor_double *d;
    char folder[64], path[96];
    struct account acct[BENCH_ACCOUNTS_MAX];
    struct setting settings[BENCH_ACCOUNTS_MAX][4];
    struct merchant_config mc;
    struct config cfg;
    struct engine *eng;
    struct poller *pol;
};

/* bench_begin, then accounts (ids as user and secret, "key" as key), then bench_open: the store and the poller. */
void bench_begin(struct poll_bench *b);
struct account *bench_account(struct poll_bench *b, const char *connector);
void bench_setting(struct poll_bench *b, struct account *acct, const char *name, const char *value);
void bench_open(struct poll_bench *b);
/* bench_reopen: the same store after a restart. bench_end: fails the test when the double met what it did not expect. */
void bench_reopen(struct poll_bench *b);
void bench_end(struct poll_bench *b);

void bench_settle(struct poll_bench *b);
/* bench_append: as if it had come in by that way; folded. */
void bench_append(struct poll_bench *b, enum recv_source source, const char *account, struct str body);
void bench_append_msg(struct poll_bench *b, enum recv_source source, const char *account, const struct http_msg *msg);
/* bench_round: one round, folded after; its calls. bench_ready: nothing is paused. bench_source: of an account. */
size_t bench_round(struct poll_bench *b);
void bench_ready(struct poll_bench *b);
struct source *bench_source(struct poll_bench *b, const char *account);
/* bench_case: the case of the n-th order row, in the fixture's arena. bench_parcel: its parcel of that number, NULL: none. */
void bench_case(struct poll_bench *b, int64_t order_no, struct case_answer *out);
const struct parcel *bench_parcel(struct poll_bench *b, int64_t order_no, const char *number);
/* bench_refresh: of a case that was read, as an answer asks for it. */
enum err bench_refresh(struct poll_bench *b, const struct case_answer *ca, int budget_ms, int64_t *pos);
/* bench_count: rows of "SELECT count(*) FROM <what>" of the store's state. */
int64_t bench_count(struct poll_bench *b, const char *what);
/* bench_break: a statement that hurts the store's state. */
void bench_break(struct poll_bench *b, const char *sql);

#endif
