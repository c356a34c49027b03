/* SPDX-License-Identifier: Apache-2.0 */

#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/der.h"
#include "base/file.h"
#include "ca/crl_reader_internal.h"
#include "tests/unit/crl_support.h"
#include "tests/unit/support.h"

#define SERIAL(...) CA_BYTES(__VA_ARGS__)

/* Every kind of entry, in order. */
static const struct db_crl_entry entries[] = {
    {SERIAL(0x01),          -1,    CRL_SAMPLE_THIS - 9, 0                  },
    {                          SERIAL(0x40,                 0x01, 0x02),                   0, CRL_SAMPLE_THIS - 8, 0},
    {                         SERIAL(0x40,           0x01,  0x02,                0x00),               1, CRL_SAMPLE_THIS - 7, CRL_SAMPLE_THIS - 99},
    {SERIAL(0x40, 0x02),      6,               CRL_SAMPLE_THIS - 6,                             0},
    {                                                SERIAL(0x80,                    0xff),                         4,                                  CRL_SAMPLE_THIS - 5, 0},
    {SERIAL(0xff,                    0xff),                         -1,                                  CRL_SAMPLE_THIS - 4,                             CRL_SAMPLE_THIS - 98},
};

static const struct algorithm {
    const char *key;
    bool pss;
} algorithms[] = {
    {"ec:P-256", false},
    {"ec:P-384", false},
    {"ec:P-521", false},
    {"rsa:2048", false},
    {"rsa:2048", true },
    {"ed25519",  false},
};

static void make(const struct crl_sample *s, const struct db_crl_entry *list, size_t n,
                 struct ca_buf *ret)
{
    CA_AUTO(crl_file) struct crl_file f = {.fd = -1};
    struct ca_err err = {0};

    assert_int_equal(crl_sample_make(s, list, n, &f, &err), CA_OK);
    crl_sample_read(&f, ret);
}

static X509_CRL *openssl_read(struct ca_bytes der)
{
    const uint8_t *at = der.ptr;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.len);

    assert_non_null(crl);
    assert_ptr_equal(at, der.ptr + der.len);
    return crl;
}

/* OpenSSL's reading of one entry against what went in. */
static void entry_agrees(X509_REVOKED *r, const struct db_crl_entry *e)
{
    CA_AUTO(bn) BIGNUM *serial = ASN1_INTEGER_to_BN(X509_REVOKED_get0_serialNumber(r), NULL);
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
    ASN1_GENERALIZEDTIME *date = X509_REVOKED_get_ext_d2i(r, NID_invalidity_date, NULL, NULL);
    uint8_t octets[DB_SERIAL_MAX];

    assert_int_equal(BN_bn2binpad(serial, octets, (int)e->serial.len), e->serial.len);
    assert_memory_equal(octets, e->serial.ptr, e->serial.len);
    assert_int_equal(ASN1_TIME_cmp_time_t(X509_REVOKED_get0_revocationDate(r), e->revoked_at), 0);
    assert_true((reason != NULL) == (e->reason > 0));
    if (reason != NULL)
        assert_int_equal(ASN1_ENUMERATED_get(reason), e->reason);
    assert_true((date != NULL) == (e->invalidity_date != 0));
    if (date != NULL)
        assert_int_equal(ASN1_TIME_cmp_time_t(date, e->invalidity_date), 0);
    ASN1_ENUMERATED_free(reason);
    ASN1_GENERALIZEDTIME_free(date);
}

