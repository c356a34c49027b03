/* SPDX-License-Identifier: Apache-2.0 */
/* A new authority: key, CSR, pending row, certificate, installation. Each step finds what an
 * earlier try of the same question left behind, so repeating it after a crash goes on where that
 * ended. */
#include <ctype.h>
#include <stdio.h>

#include "base/der.h"
#include "base/log.h"
#include "base/time.h"
#include "ca/authority_create_internal.h"
#include "ca/issue_internal.h"
#include "ca/rollover_internal.h"
#include "ca/wish_internal.h"

enum { POOL_WAIT_MS = 2000 };

static void creating_done(struct creating c)
{
    authority_set_give(c.set);
    der_writer_done(&c.subject);
    ca_buf_done(&c.csr);
    ca_buf_done(&c.certificate);
    ca_buf_done(&c.chain);
}
CA_AUTO_DEFINE(creating, struct creating, creating_done);

static CA_RC label_is_nobodys(const struct creating *c, struct ca_err *err)
{
    for (size_t i = 0; i < authority_set_count(c->set); i++) {
        const struct authority *a = authority_set_at(c->set, i);

        if (a != c->existing && strcmp(a->key_label, c->key_label) == 0) {
            return CA_FAIL(err, CA_CONFLICT, "/name: key '%s' is that of authority '%s'",
                           c->key_label, a->name);
        }
    }
    return CA_OK;
}

/* A key with the label of this name was made by an earlier try, or by nobody who told us: it is
 * taken only if it is of the kind asked for and nobody's. */
static CA_RC found_key_check(const struct creating *c, struct ca_err *err)
{
    struct ca_key_spec found = hsm_key_spec(c->key);
    char text[CA_KEY_SPEC_TEXT];

    if (found.kind != c->spec.kind || found.bits != c->spec.bits) {
        return CA_FAIL(err, CA_CONFLICT,
                       "/key: the token has a key '%s' already, of %s: ask for that kind, remove "
                       "the key or choose another name",
                       c->key_label, ca_key_spec_text(found, text));
    }
    return label_is_nobodys(c, err);
}

/* What an earlier try left of a pair goes; `rc` and `err` say why there is no key to take. */
static CA_RC remains_remove(const struct creating *c, enum ca_rc rc, struct ca_err *err)
{
    const struct ca_err why_not = *err;
    struct ca_err why = {0};
    bool removed = false;
    enum ca_rc done;

    CA_TRY(label_is_nobodys(c, err));
    done = hsm_key_discard(c->signer->config.hsm, c->key_label, &removed, &why);
    if (done == CA_CONFLICT) {
        return CA_FAIL_AS(err, rc == CA_DENIED ? CA_DENIED : CA_CONFLICT, why_not.problem,
                          "/name: %.150s: remove it or choose another name",
                          rc == CA_DENIED ? why_not.text : why.text);
    }
    if (done != CA_OK) {
        *err = why;
        return authority_token_rc(c->signer, done, err);
    }
    if (removed)
        CA_LOG(CA_LOG_WARNING, "half_key_removed", CA_STR("key", c->key_label));
    return CA_OK;
}

static CA_RC key_make(struct creating *c, struct ca_err *err)
{
    struct authority_registry *r = c->signer->registry;
    struct hsm_key *made = NULL;
    enum ca_rc rc = authority_registry_key(r, c->key_label, &c->key, err);

    if (rc == CA_OK)
        return found_key_check(c, err);
    if (rc != CA_NOT_FOUND && rc != CA_DENIED)
        return authority_token_rc(c->signer, rc, err);
    if (c->existing != NULL && rc == CA_NOT_FOUND) {
        return CA_FAIL(err, CA_CONFLICT, "key '%s' of the pending authority is not in the token",
                       c->key_label);
    }
    if (c->existing != NULL)
        return rc;
    CA_TRY(remains_remove(c, rc, err));
    rc = hsm_key_generate(c->signer->config.hsm, c->key_label, c->spec, HSM_CA_KEY, &made, err);
    hsm_key_close(made);
    CA_TRY(authority_token_rc(c->signer, rc, err));
    return authority_token_rc(c->signer, authority_registry_key(r, c->key_label, &c->key, err),
                              err);
}

static CA_RC row_insert(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    int64_t id;

    (void)audit;
    return db_authority_insert(db, arg, &id, err);
}

