/* SPDX-License-Identifier: Apache-2.0 */
/* Doors for devices. Each asks as an operator of its own, who has no credentials, so that limits,
 * owned names, approvals and lists know it as they know anybody. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/operator_internal.h"
#include "ca/scep_internal.h"
#include "policy/profile_shelf.h"
#include "policy/web_url.h"

enum {
    POOL_WAIT_MS = 2000,
    NAME_LEN_MAX = 59, /* with "scep-" in front it is an operator's name */
    URL_MAX = 512,
    DAY_S = 86400,
    VALIDITY_MIN_S = 60,
    VALIDITY_MAX_S = 366 * DAY_S,
    RA_BITS_MIN = 2048,
    RA_BITS_MAX = 4096,
    MODES_ALL = 31,
    LEGACY_ALL = 15,
    SWITCHES_ALL = 63,
};

struct change {
    struct db_scep_endpoint row;
    struct db_operator who; /* of a new one */
    struct ca_bytes seen;   /* seal of the row that it changes; len 0: a new one */
    uint8_t seal[SEAL_LEN];
    uint8_t who_seal[SEAL_LEN];
    char who_name[5 + NAME_LEN_MAX + 1];
};

static CA_RC name_check(const char *name, struct ca_err *err)
{
    size_t len = strlen(name);

    if (len == 0 || len > NAME_LEN_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || name[0] == '-') {
        return CA_FAIL(err, CA_MALFORMED, "/name: 1 to %d of a-z, 0-9 and -, not - in front",
                       NAME_LEN_MAX);
    }
    return CA_OK;
}

static CA_RC profile_check(struct signer *s, const char *name, struct ca_err *err)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(s->profiles);
    const struct profile *p;

    if (name[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/profile: is required");
    CA_TRY(profile_set_find(profile_loan_set(loan), name, &p, err));
    if (profile_for_ca(p) || profile_internal(p)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "/profile: '%.63s' is for authorities or the server itself", name);
    }
    return CA_OK;
}

/* Also one that waits for its certificate, or is offline: that ends. */
static CA_RC authority_check(struct signer *s, struct db_scep_endpoint *row, struct ca_buf *own,
                             struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *a = NULL;

    if (row->authority[0] != '\0' && authority_set_named(set, row->authority) != NULL)
        return CA_OK;
    CA_TRY(authority_set_find(set, row->authority, &a, err));
    ca_buf_str(own, a->name); /* the default one, from now on by its name */
    CA_TRY(ca_buf_check(own, err));
    row->authority = ca_buf_cstr(own);
    return CA_OK;
}

static CA_RC bits_check(const struct db_scep_endpoint *row, struct ca_err *err)
{
    if ((row->modes & ~(uint32_t)MODES_ALL) != 0)
        return CA_FAIL(err, CA_MALFORMED, "/modes: holds one that is not known");
    if ((row->legacy & ~(uint32_t)LEGACY_ALL) != 0)
        return CA_FAIL(err, CA_MALFORMED, "/legacy: holds one that is not known");
    if ((row->switches & ~(uint32_t)SWITCHES_ALL) != 0)
        return CA_FAIL(err, CA_MALFORMED, "/switches: holds one that is not known");
    return CA_OK;
}