static void openssl_agrees(const struct crl_sample *s, struct ca_bytes der, size_t n)
{
    CA_AUTO(x509_crl) X509_CRL *crl = openssl_read(der);
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(crl);
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    int aki = X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1);
    ASN1_OCTET_STRING *key_id = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, aki));

    assert_int_equal(X509_CRL_verify(crl, s->authority.public_key), 1);
    assert_int_equal(X509_CRL_get_version(crl), X509_CRL_VERSION_2);
    assert_int_equal(ASN1_INTEGER_get(number), CRL_SAMPLE_NUMBER);
    assert_int_equal(ASN1_STRING_length(key_id), 4 + s->authority.issuer.key_id.len);
    assert_memory_equal(ASN1_STRING_get0_data(key_id) + 4, s->authority.issuer.key_id.ptr, 20);
    assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(crl), CRL_SAMPLE_THIS), 0);
    assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(crl), CRL_SAMPLE_NEXT), 0);
    assert_true((revoked == NULL) == (n == 0)); /* absent, not empty */
    assert_int_equal(revoked == NULL ? 0 : sk_X509_REVOKED_num(revoked), n);
    for (size_t i = 0; i < n; i++)
        entry_agrees(sk_X509_REVOKED_value(revoked, (int)i), &entries[i]);
    ASN1_INTEGER_free(number);
}

static void i12_walk_and_openssl_agree_on_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(algorithms); i++) {
        struct crl_sample s;

        test_note(algorithms[i].key);
        crl_sample_init(&s, algorithms[i].key, algorithms[i].pss);
        for (size_t n = 0; n <= CA_COUNT(entries); n++) {
            CA_AUTO(buf) struct ca_buf der = {0};
            struct crl_made made = {0};
            struct ca_err err = {0};

            make(&s, entries, n, &der);
            openssl_agrees(&s, ca_buf_view(&der), n);
            assert_int_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err),
                             CA_OK);
            assert_int_equal(made.entries, n);
            assert_int_equal(made.size, der.len);
            assert_int_equal(made.number, CRL_SAMPLE_NUMBER);
            assert_int_equal(made.this_update, CRL_SAMPLE_THIS);
            assert_int_equal(made.next_update, CRL_SAMPLE_NEXT);
        }
        crl_sample_done(&s);
    }
}

/* Every scope that a CRL can have. */
static const struct scope_case {
    const char *name;
    int64_t base;
    const char *point;
    const char *freshest;
} scopes[] = {
    {"whole",              0, NULL,                  NULL                    },
    {"whole, with deltas", 0, NULL,                  "http://c/x-delta.crl"  },
    {"part",               0, "http://c/x/0001.crl", NULL                    },
    {"another part",       0, "http://c/x/0002.crl", NULL                    },
    {"part, with deltas",  0, "http://c/x/0001.crl", "http://c/x/1-delta.crl"},
    {"delta",              5, NULL,                  NULL                    },
    {"delta of another",   6, NULL,                  NULL                    },
    {"delta of a part",    5, "http://c/x/0001.crl", NULL                    },
};

static struct crl_head scope_head(const struct crl_sample *s, const struct scope_case *c)
{
    return (struct crl_head){.issuer = &s->authority.issuer,
                             .number = CRL_SAMPLE_NUMBER,
                             .this_update = CRL_SAMPLE_THIS,
                             .next_update = CRL_SAMPLE_NEXT,
                             .base = c->base,
                             .point = c->point,
                             .freshest = c->freshest};
}

static bool uri_is(const STACK_OF(GENERAL_NAME) *names, const char *url)
{
    const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, 0);

    return sk_GENERAL_NAME_num(names) == 1 && n->type == GEN_URI &&
           ASN1_STRING_length(n->d.uniformResourceIdentifier) == (int)strlen(url) &&
           memcmp(ASN1_STRING_get0_data(n->d.uniformResourceIdentifier), url, strlen(url)) == 0;
}

