/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/signature.h"

#include <strings.h>

static const struct {
    const char *name, *openssl;
} digests[] = {
    {"md5",    "MD5"   },
    {"sha1",   "SHA1"  },
    {"sha224", "SHA224"},
    {"sha256", "SHA256"},
    {"sha384", "SHA384"},
    {"sha512", "SHA512"},
};
_Static_assert(1U << (CA_COUNT(digests) - 1) == DIGEST_SHA512, "row n is bit n");

const char *digest_name(unsigned bit)
{
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (bit == 1U << i)
            return digests[i].name;
    }
    return "none";
}

unsigned digest_find(const char *name)
{
    char plain[16];
    size_t n = 0;

    for (const char *p = name; *p != '\0' && n + 1 < sizeof(plain); p++) {
        if (*p != '-')
            plain[n++] = *p;
    }
    plain[n] = '\0';
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (strcasecmp(digests[i].name, plain) == 0)
            return 1U << i;
    }
    return 0;
}

unsigned signature_digest(enum ca_signature sig)
{
    const char *name = ca_signature_info(sig)->digest;

    for (size_t i = 0; name != NULL && i < CA_COUNT(digests); i++) {
        if (strcmp(digests[i].openssl, name) == 0)
            return 1U << i;
    }
    return 0;
}

bool signature_with(enum ca_signature sig, unsigned digest, enum ca_signature *ret)
{
    const struct ca_signature_info *own = ca_signature_info(sig);

    for (int i = 0; i < CA_SIG__COUNT; i++) {
        const struct ca_signature_info *row = ca_signature_info((enum ca_signature)i);

        if (row->pss == own->pss && strcmp(row->type, own->type) == 0 &&
            signature_digest((enum ca_signature)i) == digest) {
            *ret = (enum ca_signature)i;
            return true;
        }
    }
    return false;
}
