/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ocsp_support.h"

#include <stdio.h>

#include "base/time.h"

static X509 *x509_of(struct ca_bytes der)
{
    const uint8_t *at = der.ptr;
    X509 *x = d2i_X509(NULL, &at, (long)der.len);

    assert_non_null(x);
    return x;
}

static X509 *made(struct test_signer *t, const char *name, const char *parent, const char *key)
{
    const struct wire_pair cn = {"common_name", name};
    struct wire_authority_create ask = test_create_ask(t, name, parent, &cn);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_authority ret;
    struct ca_err err = {0};

    ask.key = key;
    test_ok(test_create(t, &ask, &ret, &own, &err), &err);
    return x509_of(ret.certificate);
}

void shop_open(struct shop *s, const char *root, const char *key, int subs)
{
    char name[32];

    *s = (struct shop){.root = NULL};
    test_signer_start(&s->t);
    s->root = made(&s->t, root, "", key);
    for (int i = 0; i < subs; i++) {
        (void)snprintf(name, sizeof(name), "sub-%d", i);
        s->subs[i] = made(&s->t, name, root, "ec:P-256");
    }
}

void shop_close(struct shop *s)
{
    X509_free(s->root);
    for (int i = 0; i < SHOP_SUBS; i++)
        X509_free(s->subs[i]);
    ca_buf_done(&s->own);
    test_signer_done(&s->t);
}

void shop_revoke(struct shop *s, int sub, uint8_t reason)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_revoke ask = {.caller = s->t.caller, .reason = reason, .comment = ""};
    struct wire_revoked done;
    struct ca_err err = {0};
    char sql[128];
    char *id;

    (void)snprintf(sql, sizeof(sql), "SELECT id FROM ca.certificate WHERE common_name = 'sub-%d'",
                   sub);
    id = postgres_sql(s->t.pg, sql);
    test_ok(ca_uuid_parse(ca_bytes_str(id), &ask.certificate_id, &err), &err);
    free(id);
    test_ok(handle_revoke(s->t.s, &s->t.actor, &ask, &done, &own, &err), &err);
}

struct ca_bytes serial_of(const ASN1_INTEGER *from)
{
    uint8_t *der = NULL;
    int len = i2d_ASN1_INTEGER(from, &der);
    uint8_t *own;

    assert_in_range(len, 3, 64);
    own = ca_bytes_dup((struct ca_bytes){der + 2, (size_t)len - 2});
    OPENSSL_free(der);
    return (struct ca_bytes){own, (size_t)len - 2};
}

struct wire_ocsp_sign shop_ask(const char *root, const struct wire_ocsp_id *ids, uint32_t n)
{
    return (struct wire_ocsp_sign){
        .caller = {.channel = "ocsp", .request_id = ""},
        .authority = root,
        .digest = "sha1",
        .ids = ids,
        .ids_n = n
    };
}

CA_RC shop_sign(struct shop *s, const struct wire_ocsp_sign *ask, struct ca_err *err)
{
    ca_buf_reset(&s->own);
    s->got = (struct wire_ocsp_signed){.answers = NULL};
    return handle_ocsp_sign(s->t.s, &s->t.actor, ask, &s->got, &s->own, err);
}

OCSP_BASICRESP *shop_basic(const struct shop *s, uint32_t i)
{
    const uint8_t *at = s->got.answers[i].response.ptr;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)s->got.answers[i].response.len);
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *issuer = sk_X509_new_null();
    OCSP_BASICRESP *basic;

    assert_non_null(response);
    assert_ptr_equal(at, s->got.answers[i].response.ptr + s->got.answers[i].response.len);
    assert_int_equal(OCSP_response_status(response), OCSP_RESPONSE_STATUS_SUCCESSFUL);
    basic = OCSP_response_get1_basic(response);
    assert_non_null(basic);
    assert_int_equal(X509_STORE_add_cert(store, s->root), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), ca_time_now());
    assert_true(sk_X509_push(issuer, s->root) > 0); /* of an authority that signs itself */
    assert_int_equal(OCSP_basic_verify(basic, issuer, store, 0), 1);
    sk_X509_free(issuer);
    X509_STORE_free(store);
    OCSP_RESPONSE_free(response);
    return basic;
}

static int64_t time_of(const ASN1_GENERALIZEDTIME *from)
{
    struct tm tm;
    struct ca_civil civil;
    int64_t ret = 0;

    if (from == NULL)
        return 0;
    assert_int_equal(ASN1_TIME_to_tm(from, &tm), 1);
    civil = (struct ca_civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                              tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    assert_true(ca_civil_to_time(&civil, &ret));
    return ret;
}

struct found shop_find(OCSP_BASICRESP *basic, const EVP_MD *md, const X509 *root,
                       const ASN1_INTEGER *serial)
{
    OCSP_CERTID *id =
        OCSP_cert_id_new(md, X509_get_subject_name(root), X509_get0_pubkey_bitstr(root), serial);
    ASN1_GENERALIZEDTIME *revoked = NULL;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    struct found ret = {.reason = -1};

    assert_int_equal(OCSP_resp_find_status(basic, id, &ret.status, &ret.reason, &revoked,
                                           &this_update, &next_update),
                     1);
    ret.revoked_at = time_of(revoked);
    ret.this_update = time_of(this_update);
    ret.next_update = time_of(next_update);
    assert_in_range(ret.this_update, ca_time_now() - 5, ca_time_now());
    OCSP_CERTID_free(id);
    return ret;
}
