/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/choices.h"
#include "api/rest/profile_view.h"
#include "api/rest/table_internal.h"

/* What clients send. */
enum {
    NAME_MAX_LEN = 63,
    URL_MAX = 1024,
    COMMENT_MAX = 1000,
    LABEL_MAX = 128,
    DAYS_MAX = 36525,
    HOURS_MAX = 24 * 366,
    SANS_MAX = 250,
    CONSTRAINTS_MAX = 100,
    KUS_MAX = 9,
    OIDS_MAX = 32,
    OTHER_MAX = 16,
    EXTENSION_URL_MAX = 512,
    EXTENSION_TEXT_MAX = 6 * 1024
};

/* clang-format off */
static const struct json_field validity_fields[] = {
    ROW(rest_validity, JSON_INT, days, JSON_REQUIRED, DAYS_MAX, "lifetime in days, from now on; at most what the profile and the authority allow"),
};
const struct json_schema rest_validity_schema = SCHEMA("Validity", rest_validity, validity_fields, "How long.");

static const struct json_field constraints_fields[] = {
    ROW(rest_constraints, JSON_TEXTS, permitted_dns, 0, CONSTRAINTS_MAX, "DNS names below which it may issue (RFC 5280 4.2.1.10)"),
    ROW(rest_constraints, JSON_TEXTS, excluded_dns, 0, CONSTRAINTS_MAX, "DNS names below which it may not"),
    ROW(rest_constraints, JSON_TEXTS, permitted_email, 0, CONSTRAINTS_MAX, "addresses: a@example.org, all of a host (example.org), or of all below (.example.org)"),
    ROW(rest_constraints, JSON_TEXTS, excluded_email, 0, CONSTRAINTS_MAX, "the same, for which it may not"),
    ROW(rest_constraints, JSON_TEXTS, permitted_ip, 0, CONSTRAINTS_MAX, "ranges: 192.0.2.0/24, 2001:db8::/32"),
    ROW(rest_constraints, JSON_TEXTS, excluded_ip, 0, CONSTRAINTS_MAX, "the same, for which it may not"),
    ROW(rest_constraints, JSON_TEXTS, permitted_directory, 0, CONSTRAINTS_MAX, "distinguished names that subjects begin with: O=Acme,C=DE"),
    ROW(rest_constraints, JSON_TEXTS, excluded_directory, 0, CONSTRAINTS_MAX, "the same, for which it may not"),
};
static const struct json_schema constraints_schema = SCHEMA("NameConstraints", rest_constraints, constraints_fields, "What names an authority may certify.");

static const struct json_field basic_constraints_fields[] = {
    ROW(rest_basic_constraints, JSON_SWITCH, ca, 0, 0, "must be what the profile makes"),
    ROW(rest_basic_constraints, JSON_SWITCH, critical, 0, 0, "where the profile lets it"),
};
static const struct json_schema basic_constraints_schema = SCHEMA("BasicConstraints", rest_basic_constraints, basic_constraints_fields, "RFC 5280 4.2.1.9.");

static const struct json_field aki_fields[] = {
    ROW(rest_aki, JSON_SWITCH, issuer, 0, 0, "also issuer and serial of the authority's certificate, where the profile lets it"),
    ROW(rest_aki, JSON_SWITCH, critical, 0, 0, "never true: RFC 5280 4.2.1.1"),
};
static const struct json_schema aki_schema = SCHEMA("AuthorityKeyIdentifier", rest_aki, aki_fields, "RFC 5280 4.2.1.1.");

static const struct json_field ku_fields[] = {
    ROW(rest_usages, JSON_TEXTS, usages, 0, KUS_MAX, "GET /choices/kus"),
    ROW(rest_usages, JSON_SWITCH, critical, 0, 0, "where the profile lets it"),
};
static const struct json_schema ku_schema = SCHEMA("KeyUsage", rest_usages, ku_fields, "RFC 5280 4.2.1.3.");

