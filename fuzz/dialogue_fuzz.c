/*
 * Fuzz target: a conversation of any lines, with ports that give an order, offers and codes. The first line is the state that a turn
 * before left. Whatever is said: a person who is asked for comes, nothing is said in silence, the state reads back as it was written.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "talk/dialogue.h"
#include "talk/dialogue_int.h"

#define TURNS_MAX 6

static struct order_case cas;
static struct case_diagnosis cd;
static struct promises promises;

static enum err give_one(int64_t out[DIALOGUE_FOUND_MAX], size_t n_give, size_t *n)
{
    for (*n = 0; *n < n_give; (*n)++)
        out[*n] = (int64_t)*n + 1;
    return OK;
}

static enum err identify(void *user, struct ctx *ctx, const struct dialogue_kept *given, int64_t out[DIALOGUE_FOUND_MAX], size_t *n)
{
    (void)user;
    (void)ctx;
    return give_one(out, given->email.n % 3, n);
}

static enum err own(void *user, struct ctx *ctx, int64_t out[DIALOGUE_FOUND_MAX], size_t *n)
{
    (void)user;
    (void)ctx;
    return give_one(out, 2, n);
}

static enum err read_order(void *user, struct ctx *ctx, int64_t order_no, struct dialogue_order *out)
{
    (void)user;
    if (order_no > 3)
        return ctx_fail(ctx, ERR_NOTFOUND, "none");
    *out = (struct dialogue_order){order_no, &cas, &cd, &promises, INT64_C(1795000000000000)};
    return OK;
}

static enum err fresh(void *user, struct ctx *ctx, struct dialogue_order *ord)
{
    (void)user;
    (void)ctx;
    (void)ord;
    return OK;
}

static enum err report(void *user, struct ctx *ctx, const struct dialogue_order *ord, enum report_kind kind, struct str sku)
{
    (void)user;
    (void)ctx;
    (void)ord;
    (void)kind;
    (void)sku;
    return OK;
}

/* Every outcome comes up: by the length of what was said. */
static enum err request(void *user, struct ctx *ctx, const struct dialogue_ask *ask, bool make, struct request_answer *out)
{
    (void)user;
    (void)ctx;
    (void)make;
    *out = (struct request_answer){.outcome = (enum request_outcome)(ask->note.n % REQUEST_OUTCOME_COUNT), .cap = CAP_REFUND,
                                   .offers = {{CAP_RESHIP, 1450}, {CAP_REFUND, 1450}}, .offers_n = 2, .proof = PROOF_CODE};
    return OK;
}

static enum err code(void *user, struct ctx *ctx, int64_t order_no, struct str *digits, struct str *hash, enum channel_kind *channel)
{
    (void)user;
    (void)ctx;
    (void)order_no;
    *digits = *hash = STR("123456");
    *channel = CHANNEL_EMAIL;
    return OK;
}

static bool code_fits(void *user, struct ctx *ctx, struct str typed, struct str hash)
{
    (void)user;
    (void)ctx;
    return str_eq(typed, hash);
}

static enum err quote(void *user, struct ctx *ctx, struct str question, struct str question_lang, struct str lang, struct str *out)
{
    (void)user;
    (void)ctx;
    (void)question_lang;
    (void)lang;
    *out = question.n % 5 == 0 ? STR("\"Open from nine.\"") : STR_NULL;
    return OK;
}

static const struct dialogue_ports PORTS = {NULL, identify, own, read_order, fresh, report, request, code, code_fits, quote};

static struct str state_text(struct ctx *ctx, const struct dialogue_state *st)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    dialogue_state_write(&w, st);
    FUZZ_CHECK(buf_err(&b) == OK);
    return buf_move(&b, ctx->arena);
}

static void one_turn(struct ctx *ctx, struct str text, struct dialogue_state *st, struct dialogue_kept *kept)
{
    struct dialogue_heard in = {.text = text, .message_id = STR("m"), .words = text.n > 0, .from = STR("anna@example.com"), .customer = STR("c1"),
                                .verified = text.n % 2 == 0, .store_lang = STR("en"), .person_hours = 24, .now_us = INT64_C(1795000000000000)};
    struct dialogue_out out;
    struct dialogue_state again;
    struct model model;
    FUZZ_CHECK(nlu_open(ctx, &model) == OK && nlu_understand(ctx, &model, text, STR_NULL, &in.nlu) == OK);
    FUZZ_CHECK(entities_find(ctx, text, NULL, &in.ent) == OK);
    bool quiet = st->same >= DIALOGUE_SAME_MAX - 1 || st->turns >= DIALOGUE_TURNS_HOUR;
    FUZZ_CHECK(dialogue_turn(ctx, &in, &PORTS, st, kept, &out) == OK);
    FUZZ_CHECK((out.outcome == DIALOGUE_SILENT) == (out.reply.n == 0));
    FUZZ_CHECK(quiet || !in.nlu.signals.has[SIGNAL_PERSON] || out.hands_over);
    struct str written = state_text(ctx, st);
    FUZZ_CHECK(dialogue_state_read(ctx, written, &again) == OK && str_eq(written, state_text(ctx, &again)));
    *st = again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct address address;
    struct dialogue_state st;
    struct dialogue_kept kept = {.order_name = STR_NULL};
    struct str rest = {(const char *)data, n}, line;
    struct arena *a = arena_new((size_t)64 << 20);
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    promises_default(&promises);
    FUZZ_CHECK(diagnose(&ctx, &cas, &promises, INT64_C(1795000000000000), &cd) == OK);
    if (!str_split(&rest, '\n', &line) || dialogue_state_read(&ctx, line, &st) != OK)
        FUZZ_CHECK(dialogue_state_read(&ctx, STR_NULL, &st) == OK);
    for (int i = 0; i < TURNS_MAX && str_split(&rest, '\n', &line); i++) {
        (void)address_read(&ctx, line, STR("US"), &address);
        one_turn(&ctx, line, &st, &kept);
    }
    arena_free(a);
    return 0;
}
