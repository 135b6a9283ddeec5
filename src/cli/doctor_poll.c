/* See doctor_poll.h. */
#include "cli/doctor_poll.h"

#include "flows/poller_memory.h"

static void add_span(struct buf *b, int64_t us)
{
    const struct {
        int64_t us;
        const char *word;
    } UNITS[] = {{US_PER_DAY, "d"}, {US_PER_H, "h"}, {US_PER_MIN, "min"}, {US_PER_S, "s"}};
    size_t i = 0;
    while (i + 1 < sizeof(UNITS) / sizeof(UNITS[0]) && us % UNITS[i].us != 0)
        i++;
    buf_fmt(b, "%lld %s", (long long)(us / UNITS[i].us), UNITS[i].word);
}

static void add_time(struct ctx *ctx, struct buf *b, const char *before, int64_t us)
{
    if (us != 0)
        buf_fmt(b, "%s%.*s", before, STR_ARG(time_rfc3339(ctx->arena, us)));
}

static enum err one_number(struct ctx *ctx, struct db *db, enum sql_id id, int column, int64_t merchant_id, struct str account, int64_t *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = 0;
    enum err e = db_stmt_get(ctx, db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, account);
    e = db_step(ctx, st, &row);
    if (e == OK && row)
        *out = db_col_i64(st, column);
    db_done(st);
    return e;
}

/* What the store knows of an account's polls. */
struct record {
    struct poll_memory memory;
    int64_t reads, listed_us; /* named and not read yet; when the last whole list began */
};

static enum err read_record(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str account, struct record *out)
{
    *out = (struct record){0};
    if (db == NULL)
        return OK;
    enum err e = poll_memory_get(ctx, db, merchant_id, account, &out->memory);
    if (e == OK)
        e = one_number(ctx, db, SQL_FETCH_WAITING, 0, merchant_id, account, &out->reads);
    return e == OK ? one_number(ctx, db, SQL_POLL_CURSOR_GET, 1, merchant_id, account, &out->listed_us) : e;
}

static void add_kinds(struct ctx *ctx, struct buf *b, const struct poll_plan *plan, const struct record *r)
{
    if ((plan->kinds & 1u << POLL_PARCEL) != 0) {
        buf_add(b, STR("silent parcels every "));
        add_span(b, plan->every_us);
        buf_fmt(b, " (%lld watched", (long long)r->memory.parcels);
        add_time(ctx, b, ", the next due at ", r->memory.parcel_due_us);
        buf_add(b, STR("); "));
    }
    if ((plan->kinds & 1u << POLL_SINCE) != 0) {
        buf_add(b, STR("what changed every "));
        add_span(b, plan->every_us);
        add_time(ctx, b, ", next at ", r->listed_us == 0 ? 0 : r->listed_us + plan->every_us);
        buf_add(b, STR("; "));
    }
    if ((plan->kinds & 1u << POLL_FETCH) != 0)
        buf_fmt(b, "what webhooks name (%lld waiting); ", (long long)r->reads);
    for (int i = 0; i < POLL_RATES; i++)
        if (plan->rates[i].calls > 0) {
            buf_fmt(b, "at most %d calls in ", plan->rates[i].calls);
            add_span(b, plan->rates[i].window_us);
            buf_add(b, STR("; "));
        }
}

static void add_outcome(struct ctx *ctx, struct buf *b, const struct poll_memory *m)
{
    if (m->told_us == 0 && m->failed_us == 0)
        buf_add(b, STR("never asked yet"));
    else if (m->told_us == 0)
        buf_add(b, STR("no answer yet"));
    add_time(ctx, b, "last answer at ", m->told_us);
    if (m->failures > 0)
        buf_fmt(b, "; failed %lld times in a row", (long long)m->failures);
    if (m->failures > 0)
        add_time(ctx, b, ", last at ", m->failed_us);
    if (m->pause_us > clock_now_us(ctx->clock))
        add_time(ctx, b, "; not asked before ", m->pause_us);
}

enum err poll_story_read(struct ctx *ctx, struct db *state, int64_t merchant_id, const struct account *acct, struct poll_story *out)
{
    struct poll_plan plan;
    struct record r;
    struct buf b;
    *out = (struct poll_story){0};
    enum err e = poll_plan_of(ctx, acct, &plan);
    if (e == OK)
        e = read_record(ctx, state, merchant_id, acct->id, &r);
    if (e != OK)
        return e;
    out->asked = plan.kinds != 0;
    out->in_trouble = r.memory.failures >= SOURCE_FAILURES_MAX;
    buf_init(&b, 4096);
    if (out->asked) {
        add_kinds(ctx, &b, &plan, &r);
        add_outcome(ctx, &b, &r.memory);
    } else {
        buf_add(&b, STR("never asked: the keys of its sign-in are not given, or poll is off"));
    }
    out->words = buf_move(&b, ctx->arena);
    return ctx_whole(ctx, OK);
}