static const struct json_field eku_fields[] = {
    ROW(rest_usages, JSON_TEXTS, usages, 0, OIDS_MAX, "GET /choices/ekus, or dotted"),
    ROW(rest_usages, JSON_SWITCH, critical, 0, 0, "where the profile lets it; never with any"),
};
static const struct json_schema eku_schema = SCHEMA("ExtendedKeyUsage", rest_usages, eku_fields, "RFC 5280 4.2.1.12.");

static const struct json_field extension_fields[] = {
    ROW(rest_extension, JSON_TEXT, oid, JSON_REQUIRED, 253, "dotted"),
    ROW(rest_extension, JSON_BOOL, critical, 0, 0, "where the profile says so too"),
    ROW(rest_extension, JSON_TEXT, value, JSON_REQUIRED, EXTENSION_TEXT_MAX, "content of extnValue: DER as base64, 4096 octets at most"),
};
static const struct json_schema extension_schema = SCHEMA("Extension", rest_extension, extension_fields, "An extension by its object identifier.");

static const struct json_field ext_fields[] = {
    ROW_OF(rest_ext, JSON_NESTED, basic_constraints, 0, 0, basic_constraints_schema, "CA or not; see also path_length"),
    ROW_OF(rest_ext, JSON_NESTED, aki, 0, 0, aki_schema, "authority key identifier"),
    ROW_OF(rest_ext, JSON_NESTED, ku, 0, 0, ku_schema, "key usage"),
    ROW_OF(rest_ext, JSON_NESTED, eku, 0, 0, eku_schema, "extended key usage"),
    ROW(rest_ext, JSON_SWITCH, must_staple, 0, 0, "TLS feature status_request (RFC 7633)"),
    ROW(rest_ext, JSON_TEXTS, policies, 0, OIDS_MAX, "certificate policies, dotted"),
    ROW_OF(rest_ext, JSON_LIST, other, 0, OTHER_MAX, extension_schema, "others, and private ones"),
};
static const struct json_schema ext_schema = SCHEMA("RequestExtensions", rest_ext, ext_fields, "Extensions that are asked for, where the profile lets them be chosen; they replace the CSR's.");

/* A request beside its profile. */
#define SUBMIT_COMMON(csr_flags) \
    ROW(rest_submit, JSON_TEXT, authority, 0, NAME_MAX_LEN, "name of the authority that signs; without it the default one"), \
    ROW(rest_submit, JSON_CSR, csr, csr_flags, 0, "PKCS#10 request: PEM, or DER as base64; 64 KiB of DER at most"), \
    ROW(rest_submit, JSON_SUBJECT, subject, 0, 0, "replaces the subject of the CSR, where the profile lets it"), \
    ROW_OF(rest_submit, JSON_LIST, sans, 0, SANS_MAX, rest_san_schema, "replace the subject alternative names of the CSR, where the profile lets them"), \
    ROW_OF(rest_submit, JSON_NESTED, validity, 0, 0, rest_validity_schema, "lifetime; not together with not_after"), \
    ROW(rest_submit, JSON_TIME, not_after, 0, 0, "last second of validity; not together with validity"), \
    ROW(rest_submit, JSON_TEXT, digest, 0, 16, "digest of the signature, where the profile lets it be chosen (GET /choices/digests)"), \
    ROW(rest_submit, JSON_INT, path_length, 0, 255, "CA profiles only: how many authorities may stand below it"), \
    ROW_OF(rest_submit, JSON_NESTED, name_constraints, 0, 0, constraints_schema, "CA profiles only: what names it may certify"), \
    ROW(rest_submit, JSON_TEXT, crl_url, 0, EXTENSION_URL_MAX, "instead of the authority's, where the profile lets it"), \
    ROW(rest_submit, JSON_TEXT, aia_url, 0, EXTENSION_URL_MAX, "instead of the authority's, where the profile lets it"), \
    ROW(rest_submit, JSON_TEXT, ocsp_url, 0, EXTENSION_URL_MAX, "instead of the authority's, where the profile lets it"), \
    ROW_OF(rest_submit, JSON_NESTED, ext, 0, 0, ext_schema, "extensions"), \
    ROW(rest_submit, JSON_TEXT, comment, 0, COMMENT_MAX, "for approvers and for the record")
