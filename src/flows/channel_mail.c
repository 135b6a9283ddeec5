/*
 * E-mail: by the merchant's mail server, or as files in a folder. A folder can be looked up: a message whose file is there was
 * written by an attempt before. Plain SMTP has neither key nor look-up.
 */
#include "flows/channel.h"

#include "base/smtp_client.h"
#include "flows/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAIL_MAX ((size_t)4 << 20)

static struct str with_key(struct ctx *ctx, struct str url, struct str key)
{
    for (size_t i = 0; i + 5 <= url.n; i++)
        if (memcmp(url.p + i, "{key}", 5) == 0)
            return arena_fmt(ctx->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(url, 0, i)), STR_ARG(key), STR_ARG(str_sub(url, i + 5, url.n)));
    return url;
}

static bool make(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no)
{
    const struct message_config *mc = &o->merchant->messages;
    struct buf bytes;
    if (str_empty(o->who.email)) {
        *no = (struct send_result){SEND_REFUSED, STR("no address is known, or it was erased"), 0, false};
        return false;
    }
    bool answers = o->answer.is;
    struct str subject = o->m.subject;
    if (answers && !str_starts(subject, STR("Re: ")))
        subject = arena_fmt(ctx->arena, "Re: %.*s", STR_ARG(subject));
    struct mail mail = {
        .from = mc->from, .from_name = mc->policy.store, .reply_to = mc->reply_to, .to = o->who.email, .name = o->who.ship_to.name,
        .language = o->m.language, .subject = subject, .text = o->m.text, .sign_off = mc->policy.sign_off,
        .answered_id = o->answer.message_id,
        .unsubscribe_url = answers ? STR_NULL : str_empty(mc->unsubscribe_url) ? o->way_out : with_key(ctx, mc->unsubscribe_url, o->key), .key = o->key, .thread = o->thread, .relay = mc->smtp_url,
        .date_us = o->now_us};
    buf_init(&bytes, MAIL_MAX);
    enum err e = mail_write(ctx, &mail, &bytes);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&bytes), &out->mail);
    buf_clear(&bytes);
    if (e != OK)
        *no = (struct send_result){SEND_WRONG, arena_fmt(ctx->arena, "%s", ctx->msg), 0, false};
    return e == OK;
}

static struct send_result to_folder(struct ctx *ctx, struct str folder, struct str key, struct str bytes)
{
    struct str dir = arena_fmt(ctx->arena, "%.*s", STR_ARG(folder));
    struct str path = arena_fmt(ctx->arena, "%.*s/%.*s.eml", STR_ARG(dir), STR_ARG(key));
    struct str tmp = arena_fmt(ctx->arena, "%.*s.new", STR_ARG(path));
    if (tmp.p == NULL || access(path.p, F_OK) == 0)
        return (struct send_result){SEND_TAKEN, STR("was there already"), 0, false};
    (void)mkdir(dir.p, 0700);
    int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && fsync(fd) == 0;
    ok = fd >= 0 && close(fd) == 0 && ok && rename(tmp.p, path.p) == 0;
    return ok ? (struct send_result){SEND_TAKEN, STR("written to the folder"), 0, false}
              : (struct send_result){SEND_LATER, arena_fmt(ctx->arena, "folder: %s", strerror(errno)), 0, true};
}

struct send_result mail_hand_in(struct ctx *ctx, const struct message_config *mc, struct str to, struct str key, struct str bytes)
{
    int code = 0;
    if (!str_empty(mc->folder))
        return to_folder(ctx, mc->folder, key, bytes);
    struct smtp_request req = {.url = mc->smtp_url, .tls = mc->smtp_tls, .ca_file = mc->smtp_ca_file, .user = secret_view(&mc->smtp_user),
                               .password = secret_view(&mc->smtp_password),
                               .from = str_empty(mc->return_path) ? mc->from : mc->return_path, .to = to, .message = bytes};
    enum err e = smtp_send(ctx, &req, &code);
    struct str why = arena_fmt(ctx->arena, "%s", e == OK ? "taken by the mail server" : ctx->msg);
    if (e == OK)
        return (struct send_result){SEND_TAKEN, why, 0, false};
    if (e == ERR_LIMIT || e == ERR_PARSE)
        return (struct send_result){SEND_REFUSED, why, 0, false};
    return (struct send_result){SEND_LATER, why, 0, e != ERR_BUSY};
}

static struct send_result send_mail(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy)
{
    (void)http;
    return mail_hand_in(ctx, &o->merchant->messages, o->who.email, o->key, rdy->mail);
}

const struct channel channel_mail = {make, send_mail, NULL};
