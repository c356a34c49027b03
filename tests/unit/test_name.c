/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/name.h"

#include <openssl/x509.h>

#include "policy/dns.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

static const struct text_case {
    const char *text;
    enum ca_rc rc;
    const char *says; /* CA_OK: how it is written again */
} text_cases[] = {
    {"CN=www,O=Acme,C=DE",                       CA_OK,        "CN=www,O=Acme,C=DE"                      },
    {" cn = www , o = Acme ",                    CA_OK,        "CN=www,O=Acme"                           },
    {"common_name=www",                          CA_OK,        "CN=www"                                  },
    {"CN=a\\, b",                                CA_OK,        "CN=a\\, b"                               },
    {"CN=\\#a",                                  CA_OK,        "CN=\\#a"                                 },
    {"CN=a\\20b",                                CA_OK,        "CN=a b"                                  },
    {"CN=a=b",                                   CA_OK,        "CN=a=b"                                  },
    {"O=Bücher,CN=x",                           CA_OK,        "O=Bücher,CN=x"                          },
    {"O=B\\C3\\BCcher",                          CA_OK,        "O=Bücher"                               },
    {"DC=www,DC=example,DC=org",                 CA_OK,        "DC=www,DC=example,DC=org"                },
    {"emailAddress=a@b.example,serialNumber=12", CA_OK,        "emailAddress=a@b.example,serialNumber=12"},
    {"",                                         CA_OK,        ""                                        },
    {"www",                                      CA_MALFORMED, "ATTRIBUTE=value"                         },
    {"CN=a+O=b",                                 CA_MALFORMED, "several values"                          },
    {"CN=a;O=b",                                 CA_MALFORMED, "\\;"                                     },
    {"CN=\"a\"",                                 CA_MALFORMED, "\\\""                                    },
    {"CN=a,",                                    CA_MALFORMED, "comma"                                   },
    {"CN=a,,O=b",                                CA_MALFORMED, "ATTRIBUTE"                               },
    {"XX=a",                                     CA_MALFORMED, "'XX' is not a name attribute: DC, C"     },
    {"CN=a\\",                                   CA_MALFORMED, "escape"                                  },
    {"CN=a\\zz",                                 CA_MALFORMED, "escape"                                  },
    {"CN=",                                      CA_DENIED,    "CN is empty"                             },
    {"CN=a\\00b",                                CA_DENIED,    "characters"                              },
    {"CN=a\\0ab",                                CA_DENIED,    "characters"                              },
    {"CN=\\C3",                                  CA_DENIED,    "characters"                              },
    {"CN=\\ a",                                  CA_DENIED,    "space"                                   },
    {"C=Germany",                                CA_DENIED,    "at most 2"                               },
    {"C=de",                                     CA_DENIED,    "capital"                                 },
    {"serialNumber=a_b",                         CA_DENIED,    "characters"                              },
    {"emailAddress=ä@b",                        CA_DENIED,    "characters"                              },
};

static void name_parse_and_name_text_are_inverse(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(text_cases); i++) {
        const struct text_case *c = &text_cases[i];
        CA_AUTO(buf) struct ca_buf own = {0};
        CA_AUTO(buf) struct ca_buf text = {0};
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct name_value values[NAME_VALUES_MAX];
        size_t n = 0;
        struct ca_err err = {0};
        enum ca_rc rc = name_parse(c->text, &own, values, &n, &err);

        test_note(c->text);
        if (rc != c->rc)
            fail_msg("%d '%s'", (int)rc, err.text);
        if (rc != CA_OK) {
            if (strstr(err.text, c->says) == NULL)
                fail_msg("'%s'", err.text);
            continue;
        }
        assert_int_equal(name_write(&w, values, n, &err), CA_OK);
        name_text(der_writer_view(&w), &text);
        assert_string_equal(ca_buf_cstr(&text), c->says);
    }
}

/* What we write OpenSSL reads, to the same text. */
static void openssl_reads_what_name_write_writes(void **state)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err err = {0};
    const uint8_t *at;
    X509_NAME *name;
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    (void)state;
    assert_int_equal(name_parse("CN=www.example.org,OU=a\\, b,O=Bücher,L=Köln,ST=NRW,C=DE", &own,
                                values, &n, &err),
                     CA_OK);
    assert_int_equal(name_write(&w, values, n, &err), CA_OK);
    at = w.buf.ptr;
    name = d2i_X509_NAME(NULL, &at, (long)w.buf.len);
    assert_non_null(name);
    assert_ptr_equal(at, w.buf.ptr + w.buf.len);
    X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    len = BIO_get_mem_data(out, &text);
    assert_true(ca_bytes_is_str((struct ca_bytes){(const uint8_t *)text, (size_t)len},
                                "CN=www.example.org,OU=a\\, b,O=Bücher,L=Köln,ST=NRW,C=DE"));
    X509_NAME_free(name);
    BIO_free(out);
}

#define DER(...) CA_BYTES(__VA_ARGS__)

