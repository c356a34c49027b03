/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the server's own, over a whole signer. */
#include "ca/service_internal.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/role.h"
#include "base/time.h"
#include "ca/issue_internal.h"
#include "ca/scep_internal.h"
#include "tests/unit/signer_support.h"

enum { DAY_S = 86400, TLS_LIFE_S = 90 * DAY_S };

/* The wall clock (linked with --wrap). A signer that runs stops signing when it jumps. */
static int64_t jump_s;
int64_t __real_ca_time_now(void);
int64_t __wrap_ca_time_now(void);
int64_t __wrap_ca_time_now(void)
{
    return __real_ca_time_now() + jump_s;
}

static void clock_move(struct test_signer *t, int64_t by_s)
{
    test_signer_stop(t);
    jump_s += by_s;
    test_signer_again(t);
}

/* A request for this key whose subject and names nobody is to get. */
static void request_make(EVP_PKEY *key, struct ca_buf *ret)
{
    X509_REQ *req = X509_REQ_new();
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    uint8_t *der = NULL;
    int len;

    assert_non_null(req);
    (void)X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                                     (const uint8_t *)"evil.example", -1, -1, 0);
    (void)sk_X509_EXTENSION_push(
        list, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:evil.example"));
    assert_int_equal(X509_REQ_add_extensions(req, list), 1);
    (void)X509_REQ_set_pubkey(req, key);
    assert_true(X509_REQ_sign(req, key, EVP_sha256()) > 0);
    len = i2d_X509_REQ(req, &der);
    assert_true(len > 0);
    ca_buf_reset(ret);
    ca_buf_add(ret, der, (size_t)len);
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    X509_REQ_free(req);
}

struct office {
    struct test_signer t;
    EVP_PKEY *key;
    EVP_PKEY *ra_key;
    struct ca_buf csr;
    struct ca_buf own;
    struct wire_service answer; /* views of `own` */
};

static void office_start(struct office *o)
{
    CA_AUTO(buf) struct ca_buf made = {0};

    jump_s = 0;
    *o = (struct office){.key = EVP_EC_gen("P-256"), .ra_key = EVP_RSA_gen(2048)};
    test_signer_start(&o->t);
    test_authority_make(&o->t, "root", "", &made);
    test_authority_make(&o->t, "issuing", "root", &made);
    request_make(o->key, &o->csr);
}

static void office_end(struct office *o)
{
    EVP_PKEY_free(o->key);
    EVP_PKEY_free(o->ra_key);
    ca_buf_done(&o->csr);
    ca_buf_done(&o->own);
    test_signer_done(&o->t);
}

static CA_RC ask(struct office *o, const char *kind, const char *owner, struct ca_err *err)
{
    const struct wire_service_issue question = {
        .caller = {.channel = "front", .request_id = "test-1"},
        .kind = kind,
        .owner = owner,
        .key_label = "tls",
        .csr = ca_buf_view(&o->csr),
    };

    ca_buf_reset(&o->own);
    return handle_service_issue(o->t.s, &o->t.actor, &question, &o->answer, &o->own, err);
}

/* As init does: the first one of this server, with the names that its administrator chose. */
static void first_tls(struct office *o)
{
    static const uint8_t loopback[] = {127, 0, 0, 1};
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(o->t.s->registry);
    CA_AUTO(buf) struct ca_buf certificate = {0};
    const struct name_value cn = {NAME_CN, name_attribute_info(NAME_CN)->tag,
                                  ca_bytes_str("ca.example")};
    const struct san sans[] = {
        {SAN_DNS, ca_bytes_str("ca.example")},
        {SAN_IP,  {loopback, 4}             },
    };
    const struct wish wish = {
        .subject = &cn, .subject_n = 1, .sans = sans, .san_n = 2, .path_length = -1};
    struct issue_ask question = {.profile = "tls-server-self",
                                 .csr = ca_buf_view(&o->csr),
                                 .wish = &wish,
                                 .caller = &o->t.caller,
                                 .actor = &o->t.actor};
    struct ca_err err = {0};

    test_ok(authority_set_find(set, "issuing", &question.issuer, &err), &err);
    test_ok(issue_now(o->t.s, &question, &certificate, &err), &err);
}

static int64_t rows(struct office *o)
{
    return postgres_number(o->t.pg, "SELECT count(*) FROM ca.service_certificate");
}

