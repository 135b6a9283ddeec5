/*
 * The fold of a parcel; see parcel.h. Everything in it is a set, a maximum or a minimum, so that
 * the order of arrival cannot show:
 *   - what was told of each scan, an observation, is found by (key, content); a repeat can only
 * raise its place in the vendor's list, and the observations with the highest order stay;
 *   - which observation of a key holds follows from those that stay;
 *   - estimates are the first and the last by (told, value), texts the greatest, and so on.
 * The fast path is a newest scan whose key no other has. What the scans mean is parcel_view.c's.
 */
#include "model/parcel.h"

#define CODE_MAX 40
#define CITY_MAX 48
#define REGION_MAX 16
#define COUNTRY_MAX 2
#define NUMBER_MAX 64

int parcel_scan_cmp(const struct parcel_scan *a, const struct parcel_scan *b)
{
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    int ra = parcel_status_rank(a->status), rb = parcel_status_rank(b->status);
    if (ra != rb)
        return ra < rb ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->content > b->content) - (a->content < b->content);
}

/* ---- texts */

/* At most max bytes, whole characters. */
static struct str cut(struct str s, size_t max)
{
    return s.n <= max ? s : str_sub(s, 0, str_utf8_prefix(str_sub(s, 0, max)));
}

static enum err keep_str(struct ctx *ctx, struct str s, size_t max, struct str *out)
{
    s = cut(s, max);
    if (s.n == 0) {
        *out = STR_NULL;
        return OK;
    }
    enum err e = arena_dup(ctx->arena, s, out);
    return e == OK ? OK : ctx_fail(ctx, e, "parcel: no memory");
}

/* ---- carriers: the first by name; the last one's index also stands for those without a place */

static void shift_carriers(struct parcel_scan *list, size_t n, int from)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].carrier >= from && list[i].carrier < PARCEL_CARRIERS_MAX - 1)
            list[i].carrier++;
}

static enum err carrier_index(struct ctx *ctx, struct parcel *pcl, struct str id, int *out,
                              bool *changed)
{
    size_t i = 0;
    struct str kept;
    id = cut(id, CODE_MAX);
    while (i < pcl->carriers_n && str_cmp(pcl->carriers[i], id) < 0)
        i++;
    *out = i == PARCEL_CARRIERS_MAX ? PARCEL_CARRIERS_MAX - 1 : (int)i;
    if (i == PARCEL_CARRIERS_MAX || (i < pcl->carriers_n && str_eq(pcl->carriers[i], id)))
        return OK;
    enum err e = keep_str(ctx, id, CODE_MAX, &kept);
    if (e != OK)
        return e;
    if (pcl->carriers_n < PARCEL_CARRIERS_MAX)
        pcl->carriers_n++;
    for (size_t j = pcl->carriers_n - 1; j > i; j--)
        pcl->carriers[j] = pcl->carriers[j - 1];
    pcl->carriers[i] = kept;
    shift_carriers(pcl->scans, pcl->scans_n, (int)i);
    shift_carriers(pcl->superseded, pcl->superseded_n, (int)i);
    *changed = true;
    return OK;
}

/* ---- a fact as an observation */

static uint64_t content_hash(const struct parcel_scan *s)
{
    uint64_t h = str_hash(s->code);
    const int64_t nums[] = {s->at_us, s->status, s->reason, (int64_t)s->flags, s->local_us};
    h = str_hash_add(h, (struct str){(const char *)nums, sizeof(nums)});
    h = str_hash_add(h, s->place.city);
    h = str_hash_add(h, s->place.region);
    return str_hash_add(h, s->place.country);
}

static uint64_t scan_key(const struct fact *fct, struct arena *a)
{
    const struct tracking_event *ev = &fct->u.event;
    struct str key = str_empty(fct->key) ? tracking_event_key(a, ev) : fct->key;
    return str_hash_add(str_hash(ev->carrier), key);
}