static void openssl_sees(X509_CRL *crl, const struct scope_case *c)
{
    int critical = -1;
    ASN1_INTEGER *base = X509_CRL_get_ext_d2i(crl, NID_delta_crl, &critical, NULL);
    ISSUING_DIST_POINT *point;
    CRL_DIST_POINTS *freshest;

    assert_int_equal(base == NULL ? 0 : ASN1_INTEGER_get(base), c->base);
    assert_int_equal(critical, c->base == 0 ? -1 : 1);
    point = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
    assert_true((point != NULL) == (c->point != NULL));
    assert_int_equal(critical, c->point == NULL ? -1 : 1);
    assert_true(point == NULL || uri_is(point->distpoint->name.fullname, c->point));
    freshest = X509_CRL_get_ext_d2i(crl, NID_freshest_crl, &critical, NULL);
    assert_true((freshest != NULL) == (c->freshest != NULL));
    assert_int_equal(critical, c->freshest == NULL ? -1 : 0);
    assert_true(freshest == NULL ||
                uri_is(sk_DIST_POINT_value(freshest, 0)->distpoint->name.fullname, c->freshest));
    ASN1_INTEGER_free(base);
    ISSUING_DIST_POINT_free(point);
    CRL_DIST_POINTS_free(freshest);
}

/* A released certificate stands on deltas alone. */
static void scope_make(const struct crl_sample *s, const struct scope_case *c, struct crl_file *ret)
{
    const struct crl_head head = scope_head(s, c);
    const struct db_crl_entry released = {SERIAL(0x77), 8, CRL_SAMPLE_THIS - 5, 0};
    struct ca_err err = {0};

    assert_int_equal(crl_file_open(ret, "/tmp", &err), CA_OK);
    ret->delta = c->base != 0;
    assert_int_equal(crl_file_entry(ret, &released, &err), ret->delta ? CA_OK : CA_FAULT);
    assert_int_equal(crl_file_close(ret, &head, &err), CA_OK);
    assert_int_equal(crl_sample_sign(s, ret, &err), CA_OK);
}

static void i12_a_crl_is_taken_for_its_own_scope_alone(void **state)
{
    struct crl_sample s;

    (void)state;
    crl_sample_init(&s, "ec:P-256", false);
    for (size_t i = 0; i < CA_COUNT(scopes); i++) {
        CA_AUTO(crl_file) struct crl_file f = {.fd = -1};
        CA_AUTO(buf) struct ca_buf der = {0};

        scope_make(&s, &scopes[i], &f);
        crl_sample_read(&f, &der);
        {
            CA_AUTO(x509_crl) X509_CRL *crl = openssl_read(ca_buf_view(&der));

            assert_int_equal(X509_CRL_verify(crl, s.authority.public_key), 1);
            openssl_sees(crl, &scopes[i]);
        }
        for (size_t j = 0; j < CA_COUNT(scopes); j++) {
            const struct crl_head want = scope_head(&s, &scopes[j]);
            struct crl_made made = {0};
            struct ca_err err = {0};
            enum ca_rc rc = crl_walk_from(f.fd, f.crl.at, &s.authority, &want, &made, &err);

            test_note(scopes[j].name);
            assert_true(i == j ? rc == CA_OK : rc == CA_DENIED || rc == CA_MALFORMED);
        }
    }
    crl_sample_done(&s);
}

/* One entry that the encoder must not write. */
static void crl_entry_write_refuses_what_a_crl_cannot_hold(void **state)
{
    static const uint8_t long_serial[DB_SERIAL_MAX + 1] = {1};
    const struct db_crl_entry bad[] = {
        {SERIAL(1),                          7,  1000, 0},
        {SERIAL(1),                          8,  1000, 0}, /* removeFromCRL: deltas only */
        {SERIAL(1),                          11, 1000, 0},
        {SERIAL(1),                          -2, 1000, 0},
        {{NULL, 0},                          -1, 1000, 0},
        {{long_serial, sizeof(long_serial)}, -1, 1000, 0},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct ca_err err = {0};

        assert_int_equal(crl_entry_write(&w, &bad[i], false, &err), CA_FAULT);
        assert_int_equal(w.buf.len, 0);
    }
}

