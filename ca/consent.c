/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/consent_internal.h"

#include "base/digest.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/operator_internal.h"

enum { POOL_WAIT_MS = 2000 };

struct consent {
    uint8_t digest[CA_SHA256_LEN];
};

void consent_free(struct consent *c)
{
    free(c);
}

struct ca_bytes consent_digest(const struct consent *c)
{
    return (struct ca_bytes){c->digest, sizeof(c->digest)};
}

static bool same_id(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static CA_RC wanted_read(struct signer *s, struct db *db, const struct ca_uuid *id,
                         struct db_result *ret, struct ca_err *err)
{
    CA_TRY(db_approval_get(db, id, ret, err));
    return ret->count == 0 ? CA_OK : approval_check(s->seal, ret->rows, err);
}

CA_RC consent_wanted(struct signer *s, const struct ca_uuid *request_id, bool *ret,
                     struct ca_uuid *ret_requester, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = wanted_read(s, db, request_id, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    *ret = found.count > 0;
    if (*ret)
        *ret_requester = ((const struct db_approval *)found.rows)->requester_id;
    return CA_OK;
}

/* What the request on record says of itself must be what is judged. */
static CA_RC request_judge(struct db *db, const struct consent_ask *ask, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_request *row;

    CA_TRY(db_request_by_id(db, &ask->request_id, &found, err));
    row = found.rows;
    if (found.count == 0 || !same_id(&row->requester_id, &ask->requester_id)) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "the request on record is not this requester's");
    }
    if (!ca_bytes_equal(row->profile_version, profile_version(ask->profile))) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "profile '%s' is not the version that was agreed to: submit it again",
                          profile_name(ask->profile));
    }
    if (!ca_bytes_equal(row->plan_digest, ask->plan_digest)) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "what would be signed now is not what the request on record says");
    }
    return CA_OK;
}

/* The policy that was sealed when it was asked must be that of now. */
static CA_RC policy_judge(const struct db_approval *row, const struct consent_ask *ask,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    approval_policy_write(ask->policy != NULL ? ask->policy : profile_approvals(ask->profile),
                          &text);
    CA_TRY(ca_buf_check(&text, err));
    if (strcmp(row->policy, ca_buf_cstr(&text)) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "the profile wants other approvals");
    return CA_OK;
}

static CA_RC approval_judge(struct signer *s, struct db *db, const struct consent_ask *ask,
                            struct ca_err *err)
{
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    enum ca_rc rc = approval_read(s, db, &ask->request_id, false, &f, err);

    if (rc == CA_NOT_FOUND)
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "nobody was asked to agree to this");
    CA_TRY(rc);
    if (!approval_is_request(f.row) || !same_id(&f.row->requester_id, &ask->requester_id))
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "the consent is to something else");
    if (!ca_bytes_equal(f.row->digest, ask->plan_digest)) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "what would be signed now is not what was agreed to: submit it again");
    }
    CA_TRY(policy_judge(f.row, ask, err));
    return approval_agreed(s, &f, err);
}

CA_RC consent_make(struct signer *s, const struct consent_ask *ask, struct consent **ret,
                   struct ca_err *err)
{
    CA_AUTO(consent) struct consent *c = calloc(1, sizeof(*c));
    struct db *db;
    enum ca_rc rc;

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    if (ask->plan_digest.len != sizeof(c->digest))
        return CA_FAIL(err, CA_FAULT, "a plan without a digest");
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = request_judge(db, ask, err);
    if (rc == CA_OK)
        rc = approval_judge(s, db, ask, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    memcpy(c->digest, ask->plan_digest.ptr, sizeof(c->digest));
    *ret = CA_MOVE(c);
    return CA_OK;
}
