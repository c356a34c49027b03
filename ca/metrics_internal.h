/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "base/histogram.h"
#include "ca/wire.h"

/* What the signer counts; any thread adds. */
enum step { STEP_ADMIT, STEP_INTEND, STEP_SIGN, STEP_RECORD, STEP_WHOLE, STEP__COUNT };

struct signer_metrics {
    struct ca_histogram steps[STEP__COUNT]; /* of issuances, DESIGN.md 3 */
    _Atomic uint64_t answered[WIRE__COUNT]; /* by question */
    _Atomic uint64_t refused[WIRE__COUNT];
    _Atomic uint64_t burned;
    _Atomic uint64_t bad_signatures;
    _Atomic uint64_t notes_dropped;
    _Atomic size_t in_flight; /* questions taken and not answered */
};
