/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/json_internal.h"
#include "base/text.h"

CA_AUTO_DEFINE(json, json_t *, json_decref);

/* Objects that are still to be read: one, or the items of a list from `next` on. */
struct frame {
    const json_t *json;
    size_t next, n;
    const struct json_schema *schema;
    char *to; /* the struct of the first one */
    struct json_place place;
};
struct reader {
    struct request *rq;
    struct frame frames[JSON_DEPTH_MAX];
    size_t depth;
};

static CA_RC frame_push(struct reader *r, const struct frame *frame, struct ca_err *err)
{
    if (r->depth == JSON_DEPTH_MAX)
        return CA_FAIL(err, CA_FAULT, "schemas nest deeper than %d", JSON_DEPTH_MAX);
    r->frames[r->depth++] = *frame;
    return CA_OK;
}

static CA_RC object_push(struct reader *r, const struct json_value *v, void *to, struct ca_err *err)
{
    const struct json_schema *schema = v->field->schema;
    struct frame frame = {v->json, 0, 1, schema, request_alloc(r->rq, schema->size), *v->place};

    if (!json_is_object(v->json))
        return json_wrong_type(v, err);
    if (frame.to == NULL)
        return CA_FAIL_NOMEM(err);
    memset(frame.to, 0, schema->size);
    memcpy(to, &frame.to, sizeof(frame.to));
    return frame_push(r, &frame, err);
}

static CA_RC list_push(struct reader *r, const struct json_value *v, struct json_list *to,
                       struct ca_err *err)
{
    const struct json_schema *schema = v->field->schema;
    size_t max = v->field->max > 0 ? v->field->max : JSON_LIST_MAX;
    struct frame frame = {v->json, 0, json_array_size(v->json), schema, NULL, *v->place};

    if (!json_is_array(v->json))
        return json_wrong_type(v, err);
    if (frame.n > max) {
        return CA_FAIL(err, CA_MALFORMED, "%s: %zu items, at most %zu", v->place->text, frame.n,
                       max);
    }
    frame.to = request_alloc(r->rq, (frame.n + 1) * schema->size);
    if (frame.to == NULL)
        return CA_FAIL_NOMEM(err);
    memset(frame.to, 0, (frame.n + 1) * schema->size);
    *to = (struct json_list){frame.to, (uint32_t)frame.n, true};
    return frame_push(r, &frame, err);
}

static CA_RC member_read(struct reader *r, const struct json_value *v, void *to, struct ca_err *err)
{
    static const char *const empty = "";
    bool absent =
        v->json == NULL || ((v->field->flags & JSON_NULLABLE) != 0 && json_is_null(v->json));

    if ((v->field->flags & JSON_CLEARABLE) != 0 && json_is_null(v->json)) {
        memcpy(to, &empty, sizeof(empty));
        return CA_OK;
    }

    if (absent && (v->field->flags & JSON_REQUIRED) != 0)
        return CA_FAIL(err, CA_MALFORMED, "%s: is required (%s)", v->place->text, v->field->help);
    if (absent)
        return CA_OK;
    if (v->field->kind == JSON_NESTED)
        return object_push(r, v, to, err);
    if (v->field->kind == JSON_LIST)
        return list_push(r, v, to, err);
    return json_value_read(v, to, err);
}

static CA_RC unknown_field(const struct json_schema *schema, const struct json_place *place,
                           const char *name, struct ca_err *err)
{
    const char *names[64];
    const char *nearest;
    struct json_place member;
    size_t n = schema->n < CA_COUNT(names) ? schema->n : CA_COUNT(names);

    for (size_t i = 0; i < n; i++)
        names[i] = schema->fields[i].name;
    nearest = ca_text_nearest(name, names, n);
    json_place_member(&member, place, name);
    return CA_FAIL_AS(err, CA_MALFORMED, "unknown-field", "%s: no such member%s%s", member.text,
                      nearest != NULL ? "; the nearest is " : "", nearest != NULL ? nearest : "");
}

