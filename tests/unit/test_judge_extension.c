/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/ossl.h"
#include "policy/shard.h"
#include "tests/unit/judge_support.h"

/* Each extension that a profile lets be chosen: a request that just passes and one that just fails,
 * through the CSR, beside it, and both at once. OpenSSL reads what would be issued. */

enum { ASKED_MAX = 3 };

#define HEAD                                                                                       \
    "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"                  \
    "subject: {attributes: {common_name: {use: optional}}}\n"                                      \
    "subject_key_identifier: hash\nauthority_key_identifier: key_id\n"
#define KU   "key_usage: {bits: [digital_signature]}\n"
#define LEAF HEAD KU
#define CA                                                                                         \
    HEAD "basic_constraints: {ca: true, path_length: 0, path_length_max: 2}\n"                     \
         "key_usage: {bits: [key_cert_sign, crl_sign]}\n"

#define SERVER CA_BYTES(0x2b, 6, 1, 5, 5, 7, 3, 1)
#define CLIENT CA_BYTES(0x2b, 6, 1, 5, 5, 7, 3, 2)
#define STAMP  CA_BYTES(0x2b, 6, 1, 5, 5, 7, 3, 8)
#define ANY    CA_BYTES(0x55, 0x1d, 0x25, 0)
static const struct ca_bytes server[] = {SERVER};
static const struct ca_bytes client_server[] = {CLIENT, SERVER};
static const struct ca_bytes server_twice[] = {SERVER, SERVER};
static const struct ca_bytes stamp[] = {STAMP};
static const struct ca_bytes stamp_client[] = {STAMP, CLIENT};
static const struct ca_bytes any[] = {ANY};
static const struct ca_bytes policy_123[] = {CA_BYTES(0x2a, 3)};
static const struct ca_bytes policy_124[] = {CA_BYTES(0x2a, 4)};

static const uint8_t utf8[] = {0x0c, 2, 'o', 'k'};
static const uint8_t utf8_long[] = {0x0c, 7, 't', 'o', 'o', 'l', 'o', 'n', 'g'};
static const uint8_t not_der[] = {0x0c, 3, 'o', 'k'};
static const uint8_t bool_not_der[] = {0x01, 1, 1};
static const uint8_t der_null[] = {0x05, 0};
static const uint8_t sid[] =
    "\x30\x2c\xa0\x2a\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x19\x02\x01\xa0\x1c"
    "\x04\x1aS-1-5-21-1111-2222-33-1104";
#define EXT_VALUE(octets)                                                                          \
    {                                                                                              \
        octets, sizeof(octets)                                                                     \
    }
#define PRIVATE_OID CA_BYTES(0x2a, 3, 4)
static const struct wish_extension private_fits[] = {
    {PRIVATE_OID, false, EXT_VALUE(utf8)}
};
static const struct wish_extension private_long[] = {
    {PRIVATE_OID, false, EXT_VALUE(utf8_long)}
};
static const struct wish_extension private_broken[] = {
    {PRIVATE_OID, false, EXT_VALUE(not_der)}
};
static const struct wish_extension private_bool[] = {
    {PRIVATE_OID, false, EXT_VALUE(bool_not_der)}
};
static const struct wish_extension private_critical[] = {
    {PRIVATE_OID, true, EXT_VALUE(utf8)}
};
static const struct wish_extension private_twice[] = {
    {PRIVATE_OID, false, EXT_VALUE(utf8)},
    {PRIVATE_OID, false, EXT_VALUE(utf8)}
};
static const struct wish_extension undeclared[] = {
    {CA_BYTES(0x2a, 3, 5), false, EXT_VALUE(utf8)}
};
static const struct wish_extension sid_asked[] = {
    {CA_BYTES(0x2b, 6, 1, 4, 1, 0x82, 0x37, 25, 2), false, {sid, sizeof(sid) - 1}}
};
static const struct wish_extension no_check[] = {
    {CA_BYTES(0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5), false, EXT_VALUE(der_null)}
};
static const struct wish_extension no_check_wrong[] = {
    {CA_BYTES(0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5), false, EXT_VALUE(utf8)}
};
static const struct wish_extension key_id_asked[] = {
    {CA_BYTES(0x55, 0x1d, 0x0e), false, EXT_VALUE(utf8)}
};
static const struct wish_extension san_asked[] = {
    {CA_BYTES(0x55, 0x1d, 0x11), false, EXT_VALUE(utf8)}
};