/* The vendor's time, or 0 when it told none that can be. */
static int64_t told_instant(const struct tracking_event *ev, struct parcel_scan *s)
{
    int64_t at_us = event_instant(&ev->occurred, &ev->location, &s->local_us, &s->flags);
    if (at_us <= PARCEL_TIME_MAX_US && at_us >= -PARCEL_TIME_MAX_US)
        return at_us;
    s->local_us = 0;
    return 0;
}

/* Texts are views into the fact, cut to their limits: scan_own copies those of a scan that stays.
 */
static void scan_make(const struct fact *fct, struct fact_ref ref, int64_t learned_us,
                      struct arena *a, struct parcel_scan *s)
{
    const struct tracking_event *ev = &fct->u.event;
    *s = (struct parcel_scan){
        .key = scan_key(fct, a),
        .changed_us = fct->changed_us,
        .learned_us = learned_us,
        .seq = ev->vendor_seq,
        .status = ev->status,
        .reason = ev->reason,
        .code = cut(ev->code, CODE_MAX),
        .place = {.city = cut(ev->location.city, CITY_MAX),
                  .region = cut(ev->location.region, REGION_MAX),
                  .country = cut(ev->location.country, COUNTRY_MAX)},
        .ref = ref,
    };
    s->at_us = told_instant(ev, s);
    s->flags |= ev->synthetic ? SCAN_SYNTHETIC : 0;
    s->flags |= str_empty(ev->signed_by) ? 0 : SCAN_HAS_SIGNER;
    s->flags |= str_empty(ev->drop_off_note) ? 0 : SCAN_HAS_NOTE;
    s->flags |= s->at_us == 0 ? SCAN_ESTIMATED : 0;
    s->content = content_hash(s);
    if (s->at_us == 0)
        s->at_us = learned_us; /* no time was told: when we first learned it */
}

static enum err scan_own(struct ctx *ctx, struct parcel_scan *s)
{
    struct str *const texts[] = {&s->code, &s->place.city, &s->place.region, &s->place.country};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(texts) / sizeof(texts[0]); i++)
        e = keep_str(ctx, *texts[i], CITY_MAX, texts[i]);
    return e;
}

/* ---- sorted lists of observations */

static enum err list_insert(struct ctx *ctx, struct parcel_scan **list, size_t *n, size_t *cap,
                            const struct parcel_scan *s)
{
    size_t i = *n;
    if (*n == *cap) {
        size_t more = *cap < 8 ? 16 : *cap * 2;
        struct parcel_scan *p = arena_array(ctx->arena, more, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "parcel: no memory");
        if (*n > 0)
            memcpy(p, *list, *n * sizeof(*p));
        *list = p;
        *cap = more;
    }
    while (i > 0 && parcel_scan_cmp(&(*list)[i - 1], s) > 0)
        i--;
    memmove(&(*list)[i + 1], &(*list)[i], (*n - i) * sizeof(**list));
    (*list)[i] = *s;
    ++*n;
    return OK;
}

static void list_remove(struct parcel_scan *list, size_t *n, size_t i)
{
    memmove(&list[i], &list[i + 1], (*n - i - 1) * sizeof(*list));
    --*n;
}

static enum err put_scan(struct ctx *ctx, struct parcel *pcl, const struct parcel_scan *s)
{
    return list_insert(ctx, &pcl->scans, &pcl->scans_n, &pcl->scans_cap, s);
}

static enum err put_superseded(struct ctx *ctx, struct parcel *pcl, const struct parcel_scan *s)
{
    return list_insert(ctx, &pcl->superseded, &pcl->superseded_n, &pcl->superseded_cap, s);
}

/* Index of the newest observation with the key, from the end; n when there is none. */
static size_t find_key(const struct parcel_scan *list, size_t n, uint64_t key)
{
    for (size_t i = n; i > 0; i--)
        if (list[i - 1].key == key)
            return i - 1;
    return n;
}

static struct parcel_scan *find_content(struct parcel *pcl, size_t held, uint64_t content)
{
    uint64_t key = pcl->scans[held].key;
    if (pcl->scans[held].content == content)
        return &pcl->scans[held];
    for (size_t i = 0; i < pcl->superseded_n; i++)
        if (pcl->superseded[i].key == key && pcl->superseded[i].content == content)
            return &pcl->superseded[i];
    return NULL;
}

