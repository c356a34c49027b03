/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_internal.h"

#include <assert.h>
#include <stdalign.h>

static CA_RC row_find(enum wire_kind kind, const struct wire_row **ret, struct ca_err *err)
{
    const struct wire_row *row = wire_row(kind);

    if (row == NULL)
        return CA_FAIL(err, CA_MALFORMED, "no message of kind %u", (unsigned)kind);
    *ret = row;
    return CA_OK;
}

const char *wire_kind_name(enum wire_kind kind)
{
    const struct wire_row *row = wire_row(kind);

    return row != NULL ? row->name : "unknown";
}

bool wire_is_question(enum wire_kind kind)
{
    const struct wire_row *row = wire_row(kind);

    return row != NULL && row->question;
}

/* Elements and whole messages look alike; only the second may hold lists. */
static CA_RC flat_put(const struct wire_list *list, const uint8_t *from, struct ca_buf *ret,
                      struct ca_err *err)
{
    for (size_t i = 0; i < list->n; i++)
        CA_TRY(wire_field_put(&list->fields[i], from + list->fields[i].offset, ret, err));
    return CA_OK;
}

static CA_RC list_put(const struct wire_field *f, const uint8_t *body, struct ca_buf *ret,
                      struct ca_err *err)
{
    const uint8_t *elements;
    uint32_t n;

    memcpy(&elements, body + f->offset, sizeof(elements));
    memcpy(&n, body + f->count_offset, sizeof(n));
    if (n > f->bound)
        return CA_FAIL(err, CA_LIMIT, "%s: %u of them, at most %u", f->name, n, f->bound);
    wire_u32_put(ret, n);
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(flat_put(f->list, elements + i * f->list->size, ret, err));
    return CA_OK;
}

static CA_RC body_put(const struct wire_list *list, const uint8_t *body, struct ca_buf *ret,
                      struct ca_err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct wire_field *f = &list->fields[i];

        if (f->type == FIELD_LIST) {
            CA_TRY(list_put(f, body, ret, err));
        } else {
            CA_TRY(wire_field_put(f, body + f->offset, ret, err));
        }
    }
    return ca_buf_check(ret, err);
}

static void be_write(uint8_t *to, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(v >> (8 * (size - 1 - i)));
}

static uint64_t be_read(const uint8_t *from, size_t size)
{
    uint64_t v = 0;

    for (size_t i = 0; i < size; i++)
        v = v << 8 | from[i];
    return v;
}

static void header_write(uint8_t *to, enum wire_kind kind, uint64_t id, size_t length)
{
    to[0] = WIRE_VERSION;
    to[1] = (uint8_t)kind;
    be_write(to + 2, 0, 2);
    be_write(to + 4, length, 4);
    be_write(to + 8, id, 8);
}

static CA_RC frame_put(enum wire_kind kind, uint64_t id, const void *msg, struct ca_buf *ret,
                       struct ca_err *err)
{
    const struct wire_row *row = NULL;
    size_t at = ret->len;
    size_t length;

    CA_TRY(row_find(kind, &row, err));
    (void)ca_buf_room(ret, WIRE_HEADER_LEN);
    CA_TRY(body_put(row->body, msg, ret, err));
    length = ret->len - at - WIRE_HEADER_LEN;
    if (length > WIRE_PAYLOAD_MAX) {
        return CA_FAIL(err, CA_LIMIT, "message of %zu octets, at most %d", length,
                       WIRE_PAYLOAD_MAX);
    }
    header_write(ret->ptr + at, kind, id, length);
    return CA_OK;
}

CA_RC wire_encode(enum wire_kind kind, uint64_t id, const void *msg, struct ca_buf *ret,
                  struct ca_err *err)
{
    size_t before = ret->len;
    enum ca_rc rc;

    CA_TRY(ca_buf_check(ret, err));
    rc = frame_put(kind, id, msg, ret, err);
    if (rc != CA_OK) { /* half a frame must never leave */
        ca_buf_reset(ret);
        ret->len = before;
    }
    return rc;
}

CA_RC wire_header_read(const uint8_t octets[WIRE_HEADER_LEN], struct wire_header *ret,
                       struct ca_err *err)
{
    const struct wire_row *row = NULL;
    enum wire_kind kind = (enum wire_kind)octets[1];
    uint32_t length = (uint32_t)be_read(octets + 4, 4);

