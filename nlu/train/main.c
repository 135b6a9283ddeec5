/*
 * nlu_train OUT CORPUS LEXICON TEST: every folder of CORPUS is a language. The language part is made from all of them, one part for
 * English and Hinglish (which mix), one for the others; each in a thread of its own, in the same order. A file OUT.key holds the hash of everything that was read and of this program: while it fits, OUT is left as it is.
 */
#include "train.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <utime.h>

static const char *const FIRST_PART[] = {"en", "hi-Latn", NULL}; /* people mix them */
static const char UNREAD[] = "und"; /* sentences of languages that are only told apart from those that are read */

void die(const char *fmt, ...)
{
    va_list ap;
    fputs("nlu_train: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

void *need(size_t count, size_t size)
{
    void *p = calloc(count == 0 ? 1 : count, size);
    if (p == NULL)
        die("no memory");
    return p;
}

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64, public domain, Vigna 2015 */
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

size_t dice_below(struct dice *d, size_t n)
{
    return (size_t)(dice_next(d) % n);
}

bool dice_chance(struct dice *d, unsigned per_mille)
{
    return dice_below(d, 1000) < per_mille;
}

/* ---- what was read last time */

static uint64_t hash_file(uint64_t h, const char *path)
{
    static char block[1 << 16];
    FILE *f = fopen(path, "rb");
    size_t n;
    if (f == NULL)
        return h;
    h = str_hash_add(h, STR("file"));
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        h = str_hash_add(h, (struct str){block, n});
    fclose(f);
    return h;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static uint64_t hash_tree(uint64_t h, const char *folder)
{
    struct dirent **names;
    char path[4096];
    int n = scandir(folder, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
            h = str_hash_add(h, str_of(names[i]->d_name));
            h = names[i]->d_type == DT_DIR ? hash_tree(h, path) : hash_file(h, path);
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return h;
}

static bool is_fresh(const char *out, const char *key_path, const char *key)
{
    char had[64] = "";
    FILE *f = fopen(key_path, "r");
    if (f == NULL)
        return false;
    bool read = fgets(had, sizeof(had), f) != NULL;
    fclose(f);
    return read && strcmp(had, key) == 0 && utime(out, NULL) == 0;
}

/* ---- parts */

static float setting(const char *name, float otherwise)
{
    const char *s = getenv(name);
    return s == NULL ? otherwise : strtof(s, NULL);
}

static struct grammar grammars[MODEL_LANGUAGES_MAX];
static size_t grammars_n;

static bool is_read(struct str lang) /* for intents */
{
    return !str_eq(lang, str_of(UNREAD));
}

static bool in_first(struct str lang)
{
    for (size_t i = 0; FIRST_PART[i] != NULL; i++)
        if (str_eq(lang, str_of(FIRST_PART[i])))
            return true;
    return false;
}

/* The languages of the first part share their words, the others keep them apart. */
static unsigned lexicon_group(size_t grammar)
{
    return in_first(grammars[grammar].language) ? 0 : (unsigned)grammar + 1;
}

static void name_language(struct part_head *h, size_t grammar)
{
    struct str lang = grammars[grammar].language;
    h->lexicon[h->languages] = (uint8_t)lexicon_group(grammar);
    memcpy(h->language[h->languages++], lang.p, lang.n < MODEL_LANGUAGE_BYTES ? lang.n : MODEL_LANGUAGE_BYTES);
}

static void free_samples(struct samples *s)
{
    free(s->list);
    free(s->features);
}

/* One part of the model: made by a thread of its own. */
struct part_job {
    const char *what;
    bool languages, first;   /* tells languages apart; else: reads those of the first part, or the others */
    struct fit_plan plan;
    struct lexicon_file lex;
    struct fitted out;
    size_t grammars;
};

static bool job_reads(const struct part_job *job, size_t grammar)
{
    struct str lang = grammars[grammar].language;
    return job->languages || (is_read(lang) && in_first(lang) == job->first);
}

static void *run_job(void *arg)
{
    struct part_job *job = arg;
    struct samples s = {0};
    for (size_t i = 0; i < grammars_n; i++) {
        struct lexicon lex = {job->lex.words, job->lex.n, buf_str(&job->lex.texts), lexicon_salt(lexicon_group(i))};
        struct draw_plan draws = {.per_line = str_eq(grammars[i].language, STR("en")) ? 10 : 20, .language = job->languages, .language_no = (uint8_t)i, .lex = &lex};
        if (job_reads(job, i))
            samples_draw(&grammars[i], &draws, &s);
    }
    fit(&s, &job->plan, job->what, &job->out);
    for (size_t i = 0; i < grammars_n; i++)
        if (job_reads(job, i))
            name_language(&job->out.head, i);
    free_samples(&s);
    return NULL;
}

static void prepare_job(struct part_job *job, const char *lexicons)
{
    char path[4096];
    lexicon_init(&job->lex);
    for (size_t i = 0; i < grammars_n; i++) {
        if (!job_reads(job, i))
            continue;
        job->grammars++;
        snprintf(path, sizeof(path), "%s/%.*s.txt", lexicons, STR_ARG(grammars[i].language));
        if (!job->languages)
            lexicon_read(path, lexicon_group(i), &job->lex);
    }
    lexicon_sort(&job->lex);
}

/* ---- the file */

static void put_part(struct buf *b, struct fitted *f, const struct lexicon_file *lex)
{
    f->head.lexicon_words = (uint32_t)lex->n;
    f->head.lexicon_bytes = (uint32_t)lex->texts.n;
    size_t words = lex->n * sizeof(struct lexicon_word), n = sizeof(f->head) + words + f->buckets_n + lex->texts.n;
    f->head.bytes = (uint32_t)((n + 7) / 8 * 8);
    buf_add(b, (struct str){(const char *)&f->head, sizeof(f->head)});
    buf_add(b, (struct str){(const char *)lex->words, words});
    buf_add(b, (struct str){(const char *)f->buckets, f->buckets_n});
    buf_add(b, buf_str(&lex->texts));
    for (; n < f->head.bytes; n++)
        buf_addc(b, '\0');
}

static void write_file(const char *path, struct str s)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(s.p, 1, s.n, f) != s.n || fclose(f) != 0)
        die("%s: %s", path, strerror(errno));
}

static void write_block(const char *path, struct buf *parts, uint32_t n)
{
    struct buf whole;
    buf_init(&whole, (size_t)64 << 20);
    uint32_t head[2] = {(uint32_t)(sizeof(MODEL_MAGIC) - 1 + sizeof(head) + parts->n), n};
    buf_addz(&whole, MODEL_MAGIC);
    buf_add(&whole, (struct str){(const char *)head, sizeof(head)});
    buf_add(&whole, buf_str(parts));
    if (buf_err(&whole) != OK)
        die("the model is too large");
    write_file(path, buf_str(&whole));
    fprintf(stderr, "model: %zu bytes\n", whole.n);
}

static int is_language(const struct dirent *d)
{
    return d->d_name[0] != '.' && d->d_name[0] != '_' && strlen(d->d_name) <= MODEL_LANGUAGE_BYTES;
}

static void read_grammars(const char *corpus)
{
    struct dirent **names;
    char path[4096];
    int n = scandir(corpus, &names, is_language, by_name);
    for (int i = 0; i < n; i++) {
        if (grammars_n == MODEL_LANGUAGES_MAX)
            die("%s: more than %d languages", corpus, MODEL_LANGUAGES_MAX);
        snprintf(path, sizeof(path), "%s/%s", corpus, names[i]->d_name);
        if (grammar_read(path, str_of(names[i]->d_name), &grammars[grammars_n]))
            grammars_n++;
    }
    if (grammars_n == 0)
        die("%s: no sentences there", corpus);
}

/* What is held against the model later must not be in it. */
static void read_tests(const char *folder)
{
    struct dirent **names;
    char path[4096];
    int n = scandir(folder, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        if (str_ends(str_of(names[i]->d_name), STR(".tsv")))
            samples_avoid(path);
        free(names[i]);
    }
    if (n <= 0)
        die("%s: no test messages there", folder);
    free(names);
}

static struct fit_plan intent_plan(uint32_t buckets)
{
    return (struct fit_plan){.classes = INTENT_COUNT, .buckets = buckets, .epochs = (int)setting("NLU_EPOCHS", 6), .drop = (unsigned)setting("NLU_DROP", 250),
                             .rate = setting("NLU_RATE", 0.15f), .decay = setting("NLU_DECAY", 2e-4f),
                             .weight = {setting("NLU_W0", 1.5f), setting("NLU_W1", 1.5f), setting("NLU_W2", 0.7f)},
                             .other_share = setting("NLU_OTHER", 0.45f)};
}

static void make_model(const char *out, const char *lexicons)
{
    struct part_job jobs[] = {
        {.what = "languages", .languages = true,
         .plan = {.classes = (uint32_t)grammars_n, .buckets = 3072, .epochs = 3, .rate = 0.2f, .decay = 1e-5f, .weight = {1.5f, 1.5f, 1}}},
        {.what = "en, hi-Latn", .first = true, .plan = intent_plan((uint32_t)setting("NLU_BUCKETS_FIRST", 15360))},
        {.what = "other languages", .plan = intent_plan((uint32_t)setting("NLU_BUCKETS", 20480))},
    };
    pthread_t threads[sizeof(jobs) / sizeof(jobs[0])];
    struct buf parts;
    uint32_t n = 0;
    jobs[1].plan.dump = getenv("NLU_DUMP");
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        prepare_job(&jobs[i], lexicons);
        if (jobs[i].grammars > 0 && pthread_create(&threads[i], NULL, run_job, &jobs[i]) != 0)
            die("no thread to work in");
    }
    buf_init(&parts, (size_t)64 << 20);
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        if (jobs[i].grammars == 0)
            continue;
        pthread_join(threads[i], NULL);
        put_part(&parts, &jobs[i].out, &jobs[i].lex);
        n++;
    }
    write_block(out, &parts, n);
}

int main(int argc, char **argv)
{
    char key_path[4096], key[64];
    if (argc != 5)
        die("usage: nlu_train OUT CORPUS LEXICON TEST");
    uint64_t h = hash_tree(hash_tree(hash_tree(str_hash(STR("nlu")), argv[2]), argv[3]), argv[4]);
    h = hash_file(h, "/proc/self/exe");
    snprintf(key, sizeof(key), "%016llx", (unsigned long long)h);
    snprintf(key_path, sizeof(key_path), "%s.key", argv[1]);
    if (is_fresh(argv[1], key_path, key))
        return 0;
    read_grammars(argv[2]);
    read_tests(argv[4]);
    make_model(argv[1], argv[3]);
    write_file(key_path, str_of(key));
    return 0;
}
