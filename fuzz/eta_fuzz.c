/* The delivery estimate's two inputs: a model's file and a row of orders. A file that is taken gives ordered estimates. */
#include "fuzz.h"

#include "cli/eta_csv.h"

static void try_model(struct ctx *ctx, struct str file)
{
    struct eta_model *m = NULL;
    struct eta_estimate e;
    if (eta_model_read(ctx, file, &m) != OK)
        return;
    struct eta_row row = {.dest_country = STR("DE"), .dest_postal = STR("10115"), .ordered_us = INT64_C(1700000000000000), .handed_us = ETA_NONE,
                          .promised_us = ETA_NONE, .delivered_us = ETA_NONE};
    eta_predict(m, &row, ETA_NONE, &e);
    FUZZ_CHECK(!e.known || (e.p10_us <= e.p50_us && e.p50_us <= e.p90_us));
}

static void try_csv(struct ctx *ctx, struct str text)
{
    struct eta_csv csv;
    struct eta_csv_row row;
    struct eta_obs obs;
    struct str line;
    if (!str_split(&text, '\n', &line) || eta_csv_header(ctx, line, &csv) != OK)
        return;
    while (str_split(&text, '\n', &line))
        if (eta_csv_row(ctx, &csv, line, &row) == OK)
            eta_obs_of(&row.row, &obs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct arena *a = arena_new((size_t)512 << 20);
    if (a == NULL)
        return 0;
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    try_model(&ctx, (struct str){(const char *)data, n});
    try_csv(&ctx, (struct str){(const char *)data, n});
    arena_free(a);
    return 0;
}
