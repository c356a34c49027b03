/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/query.h"

#include <openssl/ocsp.h>

#include "base/buf.h"
#include "base/der.h"
#include "base/der_write.h"
#include "base/ossl.h"
#include "base/text.h"
#include "tests/unit/support.h"

CA_AUTO_DEFINE(ocsp_request, OCSP_REQUEST *, OCSP_REQUEST_free);
CA_AUTO_DEFINE(x509_name, X509_NAME *, X509_NAME_free);

/* OpenSSL's requests: hash of the CertIDs, how many, octets of nonce. */
struct made {
    const EVP_MD *md;
    int n;
    int nonce;
};

static OCSP_CERTID *id_make(const EVP_MD *md, int i)
{
    CA_AUTO(x509_name) X509_NAME *name = X509_NAME_new();
    ASN1_BIT_STRING *key = ASN1_BIT_STRING_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    OCSP_CERTID *id;

    assert_true(name != NULL && key != NULL && serial != NULL);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)"CA", -1, -1, 0),
                     1);
    assert_int_equal(ASN1_BIT_STRING_set(key, (unsigned char[]){1, 2, 3}, 3), 1);
    assert_int_equal(ASN1_INTEGER_set(serial, 1000 + i), 1);
    id = OCSP_cert_id_new(md, name, key, serial);
    assert_non_null(id);
    ASN1_INTEGER_free(serial);
    ASN1_BIT_STRING_free(key);
    return id;
}

static void request_make(struct made how, struct ca_buf *ret)
{
    CA_AUTO(ocsp_request) OCSP_REQUEST *request = OCSP_REQUEST_new();
    uint8_t *at;
    int len;

    assert_non_null(request);
    for (int i = 0; i < how.n; i++)
        assert_non_null(OCSP_request_add0_id(request, id_make(how.md, i)));
    if (how.nonce > 0)
        assert_int_equal(OCSP_request_add1_nonce(request, NULL, how.nonce), 1);
    len = i2d_OCSP_REQUEST(request, NULL);
    assert_true(len > 0);
    at = ca_buf_room(ret, (size_t)len);
    assert_non_null(at);
    assert_int_equal(i2d_OCSP_REQUEST(request, &at), len);
}

/* What both read is the same. */
static void same_as_openssl(struct ca_bytes der, const struct ocsp_query *query)
{
    const uint8_t *at = der.ptr;
    CA_AUTO(ocsp_request) OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)der.len);

    assert_non_null(request);
    assert_ptr_equal(at, der.ptr + der.len);
    assert_int_equal(OCSP_request_onereq_count(request), (int)query->ids_n);
    for (size_t i = 0; i < query->ids_n; i++) {
        OCSP_CERTID *id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, (int)i));
        ASN1_OCTET_STRING *name;
        ASN1_OCTET_STRING *key;
        ASN1_OBJECT *oid;
        ASN1_INTEGER *serial;
        struct der_writer w = {0};

        assert_int_equal(OCSP_id_get0_info(&name, &oid, &key, &serial, id), 1);
        assert_true(ca_bytes_equal(query->ids[i].name_hash,
                                   (struct ca_bytes){name->data, (size_t)name->length}));
        assert_true(ca_bytes_equal(query->ids[i].key_hash,
                                   (struct ca_bytes){key->data, (size_t)key->length}));
        der_put(&w, DER_INTEGER, query->ids[i].serial);
        at = der_writer_view(&w).ptr;
        {
            ASN1_INTEGER *again = d2i_ASN1_INTEGER(NULL, &at, (long)der_writer_view(&w).len);

            assert_int_equal(ASN1_INTEGER_cmp(again, serial), 0);
            ASN1_INTEGER_free(again);
        }
        der_writer_done(&w);
        if (query->ids[i].digest != OCSP_OTHER)
            assert_string_equal(ocsp_digest_name(query->ids[i].digest),
                                OBJ_obj2nid(oid) == NID_sha1 ? "sha1" : "sha256");
    }
}

