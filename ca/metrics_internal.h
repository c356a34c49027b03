/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "base/histogram.h"
#include "ca/wire.h"

/* What the signer counts; any thread adds. */
enum { APPROVAL_N = 7 }; /* DB_APPROVAL__COUNT */
enum step { STEP_ADMIT, STEP_INTEND, STEP_SIGN, STEP_RECORD, STEP_WHOLE, STEP__COUNT };

struct signer_metrics {
    struct ca_histogram steps[STEP__COUNT]; /* of issuances */
    _Atomic uint64_t answered[WIRE__COUNT]; /* by question */
    _Atomic uint64_t refused[WIRE__COUNT];
    _Atomic uint64_t burned;
    _Atomic uint64_t bad_signatures;
    _Atomic uint64_t notes_dropped;
    _Atomic uint64_t consent_mismatches;    /* what was to be signed was not agreed to: an alarm */
    _Atomic uint64_t approvals[APPROVAL_N]; /* by what became of them: enum db_approval_state */
    _Atomic uint64_t ocsp[3];               /* answers: good, revoked, unknown */
    _Atomic size_t ocsp_in_flight;          /* of those, on status */
    _Atomic size_t in_flight;               /* questions taken and not answered */
};
