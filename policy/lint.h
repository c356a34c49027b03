/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/judge.h"

/* Rules of the standards, on the final TBSCertificate, whatever a profile says: a certificate that
 * breaks one is not signed. */
enum lint_severity { LINT_ERROR, LINT_WARNING }; /* an error refuses; a warning is told */

struct lint_info {
    const char *name;   /* "rfc5280.serial_number.positive": static */
    const char *source; /* "RFC 5280 4.1.2.2" */
    const char *text;   /* what it wants, in one sentence */
    enum lint_severity severity;
};
size_t lint_count(void);
const struct lint_info *lint_at(size_t i);

/* Runs every rule that applies to this kind of certificate; adds findings (rule: the lint's name,
 * pointer: "/tbs/…") to `verdict`, and OUTCOME_REFUSE when an error is found. `issuer` NULL: the
 * rules that compare with it are passed over. Else CA_FAULT. */
CA_RC lint_tbs(const struct cert *cert, const struct issuer *issuer, struct verdict *verdict,
               struct ca_err *err);
