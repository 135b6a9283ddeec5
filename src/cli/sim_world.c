/* See sim_world.h. */
#include "cli/sim_world.h"

#include <stddef.h>

#include "base/zone.h"
#include "flows/config_read.h"

#define END {.name = NULL}
#define TEXT(type, field) {.name = #field, .kind = CFG_TEXT, .required = true, .at = offsetof(struct type, field)}
#define NUMBER(type, field, lo, hi, d) {.name = #field, .kind = CFG_INT, .at = offsetof(struct type, field), .min = (lo), .max = (hi), .def = (d)}
#define FLAG(type, field) {.name = #field, .kind = CFG_BOOL, .at = offsetof(struct type, field), .def = "false"}

static void lane_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct sim_lane *lane = base;
    int32_t offset_s = 0;
    if (lane->leg_p90 <= lane->leg_p50)
        cfg_say(r, FINDING_ERROR, v, NULL, "leg_p90: has to be more than leg_p50");
    if (zone_offset(lane->zone, 0, &offset_s) != OK)
        cfg_say(r, FINDING_ERROR, v, "write it like Europe/Berlin", "zone: there is no time zone \"%.*s\"", STR_ARG(lane->zone));
    lane->cal = (struct calendar){.country = lane->country, .region = lane->region, .saturday_works = lane->saturday};
}

static const struct cfg_row LANE_ROWS[] = {
    TEXT(sim_lane, name), TEXT(sim_lane, carrier), TEXT(sim_lane, service), TEXT(sim_lane, country), TEXT(sim_lane, region),
    TEXT(sim_lane, city), TEXT(sim_lane, zone),
    NUMBER(sim_lane, share, 1, 10000, "1"), NUMBER(sim_lane, legs, 1, 20, "4"), NUMBER(sim_lane, leg_p50, 1, 500, "12"),
    NUMBER(sim_lane, leg_p90, 2, 1000, "20"), NUMBER(sim_lane, missing_percent, 0, 90, "0"),
    NUMBER(sim_lane, promise_days, 1, 60, "7"), NUMBER(sim_lane, gap_limit, 1, 1000, "48"),
    FLAG(sim_lane, saturday), FLAG(sim_lane, customs), FLAG(sim_lane, cod), END};
static const struct cfg_table LANE = {LANE_ROWS, sizeof(struct sim_lane), false, NULL, lane_check};

static const struct cfg_row STORM_ROWS[] = {TEXT(sim_storm, country), NUMBER(sim_storm, from_day, 0, 3650, "0"),
                                            NUMBER(sim_storm, days, 1, 60, "1"), NUMBER(sim_storm, delay, 1, 500, "24"), END};
static const struct cfg_table STORM = {STORM_ROWS, sizeof(struct sim_storm), false, NULL, NULL};

static const struct cfg_row FATE_ROWS[] = {
#define X(NAME, word) {.name = #word, .kind = CFG_INT, .at = sizeof(int) * FATE_##NAME, .max = 10000, .def = "0"},
    SIM_FATES(X)
#undef X
    END};
static const struct cfg_table FATES = {FATE_ROWS, sizeof(int) * FATE_FINE, false, NULL, NULL};