static CA_RC row_check(const struct db_scep_endpoint *row, struct ca_err *err)
{
    struct ca_key_spec key;

    CA_TRY(bits_check(row, err));
    /* CMS messages are encrypted to it: RSA, whatever the authority's key is. */
    if (!ca_key_spec_parse(row->ra_key, &key) || key.kind != CA_KEY_RSA || key.bits < RA_BITS_MIN ||
        key.bits > RA_BITS_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "/ra_key: rsa:%d to rsa:%d", RA_BITS_MIN, RA_BITS_MAX);
    }
    if (row->challenge_validity < VALIDITY_MIN_S || row->challenge_validity > VALIDITY_MAX_S) {
        return CA_FAIL(err, CA_MALFORMED, "/challenge_validity_seconds: %d seconds to %d days",
                       VALIDITY_MIN_S, VALIDITY_MAX_S / DAY_S);
    }
    if (row->webhook_url[0] != '\0' &&
        (strlen(row->webhook_url) > URL_MAX || !web_url_is(ca_bytes_str(row->webhook_url)))) {
        return CA_FAIL(err, CA_MALFORMED, "/webhook_url: is no address of at most %d octets",
                       URL_MAX);
    }
    if ((row->modes & DB_SCEP_WEBHOOK) != 0 && row->webhook_url[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/webhook_url: is required where a webhook decides");
    return CA_OK;
}

static const char *given(const char *asked, const char *before)
{
    return asked[0] != '\0' ? asked : before;
}

static void row_apply(const struct wire_scep_endpoint_put *ask, struct db_scep_endpoint *row)
{
    row->profile = given(ask->profile, row->profile);
    row->authority = given(ask->authority, row->authority);
    row->ra_key = given(ask->ra_key, row->ra_key);
    if (ask->webhook_url_given)
        row->webhook_url = ask->webhook_url;
    if (ask->enabled_given)
        row->enabled = ask->enabled;
    if (ask->modes_given)
        row->modes = ask->modes;
    if (ask->legacy_given)
        row->legacy = ask->legacy;
    if (ask->switches_given)
        row->switches = ask->switches;
    if (ask->challenge_validity != 0)
        row->challenge_validity = ask->challenge_validity;
}

static struct db_scep_endpoint row_new(const char *name)
{
    return (struct db_scep_endpoint){
        .name = name,
        .profile = "",
        .authority = "",
        .ra_key = "rsa:2048",
        .enabled = true,
        .modes = DB_SCEP_ONE_TIME,
        .webhook_url = "",
        .challenge_validity = DAY_S,
        .created_at = ca_time_now(),
    };
}

/* The row as it will be: what it points to is in `found`, `own` and the question. */
static CA_RC row_fill(struct signer *s, const struct wire_scep_endpoint_put *ask,
                      struct db_result *found, struct ca_buf *own, struct change *c,
                      struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(name_check(ask->name, err));
    rc = scep_endpoint_read(s, ask->name, found, err);
    if (rc == CA_OK) {
        c->row = *(const struct db_scep_endpoint *)found->rows;
        c->seen = c->row.seal;
    } else if (rc == CA_NOT_FOUND) {
        c->row = row_new(ask->name);
    } else {
        return rc;
    }
    if (ask->is_new && c->seen.len > 0)
        return CA_FAIL(err, CA_CONFLICT, "there is an endpoint %s already", ask->name);
    if (ask->seen.len > 0 && !ca_bytes_equal(ask->seen, c->seen))
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the endpoint was changed by somebody else");
    row_apply(ask, &c->row);
    CA_TRY(profile_check(s, c->row.profile, err));
    CA_TRY(authority_check(s, &c->row, own, err));
    return row_check(&c->row, err);
}

static CA_RC operator_free(struct signer *s, const char *name, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err none = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_by_name(db, name, &found, &none);
    db_pool_give(s->pool, db);
    if (rc == CA_NOT_FOUND)
        return CA_OK;
    if (rc == CA_OK) {
        return CA_FAIL_AS(err, CA_CONFLICT, "name-taken", "there is an operator '%s' already",
                          name);
    }
    *err = none;
    return rc;
}

/* Ids and the operator of a new one. */
static CA_RC new_fill(struct signer *s, struct change *c, struct ca_err *err)
{
    (void)snprintf(c->who_name, sizeof(c->who_name), "scep-%s", c->row.name);
    CA_TRY(operator_free(s, c->who_name, err));
    CA_TRY(ca_uuid_new(&c->row.id, err));
    CA_TRY(ca_uuid_new(&c->row.operator_id, err));
    c->who = (struct db_operator){.id = c->row.operator_id,
                                  .name = c->who_name,
                                  .roles = CA_REQUESTER,
                                  .enabled = true,
                                  .created_at = c->row.created_at,
                                  .names = ""};
    return operator_seal(s->seal, &c->who, c->who_seal, err);
}

/* One change at a time, of what was looked at. */
static CA_RC change_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct change *c = arg;
    CA_AUTO(db_result) struct db_result now = {0};

    (void)audit;
    CA_TRY(db_operator_lock(db, err));
    CA_TRY(db_scep_endpoint_list(db, c->row.name, &now, err));
    if (now.count != (c->seen.len > 0) ||
        (now.count > 0 &&
         !ca_bytes_equal(((const struct db_scep_endpoint *)now.rows)->seal, c->seen)))
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the endpoint was changed by somebody else");
    if (c->seen.len > 0)
        return db_scep_endpoint_update(db, &c->row, err);
    CA_TRY(db_operator_insert(db, &c->who, err));
    return db_scep_endpoint_insert(db, &c->row, err);
}

