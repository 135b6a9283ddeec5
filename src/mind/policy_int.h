/* Inside of reading a policy: policy_parse.c (the file, rules, steps), policy_cond.c (conditions), policy_grant.c (grants). */
#ifndef WISMO_MIND_POLICY_INT_H
#define WISMO_MIND_POLICY_INT_H

#include "base/yaml.h"
#include "mind/policy.h"

struct policy_reader {
    struct ctx *ctx;
    struct findings *findings;
    struct policy *pol;
    bool no_memory;
};

/* pol_say: a finding at a value; pol_say_key: at its name. hint may be NULL. */
void pol_say(struct policy_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
void pol_say_key(struct policy_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
void *pol_alloc(struct policy_reader *r, size_t n, size_t size);
/* pol_unknown: "rules: there is no X", with the word that is nearest. */
void pol_unknown(struct policy_reader *r, const struct yaml *at, const char *what, struct str got, const char *(*word)(const void *list, size_t i),
                 const void *list, size_t n);
bool pol_is_map(struct policy_reader *r, const struct yaml *v, const char *what);
bool pol_text(struct policy_reader *r, const struct yaml *v, const char *what, struct str *out);
bool pol_int(struct policy_reader *r, const struct yaml *v, const char *what, int64_t min, int64_t max, int64_t *out);
/* pol_money: "40.00" or "40.00 EUR", not negative. */
bool pol_money(struct policy_reader *r, const struct yaml *v, const char *what, int64_t *out);
/* pol_words: a word, or a list of words, each given to take. */
void pol_words(struct policy_reader *r, const struct yaml *v, const char *what, void (*take)(struct policy_reader *r, const struct yaml *v, void *to),
               void *to);

/* pol_read_when: the conditions of a rule. pol_read_grants: the map `grants`. */
void pol_read_when(struct policy_reader *r, const struct yaml *v, struct policy_rule *rule);
void pol_grants_init(struct policy *pol);
void pol_read_grants(struct policy_reader *r, const struct yaml *v);
const char *pol_class_name(const void *list, size_t i);
const char *pol_capability_name(const void *list, size_t i);

#endif
