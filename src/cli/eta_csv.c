/* See eta_csv.h. A row is cut once, into views; only a field with doubled quotes is copied. */
#include "cli/eta_csv.h"

#include "base/clock.h"
#include "base/zone.h"
#include "cli/csv_rows.h"

static const char *const COLUMNS[ETA_COLUMNS] = {
    "order_id",         "carrier",                 "service",    "origin_country",  "origin_postal_code", "destination_country",
    "destination_postal_code", "ordered_at", "handed_over_at", "promised_at",   "delivered_at",
};
#define TIME_MAX 40 /* bytes of a time */

/* ---- fields */

static enum err unquote(struct ctx *ctx, struct str s, struct str *out)
{
    s = str_sub(s, 1, s.n - 2);
    *out = s;
    if (s.n == 0 || memchr(s.p, '"', s.n) == NULL)
        return OK;
    char *p = ctx_alloc(ctx, s.n);
    size_t n = 0;
    if (p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < s.n; i++) {
        p[n++] = s.p[i];
        i += s.p[i] == '"' && i + 1 < s.n && s.p[i + 1] == '"' ? 1 : 0;
    }
    *out = (struct str){p, n};
    return OK;
}

static enum err split(struct ctx *ctx, const struct eta_csv *csv, struct str row, struct str *fields, size_t *n)
{
    size_t from = 0;
    bool in = false;
    *n = 0;
    for (size_t at = 0; at <= row.n; at++) {
        if (at < row.n && (row.p[at] != csv->separator || in)) {
            in = row.p[at] == '"' ? !in : in;
            continue;
        }
        if (*n == ETA_CSV_FIELDS_MAX)
            return ctx_fail(ctx, ERR_LIMIT, "line %zu: over %d columns", csv->line, ETA_CSV_FIELDS_MAX);
        struct str s = str_trim(str_sub(row, from, at - from));
        enum err e = OK;
        if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
            e = unquote(ctx, s, &s);
        if (e != OK)
            return e;
        fields[(*n)++] = s;
        from = at + 1;
    }
    return in ? ctx_fail(ctx, ERR_PARSE, "line %zu: a quoted field does not end", csv->line) : OK;
}

enum err eta_csv_header(struct ctx *ctx, struct str header, struct eta_csv *out)
{
    struct str fields[ETA_CSV_FIELDS_MAX];
    size_t n;
    if (str_starts(header, STR("\xef\xbb\xbf")))
        header = str_sub(header, 3, header.n);
    struct eta_csv csv = {.separator = csv_separator(header), .line = 1};
    enum err e = split(ctx, &csv, header, fields, &n);
    if (e != OK)
        return e;
    for (size_t c = 0; c < ETA_COLUMNS; c++) {
        csv.column[c] = -1;
        for (size_t i = 0; i < n; i++) {
            if (!str_eq_nocase(fields[i], str_of(COLUMNS[c])))
                continue;
            if (csv.column[c] >= 0)
                return ctx_fail(ctx, ERR_PARSE, "line 1: column %s stands there twice", COLUMNS[c]);
            csv.column[c] = (int)i;
        }
    }
    if (csv.column[ETA_COL_ORDER_ID] < 0)
        return ctx_fail(ctx, ERR_PARSE, "line 1: column order_id is missing");
    if (csv.column[ETA_COL_ORDERED] < 0 && csv.column[ETA_COL_HANDED] < 0)
        return ctx_fail(ctx, ERR_PARSE, "line 1: column ordered_at is missing");
    *out = csv;
    return OK;
}

/* ---- times */

static bool is_unknown(struct str s)
{
    static const char *const WORDS[] = {"NaT", "NaN", "null", "none", "NA", "\\N"};
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (str_eq_nocase(s, str_of(WORDS[i])))
            return true;
    return str_empty(s);
}

