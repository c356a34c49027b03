/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/usage.h"

#include "policy/cert.h"

enum {
    SIGNS = CERT_KU_DIGITAL_SIGNATURE,
    COMMITS = CERT_KU_CONTENT_COMMITMENT,
    AGREES = CERT_KU_KEY_AGREEMENT,
    ENCIPHERS = CERT_KU_KEY_ENCIPHERMENT,
    CERTIFIES = CERT_KU_KEY_CERT_SIGN,
};

/* clang-format off */
#define PKIX(n)      CA_BYTES(0x2b, 6, 1, 5, 5, 7, 3, n)
static const struct usage rows[] = {
    {"server_auth",      "1.3.6.1.5.5.7.3.1",  PKIX(1),  SIGNS | ENCIPHERS | AGREES},
    {"client_auth",      "1.3.6.1.5.5.7.3.2",  PKIX(2),  SIGNS | AGREES},
    {"code_signing",     "1.3.6.1.5.5.7.3.3",  PKIX(3),  SIGNS},
    {"email_protection", "1.3.6.1.5.5.7.3.4",  PKIX(4),  SIGNS | COMMITS | ENCIPHERS | AGREES},
    {"time_stamping",    "1.3.6.1.5.5.7.3.8",  PKIX(8),  SIGNS | COMMITS},
    {"ocsp_signing",     "1.3.6.1.5.5.7.3.9",  PKIX(9),  SIGNS | COMMITS},
    {"dvcs",             "1.3.6.1.5.5.7.3.10", PKIX(10), SIGNS | COMMITS},             /* RFC 3029 9 */
    {"ipsec_ike",        "1.3.6.1.5.5.7.3.17", PKIX(17), SIGNS | COMMITS},             /* RFC 4945 5.1.3.2 */
    {"ssh_client",       "1.3.6.1.5.5.7.3.21", PKIX(21), SIGNS},                       /* RFC 6187 2.2.2 */
    {"ssh_server",       "1.3.6.1.5.5.7.3.22", PKIX(22), SIGNS | ENCIPHERS | AGREES},
    {"pkinit_kdc",       "1.3.6.1.5.2.3.5", CA_BYTES(0x2b, 6, 1, 5, 2, 3, 5), SIGNS},  /* RFC 4556 3.2.4 */
    {"smartcard_logon",  "1.3.6.1.4.1.311.20.2.2",
        CA_BYTES(0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 2), SIGNS | AGREES},
    {"certificate_transparency", "1.3.6.1.4.1.11129.2.4.4",                            /* RFC 6962 3.1 */
        CA_BYTES(0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 4), SIGNS | CERTIFIES},
    {"any",              "2.5.29.37.0", CA_BYTES(0x55, 0x1d, 0x25, 0), 0},
};
/* clang-format on */

size_t usage_count(void)
{
    return CA_COUNT(rows);
}

const struct usage *usage_at(size_t i)
{
    return &rows[i];
}

const struct usage *usage_find(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct usage *usage_of(struct ca_bytes oid)
{
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (ca_bytes_equal(rows[i].octets, oid))
            return &rows[i];
    }
    return NULL;
}

static bool is_named(struct ca_bytes oid, const char *name)
{
    const struct usage *usage = usage_of(oid);

    return usage != NULL && strcmp(usage->name, name) == 0;
}

bool usage_is_any(struct ca_bytes oid)
{
    return is_named(oid, "any");
}

bool usage_is_time_stamping(struct ca_bytes oid)
{
    return is_named(oid, "time_stamping");
}

bool usage_is_ocsp_signing(struct ca_bytes oid)
{
    return is_named(oid, "ocsp_signing");
}

enum {
    ONLY = CERT_KU_ENCIPHER_ONLY | CERT_KU_DECIPHER_ONLY,
    FOR_CA = CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN,
    SIGNING = CERT_KU_DIGITAL_SIGNATURE | CERT_KU_CONTENT_COMMITMENT | FOR_CA,
};

static bool is_edwards(enum ca_key_kind kind)
{
    return kind == CA_KEY_ED25519;
}

uint32_t key_usage_possible(enum ca_key_kind kind)
{
    if (kind == CA_KEY_RSA)
        return SIGNING | CERT_KU_KEY_ENCIPHERMENT | CERT_KU_DATA_ENCIPHERMENT;
    return is_edwards(kind) ? (uint32_t)SIGNING : (uint32_t)(SIGNING | AGREES | ONLY);
}

const char *key_usage_fault(enum ca_key_kind kind, uint32_t bits, bool ca)
{
    if ((bits & ~key_usage_possible(kind)) != 0) {
        return kind == CA_KEY_RSA ? "RSA keys agree on no keys (RFC 3279 2.3.1)"
               : is_edwards(kind) ? "Ed25519 keys only sign (RFC 8410 5)"
                                  : "EC keys do not encipher (RFC 8813 3)";
    }
    if ((bits & ONLY) != 0 && (bits & AGREES) == 0) {
        return "encipher_only and decipher_only mean nothing without key_agreement "
               "(RFC 5280 4.2.1.3)";
    }
    if ((bits & ONLY) == ONLY)
        return "encipher_only and decipher_only exclude each other";
    if (ca != ((bits & CERTIFIES) != 0))
        return "key_cert_sign stands there exactly when it is a CA (RFC 5280 4.2.1.9)";
    if (!ca && (bits & FOR_CA) != 0)
        return "key_cert_sign and crl_sign are for CAs";
    return NULL;
}

const struct usage *usage_unserved(const struct ca_bytes *usages, size_t n, uint32_t key_usage)
{
    for (size_t i = 0; i < n; i++) {
        const struct usage *usage = usage_of(usages[i]);

        if (usage != NULL && usage->key_usage != 0 && (usage->key_usage & key_usage) == 0)
            return usage;
    }
    return NULL;
}
