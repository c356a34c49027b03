/* SPDX-License-Identifier: Apache-2.0 */
/* Who is enrolled, and with which roles and names. Each change is one transaction with its audit
 * line, and leaves sealed rows. */
#include <stdio.h>

#include "base/time.h"
#include "ca/operator_internal.h"
#include "policy/unicode.h"

enum { POOL_WAIT_MS = 2000, NAMES_MAX = 64 * 1024, DETAIL_MAX = 600 };

/* What is written, and what the database must still say. */
struct change {
    struct db_operator row;
    struct ca_bytes seen;       /* seal of the row before; of a change */
    bool was_admin;             /* enabled, before */
    struct key_credential *key; /* NULL: none */
    bool insert;
    uint8_t seal[SEAL_LEN];
};

static const char *roles_text(unsigned roles, char ret[64])
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = 1; bit <= CA_AUDITOR; bit <<= 1) {
        if ((roles & bit) != 0)
            at +=
                (size_t)snprintf(ret + at, 64 - at, "%s%s", at > 0 ? ", " : "", ca_role_name(bit));
    }
    return ret;
}

static void detail_write(const struct change *c, char ret[DETAIL_MAX])
{
    char roles[64];
    char id[CA_UUID_TEXT] = "none";

    if (c->key != NULL)
        (void)ca_uuid_text(&c->key->row.id, id);
    (void)snprintf(ret, DETAIL_MAX, "roles %s; %s; credential %s; names %.400s",
                   roles_text(c->row.roles, roles), c->row.enabled ? "enabled" : "disabled", id,
                   c->row.names[0] != '\0' ? c->row.names : "none");
    for (char *at = ret; *at != '\0'; at++) {
        if (*at == '\n')
            *at = ' ';
    }
}

static bool is_admin(const struct db_operator *row)
{
    return row->enabled && (row->roles & CA_ADMIN) != 0;
}

/* Somebody must be left who can set all this right again. */
static CA_RC last_admin_check(struct db *db, const struct change *c, struct ca_err *err)
{
    int64_t others = 0;

    if (!c->was_admin || is_admin(&c->row))
        return CA_OK;
    CA_TRY(db_operator_lock(db, err));
    CA_TRY(db_operator_admins(db, &c->row.id, &others, err));
    if (others == 0) {
        return CA_FAIL_AS(err, CA_CONFLICT, "last-admin",
                          "'%s' is the last administrator who can call", c->row.name);
    }
    return CA_OK;
}

static CA_RC change_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct change *c = arg;

    (void)audit;
    if (c->insert) {
        CA_TRY(db_operator_insert(db, &c->row, err));
    } else {
        CA_TRY(last_admin_check(db, c, err));
        CA_TRY(db_operator_update(db, &c->row, c->seen, err));
    }
    return c->key != NULL ? db_credential_insert(db, &c->key->row, err) : CA_OK;
}

static CA_RC change_run(struct signer *s, const struct actor *actor,
                        const struct wire_caller *caller, const char *action, struct change *c,
                        struct ca_err *err)
{
    char detail[DETAIL_MAX];
    struct audit_event event = {
        actor->name, caller->channel,    action, "ok",
        c->row.name, caller->request_id, detail, {NULL, 0}
    };

    CA_TRY(operator_seal(s->seal, &c->row, c->seal, err));
    detail_write(c, detail);
    if (c->key != NULL)
        event.object_hash = (struct ca_bytes){c->key->fingerprint, sizeof(c->key->fingerprint)};
    CA_TRY(recorder_change(s->recorder, change_write, c, &event, 1, err));
    operators_forget(s->operators);
    return CA_OK;
}