static bool schema_has(const struct json_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->n; i++) {
        if (strcmp(schema->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static CA_RC members_known(const struct json_schema *schema, const json_t *object,
                           const struct json_place *place, struct ca_err *err)
{
    /* jansson's iterators want it changeable; nothing here changes it. */
    json_t *members = json_incref((json_t *)(uintptr_t)object);
    enum ca_rc rc = CA_OK;

    for (void *i = json_object_iter(members); i != NULL && rc == CA_OK;
         i = json_object_iter_next(members, i)) {
        if (!schema_has(schema, json_object_iter_key(i)))
            rc = unknown_field(schema, place, json_object_iter_key(i), err);
    }
    json_decref(members);
    return rc;
}

static CA_RC object_read(struct reader *r, const struct json_schema *schema, const json_t *object,
                         const struct json_place *place, char *to, struct ca_err *err)
{
    if (!json_is_object(object)) {
        return CA_FAIL_AS(err, CA_MALFORMED, "wrong-type", "%s: an object is expected",
                          place->text);
    }
    CA_TRY(members_known(schema, object, place, err));
    for (size_t i = 0; i < schema->n; i++) {
        const struct json_field *field = &schema->fields[i];
        struct json_place member;
        struct json_value v = {r->rq, field, &member, json_object_get(object, field->name)};

        json_place_member(&member, place, field->name);
        CA_TRY(member_read(r, &v, to + field->offset, err));
    }
    return CA_OK;
}

static CA_RC frames_read(struct reader *r, struct ca_err *err)
{
    while (r->depth > 0) {
        struct frame *f = &r->frames[r->depth - 1];
        struct json_place place = f->place;
        const json_t *object = f->json;
        const struct json_schema *schema = f->schema;
        char *to = f->to + f->next * schema->size;

        if (f->next == f->n) {
            r->depth--;
            continue;
        }
        if (json_is_array(f->json)) {
            object = json_array_get(f->json, f->next);
            json_place_item(&place, &f->place, f->next);
        }
        f->next++;
        CA_TRY(object_read(r, schema, object, &place, to, err));
    }
    return CA_OK;
}

/* Before jansson sees it: it would follow 2,048 levels on the stack. */
static CA_RC depth_check(struct ca_bytes body, struct ca_err *err)
{
    unsigned depth = 0;
    bool text = false;

    for (size_t i = 0; i < body.len; i++) {
        uint8_t c = body.ptr[i];

        if (c == '"') {
            text = !text;
        } else if (text && c == '\\') {
            i++;
        } else if (!text && (c == '{' || c == '[')) {
            depth++;
        } else if (!text && depth > 0 && (c == '}' || c == ']')) {
            depth--;
        }
        if (depth > JSON_DEPTH_MAX)
            return CA_FAIL(err, CA_MALFORMED, "JSON nests deeper than %d", JSON_DEPTH_MAX);
    }
    return CA_OK;
}

static CA_RC load(struct ca_bytes body, json_t **ret, struct ca_err *err)
{
    json_error_t why;
    const char *text = body.len > 0 ? (const char *)body.ptr : "";

    CA_TRY(depth_check(body, err));
    *ret = json_loadb(text, body.len, JSON_REJECT_DUPLICATES, &why);
    if (*ret != NULL)
        return CA_OK;
    if (json_error_code(&why) == json_error_out_of_memory)
        return CA_FAIL_NOMEM(err);
    /* jansson quotes the body near the place; not all of that is printable. */
    if (!ca_text_is_clean(ca_bytes_str(why.text)))
        (void)snprintf(why.text, sizeof(why.text), "invalid");
    return CA_FAIL(err, CA_MALFORMED, "not JSON: line %d, column %d: %s", why.line, why.column,
                   why.text);
}

CA_RC json_read(struct request *rq, const struct json_schema *schema, void *ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *json = NULL;
    struct reader r = {.rq = rq};
    struct frame first = {.n = 1, .schema = schema, .to = ret};

    CA_TRY(load(request_body(rq), &json, err));
    if (!json_is_object(json))
        return CA_FAIL_AS(err, CA_MALFORMED, "wrong-type", "the body: an object is expected");
    first.json = json;
    CA_TRY(frame_push(&r, &first, err));
    return frames_read(&r, err);
}