static CA_RC row_fill(struct creating *c, struct ca_err *err)
{
    CA_TRY(ca_uuid_new(&c->row.uuid, err));
    c->row.name = c->ask->name;
    c->row.parent_id = c->parent != NULL ? c->parent->id : 0;
    c->row.state = DB_AUTHORITY_PENDING;
    c->row.key_label = c->key_label;
    c->row.signature = ca_signature_info(c->signature)->name;
    c->row.csr = ca_buf_view(&c->csr);
    c->row.crl_url = c->urls.crl;
    c->row.aia_url = c->urls.aia;
    c->row.ocsp_url = c->urls.ocsp;
    c->row.created_at = ca_time_now();
    c->row.profile = c->profile;
    return CA_OK;
}

/* Key, CSR and pending row. */
static CA_RC pending_make(struct creating *c, struct ca_err *err)
{
    struct authority_audit audit = {.actor = c->actor,
                                    .caller = &c->ask->caller,
                                    .action = "authority.create",
                                    .name = c->ask->name,
                                    .detail = c->detail};
    enum ca_rc rc;

    CA_TRY(key_make(c, err));
    if (c->existing != NULL) {
        ca_buf_bytes(&c->csr, ca_buf_view(&c->existing->csr));
        return ca_buf_check(&c->csr, err);
    }
    rc = csr_build(c->key, c->signature, der_writer_view(&c->subject), c->ask->path_length, &c->csr,
                   err);
    CA_TRY(authority_token_rc(c->signer, rc, err));
    CA_TRY(row_fill(c, err));
    (void)snprintf(c->detail, sizeof(c->detail),
                   "parent '%.63s', key '%s' %s, signs %s, profile %s", c->ask->parent,
                   c->key_label, c->ask->key, c->row.signature, c->profile);
    CA_TRY(authority_record(c->signer, row_insert, &c->row, &audit, err));
    return authority_reload(c->signer, err);
}

