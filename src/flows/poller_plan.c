/* See poller_plan.h. A merchant may ask less often than the vendor allows, never more often. */
#include "flows/poller_plan.h"

#include "base/num.h"

#define EVERY_MIN_MINUTES 5
#define EVERY_MAX_MINUTES (7 * 24 * 60)
#define CALLS_MAX 100000

const struct cfg_field poll_settings[] = {
    {"poll", false, false, "off: this account is never asked by itself; its webhooks still come in"},
    {"poll_minutes", false, false, "distance of two polls of one parcel or list, 5 to 10080; the connector's own unless set"},
    {"calls_per_minute", false, false, "what the vendor's plan allows, where it is less than the connector's own figure"},
    {"calls_per_day", false, false, "the same for a day"},
    {NULL, false, false, NULL},
};

static enum err whole(struct ctx *ctx, const struct account *acct, const char *name, int64_t min, int64_t max, int64_t *out)
{
    struct str s = account_setting(acct, name);
    if (str_empty(s) || num_parse_i64(s, min, max, out) == OK)
        return OK;
    return ctx_fail(ctx, ERR_PARSE, "settings: %s: expected a whole number from %lld to %lld, got \"%.*s\"", name, (long long)min,
                    (long long)max, STR_ARG(str_sub(s, 0, 40)));
}

/* Is there what the connector's sign-in needs? */
static bool signs_in(const struct account *a)
{
    switch (a->conn->auth) {
    case AUTH_NONE:
        return true;
    case AUTH_OAUTH2_BASIC:
    case AUTH_OAUTH2_BODY:
    case AUTH_LOGIN:
        return a->api_user.n > 0 && a->api_secret.n > 0;
    case AUTH_BASIC:
        return a->api_user.n > 0 && a->api_key.n > 0;
    case AUTH_BASIC_KEY:
        return a->api_key.n > 0 || a->api_user.n > 0;
    case AUTH_HEADER:
    case AUTH_BEARER:
        return a->api_key.n > 0;
    }
    return false;
}

/* Without the vendor's usual key an id and a secret may still read what webhooks name: the connector signs these reads itself. */
static uint32_t kinds_of(const struct account *a)
{
    if (a->conn->poll == NULL)
        return 0;
    if (signs_in(a))
        return a->conn->poll->kinds;
    return a->api_user.n > 0 && a->api_secret.n > 0 ? a->conn->poll->kinds & 1u << POLL_FETCH : 0;
}

static enum err is_off(struct ctx *ctx, const struct account *acct, bool *off)
{
    struct str s = account_setting(acct, "poll");
    *off = str_eq(s, STR("off")) || str_eq(s, STR("false")) || str_eq(s, STR("no"));
    if (*off || str_empty(s) || str_eq(s, STR("on")) || str_eq(s, STR("true")) || str_eq(s, STR("yes")))
        return OK;
    return ctx_fail(ctx, ERR_PARSE, "settings: poll: expected on or off, got \"%.*s\"", STR_ARG(str_sub(s, 0, 40)));
}

/* The slower of the two. */
static void lower(struct poll_rate *r, struct poll_rate given)
{
    if (given.calls > 0 && (r->calls <= 0 || given.calls * r->window_us < r->calls * given.window_us))
        *r = given;
}

enum err poll_plan_of(struct ctx *ctx, const struct account *acct, struct poll_plan *out)
{
    const struct limits *l = &acct->conn->limits;
    int64_t minutes = 0, calls = 0, daily = 0;
    bool off = false;
    enum err e = is_off(ctx, acct, &off);
    if (e == OK)
        e = whole(ctx, acct, "poll_minutes", EVERY_MIN_MINUTES, EVERY_MAX_MINUTES, &minutes);
    if (e == OK)
        e = whole(ctx, acct, "calls_per_minute", 1, CALLS_MAX, &calls);
    if (e == OK)
        e = whole(ctx, acct, "calls_per_day", 1, CALLS_MAX, &daily);
    if (e != OK)
        return e;
    *out = (struct poll_plan){.kinds = off ? 0 : kinds_of(acct),
                              .every_us = minutes > 0 ? minutes * US_PER_MIN : l->poll_every_s * US_PER_S,
                              .rates = {{l->calls, l->window_s * US_PER_S}, {l->calls_per_day, US_PER_DAY}}};
    lower(&out->rates[0], (struct poll_rate){(int)calls, US_PER_MIN});
    lower(&out->rates[1], (struct poll_rate){(int)daily, US_PER_DAY});
    return OK;
}
