/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint.h"
#include "policy/lint_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A TBSCertificate, or a whole certificate, whose TBSCertificate is taken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t id[] = {1, 2, 3};
    static const uint8_t name[] = {0x30, 0x00};
    static const struct issuer issuer = {
        .subject = {name, sizeof(name)},
        .key_id = {id,   sizeof(id)  },
        .path_length = 1,
        .crl_url = "http://ca.example.org/crl",
        .aia_url = "",
        .ocsp_url = ""
    };
    static struct verdict v;
    struct ca_bytes tbs = {data, len};
    struct cert cert = {.tbs = tbs};
    struct cert whole;
    struct ca_err err;

    if (cert_read(tbs, &whole, &err) == CA_OK)
        cert.tbs = whole.tbs;
    for (int i = 0; i < 2; i++) {
        v.outcome = OUTCOME_ISSUE;
        v.finding_n = 0;
        if (lint_tbs(&cert, i == 0 ? NULL : &issuer, &v, &err) != CA_OK)
            abort();
        /* What cannot be taken apart is refused, and whoever refuses says why. */
        if (v.outcome == OUTCOME_REFUSE && v.finding_n == 0)
            abort();
    }
    return 0;
}
