/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/authority_view.h"

#include "api/publish/publish.h"
#include "api/rest/answer.h"
#include "api/rest/certificate_view.h"
#include "base/digest.h"
#include "db/crl_ahead.h"
#include "db/operator.h"
#include "policy/cert.h"

enum { ACTIONS = 2 };
struct view {
    struct rest_key key;
    struct rest_crl crl;
    struct rest_crl ahead;
    struct rest_counts counts;
    struct rest_action actions[ACTIONS];
    uint8_t fingerprint[CA_SHA256_LEN];
    struct cert cert;
};

void rest_authorities_free(struct rest_authorities a)
{
    db_result_free(a.authorities);
    db_result_free(a.counts);
    db_result_free(a.crls);
    db_result_free(a.ahead);
}

CA_RC rest_authorities_load(struct request *rq, int64_t now, struct rest_authorities *ret,
                            struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_authority_list(db, &ret->authorities, err));
    CA_TRY(db_authority_counts(db, now, &ret->counts, err));
    CA_TRY(db_crl_newest(db, &ret->crls, err));
    return db_crl_ahead_list(db, &ret->ahead, err);
}

CA_RC rest_authorities_find(const struct rest_authorities *all, const char *name,
                            const struct db_authority **ret, struct ca_err *err)
{
    const struct db_authority *rows = all->authorities.rows;

    for (size_t i = 0; i < all->authorities.count; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *ret = &rows[i];
            return CA_OK;
        }
    }
    return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority %.63s", name);
}

static const char *parent_name(const struct rest_authorities *all, const struct db_authority *row)
{
    const struct db_authority *rows = all->authorities.rows;

    for (size_t i = 0; row->parent_id != 0 && i < all->authorities.count; i++) {
        if (rows[i].id == row->parent_id)
            return rows[i].name;
    }
    return NULL;
}

static struct rest_counts *counts_view(const struct rest_authorities *all, int64_t id,
                                       struct view *v)
{
    const struct db_authority_counts *rows = all->counts.rows;

    for (size_t i = 0; i < all->counts.count; i++) {
        if (rows[i].authority_id == id) {
            v->counts =
                (struct rest_counts){rows[i].valid, rows[i].held, rows[i].revoked, rows[i].expired};
        }
    }
    return &v->counts; /* no row: it has issued nothing */
}

struct rest_crl rest_crl_view(const struct db_crl *row)
{
    return (struct rest_crl){.authority = row->authority,
                             .number = row->number,
                             .this_update = row->this_update,
                             .next_update = row->next_update,
                             .entries = row->entries,
                             .size = row->size,
                             .sha256 = row->sha256,
                             .emergency = row->emergency,
                             .shard = row->shard,
                             .base_number = row->base_number};
}

CA_RC rest_crl_copies(struct request *rq, const struct db_crl *row, struct rest_crl *ret,
                      struct ca_err *err)
{
    struct publish_copy *copies = NULL;
    struct rest_copy *items;
    int64_t number = 0;
    size_t n = 0;
    enum ca_rc rc = publish_copies(rq, row->authority, row->shard, row->base_number > 0, &number,
                                   &copies, &n, err);

    if (rc == CA_NOT_FOUND || (rc == CA_OK && (number != row->number || n == 0)))
        return CA_OK;
    CA_TRY(rc);
    items = request_alloc(rq, n * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        const struct publish_copy *c = &copies[i];

        items[i] = (struct rest_copy){c->target, c->address, c->node,   c->status,
                                      c->number, c->at,      c->reason, c->next_at};
    }
    ret->copies = (struct json_list){items, (uint32_t)n, true};
    return CA_OK;
}

/* The whole and complete one. */
static CA_RC crl_view(struct request *rq, const struct db_result *crls, int64_t id,
                      struct rest_crl *own, struct rest_crl **ret, struct ca_err *err)
{
    const struct db_crl *rows = crls->rows;

    for (size_t i = 0; i < crls->count; i++) {
        const struct db_crl *row = &rows[i];

        if (row->authority_id != id || row->shard != 0 || row->base_number != 0)
            continue;
        *own = rest_crl_view(row);
        *ret = own;
        return rest_crl_copies(rq, row, own, err);
    }
    *ret = NULL;
    return CA_OK;
}

