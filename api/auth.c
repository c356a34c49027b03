/* SPDX-License-Identifier: Apache-2.0 */
#include "api/auth_internal.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/time.h"
#include "db/credential.h"

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
    [MAY_OVERSEE] = {CA_OFFICER | CA_ADMIN | CA_AUDITOR,                "officer, admin or auditor"  },
    [MAY_AUDIT] = {CA_AUDITOR,                                        "auditor"                    },
};

struct auth_entry {
    int64_t until_ms;
    uint8_t key[32];
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

/* A place for each hash; two that share one push each other out. */
static struct auth_entry *entry_of(struct auth *a, const struct shown *shown)
{
    return &a->entries[(shown->key[0] * 256U + shown->key[1]) % AUTH_ENTRIES];
}

bool auth_cached(struct auth *a, const struct shown *shown, enum ca_rc *ret_rc, struct caller *ret,
                 struct ca_err *err)
{
    const struct auth_entry *e;
    bool known;

    (void)pthread_mutex_lock(&a->lock);
    e = entry_of(a, shown);
    known = e->until_ms > ca_mono_ms() && memcmp(e->key, shown->key, sizeof(e->key)) == 0;
    if (known) {
        *ret_rc = e->rc;
        *ret = e->caller;
        *err = e->err;
    }
    (void)pthread_mutex_unlock(&a->lock);
    return known;
}

static CA_RC no_key(struct ca_err *err)
{
    return CA_FAIL_AS(err, CA_DENIED, "client-certificate",
                      "no operator is enrolled with this client certificate");
}

/* One text for all that a guess could hit upon. */
static CA_RC no_token(struct ca_err *err)
{
    return CA_FAIL_AS(err, CA_DENIED, "token-refused", "the API token is not one of this server");
}

/* NULL: nothing speaks against it. */
static const char *found_flaw(const struct db_credential_found *found)
{
    const struct db_credential *c = &found->credential;

    if (!found->who.enabled)
        return "the operator is disabled";
    if (c->revoked_at != 0)
        return "this credential is revoked";
    if (c->expires_at != 0 && c->expires_at <= ca_time_now())
        return "this credential has expired";
    return found->certificate_revoked ? "the client certificate is revoked or on hold" : NULL;
}

static CA_RC found_judge(const struct db_credential_found *found, const char *problem,
                         struct caller *ret, struct ca_err *err)
{
    const struct db_credential *c = &found->credential;
    const char *flaw = found_flaw(found);

    if (flaw != NULL)
        return CA_FAIL_AS(err, CA_DENIED, problem, "'%s': %s", found->who.name, flaw);
    *ret = (struct caller){.id = found->who.id,
                           .credential_id = c->id,
                           .roles = found->who.roles,
                           .by_token = c->kind == DB_CREDENTIAL_TOKEN};
    if (ret->by_token && (c->profiles_given || c->names_given))
        ret->roles = ca_roles_limited(ret->roles);
    (void)snprintf(ret->name, sizeof(ret->name), "%s", found->who.name);
    return CA_OK;
}

static CA_RC key_read(struct db *db, const struct shown *shown, struct caller *ret,
                      struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    enum ca_rc rc =
        db_credential_by_key(db, (struct ca_bytes){shown->key_hash, 32},
                             (struct ca_bytes){shown->key, 32}, ca_time_now(), &result, err);

    if (rc == CA_NOT_FOUND)
        return no_key(err);
    CA_TRY(rc);
    return found_judge(result.rows, "client-certificate", ret, err);
}

/* Is SHA-256 of salt and secret what is on record? */
static CA_RC secret_check(const struct db_credential *c, const char *token, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf salted = {.max = 256};
    uint8_t hash[CA_SHA256_LEN];
    enum ca_rc rc = CA_OK;
    bool fits;

    ca_buf_bytes(&salted, c->salt);
    fits = ca_base64url_read(ca_bytes_str(token + AUTH_TOKEN_SECRET_AT), &salted) &&
           salted.len == c->salt.len + AUTH_SECRET_LEN;
    if (fits)
        rc = ca_sha256(ca_buf_view(&salted), hash, err);
    if (salted.ptr != NULL)
        OPENSSL_cleanse(salted.ptr, salted.cap);
    CA_TRY(rc);
    if (!fits || c->hash.len != sizeof(hash) || CRYPTO_memcmp(hash, c->hash.ptr, sizeof(hash)) != 0)
        return no_token(err);
    return CA_OK;
}

static CA_RC token_read(struct db *db, const struct shown *shown, struct caller *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    enum ca_rc rc = db_credential_by_id(db, &shown->credential, ca_time_now(), &result, err);
    const struct db_credential_found *found = result.rows;

    if (rc == CA_NOT_FOUND || (rc == CA_OK && found->credential.kind != DB_CREDENTIAL_TOKEN))
        return no_token(err);
    CA_TRY(rc);
    CA_TRY(secret_check(&found->credential, shown->token, err));
    return found_judge(found, "token-refused", ret, err);
}

CA_RC auth_lookup(struct auth *a, struct db *db, const struct shown *shown, struct caller *ret,
                  struct ca_err *err)
{
    struct auth_entry e = {.until_ms = ca_mono_ms() + AUTH_TTL_MS};
    uint64_t generation;

    (void)pthread_mutex_lock(&a->lock);
    generation = a->generation;
    (void)pthread_mutex_unlock(&a->lock);

    e.rc = shown->token != NULL ? token_read(db, shown, &e.caller, &e.err)
                                : key_read(db, shown, &e.caller, &e.err);
    if (e.rc == CA_OK || e.rc == CA_DENIED) {
        memcpy(e.key, shown->key, sizeof(e.key));
        (void)pthread_mutex_lock(&a->lock);
        if (generation == a->generation)
            *entry_of(a, shown) = e;
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

unsigned auth_permission_roles(enum permission may)
{
    return permissions[may].roles;
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
