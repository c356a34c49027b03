/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/profile_view.h"

#include <ctype.h>

#include "api/rest/answer.h"
#include "db/operator.h"

enum { DIGITS_MIN = 8, DIGITS_MAX = 2 * PROFILE_VERSION_LEN, ACTIONS = 4 };

/* The activation that put this version in force; NULL: it is there without one. */
static const struct db_profile_activation *activation_of(const struct db_result *active,
                                                         const struct profile *p)
{
    const struct db_profile_activation *rows = active->rows;

    for (size_t i = 0; i < active->count; i++) {
        if (strcmp(rows[i].name, profile_name(p)) == 0 &&
            ca_bytes_equal(rows[i].version, profile_version(p)))
            return &rows[i];
    }
    return NULL;
}

static const char *origin(const struct profile *p, bool activated)
{
    if (activated)
        return "database";
    for (size_t i = 0; i < profile_builtin_count(); i++) {
        if (ca_bytes_equal(profile_builtin(i), profile_yaml(p)))
            return "builtin";
    }
    return "file";
}

static CA_RC actions_view(struct request *rq, const struct profile *p, struct json_list *ret,
                          struct ca_err *err)
{
    const char *own = profile_internal(p) ? "it is a profile of the server itself" : NULL;
    struct rest_action *actions = request_alloc(rq, ACTIONS * sizeof(*actions));

    if (actions == NULL)
        return CA_FAIL_NOMEM(err);
    actions[0] = rest_action(rq, "activate", CA_ADMIN, own);
    actions[1] = rest_action(rq, "disable", CA_ADMIN, own);
    actions[2] = rest_action(rq, "test", CA_ADMIN, own);
    actions[3] = rest_action(rq, "replay", CA_ADMIN, NULL);
    *ret = (struct json_list){actions, ACTIONS, true};
    return CA_OK;
}

CA_RC rest_profile_view(struct request *rq, const struct profile *p, const struct db_result *active,
                        struct rest_profile *ret, struct ca_err *err)
{
    const struct db_profile_activation *a = activation_of(active, p);

    *ret = (struct rest_profile){
        .name = profile_name(p),
        .description = profile_description(p),
        .version = profile_version(p),
        .origin = origin(p, a != NULL),
        .activated_at = a != NULL ? a->at : 0,
        .activated_by = a != NULL ? a->activator : NULL,
        .yaml = rest_keep(rq, profile_yaml(p)),
        .ca = profile_for_ca(p),
        .internal = profile_internal(p),
    };
    if (ret->yaml == NULL)
        return CA_FAIL_NOMEM(err);
    return actions_view(rq, p, &ret->allowed_actions, err);
}

static bool in_force(struct request *rq, const char *name, struct ca_bytes version)
{
    const struct profile *p = NULL;
    struct ca_err none;

    return profile_set_find(request_profiles(rq), name, &p, &none) == CA_OK &&
           ca_bytes_equal(profile_version(p), version);
}

CA_RC rest_profile_version_view(struct request *rq, const struct db_profile_version *row,
                                bool whole, struct rest_profile_version *ret, struct ca_err *err)
{
    *ret = (struct rest_profile_version){
        .version = row->version,
        .name = row->name,
        .created_at = row->created_at,
        .created_by = row->creator,
        .comment = row->comment,
        .in_force = in_force(rq, row->name, row->version),
        .yaml = whole ? rest_keep(rq, row->yaml) : NULL,
    };
    return whole && ret->yaml == NULL ? CA_FAIL_NOMEM(err) : CA_OK;
}

void rest_profile_activation_view(const struct db_profile_activation *row,
                                  struct rest_profile_activation *ret)
{
    *ret = (struct rest_profile_activation){
        .name = row->name,
        .version = row->version,
        .activated_at = row->at,
        .activated_by = row->activator,
        .approval_id = row->approval_id,
        .comment = row->comment,
    };
}

/* The smallest or the largest version that begins so. */
static CA_RC bound(const char *digits, char fill, uint8_t ret[PROFILE_VERSION_LEN],
                   struct ca_err *err)
{
    char text[DIGITS_MAX + 1];
    size_t len = strlen(digits);

    memset(text, fill, DIGITS_MAX);
    text[DIGITS_MAX] = '\0';
    memcpy(text, digits, len);
    return ca_hex_parse(ca_bytes_str(text), ret, PROFILE_VERSION_LEN, &len, err);
}

static bool digits_good(const char *digits)
{
    size_t n = 0;

    while (isxdigit((unsigned char)digits[n]))
        n++;
    return digits[n] == '\0' && n >= DIGITS_MIN && n <= DIGITS_MAX;
}

CA_RC rest_version_find(struct request *rq, const char *name, const char *digits,
                        struct db_result *ret, const struct db_profile_version **row,
                        struct ca_err *err)
{
    uint8_t from[PROFILE_VERSION_LEN] = {0};
    uint8_t to[PROFILE_VERSION_LEN] = {0};
    struct db *db = NULL;

    if (!digits_good(digits)) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-version",
                          "/version: a version is %d to %d hexadecimal digits", DIGITS_MIN,
                          DIGITS_MAX);
    }
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(bound(digits, '0', from, err));
    CA_TRY(bound(digits, 'f', to, err));
    CA_TRY(db_profile_version_find(db, name, (struct ca_bytes){from, sizeof(from)},
                                   (struct ca_bytes){to, sizeof(to)}, ret, err));
    if (ret->count != 1) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-version", "/version: %s of '%.63s' begins %s",
                          ret->count == 0 ? "no version" : "more than one version", name, digits);
    }
    *row = ret->rows;
    return CA_OK;
}

CA_RC rest_draft_read(struct request *rq, const char *yaml, const char *version,
                      struct ca_bytes *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_profile_version *row = NULL;
    const char *copy = yaml;

    *ret = (struct ca_bytes){NULL, 0};
    if (yaml != NULL && version != NULL)
        return CA_FAIL(err, CA_MALFORMED, "/version: not together with yaml");
    if (yaml == NULL && version == NULL)
        return CA_OK;
    if (version != NULL) {
        CA_TRY(rest_version_find(rq, request_var(rq, "name"), version, &found, &row, err));
        copy = rest_keep(rq, row->yaml);
    }
    if (copy == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = ca_bytes_str(copy);
    if (ret->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "/yaml: is empty");
    return CA_OK;
}
