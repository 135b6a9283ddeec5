/*
 * What a row looks like to the fit: words become hashes, postal codes become prefixes of three lengths, times become the
 * destination's wall clock in seconds. A word that is not given is a group of its own ("not named").
 */
#include <math.h>

#include "mind/eta_int.h"
#include "mind/eta_prefix.h"

#define US_PER_SECOND INT64_C(1000000)
#define HOUR_S INT64_C(3600)
#define PREFIXES 3

#define A1(a) (1U << ETA_##a)
#define A2(a, b) (A1(a) | A1(b))
#define A3(a, b, c) (A2(a, b) | A1(c))
#define A4(a, b, c, d) (A2(a, b) | A2(c, d))
const struct eta_term ETA_TERM_TABLE[ETA_TERMS] = {
#define L ETA_LOC
#define S ETA_SCALE
#define N ETA_NEVER
#define H (1U << ETA_HANDOVER)
#define T (1U << ETA_TRANSIT)
#define A (1U << ETA_TOTAL)
#define ETA_TERM(name, atoms, uses, stages) {atoms, uses, stages},
#include "mind/eta_term.def"
#undef ETA_TERM
#undef L
#undef S
#undef N
#undef H
#undef T
#undef A
};

static uint64_t mix(uint64_t h)
{
    h ^= h >> 30;
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 27;
    h *= UINT64_C(0x94d049bb133111eb);
    return h ^ h >> 31;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint64_t word_hash(struct str s)
{
    char w[ETA_WORD_MAX];
    s = str_trim(s);
    size_t n = s.n < sizeof(w) ? s.n : sizeof(w);
    for (size_t i = 0; i < n; i++)
        w[i] = lower(s.p[i]);
    return mix(str_hash((struct str){w, n}));
}

/* Codes of countries whose codes are digits of fixed lengths: one that a spreadsheet shortened gets its zero back. */
static size_t missing_zero(const char country[2], const char *code, size_t n)
{
    static const struct {
        char country[3], length[3];
    } FIXED[] = {{"BR", "58"}, {"US", "5"}, {"DE", "5"}, {"FR", "5"}, {"ES", "5"}, {"IT", "5"}, {"MX", "5"}, {"FI", "5"}, {"EE", "5"},
                 {"AU", "4"}, {"NO", "4"}, {"DK", "4"}, {"JP", "37"}, {"TR", "5"}, {"PL", "5"}, {"IN", "6"}, {"PT", "47"}, {"MY", "5"}};
    for (size_t i = 0; i < n; i++)
        if (!is_digit(code[i]))
            return 0;
    for (size_t i = 0; i < sizeof(FIXED) / sizeof(FIXED[0]); i++) {
        if (memcmp(FIXED[i].country, country, 2) != 0)
            continue;
        size_t a = (size_t)(FIXED[i].length[0] - '0'), b = FIXED[i].length[1] == '\0' ? a : (size_t)(FIXED[i].length[1] - '0');
        return n > 0 && n != a && n != b && (n + 1 == a || n + 1 == b) ? 1 : 0;
    }
    return 0;
}

/* Letters and digits only, upper case; gives how many. */
static size_t plain_code(const char country[2], struct str code, char out[ETA_WORD_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < code.n && n < ETA_WORD_MAX && code.p[i] != '.'; i++) {
        char c = upper(code.p[i]);
        if (is_digit(c) || (c >= 'A' && c <= 'Z'))
            out[n++] = c;
    }
    if (missing_zero(country, out, n) > 0) {
        memmove(out + 1, out, n);
        out[0] = '0';
        n++;
    }
    return n;
}

/* Lengths of the three prefixes: area, district and town; in Britain and Ireland the area is one or two letters. */
static void prefix_lengths(const char country[2], const char *code, size_t n, size_t length[PREFIXES])
{
    bool british = memcmp(country, "GB", 2) == 0;
    length[0] = 1;
    length[1] = 2;
    length[2] = 3;
    if (british) {
        length[0] = n > 1 && !is_digit(code[1]) ? 2 : 1;
        length[1] = n >= 5 ? n - 3 : n;
        length[2] = length[1] + 1;
    }
    for (size_t i = 0; i < PREFIXES; i++)
        length[i] = length[i] < n ? length[i] : n;
}

static void place_atoms(struct str country, struct str code, uint64_t *whole, uint64_t *parts, char out[2], char area[4])
{
    char text[ETA_WORD_MAX + 1];
    size_t length[PREFIXES];
    country = str_trim(country);
    out[0] = country.n == 2 ? upper(country.p[0]) : '\0';
    out[1] = country.n == 2 ? upper(country.p[1]) : '\0';
    size_t n = plain_code(out, code, text);
    prefix_lengths(out, text, n, length);
    *whole = mix(str_hash((struct str){out, 2}));
    for (size_t i = 0; i < length[0] && i < 3; i++)
        area[i] = text[i];
    for (size_t i = 0; i < PREFIXES; i++)
        parts[i] = mix(str_hash_add(*whole + i, (struct str){text, length[i]}));
}

size_t eta_prefix(struct str country, struct str code, size_t level, char out[ETA_WORD_MAX + 1])
{
    char c[2] = {0};
    size_t length[PREFIXES];
    country = str_trim(country);
    if (country.n == 2) {
        c[0] = upper(country.p[0]);
        c[1] = upper(country.p[1]);
    }
    size_t n = plain_code(c, code, out);
    prefix_lengths(c, out, n, length);
    return length[level];
}

static int64_t wall(int64_t us, int32_t zone_s)
{
    if (us == ETA_NONE)
        return ETA_NONE;
    return us / US_PER_SECOND - (us % US_PER_SECOND < 0) + zone_s;
}

void eta_obs_of(const struct eta_row *row, struct eta_obs *out)
{
    char from[4];
    memset(out, 0, sizeof(*out));
    out->id = str_empty(row->order_id) ? 0 : str_hash(row->order_id);
    out->atom[ETA_CARRIER] = word_hash(row->carrier);
    out->atom[ETA_SERVICE] = word_hash(row->service);
    place_atoms(row->origin_country, row->origin_postal, &out->atom[ETA_OC], &out->atom[ETA_O1], out->origin, from);
    place_atoms(row->dest_country, row->dest_postal, &out->atom[ETA_DC], &out->atom[ETA_D1], out->dest, out->area);
    out->zone_s = row->zone_s;
    out->ordered = wall(row->ordered_us, row->zone_s);
    out->handed = wall(row->handed_us, row->zone_s);
    out->promised = wall(row->promised_us, row->zone_s);
    out->delivered = wall(row->delivered_us, row->zone_s);
}

/* ---- seen from the begin of a stage */

static uint64_t bin(double v, const double *edges, size_t n)
{
    size_t i = 0;
    while (i < n && v >= edges[i])
        i++;
    return i + 2;
}

/*
 * What is assumed before the history says anything (docs/eta.md): 1.5 days until the hand-over; 3 days in one country, 9 between
 * two, 4 where that is not known; and of a promise, its length to the power of 0.6 scaled so that one of 7 days (15 between two
 * countries) means these.
 */
static double assumed(const struct eta_obs *o, enum eta_stage_id stage, double lead)
{
    static const double HANDOVER = 1.5, DOMESTIC = 3.0, ABROAD = 9.0, UNKNOWN = 4.0;
    bool known = o->origin[0] != '\0' && o->dest[0] != '\0', same = known && memcmp(o->origin, o->dest, 2) == 0;
    double transit = !known ? UNKNOWN : same ? DOMESTIC : ABROAD, usual = known && !same ? 15.0 : 7.0;
    double days = stage == ETA_HANDOVER ? HANDOVER : stage == ETA_TRANSIT ? transit : HANDOVER + transit;
    if (!isnan(lead) && stage != ETA_HANDOVER)
        days *= pow((lead < 1 ? 1 : lead > 120 ? 120 : lead) / usual, 0.6);
    return log(days + eta_shift_of(stage));
}

double eta_shift_of(enum eta_stage_id stage)
{
    return stage == ETA_HANDOVER ? 0.25 : 0.5;
}

static uint64_t weeks_back(int64_t begin, int64_t as_of, int64_t days, uint64_t max)
{
    int64_t n = begin >= as_of ? 0 : (as_of - begin) / (days * ETA_DAY_S);
    return (uint64_t)n < max ? (uint64_t)n : max;
}

bool eta_point_of(const struct eta_obs *o, enum eta_stage_id stage, int64_t handed, int64_t as_of, struct eta_point *out)
{
    static const double LEAD[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 23, 26, 30, 34, 38, 43, 50, 60, 80};
    static const double HANDLED[] = {0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30};
    int64_t begin = stage == ETA_TRANSIT ? handed : o->ordered;
    if (begin == ETA_NONE)
        return false;
    memcpy(out->atom, o->atom, sizeof(o->atom));
    int64_t day = begin / ETA_DAY_S - (begin % ETA_DAY_S < 0), second = begin - day * ETA_DAY_S;
    int64_t wday = ((day + 3) % 7 + 7) % 7;
    double lead = o->promised == ETA_NONE ? NAN : (double)(o->promised - begin) / (double)ETA_DAY_S;
    bool since_order = stage == ETA_TRANSIT && o->ordered != ETA_NONE;
    out->begin = begin;
    out->offset = assumed(o, stage, lead);
    out->atom[ETA_WDAY] = (uint64_t)wday + 2;
    out->atom[ETA_HOUR] = (uint64_t)(second / HOUR_S) + 2;
    out->atom[ETA_LEAD] = isnan(lead) ? 1 : bin(lead, LEAD, sizeof(LEAD) / sizeof(LEAD[0]));
    out->atom[ETA_LEAD_DAY] = isnan(lead) ? 1 : (uint64_t)((lead < -10 ? -10 : lead > 100 ? 100 : floor(lead)) + 20);
    double handled = since_order ? (double)(begin - o->ordered) / (double)ETA_DAY_S : 0;
    out->atom[ETA_HANDLED] = since_order ? bin(handled, HANDLED, sizeof(HANDLED) / sizeof(HANDLED[0])) : 1;
    out->atom[ETA_WEEK] = as_of == ETA_NONE ? 0 : weeks_back(begin, as_of, 7, ETA_WEEKS_MAX);
    out->atom[ETA_EPOCH] = as_of == ETA_NONE ? 0 : weeks_back(begin, as_of, ETA_EPOCH_DAYS, 1000);
    int64_t year_day = day - (day / 1461 * 1461) + (day % 1461 < 0 ? 1461 : 0); /* within four years from 1970 on */
    static const int64_t YEAR[] = {0, 365, 730, 1096};
    int y = 3;
    while (year_day < YEAR[y])
        y--;
    int64_t week = (year_day - YEAR[y]) / 7;
    out->season = (int)(week < ETA_SEASONS ? week : ETA_SEASONS - 1);
    return true;
}

uint64_t eta_key(enum eta_stage_id stage, size_t term, const uint64_t atom[ETA_ATOMS])
{
    uint64_t h = mix((uint64_t)(term * ETA_STAGES + stage) + UINT64_C(0x9e3779b97f4a7c15));
    uint32_t atoms = ETA_TERM_TABLE[term].atoms;
    for (uint32_t a = 0; atoms != 0; a++, atoms >>= 1)
        if ((atoms & 1) != 0)
            h = mix(h + atom[a] * UINT64_C(0x9e3779b97f4a7c15) + a);
    return h == 0 ? 1 : h;
}
