/*
 * Line by line: parse, read strictly, count, pack. A scratch arena is emptied after each fact, so that a bulk body of any length
 * costs the memory of its longest line. What goes to the ledger is the line as it was written, not a rewritten form.
 */
#include "flows/submit.h"

#include "model/fact_json.h"

#define SCRATCH_MAX ((size_t)64 << 20)

struct submit {
    struct ctx *ctx;      /* the caller's: the report lives here */
    struct ctx scratch;   /* for one fact */
    submit_emit emit;
    void *user;
    struct submit_report *report;
    struct buf row;
    size_t row_facts;
};

static enum err keep_text(struct ctx *ctx, struct str s, size_t max, struct str *out)
{
    return arena_dup(ctx->arena, str_sub(s, 0, max), out);
}

enum err submit_refuse(struct ctx *ctx, struct submit_report *report, size_t line, const char *words)
{
    report->refused++;
    if (report->refusals == NULL)
        report->refusals = arena_array(ctx->arena, SUBMIT_REFUSALS_MAX, sizeof(*report->refusals));
    if (report->refusals == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "report: no memory");
    if (report->refusals_n >= SUBMIT_REFUSALS_MAX)
        return OK;
    struct str rest = str_of(words), field = STR_NULL;
    const char *colon = strstr(words, ": ");
    if (colon != NULL && memchr(words, ' ', (size_t)(colon - words)) == NULL) {
        field = str_sub(rest, 0, (size_t)(colon - words));
        rest = str_of(colon + 2);
    }
    struct submit_refusal *r = &report->refusals[report->refusals_n];
    *r = (struct submit_refusal){.line = line};
    enum err e = keep_text(ctx, field, 100, &r->field);
    if (e == OK)
        e = keep_text(ctx, rest, 300, &r->reason);
    report->refusals_n += e == OK ? 1 : 0;
    return e;
}

static enum err note_unknown(struct submit *s, const struct tracking_event *ev)
{
    struct submit_report *r = s->report;
    for (size_t i = 0; i < r->unknown_n; i++)
        if (str_eq(r->unknown[i].carrier, ev->carrier) && str_eq(r->unknown[i].code, ev->code)) {
            r->unknown[i].n++;
            return OK;
        }
    if (r->unknown == NULL)
        r->unknown = arena_array(s->ctx->arena, SUBMIT_UNKNOWN_MAX, sizeof(*r->unknown));
    if (r->unknown == NULL)
        return ctx_fail(s->ctx, ERR_MEMORY, "report: no memory");
    if (r->unknown_n >= SUBMIT_UNKNOWN_MAX)
        return OK;
    struct submit_unknown *u = &r->unknown[r->unknown_n];
    u->n = 1;
    enum err e = keep_text(s->ctx, ev->carrier, 40, &u->carrier);
    if (e == OK)
        e = keep_text(s->ctx, ev->code, 60, &u->code);
    r->unknown_n += e == OK ? 1 : 0;
    return e;
}

static enum err flush_row(struct submit *s)
{
    enum err e = buf_err(&s->row);
    if (e == OK && s->row_facts > 0 && s->emit != NULL)
        e = s->emit(s->user, s->ctx, buf_str(&s->row), s->row_facts);
    if (e == OK && s->row_facts > 0)
        s->report->rows++;
    buf_reset(&s->row);
    s->row_facts = 0;
    return e;
}

static enum err pack(struct submit *s, struct str line)
{
    enum err e = OK;
    if (s->row_facts >= SUBMIT_ROW_FACTS || (s->row_facts > 0 && s->row.n + line.n + 1 > SUBMIT_ROW_BYTES))
        e = flush_row(s);
    if (e != OK)
        return e;
    buf_add(&s->row, line);
    buf_addc(&s->row, '\n');
    s->row_facts++;
    return buf_err(&s->row);
}

static enum err take_value(struct submit *s, const struct json *v, struct str line, size_t line_no)
{
    struct fact fct = {.kind = FACT_ORDER};
    enum err e = fact_read(&s->scratch, v, NULL, &fct);
    if (e == OK && !fact_kind_is_input(fct.kind))
        e = ctx_fail(&s->scratch, ERR_PARSE, "kind: \"%s\" is made by the server itself", fact_kind_word(fct.kind));
    e = ctx_whole(&s->scratch, e);
    if (e == ERR_MEMORY)
        return ctx_fail(s->ctx, e, "%s", s->scratch.msg);
    if (e != OK)
        return submit_refuse(s->ctx, s->report, line_no, s->scratch.msg);
    s->report->accepted++;
    if (fct.kind == FACT_TRACKING_EVENT && fct.u.event.status == PARCEL_UNKNOWN) {
        e = note_unknown(s, &fct.u.event);
        if (e != OK)
            return e;
    }
    return pack(s, line);
}