static void ocsp_query_read_answers_what_openssl_writes(void **state)
{
    const struct made cases[] = {
        {EVP_sha1(),   1,            0  },
        {EVP_sha256(), 1,            16 },
        {EVP_sha384(), 1,            0  },
        {EVP_sha1(),   7,            128},
        {EVP_sha256(), OCSP_IDS_MAX, 1  },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf der = {0};
        struct ocsp_query query;
        struct ca_err err = {0};

        request_make(cases[i], &der);
        assert_int_equal(ocsp_query_read(ca_buf_view(&der), &query, &err), CA_OK);
        assert_int_equal(query.ids_n, cases[i].n);
        assert_int_equal(query.nonce.len, cases[i].nonce);
        assert_int_equal(query.ids[0].digest, cases[i].md == EVP_sha1()     ? OCSP_SHA1
                                              : cases[i].md == EVP_sha256() ? OCSP_SHA256
                                                                            : OCSP_OTHER);
        same_as_openssl(ca_buf_view(&der), &query);
    }
}

/* Every octet changed, every end cut off: what is taken all the same, OpenSSL reads alike. */
static void ocsp_query_read_survives_every_change(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ocsp_query query;
    struct ca_err err;

    (void)state;
    request_make((struct made){EVP_sha1(), 2, 16}, &der);
    for (size_t len = 0; len < der.len; len++)
        assert_int_equal(ocsp_query_read((struct ca_bytes){der.ptr, len}, &query, &err),
                         CA_MALFORMED);
    for (size_t i = 0; i < der.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const uint8_t *at = der.ptr;
            OCSP_REQUEST *request;

            der.ptr[i] ^= (uint8_t)(1U << bit);
            request = d2i_OCSP_REQUEST(NULL, &at, (long)der.len);
            if (ocsp_query_read(ca_buf_view(&der), &query, &err) == CA_OK && request != NULL)
                same_as_openssl(ca_buf_view(&der), &query);
            OCSP_REQUEST_free(request);
            der.ptr[i] ^= (uint8_t)(1U << bit);
        }
    }
}

#define T(text)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define SHA1     T("\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a")
#define FIVE     T("\x02\x01\x05")
#define NONE     T("")
#define NONCE    "\x30\x10\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02\x04\x03\x04\x01\x07"
#define OTHER    "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x63"
#define NONCE_ID "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02"