/* ---- which observation of a key holds, and which observations stay */

static int ref_cmp(struct fact_ref a, struct fact_ref b)
{
    if (a.pos != b.pos)
        return a.pos < b.pos ? -1 : 1;
    return (a.idx > b.idx) - (a.idx < b.idx);
}

/* The vendor's later change, then the one received later, then the larger hash. */
static bool outranks(const struct parcel_scan *a, const struct parcel_scan *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us > b->changed_us;
    int c = ref_cmp(a->ref, b->ref);
    return c != 0 ? c > 0 : a->content > b->content;
}

/* Puts the superseded observation of the key that outranks all others among the scans. */
static enum err promote(struct ctx *ctx, struct parcel *pcl, uint64_t key)
{
    size_t best = find_key(pcl->superseded, pcl->superseded_n, key);
    if (best == pcl->superseded_n)
        return OK;
    for (size_t i = 0; i < best; i++)
        if (pcl->superseded[i].key == key && outranks(&pcl->superseded[i], &pcl->superseded[best]))
            best = i;
    struct parcel_scan s = pcl->superseded[best];
    list_remove(pcl->superseded, &pcl->superseded_n, best);
    return put_scan(ctx, pcl, &s);
}

static enum err trim(struct ctx *ctx, struct parcel *pcl)
{
    enum err e = OK;
    while (e == OK && pcl->scans_n + pcl->superseded_n > PARCEL_SCANS_MAX) {
        uint64_t key = pcl->scans[0].key;
        if (pcl->superseded_n > 0 && parcel_scan_cmp(&pcl->superseded[0], &pcl->scans[0]) < 0) {
            list_remove(pcl->superseded, &pcl->superseded_n, 0);
        } else {
            list_remove(pcl->scans, &pcl->scans_n, 0);
            e = promote(ctx, pcl, key);
        }
    }
    return e;
}

/* Full, and s lies below all that stay. */
static bool has_no_place(const struct parcel *pcl, const struct parcel_scan *s)
{
    if (pcl->scans_n + pcl->superseded_n < PARCEL_SCANS_MAX)
        return false;
    return parcel_scan_cmp(s, &pcl->scans[0]) < 0 &&
           (pcl->superseded_n == 0 || parcel_scan_cmp(s, &pcl->superseded[0]) < 0);
}

/* What a repeat adds to an observation: true when anything moved. Received in order, only seq and
 * changed_us can. */
static bool absorb(struct parcel_scan *old, const struct parcel_scan *s)
{
    struct parcel_scan was = *old;
    if (s->seq > old->seq)
        old->seq = s->seq;
    if (s->changed_us > old->changed_us)
        old->changed_us = s->changed_us;
    if (s->at_us < old->at_us)
        old->at_us = s->at_us; /* a scan without a time: when it was first learned */
    if (s->learned_us < old->learned_us)
        old->learned_us = s->learned_us;
    if (ref_cmp(s->ref, old->ref) < 0)
        old->ref = s->ref;
    return was.seq != old->seq || was.changed_us != old->changed_us || was.at_us != old->at_us ||
           was.learned_us != old->learned_us || ref_cmp(was.ref, old->ref) != 0;
}

/* Takes every observation of the key out and puts them back where they now belong. */
static enum err resettle(struct ctx *ctx, struct parcel *pcl, uint64_t key)
{
    size_t held = find_key(pcl->scans, pcl->scans_n, key);
    size_t n = pcl->superseded_n, kept = 0;
    struct parcel_scan s = pcl->scans[held];
    struct parcel_scan *again = arena_array(ctx->arena, n, sizeof(*again));
    if (again == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "parcel: no memory");
    if (n > 0)
        memcpy(again, pcl->superseded, n * sizeof(*again));
    pcl->superseded_n = 0;
    list_remove(pcl->scans, &pcl->scans_n, held);
    enum err e = put_superseded(ctx, pcl, &s);
    for (; e == OK && kept < n; kept++)
        e = put_superseded(ctx, pcl, &again[kept]);
    if (e == OK)
        e = promote(ctx, pcl, key);
    return e == OK ? trim(ctx, pcl) : e;
}

