/*
 * See mail_auth.h. "mx.shop.example 1; spf=pass smtp.mailfrom=a@b.example; dmarc=pass (p=reject) header.from=b.example". Comments may
 * hold anything, also what looks like a result, and are taken out first, nested as they may be; what is quoted loses its semicolons.
 */
#include "connectors/lib/mail_auth.h"

/* The value without comments; quoted text as one word. Unclosed ones reach to the end. */
static struct str plain(struct ctx *ctx, struct str s)
{
    char *p = ctx_alloc(ctx, s.n + 1);
    size_t n = 0;
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && (quoted || depth > 0)) {
            i++;
            continue;
        }
        if (c == '"' && depth == 0)
            quoted = !quoted;
        else if (c == '(' && !quoted)
            depth++;
        else if (c == ')' && !quoted && depth > 0)
            depth--;
        else if (depth == 0)
            p[n++] = quoted && (c == ';' || c == '=' || c == ' ') ? '_' : c == '\r' || c == '\n' || c == '\t' ? ' ' : c;
        if (c == ')' && depth == 0 && !quoted)
            p[n++] = ' ';
    }
    return p == NULL ? STR_NULL : (struct str){p, n};
}

static bool take_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    if (str_empty(*rest))
        return false;
    (void)str_split(rest, ' ', word);
    return true;
}

static bool value_of(struct str word, const char *name, struct str *value)
{
    struct str n = str_of(name);
    if (word.n <= n.n || word.p[n.n] != '=' || !str_eq_nocase(str_sub(word, 0, n.n), n))
        return false;
    *value = str_sub(word, n.n + 1, word.n);
    return true;
}

static enum mail_dmarc verdict_of(struct str result, struct str from_domain)
{
    struct str word, dmarc = STR_NULL, domain = STR_NULL;
    while (take_word(&result, &word))
        if (!value_of(word, "dmarc", &dmarc))
            (void)value_of(word, "header.from", &domain);
    if (str_empty(dmarc))
        return MAIL_DMARC_NONE;
    if (str_eq_nocase(dmarc, STR("pass")))
        return str_eq_nocase(domain, from_domain) && !str_empty(domain) ? MAIL_DMARC_PASS : MAIL_DMARC_NONE;
    return str_eq_nocase(dmarc, STR("fail")) ? MAIL_DMARC_FAIL : MAIL_DMARC_NONE;
}

enum err mail_auth_read(struct ctx *ctx, struct str value, struct str host, struct str from_domain, bool *by_host, enum mail_dmarc *verdict)
{
    struct str rest = plain(ctx, value), part, id = STR_NULL;
    enum mail_dmarc said = MAIL_DMARC_NONE;
    if (rest.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    *by_host = str_split(&rest, ';', &part) && take_word(&part, &id) && !str_empty(host) && str_eq_nocase(id, host);
    while (*by_host && said == MAIL_DMARC_NONE && str_split(&rest, ';', &part))
        said = verdict_of(part, from_domain);
    *verdict = said;
    return OK;
}
