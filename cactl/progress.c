/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/time.h"

enum { FIRST_MS = 1000, EVERY_MS = 100, BAR = 30, UNKNOWN_STEP = 1000 };

const char *const progress_forms[] = {"json", "none", NULL};

void progress_init(struct progress *p, const struct app *app, const char *what, int64_t total)
{
    const char *form = args_text(&app->args, "progress");

    *p = (struct progress){.app = app, .what = what, .total = total, .began_ms = ca_mono_ms()};
    p->json = form != NULL && strcmp(form, "json") == 0;
    p->terminal = isatty(STDERR_FILENO) == 1;
    if (args_on(&app->args, "quiet") || (form != NULL && strcmp(form, "none") == 0))
        p->app = NULL;
}

void progress_bar(int64_t done, int64_t total, struct ca_buf *to)
{
    int64_t filled = total > 0 ? done * BAR / total : 0;

    if (total > 0) {
        ca_buf_u8(to, '[');
        for (int64_t i = 0; i < BAR; i++)
            ca_buf_u8(to, i < filled ? '#' : '.');
        ca_buf_printf(to, "] %3" PRId64 " %%  ", done * 100 / total);
    }
    ca_buf_printf(to, "%" PRId64, done);
    if (total > 0)
        ca_buf_printf(to, " of %" PRId64, total);
}

static void json_line(const struct progress *p, int64_t done)
{
    (void)fprintf(stderr, "{\"progress\":\"%s\",\"done\":%" PRId64, p->what, done);
    if (p->total > 0)
        (void)fprintf(stderr, ",\"total\":%" PRId64, p->total);
    (void)fputs("}\n", stderr);
}

static void bar_line(struct progress *p, int64_t done)
{
    CA_AUTO(buf) struct ca_buf bar = {0};

    progress_bar(done, p->total, &bar);
    (void)fprintf(stderr, "\r%s %s", ca_buf_cstr(&bar), p->what);
    p->drawn = true;
}

/* Is it a tenth further than the line before? */
static bool tenth(const struct progress *p, int64_t done)
{
    if (p->total <= 0)
        return done / UNKNOWN_STEP > p->shown / UNKNOWN_STEP;
    return done * 10 / p->total > p->shown * 10 / p->total;
}

void progress_at(struct progress *p, int64_t done)
{
    int64_t now = ca_mono_ms();

    if (p->app == NULL)
        return;
    if (p->json) {
        json_line(p, done);
    } else if (p->terminal) {
        if (now - p->began_ms < FIRST_MS || now - p->shown_ms < EVERY_MS)
            return;
        bar_line(p, done);
    } else {
        if (now - p->began_ms < FIRST_MS || !tenth(p, done))
            return;
        if (p->total > 0) {
            (void)fprintf(stderr, "%" PRId64 " %%: %" PRId64 " of %" PRId64 " %s\n",
                          done * 100 / p->total, done, p->total, p->what);
        } else {
            (void)fprintf(stderr, "%" PRId64 " %s\n", done, p->what);
        }
    }
    p->shown = done;
    p->shown_ms = now;
}

void progress_end(struct progress *p, int64_t done)
{
    if (p->app == NULL || !p->drawn)
        return;
    bar_line(p, done);
    (void)fputc('\n', stderr);
    p->drawn = false;
}
