/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/output.h"

/* Which columns each kind of object has. */
extern const struct view view_certificate;
extern const struct view view_request;
extern const struct view view_approval;
extern const struct view view_authority;
extern const struct view view_crl;
extern const struct view view_ocsp;
extern const struct view view_ocsp_answer;
extern const struct view view_crl_schedule;
extern const struct view view_profile;
extern const struct view view_health;
extern const struct view view_caller;
extern const struct view view_revocation;
extern const struct view view_context;
extern const struct view view_inspected;
extern const struct view view_verified;
extern const struct view view_text;
