/* See form_fields.h. */
#include "connectors/lib/form_fields.h"

#include "base/buf.h"
#include "base/http_client.h"
#include "connectors/lib/mime.h"

#define FIELD_MAX ((size_t)2 << 20)

static enum err read_multipart(struct ctx *ctx, struct str type, struct str body, struct form_fields *out)
{
    struct mime *m = NULL;
    struct buf b;
    struct mime_parts parts = {.cap = FORM_FIELDS_MAX};
    parts.list = arena_array(ctx->arena, parts.cap, sizeof(*parts.list));
    buf_init(&b, MIME_MAX + 4096);
    buf_addz(&b, "Content-Type: ");
    buf_add(&b, type);
    buf_addz(&b, "\r\n\r\n");
    buf_add(&b, body);
    enum err e = parts.list == NULL ? ERR_MEMORY : buf_err(&b);
    if (e == OK)
        e = mime_open(ctx, buf_str(&b), &m);
    if (e == OK)
        e = mime_parts(ctx, m, 1, FIELD_MAX, &parts);
    for (size_t i = 0; e == OK && i < parts.n; i++) {
        const struct mime_part *p = &parts.list[i];
        out->list[out->n++] = (struct form_field){p->name, p->bytes, !str_empty(p->file_name)};
        out->files += !str_empty(p->file_name);
    }
    mime_close(m);
    buf_clear(&b);
    return e;
}

static enum err read_encoded(struct ctx *ctx, struct str body, struct form_fields *out)
{
    struct str pair, name;
    while (out->n < FORM_FIELDS_MAX && str_split(&body, '&', &pair)) {
        struct form_field *f = &out->list[out->n];
        *f = (struct form_field){.file = false};
        if (!str_split(&pair, '=', &name))
            continue;
        if (!query_decode(ctx->arena, name, &f->name) || (pair.p != NULL && !query_decode(ctx->arena, pair, &f->value)))
            return ctx_whole(ctx, ctx_fail(ctx, ERR_PARSE, "form: an escape that is none"));
        out->n++;
    }
    return OK;
}

enum err form_fields_read(struct ctx *ctx, const struct http_msg *msg, struct form_fields *out)
{
    struct str type = http_msg_header(msg, "Content-Type");
    out->n = out->files = 0;
    if (str_eq_nocase(str_sub(type, 0, 19), STR("multipart/form-data"))) {
        for (size_t i = 0; i < type.n; i++)
            if ((unsigned char)type.p[i] < ' ')
                return ctx_fail(ctx, ERR_PARSE, "Content-Type: not one line");
        return read_multipart(ctx, type, msg->body, out);
    }
    return read_encoded(ctx, msg->body, out);
}

struct str form_field(const struct form_fields *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->list[i].file && str_eq(f->list[i].name, str_of(name)))
            return f->list[i].value;
    return STR_NULL;
}
