/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"

/* Envelopes whose RSA block (RFC 8017 7.2) is wrong in one way or another, or right around a key
 * that is not that of the content. Aborts when it cannot. */
enum block_kind {
    BLOCK_GOOD,    /* 00 02 PS 00, a key of the right length */
    BLOCK_FIRST,   /* the first octet is not 00 */
    BLOCK_SECOND,  /* the second is not 02 */
    BLOCK_NO_ZERO, /* nothing ends PS */
    BLOCK_SHORT,   /* PS has seven octets */
    BLOCK_LENGTH,  /* a key of another length */
    BLOCK_EMPTY,   /* no key at all */
    BLOCK_RANDOM,  /* any octets */
    BLOCK__COUNT
};
const char *block_name(enum block_kind kind);

/* EnvelopedData for an RSA certificate, AES-128-CBC. */
struct broken_envelope {
    struct ca_buf der;
    size_t at, len; /* of the RSA block in it */
    EVP_PKEY *key;  /* of the certificate; borrowed */
};
void broken_envelope_make(struct broken_envelope *e, X509 *recipient, struct ca_bytes content);
void broken_envelope_break(struct broken_envelope *e, enum block_kind kind);