static void names_check(const struct office *o)
{
    CA_AUTO(buf) struct ca_buf subject = {0};
    struct san sans[SAN_COUNT_MAX];
    struct ca_err err = {0};
    struct cert cert;
    size_t n = 0;

    test_ok(cert_read(o->answer.certificate, &cert, &err), &err);
    name_text(cert.subject, &subject);
    assert_string_equal(ca_buf_cstr(&subject), "CN=ca.example");
    test_ok(san_read(cert_extension(&cert, EXT_SUBJECT_ALT_NAME)->value, sans, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_true(ca_bytes_is_str(sans[0].value, "ca.example"));
    assert_int_equal(sans[1].type, SAN_IP);
}

static void https_gets_the_names_it_had_and_no_others(void **state)
{
    struct office o;
    struct ca_err err = {0};
    CA_AUTO(buf) struct ca_buf chain = {0};

    (void)state;
    office_start(&o);
    first_tls(&o);
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_LIMIT, "", "not half over");
    clock_move(&o.t, TLS_LIFE_S * 6 / 10);
    test_ok(ask(&o, "tls", "node-1", &err), &err);
    names_check(&o);
    ca_buf_bytes(&chain, o.answer.certificate);
    ca_buf_bytes(&chain, o.answer.chain);
    test_ok(cert_chain_check(ca_buf_view(&chain), ca_time_now(), &err), &err);
    assert_int_equal(rows(&o), 1);
    assert_int_equal(postgres_number(o.t.pg, "SELECT count(*) FROM ca.audit WHERE action = "
                                             "'service.issue' AND outcome = 'ok' AND object = "
                                             "'node-1' AND actor = 'front'"),
                     1);
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_LIMIT, "", "not half over");
    assert_int_equal(rows(&o), 1);
    clock_move(&o.t, 2 * TLS_LIFE_S); /* it was away for long: the key and the names are the same */
    test_ok(ask(&o, "tls", "node-1", &err), &err);
    names_check(&o);
    office_end(&o);
}

static void what_is_not_the_front_s_own_is_refused(void **state)
{
    struct office o;
    struct ca_err err = {0};
    struct wire_service_issue question = {
        .caller = {.channel = "rest", .request_id = "test-1"},
        .kind = "tls",
        .owner = "node-1",
        .key_label = "tls",
    };

    (void)state;
    office_start(&o);
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_DENIED, "forbidden",
                 "no certificate of profile 'tls-server-self' to replace");
    first_tls(&o);
    clock_move(&o.t, TLS_LIFE_S * 6 / 10);
    test_refused(ask(&o, "tls", "node-2", &err), &err, CA_DENIED, "forbidden", "another node");
    test_refused(ask(&o, "operator", "node-1", &err), &err, CA_DENIED, "forbidden", "'operator'");
    test_refused(ask(&o, "ocsp", "issuing", &err), &err, CA_DENIED, "forbidden", "'ocsp'");
    test_refused(ask(&o, "", "", &err), &err, CA_DENIED, "forbidden", "''");

    question.csr = ca_buf_view(&o.csr);
    test_refused(handle_service_issue(o.t.s, &o.t.actor, &question, &o.answer, &o.own, &err), &err,
                 CA_DENIED, "forbidden", "the server's own");
    question.caller = o.t.caller; /* somebody */
    question.caller.channel = "front";
    test_refused(handle_service_issue(o.t.s, &o.t.actor, &question, &o.answer, &o.own, &err), &err,
                 CA_DENIED, "forbidden", "the server's own");
    o.csr.ptr[o.csr.len - 1] ^= 1;
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_DENIED, "proof-of-possession", "");
    ca_buf_reset(&o.csr);
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_MALFORMED, "malformed-csr", "");
    assert_int_equal(rows(&o), 0);
    office_end(&o);
}

/* A row in the database is not enough: the authority's signature is looked at. */
static void what_is_revoked_or_altered_is_not_renewed(void **state)
{
    struct office o;
    struct ca_err err = {0};

    (void)state;
    office_start(&o);
    first_tls(&o);
    clock_move(&o.t, TLS_LIFE_S * 6 / 10);
    free(postgres_sql(o.t.pg, "UPDATE ca.certificate SET state = 'revoked', reason = 1, revoked_at "
                              "= 1 WHERE profile = 'tls-server-self'"));
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_DENIED, "forbidden", "revoked");
    free(postgres_sql(o.t.pg, "UPDATE ca.certificate SET state = 'valid', reason = -1, revoked_at "
                              "= NULL, der = overlay(der placing 'CA' from position('ca.example'"
                              "::bytea in der)) WHERE profile = 'tls-server-self'"));
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_DENIED, "", "signature");
    assert_int_equal(rows(&o), 0);
    office_end(&o);
}

static void door_put(struct office *o, const char *name, const char *authority, const char *ra_key,
                     bool enabled)
{
    const struct wire_scep_endpoint_put question = {
        .caller = o->t.caller,
        .name = name,
        .profile = "device",
        .authority = authority,
        .ra_key = ra_key,
        .enabled_given = true,
        .enabled = enabled,
        .webhook_url = "",
    };
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_scep_endpoint answer;
    struct ca_err err = {0};

    test_ok(handle_scep_endpoint_put(o->t.s, &o->t.actor, &question, &answer, &own, &err), &err);
}