/* An event that is known already: a repeat, or another telling of it. */
static enum err fold_known(struct ctx *ctx, struct parcel *pcl, size_t held, struct parcel_scan *s,
                           bool *changed)
{
    enum err e = OK;
    struct parcel_scan *same = find_content(pcl, held, s->content);
    if (same == NULL && has_no_place(pcl, s))
        return OK;
    if (same != NULL) {
        bool moved = absorb(same, s);
        s->at_us = same->at_us;
        if (!moved)
            return OK;
    } else {
        e = scan_own(ctx, s);
        if (e == OK)
            e = put_superseded(ctx, pcl, s);
    }
    *changed = true;
    return e == OK ? resettle(ctx, pcl, s->key) : e;
}

static enum err fold_scan(struct ctx *ctx, struct parcel *pcl, struct parcel_scan *s, bool *changed)
{
    size_t held = find_key(pcl->scans, pcl->scans_n, s->key);
    if (held < pcl->scans_n)
        return fold_known(ctx, pcl, held, s, changed);
    if (has_no_place(pcl, s))
        return OK;
    enum err e = scan_own(ctx, s);
    if (e == OK)
        e = put_scan(ctx, pcl, s);
    *changed = true;
    return e == OK ? trim(ctx, pcl) : e;
}

/* ---- parcel-wide */

