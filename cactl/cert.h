/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* Verbs of cert; the rows are in cert.c. */
CA_RC cert_list(struct app *app, struct ca_err *err);
CA_RC cert_show(struct app *app, struct ca_err *err);
CA_RC cert_get(struct app *app, struct ca_err *err);
CA_RC cert_issue(struct app *app, struct ca_err *err);
CA_RC cert_revoke(struct app *app, struct ca_err *err);
/* cert_mass.c: criteria in place of IDs. */
bool cert_mass_wanted(const struct app *app);
CA_RC cert_revoke_mass(struct app *app, struct ca_err *err);
CA_RC cert_job_list(struct app *app, struct ca_err *err);
CA_RC cert_job_show(struct app *app, struct ca_err *err);
CA_RC cert_job_cancel(struct app *app, struct ca_err *err);
CA_RC cert_unhold(struct app *app, struct ca_err *err);
CA_RC cert_verify(struct app *app, struct ca_err *err);

extern const struct flag cert_list_flags[];
extern const size_t cert_list_flags_n;