/* Active ones are online or offline, which only the signer knows. */
static void state_view(const struct rest_authorities *all, const struct db_authority *row,
                       struct rest_authority *ret)
{
    static const char *const names[] = {
        [DB_AUTHORITY_PENDING] = "pending",
        [DB_AUTHORITY_ACTIVE] = "offline",
        [DB_AUTHORITY_RETIRED] = "retired",
    };

    ret->state = names[row->state];
    if (row->state != DB_AUTHORITY_ACTIVE)
        return;
    ret->reason =
        all->status != NULL ? "the signer does not have it open" : "the signer does not answer";
    for (uint32_t i = 0; all->status != NULL && i < all->status->authorities_n; i++) {
        const struct wire_authority_status *status = &all->status->authorities[i];

        if (strcmp(status->name, row->name) != 0)
            continue;
        ret->state = status->online ? "online" : "offline";
        ret->reason = status->online ? NULL : status->reason;
    }
    if (all->changed != NULL && strcmp(all->changed->name, row->name) == 0) {
        ret->state = all->changed->state;
        ret->reason = all->changed->reason;
    }
}

static CA_RC certificate_view(struct request *rq, const struct db_authority *row, struct view *v,
                              struct rest_authority *ret, struct ca_err *err)
{
    struct ca_err ignored;
    bool ca = false;
    int path_length = -1;

    if (row->certificate.len == 0)
        return CA_OK;
    CA_TRY(cert_read(row->certificate, &v->cert, err));
    CA_TRY(ca_sha256(row->certificate, v->fingerprint, err));
    ret->subject = rest_keep_name(rq, v->cert.subject);
    if (ret->subject == NULL)
        return CA_FAIL_NOMEM(err);
    if (cert_basic_constraints(&v->cert, &ca, &path_length, &ignored) == CA_OK)
        ret->path_length = path_length;
    ret->serial = v->cert.serial;
    ret->fingerprint = (struct ca_bytes){v->fingerprint, sizeof(v->fingerprint)};
    ret->not_before = v->cert.not_before;
    ret->not_after = v->cert.not_after;
    ret->key = rest_key_view(v->cert.spki, &v->key) ? &v->key : NULL;
    return CA_OK;
}

static struct json_list actions_view(const struct request *rq, const struct db_authority *row,
                                     const char *state, struct rest_action actions[ACTIONS])
{
    bool pending = row->state == DB_AUTHORITY_PENDING;

    actions[0] =
        rest_action(rq, "install_certificate", CA_ADMIN, pending ? NULL : "it has its certificate");
    actions[1] = rest_action(
        rq, "generate_crl", CA_OFFICER | CA_ADMIN,
        strcmp(state, "online") == 0 || strcmp(state, "retired") == 0 ? NULL : "it is not online");
    return (struct json_list){actions, ACTIONS, true};
}

CA_RC rest_authority_view(struct request *rq, const struct rest_authorities *all,
                          const struct db_authority *row, struct rest_authority *ret,
                          struct ca_err *err)
{
    struct view *v = request_alloc(rq, sizeof(*v));

    if (v == NULL)
        return CA_FAIL_NOMEM(err);
    memset(v, 0, sizeof(*v));
    *ret = (struct rest_authority){
        .id = row->uuid,
        .name = row->name,
        .parent = parent_name(all, row),
        .signature = row->signature,
        .profile = row->profile,
        .path_length = -1,
        .crl_url = row->crl_url,
        .aia_url = row->aia_url,
        .ocsp_url = row->ocsp_url,
        .created_at = row->created_at,
        .crl_emergency_seconds = row->crl_emergency_s,
        .crl_validity_seconds = row->crl_validity_s,
        .crl_interval_seconds = row->crl_interval_s,
        .crl_delta_interval_seconds = row->crl_delta_interval_s,
        .crl_shards = row->crl_shards,
        .counts = counts_view(all, row->id, v),
    };
    CA_TRY(crl_view(rq, &all->crls, row->id, &v->crl, &ret->crl, err));
    CA_TRY(crl_view(rq, &all->ahead, row->id, &v->ahead, &ret->crl_emergency, err));
    state_view(all, row, ret);
    CA_TRY(certificate_view(rq, row, v, ret, err));
    ret->allowed_actions = actions_view(rq, row, ret->state, v->actions);
    return CA_OK;
}
