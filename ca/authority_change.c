/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/authority_change_internal.h"

#include <stdio.h>
#include <strings.h>

#include "base/der.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/time.h"
#include "ca/crl_internal.h"
#include "policy/shard.h"

static const char delta[] = "-delta";
enum { POOL_WAIT_MS = 2000, DELTA_LEN = sizeof(delta) - 1 };

CA_RC authority_name_check(const char *name, struct ca_err *err)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (n == 0 || n > DB_AUTHORITY_NAME_MAX || name[n] != '\0') {
        return CA_FAIL(err, CA_MALFORMED,
                       "/name: '%.80s' is not 1 to %d characters of a-z, 0-9 and '-'", name,
                       DB_AUTHORITY_NAME_MAX);
    }
    if (n >= DELTA_LEN && strcmp(name + n - DELTA_LEN, delta) == 0) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/name: '%.63s' ends in '%s': that is the address of the delta CRLs of "
                       "'%.*s'; choose another name",
                       name, delta, (int)(n - DELTA_LEN), name);
    }
    return CA_OK;
}

CA_RC authority_crl_parts(int32_t shards, bool deltas, const char *crl_url, const char *pointer,
                          struct ca_err *err)
{
    char url[SHARD_URL_MAX];

    if (shards < 0 || shards > SHARD_MAX)
        return CA_FAIL(err, CA_MALFORMED, "%s: from 0 to %d", pointer, SHARD_MAX);
    if ((shards > 0 || deltas) && !shard_url_planned(crl_url, url)) {
        return CA_FAIL(err, CA_MALFORMED, "%s: the address '%.200s' does not end in .crl", pointer,
                       crl_url);
    }
    return CA_OK;
}

static CA_RC url_make(const struct wire_pair *asked, const char *normal, char *ret,
                      struct ca_err *err)
{
    const char *url = asked->value != NULL && asked->value[0] != '\0' ? asked->value : normal;
    bool http =
        url[0] == '\0' || strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;

    for (const char *c = url; http && *c != '\0'; c++)
        http = *c > ' ' && *c < 0x7f;
    if (!http || strlen(url) > AUTHORITY_URL_MAX) {
        return CA_FAIL(
            err, CA_MALFORMED,
            "/%s: '%.80s' is not an http or https address of at most %d ASCII characters",
            asked->type, url, AUTHORITY_URL_MAX);
    }
    (void)ca_text_copy(ret, AUTHORITY_URL_MAX + 1, ca_bytes_str(url)); /* fits */
    return CA_OK;
}

CA_RC authority_urls_make(const struct signer *s, const char *name, const struct wire_pair asked[3],
                          struct authority_urls *ret, struct ca_err *err)
{
    const char *base = s->config.public_url != NULL ? s->config.public_url : "";
    size_t n = strlen(base);
    char crl[2 * AUTHORITY_URL_MAX] = "";
    char aia[2 * AUTHORITY_URL_MAX] = "";
    char ocsp[2 * AUTHORITY_URL_MAX] = "";

    while (n > 0 && base[n - 1] == '/')
        n--;
    if (n > 0 && n <= AUTHORITY_URL_MAX) {
        (void)snprintf(crl, sizeof(crl), "%.*s/crl/%s.crl", (int)n, base, name);
        (void)snprintf(aia, sizeof(aia), "%.*s/aia/%s.cer", (int)n, base, name);
        (void)snprintf(ocsp, sizeof(ocsp), "%.*s/ocsp/%s", (int)n, base, name);
    }
    CA_TRY(url_make(&asked[0], crl, ret->crl, err));
    CA_TRY(url_make(&asked[1], aia, ret->aia, err));
    return url_make(&asked[2], ocsp, ret->ocsp, err);
}

