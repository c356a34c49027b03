/* SPDX-License-Identifier: Apache-2.0 */
#include "api/auth_internal.h"

#include <pthread.h>
#include <stdio.h>

#include "base/time.h"
#include "db/operator.h"

/* Default is deny: what has no row here nobody may. */
static const struct {
    unsigned roles;
    const char *text;
} permissions[MAY__COUNT] = {
    [MAY_ANYONE] = {0,                                                 "anyone"                     },
    [MAY_READ] = {CA_REQUESTER | CA_OFFICER | CA_ADMIN | CA_AUDITOR, "every enrolled operator"    },
    [MAY_REQUEST] = {CA_REQUESTER | CA_OFFICER | CA_ADMIN,              "requester, officer or admin"},
    [MAY_REVOKE] = {CA_OFFICER | CA_ADMIN,                             "officer or admin"           },
    [MAY_ADMIN] = {CA_ADMIN,                                          "admin"                      },
    [MAY_AUDIT] = {CA_AUDITOR,                                        "auditor"                    },
};

struct auth_entry {
    int64_t until_ms;
    uint8_t fingerprint[32];
    enum ca_rc rc;
    struct caller caller;
    struct ca_err err;
};

struct auth {
    pthread_mutex_t lock; /* guards everything below */
    uint64_t generation;  /* an answer that was asked for before auth_forget is not kept */
    struct auth_entry entries[AUTH_ENTRIES];
};

CA_RC auth_new(struct auth **ret, struct ca_err *err)
{
    struct auth *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&a->lock, NULL);
    *ret = a;
    return CA_OK;
}

void auth_free(struct auth *a)
{
    if (a == NULL)
        return;
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

/* A place for each fingerprint; two that share one push each other out. */
static struct auth_entry *entry_of(struct auth *a, const uint8_t fingerprint[32])
{
    return &a->entries[(fingerprint[0] * 256U + fingerprint[1]) % AUTH_ENTRIES];
}

bool auth_cached(struct auth *a, const uint8_t fingerprint[32], enum ca_rc *ret_rc,
                 struct caller *ret, struct ca_err *err)
{
    const struct auth_entry *e;
    bool known;

    (void)pthread_mutex_lock(&a->lock);
    e = entry_of(a, fingerprint);
    known = e->until_ms > ca_mono_ms() && memcmp(e->fingerprint, fingerprint, 32) == 0;
    if (known) {
        *ret_rc = e->rc;
        *ret = e->caller;
        *err = e->err;
    }
    (void)pthread_mutex_unlock(&a->lock);
    return known;
}

static CA_RC found_judge(const struct db_operator_found *found, struct caller *ret,
                         struct ca_err *err)
{
    if (!found->who.enabled) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate", "operator '%s' is disabled",
                          found->who.name);
    }
    if (found->certificate_revoked) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "the client certificate of '%s' is revoked or on hold", found->who.name);
    }
    *ret = (struct caller){.id = found->who.id, .roles = found->who.roles};
    (void)snprintf(ret->name, sizeof(ret->name), "%s", found->who.name);
    return CA_OK;
}

static CA_RC operator_read(struct db *db, const uint8_t fingerprint[32], struct caller *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    enum ca_rc rc =
        db_operator_by_fingerprint(db, (struct ca_bytes){fingerprint, 32}, &result, err);

    if (rc == CA_NOT_FOUND || (rc == CA_OK && result.count == 0)) {
        return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                          "no operator is enrolled with this client certificate");
    }
    CA_TRY(rc);
    return found_judge(result.rows, ret, err);
}

CA_RC auth_lookup(struct auth *a, struct db *db, const uint8_t fingerprint[32], struct caller *ret,
                  struct ca_err *err)
{
    struct auth_entry e = {.until_ms = ca_mono_ms() + AUTH_TTL_MS};
    uint64_t generation;

    (void)pthread_mutex_lock(&a->lock);
    generation = a->generation;
    (void)pthread_mutex_unlock(&a->lock);

    e.rc = operator_read(db, fingerprint, &e.caller, &e.err);
    if (e.rc == CA_OK || e.rc == CA_DENIED) {
        memcpy(e.fingerprint, fingerprint, 32);
        (void)pthread_mutex_lock(&a->lock);
        if (generation == a->generation)
            *entry_of(a, fingerprint) = e;
        (void)pthread_mutex_unlock(&a->lock);
    }
    if (e.rc == CA_OK) {
        *ret = e.caller;
    } else {
        *err = e.err;
    }
    return e.rc;
}

void auth_forget(struct auth *a)
{
    (void)pthread_mutex_lock(&a->lock);
    a->generation++;
    for (size_t i = 0; i < AUTH_ENTRIES; i++)
        a->entries[i].until_ms = 0;
    (void)pthread_mutex_unlock(&a->lock);
}

const char *auth_permission_text(enum permission may)
{
    return permissions[may].text;
}

static const char *roles_text(unsigned roles, char ret[64])
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = 1; bit <= CA_AUDITOR; bit <<= 1) {
        if ((roles & bit) != 0)
            at +=
                (size_t)snprintf(ret + at, 64 - at, "%s%s", at > 0 ? ", " : "", ca_role_name(bit));
    }
    return at > 0 ? ret : "no role";
}

CA_RC auth_permit(const struct caller *caller, enum permission may, struct ca_err *err)
{
    char text[64];

    if (may == MAY_ANYONE || (caller->roles & permissions[may].roles) != 0)
        return CA_OK;
    return CA_FAIL_AS(err, CA_DENIED, "forbidden", "'%s' is %s; this takes %s", caller->name,
                      roles_text(caller->roles, text), permissions[may].text);
}
