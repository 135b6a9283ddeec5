/* See pdf_text.h. */
#include "cli/pdf_text.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU_SECONDS 30
#define MEMORY_MAX ((rlim_t)1 << 30)
#define NOT_THERE 127

static _Noreturn void be_pdftotext(const char *path, int out)
{
    const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS}, memory = {MEMORY_MAX, MEMORY_MAX}, files = {0, 0};
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(nothing, 2) < 0 || setrlimit(RLIMIT_CPU, &cpu) != 0 ||
        setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_FSIZE, &files) != 0)
        _exit(1);
    execlp("pdftotext", "pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", path, "-", (char *)NULL);
    _exit(NOT_THERE);
}

static enum err read_all(struct ctx *ctx, int from, size_t max, struct buf *b)
{
    while (b->n <= max) {
        char *p = buf_reserve(b, 65536);
        if (p == NULL)
            return ctx_fail(ctx, ERR_LIMIT, "pdf: more than %zu bytes of text", max);
        ssize_t n = read(from, p, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? OK : ctx_fail(ctx, ERR_IO, "pdf: cannot be read");
        b->n += (size_t)n;
    }
    return ctx_fail(ctx, ERR_LIMIT, "pdf: more than %zu bytes of text", max);
}

static enum err judge(struct ctx *ctx, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "pdf: there is no pdftotext here: install poppler-utils");
    return ctx_fail(ctx, ERR_PARSE, "pdf: pdftotext cannot read it");
}

enum err pdf_text(struct ctx *ctx, const char *path, size_t max, struct str *out)
{
    int ends[2], status = 0;
    struct buf b;
    const char *name = path[0] == '-' ? arena_fmt(ctx->arena, "./%s", path).p : path;
    if (name == NULL || pipe(ends) != 0)
        return ctx_fail(ctx, name == NULL ? ERR_MEMORY : ERR_IO, "pdf: no pipe");
    buf_init(&b, max + 131072);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_pdftotext(name, ends[1]);
    }
    close(ends[1]);
    enum err e = pid < 0 ? ctx_fail(ctx, ERR_IO, "pdf: no process") : read_all(ctx, ends[0], max, &b);
    close(ends[0]); /* a child that still writes ends by that */
    if (pid > 0 && waitpid(pid, &status, 0) == pid && e == OK)
        e = judge(ctx, status);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}