#define ASK(what, lo, hi)                                                                                              \
    {.name = #what "_p50", .kind = CFG_INT, .at = offsetof(struct sim_world, what.p50), .min = 1, .max = 10000, .def = (lo)},      \
        {.name = #what "_p90", .kind = CFG_INT, .at = offsetof(struct sim_world, what.p90), .min = 2, .max = 10000, .def = (hi)}
static const struct cfg_row ASK_ROWS[] = {ASK(silence, "100", "170"), ASK(order, "120", "200"), ASK(promise, "14", "40"),
                                          ASK(event, "16", "48"), END};
static const struct cfg_table ASKS = {ASK_ROWS, sizeof(struct sim_world), false, NULL, NULL};

static void read_start(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct str text;
    struct when w;
    if (!cfg_text(r, v, &text))
        return;
    if (when_parse(text, &w) != OK || w.kind != WHEN_DATE)
        cfg_say(r, FINDING_ERROR, v, "write it like 2026-03-02", "start: expected a date, got \"%.*s\"", STR_ARG(text));
    else
        ((struct sim_world *)base)->start_day = civil_day(w.local_us);
}

static void world_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct sim_world *w = base;
    int fated = 0;
    int32_t offset_s = 0;
    for (int f = 0; f < FATE_FINE; f++)
        fated += w->fates[f];
    if (fated > 10000)
        cfg_say(r, FINDING_ERROR, yaml_get(v, "fates"), NULL, "fates: they add up to %d of 10,000 parcels", fated);
    if (w->lanes_n == 0)
        cfg_say(r, FINDING_ERROR, v, NULL, "lanes: there is none");
    if (zone_offset(w->home_zone, 0, &offset_s) != OK)
        cfg_say(r, FINDING_ERROR, v, NULL, "home_zone: there is no time zone \"%.*s\"", STR_ARG(w->home_zone));
    const struct {
        const char *name;
        int p50, p90;
    } PAIRS[] = {{"handling", w->handling_p50, w->handling_p90}, {"pickup", w->pickup_p50, w->pickup_p90},
                 {"silence", w->silence.p50, w->silence.p90},    {"order", w->order.p50, w->order.p90},
                 {"promise", w->promise.p50, w->promise.p90},    {"event", w->event.p50, w->event.p90}};
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++)
        if (PAIRS[i].p90 <= PAIRS[i].p50)
            cfg_say(r, FINDING_ERROR, v, NULL, "%s_p90: has to be more than %s_p50", PAIRS[i].name, PAIRS[i].name);
    for (size_t i = 0; i < w->lanes_n; i++)
        w->shares += w->lanes[i].share;
    w->home_cal = (struct calendar){.country = w->home_country};
}

static const struct cfg_row WORLD_ROWS[] = {
    {.name = "start", .kind = CFG_OTHER, .required = true, .read = read_start},
    TEXT(sim_world, home_country), TEXT(sim_world, home_zone),
    NUMBER(sim_world, sla_days, 0, 60, "3"), NUMBER(sim_world, handling_p50, 1, 1000, "12"),
    NUMBER(sim_world, handling_p90, 2, 2000, "36"), NUMBER(sim_world, pickup_p50, 1, 1000, "6"),
    NUMBER(sim_world, pickup_p90, 2, 2000, "20"), NUMBER(sim_world, pickup_limit, 1, 2000, "60"),
    NUMBER(sim_world, split_percent, 0, 100, "0"),
    {.name = "lanes", .kind = CFG_ITEMS, .at = offsetof(struct sim_world, lanes), .at_n = offsetof(struct sim_world, lanes_n), .sub = &LANE},
    {.name = "storms", .kind = CFG_ITEMS, .at = offsetof(struct sim_world, storms), .at_n = offsetof(struct sim_world, storms_n), .sub = &STORM},
    {.name = "fates", .kind = CFG_MAP, .at = offsetof(struct sim_world, fates), .sub = &FATES},
    {.name = "asks", .kind = CFG_MAP, .at = 0, .sub = &ASKS},
    END};
static const struct cfg_table WORLD = {WORLD_ROWS, sizeof(struct sim_world), false, NULL, world_check};

enum err sim_world_parse(struct ctx *ctx, struct str text, struct sim_world *out, struct findings *findings)
{
    struct cfg_reader r = {.ctx = ctx, .findings = findings};
    struct yaml_fault fault = {0};
    struct yaml *root = NULL;
    struct sim_world w = {0};
    *findings = (struct findings){0};
    enum err e = yaml_parse(ctx, text, &root, &fault);
    if (e == OK && (root == NULL || root->kind != YAML_MAP))
        e = ctx_fail(ctx, ERR_PARSE, "expected `name: value` lines");
    else if (e != OK && fault.message.n > 0)
        return ctx_fail(ctx, e, "line %d, column %d: %.*s", fault.line, fault.column, STR_ARG(fault.message));
    if (e != OK)
        return e;
    cfg_init(&r, &WORLD, &w);
    cfg_read(&r, &WORLD, root, &w);
    if (r.no_memory)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    if (findings->errors > 0)
        return ctx_fail(ctx, ERR_PARSE, "%zu error%s", findings->errors, findings->errors == 1 ? "" : "s");
    *out = w;
    return OK;
}
