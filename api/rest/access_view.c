/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/access_view.h"

#include "api/rest/answer.h"
#include "base/der.h"
#include "base/pem.h"
#include "base/time.h"

enum { USER_ACTIONS = 4, ONE_ACTION = 1, TEXT_MAX = 253 };

static const char by_token[] = "this takes a client certificate, not an API token";

bool rest_sees_all(const struct request *rq)
{
    return rest_has_role(rq, CA_ADMIN | CA_AUDITOR);
}

static bool is_self(const struct request *rq, const struct ca_uuid *id)
{
    return memcmp(&request_caller(rq)->id, id, CA_UUID_LEN) == 0;
}

/* The lines of a column. */
static CA_RC lines_view(struct request *rq, const char *text, struct json_list *ret,
                        struct ca_err *err)
{
    char *own = __extension__(char *)(uintptr_t) rest_keep(rq, ca_bytes_str(text));
    struct wire_text *items;
    uint32_t n = text[0] != '\0';

    for (const char *at = text; *at != '\0'; at++)
        n += *at == '\n';
    items = request_alloc(rq, (n + 1) * sizeof(*items));
    if (own == NULL || items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        items[i].text = own;
        own += strcspn(own, "\n");
        *own++ = '\0';
    }
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

CA_RC rest_roles_view(struct request *rq, unsigned roles, struct json_list *ret, struct ca_err *err)
{
    struct wire_text *items = request_alloc(rq, CA_ROLES_N * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct json_list){items, 0, true};
    for (unsigned bit = 1; bit <= CA_AUDITOR; bit <<= 1) {
        if ((roles & bit) != 0)
            items[ret->n++].text = ca_role_name(bit);
    }
    return CA_OK;
}

static const char *certificate_only(const struct request *rq)
{
    return request_caller(rq)->by_token ? by_token : NULL;
}

/* As ca/api_token.c judges. */
static struct rest_action token_action(const struct request *rq, const struct db_operator *row)
{
    const char *why = certificate_only(rq);

    if (is_self(rq, &row->id))
        return rest_action(rq, "create-token", CA_ROLES_ALL, why);
    if (row->roles != CA_REQUESTER)
        why = "tokens of others are made for requesters who are nothing else";
    return rest_action(rq, "create-token", CA_ADMIN, why);
}

static CA_RC user_actions(struct request *rq, const struct db_operator *row, struct json_list *ret,
                          struct ca_err *err)
{
    struct rest_action *a = request_alloc(rq, USER_ACTIONS * sizeof(*a));

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    a[0] = rest_action(rq, "change", CA_ADMIN, certificate_only(rq));
    a[1] = rest_action(rq, row->enabled ? "disable" : "enable", CA_ADMIN, certificate_only(rq));
    a[2] = rest_action(rq, "add-credential", CA_ADMIN, certificate_only(rq));
    a[3] = token_action(rq, row);
    *ret = (struct json_list){a, USER_ACTIONS, true};
    return CA_OK;
}

CA_RC rest_user_view(struct request *rq, const struct db_operator *row, struct rest_user *ret,
                     struct ca_err *err)
{
    *ret = (struct rest_user){
        .id = row->id,
        .name = rest_keep(rq, ca_bytes_str(row->name)),
        .enabled = row->enabled,
        .created_at = row->created_at,
        .updated_at = row->updated_at,
    };
    if (ret->name == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_roles_view(rq, row->roles, &ret->roles, err));
    CA_TRY(lines_view(rq, row->names, &ret->names, err));
    return user_actions(rq, row, &ret->allowed_actions, err);
}

/* As ca/credential.c judges. */
static CA_RC credential_actions(struct request *rq, const struct db_credential *row,
                                struct json_list *ret, struct ca_err *err)
{
    struct rest_action *a = request_alloc(rq, ONE_ACTION * sizeof(*a));
    bool his = is_self(rq, &row->operator_id);
    const char *why = row->revoked_at != 0 ? "it is revoked already" : NULL;

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    if (!his && why == NULL)
        why = certificate_only(rq);
    a[0] = rest_action(rq, "revoke", his ? CA_ROLES_ALL : CA_ADMIN, why);
    *ret = (struct json_list){a, ONE_ACTION, true};
    return CA_OK;
}

static const char *status_of(const struct db_credential *row)
{
    if (row->revoked_at != 0)
        return "revoked";
    return row->expires_at != 0 && row->expires_at <= ca_time_now() ? "expired" : "active";
}

CA_RC rest_credential_view(struct request *rq, const struct db_credential *row, const char *user,
                           struct rest_credential *ret, struct ca_err *err)
{
    const char *hash = rest_keep(rq, row->hash);

