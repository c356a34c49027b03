/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"

/* Confinement of front and signer. There is no way back from either call. */

/* Landlock, where the kernel has it: from here on nothing can be written, made or removed outside
 * these folders and /dev. Before the first thread, because it binds this thread and those that it
 * starts. Empty and missing folders are passed over.
 *   dirs  NULL behind the last */
CA_RC sandbox_files(const char *const *dirs, struct ca_err *err);

/* seccomp: all threads keep the system calls that serving takes. Any other one is logged
 * (event=sandbox_denied) and ends the process with EXIT_INTERNAL.
 *   may_spawn  a process without its token starts probes */
CA_RC sandbox_calls(bool may_spawn, struct ca_err *err);
