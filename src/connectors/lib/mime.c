/* See mime.h. What GMime gives is copied into the arena at once; its own memory is gone with mime_close. */
#include "connectors/lib/mime.h"

#include "base/buf.h"

#include <gmime/gmime.h>
#include <pthread.h>

struct mime {
    GMimeMessage *message;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct str keep(struct ctx *ctx, const char *z)
{
    struct str out = STR_NULL;
    return z != NULL && arena_dup(ctx->arena, str_of(z), &out) == OK ? out : STR_NULL;
}

static struct str keep_lower(struct ctx *ctx, const char *z)
{
    struct str s = keep(ctx, z);
    char *p = (char *)(uintptr_t)s.p;
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] - 'A' + 'a');
    return s;
}

/* What would make very many objects of few bytes is refused before anything is made of it. */
static enum err check(struct ctx *ctx, struct str raw)
{
    size_t lines = 0, rules = 0, head = 0;
    if (raw.n == 0 || raw.n > MIME_MAX)
        return ctx_fail(ctx, raw.n == 0 ? ERR_PARSE : ERR_LIMIT, "mail: expected 1 to %zu bytes, got %zu", MIME_MAX, raw.n);
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] != '\n')
            continue;
        lines++;
        rules += i + 2 < raw.n && raw.p[i + 1] == '-' && raw.p[i + 2] == '-';
        if (head == 0 && i + 1 < raw.n && (raw.p[i + 1] == '\n' || raw.p[i + 1] == '\r'))
            head = i;
    }
    if (lines > MIME_LINES_MAX || rules > MIME_RULES_MAX || (head == 0 ? raw.n : head) > MIME_HEAD_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "mail: more than %d lines, %d rules or %zu bytes of header", MIME_LINES_MAX, MIME_RULES_MAX, MIME_HEAD_MAX);
    return OK;
}

enum err mime_open(struct ctx *ctx, struct str raw, struct mime **out)
{
    struct mime *m = ctx_alloc(ctx, sizeof(*m));
    enum err e = m == NULL ? ERR_MEMORY : check(ctx, raw);
    if (e != OK)
        return e;
    (void)pthread_once(&once, g_mime_init);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    m->message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    if (m->message == NULL)
        return ctx_fail(ctx, ERR_PARSE, "mail: no header");
    *out = m;
    return OK;
}

void mime_close(struct mime *m)
{
    if (m != NULL && m->message != NULL)
        g_object_unref(m->message);
    if (m != NULL)
        m->message = NULL;
}

/* The message's headers, and then those of its body, where GMime keeps Content-Type. */
static GMimeHeader *header_at(const struct mime *m, const char *name, size_t nth)
{
    GMimeObject *objects[2] = {GMIME_OBJECT(m->message), g_mime_message_get_mime_part(m->message)};
    for (size_t k = 0; k < 2 && objects[k] != NULL; k++) {
        GMimeHeaderList *list = g_mime_object_get_header_list(objects[k]);
        int n = g_mime_header_list_get_count(list);
        for (int i = 0; i < n; i++) {
            GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
            if (str_eq_nocase(str_of(g_mime_header_get_name(h)), str_of(name)) && nth-- == 0)
                return h;
        }
    }
    return NULL;
}

struct str mime_header(struct ctx *ctx, const struct mime *m, const char *name, size_t nth)
{
    GMimeHeader *h = header_at(m, name, nth);
    return h == NULL ? STR_NULL : str_trim(keep(ctx, g_mime_header_get_raw_value(h)));
}

struct str mime_header_text(struct ctx *ctx, const struct mime *m, const char *name)
{
    GMimeHeader *h = header_at(m, name, 0);
    return h == NULL ? STR_NULL : str_trim(keep(ctx, g_mime_header_get_value(h)));
}

/* Groups are walked into: "undisclosed:;" is nobody. */
static void count_mailboxes(struct ctx *ctx, InternetAddressList *list, int depth, size_t *n, struct str *name, struct str *address)
{
    for (int i = 0; list != NULL && depth < 4 && i < internet_address_list_length(list); i++) {
        InternetAddress *ia = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(ia))
            count_mailboxes(ctx, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(ia)), depth + 1, n, name, address);
        else if (INTERNET_ADDRESS_IS_MAILBOX(ia) && (*n)++ == 0) {
            *name = keep(ctx, internet_address_get_name(ia));
            *address = keep_lower(ctx, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(ia)));
        }
    }
}