    *ret = (struct rest_credential){
        .id = row->id,
        .user_id = row->operator_id,
        .user = rest_keep(rq, ca_bytes_str(user)),
        .name = rest_keep(rq, ca_bytes_str(row->name)),
        .status = status_of(row),
        .key_hash = {(const uint8_t *)hash, row->hash.len},
        .created_at = row->created_at,
        .expires_at = row->expires_at,
        .revoked_at = row->revoked_at,
    };
    if (hash == NULL || ret->user == NULL || ret->name == NULL)
        return CA_FAIL_NOMEM(err);
    if (row->profiles_given)
        CA_TRY(lines_view(rq, row->profiles, &ret->profiles, err));
    if (row->names_given)
        CA_TRY(lines_view(rq, row->names, &ret->names, err));
    return credential_actions(rq, row, &ret->allowed_actions, err);
}

CA_RC rest_group_view(struct request *rq, const struct db_group *row, struct rest_group *ret,
                      struct ca_err *err)
{
    struct rest_action *a = request_alloc(rq, ONE_ACTION * sizeof(*a));

    *ret = (struct rest_group){.name = rest_keep(rq, ca_bytes_str(row->name)),
                               .updated_at = row->updated_at};
    if (a == NULL || ret->name == NULL)
        return CA_FAIL_NOMEM(err);
    a[0] = rest_action(rq, "change", CA_ADMIN, certificate_only(rq));
    ret->allowed_actions = (struct json_list){a, ONE_ACTION, true};
    return lines_view(rq, row->members, &ret->members, err);
}

CA_RC rest_roles_read(const struct json_list *roles, unsigned *ret, struct ca_err *err)
{
    const struct wire_text *items = roles->items;
    unsigned all = 0;

    for (uint32_t i = 0; i < roles->n; i++) {
        unsigned role = 0;

        if (!ca_role_parse(items[i].text, &role)) {
            return CA_FAIL(err, CA_MALFORMED,
                           "/roles/%u: is not one of requester, officer, admin, auditor", i);
        }
        all |= role;
    }
    if (roles->given && all == 0)
        return CA_FAIL(err, CA_MALFORMED, "/roles: at least one");
    *ret = all;
    return CA_OK;
}

CA_RC rest_certificate_one(struct ca_bytes der, struct ca_err *err)
{
    struct der cert;

    if (der.len == 0)
        return CA_OK;
    if (der_take(&der, DER_SEQUENCE, &cert, err) != CA_OK || der.len > 0)
        return CA_FAIL(err, CA_MALFORMED, "/certificate: one certificate, without its chain");
    return CA_OK;
}

CA_RC rest_keep_pem(struct request *rq, struct ca_bytes der, struct ca_bytes *ret,
                    struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {0};
    const char *own;

    if (der.len == 0)
        return CA_OK;
    pem_put(&pem, "CERTIFICATE", der);
    CA_TRY(ca_buf_check(&pem, err));
    own = rest_keep(rq, ca_buf_view(&pem));
    if (own == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct ca_bytes){(const uint8_t *)own, pem.len};
    return CA_OK;
}

CA_RC rest_if_match_required(const struct request *rq, struct ca_err *err)
{
    if (request_header(rq, "If-Match") == NULL) {
        return CA_FAIL_AS(err, CA_MALFORMED, "precondition-required",
                          "If-Match: the ETag that GET gave");
    }
    return CA_OK;
}

CA_RC rest_texts_check(const struct json_list *texts, const char *pointer, struct ca_err *err)
{
    const struct wire_text *items = texts->items;

    for (uint32_t i = 0; i < texts->n; i++) {
        if (strlen(items[i].text) > TEXT_MAX)
            return CA_FAIL(err, CA_MALFORMED, "%s/%u: at most %d octets", pointer, i, TEXT_MAX);
    }
    return CA_OK;
}
