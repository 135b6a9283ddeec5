/* See vendor_drive.h. */
#include "lib/vendor_drive.h"

struct drive {
    struct ctx *ctx;
    const struct account *acct;
    struct vendor_double_rules *v;
    struct action_call call;
    const struct ticket_packet *packet;
    struct str carry;
};

static struct str target_of(const struct drive *d, const struct out_req *req)
{
    size_t n = d->acct->base_url.n;
    assert_true(str_starts(req->url, d->acct->base_url));
    return str_sub(req->url, n, req->url.n);
}

/* The status; 0: the connection ended, as it does for a time-out. */
static int ask(struct drive *d, const struct out_req *req, bool effect, struct str *answer)
{
    struct vendor_double_rules *v = d->v;
    enum effect_way way = effect && v->at < v->ways_n ? v->ways[v->at++] : EFFECT_DO;
    bool does = way == EFFECT_DO || way == EFFECT_DONE_500 || way == EFFECT_DONE_CUT || way == EFFECT_GARBAGE;
    int status = 0;
    v->calls++;
    *answer = STR("{}");
    if (does) {
        status = v->serve(d->ctx, v->state, req, target_of(d, req), answer);
        v->effects += effect && status < 300 ? 1 : 0;
    }
    switch (way) {
    case EFFECT_BUSY:
        return 429;
    case EFFECT_FAIL:
    case EFFECT_DONE_500:
        return 500;
    case EFFECT_CUT:
    case EFFECT_DONE_CUT:
        return 0;
    case EFFECT_REFUSE:
        return 422;
    case EFFECT_GARBAGE:
        *answer = STR("{\"a\"");
        return status;
    default:
        return status;
    }
}

static enum err request(struct drive *d, int step, struct out_req *req, bool *effect)
{
    return d->packet != NULL ? d->acct->conn->ticket->request(d->ctx, d->acct, d->packet, step, d->carry, req, effect)
                             : d->acct->conn->act->request(d->ctx, d->acct, &d->call, step, d->carry, req, effect);
}

static enum err decode(struct drive *d, int step, const struct http_msg *msg, struct action_answer *out)
{
    return d->packet != NULL ? d->acct->conn->ticket->decode(d->ctx, d->acct, d->packet, step, d->carry, msg, out)
                             : d->acct->conn->act->decode(d->ctx, d->acct, &d->call, step, d->carry, msg, out);
}

/* One attempt; false: it came to no certain end. */
static bool attempt(struct drive *d, struct action_answer *out)
{
    d->carry = STR_NULL;
    for (int step = 0; step < 6; step++) {
        struct out_req req = {0};
        struct http_msg msg = {.received_us = TEST_NOW_US};
        bool effect = false;
        enum err e = request(d, step, &req, &effect);
        if (e != OK) {
            *out = (struct action_answer){.step = STEP_REFUSED, .detail = arena_fmt(d->ctx->arena, "%s", d->ctx->msg)};
            return true;
        }
        msg.status = ask(d, &req, effect, &msg.body);
        if (msg.status == 0 || msg.status >= 500 || msg.status == 429) {
            d->call.again = d->call.again || (effect && msg.status != 429);
            return false;
        }
        e = decode(d, step, &msg, out);
        if (e != OK || out->step == STEP_UNKNOWN || out->step == STEP_LATER) {
            d->call.again = d->call.again || (effect && (e != OK || out->step == STEP_UNKNOWN));
            return false;
        }
        d->carry = out->carry;
        if (out->step != STEP_NEXT)
            return true;
    }
    fail_msg("%s: it came to no end", d->acct->conn->id);
    return false;
}

void vendor_drive(struct ctx *ctx, const struct account *acct, struct vendor_double_rules *v, const struct action_call *call,
                  const struct ticket_packet *packet, struct action_answer *out)
{
    struct drive d = {.ctx = ctx, .acct = acct, .v = v, .packet = packet};
    if (call != NULL)
        d.call = *call;
    for (int i = 0; i < DRIVE_ATTEMPTS; i++)
        if (attempt(&d, out))
            return;
    *out = (struct action_answer){.step = STEP_UNKNOWN};
}
