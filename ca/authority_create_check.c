/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ca/authority_create_internal.h"
#include "policy/profile_shelf.h"

enum { CRL_VALIDITY_MAX_S = 366 * 86400, PATH_LENGTH_MAX = 16 };

static CA_RC parent_find(struct creating *c, struct ca_err *err)
{
    c->self_signed = c->ask->parent[0] == '\0';
    c->external = strcmp(c->ask->parent, "external") == 0;
    if (c->self_signed || c->external)
        return CA_OK;
    CA_TRY(authority_set_find(c->set, c->ask->parent, &c->parent, err));
    return authority_online(c->parent, err);
}

static CA_RC profile_choose(struct creating *c, struct ca_err *err)
{
    const char *normal = c->self_signed ? "root" : "subca";
    CA_AUTO(profile_loan) struct profile_loan *profiles = NULL;
    const struct profile *profile = NULL;

    if (c->external && c->ask->profile[0] != '\0') {
        return CA_FAIL(err, CA_MALFORMED,
                       "/profile: '%.63s' does not apply: the external issuer chooses the content",
                       c->ask->profile);
    }
    c->profile = c->external ? "" : c->ask->profile[0] != '\0' ? c->ask->profile : normal;
    if (c->external)
        return CA_OK;
    profiles = profile_shelf_take(c->signer->profiles);
    CA_TRY(profile_set_find(profile_loan_set(profiles), c->profile, &profile, err));
    if (!profile_for_ca(profile)) {
        return CA_FAIL(err, CA_MALFORMED, "/profile: '%s' makes no CA certificates; '%s' does",
                       c->profile, normal);
    }
    return CA_OK;
}

static CA_RC key_choose(struct creating *c, struct ca_err *err)
{
    const struct wire_authority_create *ask = c->ask;
    const char *digest = ask->digest[0] != '\0' ? ask->digest : NULL;

    if (!ca_key_spec_parse(ask->key, &c->spec)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/key: '%.40s' is none of rsa:2048, rsa:3072, rsa:4096, rsa:8192, ec:P-256, "
                       "ec:P-384, ec:P-521, ec:secp256k1, ec:brainpoolP…r1, ed25519",
                       ask->key);
    }
    if (!ca_signature_choose(c->spec, ask->pss, digest, &c->signature)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/%s: '%.20s' does not go with a key of %s: SHA256, SHA384 and SHA512 are "
                       "for RSA and EC, PSS is for RSA",
                       ask->pss && c->spec.kind != CA_KEY_RSA ? "pss" : "digest",
                       digest != NULL ? digest : "true", ask->key);
    }
    return CA_OK;
}

CA_RC authority_crl_times(const struct signer *s, int32_t validity, int32_t interval,
                          struct db_authority *ret, struct ca_err *err)
{
    const struct signer_config *config = &s->config;

    if (validity < 0 || validity > CRL_VALIDITY_MAX_S) {
        return CA_FAIL(err, CA_MALFORMED, "/crl_validity_s: %d is not between 0 and %d",
                       (int)validity, CRL_VALIDITY_MAX_S);
    }
    ret->crl_validity_s = validity != 0 ? validity : config->crl_validity_s;
    ret->crl_interval_s = interval != 0 ? interval
                          : config->crl_interval_s < ret->crl_validity_s
                              ? config->crl_interval_s
                              : (ret->crl_validity_s + 1) / 2;
    if (interval < 0 || ret->crl_interval_s >= ret->crl_validity_s) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/crl_interval_s: %d is not between 1 and less than the validity of %d",
                       (int)interval, (int)ret->crl_validity_s);
    }
    return CA_OK;
}

static bool key_is_as_asked(const struct creating *c, const struct authority *a)
{
    struct ca_key_spec spec;

    if (a->state == DB_AUTHORITY_PENDING) /* its key is checked where it is taken */
        return true;
    if (a->key == NULL)
        return false;
    spec = hsm_key_spec(a->key);
    return spec.kind == c->spec.kind && spec.bits == c->spec.bits;
}

static bool is_as_asked(const struct creating *c, const struct authority *a)
{
    int64_t parent_id = c->parent != NULL ? c->parent->id : 0;

    return strcmp(a->key_label, c->key_label) == 0 && strcmp(a->profile, c->profile) == 0 &&
           a->parent_id == parent_id && a->signature == c->signature && key_is_as_asked(c, a) &&
           ca_bytes_equal(a->issuer.subject, der_writer_view(&c->subject));
}

/* Is the authority of this name what is asked for now, and waits, or is asked for once more? */
static CA_RC existing_check(struct creating *c, struct ca_err *err)
{
    const struct authority *a = authority_set_named(c->set, c->ask->name);
    bool pending = a != NULL && a->state == DB_AUTHORITY_PENDING;

    if (a == NULL)
        return CA_OK;
    if (!pending && (!c->ask->repeatable || a->state != DB_AUTHORITY_ACTIVE || !is_as_asked(c, a)))
        return CA_FAIL_AS(err, CA_CONFLICT, "name-taken", "/name: authority '%s' exists", a->name);
    if (!is_as_asked(c, a)) {
        return CA_FAIL_AS(err, CA_CONFLICT, "name-taken",
                          "/name: authority '%s' is pending with another subject, key, parent or "
                          "profile",
                          a->name);
    }
    c->existing = a;
    return CA_OK;
}

CA_RC creating_check(struct creating *c, struct ca_err *err)
{
    const struct wire_authority_create *ask = c->ask;
    const struct wire_pair urls[] = {
        {"crl_url",  ask->crl_url },
        {"aia_url",  ask->aia_url },
        {"ocsp_url", ask->ocsp_url}
    };

    CA_TRY(authority_name_check(ask->name, err));
    if (ask->path_length < -1 || ask->path_length > PATH_LENGTH_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "/path_length: %d is not between 0 and %d",
                       (int)ask->path_length, PATH_LENGTH_MAX);
    }
    if (ask->validity_s < 0)
        return CA_FAIL(err, CA_MALFORMED, "/validity: is negative");
    (void)snprintf(c->key_label, sizeof(c->key_label), "ca-%s", ask->name);
    CA_TRY(parent_find(c, err));
    CA_TRY(profile_choose(c, err));
    CA_TRY(key_choose(c, err));
    CA_TRY(authority_crl_times(c->signer, ask->crl_validity_s, ask->crl_interval_s, &c->row, err));
    CA_TRY(authority_urls_make(c->signer, ask->name, urls, &c->urls, err));
    CA_TRY(authority_crl_parts(ask->crl_shards, false, c->urls.crl, "/crl_shards", err));
    c->row.crl_shards = ask->crl_shards;
    CA_TRY(authority_subject_make(ask->subject, ask->subject_n, &c->subject, err));
    CA_TRY(existing_check(c, err));
    return authority_subject_check(c->set, der_writer_view(&c->subject), c->existing, err);
}