static void i11_each_reason_and_date_reaches_the_entry(void **state)
{
    static const struct {
        int32_t reason;
        int64_t revoked_at, invalidity_date;
        const char *hex;
    } cases[] = {
        {-1, 0,          0,         "3016020500aabbccdd170d3730303130313030303030305a"                            },
        {0,  0,          0,         "3016020500aabbccdd170d3730303130313030303030305a"                            },
        {1,  0,          0,         "3024020500aabbccdd170d3730303130313030303030305a300c300a0603551d1504030a0101"},
        {6,  0,          0,         "3024020500aabbccdd170d3730303130313030303030305a300c300a0603551d1504030a0106"},
        {-1, 2524608000, 0,         "3018020500aabbccdd180f32303530303130313030303030305a"                        },
        {10, 0,          946684800,
         "303e020500aabbccdd170d3730303130313030303030305a3026300a0603551d1504030a010a"
         "30180603551d180411180f32303030303130313030303030305a"                                                   },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        const struct db_crl_entry e = {SERIAL(0xaa, 0xbb, 0xcc, 0xdd), cases[i].reason,
                                       cases[i].revoked_at, cases[i].invalidity_date};
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct crl_entries seen = {0};
        char hex[256];
        struct ca_err err = {0};

        assert_int_equal(crl_entry_write(&w, &e, false, &err), CA_OK);
        (void)ca_hex(der_writer_view(&w), hex);
        assert_string_equal(hex, cases[i].hex);
        assert_int_equal(crl_entries_check(&seen, der_writer_view(&w), &err), CA_OK);
    }
}

/* As two connections read it: the octets are those of one file, wherever the seam is. */
static void i11_a_file_of_two_halves_is_the_file_of_one(void **state)
{
    CA_AUTO(buf) struct ca_buf whole = {0};
    struct crl_sample s;
    struct ca_err err = {0};

    (void)state;
    crl_sample_init(&s, "ed25519", false);
    make(&s, entries, CA_COUNT(entries), &whole);
    for (size_t seam = 0; seam <= CA_COUNT(entries); seam++) {
        CA_AUTO(crl_file) struct crl_file lower = {.fd = -1};
        CA_AUTO(crl_file) struct crl_file upper = {.fd = -1};
        CA_AUTO(buf) struct ca_buf der = {0};

        assert_int_equal(crl_file_open(&lower, "/tmp", &err), CA_OK);
        assert_int_equal(crl_file_open(&upper, "/tmp", &err), CA_OK);
        for (size_t i = 0; i < CA_COUNT(entries); i++)
            assert_int_equal(crl_file_entry(i < seam ? &lower : &upper, &entries[i], &err), CA_OK);
        assert_int_equal(crl_file_append(&lower, &upper, &err), CA_OK);
        assert_int_equal(lower.entries, CA_COUNT(entries));
        assert_int_equal(crl_file_close(&lower,
                                        &(struct crl_head){.issuer = &s.authority.issuer,
                                                           .number = CRL_SAMPLE_NUMBER,
                                                           .this_update = CRL_SAMPLE_THIS,
                                                           .next_update = CRL_SAMPLE_NEXT},
                                        &err),
                         CA_OK);
        assert_int_equal(crl_sample_sign(&s, &lower, &err), CA_OK);
        crl_sample_read(&lower, &der);
        assert_true(ca_bytes_equal(ca_buf_view(&der), ca_buf_view(&whole)));
    }
    crl_sample_done(&s);
}

