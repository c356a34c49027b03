/* SPDX-License-Identifier: Apache-2.0 */
/* A CRL that somebody else's server or directory shows. */
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "api/publish/shelf_internal.h"
#include "base/ossl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Where OpenSSL takes all of it and finds one number that fits, it is the same. */
static void openssl_agrees(const uint8_t *data, size_t len, int64_t number)
{
    const uint8_t *at = data;
    CA_AUTO(x509_crl) X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)len);
    ASN1_INTEGER *got;
    int64_t n = 0;

    if (crl == NULL)
        return;
    if (at != data + len)
        abort();
    got = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    if (got != NULL && ASN1_INTEGER_get_int64(&n, got) == 1 && n != number)
        abort();
    ASN1_INTEGER_free(got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct shelf_crl crl = {.fd = -1, .number = -1};
    struct ca_err err;

    if (shelf_crl_read((struct ca_bytes){data, len}, &crl, &err) == CA_OK)
        openssl_agrees(data, len, crl.number);
    return 0;
}
