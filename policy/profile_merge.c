/* SPDX-License-Identifier: Apache-2.0 */
#include <yaml.h>

#include "policy/profile_internal.h"

/* copy_from: two YAML documents become one. Both have passed the schema, so they are mappings of a
 * depth that the schema bounds, without aliases. */

CA_AUTO_DEFINE(yaml_emitter, yaml_emitter_t *, yaml_emitter_delete);

struct side {
    yaml_document_t *document;
    yaml_node_t *node; /* NULL: nothing stands here */
};

static bool read_one(struct ca_bytes yaml, yaml_document_t *ret)
{
    yaml_parser_t parser;
    bool ok;

    if (yaml_parser_initialize(&parser) != 1)
        return false;
    yaml_parser_set_input_string(&parser, yaml.ptr, yaml.len);
    ok = yaml_parser_load(&parser, ret) == 1;
    yaml_parser_delete(&parser);
    return ok;
}

static int append(void *to, unsigned char *ptr, size_t len)
{
    ca_buf_add(to, ptr, len);
    return ((struct ca_buf *)to)->state == CA_BUF_FINE;
}

static bool is_key(const yaml_node_t *node, const char *key)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == strlen(key) &&
           memcmp(node->data.scalar.value, key, strlen(key)) == 0;
}

/* The value in the mapping `at` under the same key as `key`. */
static yaml_node_t *value_of(struct side at, const yaml_node_t *key)
{
    if (at.node == NULL || at.node->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = at.node->data.mapping.pairs.start;
         p < at.node->data.mapping.pairs.top; p++) {
        const yaml_node_t *own = yaml_document_get_node(at.document, p->key);

        if (is_key(own, (const char *)key->data.scalar.value))
            return yaml_document_get_node(at.document, p->value);
    }
    return NULL;
}

static bool put_scalar(yaml_emitter_t *out, const yaml_node_t *node)
{
    yaml_event_t event;

    return yaml_scalar_event_initialize(&event, NULL, NULL, node->data.scalar.value,
                                        (int)node->data.scalar.length, 1, 1,
                                        node->data.scalar.style) == 1 &&
           yaml_emitter_emit(out, &event) == 1;
}

static bool put(yaml_emitter_t *out, struct side base, struct side over);

static bool put_sequence(yaml_emitter_t *out, struct side from)
{
    yaml_event_t event;
    bool ok = yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                   YAML_FLOW_SEQUENCE_STYLE) == 1 &&
              yaml_emitter_emit(out, &event) == 1;

    for (yaml_node_item_t *i = from.node->data.sequence.items.start;
         ok && i < from.node->data.sequence.items.top; i++) {
        ok = put(out, (struct side){NULL, NULL},
                 (struct side){from.document, yaml_document_get_node(from.document, *i)});
    }
    return ok && yaml_sequence_end_event_initialize(&event) == 1 &&
           yaml_emitter_emit(out, &event) == 1;
}

/* The pairs of `from`, each merged with the other side's; what stands in `not_in` is passed over.
 */
static bool put_pairs(yaml_emitter_t *out, struct side from, struct side over, struct side not_in)
{
    bool ok = true;

    if (from.node == NULL || from.node->type != YAML_MAPPING_NODE)
        return true;
    for (yaml_node_pair_t *p = from.node->data.mapping.pairs.start;
         ok && p < from.node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(from.document, p->key);
        struct side own = {from.document, yaml_document_get_node(from.document, p->value)};
        struct side other = {over.document, value_of(over, key)};

        if (value_of(not_in, key) != NULL || is_key(key, "copy_from") || is_key(key, "copy-from"))
            continue;
        ok = put_scalar(out, key) &&
             (other.node != NULL ? put(out, own, other) : put(out, (struct side){NULL, NULL}, own));
    }
    return ok;
}

static bool put_mapping(yaml_emitter_t *out, struct side base, struct side over)
{
    const struct side none = {NULL, NULL};
    yaml_event_t event;

    return yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) ==
               1 &&
           yaml_emitter_emit(out, &event) == 1 && put_pairs(out, base, over, none) &&
           put_pairs(out, over, none, base) && yaml_mapping_end_event_initialize(&event) == 1 &&
           yaml_emitter_emit(out, &event) == 1;
}

static bool put(yaml_emitter_t *out, struct side base, struct side over)
{
    if (over.node->type == YAML_SCALAR_NODE)
        return put_scalar(out, over.node);
    return over.node->type == YAML_SEQUENCE_NODE ? put_sequence(out, over)
                                                 : put_mapping(out, base, over);
}

static bool put_all(yaml_emitter_t *out, struct side base, struct side over)
{
    yaml_event_t event;

    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) == 1 &&
           yaml_emitter_emit(out, &event) == 1 &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) == 1 &&
           yaml_emitter_emit(out, &event) == 1 && put(out, base, over) &&
           yaml_document_end_event_initialize(&event, 1) == 1 &&
           yaml_emitter_emit(out, &event) == 1 && yaml_stream_end_event_initialize(&event) == 1 &&
           yaml_emitter_emit(out, &event) == 1;
}

static bool write_merged(yaml_document_t *base, yaml_document_t *over, struct ca_buf *ret)
{
    yaml_emitter_t emitter;
    CA_AUTO(yaml_emitter) yaml_emitter_t *out = &emitter;

    if (yaml_emitter_initialize(out) != 1)
        return false;
    yaml_emitter_set_output(out, append, ret);
    yaml_emitter_set_unicode(out, 1);
    yaml_emitter_set_width(out, -1);
    return put_all(out, (struct side){base, yaml_document_get_root_node(base)},
                   (struct side){over, yaml_document_get_root_node(over)});
}

CA_RC profile_merge(struct ca_bytes base, struct ca_bytes yaml, struct ca_buf *ret,
                    struct ca_err *err)
{
    yaml_document_t below;
    yaml_document_t above;
    bool ok = false;

    if (!read_one(base, &below))
        return CA_FAIL_NOMEM(err);
    if (read_one(yaml, &above)) {
        ok = write_merged(&below, &above, ret);
        yaml_document_delete(&above);
    }
    yaml_document_delete(&below);
    CA_TRY(ca_buf_check(ret, err));
    return ok ? CA_OK : CA_FAIL(err, CA_FAULT, "profiles could not be merged");
}
