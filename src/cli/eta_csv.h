/*
 * Orders as plain CSV for the delivery estimate: a header row, columns in any order, others ignored. Times are RFC 3339 with an
 * offset; or a wall clock without one, which is the destination's (its country's most likely zone, UTC where no country is
 * given); or a date: noon of that day, for a promise its end. See docs/eta.md.
 */
#ifndef WISMO_CLI_ETA_CSV_H
#define WISMO_CLI_ETA_CSV_H

#include <stdio.h>

#include "base/timefmt.h"
#include "mind/eta.h"

#define ETA_CSV_ROW_MAX ((size_t)1 << 20)
#define ETA_CSV_FIELDS_MAX 512

enum eta_column {
    ETA_COL_ORDER_ID, ETA_COL_CARRIER, ETA_COL_SERVICE, ETA_COL_ORIGIN_COUNTRY, ETA_COL_ORIGIN_POSTAL, ETA_COL_DEST_COUNTRY,
    ETA_COL_DEST_POSTAL, ETA_COL_ORDERED, ETA_COL_HANDED, ETA_COL_PROMISED, ETA_COL_DELIVERED, ETA_COLUMNS
};

struct eta_csv {
    int column[ETA_COLUMNS]; /* where it stands; -1: not there */
    char separator;
    size_t line;             /* of the row that is read */
    char letters[2];         /* the last country asked for */
    bool has_country;
    struct str zone;         /* its zone; the name lives as long as the process */
};
struct eta_csv_row {
    struct eta_row row;      /* texts look into the row that was read, or the arena */
    enum when_kind ordered_kind, handed_kind, delivered_kind;
};

/* eta_csv_header: Errs: ERR_PARSE a column twice; no order_id; neither ordered_at nor handed_over_at. */
MUST_CHECK enum err eta_csv_header(struct ctx *ctx, struct str header, struct eta_csv *out);
/* eta_csv_row: Errs: ERR_PARSE, ERR_LIMIT; the words name line and column. Takes memory from ctx's arena for quoted quotes only. */
MUST_CHECK enum err eta_csv_row(struct ctx *ctx, struct eta_csv *csv, struct str text, struct eta_csv_row *out);

/* eta_csv_each: reads a whole file and calls back for each row; empty lines are skipped. Errs: these, ERR_IO, what each gives. */
typedef enum err eta_csv_each_fn(void *user, const struct eta_csv *csv, const struct eta_csv_row *row);
MUST_CHECK enum err eta_csv_each(struct ctx *ctx, FILE *f, const char *name, eta_csv_each_fn *each, void *user);

/* eta_csv_time: a time in the row's own form: a date, a wall clock without offset, or RFC 3339 in UTC. Appended to out. */
void eta_csv_time(struct buf *out, const struct eta_csv_row *row, int64_t utc_us, bool date);
/* eta_csv_text: a field, quoted where it must be. */
void eta_csv_text(struct buf *out, struct str s);

#endif
