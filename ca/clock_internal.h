/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* Watches the wall clock against the monotonic one (I8): after a jump signing stops until the
 * process is started anew by somebody who looked; CRLs are served on. */
struct clock_guard;

enum { CLOCK_JUMP_S = 60 };

/* `newest`: the newest time on record; a wall clock before it, by more than CLOCK_JUMP_S, has
 * jumped. */
CA_RC clock_guard_new(int64_t newest, struct clock_guard **ret, struct ca_err *err);
void clock_guard_free(struct clock_guard *c);
CA_AUTO_DEFINE(clock_guard, struct clock_guard *, clock_guard_free);

/* CA_UNAVAILABLE, problem "clock-jumped": the text says by how much. */
CA_RC clock_guard_check(struct clock_guard *c, struct ca_err *err);