static CA_RC subject_value(const struct wire_pair *pair, struct name_value *ret, struct ca_err *err)
{
    struct ca_err why = {0};

    if (!name_attribute_find(pair->type, &ret->attribute))
        return CA_FAIL(err, CA_MALFORMED, "/subject/%.60s: no such attribute", pair->type);
    ret->tag = name_attribute_info(ret->attribute)->tag;
    ret->value = ca_bytes_str(pair->value);
    if (name_value_check(ret, &why) != CA_OK) {
        return CA_FAIL(err, CA_MALFORMED, "/subject/%s: '%.60s': %.120s",
                       name_attribute_info(ret->attribute)->json, pair->value, why.text);
    }
    return CA_OK;
}

CA_RC authority_subject_make(const struct wire_pair *pairs, uint32_t n, struct der_writer *ret,
                             struct ca_err *err)
{
    struct name_value values[NAME_VALUES_MAX];
    struct name_value ordered[NAME_VALUES_MAX];
    size_t k = 0;

    if (n == 0 || n > NAME_VALUES_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "/subject: %u attributes, from 1 to %d are allowed", n,
                       NAME_VALUES_MAX);
    }
    for (size_t i = 0; i < n; i++)
        CA_TRY(subject_value(&pairs[i], &values[i], err));
    for (int a = 0; a < NAME__COUNT; a++) {
        for (size_t i = 0; i < n; i++) {
            if (values[i].attribute == (enum name_attribute)a)
                ordered[k++] = values[i];
        }
    }
    CA_TRY(name_write(ret, ordered, k, err));
    return der_writer_check(ret, err);
}

CA_RC authority_subject_check(const struct authority_set *set, struct ca_bytes subject,
                              const struct authority *but, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf want = {0};

    name_text(subject, &want);
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);
        CA_AUTO(buf) struct ca_buf have = {0};

        name_text(a->issuer.subject, &have);
        /* RFC 5280 7.1: names are compared without regard to case. */
        if (a != but && strcasecmp(ca_buf_cstr(&want), ca_buf_cstr(&have)) == 0) {
            return CA_FAIL(err, CA_CONFLICT,
                           "/subject: authority '%s' has '%.120s': each needs one of its own",
                           a->name, ca_buf_cstr(&have));
        }
    }
    return ca_buf_check(&want, err);
}

enum ca_rc authority_token_rc(struct signer *s, enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_UNAVAILABLE && strcmp(err->problem, "token-offline") != 0)
        signer_fatal(s, err);
    return rc;
}

CA_RC authority_reload(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = authority_registry_load(s->registry, db, err);
    db_pool_give(s->pool, db);
    if (rc == CA_UNAVAILABLE && strcmp(err->problem, "token-failed") == 0)
        signer_fatal(s, err);
    return rc;
}

/* BC and KU of a CA (RFC 5280 4.2.1.3, 4.2.1.9). */
static CA_RC cert_is_ca(const struct cert *cert, struct ca_err *err)
{
    struct ca_bytes key_id;
    struct ca_err why;
    uint32_t ku = 0;
    int path_length;
    bool ca = false;

    if (cert_basic_constraints(cert, &ca, &path_length, &why) != CA_OK || !ca)
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused",
                          "/chain/0: basicConstraints does not say CA");
    if (cert_key_usage(cert, &ku, &why) != CA_OK || (ku & CERT_KU_KEY_CERT_SIGN) == 0 ||
        (ku & CERT_KU_CRL_SIGN) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused",
                          "/chain/0: keyUsage has not both keyCertSign and cRLSign");
    if (cert_subject_key_identifier(cert, &key_id, &why) != CA_OK)
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused", "/chain/0: has no subjectKeyIdentifier");
    return CA_OK;
}

static CA_RC chain_verifies(struct ca_bytes chain, struct ca_err *err)
{
    struct ca_err why = {0};
    enum ca_rc rc = cert_chain_check(chain, ca_time_now(), &why);

    if (rc == CA_DENIED)
        return CA_FAIL_AS(err, rc, "chain-refused", "/chain: %s", why.text);
    if (rc != CA_OK)
        *err = why;
    return rc;
}

CA_RC authority_chain_check(struct ca_bytes chain, struct ca_bytes spki, struct cert *ret,
                            struct ca_bytes *ret_rest, struct ca_err *err)
{
    struct ca_bytes rest = chain;
    struct der first;