#define TREE(excluded, type, text)                                                                 \
    {                                                                                              \
        excluded, type,                                                                            \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
static const struct name_subtree tree_inside[] = {
    TREE(false, SAN_DNS, "a.example.org"), TREE(false, SAN_IP, "\x0a\x01\x00\x00\xff\xff\x00\x00")};
static const struct name_subtree tree_outside[] = {TREE(false, SAN_DNS, "example.net")};
static const struct name_subtree tree_wide[] = {
    TREE(false, SAN_IP, "\x00\x00\x00\x00\x00\x00\x00\x00")};
static const struct name_subtree tree_holes[] = {
    TREE(true, SAN_IP, "\x0a\x00\x00\x00\xff\x00\xff\x00")};
static const struct name_subtree tree_mail[] = {TREE(true, SAN_EMAIL, "bad@example.org")};

#define PASS OUTCOME_ISSUE
#define FAIL OUTCOME_REFUSE
#define WISH .path_length = -1

/* clang-format off */
static const struct extension_case {
    const char *yaml;
    const char *csr[ASKED_MAX]; /* "keyUsage=critical,digitalSignature", as openssl.cnf has them */
    struct wish wish;
    enum outcome outcome;
    const char *rule, *pointer; /* refused by; "" : noted, and passes */
    const char *shows;          /* what OpenSSL prints of the certificate; "!x": does not print x */
} extension_cases[] = {
    /* key usage: fixed */
    {LEAF, {NULL}, {WISH}, PASS, NULL, NULL, "X509v3 Key Usage: critical\n                Digital Signature\n"},
    {LEAF, {"keyUsage=nonRepudiation"}, {WISH}, PASS, "key_usage", "/csr/extensions/key_usage", "!Non Repudiation"},
    {LEAF, {NULL}, {WISH, .key_usage_given = true, .key_usage = 1}, PASS, NULL, NULL, "Digital Signature"},
    {LEAF, {NULL}, {WISH, .key_usage_given = true, .key_usage = 3}, FAIL, "key_usage", "/ext/ku", NULL},
    {LEAF, {"keyUsage=nonRepudiation"}, {WISH, .key_usage_given = true, .key_usage = 2}, FAIL, "key_usage", "/ext/ku", NULL},
    /* default and choice */
#define CHOICE HEAD "key_usage: {bits: [digital_signature], allow: [digital_signature, content_commitment, key_agreement, encipher_only]}\n"
    {CHOICE, {NULL}, {WISH}, PASS, NULL, NULL, "Digital Signature"},
    {CHOICE, {"keyUsage=critical,nonRepudiation"}, {WISH}, PASS, NULL, NULL, "critical\n                Non Repudiation\n"},
    {CHOICE, {"keyUsage=keyEncipherment"}, {WISH}, FAIL, "key_usage", "/csr/extensions/key_usage", NULL},
    {CHOICE, {"keyUsage=encipherOnly,keyAgreement"}, {WISH}, PASS, NULL, NULL, "Key Agreement, Encipher Only"},
    {CHOICE, {"keyUsage=encipherOnly"}, {WISH}, FAIL, "key_usage", "/csr/extensions/key_usage", NULL},
    {CHOICE, {NULL}, {WISH, .key_usage_given = true, .key_usage = 3}, PASS, NULL, NULL, "Digital Signature, Non Repudiation"},
    {CHOICE, {NULL}, {WISH, .key_usage_given = true, .key_usage = 1 << 3}, FAIL, "key_usage", "/ext/ku", NULL},
    {CHOICE, {NULL}, {WISH, .key_usage_given = true, .key_usage = 0}, FAIL, "key_usage", "/ext/ku", NULL},
    {CHOICE, {"keyUsage=keyEncipherment"}, {WISH, .key_usage_given = true, .key_usage = 2}, PASS, NULL, NULL, "Non Repudiation"},
    {CHOICE, {"keyUsage=nonRepudiation"}, {WISH, .key_usage_given = true, .key_usage = 1 << 5}, FAIL, "key_usage", "/ext/ku", NULL},
    {HEAD "key_usage: {allow: [digital_signature]}\n", {NULL}, {WISH}, PASS, NULL, NULL, "!X509v3 Key Usage"},
    {HEAD "key_usage: {allow: [digital_signature], required: true}\n", {NULL}, {WISH}, FAIL, "extensions.required", "/ext/key_usage", NULL},
    {HEAD "key_usage: {allow: [digital_signature], required: true}\n", {"keyUsage=digitalSignature"}, {WISH}, PASS, NULL, NULL, "Digital Signature"},
    /* critical */
    {LEAF, {NULL}, {WISH, .off = WISH_KEY_USAGE_CRITICAL}, FAIL, "extensions.critical", "/ext/ku/critical", NULL},
    {LEAF, {NULL}, {WISH, .on = WISH_KEY_USAGE_CRITICAL}, PASS, NULL, NULL, "Key Usage: critical"},
    {HEAD "key_usage: {bits: [digital_signature], critical: from_request}\n", {NULL}, {WISH, .off = WISH_KEY_USAGE_CRITICAL}, PASS, NULL, NULL, "X509v3 Key Usage: \n"},
    {HEAD "key_usage: {bits: [digital_signature], critical: from_request}\n", {"keyUsage=digitalSignature"}, {WISH}, PASS, NULL, NULL, "X509v3 Key Usage: \n"},
    /* extended key usage */
    {LEAF "extended_key_usage: {usages: [server_auth]}\n", {"extendedKeyUsage=clientAuth"}, {WISH}, PASS, "extended_key_usage", "/csr/extensions/extended_key_usage", "!TLS Web Client"},
    {LEAF "extended_key_usage: {usages: [server_auth]}\n", {NULL}, {WISH, .usages = server, .usage_n = 1}, PASS, NULL, NULL, "TLS Web Server"},
    {LEAF "extended_key_usage: {usages: [server_auth]}\n", {NULL}, {WISH, .usages = client_server, .usage_n = 2}, FAIL, "extended_key_usage", "/ext/eku", NULL},
    {LEAF, {NULL}, {WISH, .usages = server, .usage_n = 1}, FAIL, "extended_key_usage", "/ext/eku", NULL},
#define USAGES LEAF "extended_key_usage: {allow: [server_auth, client_auth, 1.2.3], critical: from_request}\n"
    {USAGES, {NULL}, {WISH}, PASS, NULL, NULL, "!Extended Key Usage"},
    {USAGES, {"extendedKeyUsage=clientAuth,1.2.3"}, {WISH}, PASS, NULL, NULL, "Extended Key Usage: \n                TLS Web Client Authentication, 1.2.3\n"},
    {USAGES, {"extendedKeyUsage=critical,clientAuth"}, {WISH}, PASS, NULL, NULL, "Extended Key Usage: critical"},
    {USAGES, {"extendedKeyUsage=codeSigning"}, {WISH}, FAIL, "extended_key_usage", "/csr/extensions/extended_key_usage", NULL},
    {USAGES, {"extendedKeyUsage=clientAuth,1.2.4"}, {WISH}, FAIL, "extended_key_usage", "/csr/extensions/extended_key_usage", NULL},
    {USAGES, {NULL}, {WISH, .usages = client_server, .usage_n = 2}, PASS, NULL, NULL, "TLS Web Client Authentication, TLS Web Server"},
    {USAGES, {NULL}, {WISH, .usages = server_twice, .usage_n = 2}, FAIL, "extended_key_usage", "/ext/eku", NULL},
    {USAGES, {NULL}, {WISH, .usages = stamp, .usage_n = 1}, FAIL, "extended_key_usage", "/ext/eku", NULL},
    {USAGES, {"extendedKeyUsage=codeSigning"}, {WISH, .usages = server, .usage_n = 1}, PASS, NULL, NULL, "TLS Web Server"},
    {USAGES, {"extendedKeyUsage=clientAuth"}, {WISH, .usages = stamp, .usage_n = 1}, FAIL, "extended_key_usage", "/ext/eku", NULL},
    {LEAF "extended_key_usage: {allow: [any, time_stamping, client_auth], critical: from_request}\n", {NULL}, {WISH, .usages = any, .usage_n = 1}, PASS, NULL, NULL, "Any Extended Key Usage"},
    {LEAF "extended_key_usage: {allow: [any, time_stamping, client_auth], critical: from_request}\n", {NULL}, {WISH, .usages = any, .usage_n = 1, .on = WISH_USAGES_CRITICAL}, FAIL, "extended_key_usage.critical", "/extensions/extended_key_usage", NULL},
    {LEAF "extended_key_usage: {allow: [any, time_stamping, client_auth], critical: from_request}\n", {NULL}, {WISH, .usages = stamp, .usage_n = 1, .on = WISH_USAGES_CRITICAL}, PASS, NULL, NULL, "Extended Key Usage: critical\n                Time Stamping\n"},
    {LEAF "extended_key_usage: {allow: [any, time_stamping, client_auth], critical: from_request}\n", {NULL}, {WISH, .usages = stamp, .usage_n = 1}, FAIL, "extended_key_usage.critical", "/extensions/extended_key_usage", NULL},
    {LEAF "extended_key_usage: {allow: [any, time_stamping, client_auth], critical: from_request}\n", {NULL}, {WISH, .usages = stamp_client, .usage_n = 2, .on = WISH_USAGES_CRITICAL}, FAIL, "extended_key_usage.critical", "/extensions/extended_key_usage", NULL},
    {CHOICE "extended_key_usage: {usages: [client_auth]}\n", {NULL}, {WISH, .key_usage_given = true, .key_usage = 2}, FAIL, "extended_key_usage.key_usage", "/extensions/extended_key_usage", NULL},
    {CHOICE "extended_key_usage: {usages: [client_auth]}\n", {"keyUsage=nonRepudiation"}, {WISH}, FAIL, "extended_key_usage.key_usage", "/extensions/extended_key_usage", NULL},
    {CHOICE "extended_key_usage: {usages: [client_auth]}\n", {"keyUsage=nonRepudiation"}, {WISH, .key_usage_given = true, .key_usage = 3}, PASS, NULL, NULL, "Digital Signature, Non Repudiation"},
    /* basic constraints */
    {LEAF "basic_constraints: {ca: false}\n", {"basicConstraints=CA:TRUE"}, {WISH}, FAIL, "basic_constraints.ca", "/csr/extensions/basic_constraints", NULL},
    {LEAF "basic_constraints: {ca: false}\n", {"basicConstraints=CA:FALSE"}, {WISH}, PASS, NULL, NULL, "Basic Constraints: critical\n                CA:FALSE"},
    {LEAF, {NULL}, {WISH, .on = WISH_CA}, FAIL, "basic_constraints.ca", "/ext/basic_constraints/ca", NULL},
    {LEAF, {"basicConstraints=CA:TRUE"}, {WISH, .off = WISH_CA}, FAIL, "basic_constraints.ca", "/csr/extensions/basic_constraints", NULL},
    {LEAF, {NULL}, {WISH, .off = WISH_CA}, PASS, NULL, NULL, "!CA:TRUE"},
    {LEAF "basic_constraints: {ca: false, critical: from_request}\n", {NULL}, {WISH, .off = WISH_BASIC_CONSTRAINTS_CRITICAL}, PASS, NULL, NULL, "Basic Constraints: \n"},
    {CA, {NULL}, {WISH, .on = WISH_CA}, PASS, NULL, NULL, "CA:TRUE, pathlen:0"},
    {CA, {NULL}, {WISH, .off = WISH_CA}, FAIL, "basic_constraints.ca", "/ext/basic_constraints/ca", NULL},
    {CA, {"basicConstraints=CA:TRUE,pathlen:2"}, {WISH}, PASS, NULL, NULL, "CA:TRUE, pathlen:2"},
    {CA, {"basicConstraints=CA:TRUE,pathlen:3"}, {WISH}, FAIL, "basic_constraints.path_length", "/path_length", NULL},
    {CA, {NULL}, {.path_length = 2}, PASS, NULL, NULL, "pathlen:2"},
    {CA, {NULL}, {.path_length = 3}, FAIL, "basic_constraints.path_length", "/path_length", NULL},
    {CA, {"basicConstraints=CA:TRUE,pathlen:3"}, {.path_length = 1}, PASS, NULL, NULL, "pathlen:1"},
    {CA, {NULL}, {WISH, .off = WISH_BASIC_CONSTRAINTS_CRITICAL}, FAIL, "extensions.critical", "/ext/basic_constraints/critical", NULL},
    {LEAF, {NULL}, {.path_length = 0}, FAIL, "basic_constraints.path_length", "/path_length", NULL},
    /* key identifiers */
    {LEAF, {NULL}, {WISH, .on = WISH_AUTHORITY_ISSUER}, FAIL, "authority_key_identifier.issuer", "/ext/aki/issuer", NULL},
    {LEAF, {NULL}, {WISH, .off = WISH_AUTHORITY_ISSUER}, PASS, NULL, NULL, "!DirName:CN = Test Root"},
    {LEAF, {NULL}, {WISH, .on = WISH_AUTHORITY_KEY_CRITICAL}, FAIL, "authority_key_identifier.critical", "/ext/aki/critical", NULL},
    {LEAF, {NULL}, {WISH, .off = WISH_AUTHORITY_KEY_CRITICAL}, PASS, NULL, NULL, "X509v3 Authority Key Identifier: \n"},
    {LEAF, {NULL}, {WISH, .extensions = key_id_asked, .extension_n = 1}, FAIL, "subject_key_identifier", "/ext/other/0", NULL},
    {LEAF, {"subjectKeyIdentifier=00:11"}, {WISH}, PASS, NULL, NULL, "!00:11\n"},
    {LEAF, {NULL}, {WISH, .extensions = san_asked, .extension_n = 1}, FAIL, "extensions", "/ext/other/0", NULL},
    /* addresses */
    {LEAF "crl_distribution_points: from_authority\n", {"crlDistributionPoints=URI:http://x.example/c"}, {WISH}, PASS, "crl_distribution_points", "/csr/extensions/crl_distribution_points", "URI:http://ca.example.org/crl/root.crl"},
    {LEAF "crl_distribution_points: from_authority\n", {NULL}, {WISH, .crl_url = "http://ca.example.org/crl/root.crl"}, PASS, NULL, NULL, "root.crl"},
    {LEAF "crl_distribution_points: from_authority\n", {NULL}, {WISH, .crl_url = "http://ca.example.org/crl/root.cr"}, FAIL, "crl_distribution_points", "/crl_url", NULL},
    {LEAF "crl_distribution_points: from_authority\n", {"freshestCRL=URI:http://x.example/c"}, {WISH}, PASS, "freshest_crl", "/csr/extensions/freshest_crl", "!x.example"},
#define CRLS LEAF "crl_distribution_points: from_request\nurl_hosts: [example.net]\n"
    {CRLS, {NULL}, {WISH}, PASS, NULL, NULL, "URI:http://ca.example.org/crl/root.crl"},
    {CRLS, {"crlDistributionPoints=URI:http://a.example.net/c"}, {WISH}, PASS, NULL, NULL, "URI:http://a.example.net/c"},
    {CRLS, {"crlDistributionPoints=URI:http://aexample.net/c"}, {WISH}, FAIL, "crl_distribution_points", "/csr/extensions/crl_distribution_points", NULL},
    {CRLS, {"crlDistributionPoints=DNS:a.example.net"}, {WISH}, FAIL, "crl_distribution_points", "/csr/extensions/crl_distribution_points", NULL},
    {CRLS, {NULL}, {WISH, .crl_url = "https://example.net:8443/c"}, PASS, NULL, NULL, "https://example.net:8443/c"},
    {CRLS, {NULL}, {WISH, .crl_url = "http://example.net@evil.example/c"}, FAIL, "crl_distribution_points", "/crl_url", NULL},
    {CRLS, {NULL}, {WISH, .crl_url = "ftp://example.net/c"}, FAIL, "crl_distribution_points", "/crl_url", NULL},
    {CRLS, {"crlDistributionPoints=URI:http://evil.example/c"}, {WISH, .crl_url = "http://example.net/c"}, PASS, NULL, NULL, "http://example.net/c"},
    {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"http://1.example/c\", \"http://2.example/c\"]\n", {NULL}, {WISH}, PASS, NULL, NULL, "http://2.example/c"},
    {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"http://1.example/c\"]\n", {NULL}, {WISH, .crl_url = "http://2.example/c"}, FAIL, "crl_distribution_points", "/crl_url", NULL},
    {LEAF "authority_information_access: from_authority\n", {NULL}, {WISH}, PASS, NULL, NULL, "CA Issuers - URI:http://ca.example.org/aia/root.cer"},
    {LEAF "authority_information_access: from_authority\n", {NULL}, {WISH, .ocsp_url = "http://o.example/"}, FAIL, "authority_information_access", "/ocsp_url", NULL},
    {LEAF "authority_information_access: from_request\n", {NULL}, {WISH, .ocsp_url = "http://o.example/"}, PASS, NULL, NULL, "OCSP - URI:http://o.example/\n                CA Issuers - URI:http://ca.example.org/aia/root.cer"},
    {LEAF "authority_information_access: from_request\n", {"authorityInfoAccess=caIssuers;URI:http://a.example/i"}, {WISH}, PASS, NULL, NULL, "CA Issuers - URI:http://a.example/i"},
    {LEAF "authority_information_access: from_request\n", {"authorityInfoAccess=1.2.3;URI:http://a.example/i"}, {WISH}, FAIL, "authority_information_access", "/csr/extensions/authority_information_access", NULL},
    {LEAF "authority_information_access: from_request\n", {NULL}, {WISH, .aia_url = "gopher://a/"}, FAIL, "authority_information_access", "/aia_url", NULL},
    {LEAF "authority_information_access: fixed\nocsp_urls: [\"http://1.example/o\"]\n", {NULL}, {WISH}, PASS, NULL, NULL, "OCSP - URI:http://1.example/o"},
    /* policies */
#define POLICIES LEAF "certificate_policies: [1.2.3]\npolicies_allowed: [1.2.3, 2.5.29.32.0]\npolicy_qualifiers: [{policy: 2.5.29.32.0, cps: \"http://cps.example/\"}]\n"
    {POLICIES, {NULL}, {WISH}, PASS, NULL, NULL, "Policy: 1.2.3"},
    {POLICIES, {"certificatePolicies=DER:30:08:30:06:06:04:55:1d:20:00"}, {WISH}, PASS, NULL, NULL, "CPS: http://cps.example/"},
    {POLICIES, {"certificatePolicies=DER:30:06:30:04:06:02:2a:04"}, {WISH}, FAIL, "certificate_policies", "/csr/extensions/certificate_policies", NULL},
    {LEAF "policies_allowed: [1.3]\n", {NULL}, {WISH, .policies = policy_124, .policy_n = 1}, FAIL, "certificate_policies", "/ext/policies", NULL},
    {LEAF "policies_allowed: [1.2.3, 1.2.4, 1.3]\n", {NULL}, {WISH}, PASS, NULL, NULL, "!Policies"},
    {LEAF "policies_allowed: [1.2]\n", {"certificatePolicies=DER:30:06:30:04:06:02:2a:04"}, {WISH, .policies = policy_123, .policy_n = 1}, FAIL, "certificate_policies", "/ext/policies", NULL},
    {LEAF "certificate_policies: [1.2.3]\n", {"certificatePolicies=DER:30:06:30:04:06:02:2a:04"}, {WISH}, PASS, "certificate_policies", "/csr/extensions/certificate_policies", "!1.2.4"},
    /* name constraints */
#define TREES CA "name_constraints: from_request\npermitted_subtrees: {dns: [example.org], ip: [10.0.0.0/8]}\nexcluded_subtrees: {dns: [x.example.org], email: [example.com]}\n"
    {TREES, {NULL}, {WISH}, PASS, NULL, NULL, "X509v3 Name Constraints: critical\n                Permitted:\n                  DNS:example.org\n                  IP:10.0.0.0/255.0.0.0\n                Excluded:\n                  DNS:x.example.org\n"},
    {TREES, {NULL}, {WISH, .subtrees = tree_inside, .subtree_n = 2}, PASS, NULL, NULL, "Permitted:\n                  DNS:a.example.org\n                  IP:10.1.0.0/255.255.0.0\n                Excluded:\n                  DNS:x.example.org\n"},
    {TREES, {NULL}, {WISH, .subtrees = tree_outside, .subtree_n = 1}, FAIL, "name_constraints", "/name_constraints/permitted_dns", NULL},
    {TREES, {NULL}, {WISH, .subtrees = tree_wide, .subtree_n = 1}, FAIL, "name_constraints", "/name_constraints/permitted_ip", NULL},
    {TREES, {NULL}, {WISH, .subtrees = tree_holes, .subtree_n = 1}, FAIL, "name_constraints", "/name_constraints/excluded_ip", NULL},
    {TREES, {NULL}, {WISH, .subtrees = tree_mail, .subtree_n = 1}, PASS, NULL, NULL, "email:bad@example.org"},
    {TREES, {"nameConstraints=permitted;DNS:b.example.org"}, {WISH}, PASS, NULL, NULL, "DNS:b.example.org\n                  IP:10.0.0.0/255.0.0.0"},
    {TREES, {"nameConstraints=permitted;DNS:bexample.org"}, {WISH}, FAIL, "name_constraints", "/csr/extensions/name_constraints", NULL},
    {TREES, {"nameConstraints=permitted;URI:example.org"}, {WISH}, FAIL, "name_constraints", "/csr/extensions/name_constraints", NULL},
    {TREES, {"nameConstraints=permitted;DNS:example.com"}, {WISH, .subtrees = tree_inside, .subtree_n = 1}, PASS, NULL, NULL, "DNS:a.example.org"},
    {CA "name_constraints: fixed\nexcluded_subtrees: {directory: [\"O=Bad,C=DE\"], email: [.example.com]}\n", {NULL}, {WISH}, PASS, NULL, NULL, "DirName:C = DE, O = Bad"},
    {CA "name_constraints: fixed\nexcluded_subtrees: {dns: [example.org]}\n", {"nameConstraints=permitted;DNS:a"}, {WISH}, PASS, "name_constraints", "/csr/extensions/name_constraints", "!Permitted"},
    {CA, {NULL}, {WISH, .subtrees = tree_outside, .subtree_n = 1}, FAIL, "name_constraints", "/name_constraints/permitted_dns", NULL},
    /* switches */
    {LEAF "must_staple: true\n", {NULL}, {WISH}, PASS, NULL, NULL, "status_request"},
    {LEAF "must_staple: true\n", {NULL}, {WISH, .on = WISH_MUST_STAPLE}, PASS, NULL, NULL, "status_request"},
    {LEAF "must_staple: true\n", {NULL}, {WISH, .off = WISH_MUST_STAPLE}, FAIL, "tls_feature", "/ext/must_staple", NULL},
    {LEAF "must_staple: default\n", {NULL}, {WISH, .off = WISH_MUST_STAPLE}, PASS, NULL, NULL, "!status_request"},
    {LEAF "must_staple: default\n", {NULL}, {WISH}, PASS, NULL, NULL, "status_request"},
    {LEAF "must_staple: from_request\n", {NULL}, {WISH}, PASS, NULL, NULL, "!status_request"},
    {LEAF "must_staple: from_request\n", {"tlsfeature=status_request"}, {WISH}, PASS, NULL, NULL, "status_request"},
    {LEAF "must_staple: from_request\n", {"tlsfeature=status_request_v2"}, {WISH}, FAIL, "tls_feature", "/csr/extensions/tls_feature", NULL},
    {LEAF "must_staple: from_request\n", {"tlsfeature=status_request"}, {WISH, .off = WISH_MUST_STAPLE}, PASS, NULL, NULL, "!status_request"},
    {LEAF, {"tlsfeature=status_request"}, {WISH}, PASS, "tls_feature", "/csr/extensions/tls_feature", "!status_request"},
    {LEAF, {NULL}, {WISH, .on = WISH_MUST_STAPLE}, FAIL, "tls_feature", "/ext/must_staple", NULL},
#define OCSP LEAF "extended_key_usage: {usages: [ocsp_signing]}\n"
    {OCSP "ocsp_no_check: from_request\n", {NULL}, {WISH}, PASS, NULL, NULL, "!OCSP No Check"},
    {OCSP "ocsp_no_check: from_request\n", {NULL}, {WISH, .extensions = no_check, .extension_n = 1}, PASS, NULL, NULL, "OCSP No Check"},
    {OCSP "ocsp_no_check: from_request\n", {NULL}, {WISH, .extensions = no_check_wrong, .extension_n = 1}, FAIL, "ocsp_no_check", "/ext/other/0", NULL},
    {OCSP "ocsp_no_check: from_request\n", {"1.3.6.1.5.5.7.48.1.5=DER:05:00"}, {WISH}, PASS, NULL, NULL, "OCSP No Check"},
    {OCSP, {NULL}, {WISH, .extensions = no_check, .extension_n = 1}, FAIL, "ocsp_no_check", "/ext/other/0", NULL},
    {OCSP "ocsp_no_check: true\n", {NULL}, {WISH}, PASS, NULL, NULL, "OCSP No Check"},
    /* Microsoft's */
#define TEMPLATE LEAF "microsoft_template: {oid: 1.2.3, major: 100, minor: 7, allow: [1.2.3, 1.2.4]}\n"
    {TEMPLATE, {NULL}, {WISH}, PASS, NULL, NULL, "*...d..."},
    {TEMPLATE, {"1.3.6.1.4.1.311.21.7=DER:30:0a:06:02:2a:04:02:01:01:02:01:02"}, {WISH}, PASS, NULL, NULL, "1.3.6.1.4.1.311.21.7"},
    {TEMPLATE, {"1.3.6.1.4.1.311.21.7=DER:30:0a:06:02:2a:05:02:01:01:02:01:02"}, {WISH}, FAIL, "microsoft_template", "/csr/extensions/microsoft_template", NULL},
    {TEMPLATE, {"1.3.6.1.4.1.311.21.7=DER:30:07:06:02:2a:04:02:01:01"}, {WISH}, FAIL, "microsoft_template", "/csr/extensions/microsoft_template", NULL},
    {LEAF "microsoft_template_name: {name: User}\n", {"1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:Admin"}, {WISH}, PASS, "microsoft_template_name", "/csr/extensions/microsoft_template_name", ".U.s.e.r"},
    {LEAF "microsoft_template_name: {allow: [User]}\n", {"1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:User"}, {WISH}, PASS, NULL, NULL, ".U.s.e.r"},
    {LEAF "microsoft_template_name: {allow: [User]}\n", {"1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:Users"}, {WISH}, FAIL, "microsoft_template_name", "/csr/extensions/microsoft_template_name", NULL},
    {LEAF "microsoft_template_name: {allow: [User]}\n", {"1.3.6.1.4.1.311.20.2=ASN1:UTF8:User"}, {WISH}, FAIL, "microsoft_template_name", "/csr/extensions/microsoft_template_name", NULL},
    {LEAF "microsoft_sid: {domains: [S-1-5-21-1111-2222-33]}\n", {NULL}, {WISH, .extensions = sid_asked, .extension_n = 1}, PASS, NULL, NULL, "S-1-5-21-1111-2222-33-1104"},
    {LEAF "microsoft_sid: {domains: [S-1-5-21-1111-2222-3]}\n", {NULL}, {WISH, .extensions = sid_asked, .extension_n = 1}, FAIL, "microsoft_sid", "/ext/other/0", NULL},
    {LEAF "microsoft_sid: {domains: [S-1-5-21-1111-2222-33-1104]}\n", {NULL}, {WISH, .extensions = sid_asked, .extension_n = 1}, FAIL, "microsoft_sid", "/ext/other/0", NULL},
    {LEAF, {NULL}, {WISH, .extensions = sid_asked, .extension_n = 1}, FAIL, "microsoft_sid", "/ext/other/0", NULL},
    {LEAF, {"1.3.6.1.4.1.311.25.2=DER:30:00"}, {WISH}, PASS, "microsoft_sid", "/csr/extensions/microsoft_sid", "!311.25.2"},
    {LEAF "microsoft_sid: {sid: S-1-5-21-1-2-3-500}\n", {NULL}, {WISH}, PASS, NULL, NULL, "S-1-5-21-1-2-3-500"},
    /* private */
#define PRIVATE LEAF "private_extensions: [{oid: 1.2.3.4, max: 4}]\n"
    {PRIVATE, {NULL}, {WISH}, PASS, NULL, NULL, "!1.2.3.4"},
    {PRIVATE, {"1.2.3.4=DER:0c:02:6f:6b"}, {WISH}, PASS, NULL, NULL, "1.2.3.4: \n                ..ok"},
    {PRIVATE, {"1.2.3.4=DER:0c:03:6f:6b:6b"}, {WISH}, FAIL, "private_extensions", "/csr/extensions/1.2.3.4", NULL},
    {PRIVATE, {NULL}, {WISH, .extensions = private_fits, .extension_n = 1}, PASS, NULL, NULL, "..ok"},
    {PRIVATE, {NULL}, {WISH, .extensions = private_long, .extension_n = 1}, FAIL, "private_extensions", "/ext/other/0", NULL},
    {PRIVATE, {NULL}, {WISH, .extensions = private_broken, .extension_n = 1}, FAIL, "private_extensions", "/ext/other/0", NULL},
    {PRIVATE, {NULL}, {WISH, .extensions = private_bool, .extension_n = 1}, FAIL, "private_extensions", "/ext/other/0", NULL},
    {PRIVATE, {NULL}, {WISH, .extensions = private_critical, .extension_n = 1}, FAIL, "private_extensions", "/ext/other/0", NULL},
    {PRIVATE, {NULL}, {WISH, .extensions = private_twice, .extension_n = 2}, FAIL, "extensions", "/ext/other/1", NULL},
    {PRIVATE, {"1.2.3.4=DER:0c:03:6f:6b:6b"}, {WISH, .extensions = private_fits, .extension_n = 1}, PASS, NULL, NULL, "..ok"},
    {PRIVATE, {NULL}, {WISH, .extensions = undeclared, .extension_n = 1}, FAIL, "extensions", "/ext/other/0", NULL},
    {PRIVATE, {"1.2.3.5=DER:05:00"}, {WISH}, PASS, "extensions", "/csr/extensions", "!1.2.3.5"},
    {LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b}]\n", {"1.2.3.4=DER:05:00"}, {WISH}, PASS, "private_extensions", "/csr/extensions/1.2.3.4", "..ok"},
    {LEAF "private_extensions: [{oid: 1.2.3.4, value: '0500', critical: true}]\n", {NULL}, {WISH, .extensions = private_fits, .extension_n = 1}, FAIL, "private_extensions", "/ext/other/0", NULL},
    {LEAF "private_extensions: [{oid: 1.2.3.4, max: 8, required: true}]\n", {NULL}, {WISH}, FAIL, "extensions.required", "/ext/other", NULL},
};
/* clang-format on */

