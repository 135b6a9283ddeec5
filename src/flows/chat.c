/* See chat.h. */
#include "flows/chat.h"

#include "base/num.h"
#include "connectors/lib/inbound_text.h"
#include "connectors/lib/signature.h"
#include "flows/reader.h"
#include "flows/say.h"

#define THREAD_WORD "web-"
#define THREAD_BYTES 12
#define ID_MAX 64
#define USER_ID_MAX 100
#define EMAIL_MAX 254

const struct account *chat_account(const struct merchant_config *mc)
{
    for (size_t i = 0; i < mc->accounts_n; i++)
        if (strcmp(mc->accounts[i].conn->id, "web_chat") == 0)
            return &mc->accounts[i];
    return NULL;
}

/* ---- users */

/* A field that is signed stands on a line of its own. */
static bool is_line(struct str s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return false;
    return s.n <= max;
}

enum err chat_user_read(struct ctx *ctx, const struct account *acct, const struct json *v, int64_t now_us, struct chat_user *out)
{
    int64_t expires_s = 0;
    *out = (struct chat_user){.until_us = 0};
    if (v == NULL || json_is(v, JSON_NULL))
        return OK;
    struct str id = json_text(v, "id"), email = json_str(v, "email");
    if (!is_line(id, USER_ID_MAX))
        return ctx_fail(ctx, ERR_PARSE, "user.id: expected at most %d bytes on one line", USER_ID_MAX);
    if (!is_line(email, EMAIL_MAX) || !str_contains(email, STR("@")) || email.p[0] == '@')
        return ctx_fail(ctx, ERR_PARSE, "user.email: expected an address of at most %d bytes", EMAIL_MAX);
    if (json_i64(v, "expires", 0, INT64_MAX / US_PER_S, &expires_s) != OK)
        return ctx_fail(ctx, ERR_PARSE, "user.expires: expected seconds since 1970");
    struct str expires = arena_fmt(ctx->arena, "%lld", (long long)expires_s);
    const struct str parts[] = {id, STR("\n"), email, STR("\n"), expires};
    enum err e = sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR_NULL, json_str(v, "signature"), parts, 5);
    if (e != OK)
        return e;
    int64_t until_us = expires_s * US_PER_S;
    if (until_us <= now_us)
        return ctx_fail(ctx, ERR_STALE, "user.expires: it is over");
    if (until_us > now_us + CHAT_USER_US)
        return ctx_fail(ctx, ERR_PARSE, "user.expires: expected a time within 31 days");
    *out = (struct chat_user){id, email, until_us};
    return OK;
}

/* ---- sessions */

static enum err session_key(const struct merchant *m, unsigned char out[KEY_LEN])
{
    size_t n = 0;
    const struct str parts[] = {STR("chat session\n")};
    return hmac_once(MAC_SHA256, (struct str){(const char *)m->keys.hash, KEY_LEN}, parts, 1, out, &n);
}

/* Letters alone: a visitor's name is to look like no phone number. */
static enum err new_thread(struct ctx *ctx, struct str *out)
{
    unsigned char raw[THREAD_BYTES];
    char name[2 * THREAD_BYTES];
    enum err e = crypto_random(raw, sizeof(raw));
    for (size_t i = 0; i < sizeof(raw); i++) {
        name[2 * i] = (char)('a' + (raw[i] >> 4));
        name[2 * i + 1] = (char)('a' + (raw[i] & 15));
    }
    *out = arena_fmt(ctx->arena, THREAD_WORD "%.*s", (int)sizeof(name), name);
    return e == OK ? ctx_whole(ctx, OK) : ctx_fail(ctx, e, "no random numbers");
}

enum err chat_session_begin(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct chat_session *before,
                            const struct chat_user *user, struct str *token)
{
    const struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    unsigned char key[KEY_LEN];
    struct str thread = STR_NULL;
    struct buf sealed, text;
    bool goes_on = before != NULL && (str_empty(before->user.email) || str_eq(before->user.email, user->email));
    if (goes_on)
        thread = before->thread;
    enum err e = m == NULL ? ctx_fail(ctx, ERR_NOTFOUND, "merchant: none of that name") : goes_on ? OK : new_thread(ctx, &thread);
    if (e == OK)
        e = session_key(m, key);
    struct str plain = arena_fmt(ctx->arena, "%.*s\n%lld\n%lld\n%.*s\n%.*s", STR_ARG(thread), (long long)clock_now_us(ctx->clock),
                                 (long long)user->until_us, STR_ARG(user->email), STR_ARG(user->id));
    buf_init(&sealed, CHAT_TOKEN_MAX);
    buf_init(&text, CHAT_TOKEN_MAX);
    if (e == OK)
        e = seal(key, NULL, STR("chat session"), plain, &sealed);
    base64url_encode(buf_str(&sealed), &text);
    if (e == OK)
        e = buf_err(&text);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&text), token);
    buf_clear(&sealed);
    buf_clear(&text);
    return e;
}

