/* See double.h. One thread a connection, so that a slow answer holds up no other; one lock around
 * the steps. */
#include "lib/double.h"

#include "lib/fixture.h"

#include "base/buf.h"
#include "base/json.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STEPS_MAX 256
#define CALLS_MAX 4096

struct waiting {
    struct double_step step;
    int left; /* -1: for ever */
};

struct vendor_double {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock;
    struct waiting steps[STEPS_MAX];
    size_t steps_n;
    char *seen[CALLS_MAX];
    size_t calls;
    struct buf faults;
    char url[40];
};

/* One request while it is read. */
struct call {
    char *target; /* path and query as sent */
    struct buf body;
};

/* ---- does the request fit */

static bool same_value(const struct json *want, const struct json *got);

static bool all_members(const struct json *want, const struct json *got)
{
    JSON_EACH(m, want)
    {
        const struct json *g = NULL;
        JSON_EACH(c, got)
        if (str_eq(c->key, m->key))
            g = c;
        if (g == NULL || !same_value(m, g))
            return false;
    }
    return true;
}

static bool all_items(const struct json *want, const struct json *got)
{
    const struct json *g = json_first(got);
    if (want->count != got->count)
        return false;
    JSON_EACH(w, want)
    {
        if (!same_value(w, g))
            return false;
        g = g->next;
    }
    return true;
}

static bool same_value(const struct json *want, const struct json *got)
{
    if (want->type != got->type)
        return false;
    switch (want->type) {
    case JSON_OBJECT:
        return all_members(want, got);
    case JSON_ARRAY:
        return all_items(want, got);
    case JSON_BOOL:
        return want->truth == got->truth;
    case JSON_NULL:
        return true;
    default:
        return str_eq(want->text, got->text);
    }
}

static bool body_has(const char *want_text, struct str body)
{
    struct fixture f;
    const struct json *want = NULL, *got = NULL;
    fixture_init(&f);
    bool ok = json_parse(&f.ctx, str_of(want_text), &JSON_LIMITS_WEBHOOK, &want) == OK &&
              json_parse(&f.ctx, body, &JSON_LIMITS_WEBHOOK, &got) == OK && same_value(want, got);
    fixture_clear(&f);
    return ok;
}

static void fault(struct vendor_double *d, const char *target, const char *what, const char *name,
                  const char *want, const char *got)
{
    buf_fmt(&d->faults, "request %zu %s: %s %s: want %s, got %s\n", d->calls, target, what, name,
            want == NULL ? "none" : want, got == NULL ? "none" : got);
}

static bool text_eq(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check(struct vendor_double *d, const struct double_step *s, struct MHD_Connection *c,
                  const struct call *call)
{
    for (size_t i = 0; i < DOUBLE_PAIRS && s->query[i][0] != NULL; i++) {
        const char *got = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, s->query[i][0]);
        if (!text_eq(s->query[i][1], got))
            fault(d, call->target, "query", s->query[i][0], s->query[i][1], got);
    }
    for (size_t i = 0; i < DOUBLE_PAIRS && s->header[i][0] != NULL; i++) {
        const char *got = MHD_lookup_connection_value(c, MHD_HEADER_KIND, s->header[i][0]);
        if (!text_eq(s->header[i][1], got))
            fault(d, call->target, "header", s->header[i][0], s->header[i][1], got);
    }
    struct str body = buf_str(&call->body);
    char shown[200];
    snprintf(shown, sizeof(shown), "%.*s", STR_ARG(str_sub(body, 0, sizeof(shown) - 1)));
    if (s->body_is != NULL && !str_eq(body, str_of(s->body_is)))
        fault(d, call->target, "body", "", s->body_is, shown);
    if (s->body_has != NULL && !body_has(s->body_has, body))
        fault(d, call->target, "body", "with", s->body_has, shown);
}

/* The first step left for method and path, taken off; false: nobody expected this. */
static bool take(struct vendor_double *d, const char *method, const char *path,
                 struct double_step *out)
{
    for (size_t i = 0; i < d->steps_n; i++) {
        struct waiting *w = &d->steps[i];
        if (w->left == 0 || (w->step.method != NULL && strcmp(w->step.method, method) != 0) ||
            (w->step.path != NULL && strcmp(w->step.path, path) != 0))
            continue;
        if (w->left > 0)
            w->left--;
        *out = w->step;
        return true;
    }
    return false;
}

/* ---- answering */

/* Half of the body, then the end. */
static ssize_t half(void *cls, uint64_t at, char *to, size_t max)
{
    const struct str *s = cls;
    size_t n = s->n / 2;
    if (at >= n)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = n - (size_t)at;
    size_t take_n = left < max ? left : max;
    memcpy(to, s->p + at, take_n);
    return (ssize_t)take_n;
}

static void free_half(void *cls)
{
    struct str *s = cls;
    free((void *)(uintptr_t)s->p);
    free(s);
}

static struct str file_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p = malloc((size_t)1 << 20);
    size_t n = 0;
    if (f != NULL && p != NULL)
        n = fread(p, 1, (size_t)1 << 20, f);
    if (f != NULL)
        fclose(f);
    return (struct str){p, n};
}

