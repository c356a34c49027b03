/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"

#include <stdint.h>

/* Watches calls that may never come back. All have the same deadline, so the one that began first
 * is the first that is late. */
struct watchdog;

struct watch { /* one call under way; stands in the frame of the caller */
    const char *call;
    int64_t deadline_ms;
    struct watch *older;
    struct watch *newer;
};

/* Starts the thread that runs `on_hang` when a call is `deadline_ms` old, once for each call. The
 * call may be let out of the watch meanwhile: `on_hang` gets a name that lives for ever. */
CA_RC watchdog_new(int64_t deadline_ms, void (*on_hang)(const char *call), struct watchdog **ret,
                   struct ca_err *err);
void watchdog_free(struct watchdog *dog); /* NULL is fine; ends the thread */

/* A NULL `dog` watches nothing. `call` is a constant string. */
void watch_begin(struct watchdog *dog, struct watch *watch, const char *call);
void watch_end(struct watchdog *dog, struct watch *watch);
