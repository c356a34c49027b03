/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/der.h"
#include "policy/extension.h"
#include "policy/oid.h"
#include "policy/profile.h"
#include "policy/usage.h"
#include "policy/web_url.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

/* The extensions of the profile language: what is taken, and each contradiction with its reason. */

#define KEYS(list)                                                                                 \
    "name: a\nkey: {allow: [" list "]}\nvalidity: {default: 90d, max: 90d}\n"                      \
    "subject: {attributes: {common_name: {use: optional}}}\n"
#define HEAD KEYS("\"ec:P-256\"")
#define KU   "key_usage: {bits: [digital_signature]}\n"
#define LEAF HEAD KU
#define CA                                                                                         \
    HEAD "basic_constraints: {ca: true, path_length: 0}\nsubject_key_identifier: hash\n"           \
         "key_usage: {bits: [key_cert_sign, digital_signature]}\n"
#define ADDRESSES "authority_information_access: fixed\n"

/* clang-format off */
static const struct profile_case {
    const char *yaml;
    enum ca_rc rc;
    const char *says;
} profile_cases[] = {
    {LEAF, CA_OK, ""},
    {CA, CA_OK, ""},
    /* key usage */
    {HEAD "key_usage: {bits: [key_agreement, encipher_only]}\n", CA_OK, ""},
    {HEAD "key_usage: {bits: [digital_signature, encipher_only]}\n", CA_DENIED, "without key_agreement"},
    {HEAD "key_usage: {bits: [decipher_only]}\n", CA_DENIED, "without key_agreement"},
    {HEAD "key_usage: {bits: [key_agreement, encipher_only, decipher_only]}\n", CA_DENIED, "exclude each other"},
    {HEAD "key_usage: {bits: [digital_signature], allow: [digital_signature, key_agreement]}\n", CA_OK, ""},
    {HEAD "key_usage: {bits: [digital_signature], allow: [key_agreement]}\n", CA_DENIED, "not all among"},
    {HEAD "key_usage: {allow: [key_encipherment]}\n", CA_DENIED, "empty for ec:P-256"},
    {HEAD "key_usage: {allow: [key_cert_sign]}\n", CA_DENIED, "for CAs"},
    {HEAD "key_usage: {bits: [digital_signature], required: true}\n", CA_DENIED, "required without"},
    {HEAD "key_usage: {allow: [digital_signature], required: true, critical: from_request}\n", CA_OK, ""},
    {HEAD "key_usage: {allow: [digital_signature], critical: maybe}\n", CA_MALFORMED, "maybe"},
    {KEYS("rsa") "key_usage: {bits: [key_agreement]}\n", CA_DENIED, "RSA keys agree"},
    {KEYS("rsa, \"ec:P-256\"") "key_usage: {bits: [digital_signature], rsa_bits: [key_encipherment], ec_bits: [key_agreement]}\n", CA_OK, ""},
    {KEYS("ed25519") "key_usage: {bits: [key_agreement]}\n", CA_DENIED, "only sign"},
    {KEYS("ed25519") "key_usage: {bits: [digital_signature]}\n", CA_OK, ""},
    {HEAD "key_usage: {bits: [digital_signature], rsa_bits: [crl_sign]}\n", CA_DENIED, "for CAs"},
    {HEAD "basic_constraints: {ca: true}\nsubject_key_identifier: hash\nkey_usage: {bits: [digital_signature]}\nextended_key_usage: {usages: [server_auth]}\n", CA_DENIED, "key_cert_sign exactly"},
    {CA "extended_key_usage: {usages: [server_auth, client_auth]}\n", CA_OK, ""},
    /* basic constraints */
    {LEAF "basic_constraints: {ca: false, path_length: 0}\n", CA_DENIED, "path length without ca"},
    {LEAF "basic_constraints: {ca: false, critical: from_request}\n", CA_OK, ""},
    {HEAD "basic_constraints: {ca: true, critical: from_request}\nsubject_key_identifier: hash\nkey_usage: {bits: [key_cert_sign]}\n", CA_DENIED, "must be critical"},
    {HEAD "basic_constraints: {ca: true, path_length: 3, path_length_max: 2}\n", CA_DENIED, "path_length"},
    {HEAD "basic_constraints: {ca: true, path_length: -2}\n", CA_DENIED, "path_length"},
    {HEAD "basic_constraints: {ca: true, path_length: 255}\nsubject_key_identifier: hash_sha256\nkey_usage: {bits: [key_cert_sign]}\n", CA_OK, ""},
    {HEAD "basic_constraints: {ca: true, path_length: 256}\n", CA_DENIED, "255"},
    /* extended key usage */
    {LEAF "extended_key_usage: {usages: [any]}\n", CA_OK, ""},
    {LEAF "extended_key_usage: {usages: [any], critical: true}\n", CA_DENIED, "any is never critical"},
    {LEAF "extended_key_usage: {usages: [2.5.29.37.0], critical: true}\n", CA_DENIED, "any is never critical"},
    {LEAF "extended_key_usage: {allow: [client_auth, any], critical: true}\n", CA_DENIED, "any is never critical"},
    {LEAF "extended_key_usage: {allow: [client_auth, any], critical: from_request}\n", CA_OK, ""},
    {LEAF "extended_key_usage: {usages: [time_stamping], critical: true}\n", CA_OK, ""},
    {LEAF "extended_key_usage: {usages: [time_stamping]}\n", CA_DENIED, "RFC 3161"},
    {LEAF "extended_key_usage: {usages: [time_stamping, client_auth], critical: true}\n", CA_DENIED, "RFC 3161"},
    {LEAF "extended_key_usage: {allow: [time_stamping, client_auth]}\n", CA_DENIED, "could not be critical"},
    {LEAF "extended_key_usage: {usages: [client_auth], allow: [server_auth]}\n", CA_DENIED, "not all among"},
    {LEAF "extended_key_usage: {usages: [client_auth], required: true}\n", CA_DENIED, "required without"},
    {LEAF "extended_key_usage: {usages: [ipsec_ike, pkinit_kdc, smartcard_logon, certificate_transparency, dvcs, 1.2.3]}\n", CA_OK, ""},
    {LEAF "extended_key_usage: {usages: [dvcs, 1.3.6.1.5.5.7.3.10]}\n", CA_DENIED, "twice"},
    {LEAF "extended_key_usage: {allow: [clientauth]}\n", CA_MALFORMED, "'clientauth'"},
    {HEAD "key_usage: {bits: [content_commitment]}\nextended_key_usage: {usages: [client_auth]}\n", CA_DENIED, "client_auth does not go"},
    {HEAD "key_usage: {bits: [content_commitment]}\nextended_key_usage: {usages: [ocsp_signing, email_protection]}\n", CA_OK, ""},
    {HEAD "key_usage: {bits: [content_commitment], allow: [content_commitment]}\nextended_key_usage: {allow: [code_signing]}\n", CA_DENIED, "code_signing does not go"},
    {HEAD "key_usage: {bits: [content_commitment], allow: [content_commitment, digital_signature]}\nextended_key_usage: {allow: [code_signing]}\n", CA_OK, ""},
    {HEAD "extended_key_usage: {usages: [client_auth]}\n", CA_OK, ""},
    {KEYS("rsa, \"ec:P-256\"") "key_usage: {bits: [content_commitment], rsa_bits: [digital_signature]}\nextended_key_usage: {usages: [client_auth]}\n", CA_DENIED, "ec:P-256"},
    /* key identifiers */
    {LEAF "authority_key_identifier: key_id_and_issuer\nsubject_key_identifier: hash_sha256\n", CA_OK, ""},
    {LEAF "authority_key_identifier: issuer\n", CA_MALFORMED, "issuer"},
    {LEAF "authority_key_identifier: {critical: true}\n", CA_MALFORMED, "ENUM"},
    /* addresses */
    {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"http://a.example/c\"]\n", CA_OK, ""},
    {LEAF "crl_distribution_points: fixed\n", CA_DENIED, "go together"},
    {LEAF "crl_distribution_points: whole\nfreshest_crl: none\n", CA_OK, ""},
    {LEAF "crl_distribution_points: whole\nfreshest_crl: from_authority\n", CA_OK, ""},
    {LEAF "crl_distribution_points: whole\nfreshest_crl: fixed\n", CA_MALFORMED, "freshest_crl"},
    {LEAF "freshest_crl: [none]\n", CA_MALFORMED, "freshest_crl"},
    {LEAF "crl_distribution_points: from_authority\ncrl_urls: [\"http://a.example/c\"]\n", CA_DENIED, "go together"},
    {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"ldap://a.example/c\"]\n", CA_MALFORMED, "ldap"},
    {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"http:///c\"]\n", CA_MALFORMED, "http:///c"},
    {LEAF ADDRESSES "ocsp_urls: [\"http://a.example/o\"]\naia_urls: [\"https://a.example/i\"]\n", CA_OK, ""},
    {LEAF ADDRESSES, CA_DENIED, "goes together"},
    {LEAF ADDRESSES "aia_urls: [a]\n", CA_MALFORMED, "'a'"},
    {LEAF "crl_distribution_points: from_request\nurl_hosts: [example.org]\n", CA_OK, ""},
    {LEAF "crl_distribution_points: from_request\nurl_hosts: [\"*.example.org\"]\n", CA_MALFORMED, "host"},
    {LEAF "crl_distribution_points: from_authority\nurl_hosts: [example.org]\n", CA_DENIED, "url_hosts"},
    /* policies */
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3, cps: \"http://a/\"}]\n", CA_OK, ""},
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.4, cps: \"http://a/\"}]\n", CA_DENIED, "in no list"},
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3, user_notice: Hello}]\n", CA_DENIED, "user_notice"},
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3}]\n", CA_DENIED, "go together"},
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3, cps: a}]\n", CA_MALFORMED, "'a'"},
    {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3, cps: \"http://a/\"}, {policy: 1.2.3, cps: \"http://b/\"}]\n", CA_DENIED, "twice"},
    {LEAF "certificate_policies: [1.2.3, 1.2.3]\n", CA_DENIED, "twice"},
    {LEAF "certificate_policies: [1.2.3]\npolicies_allowed: [1.2.4]\n", CA_DENIED, "not all among"},
    {LEAF "policies_allowed: [x]\n", CA_MALFORMED, "'x'"},
    {LEAF "policy_qualifiers: [{polcy: 1.2.3}]\n", CA_MALFORMED, "polcy"},
    /* name constraints */
    {LEAF "name_constraints: fixed\npermitted_subtrees: {dns: [a]}\n", CA_DENIED, "for CA"},
    {CA "name_constraints: fixed\npermitted_subtrees: {dns: [a.b], ip: [10.0.0.0/8, \"2001:db8::/32\"]}\nexcluded_subtrees: {email: [a.b, .a.b, x@a.b], directory: [\"O=A,C=DE\"]}\n", CA_OK, ""},
    {CA "name_constraints: fixed\n", CA_DENIED, "goes together"},
    {CA "permitted_subtrees: {dns: [a]}\n", CA_DENIED, "goes together"},
    {CA "name_constraints: from_request\n", CA_OK, ""},
    {CA "name_constraints: fixed\npermitted_subtrees: {dns: [.a.b]}\n", CA_DENIED, "'.a.b'"},
    {CA "name_constraints: fixed\npermitted_subtrees: {ip: [10.0.0.1/8]}\n", CA_MALFORMED, "10.0.0.1/8"},
    {CA "name_constraints: fixed\npermitted_subtrees: {ip: [10.0.0.0/33]}\n", CA_MALFORMED, "10.0.0.0/33"},
    {CA "name_constraints: fixed\npermitted_subtrees: {ip: [10.0.0.1, \"::1\"]}\n", CA_OK, ""},
    {CA "name_constraints: fixed\npermitted_subtrees: {email: [\"a@\"]}\n", CA_DENIED, "'a@'"},
    {CA "name_constraints: fixed\npermitted_subtrees: {directory: [a]}\n", CA_MALFORMED, "directory"},
    /* switches */
    {LEAF "must_staple: default\n", CA_OK, ""},
    {LEAF "must_staple: always\n", CA_MALFORMED, "always"},
    {LEAF "ocsp_no_check: true\n", CA_DENIED, "without ocsp_signing"},
    {LEAF "ocsp_no_check: false\n", CA_OK, ""},
    {LEAF "extended_key_usage: {allow: [ocsp_signing]}\nocsp_no_check: from_request\n", CA_OK, ""},
    /* Microsoft's */
    {LEAF "microsoft_template: {oid: 1.2.3, major: 1, minor: 0}\n", CA_OK, ""},
    {LEAF "microsoft_template: {oid: 1.2.3}\n", CA_OK, ""},
    {LEAF "microsoft_template: {oid: 1.2.3, major: 1}\n", CA_DENIED, "go together"},
    {LEAF "microsoft_template: {major: 1, minor: 1, allow: [1.2.3]}\n", CA_DENIED, "go together"},
    {LEAF "microsoft_template: {}\n", CA_DENIED, "has no value"},
    {LEAF "microsoft_template: {oid: 1.2.3, required: true}\n", CA_DENIED, "required"},
    {LEAF "microsoft_template: {oid: x}\n", CA_MALFORMED, "'x'"},
    {LEAF "microsoft_template_name: {name: User, allow: [User, Machine]}\n", CA_OK, ""},
    {LEAF "microsoft_template_name: {name: \"\\u00fc\"}\n", CA_MALFORMED, "ASCII"},
    {LEAF "microsoft_sid: {domains: [S-1-5-21-1-2-3]}\n", CA_OK, ""},
    {LEAF "microsoft_sid: {domains: [S-1-5-21-1-2-]}\n", CA_MALFORMED, "S-1-5-21-1-2-"},
    {LEAF "microsoft_sid: {sid: \"1-5-21\"}\n", CA_MALFORMED, "1-5-21"},
    {LEAF "microsoft_sid: {sid: S-1-5-21-4294967296}\n", CA_MALFORMED, "4294967296"},
    /* private */
    {LEAF "private_extensions: [{oid: 1.2.3, value: 0c026f6b, max: 9}]\n", CA_OK, ""},
    {LEAF "private_extensions: [{oid: 1.2.3, value: 300630040c026f6b}]\n", CA_OK, ""},
    {LEAF "private_extensions: [{oid: 1.2.3, value: 0c036f6b}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: 0c026f6b00}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: 30030c026f}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: '010101'}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: '02020001'}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: 2c0404026f6b}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: zz}]\n", CA_MALFORMED, "not DER"},
    {LEAF "private_extensions: [{oid: 1.2.3}]\n", CA_DENIED, "no value"},
    {LEAF "private_extensions: [{value: '0500'}]\n", CA_MALFORMED, "without oid"},
    {LEAF "private_extensions: [{oid: 2.5.29.15, value: '0500'}]\n", CA_DENIED, "key_usage, which has its own key"},
    {LEAF "private_extensions: [{oid: 1.3.6.1.4.1.311.25.2, value: '0500'}]\n", CA_DENIED, "own key"},
    {LEAF "private_extensions: [{oid: 2.5.29.36, value: '0500'}]\n", CA_DENIED, "2.5.29"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: '0500'}, {oid: 1.2.3, max: 5}]\n", CA_DENIED, "twice"},
    {LEAF "private_extensions: [{oid: 1.2.3, max: 4096}]\n", CA_OK, ""},
    {LEAF "private_extensions: [{oid: 1.2.3, max: 4097}]\n", CA_DENIED, "above 4096"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: '0500', required: true}]\n", CA_DENIED, "required"},
    {LEAF "private_extensions: [{oid: 1.2.3, value: '0500', critcal: true}]\n", CA_MALFORMED, "critcal"},
};
/* clang-format on */