static CA_RC by_certificate(const struct actor *actor, struct ca_err *err)
{
    if (actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token changes no operators: use a client certificate");
    return CA_OK;
}

static CA_RC roles_check(unsigned roles, struct ca_err *err)
{
    if (!ca_roles_are_good(roles)) {
        return CA_FAIL_AS(err, CA_DENIED, "role-excluded",
                          "/roles: one or more of requester, officer, admin; or auditor alone");
    }
    return CA_OK;
}

static CA_RC enrol_check(const struct wire_operator_enrol *ask, struct ca_err *err)
{
    size_t len = strlen(ask->name);

    if (len == 0 || len > 64 || ask->name[0] == ' ' || ask->name[len - 1] == ' ')
        return CA_FAIL(err, CA_MALFORMED, "/name: 1 to 64 octets without blanks around them");
    CA_TRY(unicode_check("/name", ca_bytes_str(ask->name), err));
    CA_TRY(roles_check(ask->roles, err));
    if (ask->certificate.len > 0 && ask->csr.len > 0)
        return CA_FAIL(err, CA_MALFORMED, "/csr: not together with certificate");
    if (ask->certificate.len == 0 && ask->csr.len == 0 && ask->roles != CA_REQUESTER)
        return CA_FAIL(err, CA_MALFORMED,
                       "/certificate: or csr; only a requester can do with an API token alone");
    return CA_OK;
}

/* CA_NOT_FOUND: the name is free. */
static CA_RC operator_named(struct signer *s, const char *name, struct db_result *ret,
                            struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_by_name(db, name, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC key_attach(struct signer *s, struct change *c, struct key_credential *key,
                        struct ca_err *err)
{
    key->row.operator_id = c->row.id;
    CA_TRY(credential_seal(s->seal, &key->row, key->seal, err));
    c->key = key;
    return CA_OK;
}

/* Whoever sets up may repeat himself: the operator who is there gets roles and key as asked. It is
 * also how an administrator comes back who was enrolled before there were seals. */
static CA_RC again_prepare(struct signer *s, const struct db_operator *there,
                           struct key_credential *key, struct change *c, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db;
    enum ca_rc rc;

    c->insert = false;
    c->row.id = there->id;
    c->row.created_at = there->created_at;
    c->row.fingerprint = there->fingerprint;
    c->row.updated_at = ca_time_now();
    c->seen = there->seal;
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_credential_by_key(db, key->row.hash, c->row.fingerprint, ca_time_now(), &found, err);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return key_attach(s, c, key, err);
    return rc;
}

static CA_RC name_check(struct signer *s, const struct wire_operator_enrol *ask,
                        struct db_result *ret, struct ca_err *err)
{
    enum ca_rc rc = operator_named(s, ask->name, ret, err);

    if (rc == CA_NOT_FOUND || (rc == CA_OK && s->config.bootstrap))
        return CA_OK;
    CA_TRY(rc);
    return CA_FAIL_AS(err, CA_CONFLICT, "name-taken", "there is an operator '%s' already",
                      ask->name);
}

CA_RC operator_enrol_check(struct signer *s, const struct actor *actor,
                           const struct wire_operator_enrol *ask, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf names = {.max = NAMES_MAX};
    CA_AUTO(db_result) struct db_result there = {0};

    CA_TRY(by_certificate(actor, err));
    CA_TRY(enrol_check(ask, err));
    CA_TRY(owned_names_join(ask->names, ask->names_n, "/names", &names, err));
    CA_TRY(name_check(s, ask, &there, err));
    return key_free_check(s, ask->certificate, ask->csr, NULL, err);
}

static CA_RC enrol(struct signer *s, const struct actor *actor,
                   const struct wire_operator_enrol *ask, const char *names,
                   struct key_credential *key, struct change *c, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result there = {0};
    bool keyed = ask->certificate.len > 0 || ask->csr.len > 0;

    CA_TRY(name_check(s, ask, &there, err));
    if (keyed)
        CA_TRY(key_credential_make(s, actor, &ask->caller, ask->certificate, ask->csr, ask->name,
                                   key, err));
    *c = (struct change){
        .row = {.name = ask->name,
                .roles = ask->roles,
                .enabled = true,
                .created_at = ca_time_now(),
                .names = names},
        .insert = true,
    };
    CA_TRY(ca_uuid_new(&c->row.id, err));
    if (keyed)
        c->row.fingerprint = (struct ca_bytes){key->fingerprint, sizeof(key->fingerprint)};
    if (there.count > 0 && keyed) {
        CA_TRY(again_prepare(s, there.rows, key, c, err));
    } else if (keyed) {
        CA_TRY(key_attach(s, c, key, err));
    }
    return change_run(s, actor, &ask->caller, "operator.enrol", c, err);
}

CA_RC handle_operator_enrol(struct signer *s, const struct actor *actor, const void *question,
                            void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_operator_enrol *ask = question;
    CA_AUTO(buf) struct ca_buf names = {.max = NAMES_MAX};
    CA_AUTO(key_credential) struct key_credential key = {0};
    struct change c;

    CA_TRY(by_certificate(actor, err));
    CA_TRY(enrol_check(ask, err));
    CA_TRY(owned_names_join(ask->names, ask->names_n, "/names", &names, err));
    CA_TRY(enrol(s, actor, ask, ca_buf_cstr(&names), &key, &c, err));
    ca_buf_bytes(own, ca_buf_view(&key.certificate));
    CA_TRY(ca_buf_check(own, err));
    *(struct wire_operator *)answer = (struct wire_operator){
        .id = c.row.id,
        .credential_id = c.key != NULL ? c.key->row.id : (struct ca_uuid){{0}},
        .certificate = ca_buf_view(own),
    };
    return CA_OK;
}

static CA_RC change_check(const struct actor *actor, const struct wire_operator_change *ask,
                          const struct db_operator *row, struct ca_err *err)
{
    CA_TRY(by_certificate(actor, err));
    if (ask->seen.len > 0 && !ca_bytes_equal(ask->seen, row->seal))
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the operator was changed by somebody else");
    if (ask->roles == 0)
        return CA_OK;
    CA_TRY(roles_check(ask->roles, err));
    if (memcmp(&actor->id, &row->id, CA_UUID_LEN) == 0 && (ask->roles & ~row->roles) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "/roles: nobody gives himself roles");
    return CA_OK;
}

/* The row as it will be; the names stand in `names`. */
static CA_RC change_fill(struct signer *s, const struct actor *actor,
                         const struct wire_operator_change *ask, struct db_result *found,
                         struct ca_buf *names, struct change *ret, struct ca_err *err)
{
    const struct db_operator *row;

    CA_TRY(operator_read(s, &ask->operator_id, found, err));
    row = found->rows;
    CA_TRY(change_check(actor, ask, row, err));
    *ret = (struct change){.row = *row, .seen = row->seal, .was_admin = is_admin(row)};
    if (ask->roles != 0)
        ret->row.roles = ask->roles;
    if (ask->enabled_given)
        ret->row.enabled = ask->enabled;
    if (ask->names_given) {
        CA_TRY(owned_names_join(ask->names, ask->names_n, "/names", names, err));
        ret->row.names = ca_buf_cstr(names);
    }
    ret->row.updated_at = ca_time_now();
    return CA_OK;
}

CA_RC operator_change_check(struct signer *s, const struct actor *actor,
                            const struct wire_operator_change *ask, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf names = {.max = NAMES_MAX};
    struct change c;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(change_fill(s, actor, ask, &found, &names, &c, err));
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = last_admin_check(db, &c, err);
    db_pool_give(s->pool, db);
    return rc;
}

CA_RC handle_operator_change(struct signer *s, const struct actor *actor, const void *question,
                             void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_operator_change *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf names = {.max = NAMES_MAX};
    struct change c;

    (void)own;
    CA_TRY(change_fill(s, actor, ask, &found, &names, &c, err));
    CA_TRY(change_run(s, actor, &ask->caller, "operator.change", &c, err));
    ((struct wire_operator *)answer)->id = c.row.id;
    return CA_OK;
}