static void ra_check(const struct office *o, const char *subject, const char *issuer)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(o->t.s->registry);
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf chain = {0};
    struct ca_err err = {0};
    struct cert cert;
    uint32_t usage = 0;

    test_ok(cert_read(o->answer.certificate, &cert, &err), &err);
    name_text(cert.subject, &text);
    assert_string_equal(ca_buf_cstr(&text), subject);
    assert_null(cert_extension(&cert, EXT_SUBJECT_ALT_NAME));
    test_ok(cert_key_usage(&cert, &usage, &err), &err);
    assert_int_equal(usage, CERT_KU_DIGITAL_SIGNATURE | CERT_KU_KEY_ENCIPHERMENT);
    test_ok(cert_issued_by(&cert, &authority_set_named(set, issuer)->cert, &err), &err);
    ca_buf_bytes(&chain, o->answer.certificate);
    ca_buf_bytes(&chain, o->answer.chain);
    test_ok(cert_chain_check(ca_buf_view(&chain), ca_time_now(), &err), &err);
}

/* The authorities have EC keys. */
static void an_endpoint_gets_an_ra_of_its_authority(void **state)
{
    struct office o;
    struct ca_err err = {0};
    CA_AUTO(buf) struct ca_buf made = {0};
    EVP_PKEY *longer = EVP_RSA_gen(3072);

    (void)state;
    office_start(&o);
    test_authority_make(&o.t, "second", "root", &made);
    door_put(&o, "routers", "issuing", "rsa:2048", true);
    request_make(o.ra_key, &o.csr);
    test_ok(ask(&o, "scep-ra", "routers", &err), &err);
    ra_check(&o, "CN=routers SCEP RA", "issuing");

    for (int i = 0; i < 3; i++) /* a lost token, a node with one of its own: a few, not endless */
        test_ok(ask(&o, "scep-ra", "routers", &err), &err);
    test_refused(ask(&o, "scep-ra", "routers", &err), &err, CA_LIMIT, "", "not half over");
    assert_int_equal(rows(&o), 4);

    door_put(&o, "routers", "second", "rsa:2048", true); /* another authority: at once */
    test_ok(ask(&o, "scep-ra", "routers", &err), &err);
    ra_check(&o, "CN=routers SCEP RA", "second");
    test_refused(ask(&o, "scep-ra", "routers", &err), &err, CA_LIMIT, "", "not half over");

    door_put(&o, "routers", "second", "rsa:3072", true); /* another kind of key: at once */
    test_refused(ask(&o, "scep-ra", "routers", &err), &err, CA_DENIED, "forbidden", "rsa:3072");
    request_make(longer, &o.csr);
    test_ok(ask(&o, "scep-ra", "routers", &err), &err);
    test_refused(ask(&o, "scep-ra", "routers", &err), &err, CA_LIMIT, "", "not half over");
    assert_int_equal(rows(&o), 6);
    EVP_PKEY_free(longer);
    office_end(&o);
}

static void what_is_no_endpoint_s_is_refused(void **state)
{
    struct office o;
    struct ca_err err = {0};

    (void)state;
    office_start(&o);
    door_put(&o, "routers", "issuing", "rsa:2048", true);
    door_put(&o, "printers", "issuing", "rsa:2048", false);
    test_refused(ask(&o, "scep-ra", "routers", &err), &err, CA_DENIED, "forbidden",
                 "not one of rsa:2048"); /* an EC key */
    request_make(o.ra_key, &o.csr);
    test_refused(ask(&o, "scep-ra", "phones", &err), &err, CA_DENIED, "forbidden",
                 "no SCEP endpoint 'phones'");
    test_refused(ask(&o, "scep-ra", "", &err), &err, CA_DENIED, "forbidden", "no SCEP endpoint");
    test_refused(ask(&o, "scep-ra", "printers", &err), &err, CA_DENIED, "forbidden", "disabled");
    test_refused(ask(&o, "tls", "node-1", &err), &err, CA_DENIED, "forbidden", "to replace");
    free(postgres_sql(o.t.pg, "UPDATE ca.scep_endpoint SET enabled = true"));
    test_refused(ask(&o, "scep-ra", "printers", &err), &err, CA_DENIED, "row-altered", "");
    assert_int_equal(rows(&o), 0);
    office_end(&o);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(https_gets_the_names_it_had_and_no_others),
        TOKEN_TEST(what_is_not_the_front_s_own_is_refused),
        TOKEN_TEST(an_endpoint_gets_an_ra_of_its_authority),
        TOKEN_TEST(what_is_no_endpoint_s_is_refused),
        TOKEN_TEST(what_is_revoked_or_altered_is_not_renewed),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