static void each_profile_is_taken_or_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(profile_cases); i++) {
        const struct profile_case *c = &profile_cases[i];
        CA_AUTO(profile) struct profile *p = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = profile_compile(ca_bytes_str(c->yaml), &p, &err);

        if (rc != c->rc || strstr(err.text, c->says) == NULL)
            fail_msg("case %zu: %s: %d '%s'", i, c->yaml, (int)rc, err.text);
        assert_true((p != NULL) == (rc == CA_OK));
    }
}

/* Names, dotted texts and octets of the usages say the same. */
static void usages_are_consistent(void **state)
{
    (void)state;
    assert_true(usage_count() >= 14);
    for (size_t i = 0; i < usage_count(); i++) {
        const struct usage *usage = usage_at(i);
        CA_AUTO(buf) struct ca_buf octets = {0};
        struct ca_err err = {0};

        assert_int_equal(oid_parse(usage->oid, &octets, &err), CA_OK);
        assert_true(ca_bytes_equal(ca_buf_view(&octets), usage->octets));
        assert_ptr_equal(usage_find(usage->name), usage);
        assert_ptr_equal(usage_of(usage->octets), usage);
    }
}

static void web_addresses_are_told_apart(void **state)
{
    static const struct {
        const char *url, *host; /* NULL: none */
    } cases[] = {
        {"http://a.example/x",           "a.example"       },
        {"https://a.example:8443/x",     "a.example"       },
        {"http://u:p@a.example/x@b",     "a.example"       },
        {"http://a.example?q=http://b/", "a.example"       },
        {"http://[2001:db8::1]:80/",     "[2001:db8::1]:80"},
        {"http:///x",                    NULL              },
        {"http://",                      NULL              },
        {"http://:80/",                  NULL              },
        {"HTTP://a.example/",            NULL              },
        {"ldap://a.example/",            NULL              },
        {"http://a.example/ x",          NULL              },
        {"http://a.example/\xc3\xbc",    NULL              },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct ca_bytes url = ca_bytes_str(cases[i].url);

        test_note(cases[i].url);
        assert_int_equal(web_url_is(url), cases[i].host != NULL);
        if (cases[i].host != NULL)
            assert_true(ca_bytes_is_str(web_url_host(url), cases[i].host));
    }
}