/* "name=value", as a section of openssl.cnf has it. */
static void extension_add(STACK_OF(X509_EXTENSION) *list, const char *text)
{
    const char *equals = strchr(text, '=');
    char name[64] = "";
    X509V3_CTX ctx = {0};
    X509_EXTENSION *ext;

    memcpy(name, text, (size_t)(equals - text));
    X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, 0);
    ext = X509V3_EXT_nconf(NULL, &ctx, name, equals + 1);
    if (ext == NULL)
        fail_msg("OpenSSL does not make %s", text);
    sk_X509_EXTENSION_push(list, ext);
}

static struct csr *csr_asking(const char *const asked[ASKED_MAX])
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    struct csr *csr = NULL;
    struct ca_err err = {0};
    uint8_t *der = NULL;
    int len;

    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                               (const uint8_t *)"Somebody", -1, -1, 0);
    X509_REQ_set_pubkey(req, key);
    for (size_t i = 0; i < ASKED_MAX && asked[i] != NULL; i++)
        extension_add(list, asked[i]);
    if (sk_X509_EXTENSION_num(list) > 0)
        X509_REQ_add_extensions(req, list);
    X509_REQ_sign(req, key, EVP_sha256());
    len = i2d_X509_REQ(req, &der);
    if (len < 0 || csr_parse((struct ca_bytes){der, (size_t)len}, &csr, &err) != CA_OK)
        fail_msg("%s", err.text);
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    return csr;
}

