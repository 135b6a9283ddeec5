/* Names that a flat row may have: a fact's fields, and those of its parts behind a dot. See fact_json.h. */
#include "model/fact_fields.h"

static const char *const PLACE[] = {"city", "region", "postal_code", "country", NULL};
static const char *const ADDRESS[] = {"name", "line1", "line2", "city", "region", "postal_code", "country", "phone", NULL};
static const char *const ITEM[] = {"item_id", "sku", "title", "quantity", "price_minor", "ships", NULL};
static const char *const PARCEL[] = {"carrier", "tracking_number", "url", NULL};

static const char *const *parts_of(enum field_type type)
{
    return type == F_PLACE ? PLACE : type == F_ADDRESS ? ADDRESS : type == F_ITEMS ? ITEM : type == F_PARCELS ? PARCEL : NULL;
}

static void add(struct str_list *list, struct str name)
{
    if (list->n < list->cap && !str_empty(name))
        list->p[list->n++] = name;
}

static void add_fields(struct arena *a, const struct field *fd, struct str_list *list)
{
    for (; fd != NULL && fd->name != NULL; fd++) {
        const char *const *part = parts_of(fd->type);
        if (fd->type == F_WHEN) {
            add(list, arena_fmt(a, "%s_at", fd->name));
            add(list, arena_fmt(a, "%s_local", fd->name));
        } else if (part == NULL || fd->type == F_ITEMS || fd->type == F_PARCELS) { /* these have a short form of their own */
            add(list, str_of(fd->name));
        }
        for (; part != NULL && *part != NULL; part++)
            add(list, arena_fmt(a, "%s.%s", fd->name, *part));
    }
}

enum err fact_columns(struct ctx *ctx, enum fact_kind kind, struct str_list *list)
{
    if (list->p == NULL) {
        list->cap = FACT_COLUMNS_MAX;
        list->p = ctx_alloc(ctx, list->cap * sizeof(*list->p));
    }
    if (list->p == NULL)
        return ERR_MEMORY;
    add_fields(ctx->arena, fact_fields(kind), list);
    add_fields(ctx->arena, fact_common_fields, list);
    add(list, STR("kind"));
    return ctx_whole(ctx, OK);
}