/* What the walk says of entries in another order, twice, … although the signature is right. */
static void i12_walk_refuses_wrong_entries_under_a_good_signature(void **state)
{
    const struct {
        struct db_crl_entry list[3];
        const char *says;
    } cases[] = {
        {{{SERIAL(2), -1, 1000, 0}, {SERIAL(1), -1, 1000, 0}, {SERIAL(3), -1, 1000, 0}},
         "out of order"      },
        {{{SERIAL(1), -1, 1000, 0}, {SERIAL(2), -1, 1000, 0}, {SERIAL(2), 4, 2000, 0}},
         "02 is there twice" },
        {{{SERIAL(1, 0), -1, 1000, 0}, {SERIAL(1), -1, 1000, 0}, {SERIAL(2), -1, 1000, 0}},
         "01 is out of order"},
        {{{SERIAL(0), -1, 1000, 0}, {SERIAL(1), -1, 1000, 0}, {SERIAL(2), -1, 1000, 0}},
         "is 0 or longer"    },
    };
    struct crl_sample s;

    (void)state;
    crl_sample_init(&s, "ed25519", false);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf der = {0};
        struct crl_made made = {.number = -7};
        struct ca_err err = {0};

        make(&s, cases[i].list, 3, &der);
        assert_int_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err),
                         CA_DENIED);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_int_equal(made.number, -7); /* untouched */
    }
    crl_sample_done(&s);
}

/* One thing about the authority or the question is another. */
static void other_number(struct authority *a, int64_t *number)
{
    (void)a;
    *number += 1;
}
static void other_key_id(struct authority *a, int64_t *number)
{
    static const uint8_t id[20] = {9};

    (void)number;
    a->issuer.key_id = (struct ca_bytes){id, sizeof(id)};
}
static void other_issuer(struct authority *a, int64_t *number)
{
    (void)number;
    a->cert.subject.len--;
}
static void other_algorithm(struct authority *a, int64_t *number)
{
    (void)number;
    a->signature = CA_SIG_ECDSA_SHA256;
}
static void other_end(struct authority *a, int64_t *number)
{
    (void)number;
    a->cert.not_after = CRL_SAMPLE_NEXT - 1;
}

static void i12_walk_refuses_the_crl_of_another(void **state)
{
    static const struct {
        void (*change)(struct authority *a, int64_t *number);
        const char *says;
    } cases[] = {
        {other_number,    "CRLNumber is 4660, not 4661"        },
        {other_key_id,    "authorityKeyIdentifier"             },
        {other_issuer,    "issuer is not"                      },
        {other_algorithm, "algorithm is not ecdsa-with-SHA256" },
        {other_end,       "nextUpdate is after the authority's"},
    };
    CA_AUTO(buf) struct ca_buf der = {0};
    struct crl_sample s;

    (void)state;
    crl_sample_init(&s, "ed25519", false);
    make(&s, entries, CA_COUNT(entries), &der);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct crl_sample other = s;
        struct crl_made made = {0};
        struct ca_err err = {0};
        int64_t number = CRL_SAMPLE_NUMBER;

        cases[i].change(&other.authority, &number);
        assert_int_equal(crl_sample_walk(&other, ca_buf_view(&der), number, &made, &err),
                         CA_DENIED);
        assert_non_null(strstr(err.text, cases[i].says));
    }
    crl_sample_done(&s);
}

/* No octet may change, go or come: lengths off by one and flipped bits of the signature included.
 */
static void i12_walk_refuses_each_change_of_an_octet(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct crl_made made;
    struct crl_sample s;
    struct ca_err err;

    (void)state;
    crl_sample_init(&s, "ed25519", false);
    make(&s, entries, CA_COUNT(entries), &der);
    for (size_t i = 0; i < der.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            der.ptr[i] ^= (uint8_t)(1U << bit);
            assert_int_not_equal(
                crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err), CA_OK);
            der.ptr[i] ^= (uint8_t)(1U << bit);
        }
        der.ptr[i]++;
        assert_int_not_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err),
                             CA_OK);
        der.ptr[i]--;
        assert_int_equal(
            crl_sample_walk(&s, (struct ca_bytes){der.ptr, i}, CRL_SAMPLE_NUMBER, &made, &err),
            CA_MALFORMED); /* cut short */
    }
    assert_int_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err), CA_OK);
    ca_buf_u8(&der, 0);
    assert_int_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err),
                     CA_MALFORMED);
    assert_non_null(strstr(err.text, "left over: 1"));
    crl_sample_done(&s);
}

