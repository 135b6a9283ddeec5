/* Fields of facts as JSON: the tables that fact_json.c writes by and fact_json_read.c reads by, fact_columns.c lists. Theirs alone. */
#ifndef WISMO_MODEL_FACT_FIELDS_H
#define WISMO_MODEL_FACT_FIELDS_H

#include "model/fact_json.h"

enum field_type { F_STR, F_NUMBER, F_I64, F_COUNT, F_MONEY, F_BOOL, F_TIME, F_WHEN, F_PLACE, F_ADDRESS, F_ITEMS, F_PARCELS, F_ENUM };

enum field_flag {
    DOC = 1,      /* documented: null when empty in the full form */
    PERSONAL = 2, /* sealed apart */
    NEED = 4,     /* must be there */
    CODE = 8      /* currency code */
};

struct vocab {
    const char *(*word)(int v);
    bool (*parse)(struct str word, int *out);
    const char *what;
};

struct field {
    const char *name;
    size_t at;
    enum field_type type;
    unsigned flags;
    const struct vocab *vocab;
};

/* Lists as they stand in the structs: pointer, then count. */
struct items {
    const struct fact_item *p;
    size_t n;
};
struct parcels {
    const struct parcel_ref *p;
    size_t n;
};

/* Of an inventory level: its sku is the vendor's item id, for the SKU is not known. */
#define FACT_SKU_IS_REF "sku_is_item_ref"

/* fact_fields: the table of a kind, ends with name NULL; NULL: the kind has no JSON form of its own. */
const struct field *fact_fields(enum fact_kind kind);
extern const struct field fact_common_fields[];

#endif
