/*
 * The words of a message: templates of data/messages/<language>.tsv filled with the figures of the case. What is rendered is
 * recorded; it holds nothing personal: the greeting with the name, the address and the way out are put around it when it is sent.
 */
#ifndef WISMO_MIND_MESSAGE_TEXT_H
#define WISMO_MIND_MESSAGE_TEXT_H

#include "mind/diagnosis.h"
#include "mind/message_policy.h"

struct message_input {
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct message_policy *policy;
    const struct told_entry *entry;
    int64_t now_us;
    struct str (*link)(struct ctx *ctx, struct str carrier, struct str number); /* the carrier's page of a parcel; NULL: none */
    struct str (*post)(struct str number, struct str country); /* who else follows the number at its destination; NULL: not known */
};

struct message_text {
    struct str language;
    struct str templates; /* version of the language's file */
    struct str subject, text, brief; /* brief: the short form, or what is said in a call */
};

/* message_render: in ctx's arena. Errs: ERR_PARSE a template is wrong; ERR_MEMORY. */
MUST_CHECK enum err message_render(struct ctx *ctx, const struct message_input *in, struct message_text *out);
/* message_words: the template of a key in a language, English where it lacks it; empty when there is none. */
struct str message_words(struct str language, struct str key);
/* message_template_check: a merchant's own text for a key. Errs: ERR_PARSE says what is wrong with the key, a name or the form. */
MUST_CHECK enum err message_template_check(struct ctx *ctx, struct str key, struct str text);
/* message_language: the language with templates that suits an order's locale ("de-AT": "de"), else the fallback, else English. */
struct str message_language(struct str locale, struct str fallback);
size_t message_languages(struct str out[], size_t max);
/* message_values: names that templates may use, for the documentation and the test of the templates. */
const char *const *message_value_names(size_t *n);

#endif