/* Another octet at the end of the signature. */
static void signature_spoil(const struct crl_file *f)
{
    off_t last = f->crl.at + (off_t)f->crl.len - 1;
    uint8_t octet;

    assert_int_equal(pread(f->fd, &octet, 1, last), 1);
    octet ^= 1;
    assert_int_equal(pwrite(f->fd, &octet, 1, last), 1);
}

static enum ca_rc signature_walk(const struct crl_sample *s, struct crl_file *f,
                                 struct ca_bytes digest, struct ca_err *err)
{
    return crl_walk_signature(&f->crl, &f->tbs, digest, &s->authority, err);
}

/* Another list, another key, a digest that is not whole. */
static void wrong_digests_are_refused(const struct crl_sample *s, struct crl_file *f,
                                      const struct algorithm *a, struct ca_bytes digest)
{
    CA_AUTO(crl_file) struct crl_file other = {.fd = -1};
    const char *name = ca_signature_info(s->authority.signature)->digest;
    uint8_t octets[EVP_MAX_MD_SIZE];
    struct crl_sample alien;
    struct ca_err err = {0};
    size_t len;

    crl_sample_init(&alien, a->key, a->pss);
    assert_int_equal(crl_sample_make(&alien, entries, 2, &other, &err), CA_OK);
    assert_int_equal(crl_digest(&other.tbs, name, octets, &len, &err), CA_OK);
    assert_int_equal(signature_walk(s, f, (struct ca_bytes){octets, len}, &err), CA_DENIED);
    assert_int_equal(signature_walk(s, &other, (struct ca_bytes){octets, len}, &err), CA_DENIED);
    assert_int_equal(signature_walk(&alien, f, digest, &err), CA_DENIED);
    for (size_t n = 0; n < digest.len; n++)
        assert_int_equal(signature_walk(s, f, (struct ca_bytes){digest.ptr, n}, &err), CA_DENIED);
    crl_sample_done(&alien);
}

static void i12_a_signature_is_verified_over_the_digest_of_its_list_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(algorithms); i++) {
        CA_AUTO(crl_file) struct crl_file f = {.fd = -1};
        uint8_t octets[EVP_MAX_MD_SIZE];
        struct ca_bytes digest = {octets, 0};
        const char *name;
        struct crl_sample s;
        struct ca_err err = {0};

        test_note(algorithms[i].key);
        crl_sample_init(&s, algorithms[i].key, algorithms[i].pss);
        name = ca_signature_info(s.authority.signature)->digest;
        assert_int_equal(crl_sample_make(&s, entries, 3, &f, &err), CA_OK);
        if (name != NULL) {
            assert_int_equal(crl_digest(&f.tbs, name, octets, &digest.len, &err), CA_OK);
            wrong_digests_are_refused(&s, &f, &algorithms[i], digest);
        }
        assert_int_equal(signature_walk(&s, &f, digest, &err), CA_OK);
        signature_spoil(&f);
        assert_int_equal(signature_walk(&s, &f, digest, &err), CA_DENIED);
        crl_sample_done(&s);
    }
}

/* A tree of DER that was changed and signed again: structure alone must refuse it. */
static void resign(const struct crl_sample *s, struct ca_bytes tbs, struct ca_buf *ret)
{
    CA_AUTO(crl_file) struct crl_file f = {.fd = -1};
    struct ca_err err = {0};

    assert_int_equal(crl_file_open(&f, "/tmp", &err), CA_OK);
    assert_int_equal(pwrite(f.fd, tbs.ptr, tbs.len, f.end), tbs.len);
    f.tbs = (struct crl_part){f.fd, f.end, tbs.len};
    f.end += (off_t)tbs.len;
    assert_int_equal(crl_sample_sign(s, &f, &err), CA_OK);
    crl_sample_read(&f, ret);
}

