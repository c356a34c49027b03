/* SPDX-License-Identifier: Apache-2.0 */
#include "api/certs_only.h"

#include "base/der.h"

/* X.690 11.6: members of a SET OF in the order of their encodings. */
static int certs_compare(const void *a, const void *b)
{
    const struct ca_bytes *x = a;
    const struct ca_bytes *y = b;
    int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* certificates [0] and crls [1], where there are any. */
static void members_write(struct der_writer *w, struct ca_bytes *certs, size_t n,
                          struct ca_bytes crl)
{
    if (n > 0) {
        qsort(certs, n, sizeof(certs[0]), certs_compare);
        der_open(w, DER_CONTEXT_0);
        for (size_t i = 0; i < n; i++)
            der_put_raw(w, certs[i]);
        der_close(w);
    }
    if (crl.len > 0) {
        der_open(w, DER_CONTEXT_0 + 1);
        der_put_raw(w, crl);
        der_close(w);
    }
}

void certs_only_write(struct der_writer *w, struct ca_bytes *certs, size_t n, struct ca_bytes crl)
{
    static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    static const uint8_t data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, (struct ca_bytes){signed_data, sizeof(signed_data)});
    der_open(w, DER_CONTEXT_0);
    der_open(w, DER_SEQUENCE);
    der_put_uint(w, 1);
    der_put(w, DER_SET, (struct ca_bytes){NULL, 0}); /* digestAlgorithms */
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, (struct ca_bytes){data, sizeof(data)});
    der_close(w);
    members_write(w, certs, n, crl);
    der_put(w, DER_SET, (struct ca_bytes){NULL, 0}); /* signerInfos */
    der_close(w);
    der_close(w);
    der_close(w);
}