static enum err read_time(struct ctx *ctx, const struct eta_csv *csv, enum eta_column c, struct str s, int64_t *out, enum when_kind *kind)
{
    struct when w = {0};
    *out = ETA_NONE;
    *kind = WHEN_NONE;
    if (is_unknown(s))
        return OK;
    if (s.n > TIME_MAX || when_parse(s, &w) != OK || w.kind == WHEN_NONE)
        return ctx_fail(ctx, ERR_PARSE,
                        "line %zu, column %s: \"%.*s\": expected a time such as 2026-11-23T10:00:00Z, 2026-11-23 10:00:00, or a date", csv->line,
                        COLUMNS[c], (int)(s.n < TIME_MAX ? s.n : TIME_MAX), s.p);
    *kind = w.kind;
    if (w.kind == WHEN_UTC) {
        *out = w.utc_us;
        return OK;
    }
    int64_t local = w.local_us;
    if (w.kind == WHEN_DATE)
        local += c == ETA_COL_PROMISED ? US_PER_DAY - US_PER_S : US_PER_DAY / 2;
    if (zone_to_utc(csv->zone, local, out) != OK)
        *out = local;
    return OK;
}

static enum err read_country(struct ctx *ctx, const struct eta_csv *csv, enum eta_column c, struct str s, struct str *out)
{
    *out = s;
    bool letters = s.n == 2;
    for (size_t i = 0; i < s.n && letters; i++)
        letters = (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
    if (str_empty(s) || letters)
        return OK;
    return ctx_fail(ctx, ERR_PARSE, "line %zu, column %s: \"%.*s\": expected two letters such as DE (ISO 3166-1)", csv->line, COLUMNS[c],
                    (int)(s.n < 40 ? s.n : 40), s.p);
}

/* The zone of the destination's country; asked again only when the country changes. */
static void set_zone(struct eta_csv *csv, struct str country)
{
    bool exact, given = country.n == 2;
    char letters[2] = {0};
    for (size_t i = 0; i < 2 && given; i++)
        letters[i] = (char)(country.p[i] & ~32);
    if (csv->zone.n > 0 && csv->has_country == given && memcmp(csv->letters, letters, 2) == 0)
        return;
    csv->has_country = given;
    memcpy(csv->letters, letters, 2);
    csv->zone = given ? zone_of_place((struct str){letters, 2}, STR_NULL, &exact) : STR("UTC");
}

enum err eta_csv_row(struct ctx *ctx, struct eta_csv *csv, struct str text, struct eta_csv_row *out)
{
    struct str all[ETA_CSV_FIELDS_MAX], f[ETA_COLUMNS];
    enum when_kind promised;
    size_t n;
    enum err e = split(ctx, csv, text, all, &n);
    if (e != OK)
        return e;
    for (size_t c = 0; c < ETA_COLUMNS; c++)
        f[c] = csv->column[c] >= 0 && (size_t)csv->column[c] < n ? all[csv->column[c]] : STR_NULL;
    struct eta_csv_row r = {.row = {.order_id = f[ETA_COL_ORDER_ID], .carrier = f[ETA_COL_CARRIER], .service = f[ETA_COL_SERVICE],
                                    .origin_postal = f[ETA_COL_ORIGIN_POSTAL], .dest_postal = f[ETA_COL_DEST_POSTAL]}};
    if (str_empty(r.row.order_id))
        return ctx_fail(ctx, ERR_PARSE, "line %zu, column order_id: empty", csv->line);
    e = read_country(ctx, csv, ETA_COL_ORIGIN_COUNTRY, f[ETA_COL_ORIGIN_COUNTRY], &r.row.origin_country);
    if (e == OK)
        e = read_country(ctx, csv, ETA_COL_DEST_COUNTRY, f[ETA_COL_DEST_COUNTRY], &r.row.dest_country);
    if (e != OK)
        return e;
    set_zone(csv, str_empty(r.row.dest_country) ? r.row.origin_country : r.row.dest_country);
    e = read_time(ctx, csv, ETA_COL_ORDERED, f[ETA_COL_ORDERED], &r.row.ordered_us, &r.ordered_kind);
    if (e == OK)
        e = read_time(ctx, csv, ETA_COL_HANDED, f[ETA_COL_HANDED], &r.row.handed_us, &r.handed_kind);
    if (e == OK)
        e = read_time(ctx, csv, ETA_COL_PROMISED, f[ETA_COL_PROMISED], &r.row.promised_us, &promised);
    if (e == OK)
        e = read_time(ctx, csv, ETA_COL_DELIVERED, f[ETA_COL_DELIVERED], &r.row.delivered_us, &r.delivered_kind);
    if (e != OK)
        return e;
    int64_t at = r.row.ordered_us != ETA_NONE ? r.row.ordered_us : r.row.handed_us;
    if (at != ETA_NONE && zone_offset(csv->zone, at, &r.row.zone_s) != OK)
        r.row.zone_s = 0;
    *out = r;
    return OK;
}

/* ---- files */

struct reading {
    struct ctx *ctx;
    FILE *file;
    const char *name;
    struct eta_csv csv;
    bool header;
    struct buf buf;
    eta_csv_each_fn *each;
    void *user;
};

static size_t lines_in(struct str s)
{
    size_t n = 0;
    for (const char *p = s.p; p != NULL && (p = memchr(p, '\n', s.n - (size_t)(p - s.p))) != NULL; p++)
        n++;
    return n;
}

static enum err take_row(struct reading *r, struct str row)
{
    struct eta_csv_row out;
    if (!r->header) {
        r->header = true;
        return eta_csv_header(r->ctx, row, &r->csv);
    }
    if (str_empty(str_trim(row)))
        return OK;
    enum err e = eta_csv_row(r->ctx, &r->csv, row, &out);
    return e == OK ? r->each(r->user, &r->csv, &out) : e;
}

/* The whole rows of what was read; what is left begins a row. */
static enum err take_rows(struct reading *r, bool last)
{
    struct str rest = buf_str(&r->buf), row;
    enum err e = OK;
    while (e == OK && rest.n > 0) {
        struct str before = rest;
        if (!csv_row(&rest, &row))
            break;
        if (rest.n == 0 && !last && before.p[before.n - 1] != '\n') {
            rest = before;
            break;
        }
        e = take_row(r, row);
        r->csv.line += lines_in(str_sub(before, 0, before.n - rest.n));
    }
    if (e == OK && rest.n > 0 && rest.n >= ETA_CSV_ROW_MAX)
        e = ctx_fail(r->ctx, ERR_LIMIT, "line %zu: a row over %zu bytes; does a quoted field not end?", r->csv.line, ETA_CSV_ROW_MAX);
    if (e == OK && rest.n > 0)
        memmove(r->buf.p, rest.p, rest.n);
    r->buf.n = rest.n;
    return e;
}

enum err eta_csv_each(struct ctx *ctx, FILE *f, const char *name, eta_csv_each_fn *each, void *user)
{
    struct reading r = {.ctx = ctx, .file = f, .name = name, .csv = {.line = 1}, .each = each, .user = user};
    enum err e = OK;
    size_t got;
    buf_init(&r.buf, ETA_CSV_ROW_MAX * 2 + 1);
    do {
        char *p = buf_reserve(&r.buf, ETA_CSV_ROW_MAX);
        if (p == NULL) {
            e = ERR_MEMORY;
            break;
        }
        got = fread(p, 1, ETA_CSV_ROW_MAX, f);
        r.buf.n += got;
        e = ferror(f) != 0 ? ctx_fail(ctx, ERR_IO, "%s: cannot be read", name) : take_rows(&r, got == 0);
    } while (e == OK && got > 0);
    buf_clear(&r.buf);
    if (e == OK && !r.header)
        e = ctx_fail(ctx, ERR_PARSE, "%s: empty: a header row is needed", name);
    return e;
}

/* ---- writing */

void eta_csv_time(struct buf *out, const struct eta_csv_row *row, int64_t utc_us, bool date)
{
    enum when_kind kind = row->ordered_kind != WHEN_NONE ? row->ordered_kind : row->handed_kind;
    bool local = date || kind != WHEN_UTC;
    if (utc_us == ETA_NONE)
        return;
    struct civil c = civil_from_us(local ? utc_us + row->row.zone_s * US_PER_S : utc_us);
    buf_fmt(out, "%04d-%02d-%02d", c.year, c.month, c.day);
    if (!date)
        buf_fmt(out, "%c%02d:%02d:%02d%s", kind == WHEN_UTC ? 'T' : ' ', c.hour, c.min, c.sec, local ? "" : "Z");
}

void eta_csv_text(struct buf *out, struct str s)
{
    bool quote = false;
    for (size_t i = 0; i < s.n; i++)
        quote = quote || s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == ';';
    if (!quote) {
        buf_add(out, s);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, s.p[i]);
    }
    buf_addc(out, '"');
}
