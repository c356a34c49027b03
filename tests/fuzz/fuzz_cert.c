/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/ossl.h"
#include "policy/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What the strict reader takes OpenSSL must take whole. Its keys and times are stricter or wider in
 * other ways, so nothing is said about the other direction. */
static void openssl_takes(const uint8_t *data, size_t len)
{
    const uint8_t *at = data;
    CA_AUTO(x509) X509 *x = d2i_X509(NULL, &at, (long)len);

    if (x != NULL && at != data + len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct cert cert;
    struct ca_err err;
    bool ca = false;
    int path_length = 0;
    uint32_t bits = 0;
    struct ca_bytes id;

    (void)!cert_read_tbs((struct ca_bytes){data, len}, &cert, &err);
    (void)!cert_chain_check((struct ca_bytes){data, len}, 1769000000, &err);
    if (cert_read((struct ca_bytes){data, len}, &cert, &err) != CA_OK)
        return 0;
    (void)!cert_basic_constraints(&cert, &ca, &path_length, &err);
    (void)!cert_key_usage(&cert, &bits, &err);
    (void)!cert_subject_key_identifier(&cert, &id, &err);
    (void)!cert_authority_key_identifier(&cert, &id, &err);
    (void)!cert_issued_by(&cert, &cert, &err);
    openssl_takes(data, len);
    return 0;
}