static void tbs_write(const struct crl_sample *s, const char *what, struct der_writer *w)
{
    const struct crl_head head = {.issuer = &s->authority.issuer,
                                  .number = CRL_SAMPLE_NUMBER,
                                  .this_update = CRL_SAMPLE_THIS,
                                  .next_update = strcmp(what, "dates") == 0 ? CRL_SAMPLE_THIS
                                                                            : CRL_SAMPLE_NEXT};
    struct ca_err err = {0};

    der_open(w, DER_SEQUENCE);
    crl_fields_write(w, &head);
    if (strcmp(what, "empty-list") == 0) {
        der_open(w, DER_SEQUENCE);
        der_close(w);
    }
    if (strcmp(what, "empty-entry-extensions") == 0) {
        der_open(w, DER_SEQUENCE);
        der_open(w, DER_SEQUENCE);
        der_put_uint(w, 5);
        der_put_time(w, 1000);
        der_open(w, DER_SEQUENCE);
        der_close(w);
        der_close(w);
        der_close(w);
    }
    if (strcmp(what, "two-lists") == 0) {
        for (int i = 0; i < 2; i++) {
            der_open(w, DER_SEQUENCE);
            assert_int_equal(crl_entry_write(w, &entries[i], false, &err), CA_OK);
            der_close(w);
        }
    }
    if (strcmp(what, "no-extensions") != 0)
        crl_extensions_write(w, &head);
    if (strcmp(what, "extensions-twice") == 0)
        crl_extensions_write(w, &head);
    der_close(w);
}

static void i12_walk_refuses_another_structure_under_a_good_signature(void **state)
{
    static const struct {
        const char *what;
        enum ca_rc rc;
    } cases[] = {
        {"as-it-must-be",          CA_OK       },
        {"dates",                  CA_DENIED   },
        {"empty-list",             CA_MALFORMED},
        {"empty-entry-extensions", CA_MALFORMED},
        {"two-lists",              CA_MALFORMED},
        {"no-extensions",          CA_MALFORMED},
        {"extensions-twice",       CA_MALFORMED},
    };
    struct crl_sample s;

    (void)state;
    crl_sample_init(&s, "ed25519", false);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(der_writer) struct der_writer tbs = {0};
        CA_AUTO(buf) struct ca_buf der = {0};
        struct crl_made made;
        struct ca_err err = {0};

        test_note(cases[i].what);
        tbs_write(&s, cases[i].what, &tbs);
        resign(&s, der_writer_view(&tbs), &der);
        assert_int_equal(crl_sample_walk(&s, ca_buf_view(&der), CRL_SAMPLE_NUMBER, &made, &err),
                         cases[i].rc);
    }
    crl_sample_done(&s);
}

#if defined(__SANITIZE_ADDRESS__)
enum { MANY = 100000 };
#else
enum { MANY = 1000000 };
#endif

static long peak_kib(void)
{
    struct rusage u;

    assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
    return u.ru_maxrss;
}

/* Writes, signs and walks a CRL of MANY entries (signatures over much
 * data), in memory that does not grow. */
