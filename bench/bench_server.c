/* bench_server CONFIG [off]: the server of `wismo serve`, with the store switched off on request (appends are only acknowledged). */
#include "base/log.h"
#include "server/app.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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
    int sig = 0;
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
    struct app_options ao = {.config = &cfg, .eng = eng, .clock = &clock, .log = &log};
    if (e == OK)
        e = app_start(&ctx, &ao, &app);
    if (e != OK) {
        fprintf(stderr, "bench_server: %s\n", ctx.msg);
        return 1;
    }
    printf("%d\n", app_port(app));
    fflush(stdout);
    sigwait(&set, &sig);
    struct engine_status st;
    engine_status(eng, 1, &st);
    fprintf(stderr, "lag at the end: %lld rows, %.1f ms\n", (long long)(st.head - st.folded), (double)st.lag_us / 1000);
    app_stop(app, 2000);
    engine_close(eng);
    config_clear(&cfg);
    arena_free(a);
    return 0;
}
