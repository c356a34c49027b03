/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/certificate.h"
#include "db/statement_internal.h"

extern const char *const db_certificate_states[];    /* by value, NULL at the end */
extern const struct db_fields db_certificate_fields; /* the columns of every reading statement */

/* A certificate as it is written. */
struct db_certificate_row {
    struct db_certificate c;
    int32_t period;
    const char *search; /* c.search, joined with newlines */
};
struct db_certificate_rows {
    struct db_certificate_row *at;
    size_t n;
    struct ca_buf text; /* what their `search` point into */
};
/* CA_MALFORMED a name holds a control character. */
CA_RC db_certificate_rows_new(const struct db_certificate *from, size_t n,
                              struct db_certificate_rows *ret, struct ca_err *err);
void db_certificate_rows_done(struct db_certificate_rows r);
CA_AUTO_DEFINE(db_certificate_rows, struct db_certificate_rows, db_certificate_rows_done);
/* One array parameter a column: what certificate_insert and intent_burn share. */
CA_RC db_certificate_rows_put(struct db_params *p, const struct db_certificate_rows *rows,
                              struct ca_err *err);

/* The period of the id's time and those beside it: three parameters. */
void db_put_periods(struct db_params *p, const struct ca_uuid *id);