    CA_TRY(der_take(&rest, DER_SEQUENCE, &first, err));
    CA_TRY(cert_read(first.all, ret, err));
    if (!ca_bytes_equal(ret->spki, spki))
        return CA_FAIL_AS(err, CA_DENIED, "chain-refused",
                          "/chain/0: is for another key than the one in the token");
    CA_TRY(cert_is_ca(ret, err));
    CA_TRY(chain_verifies(chain, err));
    *ret_rest = rest;
    return CA_OK;
}

int64_t authority_parent_of(const struct authority_set *set, struct ca_bytes rest)
{
    struct der issuer;
    struct ca_err none;

    if (der_take(&rest, DER_SEQUENCE, &issuer, &none) != CA_OK)
        return 0;
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);

        if (ca_bytes_equal(ca_buf_view(&a->certificate), issuer.all))
            return a->id;
    }
    return 0;
}

CA_RC authority_record(struct signer *s, change_fn change, void *arg,
                       const struct authority_audit *audit, struct ca_err *err)
{
    uint8_t hash[CA_SHA256_LEN];
    struct audit_event event = {
        .actor = audit->actor->name,
        .channel = audit->caller->channel,
        .action = audit->action,
        .outcome = "ok",
        .object = audit->name,
        .request_id = audit->caller->request_id,
        .detail = audit->detail,
    };

    if (audit->certificate.len > 0) {
        CA_TRY(ca_sha256(audit->certificate, hash, err));
        event.object_hash = (struct ca_bytes){hash, sizeof(hash)};
    }
    return recorder_change(s->recorder, change, arg, &event, 1, err);
}

CA_RC authority_installation_write(struct db *db, struct audit *audit, void *arg,
                                   struct ca_err *err)
{
    const struct authority_installation *i = arg;

    (void)audit;
    return db_authority_install(db, i->id, i->certificate, i->chain, i->parent_id, err);
}

static void first_crl(struct signer *s, const struct authority_audit *audit)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = authority_set_named(set, audit->name);
    struct crl_made made;
    struct ca_err err = {0};

    if (a == NULL || a->key == NULL || s->publisher == NULL)
        return; /* the publisher's schedule finds it */
    if (publisher_now(s->publisher, a->id, audit->actor->name, audit->caller->request_id, &made,
                      &err) != CA_OK) {
        CA_LOG(CA_LOG_WARNING, "first_crl_delayed", CA_STR("ca", audit->name),
               CA_STR("text", err.text));
    }
}

CA_RC authority_activated(struct signer *s, const struct authority_audit *audit,
                          struct wire_authority *answer, struct ca_buf *own, struct ca_err *err)
{
    CA_TRY(authority_reload(s, err));
    first_crl(s, audit);
    return authority_answer(s, audit->name, answer, own, err);
}

static const char *state_name(const struct authority *a)
{
    if (a->certificate.len == 0)
        return "pending";
    return a->key != NULL ? "online" : "offline";
}

CA_RC authority_answer(struct signer *s, const char *name, struct wire_authority *answer,
                       struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = authority_set_named(set, name);
    size_t texts = own->len;
    size_t csr;

    if (a == NULL)
        return CA_FAIL(err, CA_FAULT, "authority '%s' is not there after its change", name);
    ca_buf_add(own, a->name, strlen(a->name) + 1);
    ca_buf_add(own, a->reason, strlen(a->reason) + 1);
    csr = own->len;
    ca_buf_bytes(own, ca_buf_view(&a->csr));
    ca_buf_bytes(own, ca_buf_view(&a->certificate));
    CA_TRY(ca_buf_check(own, err));
    *answer = (struct wire_authority){
        .id = a->uuid,
        .name = (const char *)own->ptr + texts,
        .state = state_name(a),
        .reason = (const char *)own->ptr + texts + strlen(a->name) + 1,
        .csr = {own->ptr + csr,              a->csr.len        },
        .certificate = {own->ptr + csr + a->csr.len, a->certificate.len},
    };
    return CA_OK;
}
