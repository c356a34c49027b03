/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 5280 4.2.1.10, its examples among them; OpenSSL's reading of the constraints is the base. */
#include <openssl/x509v3.h>

#include "policy/name_constraints.h"
#include "tests/unit/support.h"

static const struct constraint_case {
    const char *constraints; /* OpenSSL's notation */
    enum san_type type;
    const char *name;
    enum ca_rc rc;
} cases[] = {
    {"permitted;DNS:example.org",                SAN_DNS,   "example.org",                     CA_OK    },
    {"permitted;DNS:example.org",                SAN_DNS,   "www.Example.org",                 CA_OK    },
    {"permitted;DNS:example.org",                SAN_DNS,   "*.example.org",                   CA_OK    },
    {"permitted;DNS:example.org",                SAN_DNS,   "badexample.org",                  CA_DENIED},
    {"permitted;DNS:example.org",                SAN_DNS,   "example.org.test",                CA_DENIED},
    {"permitted;DNS:.example.org",               SAN_DNS,   "example.org",                     CA_DENIED},
    {"permitted;DNS:.example.org",               SAN_DNS,   "a.example.org",                   CA_OK    },
    {"permitted;DNS:example.org",                SAN_IP,    "\xc0\x00\x02\x01",                CA_OK    },
    {"permitted;DNS:a.org,permitted;DNS:b.org",  SAN_DNS,   "x.b.org",                         CA_OK    },
    {"permitted;DNS:a.org,excluded;DNS:x.a.org", SAN_DNS,   "x.a.org",                         CA_DENIED},
    {"permitted;DNS:a.org,excluded;DNS:x.a.org", SAN_DNS,   "y.a.org",                         CA_OK    },
    {"permitted;DNS:a.org,excluded;DNS:x.a.org", SAN_DNS,   "*.a.org",                         CA_DENIED},
    {"excluded;DNS:a.org",                       SAN_DNS,   "b.org",                           CA_OK    },
    {"excluded;DNS:a.org",                       SAN_DNS,   "w.a.org",                         CA_DENIED},
    {"permitted;IP:192.0.2.0/255.255.255.0",     SAN_IP,    "\xc0\x00\x02\x07",                CA_OK    },
    {"permitted;IP:192.0.2.0/255.255.255.0",     SAN_IP,    "\xc0\x00\x03\x07",                CA_DENIED},
    {"permitted;email:root@example.org",         SAN_EMAIL, "root@example.org",                CA_OK    },
    {"permitted;email:root@example.org",         SAN_EMAIL, "user@example.org",                CA_DENIED},
    {"permitted;email:example.org",              SAN_EMAIL, "user@example.org",                CA_OK    },
    {"permitted;email:example.org",              SAN_EMAIL, "user@www.example.org",            CA_DENIED},
    {"permitted;email:.example.org",             SAN_EMAIL, "user@www.example.org",            CA_OK    },
    {"permitted;URI:.example.org",               SAN_URI,   "https://a.example.org/x",         CA_OK    },
    {"permitted;URI:example.org",                SAN_URI,   "https://u@example.org:8",         CA_OK    },
    {"permitted;URI:example.org",                SAN_URI,   "https://evil.test/?@example.org", CA_DENIED},
    {"permitted;URI:example.org",                SAN_URI,   "urn:example.org",                 CA_DENIED},
    {"permitted;RID:1.2.3",                      SAN_RID,   "\x2a\x03",                        CA_DENIED},
    {"excluded;RID:1.2.3",                       SAN_RID,   "\x2a\x04",                        CA_DENIED},
};

static void a_name_keeps_to_its_issuers_constraints_or_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        const struct constraint_case *c = &cases[i];
        X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_name_constraints, c->constraints);
        const struct san name = {
            c->type, {(const uint8_t *)c->name, c->type == SAN_IP ? 4 : strlen(c->name)}
        };
        const ASN1_OCTET_STRING *value;
        struct ca_err err = {0};

        test_note(c->name);
        assert_non_null(ext);
        value = X509_EXTENSION_get_data(ext);
        assert_int_equal(
            name_constraints_check(
                (struct ca_bytes){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)},
                &name, &err),
            c->rc);
        X509_EXTENSION_free(ext);
    }
}

static void constraints_that_do_not_parse_permit_nothing(void **state)
{
    static const uint8_t samples[][8] = {
        {0x30,  0x03, 0xa0, 0x01, 0x30}, /* cut short */
        {0x30, 0x02, 0xa2, 0x00}, /* neither permitted nor excluded */
        {0x30,  0x06,  0xa0, 0x04, 0x30, 0x02, 0x80}, /* cut short, inside */
        {0x31, 0x00    }, /* a SET */
    };
    static const size_t lengths[] = {5, 4, 7, 2};
    const struct san name = {
        SAN_DNS, {(const uint8_t *)"a.org", 5}
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(lengths); i++) {
        struct ca_err err = {0};

        assert_int_equal(
            name_constraints_check((struct ca_bytes){samples[i], lengths[i]}, &name, &err),
            CA_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_keeps_to_its_issuers_constraints_or_is_refused),
        cmocka_unit_test(constraints_that_do_not_parse_permit_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