    if (octets[0] != WIRE_VERSION)
        return CA_FAIL(err, CA_MALFORMED, "frame of version %u, not %d", octets[0], WIRE_VERSION);
    CA_TRY(row_find(kind, &row, err));
    if (be_read(octets + 2, 2) != 0)
        return CA_FAIL(err, CA_MALFORMED, "frame with a reserved field that is not zero");
    if (length > WIRE_PAYLOAD_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "frame of %u octets, at most %d", length,
                       WIRE_PAYLOAD_MAX);
    }
    *ret = (struct wire_header){.kind = kind, .id = be_read(octets + 8, 8), .length = length};
    return CA_OK;
}

/* Octets on the wire of the smallest element. */
static size_t element_least(const struct wire_list *list)
{
    size_t least = 0;

    for (size_t i = 0; i < list->n; i++)
        least += wire_field_least(list->fields[i].type);
    assert(least > 0); /* so that a frame bounds what is made of it */
    return least;
}

/* The most elements that `len` octets can hold. */
static size_t list_most(const struct wire_field *f, size_t len)
{
    size_t fit = len / element_least(f->list);

    return fit < f->bound ? fit : f->bound;
}

static CA_RC flat_take(const struct wire_list *list, struct wire_arena *a, uint8_t *to,
                       struct ca_err *err)
{
    for (size_t i = 0; i < list->n; i++)
        CA_TRY(wire_field_take(&list->fields[i], a, to + list->fields[i].offset, err));
    return CA_OK;
}

static CA_RC list_take(const struct wire_field *f, struct wire_arena *a, uint8_t *body,
                       struct ca_err *err)
{
    uint8_t *elements = a->lists;
    uint32_t n = 0;

    CA_TRY(wire_u32_take(f, a, &n, err));
    if (n > list_most(f, a->in.len)) {
        return CA_FAIL(err, CA_MALFORMED, "%s: %u of them, at most %u, or cut short", f->name, n,
                       f->bound);
    }
    a->lists += n * f->list->size;
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(flat_take(f->list, a, elements + i * f->list->size, err));
    if (n > 0)
        memcpy(body + f->offset, &elements, sizeof(elements));
    memcpy(body + f->count_offset, &n, sizeof(n));
    return CA_OK;
}

static CA_RC body_take(const struct wire_list *list, struct wire_arena *a, uint8_t *body,
                       struct ca_err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct wire_field *f = &list->fields[i];

        if (f->type == FIELD_LIST) {
            CA_TRY(list_take(f, a, body, err));
        } else {
            CA_TRY(wire_field_take(f, a, body + f->offset, err));
        }
    }
    if (a->in.len > 0)
        return CA_FAIL(err, CA_MALFORMED, "left over: %zu octets", a->in.len);
    return CA_OK;
}

static size_t aligned(size_t n)
{
    return (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* One block: the message, the struct, room for as many elements as the payload can hold, room for
 * its texts. Elements are whole structs with pointers inside, so one behind the other is aligned.*/
static CA_RC message_new(const struct wire_list *list, struct ca_bytes payload,
                         struct wire_message **ret, struct wire_arena *ret_arena,
                         struct ca_err *err)
{
    size_t head = aligned(sizeof(struct wire_message));
    size_t elements = 0;
    uint8_t *block;

    for (size_t i = 0; i < list->n; i++) {
        if (list->fields[i].type == FIELD_LIST)
            elements += list_most(&list->fields[i], payload.len) * list->fields[i].list->size;
    }
    block = calloc(1, head + aligned(list->size) + elements + payload.len);
    if (block == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct wire_message *)(void *)block;
    (*ret)->body = block + head;
    *ret_arena = (struct wire_arena){payload, block + head + aligned(list->size),
                                     block + head + aligned(list->size) + elements};
    return CA_OK;
}

CA_RC wire_decode(const struct wire_header *header, struct ca_bytes payload,
                  struct wire_message **ret, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    const struct wire_row *row = NULL;
    struct wire_arena arena;

    CA_TRY(row_find(header->kind, &row, err));
    if (payload.len != header->length || payload.len > WIRE_PAYLOAD_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "payload of %zu octets, not %u", payload.len,
                       header->length);
    }
    CA_TRY(message_new(row->body, payload, &m, &arena, err));
    m->kind = header->kind;
    m->id = header->id;
    CA_TRY(body_take(row->body, &arena, m->body, err));
    *ret = CA_MOVE(m);
    return CA_OK;
}

void wire_message_free(struct wire_message *m)
{
    free(m);
}