static void object_write(const struct db_scep_endpoint *row, char ret[SCEP_OBJECT_MAX])
{
    char modes[SCEP_BITS_TEXT];
    char legacy[SCEP_BITS_TEXT];

    (void)snprintf(ret, SCEP_OBJECT_MAX,
                   "%s: profile %.63s, authority %.63s, %s, lets in by %s%s%s", row->name,
                   row->profile, row->authority, row->enabled ? "enabled" : "disabled",
                   scep_modes_text(row->modes, modes), row->legacy != 0 ? "; WEAK: " : "",
                   row->legacy != 0 ? scep_legacy_text(row->legacy, legacy) : "");
    if ((row->modes & DB_SCEP_STATIC) != 0) {
        size_t at = strlen(ret);

        (void)snprintf(ret + at, SCEP_OBJECT_MAX - at,
                       "; WARNING: a static challenge lets in whoever has read one device");
    }
}

CA_RC scep_endpoint_put_check(struct signer *s, const struct wire_scep_endpoint_put *ask,
                              char ret_object[SCEP_OBJECT_MAX], struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf own = {0};
    struct change c = {
        .seen = {NULL, 0}
    };

    CA_TRY(row_fill(s, ask, &found, &own, &c, err));
    if (c.seen.len == 0)
        CA_TRY(new_fill(s, &c, err));
    object_write(&c.row, ret_object);
    return CA_OK;
}

static void warn(const struct db_scep_endpoint *row)
{
    char legacy[SCEP_BITS_TEXT];

    if ((row->modes & DB_SCEP_STATIC) != 0) {
        CA_LOG(CA_LOG_WARNING, "scep_static_challenge", CA_STR("endpoint", row->name),
               CA_STR("text", "one secret for all devices: whoever reads one has it"));
    }
    if (row->legacy != 0) {
        CA_LOG(CA_LOG_WARNING, "scep_legacy", CA_STR("endpoint", row->name),
               CA_STR("algorithms", scep_legacy_text(row->legacy, legacy)));
    }
}

CA_RC handle_scep_endpoint_put(struct signer *s, const struct actor *actor, const void *question,
                               void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_scep_endpoint_put *ask = question;
    struct wire_scep_endpoint *ret = answer;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf authority = {0};
    struct change c = {
        .seen = {NULL, 0}
    };
    char detail[SCEP_OBJECT_MAX];
    const struct audit_event event = {
        .actor = actor->name,
        .channel = ask->caller.channel,
        .action = "scep_endpoint.change",
        .outcome = "ok",
        .object = ask->name,
        .request_id = ask->caller.request_id,
        .detail = detail,
    };

    (void)own;
    CA_TRY(row_fill(s, ask, &found, &authority, &c, err));
    if (c.seen.len == 0)
        CA_TRY(new_fill(s, &c, err));
    CA_TRY(scep_endpoint_seal(s->seal, &c.row, c.seal, err));
    object_write(&c.row, detail);
    CA_TRY(recorder_change(s->recorder, change_write, &c, &event, 1, err));
    operators_forget(s->operators);
    warn(&c.row);
    *ret = (struct wire_scep_endpoint){.id = c.row.id, .name = ask->name};
    return CA_OK;
}
