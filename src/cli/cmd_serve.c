/* wismo serve: the server, until SIGTERM or SIGINT; then it takes nothing new, answers what is open, folds and ends. */
#include "cli/serve.h"

#include "flows/courier.h"
#include "flows/estimator.h"
#include "flows/mailbox.h"
#include "flows/performer.h"
#include "flows/poller.h"
#include "flows/talker.h"

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL); /* before any thread starts, so that all inherit it */
}

int serve_run(struct cli *cli, const struct config *cfg, void (*started)(struct cli *cli, int port, void *user), void *user)
{
    struct engine *eng = NULL;
    struct app *app = NULL;
    sigset_t set;
    int sig = 0;
    block_signals(&set);
    cli->log.min = LOG_INFO;
    struct engine_options eo = {.config = cfg, .clock = &cli->clock, .log = &cli->log};
    enum err e = engine_open(&cli->ctx, &eo, &eng);
    struct poller *pol = NULL;
    struct courier *cour = NULL;
    struct performer *perf = NULL;
    struct estimator *est = NULL;
    struct talker *talk = NULL;
    struct mailboxes *boxes = NULL;
    if (e == OK && cfg->poll)
        e = poller_new(&cli->ctx, eng, &pol);
    struct app_options ao = {.config = cfg,
                             .eng = eng,
                             .clock = &cli->clock,
                             .log = &cli->log,
                             .refresh = pol != NULL ? poller_refresh : NULL,
                             .refresh_user = pol};
    if (e == OK && pol != NULL)
        e = poller_start(&cli->ctx, pol);
    if (e == OK)
        e = courier_new(&cli->ctx, eng, &cour);
    if (e == OK)
        e = courier_start(&cli->ctx, cour);
    if (e == OK)
        e = performer_new(&cli->ctx, eng, &perf);
    if (e == OK)
        e = performer_start(&cli->ctx, perf);
    if (e == OK)
        e = estimator_new(&cli->ctx, eng, &est);
    if (e == OK)
        e = estimator_start(&cli->ctx, est);
    const struct talker_options to = {.eng = eng, .refresh = ao.refresh, .refresh_user = ao.refresh_user};
    if (e == OK)
        e = talker_new(&cli->ctx, &to, &talk);
    if (e == OK)
        e = talker_start(&cli->ctx, talk);
    if (e == OK)
        e = mailboxes_start(&cli->ctx, eng, &boxes);
    if (e == OK)
        e = app_start(&cli->ctx, &ao, &app);
    if (e != OK) {
        (void)cli_fail(cli, "serve", e);
        talker_free(talk);
        mailboxes_free(boxes);
        estimator_free(est);
        performer_free(perf);
        courier_free(cour);
        poller_free(pol);
        engine_close(eng);
        return EXIT_NO;
    }
    started(cli, app_port(app), user);
    fflush(cli->out);
    sigwait(&set, &sig);
    LOG(&cli->log, LOG_INFO, "stopping", LOG_I("signal", sig));
    app_stop(app, SERVE_DRAIN_MS);
    talker_free(talk);
    mailboxes_free(boxes);
    estimator_free(est);
    performer_free(perf);
    courier_free(cour);
    poller_free(pol);
    engine_close(eng);
    return EXIT_OK;
}

static void say_address(struct cli *cli, int port, void *user)
{
    const struct config *cfg = user;
    fprintf(cli->out, "wismo %s listens on http://%.*s:%d\n", WISMO_VERSION, STR_ARG(cfg->listen), port);
}

int cmd_serve(struct cli *cli, int argc, char **argv)
{
    const char *path = NULL;
    struct option_list rest;
    struct config cfg = {0};
    const struct option opts[] = {OPT_TEXT("config", 'c', &path, "FILE", "configuration"), OPT_END};
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    enum err e = cli_config_load(cli, path, &cfg);
    if (e == OK)
        e = virtual_clock_start(&cli->ctx, &cfg, &cli->clock);
    code = e == OK ? serve_run(cli, &cfg, say_address, &cfg) : cli_fail(cli, "serve", e);
    config_clear(&cfg);
    return code;
}