static struct MHD_Response *make_response(const struct double_step *s)
{
    struct str body = s->body_file != NULL
                          ? file_text(s->body_file)
                          : (struct str){strdup(s->body == NULL ? "" : s->body), 0};
    if (s->body_file == NULL)
        body.n = strlen(body.p);
    if (s->cut != CUT_INSIDE)
        return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                               MHD_RESPMEM_MUST_FREE);
    struct str *own = malloc(sizeof(*own));
    if (own == NULL)
        return NULL;
    *own = body;
    return MHD_create_response_from_callback(body.n, 256, half, own, free_half);
}

static enum MHD_Result answer(struct MHD_Connection *c, const struct double_step *s)
{
    char after[16];
    struct MHD_Response *r = make_response(s);
    if (r == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(r, "Content-Type", "application/json");
    for (size_t i = 0; i < DOUBLE_PAIRS && s->reply[i][0] != NULL; i++)
        (void)MHD_add_response_header(r, s->reply[i][0], s->reply[i][1]);
    snprintf(after, sizeof(after), "%d", s->retry_after_s);
    if (s->retry_after_s > 0)
        (void)MHD_add_response_header(r, "Retry-After", after);
    enum MHD_Result ok = MHD_queue_response(c, s->status == 0 ? 200 : (unsigned)s->status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result whole(struct vendor_double *d, struct MHD_Connection *c, const char *method,
                             const char *path, const struct call *call)
{
    struct double_step s = {0};
    char line[2048];
    pthread_mutex_lock(&d->lock);
    snprintf(line, sizeof(line), "%s %s", method, call->target);
    if (d->calls < CALLS_MAX)
        d->seen[d->calls] = strdup(line);
    d->calls++;
    bool known = take(d, method, path, &s);
    if (known)
        check(d, &s, c, call);
    else
        fault(d, line, "not expected", "", "another request", "this");
    pthread_mutex_unlock(&d->lock);
    if (!known)
        s = (struct double_step){.status = 418};
    if (s.delay_ms > 0)
        usleep((unsigned)s.delay_ms * 1000);
    return s.cut == CUT_BEFORE ? MHD_NO : answer(c, &s);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct call *call = *state;
    (void)version;
    if (!call->body.max) { /* the first time: only the head is here */
        buf_init(&call->body, (size_t)4 << 20);
        return MHD_YES;
    }
    if (*size > 0) {
        buf_add(&call->body, (struct str){data, *size});
        *size = 0;
        return MHD_YES;
    }
    return whole(cls, c, method, path, call);
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    struct call *call = calloc(1, sizeof(*call));
    (void)cls;
    (void)c;
    if (call != NULL)
        call->target = strdup(uri);
    return call;
}

static void on_done(void *cls, struct MHD_Connection *c, void **state,
                    enum MHD_RequestTerminationCode why)
{
    struct call *call = *state;
    (void)cls;
    (void)c;
    (void)why;
    if (call == NULL)
        return;
    if (call->body.max > 0)
        buf_clear(&call->body);
    free(call->target);
    free(call);
    *state = NULL;
}

/* ---- */

struct vendor_double *double_new(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct vendor_double *d = calloc(1, sizeof(*d));
    assert_non_null(d);
    pthread_mutex_init(&d->lock, NULL);
    buf_init(&d->faults, 65536);
    d->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                                     MHD_USE_POLL,
                                 0, NULL, NULL, on_request, d, MHD_OPTION_SOCK_ADDR,
                                 (struct sockaddr *)&addr, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
                                 NULL, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
    assert_non_null(d->daemon);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT);
    assert_non_null(info);
    snprintf(d->url, sizeof(d->url), "http://127.0.0.1:%u", (unsigned)info->port);
    return d;
}

void double_free(struct vendor_double *d)
{
    if (d == NULL)
        return;
    MHD_stop_daemon(d->daemon);
    for (size_t i = 0; i < d->calls && i < CALLS_MAX; i++)
        free(d->seen[i]);
    buf_clear(&d->faults);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

const char *double_url(const struct vendor_double *d)
{
    return d->url;
}

void double_add(struct vendor_double *d, const struct double_step *step)
{
    pthread_mutex_lock(&d->lock);
    bool room = d->steps_n < STEPS_MAX;
    if (room)
        d->steps[d->steps_n++] = (struct waiting){*step, step->times == 0 ? 1 : step->times};
    pthread_mutex_unlock(&d->lock);
    assert_true(room);
}

size_t double_calls(struct vendor_double *d)
{
    pthread_mutex_lock(&d->lock);
    size_t n = d->calls;
    pthread_mutex_unlock(&d->lock);
    return n;
}

size_t double_left(struct vendor_double *d)
{
    size_t n = 0;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->steps_n; i++)
        n += d->steps[i].left > 0;
    pthread_mutex_unlock(&d->lock);
    return n;
}

const char *double_seen(struct vendor_double *d, size_t i)
{
    pthread_mutex_lock(&d->lock);
    const char *s = i < d->calls && i < CALLS_MAX ? d->seen[i] : NULL;
    pthread_mutex_unlock(&d->lock);
    return s == NULL ? "" : s;
}

const char *double_faults(struct vendor_double *d)
{
    pthread_mutex_lock(&d->lock);
    buf_addc(&d->faults, '\0');
    const char *s = d->faults.p;
    if (d->faults.n > 0)
        d->faults.n--;
    pthread_mutex_unlock(&d->lock);
    return s == NULL ? "" : s;
}
