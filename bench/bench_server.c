/*
 * bench_server CONFIG [off]: the server of `wismo serve`, with the store switched off on request (appends are only acknowledged). At
 * its end it tells the rows not folded, the fold lag, its memory, and the processor time of its threads by what they do.
 */
#include "base/log.h"
#include "base/metrics.h"
#include "server/app.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLES_MAX 6000

static int64_t samples[SAMPLES_MAX]; /* rows not folded, ten times a second */
static size_t samples_n;

static void sample(struct engine *eng)
{
    struct engine_status st;
    engine_status(eng, 1, &st);
    if (samples_n < SAMPLES_MAX)
        samples[samples_n++] = st.head - st.folded;
}

static int64_t most(size_t from, size_t to)
{
    int64_t max = 0;
    for (size_t i = from; i < to; i++)
        max = samples[i] > max ? samples[i] : max;
    return max;
}

static long resident_mib(void)
{
    long pages = 0, rss = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f != NULL && fscanf(f, "%ld %ld", &pages, &rss) != 2)
        rss = 0;
    if (f != NULL)
        fclose(f);
    return rss * (sysconf(_SC_PAGESIZE) / 1024) / 1024;
}

/* ---- processor time by the name of the thread */

#define ROLES_MAX 16

static struct role {
    char name[20];
    double cpu_us;
} roles[ROLES_MAX];

static void add_role(const char *name, double us)
{
    for (size_t i = 0; i < ROLES_MAX; i++)
        if (roles[i].name[0] == '\0' || strcmp(roles[i].name, name) == 0) {
            snprintf(roles[i].name, sizeof(roles[i].name), "%s", name);
            roles[i].cpu_us += us;
            return;
        }
}

/* "TID (name) S ppid ...": user and system time are the fields 14 and 15. */
static void read_thread(const char *tid)
{
    char path[300], text[1024];
    snprintf(path, sizeof(path), "/proc/self/task/%.20s/stat", tid);
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof(text) - 1, f);
    if (f != NULL)
        fclose(f);
    text[n] = '\0';
    char *open = strchr(text, '('), *end = strrchr(text, ')');
    unsigned long user = 0, sys = 0;
    if (open == NULL || end == NULL || sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2)
        return;
    *end = '\0';
    add_role(open + 1, (double)(user + sys) * 1e6 / (double)sysconf(_SC_CLK_TCK));
}

/* The first thread only takes samples: what it did before, it did to start. */
static void tell_processor_time(void)
{
    int64_t appended = metric_get(METRIC_APPENDED, 0), folded = metric_get(METRIC_FOLDED, 0), ahead = metric_get(METRIC_FOLDED_AHEAD, 0);
    DIR *d = opendir("/proc/self/task");
    for (struct dirent *t = d == NULL ? NULL : readdir(d); t != NULL; t = readdir(d))
        if (t->d_name[0] != '.')
            read_thread(t->d_name);
    if (d != NULL)
        closedir(d);
    fprintf(stderr, "processor time: %lld rows durable, %lld folded (%lld of them decoded ahead);", (long long)appended, (long long)folded,
            (long long)ahead);
    for (size_t i = 0; i < ROLES_MAX && roles[i].name[0] != '\0'; i++) {
        int64_t rows = strcmp(roles[i].name, "fold") == 0 ? folded : appended;
        if (roles[i].cpu_us > 0)
            fprintf(stderr, " %s %.1f us a row,", roles[i].name, rows == 0 ? 0 : roles[i].cpu_us / (double)rows);
    }
    fprintf(stderr, " each of the rows it handles\n");
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct clock clock;
    struct log log = {.fd = 2, .min = LOG_WARN, .clock = &clock};
    struct config cfg = {0};
    struct findings findings = {0};
    struct ctx ctx;
    struct engine *eng = NULL;
    struct app *app = NULL;
    sigset_t set;
    if (argc < 2 || a == NULL)
        return 2;
    clock_init_real(&clock);
    ctx_init(&ctx, a, &clock, &log);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    enum err e = config_load(&ctx, argv[1], &cfg, &findings);
    struct engine_options eo = {.config = &cfg, .clock = &clock, .log = &log, .store_off = argc > 2 && strcmp(argv[2], "off") == 0};
    if (e == OK)
        e = engine_open(&ctx, &eo, &eng);
    struct app_options ao = {.config = &cfg, .eng = eng, .clock = &clock, .log = &log, .ask_per_minute = 1000000};
    if (e == OK)
        e = app_start(&ctx, &ao, &app);
    if (e != OK) {
        fprintf(stderr, "bench_server: %s\n", ctx.msg);
        return 1;
    }
    printf("%d\n", app_port(app));
    fflush(stdout);
    while (sigtimedwait(&set, NULL, &(struct timespec){.tv_nsec = 100000000}) < 0)
        sample(eng);
    fprintf(stderr, "rows not folded, most in each third: %lld, %lld, %lld; fold lag p50 %.1f ms, p99 %.1f ms; resident %ld MiB\n",
            (long long)most(0, samples_n / 3), (long long)most(samples_n / 3, samples_n * 2 / 3),
            (long long)most(samples_n * 2 / 3, samples_n), (double)histogram_quantile(metric_histogram(METRIC_H_FOLD_LAG), 500) / 1000,
            (double)histogram_quantile(metric_histogram(METRIC_H_FOLD_LAG), 990) / 1000, resident_mib());
    tell_processor_time();
    app_stop(app, 2000);
    engine_close(eng);
    config_clear(&cfg);
    arena_free(a);
    return 0;
}
