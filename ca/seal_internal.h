/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/rc.h"
#include "hsm/hsm.h"

/* Rows that decide who gets what (operators, credentials, groups, approval rules, approvals, votes,
 * active profiles) carry a seal: HMAC-SHA-256 over their columns, with a key that only the CA token
 * can make again. Who writes rows past the signer cannot seal them, and what has no good seal does
 * not count. */
struct seal;
enum { SEAL_LEN = 32 };

/* `hsm` NULL, the token is away: seal_make answers CA_UNAVAILABLE, and seal_check lets pass:
 * nothing can be signed then, and revocations must go on. */
CA_RC seal_open(struct hsm *hsm, struct seal **ret, struct ca_err *err);
void seal_close(struct seal *s); /* NULL is fine */

/* The columns of one row, each with its length in front: seal_form_init names the table, then one
 * call for each column in the order of the table. */
struct seal_form {
    struct ca_buf octets;
};
void seal_form_init(struct seal_form *f, const char *table);
void seal_form_text(struct seal_form *f, const char *text); /* NULL is not "" */
void seal_form_bytes(struct seal_form *f, struct ca_bytes bytes);
void seal_form_int(struct seal_form *f, int64_t number);
static inline void seal_form_done(struct seal_form f)
{
    ca_buf_done(&f.octets);
}
CA_AUTO_DEFINE(seal_form, struct seal_form, seal_form_done);

CA_RC seal_make(const struct seal *s, const struct seal_form *f, uint8_t ret[SEAL_LEN],
                struct ca_err *err);
/* CA_DENIED, problem "row-altered": the text names table and `what`. */
CA_RC seal_check(const struct seal *s, const struct seal_form *f, struct ca_bytes sealed,
                 const char *what, struct ca_err *err);
