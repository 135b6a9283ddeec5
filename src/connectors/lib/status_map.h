/*
 * Vendor codes to our statuses. data/status/<carrier>.tsv: code, status, reason, our own short plain words. Rows are sorted.
 * Lookup is exact, never by substring (UNDELIVERED contains DELIVERED). Unknown stays PARCEL_UNKNOWN with the raw word kept.
 */
#ifndef WISMO_CONNECTORS_LIB_STATUS_MAP_H
#define WISMO_CONNECTORS_LIB_STATUS_MAP_H

#include "model/vocab.h"

struct status_row {
    struct str code, words;
    enum parcel_status status;
    enum reason reason;
};

/* status_find: table is the file's name without .tsv (a literal: kept); code whole, ASCII case ignored. false: not mapped. */
bool status_find(const char *table, struct str code, struct status_row *out);
/* status_find_prefixed: the same for prefix group and code, "type:" + "I", without building the string. */
bool status_find_prefixed(const char *table, const char *prefix, struct str code, struct status_row *out);

#endif
