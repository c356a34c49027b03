/* SPDX-License-Identifier: Apache-2.0 */
/* Which questions are guarded acts, and what they are about. What could never be done is refused
 * here, before anybody is asked to agree to it. */
#include "ca/approval_guard_internal.h"

#include <stdio.h>

#include "base/time.h"
#include "ca/crl_internal.h"
#include "ca/operator_internal.h"
#include "ca/rollover_internal.h"
#include "ca/scep_internal.h"
#include "db/certificate.h"
#include "db/profile.h"

enum { POOL_WAIT_MS = 2000, VERSION_SHOWN = 6 };

static void guarded_as(struct guarded *ret, const char *action, const char *object)
{
    ret->action = action;
    approval_object(object, ret->object);
}

static const char *roles_text(unsigned roles, char ret[64])
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = CA_REQUESTER; bit <= CA_AUDITOR; bit <<= 1) {
        if ((roles & bit) != 0)
            at +=
                (size_t)snprintf(ret + at, 64 - at, "%s%s", at > 0 ? ", " : "", ca_role_name(bit));
    }
    return ret;
}

CA_RC guard_operator_enrol(struct signer *s, const struct actor *actor, const void *question,
                           struct guarded *ret, struct ca_err *err)
{
    const struct wire_operator_enrol *ask = question;
    char object[200];
    char roles[64];

    CA_TRY(operator_enrol_check(s, actor, ask, err));
    (void)snprintf(object, sizeof(object), "%s as %s", ask->name, roles_text(ask->roles, roles));
    guarded_as(ret, "operator.enrol", object);
    return CA_OK;
}

CA_RC guard_operator_change(struct signer *s, const struct actor *actor, const void *question,
                            struct guarded *ret, struct ca_err *err)
{
    const struct wire_operator_change *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    char object[300];
    char roles[64];

    CA_TRY(operator_change_check(s, actor, ask, err));
    CA_TRY(operator_read(s, &ask->operator_id, &found, err));
    (void)snprintf(object, sizeof(object), "%s%s%s%s%s",
                   ((const struct db_operator *)found.rows)->name, ask->roles != 0 ? ": " : "",
                   roles_text(ask->roles, roles), ask->names_given ? "; names" : "",
                   !ask->enabled_given ? ""
                   : ask->enabled      ? "; enabled"
                                       : "; disabled");
    guarded_as(ret, "operator.change", object);
    return CA_OK;
}

CA_RC guard_credential_add(struct signer *s, const struct actor *actor, const void *question,
                           struct guarded *ret, struct ca_err *err)
{
    const struct wire_credential_add *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    char object[200];

    CA_TRY(credential_add_check(s, actor, ask, err));
    CA_TRY(operator_read(s, &ask->operator_id, &found, err));
    (void)snprintf(object, sizeof(object), "%s of %s", ask->name,
                   ((const struct db_operator *)found.rows)->name);
    guarded_as(ret, "credential.add", object);
    return CA_OK;
}

CA_RC guard_group_put(struct signer *s, const struct actor *actor, const void *question,
                      struct guarded *ret, struct ca_err *err)
{
    const struct wire_group_put *ask = question;
    char object[128];

    CA_TRY(group_put_check(s, actor, ask, err));
    (void)snprintf(object, sizeof(object), "%s, %u members", ask->name, ask->members_n);
    guarded_as(ret, "group.put", object);
    return CA_OK;
}

CA_RC guard_rule_put(struct signer *s, const struct actor *actor, const void *question,
                     struct guarded *ret, struct ca_err *err)
{
    const struct wire_rule_put *ask = question;
    char object[700];

    CA_TRY(approval_rule_check_ask(s, actor, ask, err));
    (void)snprintf(object, sizeof(object), "%s: %s", ask->action,
                   ask->policy[0] != '\0' ? ask->policy : "nobody");
    guarded_as(ret, "approval_rule.change", object);
    return CA_OK;
}

