/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca-server/supervisor.h"

/* Starts one process. *ret_beat: reading end of its pipe, -1 when it does not beat. */
CA_RC child_spawn(const struct child_spec *spec, pid_t *ret_pid, int *ret_beat, struct ca_err *err);