static enum err take_line(struct submit *s, struct str line, size_t line_no)
{
    const struct json *v = NULL;
    arena_reset(s->scratch.arena);
    s->report->seen++;
    enum err e = json_parse(&s->scratch, line, &JSON_LIMITS_WEBHOOK, &v);
    if (e == ERR_MEMORY)
        return ctx_fail(s->ctx, e, "%s", s->scratch.msg);
    if (e != OK)
        return submit_refuse(s->ctx, s->report, line_no, s->scratch.msg);
    return take_value(s, v, line, line_no);
}

static enum err take_lines(struct submit *s, struct str text, size_t line_base)
{
    struct str line;
    enum err e = OK;
    for (size_t no = line_base + 1; e == OK && str_split(&text, '\n', &line); no++) {
        line = str_trim(line);
        if (!str_empty(line))
            e = take_line(s, line, no);
    }
    return e;
}

/* An array's elements are written one a line. The tree lives in the caller's arena, since the scratch is emptied. */
static enum err take_array(struct submit *s, const struct json *arr)
{
    struct buf line;
    size_t no = 0;
    enum err e = OK;
    buf_init(&line, JSON_LIMITS_WEBHOOK.max_bytes);
    JSON_EACH(v, arr)
    {
        struct jw w = jw_of(&line);
        buf_reset(&line);
        json_write(&w, v);
        arena_reset(s->scratch.arena);
        s->report->seen++;
        e = buf_err(&line);
        if (e == OK)
            e = take_value(s, v, buf_str(&line), ++no);
        if (e != OK)
            break;
    }
    buf_clear(&line);
    return e;
}

static enum err take_object(struct submit *s, const struct json *obj)
{
    struct buf line;
    buf_init(&line, JSON_LIMITS_WEBHOOK.max_bytes);
    struct jw w = jw_of(&line);
    json_write(&w, obj);
    s->report->seen++;
    enum err e = buf_err(&line);
    if (e == OK)
        e = take_value(s, obj, buf_str(&line), 1);
    buf_clear(&line);
    return e;
}

/* NDJSON when the first line is a whole value by itself; else one value over several lines; else lines again, to name the bad one. */
static enum err take_text(struct submit *s, struct str text, size_t line_base)
{
    struct str rest = str_trim(text), first = STR_NULL;
    const struct json *v = NULL;
    if (str_empty(rest))
        return OK;
    bool array = rest.p[0] == '[';
    (void)str_split(&rest, '\n', &first);
    if (!array && (rest.p == NULL || json_parse(&s->scratch, str_trim(first), &JSON_LIMITS_WEBHOOK, &v) == OK))
        return take_lines(s, text, line_base);
    enum err e = ctx_whole(&s->scratch, OK);
    if (e != OK)
        return ctx_fail(s->ctx, e, "%s", s->scratch.msg);
    e = json_parse(s->ctx, str_trim(text), &JSON_LIMITS_WEBHOOK, &v);
    if (e == ERR_MEMORY)
        return e;
    if (e == OK && json_is(v, JSON_ARRAY))
        return take_array(s, v);
    if (e == OK)
        return take_object(s, v);
    if (!array)
        return take_lines(s, text, line_base);
    s->report->seen++;
    return submit_refuse(s->ctx, s->report, line_base + 1, s->ctx->msg);
}

enum err submit_facts(struct ctx *ctx, struct str text, size_t line_base, submit_emit emit, void *user, struct submit_report *report)
{
    struct submit s = {.ctx = ctx, .scratch = *ctx, .emit = emit, .user = user, .report = report};
    s.scratch.arena = arena_new(SCRATCH_MAX);
    if (s.scratch.arena == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "facts: no memory to read them");
    buf_init(&s.row, JSON_LIMITS_WEBHOOK.max_bytes + SUBMIT_ROW_BYTES);
    enum err e = take_text(&s, text, line_base);
    if (e == OK)
        e = flush_row(&s);
    buf_clear(&s.row);
    arena_free(s.scratch.arena);
    return e;
}

void submit_report_json(struct jw *w, const struct submit_report *r)
{
    jw_ki64(w, "seen", (int64_t)r->seen);
    jw_ki64(w, "accepted", (int64_t)r->accepted);
    jw_ki64(w, "refused", (int64_t)r->refused);
    jw_key(w, "refusals");
    jw_arr(w);
    for (size_t i = 0; i < r->refusals_n; i++) {
        jw_obj(w);
        jw_ki64(w, "line", (int64_t)r->refusals[i].line);
        jw_kstr_null(w, "field", r->refusals[i].field);
        jw_kstr(w, "reason", r->refusals[i].reason);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_key(w, "unknown_statuses");
    jw_arr(w);
    for (size_t i = 0; i < r->unknown_n; i++) {
        jw_obj(w);
        jw_kstr(w, "carrier", r->unknown[i].carrier);
        jw_kstr(w, "code", r->unknown[i].code);
        jw_ki64(w, "count", (int64_t)r->unknown[i].n);
        jw_end(w);
    }
    jw_arr_end(w);
}