static bool session_fields(struct str plain, struct chat_session *out)
{
    struct str begun, until, email = STR_NULL;
    *out = (struct chat_session){.begun_us = 0};
    bool whole = str_split(&plain, '\n', &out->thread) && str_split(&plain, '\n', &begun) && str_split(&plain, '\n', &until) &&
                 str_split(&plain, '\n', &email) && num_parse_i64(begun, 0, INT64_MAX, &out->begun_us) == OK &&
                 num_parse_i64(until, 0, INT64_MAX, &out->user.until_us) == OK;
    out->user.email = email;
    out->user.id = plain;
    return whole;
}

enum err chat_session_read(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str token, struct chat_session *out)
{
    const struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    unsigned char key[KEY_LEN];
    struct buf raw, text;
    struct str plain = STR_NULL;
    int64_t now_us = clock_now_us(ctx->clock);
    buf_init(&raw, CHAT_TOKEN_MAX);
    buf_init(&text, CHAT_TOKEN_MAX);
    enum err e = m == NULL || str_empty(token) || token.n > CHAT_TOKEN_MAX ? ERR_DENIED : base64url_decode(token, &raw);
    if (e == OK)
        e = session_key(m, key);
    if (e == OK)
        e = unseal(key, STR("chat session"), buf_str(&raw), &text);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&text), &plain);
    buf_clear(&raw);
    buf_clear(&text);
    if (e == ERR_MEMORY)
        return e;
    if (e != OK || !session_fields(plain, out))
        return ctx_fail(ctx, ERR_DENIED, "session: it is none of ours");
    if (now_us > out->begun_us + CHAT_SESSION_US || (out->user.until_us != 0 && now_us > out->user.until_us))
        return ctx_fail(ctx, ERR_STALE, "session: it is over");
    return OK;
}

/* ---- messages */

static bool is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
            return false;
    }
    return s.n >= 8 && s.n <= ID_MAX;
}

enum err chat_message_read(struct ctx *ctx, const struct json *v, const struct chat_session *s, struct message_in_fact *out)
{
    struct str id = json_str(v, "id"), text = json_str(v, "text"), choice = json_str(v, "choice"), words = STR_NULL;
    bool cut = false, known = !str_empty(s->user.email);
    if (!json_is(v, JSON_OBJECT))
        return ctx_fail(ctx, ERR_PARSE, "body: expected one JSON object");
    if (!is_id(id))
        return ctx_fail(ctx, ERR_PARSE, "id: expected 8 to %d letters, digits, - and _, the same when it is sent again", ID_MAX);
    if (text.n > CHAT_TEXT_MAX)
        return ctx_fail(ctx, ERR_PARSE, "text: expected at most %d bytes", CHAT_TEXT_MAX);
    if (choice.n > SAY_FIELD_MAX || !is_line(choice, SAY_FIELD_MAX))
        return ctx_fail(ctx, ERR_PARSE, "choice: expected one of those that were offered");
    enum err e = inbound_text(ctx, text, &words, &cut);
    if (e != OK)
        return e;
    if (str_empty(words) && str_empty(choice))
        return ctx_fail(ctx, ERR_PARSE, "text: what is said?");
    *out = (struct message_in_fact){.channel = CHANNEL_CHAT, .message_id = arena_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(s->thread), STR_ARG(id)),
                                    .thread_id = s->thread, .from = known ? s->user.email : s->thread, .text = words, .choice = choice,
                                    .verified = known, .at_us = clock_now_us(ctx->clock)};
    return ctx_whole(ctx, OK);
}

/* ---- what a window shows */

enum err chat_thread_of(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct conversation_line *l, struct str *thread)
{
    struct conversation_line asked;
    const struct message_in_fact *in = &l->in;
    *thread = STR_NULL;
    if (l->ours) {
        enum err e = conversation_line_read(ctx, rd, m, (struct fact_place){l->turn.asked_pos, l->turn.asked_idx}, &asked);
        if (e != OK)
            return e == ERR_NOTFOUND ? OK : e;
        in = &asked.in;
    }
    if (in->channel == CHANNEL_CHAT && str_starts(in->thread_id, STR(THREAD_WORD)))
        *thread = in->thread_id;
    return OK;
}

static void line_data(struct jw *w, const struct conversation_line *l)
{
    struct str id = l->in.message_id, thread;
    jw_obj(w);
    jw_kstr(w, "from", !l->ours ? STR("customer") : str_empty(l->turn.by) ? STR("wismo") : STR("person"));
    jw_ktime(w, "at", l->at_us);
    if (l->ours) {
        jw_kstr(w, "text", l->turn.reply);
        jw_kstr_opt(w, "language", l->turn.language);
        jw_kbool(w, "person", l->turn.hands_over);
        conversation_choices_json(w, l->turn.choices);
    } else {
        (void)str_split(&id, '/', &thread);
        jw_kstr_opt(w, "id", id);
        jw_kstr(w, "text", l->in.text);
        jw_kstr_opt(w, "choice", l->in.choice);
    }
    jw_end(w);
}

void chat_event(struct buf *b, const struct conversation_line *l)
{
    if (l->ours && !l->turn.speaks)
        return;
    buf_fmt(b, "id: %lld.%lld\nevent: message\ndata: ", (long long)l->at.pos, (long long)l->at.idx);
    struct jw w = jw_of(b);
    line_data(&w, l);
    buf_addz(b, "\n\n");
}
