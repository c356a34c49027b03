/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "base/bytes.h"

/* The extended key usages that have a name here (RFC 5280 4.2.1.12 and others). */
struct usage {
    const char *name;       /* "server_auth": profiles, API */
    const char *oid;        /* dotted */
    struct ca_bytes octets; /* content octets */
    uint32_t key_usage;     /* bits of enum cert_key_usage_bit, one of which it needs when the
                               certificate has a key usage; 0: any */
};

size_t usage_count(void);
const struct usage *usage_at(size_t i);
const struct usage *usage_find(const char *name);  /* NULL: none */
const struct usage *usage_of(struct ca_bytes oid); /* NULL: none */
bool usage_is_any(struct ca_bytes oid);            /* anyExtendedKeyUsage */
bool usage_is_time_stamping(struct ca_bytes oid);
bool usage_is_ocsp_signing(struct ca_bytes oid);

/* May a key of this kind carry these bits of KeyUsage, in a certificate of a CA or not? NULL, or
 * why not: RFC 5280 4.2.1.3 and 4.2.1.9, RFC 3279 2.3.1, RFC 8813 3, RFC 8410 5. */
const char *key_usage_fault(enum ca_key_kind kind, uint32_t bits, bool ca);
/* Which bits could it carry at all? */
uint32_t key_usage_possible(enum ca_key_kind kind);

/* The first usage that these bits of a leaf do not serve (RFC 5280 4.2.1.12); NULL: none. */
const struct usage *usage_unserved(const struct ca_bytes *usages, size_t n, uint32_t key_usage);
