/*
 * How well messages are read that training never sees: nlu/test/<language>.tsv, a line each (intent, tab, message). A file says
 * itself what it must reach, and has at least six messages of each intent; <language>.<subject>.tsv are further ones on a few:
 *     # floors: right 0.72 language 0.90 false_action 0.03
 * right: share of messages whose first intent is the line's; language: of those known for the file's language; false_action: the
 * most that may be taken for a refund, a cancellation, a new address or a reshipment without being one.
 * NLU_VERBOSE=1 lists what is misread; NLU_LANGUAGE=de reads that file alone.
 */
#include "lib/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "talk/nlu/nlu.h"

struct floors {
    double right, language, false_action;
};

struct tally {
    size_t n, right, language, false_action, of[INTENT_COUNT], right_of[INTENT_COUNT];
};

static bool read_floors(const char *line, struct floors *out)
{
    return sscanf(line, "# floors: right %lf language %lf false_action %lf", &out->right, &out->language, &out->false_action) == 3;
}

static void read_message(struct fixture *f, const struct model *m, struct str line, struct str lang, struct tally *t)
{
    struct str label;
    struct nlu_result res;
    assert_true(str_split(&line, '\t', &label) && line.p != NULL);
    enum intent want = intent_from_word(label);
    if (want == INTENT_COUNT)
        fail_msg("%.*s: \"%.*s\" is no intent", STR_ARG(lang), STR_ARG(label));
    arena_reset(f->ctx.arena);
    assert_ok(&f->ctx, nlu_understand(&f->ctx, m, line, STR_NULL, &res));
    t->n++;
    t->of[want]++;
    t->right += res.intent == want;
    t->right_of[want] += res.intent == want;
    t->false_action += res.intent != want && intent_acts(res.intent);
    t->language += str_eq(res.lang, lang);
    if (getenv("NLU_VERBOSE") != NULL && (res.intent != want || !str_eq(res.lang, lang)))
        print_message("%.*s: %.*s -> %s %.2f (%.*s): %.*s\n", STR_ARG(lang), STR_ARG(label), intent_word(res.intent),
                      (double)res.confidence, STR_ARG(res.lang), STR_ARG(line));
}

static double share(size_t part, size_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

static void check_tally(const char *name, const struct tally *t, const struct floors *fl)
{
    double wrong = share(t->false_action, t->n);
    print_message("%s: %zu messages, right %.3f, language %.3f, false action %.3f\n", name, t->n, share(t->right, t->n),
                  share(t->language, t->n), wrong);
    bool every = strchr(name, '.') == NULL && strcmp(name, "und") != 0;
    for (size_t i = 0; i < INTENT_COUNT; i++) {
        if (getenv("NLU_VERBOSE") != NULL && t->of[i] > 0)
            print_message("%s: %s %zu of %zu\n", name, intent_word((enum intent)i), t->right_of[i], t->of[i]);
        if (every && t->of[i] < 6)
            fail_msg("%s: only %zu messages of %s", name, t->of[i], intent_word((enum intent)i));
    }
    if (share(t->right, t->n) < fl->right || share(t->language, t->n) < fl->language || wrong > fl->false_action)
        fail_msg("%s: under its floors", name);
}

/* name: "en" or "en.received". */
static void read_file(const char *source, const char *name)
{
    char line[8192];
    struct fixture f;
    struct model m;
    struct tally t = {0};
    struct floors fl;
    bool floored = false;
    char path[4096];
    struct str lang = {name, strcspn(name, ".")};
    snprintf(path, sizeof(path), "%s/nlu/test/%s.tsv", source, name);
    FILE *in = fopen(path, "r");
    if (in == NULL)
        fail_msg("%s: a language that is trained has a test file", path);
    fixture_init(&f);
    assert_ok(&f.ctx, nlu_open(&f.ctx, &m));
    while (fgets(line, sizeof(line), in) != NULL) {
        floored = floored || read_floors(line, &fl);
        struct str s = str_trim(str_of(line));
        if (s.n > 0 && s.p[0] != '#')
            read_message(&f, &m, s, lang, &t);
    }
    fclose(in);
    if (!floored)
        fail_msg("%s: no line with its floors", path);
    check_tally(name, &t, &fl);
    fixture_clear(&f);
}

static bool is_wanted(const char *name)
{
    const char *only = getenv("NLU_LANGUAGE");
    return name[0] != '.' && (only == NULL || strcmp(only, name) == 0);
}

/* The files that the names in a folder stand for; further: only those with a subject. */
static void read_each(const char *folder, const char *ending, bool further)
{
    const char *source = getenv("WISMO_SOURCE");
    char path[4096];
    struct dirent **names;
    if (source == NULL)
        skip();
    snprintf(path, sizeof(path), "%s/%s", source, folder);
    int n = scandir(path, &names, NULL, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        struct str s = str_of(names[i]->d_name);
        if (str_ends(s, str_of(ending)))
            names[i]->d_name[s.n - strlen(ending)] = '\0';
        if (is_wanted(names[i]->d_name) && (!further || strchr(names[i]->d_name, '.') != NULL))
            read_file(source, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}

static void reads_every_language(void **state)
{
    (void)state;
    read_each("nlu/corpus", "", false);
}

static void reads_further_messages(void **state)
{
    (void)state;
    read_each("nlu/test", ".tsv", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_every_language), cmocka_unit_test(reads_further_messages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
