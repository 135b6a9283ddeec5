/* bench_server CONFIG [off]: the server of `wismo serve`, with the store switched off on request (appends are only acknowledged). */
#include "base/log.h"
#include "server/app.h"

#include <signal.h>
#include <stdio.h>
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
    app_stop(app, 2000);
    engine_close(eng);
    config_clear(&cfg);
    arena_free(a);
    return 0;
}
