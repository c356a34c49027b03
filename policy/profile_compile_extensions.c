/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/oid.h"
#include "policy/profile_internal.h"

/* The sections of the extensions, and whether they fit together. */

static CA_RC basic_constraints_compile(struct profile *p, const struct profile_yaml *y,
                                       struct ca_err *err)
{
    const struct profile_yaml_basic_constraints *from = y->basic_constraints;
    struct profile_basic_constraints *b = &p->basic_constraints;

    b->path_length = b->path_length_max = -1;
    if (from == NULL)
        return CA_OK;
    b->present = true;
    b->ca = profile_yes(from->ca, false);
    b->critical = profile_yes(from->critical, true);
    if (from->path_length != NULL)
        b->path_length = *from->path_length;
    b->path_length_max = from->path_length_max != NULL ? *from->path_length_max : b->path_length;
    if (!b->ca && (from->path_length != NULL || from->path_length_max != NULL))
        return PROFILE_BAD(CA_DENIED, "basic_constraints: a path length without ca: true");
    if (b->path_length < -1 || b->path_length_max > 255 || b->path_length_max < b->path_length ||
        (b->path_length < 0 && b->path_length_max >= 0)) {
        return PROFILE_BAD(CA_DENIED,
                           "basic_constraints: path_length from 0 to path_length_max, 255 at most");
    }
    /* RFC 5280 4.2.1.9: a CA certificate MUST have it critical. */
    if (b->ca && !b->critical)
        return PROFILE_BAD(CA_DENIED, "basic_constraints of a CA must be critical");
    return CA_OK;
}

static CA_RC key_usage_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_key_usage *from = y->key_usage;
    const uint32_t enciphers = CERT_KU_KEY_ENCIPHERMENT | CERT_KU_DATA_ENCIPHERMENT;
    bool ca = p->basic_constraints.ca;

    if (from != NULL) {
        p->key_usage_critical = profile_yes(from->critical, true);
        p->key_usage = from->bits;
        p->key_usage_rsa = from->bits | from->rsa_bits;
    }
    if (ca != ((p->key_usage & CERT_KU_KEY_CERT_SIGN) != 0)) {
        return PROFILE_BAD(CA_DENIED,
                           "key_usage has key_cert_sign exactly when basic_constraints.ca is true");
    }
    if (!ca && ((p->key_usage_rsa & (CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN)) != 0))
        return PROFILE_BAD(CA_DENIED, "key_usage: key_cert_sign and crl_sign are for CAs");
    for (size_t i = 0; i < p->key_n; i++) {
        /* RFC 8813 3: EC keys cannot encipher. */
        if (p->keys[i].kind != CA_KEY_RSA && (p->key_usage & enciphers) != 0) {
            return PROFILE_BAD(CA_DENIED,
                               "key_usage: write enciphering bits under rsa_bits, since %s cannot",
                               ca_key_info(p->keys[i].kind)->name);
        }
        if (p->keys[i].kind != CA_KEY_RSA && from != NULL && p->key_usage == 0)
            return PROFILE_BAD(CA_DENIED, "key_usage.bits is empty for keys other than RSA");
    }
    return CA_OK;
}

/* clang-format off */
static const struct {
    const char *name, *oid;
} usage_names[] = {
    {"server_auth",      "1.3.6.1.5.5.7.3.1"},
    {"client_auth",      "1.3.6.1.5.5.7.3.2"},
    {"code_signing",     "1.3.6.1.5.5.7.3.3"},
    {"email_protection", "1.3.6.1.5.5.7.3.4"},
    {"time_stamping",    "1.3.6.1.5.5.7.3.8"},
    {"ocsp_signing",     "1.3.6.1.5.5.7.3.9"},
};
/* clang-format on */

static const char *usage_oid(const char *word)
{
    for (size_t i = 0; i < CA_COUNT(usage_names); i++) {
        if (strcmp(usage_names[i].name, word) == 0)
            return usage_names[i].oid;
    }
    return word;
}