static CA_RC names_copy(const struct wire_text *texts, uint32_t n, const char ***ret,
                        struct ca_err *err)
{
    if (n == 0)
        return CA_OK;
    *ret = calloc(n, sizeof(**ret));
    if (*ret == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        (*ret)[i] = texts[i].text;
    return CA_OK;
}

static void names_free(const char **names)
{
    free((void *)names);
}
CA_AUTO_DEFINE(names, const char **, names_free);

static void constraints_free(struct wish_constraints *c)
{
    if (c != NULL)
        wish_constraints_done(c);
    free(c);
}
CA_AUTO_DEFINE(constraints, struct wish_constraints *, constraints_free);

static CA_RC issue(struct creating *c, const struct authority *issuer, struct ca_err *err)
{
    const struct wire_authority_create *ask = c->ask;
    CA_AUTO(names) const char **permitted = NULL;
    CA_AUTO(names) const char **excluded = NULL;
    CA_AUTO(constraints) struct wish_constraints *constraints = calloc(1, sizeof(*constraints));
    struct wish wish = {.validity_s = ask->validity_s,
                        .path_length = ask->path_length,
                        .permitted_dns_n = ask->permitted_dns_n,
                        .excluded_dns_n = ask->excluded_dns_n};
    struct issue_ask question = {.issuer = issuer,
                                 .profile = c->profile,
                                 .csr = ca_buf_view(&c->csr),
                                 .wish = &wish,
                                 .caller = &ask->caller,
                                 .actor = c->actor};

    if (constraints == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(wish_constraints(ask->constraints, ask->constraints_n, constraints, err));
    wish.subtrees = constraints->list;
    wish.subtree_n = ask->constraints_n;
    CA_TRY(names_copy(ask->permitted_dns, ask->permitted_dns_n, &permitted, err));
    CA_TRY(names_copy(ask->excluded_dns, ask->excluded_dns_n, &excluded, err));
    wish.permitted_dns = permitted;
    wish.excluded_dns = excluded;
    return issue_now(c->signer, &question, &c->certificate, err);
}

/* commonName in lower case, "" none: how the certificates table finds it. */
static void common_name_find(const struct creating *c, char *ret, size_t size)
{
    enum name_attribute attribute;

    ret[0] = '\0';
    for (uint32_t i = 0; i < c->ask->subject_n; i++) {
        if (name_attribute_find(c->ask->subject[i].type, &attribute) && attribute == NAME_CN)
            (void)snprintf(ret, size, "%s", c->ask->subject[i].value);
    }
    for (; *ret != '\0'; ret++)
        *ret = (char)tolower((unsigned char)*ret);
}

/* Did an earlier try get as far as the certificate? */
static CA_RC issued_read(struct creating *c, const struct authority *issuer, struct db *db,
                         struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    char common_name[256];
    const struct db_certificate_filter filter = {.name = common_name,
                                                 .status = "valid",
                                                 .profile = c->profile,
                                                 .authority = issuer->name,
                                                 .now = ca_time_now()};
    const struct db_certificate_cursor start = {0};
    const struct db_certificate *row;

    common_name_find(c, common_name, sizeof(common_name));
    CA_TRY(db_certificate_list(db, &filter, DB_SORT_NEWEST, &start, 16, &rows, err));
    row = rows.rows;
    for (size_t i = 0; i < rows.count && c->certificate.len == 0; i++) {
        struct cert cert;

        CA_TRY(cert_read(row[i].der, &cert, err));
        if (ca_bytes_equal(cert.spki, hsm_key_spki(c->key)) &&
            ca_bytes_equal(cert.subject, der_writer_view(&c->subject)))
            ca_buf_bytes(&c->certificate, row[i].der);
    }
    return ca_buf_check(&c->certificate, err);
}

static CA_RC issued_find(struct creating *c, const struct authority *issuer, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    if (c->existing == NULL)
        return CA_OK;
    CA_TRY(db_pool_take(c->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = issued_read(c, issuer, db, err);
    db_pool_give(c->signer->pool, db);
    return rc;
}

static CA_RC certificate_install(struct creating *c, const struct authority *pending,
                                 struct wire_authority *answer, struct ca_buf *own,
                                 struct ca_err *err)
{
    struct authority_installation install = {.id = pending->id,
                                             .parent_id = c->parent != NULL ? c->parent->id : 0,
                                             .certificate = ca_buf_view(&c->certificate)};
    const struct authority_audit audit = {c->actor,     &c->ask->caller, "authority.install",
                                          c->ask->name, c->detail,       install.certificate};

    if (c->parent != NULL) {
        ca_buf_bytes(&c->chain, ca_buf_view(&c->parent->certificate));
        ca_buf_bytes(&c->chain, ca_buf_view(&c->parent->chain));
    }
    CA_TRY(ca_buf_check(&c->chain, err));
    install.chain = ca_buf_view(&c->chain);
    CA_TRY(authority_record(c->signer, authority_installation_write, &install, &audit, err));
    return authority_activated(c->signer, &audit, answer, own, err);
}

static CA_RC create(struct creating *c, struct wire_authority *answer, struct ca_buf *own,
                    struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *after = NULL;
    const struct authority *pending;
    const struct authority *issuer;

    CA_TRY(authority_reload(c->signer, err));
    c->set = authority_set_take(c->signer->registry);
    CA_TRY(creating_check(c, err));
    if (c->existing != NULL && c->existing->state != DB_AUTHORITY_PENDING)
        return authority_answer(c->signer, c->ask->name, answer, own, err);
    CA_TRY(pending_make(c, err));
    if (c->external)
        return authority_answer(c->signer, c->ask->name, answer, own, err);
    after = authority_set_take(c->signer->registry);
    pending = authority_set_named(after, c->ask->name);
    if (pending == NULL) {
        return CA_FAIL(err, CA_FAULT, "authority '%s' is not there after its insertion",
                       c->ask->name);
    }
    issuer = c->parent != NULL ? c->parent : pending;
    CA_TRY(issued_find(c, issuer, err));
    if (c->certificate.len == 0)
        CA_TRY(issue(c, issuer, err));
    return certificate_install(c, pending, answer, own, err);
}

CA_RC handle_authority_create(struct signer *s, const struct actor *actor, const void *question,
                              void *answer, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(creating) struct creating c = {.signer = s, .actor = actor, .ask = question};
    bool follows = c.ask->follows[0] != '\0';
    enum ca_rc rc;

    if (follows)
        CA_TRY(rollover_follow_check(s, c.ask, err)); /* before anything is made */
    CA_TRY(authority_registry_begin(s->registry, err));
    rc = create(&c, answer, own, err);
    authority_registry_end(s->registry);
    CA_TRY(rc);
    return follows ? rollover_follow(s, actor, c.ask, err) : CA_OK;
}