static CA_RC version_read(struct signer *s, struct ca_bytes version, struct db_result *ret,
                          struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_profile_version_get(db, version, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* It must be there, and somebody must be able to agree to what it issues. */
static CA_RC version_check(struct signer *s, const struct wire_profile_activate *ask,
                           struct ca_err *err)
{
    static const struct ca_uuid anybody;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(profile) struct profile *p = NULL;
    const struct db_profile_version *row;

    CA_TRY(version_read(s, ask->version, &found, err));
    row = found.rows;
    if (found.count == 0 || strcmp(row->name, ask->name) != 0) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-version",
                          "/version: profile '%.63s' has no such version", ask->name);
    }
    CA_TRY(profile_compile(row->yaml, &p, err));
    return approval_policy_check(s, profile_approvals(p), &anybody, err);
}

CA_RC guard_profile_activate(struct signer *s, const struct actor *actor, const void *question,
                             struct guarded *ret, struct ca_err *err)
{
    const struct wire_profile_activate *ask = question;
    char version[2 * VERSION_SHOWN + 1];
    char object[128];

    (void)actor;
    if (ask->version.len < VERSION_SHOWN) {
        (void)snprintf(object, sizeof(object), "%s goes out of use", ask->name);
    } else {
        CA_TRY(version_check(s, ask, err));
        (void)snprintf(object, sizeof(object), "%s, version %s…", ask->name,
                       ca_hex((struct ca_bytes){ask->version.ptr, VERSION_SHOWN}, version));
    }
    guarded_as(ret, "profile.activate", object);
    return CA_OK;
}

CA_RC guard_authority_create(struct signer *s, const struct actor *actor, const void *question,
                             struct guarded *ret, struct ca_err *err)
{
    const struct wire_authority_create *ask = question;
    char object[160];

    (void)actor;
    if (ask->follows[0] == '\0') {
        guarded_as(ret, "authority.create", ask->name);
        return CA_OK;
    }
    CA_TRY(rollover_follow_check(s, ask, err));
    (void)snprintf(object, sizeof(object), "%.63s, the next one of %.63s", ask->name, ask->follows);
    guarded_as(ret, "authority.create", object);
    return CA_OK;
}

/* Whoever has a CRL that is valid for long can hide later revocations for as long. */
CA_RC guard_crl_schedule(struct signer *s, const struct actor *actor, const void *question,
                         struct guarded *ret, struct ca_err *err)
{
    const struct wire_crl_schedule *ask = question;
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = authority_set_named(set, ask->authority);
    char object[128];

    (void)actor;
    if (a == NULL || ask->emergency_s <= a->crl_emergency_s)
        return CA_OK; /* none, as it is, or shorter */
    CA_TRY(crl_schedule_check(s, ask, err));
    (void)snprintf(object, sizeof(object), "%s, valid for %d hours", a->name,
                   (int)(ask->emergency_s / 3600));
    guarded_as(ret, "crl.emergency", object);
    return CA_OK;
}

CA_RC guard_authority_install(struct signer *s, const struct actor *actor, const void *question,
                              struct guarded *ret, struct ca_err *err)
{
    (void)s, (void)actor, (void)err;
    guarded_as(ret, "authority.install", ((const struct wire_authority_install *)question)->name);
    return CA_OK;
}

CA_RC guard_authority_adopt(struct signer *s, const struct actor *actor, const void *question,
                            struct guarded *ret, struct ca_err *err)
{
    (void)s, (void)actor, (void)err;
    guarded_as(ret, "authority.adopt", ((const struct wire_authority_adopt *)question)->name);
    return CA_OK;
}

CA_RC guard_scep_endpoint_put(struct signer *s, const struct actor *actor, const void *question,
                              struct guarded *ret, struct ca_err *err)
{
    char object[SCEP_OBJECT_MAX];

    (void)actor;
    CA_TRY(scep_endpoint_put_check(s, question, object, err));
    guarded_as(ret, "scep_endpoint.change", object);
    return CA_OK;
}

static CA_RC certificate_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                              struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_certificate_by_id(db, id, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* A certificate of an authority's own: everything below it falls with it. */
CA_RC guard_revoke(struct signer *s, const struct actor *actor, const void *question,
                   struct guarded *ret, struct ca_err *err)
{
    const struct wire_revoke *ask = question;
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_certificate *row;

    (void)actor;
    CA_TRY(certificate_read(s, &ask->certificate_id, &found, err));
    row = found.rows;
    for (size_t i = 0; found.count > 0 && i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);

        if (ca_bytes_equal(ca_buf_view(&a->certificate), row->der))
            guarded_as(ret, "authority.revoke", a->name);
    }
    return CA_OK;
}
