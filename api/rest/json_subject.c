/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/json_internal.h"
#include "base/text.h"
#include "policy/name.h"

/* A subject: {"common_name": "www", "organizational_unit": ["a", "b"]}. The attributes are those of
 * policy/name.h; they come out in the order of that table, which is the order of the name. */

struct pairs {
    struct wire_pair *at;
    uint32_t n;
};

static CA_RC pair_add(const struct json_value *v, const struct name_attribute_info *info,
                      struct pairs *pairs, struct ca_err *err)
{
    struct wire_pair *pair = &pairs->at[pairs->n];

    if (pairs->n == NAME_VALUES_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "%s: more than %d values in all", v->place->text,
                       NAME_VALUES_MAX);
    }
    if (!json_is_string(v->json)) {
        return CA_FAIL_AS(err, CA_MALFORMED, "wrong-type",
                          "%s: a string or a list of strings is expected", v->place->text);
    }
    pair->type = info->json;
    CA_TRY(json_text_read(v, JSON_TEXT_MAX, &pair->value, err));
    pairs->n++;
    return CA_OK;
}

static CA_RC attribute_read(const struct json_value *v, const struct name_attribute_info *info,
                            struct pairs *pairs, struct ca_err *err)
{
    if (!json_is_array(v->json))
        return pair_add(v, info, pairs, err);
    for (size_t i = 0; i < json_array_size(v->json); i++) {
        struct json_place place;
        struct json_value item = {v->rq, v->field, &place, json_array_get(v->json, i)};

        json_place_item(&place, v->place, i);
        CA_TRY(pair_add(&item, info, pairs, err));
    }
    return CA_OK;
}

static CA_RC attribute_unknown(const struct json_value *v, const char *name, struct ca_err *err)
{
    const char *names[NAME__COUNT];
    const char *nearest;
    struct json_place place;

    for (size_t i = 0; i < NAME__COUNT; i++)
        names[i] = name_attribute_info((enum name_attribute)i)->json;
    nearest = ca_text_nearest(name, names, NAME__COUNT);
    json_place_member(&place, v->place, name);
    return CA_FAIL_AS(err, CA_MALFORMED, "unknown-field", "%s: no such attribute%s%s", place.text,
                      nearest != NULL ? "; the nearest is " : "", nearest != NULL ? nearest : "");
}

static bool attribute_known(const char *name)
{
    for (size_t i = 0; i < NAME__COUNT; i++) {
        if (strcmp(name_attribute_info((enum name_attribute)i)->json, name) == 0)
            return true;
    }
    return false;
}

static CA_RC attributes_known(const struct json_value *v, struct ca_err *err)
{
    json_t *members = json_incref((json_t *)(uintptr_t)v->json);
    enum ca_rc rc = CA_OK;

    for (void *i = json_object_iter(members); i != NULL && rc == CA_OK;
         i = json_object_iter_next(members, i)) {
        if (!attribute_known(json_object_iter_key(i)))
            rc = attribute_unknown(v, json_object_iter_key(i), err);
    }
    json_decref(members);
    return rc;
}

CA_RC json_subject_read(const struct json_value *v, struct json_list *ret, struct ca_err *err)
{
    struct pairs pairs = {0};

    if (!json_is_object(v->json))
        return json_wrong_type(v, err);
    CA_TRY(attributes_known(v, err));
    pairs.at = request_alloc(v->rq, NAME_VALUES_MAX * sizeof(*pairs.at));
    if (pairs.at == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < NAME__COUNT; i++) {
        const struct name_attribute_info *info = name_attribute_info((enum name_attribute)i);
        struct json_place place;
        struct json_value member = {v->rq, v->field, &place, json_object_get(v->json, info->json)};

        json_place_member(&place, v->place, info->json);
        if (member.json != NULL)
            CA_TRY(attribute_read(&member, info, &pairs, err));
    }
    *ret = (struct json_list){pairs.at, pairs.n, true};
    return CA_OK;
}