/* clang-format off */
static const struct der_case {
    const char *what;
    struct ca_bytes der;
    enum ca_rc rc;
} der_cases[] = {
    {"empty", DER(0x30, 0), CA_OK},
    {"CN=a", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, 'a'), CA_OK},
    {"not a name", DER(0x31, 0), CA_MALFORMED},
    {"left over", DER(0x30, 0, 0), CA_MALFORMED},
    {"empty RDN", DER(0x30, 2, 0x31, 0), CA_MALFORMED},
    {"no value", DER(0x30, 9, 0x31, 7, 0x30, 5, 6, 3, 0x55, 4, 3), CA_MALFORMED},
    {"empty value", DER(0x30, 11, 0x31, 9, 0x30, 7, 6, 3, 0x55, 4, 3, 0x0c, 0), CA_MALFORMED},
    {"NUL", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, 0), CA_MALFORMED},
    {"newline", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, '\n'), CA_MALFORMED},
    {"broken UTF-8", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, 0xc3), CA_MALFORMED},
    {"* in PrintableString", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x13, 1, '*'), CA_MALFORMED},
    {"NUL in PrintableString", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x13, 1, 0), CA_MALFORMED},
    {"ä in IA5String", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x16, 1, 0xe4), CA_MALFORMED},
    {"TeletexString", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x14, 1, 'a'), CA_DENIED},
    {"BMPString", DER(0x30, 13, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x1e, 2, 0, 'a'), CA_DENIED},
    {"unknown attribute", DER(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 99, 0x0c, 1, 'a'), CA_DENIED},
    {"two values", DER(0x30, 22, 0x31, 20, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, 'a', 0x30, 8, 6, 3, 0x55, 4, 10, 0x0c, 1, 'a'), CA_DENIED},
};
/* clang-format on */

static void name_read_answers_each_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(der_cases); i++) {
        struct name_value values[NAME_VALUES_MAX];
        size_t n = 0;
        struct ca_err err = {0};

        test_note(der_cases[i].what);
        assert_int_equal(name_read(der_cases[i].der, values, &n, &err), der_cases[i].rc);
    }
}

static void unreadable_names_are_shown_as_octets(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    (void)state;
    name_text((struct ca_bytes)CA_BYTES(0x31, 0x00), &text);
    assert_string_equal(ca_buf_cstr(&text), "#3100");
}

static const struct san_case {
    const char *type, *text;
    enum ca_rc rc;
    const char *says; /* CA_OK: san_text */
} san_cases[] = {
    {"dns",           "www.example.org",       CA_OK,        "DNS:www.example.org"        },
    {"DNS",           "*.example.org",         CA_OK,        "DNS:*.example.org"          },
    {"dns",           "localhost",             CA_OK,        "DNS:localhost"              },
    {"dns",           "bücher.example",       CA_OK,        "DNS:xn--bcher-kva.example"  },
    {"dns",           "*.bücher.example",     CA_OK,        "DNS:*.xn--bcher-kva.example"},
    {"ip",            "192.0.2.1",             CA_OK,        "IP:192.0.2.1"               },
    {"ip",            "2001:DB8::1",           CA_OK,        "IP:2001:db8::1"             },
    {"email",         "a.b+c@example.org",     CA_OK,        "email:a.b+c@example.org"    },
    {"uri",           "https://example.org/x", CA_OK,        "URI:https://example.org/x"  },
    {"uri",           "urn:uuid:1",            CA_OK,        "URI:urn:uuid:1"             },
    {"dns",           "",                      CA_MALFORMED, "empty"                      },
    {"dns",           "a..b",                  CA_DENIED,    "host name"                  },
    {"dns",           ".a",                    CA_DENIED,    "host name"                  },
    {"dns",           "a.",                    CA_DENIED,    "host name"                  },
    {"dns",           "-a.b",                  CA_DENIED,    "host name"                  },
    {"dns",           "a_b.c",                 CA_DENIED,    "host name"                  },
    {"dns",           "a b",                   CA_DENIED,    "host name"                  },
    {"dns",           "*",                     CA_DENIED,    "host name"                  },
    {"dns",           "*.",                    CA_DENIED,    "host name"                  },
    {"dns",           "a.*.b",                 CA_DENIED,    "host name"                  },
    {"dns",           "1.2.3.4",               CA_DENIED,    "host name"                  },
    {"dns",           "\xff.example",          CA_MALFORMED, ""                           },
    {"ip",            "192.0.2",               CA_MALFORMED, "IP address"                 },
    {"ip",            "192.0.2.1/24",          CA_MALFORMED, "IP address"                 },
    {"ip",            "",                      CA_MALFORMED, "IP address"                 },
    {"email",         "a",                     CA_DENIED,    "e-mail"                     },
    {"email",         "@example.org",          CA_DENIED,    "e-mail"                     },
    {"email",         "a@",                    CA_DENIED,    "e-mail"                     },
    {"email",         "a@b@c",                 CA_DENIED,    "e-mail"                     },
    {"email",         "ä@example.org",        CA_DENIED,    "e-mail"                     },
    {"email",         "<a@example.org",        CA_DENIED,    "'<'"                        },
    {"uri",           "/relative",             CA_DENIED,    "URI"                        },
    {"uri",           "https:",                CA_DENIED,    "URI"                        },
    {"uri",           "1a:b",                  CA_DENIED,    "URI"                        },
    {"uri",           "https://a b",           CA_DENIED,    "URI"                        },
    {"other",         "x",                     CA_DENIED,    "not taken"                  },
    {"directory",     "x",                     CA_MALFORMED, "ATTRIBUTE=value"            },
    {"directory",     "CN=a,C=DE",             CA_OK,        "directory:CN=a,C=DE"        },
    {"directory",     "C=Germany",             CA_DENIED,    "C of 7"                     },
    {"directory",     "",                      CA_DENIED,    "without attributes"         },
    {"upn",           "anna@example.org",      CA_OK,        "UPN:anna@example.org"       },
    {"upn",           "\xc3\xa4@example.org",  CA_OK,        "UPN:\xc3\xa4@example.org"   },
    {"upn",           "anna",                  CA_DENIED,    "user@domain"                },
    {"upn",           "a\xe2\x80\x8b@a.org",   CA_DENIED,    "U+200B"                     },
    {"registered_id", "1.2.840.1",             CA_OK,        "RID:1.2.840.1"              },
    {"rid",           "1.40.1",                CA_MALFORMED, ""                           },
};

