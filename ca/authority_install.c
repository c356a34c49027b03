/* SPDX-License-Identifier: Apache-2.0 */
/* Authorities whose certificate comes from outside: signed for our CSR, or existing before us. */
#include <stdio.h>

#include "base/der.h"
#include "base/time.h"
#include "ca/authority_change_internal.h"

static CA_RC pending_find(const struct authority_set *set, const char *name,
                          const struct authority **ret, struct ca_err *err)
{
    const struct authority *a = authority_set_named(set, name);

    if (a == NULL)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority '%.63s'", name);
    if (a->state != DB_AUTHORITY_PENDING)
        return CA_FAIL(err, CA_CONFLICT, "authority '%s' has its certificate", a->name);
    CA_TRY(authority_online(a, err));
    *ret = a;
    return CA_OK;
}

static CA_RC install(struct signer *s, const struct actor *actor,
                     const struct wire_authority_install *ask, struct wire_authority *answer,
                     struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = NULL;
    const struct authority *pending;
    struct authority_audit audit = {.actor = actor,
                                    .caller = &ask->caller,
                                    .action = "authority.install",
                                    .name = ask->name,
                                    .detail = "signed by an issuer outside"};
    struct authority_installation change;
    struct cert cert;

    CA_TRY(authority_reload(s, err));
    set = authority_set_take(s->registry);
    CA_TRY(pending_find(set, ask->name, &pending, err));
    CA_TRY(
        authority_chain_check(ask->chain, hsm_key_spki(pending->key), &cert, &change.chain, err));
    if (!ca_bytes_equal(cert.subject, pending->issuer.subject))
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused",
                          "/chain/0: its subject is not that of the CSR");
    change.id = pending->id;
    change.certificate = cert.der;
    change.parent_id = authority_parent_of(set, change.chain);
    audit.certificate = cert.der;
    CA_TRY(authority_record(s, authority_installation_write, &change, &audit, err));
    return authority_activated(s, &audit, answer, own, err);
}

CA_RC handle_authority_install(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(authority_registry_begin(s->registry, err));
    rc = install(s, actor, question, answer, own, err);
    authority_registry_end(s->registry);
    return rc;
}

static CA_RC adopt_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    int64_t id;

    (void)audit;
    return db_authority_insert(db, arg, &id, err);
}

/* Neither the name nor the key belongs to an authority of ours. */
static CA_RC adopt_check(const struct authority_set *set, const struct wire_authority_adopt *ask,
                         struct ca_bytes spki, struct ca_err *err)
{
    CA_TRY(authority_name_check(ask->name, err));
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);

        if (strcmp(a->name, ask->name) == 0) {
            return CA_FAIL_AS(err, CA_CONFLICT, "name-taken", "/name: authority '%s' exists",
                              a->name);
        }
        if (strcmp(a->key_label, ask->key_label) == 0 || ca_bytes_equal(a->cert.spki, spki)) {
            return CA_FAIL(err, CA_CONFLICT, "/key_label: '%.80s' is the key of authority '%s'",
                           ask->key_label, a->name);
        }
    }
    return CA_OK;
}

/* The same question again: the answer is what it made. */
static bool adopted_already(const struct authority_set *set, const struct wire_authority_adopt *ask)
{
    const struct authority *a = authority_set_named(set, ask->name);
    struct ca_bytes chain = ask->chain;
    struct der first;
    struct ca_err none;

    return a != NULL && strcmp(a->key_label, ask->key_label) == 0 &&
           der_take(&chain, DER_SEQUENCE, &first, &none) == CA_OK &&
           ca_bytes_equal(ca_buf_view(&a->certificate), first.all);
}

static CA_RC adopt_key(struct signer *s, const struct wire_authority_adopt *ask,
                       const struct hsm_key **ret, struct ca_err *err)
{
    struct ca_err why = {0};
    enum ca_rc rc;

    if (ask->key_label[0] == '\0' || strlen(ask->key_label) > AUTHORITY_KEY_LABEL_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "/key_label: from 1 to %d octets",
                       AUTHORITY_KEY_LABEL_MAX);
    }
    rc = authority_registry_key(s->registry, ask->key_label, ret, &why);
    if (rc == CA_NOT_FOUND)
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused", "/key_label: %.200s", why.text);
    *err = why;
    return authority_token_rc(s, rc, err);
}

static CA_RC row_fill(struct signer *s, const struct wire_authority_adopt *ask,
                      struct ca_key_spec key, struct db_authority *ret, struct ca_err *err)
{
    CA_TRY(ca_uuid_new(&ret->uuid, err));
    ret->name = ask->name;
    ret->state = DB_AUTHORITY_ACTIVE;
    ret->key_label = ask->key_label;
    ret->signature = ca_signature_info(ca_signature_default(key, false))->name;
    if (ask->crl_number < 0)
        return CA_FAIL(err, CA_MALFORMED, "/adopt/crl_number: is negative");
    ret->crl_number = ask->crl_number;
    CA_TRY(authority_crl_times(s, ask->crl_validity_s, ask->crl_interval_s, ret, err));
    ret->created_at = ca_time_now();
    ret->profile = "";
    return CA_OK;
}

static CA_RC adopt(struct signer *s, const struct actor *actor,
                   const struct wire_authority_adopt *ask, struct wire_authority *answer,
                   struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = NULL;
    const struct wire_pair asked[] = {
        {"crl_url",  ask->crl_url },
        {"aia_url",  ask->aia_url },
        {"ocsp_url", ask->ocsp_url}
    };
    struct authority_audit audit = {.actor = actor,
                                    .caller = &ask->caller,
                                    .action = "authority.adopt",
                                    .name = ask->name,
                                    .detail = ask->key_label};
    const struct hsm_key *key = NULL;
    struct authority_urls urls;
    struct db_authority row = {0};
    struct cert cert;

    CA_TRY(authority_reload(s, err));
    set = authority_set_take(s->registry);
    if (adopted_already(set, ask))
        return authority_answer(s, ask->name, answer, own, err);
    CA_TRY(adopt_key(s, ask, &key, err));
    CA_TRY(adopt_check(set, ask, hsm_key_spki(key), err));
    CA_TRY(authority_urls_make(s, ask->name, asked, &urls, err));
    CA_TRY(authority_crl_parts(ask->crl_shards, false, urls.crl, "/crl_shards", err));
    row.crl_shards = ask->crl_shards;
    CA_TRY(authority_chain_check(ask->chain, hsm_key_spki(key), &cert, &row.chain, err));
    CA_TRY(authority_subject_check(set, cert.subject, NULL, err));
    CA_TRY(row_fill(s, ask, hsm_key_spec(key), &row, err));
    row.certificate = cert.der;
    row.parent_id = authority_parent_of(set, row.chain);
    row.crl_url = urls.crl;
    row.aia_url = urls.aia;
    row.ocsp_url = urls.ocsp;
    audit.certificate = cert.der;
    CA_TRY(authority_record(s, adopt_write, &row, &audit, err));
    return authority_activated(s, &audit, answer, own, err);
}

CA_RC handle_authority_adopt(struct signer *s, const struct actor *actor, const void *question,
                             void *answer, struct ca_buf *own, struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(authority_registry_begin(s->registry, err));
    rc = adopt(s, actor, question, answer, own, err);
    authority_registry_end(s->registry);
    return rc;
}
