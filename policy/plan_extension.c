/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/digest.h"
#include "policy/judge_internal.h"
#include "policy/shard.h"

/* The extensions of a plan, as DER. */

CA_RC key_id_make(enum profile_key_id how, struct ca_bytes key, uint8_t ret[SPKI_KEY_ID_LEN],
                  struct ca_err *err)
{
    uint8_t digest[32];

    if (how != PROFILE_KEY_ID_SHA256)
        return spki_key_id(key, ret, err);
    CA_TRY(ca_sha256(key, digest, err));
    memcpy(ret, digest, SPKI_KEY_ID_LEN); /* RFC 7093 2, method 1: the leftmost 160 bits */
    return CA_OK;
}

void authority_key_id_write(struct der_writer *w, const struct issuer *issuer, bool full)
{
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_CONTEXT, issuer->key_id);
    if (full) {
        der_open(w, DER_CONTEXT_0 + 1);
        der_open(w, DER_CONTEXT_0 + 4);
        der_put_raw(w, issuer->issuer_name);
        der_close(w);
        der_close(w);
        der_put_unsigned(w, DER_CONTEXT + 2, issuer->serial);
    }
    der_close(w);
}

void authority_addresses_write(struct der_writer *w, enum cert_extension_kind kind,
                               const struct issuer *issuer)
{
    const struct extension_access access[] = {
        {true,  ca_bytes_str(issuer->ocsp_url)},
        {false, ca_bytes_str(issuer->aia_url) }
    };
    size_t from = access[0].url.len > 0 ? 0 : 1;
    size_t to = access[1].url.len > 0 ? 2 : 1;

    if (kind == EXT_AUTHORITY_INFO_ACCESS) {
        if (from < to)
            extension_access_write(w, &access[from], to - from);
    } else if (issuer->crl_url[0] != '\0') {
        extension_crl_urls_write(
            w, &(struct ca_bytes){(const uint8_t *)issuer->crl_url, strlen(issuer->crl_url)}, 1);
    }
}

void crl_shard_write(struct der_writer *w, const struct issuer *issuer, struct ca_bytes serial)
{
    char text[SHARD_URL_MAX];
    struct ca_bytes url;

    if (!shard_url_planned(issuer->crl_url, text)) {
        authority_addresses_write(w, EXT_CRL_DISTRIBUTION_POINTS, issuer);
        return;
    }
    if (serial.len > 0)
        (void)shard_url(issuer->crl_url, shard_of_serial(serial, issuer->crl_shards), text);
    url = ca_bytes_str(text);
    extension_crl_urls_write(w, &url, 1);
}

/* RFC 5280 4.2.1.15: beside the CRL that the certificate names. */
void freshest_crl_write(struct der_writer *w, const struct profile *profile,
                        const struct issuer *issuer, struct ca_bytes serial)
{
    bool parts = profile->x.crl_url == PROFILE_FROM_AUTHORITY && issuer->crl_shards > 0;
    char point[SHARD_URL_MAX];
    char text[SHARD_URL_MAX];
    struct ca_bytes url;
    bool there;

    if (!profile->x.freshest_crl || !issuer->crl_deltas)
        return;
    if (parts && serial.len == 0) {
        there = shard_url_planned(issuer->crl_url, point);
    } else {
        there = shard_url(issuer->crl_url, parts ? shard_of_serial(serial, issuer->crl_shards) : 0,
                          point);
    }
    if (!there || !shard_delta_url(point, text))
        return;
    url = ca_bytes_str(text);
    extension_crl_urls_write(w, &url, 1);
}

static void put(struct der_writer *w, const struct choice *c, struct ca_bytes oid,
                const struct chosen *chosen)
{
    struct ca_bytes value = piece_view(c, &chosen->value);

    if (value.len == 0)
        return;
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, oid);
    if (chosen->critical)
        der_put_bool(w, true);
    der_put(w, DER_OCTET_STRING, value);
    der_close(w);
}

/* RFC 5280 4.2.1.6: critical when the subject is empty. */
static void put_subject_alt_name(struct der_writer *w, const struct choice *c)
{
    if (c->san_n == 0)
        return;
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, cert_extension_info(EXT_SUBJECT_ALT_NAME)->oid);
    if (c->subject_n == 0)
        der_put_bool(w, true);
    der_open(w, DER_OCTET_STRING);
    san_write(w, c->sans, c->san_n);
    der_close(w);
    der_close(w);
}

void plan_extensions_put(struct der_writer *w, const struct choice *c)
{
    const struct profile_extensions *x = &c->in->profile->x;

    der_open(w, DER_CONTEXT_3);
    der_open(w, DER_SEQUENCE);
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        if (kind == EXT_SUBJECT_ALT_NAME) {
            put_subject_alt_name(w, c);
        } else {
            put(w, c, cert_extension_info((enum cert_extension_kind)kind)->oid, &c->chosen[kind]);
        }
    }
    for (size_t i = 0; i < x->private_n; i++)
        put(w, c, x->private[i].oid, &c->chosen_private[i]);
    der_close(w);
    der_close(w);
}