static void depth_of_private_values_is_bounded(void **state)
{
    uint8_t nested[2 * 40];
    struct ca_err err = {0};

    (void)state;
    for (size_t depth = 1; depth <= 40; depth++) {
        for (size_t i = 0; i < depth; i++) {
            nested[2 * i] = DER_SEQUENCE;
            nested[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        assert_int_equal(extension_der_check((struct ca_bytes){nested, 2 * depth}, &err),
                         depth < DER_DEPTH_MAX ? CA_OK : CA_MALFORMED);
    }
}

static enum ca_rc compile_once(const void *yaml, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = NULL;

    return profile_compile(ca_bytes_str(yaml), &p, err);
}

static void profile_compile_survives_each_failing_allocation(void **state)
{
    static const char *const yamls[] = {
        LEAF "private_extensions: [{oid: 1.2.3, value: 0c026f6b, max: 9}]\n"
             "extended_key_usage: {usages: [server_auth], allow: [server_auth, 1.2.3]}\n"
             "microsoft_template: {oid: 1.2.3, major: 1, minor: 0}\nmust_staple: true\n"
             "certificate_policies: [1.2.3]\n"
             "policy_qualifiers: [{policy: 1.2.3, cps: \"http://a/\"}]\n"
             "crl_distribution_points: fixed\ncrl_urls: [\"http://a.example/c\"]\n",
        CA "name_constraints: fixed\npermitted_subtrees: {dns: [a.b], ip: [10.0.0.0/8]}\n"
           "excluded_subtrees: {directory: [\"O=A,C=DE\"]}\n",
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(yamls); i++)
        fault_each_allocation(compile_once, yamls[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_is_taken_or_refused_with_the_reason),
        cmocka_unit_test(usages_are_consistent),
        cmocka_unit_test(web_addresses_are_told_apart),
        cmocka_unit_test(depth_of_private_values_is_bounded),
        cmocka_unit_test(profile_compile_survives_each_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
