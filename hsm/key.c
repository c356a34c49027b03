/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/der_write.h"
#include "base/ossl.h"
#include "hsm/hsm_internal.h"

enum { ATTRIBUTE_MAX = 16 * 1024 };

/* The attributes of a public key that make its SubjectPublicKeyInfo. */
struct public_attributes {
    CK_KEY_TYPE type;
    struct ca_buf parameters; /* CKA_EC_PARAMS */
    struct ca_buf point;      /* CKA_EC_POINT */
    struct ca_buf modulus;
    struct ca_buf exponent;
};

static void public_attributes_done(struct public_attributes a)
{
    ca_buf_done(&a.parameters);
    ca_buf_done(&a.point);
    ca_buf_done(&a.modulus);
    ca_buf_done(&a.exponent);
}
CA_AUTO_DEFINE(public_attributes, struct public_attributes, public_attributes_done);

static CA_RC attribute_need(struct hsm *hsm, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                            const char *name, struct ca_buf *ret, struct ca_err *err)
{
    bool has;

    ret->max = ATTRIBUTE_MAX;
    CA_TRY(object_attribute(hsm, object, type, ret, &has, err));
    if (!has || ret->len == 0)
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "the key has no %s", name);
    return CA_OK;
}

static CA_RC key_type(struct hsm *hsm, CK_OBJECT_HANDLE object, CK_KEY_TYPE *ret,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf value = {0};

    CA_TRY(attribute_need(hsm, object, CKA_KEY_TYPE, "CKA_KEY_TYPE", &value, err));
    if (value.len != sizeof(*ret))
        return CA_FAIL(err, CA_UNAVAILABLE, "CKA_KEY_TYPE of %zu octets", value.len);
    memcpy(ret, value.ptr, sizeof(*ret));
    return CA_OK;
}

static CA_RC public_attributes_read(struct hsm *hsm, CK_OBJECT_HANDLE object,
                                    struct public_attributes *ret, struct ca_err *err)
{
    CA_TRY(key_type(hsm, object, &ret->type, err));
    if (ret->type == CKK_RSA) {
        CA_TRY(attribute_need(hsm, object, CKA_MODULUS, "CKA_MODULUS", &ret->modulus, err));
        return attribute_need(hsm, object, CKA_PUBLIC_EXPONENT, "CKA_PUBLIC_EXPONENT",
                              &ret->exponent, err);
    }
    if (ret->type != CKK_EC && ret->type != CKK_EC_EDWARDS) {
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "keys of type %lu are not taken",
                          ret->type);
    }
    CA_TRY(attribute_need(hsm, object, CKA_EC_PARAMS, "CKA_EC_PARAMS", &ret->parameters, err));
    return attribute_need(hsm, object, CKA_EC_POINT, "CKA_EC_POINT", &ret->point, err);
}

static unsigned modulus_bits(struct ca_bytes modulus)
{
    while (modulus.len > 0 && modulus.ptr[0] == 0)
        modulus = (struct ca_bytes){modulus.ptr + 1, modulus.len - 1};
    if (modulus.len == 0)
        return 0;
    return (unsigned)(modulus.len * 8) - (unsigned)(__builtin_clz(modulus.ptr[0]) - 24);
}

/* edwards25519 by name or by OID: PKCS#11 v3 6.3.5 takes both. */
static bool is_ed25519(struct ca_bytes parameters)
{
    static const char name[] = "\x13\x0c"
                               "edwards25519";
    struct ca_bytes id = ca_key_info(CA_KEY_ED25519)->algorithm;

    return ca_bytes_is_str(parameters, name) ||
           ca_bytes_equal(parameters, (struct ca_bytes){id.ptr + 2, id.len - 2});
}

static CA_RC spec_read(const struct public_attributes *a, struct ca_key_spec *ret,
                       struct ca_err *err)
{
    struct ca_bytes parameters = ca_buf_view(&a->parameters);
    int kind = a->type == CKK_RSA ? CA_KEY_RSA : CA_KEY__COUNT;

    if (a->type == CKK_EC_EDWARDS && is_ed25519(parameters))
        kind = CA_KEY_ED25519;
    for (int k = 0; a->type == CKK_EC && k < CA_KEY__COUNT; k++) {
        if (ca_key_info((enum ca_key_kind)k)->parameters.len > 0 &&
            ca_bytes_equal(ca_key_info((enum ca_key_kind)k)->parameters, parameters))
            kind = k;
    }
    if (kind == CA_KEY__COUNT)
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "the key's curve is not taken");
    ret->kind = (enum ca_key_kind)kind;
    ret->bits =
        kind == CA_KEY_RSA ? modulus_bits(ca_buf_view(&a->modulus)) : ca_key_info(ret->kind)->bits;
    return CA_OK;
}

/* CKA_EC_POINT is an OCTET STRING with the point; some modules leave the wrapping out. The length
 * tells which. */
static CA_RC point_read(struct ca_bytes in, struct ca_key_spec spec, struct ca_bytes *ret,
                        struct ca_err *err)
{
    size_t field = (spec.bits + 7) / 8;
    size_t len = spec.kind == CA_KEY_ED25519 ? field : 2 * field + 1;
    struct der octets;

    if (in.len != len) {
        CA_TRY(der_take(&in, DER_OCTET_STRING, &octets, err));
        CA_TRY(der_done(in, err));
        in = octets.body;
    }
    if (in.len != len) {
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "point of %zu octets, not %zu", in.len,
                          len);
    }
    *ret = in;
    return CA_OK;
}

