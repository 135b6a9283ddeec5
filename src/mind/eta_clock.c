/*
 * Working time: a clock that runs as fast as events usually happen. Each hour of the week counts for its share of a usual week's
 * deliveries (or hand-overs), so that a Sunday without deliveries takes no time, and an estimate never falls into a night or a
 * holiday where nothing comes. A holiday of the country counts like its quietest day of the week. Seven working days are one usual week.
 */
#include "mind/eta_int.h"

#include "base/calendar.h"

#define HOUR_S INT64_C(3600)
#define FLOOR 0.02 /* of an even share: no hour is impossible, so that the clock can be turned round */
#define HOLIDAY 7

static int64_t day_of(int64_t t)
{
    return t / ETA_DAY_S - (t % ETA_DAY_S < 0);
}

static int weekday_of(int64_t day)
{
    int64_t d = (day + 3) % 7;
    return (int)(d < 0 ? d + 7 : d);
}

void eta_clock_count(double hours[168], int64_t t)
{
    int64_t day = day_of(t);
    hours[weekday_of(day) * 24 + (int)((t - day * ETA_DAY_S) / HOUR_S)] += 1;
}

void eta_clock_set(struct eta_clock *c, const double hours[168], const struct eta_clock *of, double weight)
{
    double sum = 0;
    for (size_t i = 0; i < 168; i++)
        sum += hours[i];
    for (size_t i = 0; i < 168; i++) {
        double drawn = (of == NULL ? 1.0 : (double)of->share[i]) * weight / 168.0;
        double share = (hours[i] + drawn) * 168.0 / (sum + weight);
        c->share[i] = (float)((share + FLOOR) / (1.0 + FLOOR));
    }
}

static int type_of(const struct eta_clock *c, const struct calendar *cal, int64_t day)
{
    bool off = c->country[0] != '\0' && !str_empty(calendar_holiday_name(cal, day));
    return off ? HOLIDAY : weekday_of(day);
}

enum err eta_clock_build(struct ctx *ctx, struct eta_clock *c, int64_t first_day, int64_t days_n)
{
    struct calendar cal = {.country = {c->country, c->country[0] == '\0' ? 0 : 2}};
    int quiet = 6;
    for (int d = 0; d < 7; d++) {
        c->upto[d][0] = 0;
        for (int h = 0; h < 24; h++)
            c->upto[d][h + 1] = c->upto[d][h] + (double)c->share[d * 24 + h] / 24.0;
    }
    for (int d = 0; d < 7; d++)
        quiet = c->upto[d][24] < c->upto[quiet][24] ? d : quiet;
    memcpy(c->upto[HOLIDAY], c->upto[quiet], sizeof(c->upto[HOLIDAY]));
    c->days_n = days_n < 1 ? 1 : days_n > ETA_CLOCK_DAYS ? ETA_CLOCK_DAYS : days_n;
    c->first_day = first_day;
    c->begin = ctx_alloc(ctx, (size_t)(c->days_n + 1) * sizeof(double));
    if (c->begin == NULL)
        return ERR_MEMORY;
    for (int64_t i = 0; i < c->days_n; i++)
        c->begin[i + 1] = c->begin[i] + c->upto[type_of(c, &cal, first_day + i)][24];
    return OK;
}

/* The type of a day inside the range, from what it counts for; the calendar was asked once, when the clock was built. */
static int known_type(const struct eta_clock *c, int64_t i)
{
    int wd = weekday_of(c->first_day + i);
    double took = c->begin[i + 1] - c->begin[i], usual = c->upto[wd][24];
    double off = took - usual;
    return off > 1e-6 || off < -1e-6 ? HOLIDAY : wd;
}

double eta_clock_at(const struct eta_clock *c, int64_t t)
{
    int64_t day = day_of(t), i = day - c->first_day;
    if (i < 0)
        return (double)(t - c->first_day * ETA_DAY_S) / (double)ETA_DAY_S;
    if (i >= c->days_n)
        return c->begin[c->days_n] + (double)(t - (c->first_day + c->days_n) * ETA_DAY_S) / (double)ETA_DAY_S;
    int64_t second = t - day * ETA_DAY_S, hour = second / HOUR_S;
    const double *upto = c->upto[known_type(c, i)];
    return c->begin[i] + upto[hour] + (upto[hour + 1] - upto[hour]) * (double)(second - hour * HOUR_S) / (double)HOUR_S;
}

int64_t eta_clock_when(const struct eta_clock *c, double work)
{
    if (work < 0)
        return c->first_day * ETA_DAY_S + (int64_t)(work * (double)ETA_DAY_S);
    if (work >= c->begin[c->days_n])
        return (c->first_day + c->days_n) * ETA_DAY_S + (int64_t)((work - c->begin[c->days_n]) * (double)ETA_DAY_S);
    int64_t lo = 0, hi = c->days_n;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (c->begin[mid] <= work)
            lo = mid;
        else
            hi = mid;
    }
    const double *upto = c->upto[known_type(c, lo)];
    double left = work - c->begin[lo];
    int hour = 0;
    while (hour < 23 && upto[hour + 1] <= left)
        hour++;
    double width = upto[hour + 1] - upto[hour];
    double part = width > 0 ? (left - upto[hour]) / width : 0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return (c->first_day + lo) * ETA_DAY_S + hour * HOUR_S + (int64_t)(part * (double)HOUR_S);
}

const struct eta_clock *eta_clock_of(const struct eta_clocks *cs, const char country[2])
{
    for (size_t i = 1; i < cs->n; i++)
        if (memcmp(cs->list[i].country, country, 2) == 0)
            return &cs->list[i];
    return &cs->list[0];
}
