/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hsm/hsm.h"

/* A file that stands where a PIN was wrong, so that no restart tries it again. It names the token
 * and the PIN's source with its size, inode and time of change; another source voids it. What
 * systemd puts into CREDENTIALS_DIRECTORY is new at each start, so there only the size counts, and
 * the way out is to remove the mark. A config without pin_mark has no mark. */

/* CA_DENIED "pin-wrong" when the mark is there and the source is unchanged. */
CA_RC pin_mark_check(const struct hsm_config *config, struct ca_err *err);

/* Writes it, fsynced. CA_NOT_FOUND, CA_LIMIT, CA_UNAVAILABLE as ca_file_replace. */
CA_RC pin_mark_set(const struct hsm_config *config, struct ca_err *err);

/* Removes it, if there. */
void pin_mark_clear(const struct hsm_config *config);
