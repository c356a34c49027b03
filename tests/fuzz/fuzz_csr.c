/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

#include <stdlib.h>

#include "policy/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The judge behind the parser: whatever the request, it answers. */
static void judge(const struct csr *csr)
{
    static struct profile_set *profiles;
    static const uint8_t subject[] = {0x30, 0x00};
    const struct issuer issuer = {
        .subject = {subject, sizeof(subject)},
        .signature = CA_SIG_ECDSA_SHA256,
        .not_before = 0,
        .not_after = INT64_MAX,
        .path_length = -1,
        .crl_url = "http://a/",
        .aia_url = "http://a/",
        .ocsp_url = "http://a/"
    };
    struct ca_err err;

    if (profiles == NULL && profile_set_new(&profiles, &err) != CA_OK)
        abort();
    for (size_t i = 0; i < profile_set_count(profiles); i++) {
        CA_AUTO(verdict) struct verdict *v = NULL;
        struct judge_input in = {.profile = profile_set_at(profiles, i),
                                 .issuer = &issuer,
                                 .csr = csr,
                                 .now = 1795000000};

        if (judge_request(&in, &v, &err) != CA_OK ||
            (v->outcome == OUTCOME_ISSUE && v->plan == NULL))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(csr) struct csr *csr = NULL;
    struct ca_err err;

    if (csr_parse((struct ca_bytes){data, len}, &csr, &err) == CA_OK)
        judge(csr);
    return 0;
}
