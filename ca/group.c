/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "ca/operator_internal.h"

enum { MEMBERS_MAX = 16 * 1024, GROUP_NAME_MAX = 63 };

struct group_change {
    struct db_group row;
    struct ca_bytes seen; /* len 0: there is none yet */
    uint8_t seal[SEAL_LEN];
};

static CA_RC group_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct group_change *c = arg;

    (void)audit;
    if (c->seen.len == 0)
        return db_group_insert(db, &c->row, err);
    return db_group_update(db, &c->row, c->seen, err);
}

static CA_RC name_check(const char *name, struct ca_err *err)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (len == 0 || len > GROUP_NAME_MAX || name[len] != '\0')
        return CA_FAIL(err, CA_MALFORMED,
                       "a group's name has 1 to %d letters a-z, digits and hyphens",
                       GROUP_NAME_MAX);
    return CA_OK;
}

static CA_RC members_join(struct signer *s, const struct wire_group_put *ask, struct ca_buf *ret,
                          struct ca_err *err)
{
    for (uint32_t i = 0; i < ask->members_n; i++) {
        CA_AUTO(db_result) struct db_result found = {0};
        char text[CA_UUID_TEXT];
        enum ca_rc rc = operator_read(s, &ask->members[i].operator_id, &found, err);

        if (rc == CA_NOT_FOUND)
            return CA_FAIL(err, CA_MALFORMED, "/members/%u: no such operator", i);
        CA_TRY(rc);
        for (uint32_t k = 0; k < i; k++) {
            if (memcmp(&ask->members[k], &ask->members[i], sizeof(ask->members[i])) == 0)
                return CA_FAIL(err, CA_MALFORMED, "/members/%u: is there twice", i);
        }
        ca_buf_printf(ret, "%s%s", i > 0 ? "\n" : "",
                      ca_uuid_text(&ask->members[i].operator_id, text));
    }
    return ca_buf_check(ret, err);
}

/* The row that is there, in `ret`; what the caller saw must be it. */
static CA_RC group_before(struct signer *s, const struct wire_group_put *ask, struct db_result *ret,
                          struct ca_bytes *ret_seen, struct ca_err *err)
{
    enum ca_rc rc = group_read(s, ask->name, ret, err);

    if (rc != CA_NOT_FOUND)
        CA_TRY(rc);
    if (rc == CA_OK)
        *ret_seen = ((const struct db_group *)ret->rows)->seal;
    if (ask->seen.len > 0 && !ca_bytes_equal(ask->seen, *ret_seen))
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the group was changed by somebody else");
    return CA_OK;
}

static CA_RC put_fill(struct signer *s, const struct actor *actor, const struct wire_group_put *ask,
                      struct db_result *found, struct ca_buf *members, struct group_change *ret,
                      struct ca_err *err)
{
    if (actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token changes no groups: use a client certificate");
    CA_TRY(name_check(ask->name, err));
    CA_TRY(members_join(s, ask, members, err));
    CA_TRY(group_before(s, ask, found, &ret->seen, err));
    ret->row = (struct db_group){
        .name = ask->name, .members = ca_buf_cstr(members), .updated_at = ca_time_now()};
    return CA_OK;
}

CA_RC group_put_check(struct signer *s, const struct actor *actor, const struct wire_group_put *ask,
                      struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf members = {.max = MEMBERS_MAX};
    struct group_change c = {0};

    return put_fill(s, actor, ask, &found, &members, &c, err);
}

CA_RC handle_group_put(struct signer *s, const struct actor *actor, const void *question,
                       void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_group_put *ask = question;
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf members = {.max = MEMBERS_MAX};
    struct group_change c = {0};
    char detail[64];
    struct audit_event event = {
        actor->name, ask->caller.channel,    "group.put", "ok",
        ask->name,   ask->caller.request_id, detail,      {NULL, 0}
    };

    (void)own;
    CA_TRY(put_fill(s, actor, ask, &found, &members, &c, err));
    CA_TRY(group_seal(s->seal, &c.row, c.seal, err));
    (void)snprintf(detail, sizeof(detail), "%u members", ask->members_n);
    CA_TRY(recorder_change(s->recorder, group_write, &c, &event, 1, err));
    ((struct wire_group *)answer)->name = ask->name;
    return CA_OK;
}
