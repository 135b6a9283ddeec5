/* Rows of a CSV file as far as cutting it into blocks needs: where rows end, which follow one another for the same order. */
#ifndef WISMO_CLI_CSV_ROWS_H
#define WISMO_CLI_CSV_ROWS_H

#include "connectors/connector.h"

/* csv_row: takes the next row off *rest, without its line end; a quoted field may hold line ends. false at the end. */
bool csv_row(struct str *rest, struct str *row);
/* csv_field: the i-th field of a row without its outer quotes; empty when there are fewer. */
struct str csv_field(struct str row, size_t i, char sep);
/* csv_separator: comma, semicolon or tab, whichever the header has most of, as the decoder takes it. */
char csv_separator(struct str header);
/* csv_key_column: the column that holds the order's id by the account's mapping (else "order_id"); -1: none. */
int csv_key_column(const struct account *acct, struct str header);
/* csv_group: the rows at the beginning of text that belong to one order: their bytes. 0 when text is empty. key < 0: one row. */
size_t csv_group(struct str text, int key, char sep);
/* csv_whole_groups: bytes of text up to where its last order begins; all of it when there is one order only. */
size_t csv_whole_groups(struct str text, int key, char sep);

#endif
