/* See fill.h. */
#include "talk/fill.h"

#include "mind/template.h"

static struct str pair_value(void *user, struct str name)
{
    for (const struct fill_pair *p = user; p->name != NULL; p++)
        if (str_eq(name, str_of(p->name)))
            return p->value;
    return STR_NULL;
}

struct str fill_words(struct ctx *ctx, struct str lang, const char *key, struct fill_pair *pairs)
{
    const struct template_slots slots = {pair_value, pairs};
    return template_fill(ctx, words_find(lang, str_of(key)), &slots);
}
