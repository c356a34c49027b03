/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

#include <stdlib.h>

#include "policy/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Every extension is the requester's choice. */
static const char choices[] =
    "name: choices\nkey: {allow: [rsa, \"ec:P-256\", ed25519]}\nvalidity: {default: 9d, max: 9d}\n"
    "subject: {attributes: {common_name: {use: optional}}}\nsubject_key_identifier: hash\n"
    "subject_alt_name: {use: optional, dns: {allow: true}}\n"
    "key_usage: {critical: from_request, allow: [digital_signature, content_commitment,"
    " key_encipherment, data_encipherment, key_agreement, encipher_only, decipher_only]}\n"
    "extended_key_usage: {critical: from_request, allow: [server_auth, client_auth, any,"
    " time_stamping, ocsp_signing]}\nmust_staple: from_request\nocsp_no_check: from_request\n"
    "crl_distribution_points: from_request\nauthority_information_access: from_request\n"
    "url_hosts: [example.org]\npolicies_allowed: [1.2.3, 2.5.29.32.0]\n"
    "policy_qualifiers: [{policy: 1.2.3, cps: \"http://a/\"}]\n"
    "microsoft_template: {allow: [1.2.3]}\nmicrosoft_template_name: {allow: [User]}\n"
    "microsoft_sid: {domains: [S-1-5-21-1]}\nprivate_extensions: [{oid: 1.2.3.4, max: 99}]\n";
static const char authority[] =
    "name: choices-ca\nkey: {allow: [rsa, \"ec:P-256\", ed25519]}\n"
    "validity: {default: 9d, max: 9d}\nsubject: {attributes: {common_name: {use: optional}}}\n"
    "basic_constraints: {ca: true, path_length: 0, path_length_max: 3}\n"
    "subject_key_identifier: hash\nkey_usage: {bits: [key_cert_sign]}\n"
    "name_constraints: from_request\nexcluded_subtrees: {dns: [x.example.org]}\n"
    "permitted_subtrees: {dns: [example.org], ip: [10.0.0.0/8]}\n";

static void add(struct profile_set *set, const char *yaml)
{
    struct profile *p = NULL;
    struct ca_err err;

    if (profile_compile(ca_bytes_str(yaml), &p, &err) != CA_OK ||
        profile_set_add(set, p, &err) != CA_OK)
        abort();
}

static struct profile_set *profiles_make(void)
{
    struct profile_set *set = NULL;
    struct ca_err err;

    if (profile_set_new(&set, &err) != CA_OK)
        abort();
    add(set, choices);
    add(set, authority);
    return set;
}

/* The judge behind the parser: whatever the request, it answers. */
static void judge(const struct csr *csr)
{
    static struct profile_set *profiles;
    static const uint8_t subject[] = {0x30, 0x00};
    const struct issuer issuer = {
        .subject = {subject, sizeof(subject)},
        .signature = CA_SIG_ECDSA_SHA256,
        .not_before = 0,
        .not_after = INT64_MAX,
        .path_length = -1,
        .crl_url = "http://a/",
        .aia_url = "http://a/",
        .ocsp_url = "http://a/"
    };
    struct ca_err err;

    if (profiles == NULL)
        profiles = profiles_make();
    for (size_t i = 0; i < profile_set_count(profiles); i++) {
        CA_AUTO(verdict) struct verdict *v = NULL;
        struct judge_input in = {.profile = profile_set_at(profiles, i),
                                 .issuer = &issuer,
                                 .csr = csr,
                                 .now = 1795000000};

        if (judge_request(&in, &v, &err) != CA_OK ||
            (v->outcome == OUTCOME_ISSUE && v->plan == NULL))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(csr) struct csr *csr = NULL;
    struct ca_err err;

    if (csr_parse((struct ca_bytes){data, len}, &csr, &err) == CA_OK)
        judge(csr);
    return 0;
}
