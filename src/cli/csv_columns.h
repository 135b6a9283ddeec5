/*
 * The header of a CSV file, before any row is read: a column that stands twice, or beside its own parts, is an error; one that nobody
 * reads is told with the name that is most like it, so that a misspelt column does not vanish without a word.
 */
#ifndef WISMO_CLI_CSV_COLUMNS_H
#define WISMO_CLI_CSV_COLUMNS_H

#include "base/json.h"
#include "connectors/connector.h"

#define CSV_IGNORED_MAX 200

struct csv_ignored {
    struct str file, column;
    struct str near;     /* of the names that are read, the most like it; empty: none is */
    size_t at;           /* from 1 */
    bool wanted;         /* the other way round: the mapping reads it, the file does not have it */
};
struct csv_report {
    struct csv_ignored *list; /* in the arena of the ctx it was checked with */
    size_t n;
};

/*
 * csv_columns_check: adds what the header of one more file has; texts of file and header outlive the report.
 * Errs: ERR_PARSE naming the column and where it stands, ERR_LIMIT too many of them
 */
MUST_CHECK enum err csv_columns_check(struct ctx *ctx, const struct account *acct, struct str file, struct str header, struct csv_report *report);
/* csv_columns_json: members ignored_columns [...] of an open object. csv_ignored_words: one line of the report, in the arena. */
void csv_columns_json(struct jw *w, const struct csv_report *report);
struct str csv_ignored_words(struct arena *a, const struct csv_ignored *c);

#endif