/* clang-format off */
static const struct query_case { /* the parts of a request for one certificate */
    const char *what;
    struct ca_bytes before; /* version, requestorName */
    struct ca_bytes algorithm, serial;
    struct ca_bytes after;  /* requestExtensions */
    struct ca_bytes signature;
    enum ca_rc rc;
    const char *says;
} query_cases[] = {
    {"one certificate",           NONE, SHA1, FIVE, NONE, NONE, CA_OK, ""},
    {"hash with a NULL",          NONE, T("\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"), FIVE, NONE, NONE, CA_OK, ""},
    {"version 1 written out",     T("\xa0\x03\x02\x01\x00"), SHA1, FIVE, NONE, NONE, CA_OK, ""},
    {"requestor name",            T("\xa1\x04\x82\x02hi"), SHA1, FIVE, NONE, NONE, CA_OK, ""},
    {"signature",                 NONE, SHA1, FIVE, NONE, T("\xa0\x02\x30\x00"), CA_OK, ""},
    {"extension that is ignored", NONE, SHA1, FIVE, T("\xa2\x13\x30\x11\x30\x0f" OTHER "\x04\x02\x05\x00"), NONE, CA_OK, ""},
    {"nonce of 1",                NONE, SHA1, FIVE, T("\xa2\x14\x30\x12" NONCE), NONE, CA_OK, ""},
    {"negative serial",           NONE, SHA1, T("\x02\x01\x85"), NONE, NONE, CA_OK, ""},
    {"version 2",                 T("\xa0\x03\x02\x01\x01"), SHA1, FIVE, NONE, NONE, CA_MALFORMED, "larger"},
    {"two requestor names",       T("\xa1\x08\x82\x02hi\x82\x02hi"), SHA1, FIVE, NONE, NONE, CA_MALFORMED, "left over"},
    {"hash with parameters",      NONE, T("\x30\x0a\x06\x05\x2b\x0e\x03\x02\x1a\x02\x01\x00"), FIVE, NONE, NONE, CA_MALFORMED, "parameters"},
    {"serial without octets",     NONE, SHA1, T("\x02\x00"), NONE, NONE, CA_MALFORMED, "serial number of 0"},
    {"serial with a zero before", NONE, SHA1, T("\x02\x02\x00\x05"), NONE, NONE, CA_MALFORMED, "shortest"},
    {"serial with ff before",     NONE, SHA1, T("\x02\x02\xff\x85"), NONE, NONE, CA_MALFORMED, "shortest"},
    {"octets behind the serial",  NONE, SHA1, T("\x02\x01\x05\x05\x00"), NONE, NONE, CA_MALFORMED, "left over"},
    {"long length",               NONE, SHA1, T("\x02\x81\x01\x05"), NONE, NONE, CA_MALFORMED, "not DER"},
    {"indefinite length",         NONE, SHA1, FIVE, T("\xa2\x80\x30\x00\x00\x00"), NONE, CA_MALFORMED, "not DER"},
    {"critical extension",        NONE, SHA1, FIVE, T("\xa2\x16\x30\x14\x30\x12" OTHER "\x01\x01\xff\x04\x02\x05\x00"), NONE, CA_MALFORMED, "critical"},
    {"boolean of neither kind",   NONE, SHA1, FIVE, T("\xa2\x16\x30\x14\x30\x12" OTHER "\x01\x01\x01\x04\x02\x05\x00"), NONE, CA_MALFORMED, "BOOLEAN"},
    {"nonce of 0",                NONE, SHA1, FIVE, T("\xa2\x13\x30\x11\x30\x0f" NONCE_ID "\x04\x02\x04\x00"), NONE, CA_MALFORMED, "nonce of 0"},
    {"nonce that is no string",   NONE, SHA1, FIVE, T("\xa2\x14\x30\x12\x30\x10" NONCE_ID "\x04\x03\x02\x01\x07"), NONE, CA_MALFORMED, "is not tag"},
    {"two nonces",                NONE, SHA1, FIVE, T("\xa2\x26\x30\x24" NONCE NONCE), NONE, CA_MALFORMED, "two nonces"},
    {"octets behind the list",    NONE, SHA1, FIVE, T("\x05\x00"), NONE, CA_MALFORMED, "left over: 2"},
    {"octets behind the rest",    NONE, SHA1, FIVE, NONE, T("\x05\x00"), CA_MALFORMED, "left over: 2"},
    {"signature of another kind", NONE, SHA1, FIVE, NONE, T("\xa0\x02\x05\x00"), CA_MALFORMED, "is not tag"},
};
/* clang-format on */

static void parts_write(const struct query_case *c, struct der_writer *w)
{
    static const uint8_t hash[20];

    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, c->before);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, c->algorithm);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hash, sizeof(hash)});
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hash, sizeof(hash)});
    der_put_raw(w, c->serial);
    der_close(w);
    der_close(w);
    der_close(w);
    der_put_raw(w, c->after);
    der_close(w);
    der_put_raw(w, c->signature);
    der_close(w);
}

static void ocsp_query_read_answers_each_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(query_cases); i++) {
        const struct query_case *c = &query_cases[i];
        struct der_writer w = {0};
        struct ocsp_query query;
        struct ca_err err = {0};

        test_note(c->what);
        parts_write(c, &w);
        assert_int_equal(ocsp_query_read(der_writer_view(&w), &query, &err), c->rc);
        assert_non_null(strstr(err.text, c->says));
        if (c->rc == CA_OK && c->signature.len == 0)
            same_as_openssl(der_writer_view(&w), &query);
        der_writer_done(&w);
    }
}