size_t mime_mailbox(struct ctx *ctx, struct str value, struct str *name, struct str *address)
{
    struct str z = STR_NULL;
    size_t n = 0;
    *name = *address = STR_NULL;
    if (str_empty(value) || arena_dup(ctx->arena, value, &z) != OK)
        return 0;
    (void)pthread_once(&once, g_mime_init);
    InternetAddressList *list = internet_address_list_parse(NULL, z.p);
    count_mailboxes(ctx, list, 0, &n, name, address);
    if (list != NULL)
        g_object_unref(list);
    return n;
}

size_t mime_ids(struct ctx *ctx, struct str value, struct str *out, size_t max)
{
    size_t n = 0;
    struct str id;
    while (max > 0 && !str_empty(value)) {
        size_t from = 0;
        while (from < value.n && value.p[from] != '<')
            from++;
        size_t to = from;
        while (to < value.n && value.p[to] != '>' && (unsigned char)value.p[to] > ' ')
            to++;
        if (to >= value.n)
            break;
        id = str_sub(value, from, to - from + 1);
        value = str_sub(value, to + 1, value.n);
        if (!str_ends(id, STR(">")))
            continue;
        if (n == max)
            memmove(out, out + 1, --n * sizeof(*out));
        if (arena_dup(ctx->arena, id, &out[n]) == OK)
            n++;
    }
    return n;
}

/* ---- parts */

static enum err read_bytes(struct ctx *ctx, GMimePart *part, bool is_text, size_t max, struct mime_part *out)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (content == NULL)
        return OK;
    GMimeStream *to = is_text ? g_mime_stream_mem_new() : g_mime_stream_null_new();
    ssize_t n = g_mime_data_wrapper_write_to_stream(content, to);
    enum err e = OK;
    out->bytes_all = n < 0 ? 0 : n;
    if (is_text && n > 0) {
        GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(to));
        struct str view = {(const char *)bytes->data, bytes->len};
        out->bytes_all = (int64_t)view.n;
        e = arena_dup(ctx->arena, str_sub(view, 0, max), &out->bytes);
    }
    g_object_unref(to);
    return e;
}

static enum err add_leaf(struct ctx *ctx, GMimeObject *ob, size_t bytes_max, struct mime_parts *out)
{
    if (out->n == out->cap) {
        out->more = true;
        return OK;
    }
    struct mime_part *part = &out->list[out->n++];
    GMimeContentType *type = g_mime_object_get_content_type(ob);
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(ob);
    char *word = type == NULL ? NULL : g_mime_content_type_get_mime_type(type);
    *part = (struct mime_part){.type = word == NULL ? STR("text/plain") : keep_lower(ctx, word)};
    g_free(word);
    part->charset = type == NULL ? STR_NULL : keep(ctx, g_mime_content_type_get_parameter(type, "charset"));
    part->name = disposition == NULL ? STR_NULL : keep(ctx, g_mime_content_disposition_get_parameter(disposition, "name"));
    if (!GMIME_IS_PART(ob)) { /* a mail inside the mail */
        part->attached = true;
        return OK;
    }
    part->file_name = keep(ctx, g_mime_part_get_filename(GMIME_PART(ob)));
    part->attached = g_mime_part_is_attachment(GMIME_PART(ob)) || !str_empty(part->file_name);
    bool is_text = !part->attached && (str_starts(part->type, STR("text/")) || !str_empty(part->name));
    return read_bytes(ctx, GMIME_PART(ob), is_text, bytes_max, part);
}

static enum err walk(struct ctx *ctx, GMimeObject *ob, int depth, size_t bytes_max, struct mime_parts *out)
{
    enum err e = OK;
    if (ob == NULL || !GMIME_IS_MULTIPART(ob))
        return ob == NULL ? OK : add_leaf(ctx, ob, bytes_max, out);
    int n = g_mime_multipart_get_count(GMIME_MULTIPART(ob));
    out->more = out->more || (n > 0 && depth == 0);
    for (int i = 0; e == OK && depth > 0 && i < n; i++)
        e = walk(ctx, g_mime_multipart_get_part(GMIME_MULTIPART(ob), i), depth - 1, bytes_max, out);
    return e;
}

enum err mime_parts(struct ctx *ctx, const struct mime *m, int depth_max, size_t bytes_max, struct mime_parts *out)
{
    return ctx_whole(ctx, walk(ctx, g_mime_message_get_mime_part(m->message), depth_max, bytes_max, out));
}