static const struct json_field submit_fields[] = {
    ROW(rest_submit, JSON_TEXT, profile, JSON_REQUIRED, NAME_MAX_LEN, "name of the profile that decides (GET /profiles)"),
    SUBMIT_COMMON(JSON_REQUIRED),
};
const struct json_schema rest_submit_schema = SCHEMA("RequestSubmit", rest_submit, submit_fields, "A certificate that is asked for.");

static const struct json_field request_edit_fields[] = {
    ROW(rest_submit, JSON_TEXT, profile, 0, NAME_MAX_LEN, "stays as it is"),
    SUBMIT_COMMON(0),
    ROW(rest_request_edit, JSON_HEX, plan_digest, 0, 32, "of the request that was looked at, where there is no If-Match"),
};
const struct json_schema rest_request_edit_schema = SCHEMA("RequestEdit", rest_request_edit, request_edit_fields, "New content of a request that waits. Profile, authority, CSR and comment stay when they are absent; what else is absent is not asked any more.");

static const struct json_field profile_test_fields[] = {
    ROW(rest_profile_test, JSON_LINES, yaml, 0, PROFILE_YAML_MAX, "a draft to judge by, instead of the profile in force; not together with version"),
    ROW(rest_profile_test, JSON_TEXT, version, 0, 64, "a version on record to judge by: 8 or more of its hexadecimal digits"),
    SUBMIT_COMMON(JSON_REQUIRED),
};
const struct json_schema rest_profile_test_schema = SCHEMA("ProfileTest", rest_profile_test, profile_test_fields, "A request that is judged and not made.");

static const struct json_field revoke_fields[] = {
    ROW_CHOICE(rest_revoke, reason, JSON_REQUIRED, rest_reasons, "why (RFC 5280 5.3.1); hyphens and camelCase are read too"),
    ROW(rest_revoke, JSON_TIME, invalidity_date, 0, 0, "since when the key is not to be trusted (RFC 5280 5.3.2)"),
    ROW(rest_revoke, JSON_TEXT, comment, 0, COMMENT_MAX, "for the record"),
};
const struct json_schema rest_revoke_schema = SCHEMA("Revocation", rest_revoke, revoke_fields, "A revocation, or a hold.");

static const struct json_field release_fields[] = {
    ROW(rest_release, JSON_TEXT, comment, 0, COMMENT_MAX, "for the record"),
};
const struct json_schema rest_release_schema = SCHEMA("Release", rest_release, release_fields, "A release from hold.");

static const struct json_field adopt_fields[] = {
    ROW(rest_adopt, JSON_TEXT, key_label, JSON_REQUIRED, LABEL_MAX, "CKA_LABEL of the private key in the CA token"),
    ROW(rest_adopt, JSON_CERTIFICATES, certificate, JSON_REQUIRED, 0, "PEM: its certificate, then its issuers, root last"),
    ROW(rest_adopt, JSON_INT, crl_number, 0, 0, "of the last CRL that it published elsewhere: numbers go on from there"),
};
static const struct json_schema adopt_schema = SCHEMA("Adopt", rest_adopt, adopt_fields, "An authority that exists already.");

