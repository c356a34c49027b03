/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca-server/config.h"

/* Confines the whole process, all of its threads, to what it does after its start: a seccomp
 * allow-list, where the kernel has it Landlock for the file system. A denied system call is logged
 * (event=sandbox_denied) and ends the process. No way back.
 *   may_spawn  the signer without a token starts probes */
CA_RC sandbox_signer(const struct server_config *c, bool may_spawn, struct ca_err *err);
CA_RC sandbox_front(const struct server_config *c, struct ca_err *err);