/* The certificate, with a signature of zeros, as OpenSSL prints it. */
static void text_of(const struct verdict *v, struct ca_buf *ret)
{
    static const uint8_t zeros[8];
    const struct ca_signature_info *sig = ca_signature_info(CA_SIG_ECDSA_SHA256);
    CA_AUTO(buf) struct ca_buf tbs = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    CA_AUTO(x509) X509 *x509 = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    const uint8_t *at;
    char *text = NULL;
    long len;
    struct ca_err err = {0};

    assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, ca_buf_view(&tbs));
    der_put_raw(&w, sig->algorithm);
    der_put_bits(&w, (struct ca_bytes){zeros, sizeof(zeros)});
    der_close(&w);
    at = w.buf.ptr;
    x509 = d2i_X509(NULL, &at, (long)w.buf.len);
    assert_non_null(x509);
    assert_int_equal(X509_print_ex(bio, x509, 0, 0), 1);
    len = BIO_get_mem_data(bio, &text);
    ca_buf_add(ret, text, (size_t)len);
    BIO_free(bio);
}

static struct issuer issuer_full(void)
{
    struct issuer issuer = issuer_of(&root_ec);

    issuer.issuer_name = root_ec.read.issuer;
    issuer.serial = root_ec.read.serial;
    return issuer;
}