static const struct json_field authority_fields[] = {
    ROW(rest_authority_submit, JSON_TEXT, name, JSON_REQUIRED, NAME_MAX_LEN, "lower-case letters, digits and hyphens; in addresses of CRLs and certificates"),
    ROW(rest_authority_submit, JSON_TEXT, parent, JSON_NULLABLE, NAME_MAX_LEN, "null: self-signed; an authority of this server; \"external\": only a CSR is made"),
    ROW(rest_authority_submit, JSON_TEXT, key, 0, 32, "kind of key to make in the token, as ec:P-256 or rsa:3072 (GET /choices/keys)"),
    ROW(rest_authority_submit, JSON_BOOL, pss, 0, 0, "RSA only: sign with RSASSA-PSS"),
    ROW(rest_authority_submit, JSON_TEXT, digest, 0, 16, "digest that it signs with; without it one as strong as the key"),
    ROW(rest_authority_submit, JSON_TEXT, profile, 0, NAME_MAX_LEN, "profile of its certificate; without it root or subca"),
    ROW(rest_authority_submit, JSON_SUBJECT, subject, 0, 0, "its name; required unless adopted"),
    ROW_OF(rest_authority_submit, JSON_NESTED, validity, 0, 0, rest_validity_schema, "lifetime of its certificate"),
    ROW(rest_authority_submit, JSON_INT, path_length, 0, 16, "how many authorities may stand below it; without it the profile's"),
    ROW_OF(rest_authority_submit, JSON_NESTED, name_constraints, 0, 0, constraints_schema, "what names it may certify"),
    ROW(rest_authority_submit, JSON_TEXT, crl_url, 0, URL_MAX, "put into what it issues; without it this server's"),
    ROW(rest_authority_submit, JSON_TEXT, aia_url, 0, URL_MAX, "where its certificate is (caIssuers); without it this server's"),
    ROW(rest_authority_submit, JSON_TEXT, ocsp_url, 0, URL_MAX, "its OCSP responder; without it: this server"),
    ROW(rest_authority_submit, JSON_INT, crl_validity_hours, 0, HOURS_MAX, "from thisUpdate to nextUpdate of its CRLs"),
    ROW(rest_authority_submit, JSON_INT, crl_interval_hours, 0, HOURS_MAX, "at the latest so long after one CRL the next is made"),
    ROW(rest_authority_submit, JSON_INT, crl_shards, 0, 256, "parts that its certificates are spread over; without it the whole CRL alone"),
    ROW(rest_authority_submit, JSON_TEXT, follows, 0, NAME_MAX_LEN, "it is the next one of this authority (PUT /authorities/{name}/next): one consent for both"),
    ROW_OF(rest_authority_submit, JSON_NESTED, adopt, 0, 0, adopt_schema, "takes over an authority whose key is in the token"),
};
const struct json_schema rest_authority_submit_schema = SCHEMA("AuthorityCreate", rest_authority_submit, authority_fields, "An authority to make, or to adopt.");

static const struct json_field crl_schedule_fields[] = {
    ROW(rest_crl_schedule, JSON_INT, validity_hours, 0, HOURS_MAX, "from thisUpdate to nextUpdate of complete CRLs"),
    ROW(rest_crl_schedule, JSON_INT, interval_hours, 0, HOURS_MAX, "at the latest so long after one CRL the next is made"),
    ROW(rest_crl_schedule, JSON_INT, delta_interval_minutes, 0, 10080, "the same for delta CRLs; 0: none"),
    ROW(rest_crl_schedule, JSON_INT, shards, 0, 256, "parts that new certificates are spread over; never fewer than before"),
    ROW(rest_crl_schedule, JSON_INT, emergency_hours, 0, HOURS_MAX, "validity of the CRL that is signed ahead with each complete one and held; 0: none; more than before needs consent"),
};
const struct json_schema rest_crl_schedule_schema = SCHEMA("CrlSchedule", rest_crl_schedule, crl_schedule_fields, "When CRLs are made and how they are divided. What is not given stays.");

static const struct json_field san_fields[] = {
    ROW_CHOICE(rest_san, type, JSON_REQUIRED, rest_san_types, "kind of name"),
    ROW(rest_san, JSON_TEXT, value, JSON_REQUIRED, 1024, "www.example, 192.0.2.1, 2001:db8::1, a@b.example, https://…"),
};
const struct json_schema rest_san_schema = SCHEMA("San", rest_san, san_fields, "A subject alternative name (RFC 5280 4.2.1.6).");
/* clang-format on */