static void i12_a_large_crl_takes_little_memory(void **state)
{
    CA_AUTO(crl_file) struct crl_file f = {.fd = -1};
    uint8_t octets[18] = {0x40, 0x69};
    struct db_crl_entry e = {
        {octets, sizeof(octets)},
        4, CRL_SAMPLE_THIS - 5, 0
    };
    struct crl_sample s;
    struct crl_made made;
    struct ca_err err = {0};
    long before = peak_kib();

    (void)state;
    crl_sample_init(&s, "ec:P-256", false);
    assert_int_equal(crl_file_open(&f, "/tmp", &err), CA_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        octets[10] = (uint8_t)(i >> 16);
        octets[11] = (uint8_t)(i >> 8);
        octets[12] = (uint8_t)i;
        assert_int_equal(crl_file_entry(&f, &e, &err), CA_OK);
    }
    assert_int_equal(crl_file_close(&f,
                                    &(struct crl_head){.issuer = &s.authority.issuer,
                                                       .number = CRL_SAMPLE_NUMBER,
                                                       .this_update = CRL_SAMPLE_THIS,
                                                       .next_update = CRL_SAMPLE_NEXT},
                                    &err),
                     CA_OK);
    {
        CA_AUTO(evp_pkey_ctx)
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, s.authority.public_key, NULL);
        uint8_t digest[EVP_MAX_MD_SIZE];
        uint8_t signature[128];
        size_t digest_len = 0;
        size_t len = sizeof(signature);

        assert_int_equal(crl_digest(&f.tbs, "SHA256", digest, &digest_len, &err), CA_OK);
        assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
        assert_int_equal(EVP_PKEY_sign(ctx, signature, &len, digest, digest_len), 1);
        assert_int_equal(
            crl_file_sign(&f, s.authority.signature, (struct ca_bytes){signature, len}, &err),
            CA_OK);
    }
    assert_int_equal(crl_walk_from(f.fd, f.crl.at, &s.authority,
                                   &(struct crl_head){.number = CRL_SAMPLE_NUMBER}, &made, &err),
                     CA_OK);
    assert_int_equal(made.entries, MANY);
    assert_in_range(peak_kib() - before, 0, 10 * 1024);
    print_message("%d entries, %jd octets, %ld KiB more\n", MANY, (intmax_t)made.size,
                  peak_kib() - before);
    crl_sample_done(&s);
}

/* Writes tests/fuzz/corpus/crl_walk anew. */
static void corpus_put(const char *dir, const char *name, struct ca_bytes der)
{
    char path[512];
    struct ca_err err = {0};

    assert_int_equal(ca_path_join(path, sizeof(path), dir, name, &err), CA_OK);
    assert_int_equal(ca_file_replace(path, der, 0644, &err), CA_OK);
}

static void corpus_write(const char *dir)
{
    struct crl_sample s;

    crl_sample_init(&s, "ed25519", false);
    for (size_t n = 0; n <= CA_COUNT(entries); n++) {
        CA_AUTO(buf) struct ca_buf der = {0};
        char name[32];

        (void)snprintf(name, sizeof(name), "%zu-entries.crl", n);
        make(&s, entries, n, &der);
        corpus_put(dir, name, ca_buf_view(&der));
        (void)snprintf(name, sizeof(name), "%zu-cut.crl", n);
        corpus_put(dir, name, (struct ca_bytes){der.ptr, der.len / 2});
    }
    for (const char *const *what =
             (const char *const[]){"empty-list", "two-lists", "no-extensions", "dates", NULL};
         *what != NULL; what++) {
        CA_AUTO(der_writer) struct der_writer tbs = {0};
        CA_AUTO(buf) struct ca_buf der = {0};

        tbs_write(&s, *what, &tbs);
        resign(&s, der_writer_view(&tbs), &der);
        corpus_put(dir, *what, ca_buf_view(&der));
    }
    crl_sample_done(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i12_walk_and_openssl_agree_on_what_is_written),
        cmocka_unit_test(i12_a_crl_is_taken_for_its_own_scope_alone),
        cmocka_unit_test(crl_entry_write_refuses_what_a_crl_cannot_hold),
        cmocka_unit_test(i11_each_reason_and_date_reaches_the_entry),
        cmocka_unit_test(i11_a_file_of_two_halves_is_the_file_of_one),
        cmocka_unit_test(i12_walk_refuses_wrong_entries_under_a_good_signature),
        cmocka_unit_test(i12_walk_refuses_the_crl_of_another),
        cmocka_unit_test(i12_walk_refuses_each_change_of_an_octet),
        cmocka_unit_test(i12_a_signature_is_verified_over_the_digest_of_its_list_alone),
        cmocka_unit_test(i12_walk_refuses_another_structure_under_a_good_signature),
        cmocka_unit_test(i12_a_large_crl_takes_little_memory),
    };

    if (argc == 3 && strcmp(argv[1], "--corpus") == 0) {
        corpus_write(argv[2]);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