static void san_parse_answers_each_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(san_cases); i++) {
        const struct san_case *c = &san_cases[i];
        CA_AUTO(buf) struct ca_buf own = {0};
        CA_AUTO(buf) struct ca_buf text = {0};
        struct san_slice slice = {0};
        enum san_type type;
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(c->text);
        ca_buf_str(&own, "before"); /* offsets, not pointers */
        assert_true(san_type_find(c->type, &type));
        rc = san_parse(type, c->text, &own, &slice, &err);
        if (rc != c->rc)
            fail_msg("%d '%s'", (int)rc, err.text);
        if (rc != CA_OK) {
            assert_non_null(strstr(err.text, c->says));
            continue;
        }
        san_text(
            &(struct san){
                slice.type, {own.ptr + slice.at, slice.len}
        },
            &text);
        assert_string_equal(ca_buf_cstr(&text), c->says);
    }
}

static const struct san written[] = {
    {SAN_DNS, CA_BYTES('a', '.',      'b')         },
    {SAN_IP,  CA_BYTES(1,   2,        3,             4)},
    {SAN_EMAIL,       CA_BYTES('a',           '@', 'b')},
    {SAN_RID,       CA_BYTES(0x2a,             3) },
    {SAN_UPN, CA_BYTES('a', '@',      'b')}
};

static void san_read_reads_what_san_write_writes(void **state)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    struct san out[SAN_COUNT_MAX];
    size_t n = 0;
    struct ca_err err = {0};

    (void)state;
    san_write(&w, written, CA_COUNT(written));
    assert_int_equal(san_read(der_writer_view(&w), out, &n, &err), CA_OK);
    assert_int_equal(n, CA_COUNT(written));
    for (size_t i = 0; i < n; i++)
        assert_true(out[i].type == written[i].type &&
                    ca_bytes_equal(out[i].value, written[i].value));
    san_text(&out[3], &text);
    assert_string_equal(ca_buf_cstr(&text), "RID:1.2.3");
}

static void public_suffixes_are_known(void **state)
{
    (void)state;
    assert_true(dns_is_public_suffix(ca_bytes_str("com"), false));
    assert_true(dns_is_public_suffix(ca_bytes_str("CO.uk"), false));
    assert_false(dns_is_public_suffix(ca_bytes_str("example.co.uk"), false));
    assert_false(dns_is_public_suffix(ca_bytes_str("localhost"), false));
    assert_false(dns_is_public_suffix(ca_bytes_str("printer.corp"), true));
    assert_false(dns_is_public_suffix(ca_bytes_str("github.io"), false));
    assert_true(dns_is_public_suffix(ca_bytes_str("github.io"), true));
    assert_true(dns_is_under(ca_bytes_str("a.EXAMPLE.org"), "example.org"));
    assert_true(dns_is_under(ca_bytes_str("example.org"), "example.org"));
    assert_false(dns_is_under(ca_bytes_str("badexample.org"), "example.org"));
    assert_false(dns_is_under(ca_bytes_str("org"), "example.org"));
}

static enum ca_rc parse_once(const void *text, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;

    return name_parse(text, &own, values, &n, err);
}

static void name_parse_survives_each_failing_allocation(void **state)
{
    (void)state;
    fault_each_allocation(parse_once, "CN=www.example.org,OU=a\\, b,O=Acme,L=x,ST=y,C=DE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_parse_and_name_text_are_inverse),
        cmocka_unit_test(openssl_reads_what_name_write_writes),
        cmocka_unit_test(name_read_answers_each_der),
        cmocka_unit_test(unreadable_names_are_shown_as_octets),
        cmocka_unit_test(san_parse_answers_each_text),
        cmocka_unit_test(san_read_reads_what_san_write_writes),
        cmocka_unit_test(public_suffixes_are_known),
        cmocka_unit_test(name_parse_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
