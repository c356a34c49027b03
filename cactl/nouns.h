/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/table.h"

/* One row of table.c each; the file is named as the noun. */
extern const struct noun noun_api_token;
extern const struct noun noun_approval;
extern const struct noun noun_audit;
extern const struct noun noun_ca;
extern const struct noun noun_cert;
extern const struct noun noun_complete;
extern const struct noun noun_completion;
extern const struct noun noun_context;
extern const struct noun noun_crl;
extern const struct noun noun_csr;
extern const struct noun noun_explain;
extern const struct noun noun_group;
extern const struct noun noun_health;
extern const struct noun noun_inspect;
extern const struct noun noun_key;
extern const struct noun noun_login;
extern const struct noun noun_logout;
extern const struct noun noun_man;
extern const struct noun noun_ocsp;
extern const struct noun noun_profile;
extern const struct noun noun_request;
extern const struct noun noun_role;
extern const struct noun noun_scep;
extern const struct noun noun_user;
extern const struct noun noun_version;
extern const struct noun noun_webhook;
extern const struct noun noun_whoami;