static CA_RC spki_write(const struct public_attributes *a, struct ca_key_spec spec,
                        struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    CA_AUTO(der_writer) struct der_writer rsa = {0};
    struct ca_bytes bits;

    if (spec.kind == CA_KEY_RSA) {
        der_open(&rsa, DER_SEQUENCE);
        der_put_unsigned(&rsa, DER_INTEGER, ca_buf_view(&a->modulus));
        der_put_unsigned(&rsa, DER_INTEGER, ca_buf_view(&a->exponent));
        der_close(&rsa);
        CA_TRY(der_writer_check(&rsa, err));
        bits = der_writer_view(&rsa);
    } else {
        CA_TRY(point_read(ca_buf_view(&a->point), spec, &bits, err));
    }
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, ca_key_info(spec.kind)->algorithm);
    der_put_bits(&w, bits);
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}

static CA_RC public_read(struct hsm_key *key, struct ca_err *err)
{
    CA_AUTO(public_attributes) struct public_attributes a = {0};
    const unsigned char *p;

    CA_TRY(public_attributes_read(key->hsm, key->public_key, &a, err));
    CA_TRY(spec_read(&a, &key->spec, err));
    CA_TRY(spki_write(&a, key->spec, &key->spki, err));
    p = key->spki.ptr;
    key->software = d2i_PUBKEY(NULL, &p, (long)key->spki.len);
    if (key->software == NULL)
        return CA_FAIL_OSSL(err, CA_DENIED, "the public key of '%s' is not valid", key->label);
    return CA_OK;
}

static CA_RC public_find(struct hsm_key *key, struct ca_err *err)
{
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class,     sizeof(class)     },
        {CKA_LABEL, key->label, strlen(key->label)},
        {CKA_ID,    key->id,    key->id_len       },
    };
    size_t n;

    CA_TRY(object_find(key->hsm, template, key->id_len > 0 ? 3 : 2, &key->public_key, 1, &n, err));
    if (n == 0) {
        return CA_FAIL(err, CA_NOT_FOUND,
                       "no public key beside the private key '%s', with its label and CKA_ID",
                       key->label);
    }
    return CA_OK;
}

CA_RC key_read(struct hsm *hsm, CK_OBJECT_HANDLE private_key, struct hsm_key **ret,
               struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = calloc(1, sizeof(*key));
    CA_AUTO(buf) struct ca_buf label = {.max = ATTRIBUTE_MAX};
    CA_AUTO(buf) struct ca_buf id = {.max = HSM_ID_MAX};
    bool has;

    if (key == NULL)
        return CA_FAIL_NOMEM(err);
    key->hsm = hsm;
    key->private_key = private_key;
    CA_TRY(object_attribute(hsm, private_key, CKA_LABEL, &label, &has, err));
    CA_TRY(object_attribute(hsm, private_key, CKA_ID, &id, &has, err));
    key->label = (char *)ca_bytes_dup(ca_buf_view(&label));
    if (key->label == NULL)
        return CA_FAIL_NOMEM(err);
    if (id.len > 0)
        memcpy(key->id, id.ptr, id.len);
    key->id_len = id.len;
    CA_TRY(public_find(key, err));
    CA_TRY(public_read(key, err));
    *ret = CA_MOVE(key);
    return CA_OK;
}

CA_RC hsm_key_open(struct hsm *hsm, const char *label, struct hsm_key **ret, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    CA_AUTO(buf) struct ca_buf copy = {0}; /* PKCS#11 templates are not const */
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_OBJECT_HANDLE found[2];
    size_t n;

    ca_buf_str(&copy, label);
    CA_TRY(ca_buf_check(&copy, err));
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class,   sizeof(class)},
        {CKA_LABEL, copy.ptr, copy.len     },
    };
    CA_TRY(object_find(hsm, template, CA_COUNT(template), found, CA_COUNT(found), &n, err));
    if (n == 0) {
        return CA_FAIL(err, CA_NOT_FOUND, "no private key '%s' in token '%s'", label,
                       hsm->token.label);
    }
    if (n > 1) {
        return CA_FAIL(err, CA_CONFLICT, "several private keys '%s' in token '%s'", label,
                       hsm->token.label);
    }
    CA_TRY(key_read(hsm, found[0], &key, err));
    CA_TRY(provider_key(hsm, key, &key->provider, err));
    *ret = CA_MOVE(key);
    return CA_OK;
}

void hsm_key_close(struct hsm_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->provider);
    EVP_PKEY_free(key->software);
    ca_buf_done(&key->spki);
    free(key->label);
    free(key);
}

const char *hsm_key_label(const struct hsm_key *key)
{
    return key->label;
}

struct ca_bytes hsm_key_id(const struct hsm_key *key)
{
    return (struct ca_bytes){key->id, key->id_len};
}

struct ca_bytes hsm_key_spki(const struct hsm_key *key)
{
    return ca_buf_view(&key->spki);
}

struct ca_key_spec hsm_key_spec(const struct hsm_key *key)
{
    return key->spec;
}

EVP_PKEY *hsm_key_provider_pkey(const struct hsm_key *key)
{
    return key->provider;
}

OSSL_LIB_CTX *hsm_key_libctx(const struct hsm_key *key)
{
    return key->hsm->libctx;
}

struct hsm_guard {
    struct watchdog *dog;
    struct watch watch;
};

struct hsm_guard *hsm_guard_begin(const struct hsm_key *key, const char *what)
{
    struct hsm_guard *guard = calloc(1, sizeof(*guard));

    if (guard == NULL)
        return NULL; /* unwatched rather than undone */
    guard->dog = key->hsm->dog;
    watch_begin(guard->dog, &guard->watch, what);
    return guard;
}

void hsm_guard_end(struct hsm_guard *guard)
{
    if (guard == NULL)
        return;
    watch_end(guard->dog, &guard->watch);
    free(guard);
}
