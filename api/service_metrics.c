/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the front's own, as they are watched from outside. */
#include <inttypes.h>

#include "api/front_internal.h"
#include "api/keeper.h"
#include "api/scep/ra.h"
#include "api/tls_keeper.h"
#include "base/time.h"

enum { LIVES_MAX = 256 };

bool service_alarm(const struct service_life *life, int64_t now)
{
    return now > life->not_before + (life->not_after - life->not_before) / 3 * 2;
}

static int64_t not_after_of(const struct service_life *life)
{
    return life->not_after;
}

static int64_t alarm_of(const struct service_life *life)
{
    return service_alarm(life, ca_time_now());
}

static const struct {
    const char *name;
    const char *help;
    int64_t (*value)(const struct service_life *life);
} families[] = {
    {"ca_front_service_not_after_seconds",
     "notAfter of a certificate of the server's own; 0: there is none yet.",               not_after_of},
    {"ca_front_service_alarm",
     "1: more than two thirds of the life of a certificate of the server's own are over.", alarm_of    },
};

void service_metrics(const struct front *front, struct ca_buf *to)
{
    struct service_life *lives = calloc(LIVES_MAX, sizeof(*lives));
    size_t n = lives != NULL && tls_keeper_life(front->tls_keeper, lives) ? 1 : 0;

    if (lives != NULL)
        n += ra_lives(front->ra, lives + n, LIVES_MAX - n);
    for (size_t f = 0; f < CA_COUNT(families); f++) {
        ca_buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n", families[f].name, families[f].help,
                      families[f].name);
        for (size_t i = 0; i < n; i++) {
            ca_buf_printf(to, "%s{kind=\"%s\",owner=\"%s\"} %" PRId64 "\n", families[f].name,
                          lives[i].kind, lives[i].owner, families[f].value(&lives[i]));
        }
    }
    free(lives);
}
