/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* When certificates were counted last; zeroed: not yet. */
struct crl_spread {
    int64_t next_ms;
    uint64_t issued; /* by this signer, then */
    uint64_t room;   /* so many more, and the first authority needs more parts */
};
/* Gives an authority in parts more of them before one can outgrow SHARD_OCTETS_MAX: counts the
 * certificates in force (now and then, and after a good many were issued here), and audits each
 * change as `crl.spread`. An authority without parts stays so. Failures are logged. */
void crl_spread_look(struct signer *s, struct crl_spread *spread);
