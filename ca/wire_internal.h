/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"

/* How the messages of ca/wire.h look on the wire. ca/wire_rows.c has the rows and ca/wire_*_rows.c
 * their fields, ca/wire_fields.c the types, ca/wire.c walks them; nothing else knows a single
 * message. */

enum wire_type {
    FIELD_BOOL, /* one octet, 0 or 1 */
    FIELD_U8,   /* at most `bound` */
    FIELD_RC,   /* the same, and not 0 (CA_OK is not refused) */
    FIELD_U32,  /* big-endian, as all that follow */
    FIELD_I32,
    FIELD_U64,
    FIELD_I64,
    FIELD_UUID,  /* 16 octets */
    FIELD_TEXT,  /* u32 length, UTF-8 without control characters; NULL is sent as "" */
    FIELD_LINES, /* the same, but tab and newline are fine */
    FIELD_BYTES, /* u32 length, octets */
    FIELD_LIST,  /* u32 count, then the fields of each element; these are no lists */
    FIELD__COUNT
};

struct wire_list;
struct wire_field {
    const char *name;
    enum wire_type type;
    size_t offset;  /* in its struct */
    uint32_t bound; /* octets of text and bytes, elements of a list, value of u8; else unused */
    size_t count_offset;          /* lists: where the uint32_t stands */
    const struct wire_list *list; /* lists: what an element is */
};
struct wire_list {
    size_t size; /* of an element in memory */
    const struct wire_field *fields;
    size_t n;
};

struct wire_row {
    const char *name;
    bool question;
    bool again;            /* may be sent once more after a lost connection */
    enum wire_kind answer; /* questions: what it gets unless refused; WIRE__COUNT: nothing */
    bool may_wait;         /* or WIRE_APPROVAL: others have to agree first */
    const struct wire_list *body;
};
const struct wire_row *wire_row(enum wire_kind kind);              /* NULL: no such kind */
bool wire_answers(enum wire_kind question, enum wire_kind answer); /* does it fit? */

/* What a decoded message is built from. */
struct wire_arena {
    struct ca_bytes in; /* payload that is left */
    uint8_t *lists;     /* room for elements, aligned for pointers */
    uint8_t *octets;    /* room for texts and bytes, a NUL behind each */
};

size_t wire_field_size(enum wire_type type);  /* in memory */
size_t wire_field_least(enum wire_type type); /* octets on the wire when it is empty */
/* One field that is no list; `from` and `to` point to the member itself. */
CA_RC wire_field_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                     struct ca_err *err);
CA_RC wire_field_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                      struct ca_err *err);
void wire_u32_put(struct ca_buf *ret, uint32_t v);
CA_RC wire_u32_take(const struct wire_field *f, struct wire_arena *a, uint32_t *ret,
                    struct ca_err *err);