static void shows(const struct verdict *v, const char *expected)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    bool not = expected[0] == '!';

    text_of(v, &text);
    if ((strstr(ca_buf_cstr(&text), expected + (not ? 1 : 0)) != NULL) == not )
        fail_msg("'%s' in:\n%s", expected, ca_buf_cstr(&text));
}

static void i07_each_extension_passes_and_fails_where_the_profile_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(extension_cases); i++) {
        const struct extension_case *c = &extension_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->yaml);
        CA_AUTO(csr) struct csr *csr = csr_asking(c->csr);
        struct issuer issuer = issuer_full();
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &c->wish, .now = NOW});
        const struct finding *f =
            c->rule != NULL ? finding_of(v, c->rule, c->outcome == OUTCOME_REFUSE) : NULL;

        if (v->outcome != c->outcome || (c->rule != NULL && f == NULL)) {
            show(v);
            fail_msg("case %zu: %s%s", i, c->yaml, c->csr[0] != NULL ? c->csr[0] : "");
        }
        if (f != NULL && strcmp(f->pointer, c->pointer) != 0)
            fail_msg("case %zu: %s is not at %s, but at %s", i, c->rule, c->pointer, f->pointer);
        if (c->outcome == OUTCOME_ISSUE) {
            shows(v, c->shows);
            issue(&root_ec, v, &issuer, p);
        }
    }
}

