/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_internal.h"

static const char caller[] = "caller.";

static void integer_tell(enum wire_type type, const uint8_t *from, struct wire_told *ret)
{
    int32_t i32;

    ret->kind = TOLD_NUMBER;
    if (type == FIELD_I32) {
        memcpy(&i32, from, sizeof(i32));
        ret->number = i32;
    } else if (type == FIELD_U32) {
        uint32_t u32;

        memcpy(&u32, from, sizeof(u32));
        ret->number = u32;
    } else {
        memcpy(&ret->number, from, sizeof(ret->number));
    }
}

static void text_tell(const uint8_t *from, struct wire_told *ret)
{
    const char *text;

    memcpy(&text, from, sizeof(text));
    ret->kind = TOLD_TEXT;
    ret->octets = ca_bytes_str(text != NULL ? text : "");
}

/* The member itself; lists are walked by the caller. */
static void member_tell(enum wire_type type, const uint8_t *from, struct wire_told *ret)
{
    switch (type) {
    case FIELD_BOOL:
    case FIELD_U8:
    case FIELD_RC:
        ret->kind = type == FIELD_BOOL ? TOLD_TRUTH : TOLD_NUMBER;
        ret->number = *from;
        break;
    case FIELD_U32:
    case FIELD_I32:
    case FIELD_U64:
    case FIELD_I64:
        integer_tell(type, from, ret);
        break;
    case FIELD_UUID:
        ret->kind = TOLD_ID;
        ret->octets = (struct ca_bytes){from, CA_UUID_LEN};
        break;
    case FIELD_TEXT:
    case FIELD_LINES:
        text_tell(from, ret);
        break;
    case FIELD_BYTES:
        ret->kind = TOLD_OCTETS;
        memcpy(&ret->octets, from, sizeof(ret->octets));
        break;
    case FIELD_LIST:
    case FIELD__COUNT:
        break;
    }
}

static CA_RC list_tell(const struct wire_field *f, const uint8_t *body, wire_tell_fn tell,
                       void *arg, struct ca_err *err)
{
    const uint8_t *elements;
    uint32_t n;

    memcpy(&elements, body + f->offset, sizeof(elements));
    memcpy(&n, body + f->count_offset, sizeof(n));
    for (uint32_t i = 0; i < n; i++) {
        for (size_t k = 0; k < f->list->n; k++) {
            const struct wire_field *part = &f->list->fields[k];
            struct wire_told told = {.field = f->name, .index = i, .element = part->name};

            member_tell(part->type, elements + i * f->list->size + part->offset, &told);
            CA_TRY(tell(arg, &told, err));
        }
    }
    return CA_OK;
}

CA_RC wire_tell(const struct wire_message *m, wire_tell_fn tell, void *arg, struct ca_err *err)
{
    const struct wire_row *row = wire_row(m->kind);

    if (row == NULL || !row->question)
        return CA_FAIL(err, CA_MALFORMED, "'%s' is no question", wire_kind_name(m->kind));
    for (size_t i = 0; i < row->body->n; i++) {
        const struct wire_field *f = &row->body->fields[i];
        struct wire_told told = {.field = f->name};

        if (strncmp(f->name, caller, sizeof(caller) - 1) == 0)
            continue;
        if (f->type == FIELD_LIST) {
            CA_TRY(list_tell(f, m->body, tell, arg, err));
            continue;
        }
        member_tell(f->type, (const uint8_t *)m->body + f->offset, &told);
        CA_TRY(tell(arg, &told, err));
    }
    return CA_OK;
}
