/* SPDX-License-Identifier: Apache-2.0 */
/* API tokens: made here, shown once, kept as a salted hash. */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/operator_internal.h"
#include "policy/profile.h"

enum {
    DAY_S = 86400,
    VALIDITY_DEFAULT_S = 90 * DAY_S,
    VALIDITY_MAX_S = 365 * DAY_S,
    SECRET_LEN = 32,
    SALT_LEN = 16,
    LIST_MAX = 64 * 1024,
};

struct token {
    struct db_credential row;
    uint8_t salt[SALT_LEN];
    uint8_t hash[CA_SHA256_LEN];
    uint8_t seal[SEAL_LEN];
    struct ca_buf profiles;
    struct ca_buf names;
};

static void token_done(struct token *t)
{
    ca_buf_done(&t->profiles);
    ca_buf_done(&t->names);
}
static inline void ca_auto_token(struct token *t) /* CA_AUTO_DEFINE would copy it */
{
    token_done(t);
}

/* Nobody makes a token with which he could act as somebody who decides. */
static CA_RC token_check(const struct actor *actor, const struct wire_token_create *ask,
                         const struct db_operator *who, struct ca_err *err)
{
    bool his = memcmp(&who->id, &actor->id, CA_UUID_LEN) == 0;

    if (actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token makes no tokens: use a client certificate");
    if (!his && ((actor->roles & CA_ADMIN) == 0 || who->roles != CA_REQUESTER)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "/user: a token is made by its operator himself; an admin makes those of "
                          "operators who are requesters and nothing else");
    }
    if (ask->validity_s < 0 || ask->validity_s > VALIDITY_MAX_S)
        return CA_FAIL(err, CA_MALFORMED, "/expires_at: at most 365 days from now");
    if (ask->name[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/name: is required");
    return CA_OK;
}

static CA_RC profiles_join(const struct wire_token_create *ask, struct ca_buf *ret,
                           struct ca_err *err)
{
    for (uint32_t i = 0; i < ask->profiles_n; i++) {
        const char *name = ask->profiles[i].text;

        if (name[0] == '\0' || strlen(name) > PROFILE_NAME_MAX)
            return CA_FAIL(err, CA_MALFORMED, "/profiles/%u: no name of a profile", i);
        ca_buf_printf(ret, "%s%s", i > 0 ? "\n" : "", name);
    }
    return ca_buf_check(ret, err);
}

/* Not more than its operator has. Who owns nothing by name may limit himself to anything. */
static CA_RC names_check(const struct wire_token_create *ask, const struct db_operator *who,
                         struct ca_err *err)
{
    for (uint32_t i = 0; i < ask->names_n && who->names[0] != '\0'; i++) {
        bool inside = false;
        const char *at = who->names;

        while (*at != '\0' && !inside) {
            size_t len = strcspn(at, "\n");
            char owner[256];

            inside =
                ca_text_copy(owner, sizeof(owner), (struct ca_bytes){(const uint8_t *)at, len}) &&
                owned_name_is_inside(ask->names[i].text, owner);
            at += len + (at[len] == '\n');
        }
        if (!inside)
            return CA_FAIL_AS(err, CA_DENIED, "forbidden", "/names/%u: '%.100s' is not %s's", i,
                              ask->names[i].text, who->name);
    }
    return CA_OK;
}

static CA_RC token_make(struct signer *s, const struct db_operator *who,
                        const uint8_t secret[SECRET_LEN], struct token *t, struct ca_err *err)
{
    uint8_t both[SALT_LEN + SECRET_LEN];
    enum ca_rc rc;

    if (RAND_bytes(t->salt, SALT_LEN) != 1)
        return CA_FAIL(err, CA_FAULT, "no random octets");
    memcpy(both, t->salt, SALT_LEN);
    memcpy(both + SALT_LEN, secret, SECRET_LEN);
    rc = ca_sha256((struct ca_bytes){both, sizeof(both)}, t->hash, err);
    OPENSSL_cleanse(both, sizeof(both));
    CA_TRY(rc);
    CA_TRY(ca_uuid_new(&t->row.id, err));
    t->row.operator_id = who->id;
    t->row.kind = DB_CREDENTIAL_TOKEN;
    t->row.hash = (struct ca_bytes){t->hash, sizeof(t->hash)};
    t->row.salt = (struct ca_bytes){t->salt, sizeof(t->salt)};
    t->row.profiles = ca_buf_cstr(&t->profiles);
    t->row.names = ca_buf_cstr(&t->names);
    return credential_seal(s->seal, &t->row, t->seal, err);
}

static CA_RC token_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_credential_insert(db, arg, err);
}

static CA_RC token_record(struct signer *s, const struct actor *actor,
                          const struct wire_token_create *ask, const struct db_operator *who,
                          struct token *t, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    char expires[CA_TIME_TEXT];
    char detail[300];
    const struct audit_event event = {
        actor->name,
        ask->caller.channel,
        "token.create",
        "ok",
        ca_uuid_text(&t->row.id, object),
        ask->caller.request_id,
        detail,
        {NULL, 0}
    };

    (void)snprintf(detail, sizeof(detail), "'%.64s' of operator %s until %s", t->row.name,
                   who->name, ca_time_text(t->row.expires_at, expires));
    return recorder_change(s->recorder, token_write, &t->row, &event, 1, err);
}

static CA_RC token_new(struct signer *s, const struct actor *actor,
                       const struct wire_token_create *ask, const struct db_operator *who,
                       const uint8_t secret[SECRET_LEN], struct ca_uuid *ret, struct ca_err *err)
{
    CA_AUTO(token) struct token t = {.profiles = {.max = LIST_MAX}, .names = {.max = LIST_MAX}};

    CA_TRY(profiles_join(ask, &t.profiles, err));
    CA_TRY(owned_names_join(ask->names, ask->names_n, "/names", &t.names, err));
    CA_TRY(names_check(ask, who, err));
    t.row.name = ask->name;
    t.row.profiles_given = ask->profiles_given;
    t.row.names_given = ask->names_given;
    t.row.created_at = ca_time_now();
    t.row.expires_at =
        t.row.created_at + (ask->validity_s > 0 ? ask->validity_s : VALIDITY_DEFAULT_S);
    CA_TRY(token_make(s, who, secret, &t, err));
    CA_TRY(token_record(s, actor, ask, who, &t, err));
    *ret = t.row.id;
    return CA_OK;
}

CA_RC handle_token_create(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_token_create *ask = question;
    struct ca_uuid id = ca_uuid_is_nil(&ask->operator_id) ? actor->id : ask->operator_id;
    CA_AUTO(db_result) struct db_result found = {0};
    struct wire_credential *ret = answer;
    uint8_t secret[SECRET_LEN];

    CA_TRY(operator_read(s, &id, &found, err));
    CA_TRY(token_check(actor, ask, found.rows, err));
    if (RAND_bytes(secret, SECRET_LEN) != 1)
        return CA_FAIL(err, CA_FAULT, "no random octets");
    CA_TRY(token_new(s, actor, ask, found.rows, secret, &ret->id, err));
    ca_buf_add(own, secret, sizeof(secret));
    OPENSSL_cleanse(secret, sizeof(secret));
    CA_TRY(ca_buf_check(own, err));
    ret->operator_id = id;
    ret->secret = ca_buf_view(own);
    return CA_OK;
}
