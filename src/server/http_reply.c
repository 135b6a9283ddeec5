/* Answers in their usual forms, over http_reply: JSON, and errors as one JSON object with code, words, field and request id. */
#include "server/http.h"

#include "base/json.h"

void http_reply_json(struct http_exchange *ex, int status)
{
    if (buf_err(ex->out) != OK) {
        buf_reset(ex->out);
        http_fail(ex, 500, "internal", STR("the answer could not be written"), STR_NULL);
        return;
    }
    http_reply(ex, status, "application/json", buf_str(ex->out), NULL, 0);
}

static void fail_with(struct http_exchange *ex, int status, const char *code, struct str message, struct str field,
                      const struct http_header *extra, size_t extra_n)
{
    buf_reset(ex->out);
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_key(&w, "error");
    jw_obj(&w);
    jw_kstr(&w, "code", str_of(code));
    jw_kstr(&w, "message", message);
    jw_kstr_opt(&w, "field", field);
    jw_kstr(&w, "request_id", str_of(ex->ctx.request_id));
    jw_end(&w);
    jw_end(&w);
    buf_addc(ex->out, '\n');
    http_reply(ex, status, "application/json", buf_err(ex->out) == OK ? buf_str(ex->out) : STR_NULL, extra, extra_n);
}

void http_fail(struct http_exchange *ex, int status, const char *code, struct str message, struct str field)
{
    const struct http_header retry = {STR("Retry-After"), STR("1")};
    fail_with(ex, status, code, message, field, &retry, status == 503 || status == 429 ? 1 : 0);
}

/* "email: expected an address" -> field "email". A field is one word of letters, digits and . _ [ ] */
static struct str field_of(struct str words)
{
    size_t n = 0;
    while (n < words.n && n < 80 && (words.p[n] == '.' || words.p[n] == '_' || words.p[n] == '[' || words.p[n] == ']' ||
                                     (words.p[n] >= '0' && words.p[n] <= '9') || (words.p[n] >= 'a' && words.p[n] <= 'z')))
        n++;
    return n > 0 && n + 1 < words.n && words.p[n] == ':' && words.p[n + 1] == ' ' ? str_sub(words, 0, n) : STR_NULL;
}

void http_fail_err(struct http_exchange *ex, enum err e)
{
    static const struct {
        enum err e;
        int status;
        const char *code, *words;
        bool tell; /* ctx's words are meant for the caller; else they may speak of our insides */
    } MAP[] = {
        {ERR_PARSE, 400, "invalid", "the request is not what was expected", true},
        {ERR_NOTFOUND, 404, "not_found", "there is nothing of that name", true},
        {ERR_CONFLICT, 409, "conflict", "it exists already, or is in another state", true},
        {ERR_DENIED, 401, "denied", "the signature, token or right is missing or wrong", false},
        {ERR_STALE, 401, "stale", "signed too long ago", false},
        {ERR_LIMIT, 413, "too_large", "a limit of size or number was reached", true},
        {ERR_UNSUPPORTED, 422, "unsupported", "this is not supported here", true},
        {ERR_BUSY, 503, "busy", "too much at once; try again in a moment", false},
        {ERR_TIMEOUT, 504, "timeout", "it took too long", false},
        {ERR_UNAVAILABLE, 503, "unavailable", "something that is needed is not available", false},
    };
    for (size_t i = 0; i < sizeof(MAP) / sizeof(MAP[0]); i++) {
        if (MAP[i].e != e)
            continue;
        struct str words = str_of(MAP[i].tell && ex->ctx.msg[0] != '\0' ? ex->ctx.msg : MAP[i].words);
        http_fail(ex, MAP[i].status, MAP[i].code, words, MAP[i].tell ? field_of(words) : STR_NULL);
        return;
    }
    http_fail(ex, 500, "internal", STR("the server failed; its log says why under this request id"), STR_NULL);
}