static int i64_cmp(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int estimate_cmp(const struct parcel_estimate *a, const struct parcel_estimate *b)
{
    int c = i64_cmp(a->told_us, b->told_us);
    if (c == 0)
        c = (int)a->when.kind - (int)b->when.kind;
    if (c == 0)
        c = i64_cmp(a->when.utc_us, b->when.utc_us);
    if (c == 0)
        c = i64_cmp(a->when.local_us, b->when.local_us);
    return c == 0 ? (int)a->when.has_local - (int)b->when.has_local : c;
}

/* sign 1: the greater stays; -1: the lesser. */
static void take_estimate(struct parcel_estimate *to, const struct parcel_estimate *est, int sign,
                          bool *changed)
{
    int c = to->when.kind == WHEN_NONE ? 1 : sign * estimate_cmp(est, to);
    if (c < 0 || (c == 0 && est->learned_us >= to->learned_us))
        return;
    *to = *est;
    *changed = true;
}

/* A text that many scans tell: the greatest stays. */
static enum err take_greatest(struct ctx *ctx, struct str s, size_t max, struct str *to,
                              bool *changed)
{
    s = cut(s, max);
    if (str_empty(s) || str_cmp(s, *to) <= 0)
        return OK;
    *changed = true;
    return keep_str(ctx, s, max, to);
}

static enum err take_wide(struct ctx *ctx, struct parcel *pcl, const struct tracking_event *ev,
                          int64_t told_us, int64_t learned_us, bool *changed)
{
    struct parcel_estimate est = {.told_us = told_us, .learned_us = learned_us};
    struct when w;
    if (!str_empty(ev->estimated_delivery) && when_parse(ev->estimated_delivery, &est.when) == OK) {
        take_estimate(&pcl->first_estimate, &est, -1, changed);
        take_estimate(&pcl->estimate, &est, 1, changed);
    }
    if (!str_empty(ev->pickup_until) && when_parse(ev->pickup_until, &w) == OK) {
        int64_t until = estimate_instant(&w, ev->location.country, ev->location.region);
        *changed = *changed || until > pcl->pickup_until_us;
        if (until > pcl->pickup_until_us)
            pcl->pickup_until_us = until;
    }
    enum err e = take_greatest(ctx, ev->dest_country, COUNTRY_MAX, &pcl->dest_country, changed);
    return e == OK ? take_greatest(ctx, ev->service, CODE_MAX, &pcl->service, changed) : e;
}

static int64_t newest_learned(const struct parcel_scan *list, size_t n, int64_t newest)
{
    for (size_t i = 0; i < n; i++)
        newest = list[i].learned_us > newest ? list[i].learned_us : newest;
    return newest;
}

static int64_t freshness(const struct parcel *pcl)
{
    int64_t t = pcl->first_estimate.learned_us;
    if (pcl->estimate.learned_us > t)
        t = pcl->estimate.learned_us;
    t = newest_learned(pcl->scans, pcl->scans_n, t);
    return newest_learned(pcl->superseded, pcl->superseded_n, t);
}

enum err parcel_fold_event(struct ctx *ctx, struct parcel *pcl, const struct fact *fct,
                           struct fact_ref ref, int64_t learned_us, bool *changed)
{
    struct parcel_scan s;
    bool moved = false;
    scan_make(fct, ref, learned_us, ctx->arena, &s);
    enum err e = carrier_index(ctx, pcl, fct->u.event.carrier, &s.carrier, &moved);
    if (e == OK)
        e = fold_scan(ctx, pcl, &s, &moved);
    if (e == OK)
        e = take_wide(ctx, pcl, &fct->u.event, s.at_us, learned_us, &moved);
    if (e != OK)
        return e;
    if (moved)
        pcl->fresh_us = freshness(pcl);
    *changed = moved;
    return OK;
}

enum err parcel_fold_not_found(struct ctx *ctx, struct parcel *pcl, int64_t learned_us,
                               bool *changed)
{
    int64_t hour_us = learned_us - learned_us % US_PER_H;
    (void)ctx;
    *changed = hour_us > pcl->not_found_us;
    if (*changed)
        pcl->not_found_us = hour_us;
    return OK;
}

void parcel_fold_heard(struct parcel *pcl, int64_t learned_us, bool *changed)
{
    int64_t minute_us = learned_us - learned_us % US_PER_MIN;
    *changed = minute_us > pcl->heard_us;
    if (*changed)
        pcl->heard_us = minute_us;
}

int64_t parcel_heard_us(const struct parcel *pcl)
{
    return pcl->heard_us > pcl->fresh_us ? pcl->heard_us : pcl->fresh_us;
}

/* ---- links */

enum err parcel_link_order(struct parcel *pcl, int64_t order_no, int64_t since_us, bool *changed)
{
    size_t i = 0;
    *changed = false;
    while (i < pcl->links_n && pcl->links[i].order_no < order_no)
        i++;
    struct parcel_link *at = &pcl->links[i];
    if (i < pcl->links_n && at->order_no == order_no) {
        *changed = since_us != 0 && (at->since_us == 0 || since_us < at->since_us);
        if (*changed)
            at->since_us = since_us;
        return OK;
    }
    if (i == PARCEL_LINKS_MAX)
        return ERR_LIMIT;
    if (pcl->links_n < PARCEL_LINKS_MAX)
        pcl->links_n++;
    memmove(at + 1, at, (pcl->links_n - i - 1) * sizeof(*at));
    *at = (struct parcel_link){order_no, since_us};
    *changed = true;
    return OK;
}

enum err parcel_link_next(struct ctx *ctx, struct parcel *pcl, struct str carrier,
                          struct str number, int64_t told_us, bool *changed)
{
    *changed = false;
    carrier = cut(carrier, CODE_MAX);
    number = cut(number, NUMBER_MAX);
    if (str_empty(number) || str_eq(number, pcl->number))
        return OK;
    int c = str_empty(pcl->next_number) ? 1 : i64_cmp(told_us, pcl->next_told_us);
    if (c == 0)
        c = str_cmp(number, pcl->next_number);
    if (c == 0)
        c = str_cmp(carrier, pcl->next_carrier);
    if (c <= 0)
        return OK;
    *changed = true;
    pcl->next_told_us = told_us;
    enum err e = keep_str(ctx, carrier, CODE_MAX, &pcl->next_carrier);
    return e == OK ? keep_str(ctx, number, NUMBER_MAX, &pcl->next_number) : e;
}