/* Key identifiers: issuer and serial, and the digest of RFC 7093. */
static void key_identifiers_are_as_the_profile_says(void **state)
{
    static const char *const none[ASKED_MAX] = {NULL};
    static const struct {
        const char *yaml;
        unsigned on;
        const char *shows;
    } cases[] = {
        {"authority_key_identifier: key_id_and_issuer\n",                           0,                     "DirName:/CN=Test Root"},
        {"authority_key_identifier: from_request\n",                                0,                     "!DirName"             },
        {"authority_key_identifier: from_request\n",                                WISH_AUTHORITY_ISSUER, "serial:31:02:03"      },
        {"authority_key_identifier: key_id\nsubject_key_identifier: hash_sha256\n", 0,
         "X509v3 Subject Key Identifier"                                                                                          },
        {"authority_key_identifier: key_id\nsubject_key_identifier: none\n",        0,
         "!X509v3 Subject Key Identifier"                                                                                         },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf yaml = {0};
        struct issuer issuer = issuer_full();
        struct wish wish = {.path_length = -1, .on = cases[i].on};
        CA_AUTO(csr) struct csr *csr = csr_asking(none);
        CA_AUTO(profile) struct profile *p = NULL;
        CA_AUTO(verdict) struct verdict *v = NULL;

        ca_buf_printf(&yaml,
                      "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"
                      "subject: {attributes: {common_name: {use: optional}}}\n" KU "%s",
                      cases[i].yaml);
        p = profile_of(ca_buf_cstr(&yaml));
        v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        show(v);
        assert_int_equal(v->outcome, OUTCOME_ISSUE);
        shows(v, cases[i].shows);
        /* An authority that waits for its certificate cannot say what its serial will be. */
        issuer.serial.len = 0;
        verdict_free(v);
        v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        assert_int_equal(v->outcome, i == 0 || i == 2 ? OUTCOME_REFUSE : OUTCOME_ISSUE);
    }
}