/* Reads OIDs into p->oids; the views are made once that buffer grows no more. */
static CA_RC oids_read(const char *key, struct ca_buf *to, char *const *words, unsigned n,
                       struct ca_err *err)
{
    for (unsigned i = 0; i < n; i++) {
        struct ca_buf one = {0};
        enum ca_rc rc = oid_parse(usage_oid(words[i]), &one, err);

        ca_buf_u8(to, (uint8_t)one.len);
        ca_buf_bytes(to, ca_buf_view(&one));
        if (one.len > 127 || rc == CA_MALFORMED) {
            rc = CA_FAIL(err, CA_MALFORMED, "profile: %s '%.60s' is not an object identifier", key,
                         words[i]);
        }
        ca_buf_done(&one);
        if (rc != CA_OK)
            return rc;
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(usage_oid(words[i]), usage_oid(words[j])) == 0)
                return PROFILE_BAD(CA_DENIED, "%s '%.60s' stands there twice", key, words[i]);
        }
    }
    return CA_OK;
}

/* Views of `n` OIDs from *at on, each with its length in front. */
static CA_RC oids_view(const uint8_t **at, unsigned n, struct ca_bytes **ret, struct ca_err *err)
{
    struct ca_bytes *views = calloc(n + 1U, sizeof(*views));

    if (views == NULL)
        return CA_FAIL_NOMEM(err);
    for (unsigned i = 0; i < n; i++) {
        views[i] = (struct ca_bytes){*at + 1, **at};
        *at += 1U + **at;
    }
    *ret = views;
    return CA_OK;
}

static CA_RC oids_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extended_key_usage *eku = y->extended_key_usage;
    unsigned usage_n = eku == NULL ? 0 : eku->usages_count;
    const uint8_t *at;

    if (eku != NULL && usage_n == 0)
        return PROFILE_BAD(CA_DENIED, "extended_key_usage.usages is empty");
    if (eku != NULL)
        CA_TRY(oids_read("extended_key_usage.usages", &p->oids, eku->usages, usage_n, err));
    CA_TRY(oids_read("certificate_policies", &p->oids, y->certificate_policies,
                     y->certificate_policies_count, err));
    CA_TRY(ca_buf_check(&p->oids, err));
    at = p->oids.ptr;
    CA_TRY(oids_view(&at, usage_n, &p->usages, err));
    CA_TRY(oids_view(&at, y->certificate_policies_count, &p->policies, err));
    p->usage_n = usage_n;
    p->usage_critical = eku != NULL && profile_yes(eku->critical, false);
    p->policy_n = y->certificate_policies_count;
    return CA_OK;
}

static CA_RC rest_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    p->authority_key_id = y->authority_key_identifier != 0;
    p->subject_key_id = y->subject_key_identifier != 0;
    p->crl_url = (enum profile_source)y->crl_distribution_points;
    p->authority_info = (enum profile_source)y->authority_information_access;
    p->name_constraints = (enum profile_source)y->name_constraints;
    p->ocsp_no_check = profile_yes(y->ocsp_no_check, false);
    /* RFC 5280 4.2.1.2 and 4.2.1.10. */
    if (p->basic_constraints.ca && !p->subject_key_id)
        return PROFILE_BAD(CA_DENIED, "a CA certificate needs subject_key_identifier: hash");
    if (p->name_constraints != PROFILE_NONE && !p->basic_constraints.ca)
        return PROFILE_BAD(CA_DENIED, "name_constraints are for CA certificates");
    if (p->self_signed && !p->basic_constraints.ca)
        return PROFILE_BAD(CA_DENIED, "self_signed is for CA certificates");
    return CA_OK;
}

CA_RC profile_compile_extensions(struct profile *p, const struct profile_yaml *y,
                                 struct ca_err *err)
{
    CA_TRY(basic_constraints_compile(p, y, err));
    CA_TRY(key_usage_compile(p, y, err));
    CA_TRY(oids_compile(p, y, err));
    return rest_compile(p, y, err);
}