static void ocsp_query_read_refuses_what_is_no_request(void **state)
{
    static const struct ca_bytes cases[] = {NONE,
                                            T("GET"),
                                            T("\x30\x80\x00\x00"),
                                            T("\x30\x00"),
                                            T("\x30\x02\x30\x00"),
                                            T("\x30\x04\x30\x02\x30\x00"),
                                            T("\x30\x05\x30\x02\x30\x00\x00"),
                                            T("\x31\x04\x30\x02\x30\x00"),
                                            T("\x30\x84\xff\xff\xff\xff")};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct ocsp_query query;
        struct ca_err err;

        assert_int_equal(ocsp_query_read(cases[i], &query, &err), CA_MALFORMED);
    }
}

static void ocsp_query_read_stops_at_its_limits(void **state)
{
    CA_AUTO(buf) struct ca_buf many = {0};
    CA_AUTO(buf) struct ca_buf nonce = {0};
    struct ocsp_query query;
    struct ca_err err = {0};

    (void)state;
    request_make((struct made){EVP_sha1(), 20000, 0}, &many);
    assert_int_equal(ocsp_query_read(ca_buf_view(&many), &query, &err), CA_LIMIT);
    assert_int_equal(query.ids_n, OCSP_IDS_MAX);
    request_make((struct made){EVP_sha1(), 1, 129}, &nonce);
    assert_int_equal(ocsp_query_read(ca_buf_view(&nonce), &query, &err), CA_MALFORMED);
    assert_non_null(strstr(err.text, "nonce of 129"));
}

static const struct path_case {
    const char *text;
    enum ca_rc rc;
    const char *hex;
} path_cases[] = {
    {"MEUw+/8=",          CA_OK,        "304530fbff"},
    {"MEUw%2B%2F8%3D",    CA_OK,        "304530fbff"},
    {"MEUw%2b%2f8%3d",    CA_OK,        "304530fbff"},
    {"MEUw+/8",           CA_OK,        "304530fbff"},
    {"MEUw-_8",           CA_OK,        "304530fbff"},
    {"MEUw%20/8=",        CA_OK,        "304530fbff"},
    {"//MEUw+/8=",        CA_OK,        "304530fbff"},
    {"MEUw//8=",          CA_OK,        "304530ffff"},
    {"MEUw%0D%0A+/8=%0A", CA_OK,        "304530fbff"},
    {"",                  CA_OK,        ""          },
    {"M",                 CA_MALFORMED, ""          },
    {"MEUw+",             CA_MALFORMED, ""          },
    {"MEUw+/9=",          CA_MALFORMED, ""          },
    {"MEUw%2",            CA_MALFORMED, ""          },
    {"MEUw%zz",           CA_MALFORMED, ""          },
    {"MEUw=+/8",          CA_MALFORMED, ""          },
    {"MEUw~~",            CA_MALFORMED, ""          },
    {"MEUw%00",           CA_MALFORMED, ""          },
};

static void ocsp_path_read_answers_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(path_cases); i++) {
        const struct path_case *c = &path_cases[i];
        uint8_t octets[64];
        char hex[2 * sizeof(octets) + 1];
        size_t n = 0;
        struct ca_err err;

        test_note(c->text);
        assert_int_equal(ocsp_path_read(ca_bytes_str(c->text), octets, &n, &err), c->rc);
        assert_string_equal(ca_hex((struct ca_bytes){octets, n}, hex), c->hex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ocsp_query_read_answers_what_openssl_writes),
        cmocka_unit_test(ocsp_query_read_survives_every_change),
        cmocka_unit_test(ocsp_query_read_answers_each_case),
        cmocka_unit_test(ocsp_query_read_refuses_what_is_no_request),
        cmocka_unit_test(ocsp_query_read_stops_at_its_limits),
        cmocka_unit_test(ocsp_path_read_answers_each_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