/* Final bytes of one profile before the judge of another: each difference is seen (I7). */
static void i07_bytes_of_another_profile_are_refused(void **state)
{
    static const char *const none[ASKED_MAX] = {NULL};
    static const struct {
        const char *made, *judged, *rule;
    } cases[] = {
        {LEAF,                                                                            HEAD "key_usage: {bits: [digital_signature], critical: false}\n",         "key_usage"                   },
        {LEAF,                                                                            HEAD "key_usage: {allow: [content_commitment]}\n",                        "key_usage"                   },
        {LEAF,                                                                            HEAD,                                                                     "key_usage"                   },
        {HEAD,                                                                            LEAF,                                                                     "key_usage"                   },
        {LEAF "must_staple: true\n",                                                      LEAF,                                                                     "tls_feature"                 },
        {LEAF,                                                                            LEAF "must_staple: true\n",                                               "tls_feature"                 },
        {LEAF "extended_key_usage: {usages: [server_auth]}\n",
         LEAF "extended_key_usage: {allow: [client_auth]}\n",                                                                                                       "extended_key_usage"          },
        {LEAF "extended_key_usage: {usages: [server_auth], critical: true}\n",
         LEAF "extended_key_usage: {usages: [server_auth]}\n",                                                                                                      "extended_key_usage"          },
        {LEAF "certificate_policies: [1.2.3]\npolicy_qualifiers: [{policy: 1.2.3, cps: "
              "\"http://a/\"}]\n",                                               LEAF "policies_allowed: [1.2.3]\n",                                       "certificate_policies"        },
        {LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b}]\n",                  LEAF,                                                                     "extensions"                  },
        {LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b}]\n",
         LEAF "private_extensions: [{oid: 1.2.3.4, max: 3}]\n",                                                                                                     "private_extensions"          },
        {LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b}]\n",
         LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b, critical: true}]\n",
         "private_extensions"                                                                                                                                                                     },
        {LEAF,                                                                            LEAF "private_extensions: [{oid: 1.2.3.4, value: 0c026f6b}]\n",
         "private_extensions"                                                                                                                                                                     },
        {LEAF "microsoft_sid: {sid: S-1-5-21-1-2-3-500}\n",
         LEAF "microsoft_sid: {domains: [S-1-5-21-1-2-4]}\n",                                                                                                       "microsoft_sid"               },
        {LEAF "microsoft_template: {oid: 1.2.3}\n",                                       LEAF "microsoft_template: {oid: 1.2.4}\n",
         "microsoft_template"                                                                                                                                                                     },
        {LEAF "crl_distribution_points: fixed\ncrl_urls: [\"http://a.example/\"]\n",
         LEAF "crl_distribution_points: from_authority\n",                                                                                                          "crl_distribution_points"     },
        {LEAF "authority_information_access: fixed\naia_urls: [\"http://a.example/\"]\n",
         LEAF "authority_information_access: from_authority\n",                                                                                                     "authority_information_access"},
        {CA "name_constraints: fixed\npermitted_subtrees: {dns: [example.org]}\n",
         CA "name_constraints: from_request\npermitted_subtrees: {dns: [a.example.org]}\n",
         "name_constraints"                                                                                                                                                                       },
        {CA "name_constraints: fixed\npermitted_subtrees: {dns: [example.org]}\n",
         CA "name_constraints: from_request\nexcluded_subtrees: {dns: [a.example.org]}\n",
         "name_constraints"                                                                                                                                                                       },
        {CA,                                                                              CA "name_constraints: fixed\npermitted_subtrees: {dns: [example.org]}\n",
         "name_constraints"                                                                                                                                                                       },
        {LEAF,                                                                            LEAF "basic_constraints: {ca: false}\n",                                  "basic_constraints"           },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(profile) struct profile *made = profile_of(cases[i].made);
        CA_AUTO(profile) struct profile *judged = profile_of(cases[i].judged);
        CA_AUTO(csr) struct csr *csr = csr_asking(none);
        struct issuer issuer = issuer_full();
        CA_AUTO(verdict)
        struct verdict *v = judge(
            &(struct judge_input){.profile = made, .issuer = &issuer, .csr = csr, .now = NOW});
        CA_AUTO(verdict) struct verdict *again = calloc(1, sizeof(*again));
        CA_AUTO(buf) struct ca_buf tbs = {0};
        struct ca_err err = {0};

        assert_int_equal(v->outcome, OUTCOME_ISSUE);
        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
        again->outcome = OUTCOME_ISSUE;
        assert_int_equal(judge_tbs(judged, &issuer, ca_buf_view(&tbs), NOW, again, &err), CA_OK);
        if (again->outcome != OUTCOME_REFUSE || finding_of(again, cases[i].rule, true) == NULL) {
            show(again);
            fail_msg("case %zu: nothing about %s", i, cases[i].rule);
        }
    }
}

