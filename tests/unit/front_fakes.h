/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/front_support.h"
#include "tests/unit/pki_message.h" /* struct hsm_key */

/* What the fakes of test_front answer with; filled by front_case_start. */
extern struct front_rows {
    uint8_t key_hashes[PKI__COUNT][32];
    struct ca_bytes certificate, chain, crl;
} front_rows;

/* tests/unit/front_pki.c */
void pki_make(struct pki *pki, const char *server_key);
void pki_done(struct pki *pki);
void pki_der(X509 *cert, struct ca_buf *ret);                        /* appends */
void pki_crl(const struct pki *pki, int number, struct ca_buf *ret); /* appends */
