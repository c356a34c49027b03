/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/extension.h"

#include "base/der.h"
#include "policy/oid.h"

/* The readers of lists: each takes one SEQUENCE and fills rows of its own kind. */

static const struct ca_bytes method_ocsp = CA_BYTES(0x2b, 6, 1, 5, 5, 7, 0x30, 1);
static const struct ca_bytes method_issuers = CA_BYTES(0x2b, 6, 1, 5, 5, 7, 0x30, 2);
static const struct ca_bytes qualifier_cps = CA_BYTES(0x2b, 6, 1, 5, 5, 7, 2, 1);

enum { TAG_URI = DER_CONTEXT + 6 };

static CA_RC sequence_open(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err)
{
    struct der seq;

    CA_TRY(der_take(&value, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(value, err));
    if (seq.body.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "the list is empty");
    *ret = seq.body;
    return CA_OK;
}

static CA_RC room_check(size_t n, struct ca_err *err)
{
    if (n == EXTENSION_LIST_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d entries", EXTENSION_LIST_MAX);
    return CA_OK;
}

static CA_RC oid_take(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der oid;

    CA_TRY(der_take(in, DER_OID, &oid, err));
    if (!oid_is_valid(oid.body))
        return CA_FAIL(err, CA_MALFORMED, "not an object identifier");
    *ret = oid.body;
    return CA_OK;
}

CA_RC extension_oids_read(struct ca_bytes value, struct ca_bytes ret[EXTENSION_LIST_MAX],
                          size_t *ret_n, struct ca_err *err)
{
    struct ca_bytes in = {0};
    size_t n = 0;

    CA_TRY(sequence_open(value, &in, err));
    while (in.len > 0) {
        CA_TRY(room_check(n, err));
        CA_TRY(oid_take(&in, &ret[n], err));
        for (size_t i = 0; i < n; i++) {
            if (ca_bytes_equal(ret[i], ret[n]))
                return CA_FAIL(err, CA_MALFORMED, "an object identifier stands there twice");
        }
        n++;
    }
    *ret_n = n;
    return CA_OK;
}

/* DistributionPoint { [0] { [0] { [6] URI } } } */
static CA_RC point_take(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    static const unsigned tags[] = {DER_CONTEXT_0, DER_CONTEXT_0, TAG_URI};
    struct der part;
    struct ca_bytes inside;

    CA_TRY(der_take(in, DER_SEQUENCE, &part, err));
    inside = part.body;
    for (size_t i = 0; i < CA_COUNT(tags); i++) {
        CA_TRY(der_take(&inside, tags[i], &part, err));
        CA_TRY(der_done(inside, err));
        inside = part.body;
    }
    *ret = inside;
    return CA_OK;
}

CA_RC extension_crl_urls_read(struct ca_bytes value, struct ca_bytes ret[EXTENSION_LIST_MAX],
                              size_t *ret_n, struct ca_err *err)
{
    struct ca_bytes in = {0};
    size_t n = 0;

    CA_TRY(sequence_open(value, &in, err));
    while (in.len > 0) {
        CA_TRY(room_check(n, err));
        CA_TRY(point_take(&in, &ret[n++], err));
    }
    *ret_n = n;
    return CA_OK;
}

static CA_RC access_take(struct ca_bytes *in, struct extension_access *ret, struct ca_err *err)
{
    struct ca_bytes method = {0};
    struct der seq;
    struct der uri;

    CA_TRY(der_take(in, DER_SEQUENCE, &seq, err));
    CA_TRY(oid_take(&seq.body, &method, err));
    CA_TRY(der_take(&seq.body, TAG_URI, &uri, err));
    CA_TRY(der_done(seq.body, err));
    ret->ocsp = ca_bytes_equal(method, method_ocsp);
    ret->url = uri.body;
    if (!ret->ocsp && !ca_bytes_equal(method, method_issuers))
        return CA_FAIL(err, CA_MALFORMED, "neither OCSP nor caIssuers");
    return CA_OK;
}

CA_RC extension_access_read(struct ca_bytes value, struct extension_access ret[EXTENSION_LIST_MAX],
                            size_t *ret_n, struct ca_err *err)
{
    struct ca_bytes in = {0};
    size_t n = 0;

    CA_TRY(sequence_open(value, &in, err));
    while (in.len > 0) {
        CA_TRY(room_check(n, err));
        CA_TRY(access_take(&in, &ret[n++], err));
    }
    *ret_n = n;
    return CA_OK;
}

/* PolicyQualifiers with one PolicyQualifierInfo { id-qt-cps, IA5String }. */
static CA_RC cps_take(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes id = {0};
    struct der list;
    struct der info;
    struct der uri;

    CA_TRY(der_take(in, DER_SEQUENCE, &list, err));
    CA_TRY(der_take(&list.body, DER_SEQUENCE, &info, err));
    CA_TRY(der_done(list.body, err));
    CA_TRY(oid_take(&info.body, &id, err));
    if (!ca_bytes_equal(id, qualifier_cps))
        return CA_FAIL(err, CA_MALFORMED, "a policy qualifier other than a CPS address");
    CA_TRY(der_take(&info.body, DER_IA5_STRING, &uri, err));
    CA_TRY(der_done(info.body, err));
    if (uri.body.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "an empty CPS address");
    *ret = uri.body;
    return CA_OK;
}

static CA_RC policy_take(struct ca_bytes *in, struct extension_policy *ret, struct ca_err *err)
{
    struct der seq;

    CA_TRY(der_take(in, DER_SEQUENCE, &seq, err));
    CA_TRY(oid_take(&seq.body, &ret->oid, err));
    ret->cps = (struct ca_bytes){NULL, 0};
    if (seq.body.len > 0)
        CA_TRY(cps_take(&seq.body, &ret->cps, err));
    return der_done(seq.body, err);
}

CA_RC extension_policies_read(struct ca_bytes value,
                              struct extension_policy ret[EXTENSION_LIST_MAX], size_t *ret_n,
                              struct ca_err *err)
{
    struct ca_bytes in = {0};
    size_t n = 0;

    CA_TRY(sequence_open(value, &in, err));
    while (in.len > 0) {
        CA_TRY(room_check(n, err));
        CA_TRY(policy_take(&in, &ret[n], err));
        for (size_t i = 0; i < n; i++) {
            if (ca_bytes_equal(ret[i].oid, ret[n].oid)) /* RFC 5280 4.2.1.4 */
                return CA_FAIL(err, CA_MALFORMED, "a policy stands there twice");
        }
        n++;
    }
    *ret_n = n;
    return CA_OK;
}

static const struct ca_bytes status_request = CA_BYTES(0x30, 0x03, 0x02, 0x01, 0x05);

bool extension_is_must_staple(struct ca_bytes value)
{
    return ca_bytes_equal(value, status_request);
}

void extension_must_staple_write(struct der_writer *w)
{
    der_put_raw(w, status_request);
}

void extension_basic_constraints_write(struct der_writer *w, bool ca, int path_length)
{
    der_open(w, DER_SEQUENCE);
    if (ca)
        der_put_bool(w, true);
    if (ca && path_length >= 0)
        der_put_uint(w, (uint64_t)path_length);
    der_close(w);
}

void extension_oids_write(struct der_writer *w, const struct ca_bytes *oids, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        der_put(w, DER_OID, oids[i]);
    der_close(w);
}

void extension_crl_urls_write(struct der_writer *w, const struct ca_bytes *urls, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        der_open(w, DER_SEQUENCE);
        der_open(w, DER_CONTEXT_0);
        der_open(w, DER_CONTEXT_0);
        der_put(w, TAG_URI, urls[i]);
        der_close(w);
        der_close(w);
        der_close(w);
    }
    der_close(w);
}

void extension_access_write(struct der_writer *w, const struct extension_access *list, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        der_open(w, DER_SEQUENCE);
        der_put(w, DER_OID, list[i].ocsp ? method_ocsp : method_issuers);
        der_put(w, TAG_URI, list[i].url);
        der_close(w);
    }
    der_close(w);
}

static void cps_write(struct der_writer *w, struct ca_bytes cps)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, qualifier_cps);
    der_put(w, DER_IA5_STRING, cps);
    der_close(w);
    der_close(w);
}

void extension_policies_write(struct der_writer *w, const struct extension_policy *list, size_t n)
{
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        der_open(w, DER_SEQUENCE);
        der_put(w, DER_OID, list[i].oid);
        if (list[i].cps.len > 0)
            cps_write(w, list[i].cps);
        der_close(w);
    }
    der_close(w);
}