#define POINT "crl_distribution_points: from_authority\n"
#define WHOLE "crl_distribution_points: whole\n"
#define FIXED "crl_distribution_points: fixed\ncrl_urls: [\"http://ca.example.org/crl/root.crl\"]\n"
/* clang-format off */
static const struct freshest_case {
    const char *yaml;
    int32_t shards;
    bool deltas;
    const char *ends; /* of the address; NULL: no freshestCRL */
} freshest_cases[] = {
    {LEAF POINT,                        0, true,  "/root-delta.crl"},
    {LEAF POINT,                        7, true,  "-delta.crl"     }, /* of the part that the serial falls on */
    {LEAF WHOLE,                        7, true,  "/root-delta.crl"},
    {LEAF POINT,                        0, false, NULL             },
    {LEAF POINT,                        7, false, NULL             },
    {LEAF POINT "freshest_crl: none\n", 7, true,  NULL             },
    {LEAF FIXED,                        7, true,  NULL             },
    {LEAF,                              0, true,  NULL             },
};
/* clang-format on */

static struct issuer issuer_with(const struct freshest_case *c)
{
    struct issuer issuer = issuer_full();

    issuer.crl_shards = c->shards;
    issuer.crl_deltas = c->deltas;
    return issuer;
}

/* RFC 5280 4.2.1.15: beside the CRL that the certificate names, whichever part that is. */
static void freshest_crl_is_beside_the_crl_that_is_named(void **state)
{
    static const char *const none[ASKED_MAX] = {NULL};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(freshest_cases); i++) {
        const struct freshest_case *c = &freshest_cases[i];
        struct issuer issuer = issuer_with(c);
        struct wish wish = {.path_length = -1};
        CA_AUTO(profile) struct profile *p = profile_of(c->yaml);
        CA_AUTO(csr) struct csr *csr = csr_asking(none);
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        char url[SHARD_URL_MAX];
        char delta_url[SHARD_URL_MAX];

        assert_int_equal(v->outcome, OUTCOME_ISSUE);
        issue(&root_ec, v, &issuer, p); /* the final bytes too */
        if (c->ends == NULL) {
            shows(v, "!Freshest CRL");
            continue;
        }
        assert_true(shard_url(issuer.crl_url, plan_shard(v->plan, serial_bytes), url));
        assert_true(shard_delta_url(url, delta_url));
        assert_non_null(strstr(delta_url, c->ends));
        shows(v, url);
        shows(v, delta_url);
        shows(v, "X509v3 Freshest CRL: \n");
        assert_int_equal(plan_shard(v->plan, serial_bytes) > 0,
                         c->shards > 0 && strstr(c->yaml, WHOLE) == NULL);
    }
}

/* Bytes that were planned before the schedule changed are not signed after it (I7). */
static void i07_a_freshest_crl_of_another_schedule_is_refused(void **state)
{
    static const char *const none[ASKED_MAX] = {NULL};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(freshest_cases) * CA_COUNT(freshest_cases); i++) {
        const struct freshest_case *made = &freshest_cases[i / CA_COUNT(freshest_cases)];
        const struct freshest_case *judged = &freshest_cases[i % CA_COUNT(freshest_cases)];
        struct issuer issuer = issuer_with(made);
        struct issuer other = issuer_with(judged);
        struct wish wish = {.path_length = -1};
        CA_AUTO(profile) struct profile *p = profile_of(made->yaml);
        CA_AUTO(profile) struct profile *q = profile_of(judged->yaml);
        CA_AUTO(csr) struct csr *csr = csr_asking(none);
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        CA_AUTO(verdict) struct verdict *again = calloc(1, sizeof(*again));
        CA_AUTO(buf) struct ca_buf tbs = {0};
        struct ca_err err = {0};

        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
        again->outcome = OUTCOME_ISSUE;
        assert_int_equal(judge_tbs(q, &other, ca_buf_view(&tbs), NOW, again, &err), CA_OK);
        if ((made->ends == NULL) != (judged->ends == NULL))
            assert_non_null(finding_of(again, "freshest_crl", true));
        if (made->ends == NULL && judged->ends == NULL)
            assert_null(finding_of(again, "freshest_crl", true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i07_each_extension_passes_and_fails_where_the_profile_says),
        cmocka_unit_test(key_identifiers_are_as_the_profile_says),
        cmocka_unit_test(i07_bytes_of_another_profile_are_refused),
        cmocka_unit_test(freshest_crl_is_beside_the_crl_that_is_named),
        cmocka_unit_test(i07_a_freshest_crl_of_another_schedule_is_refused),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
