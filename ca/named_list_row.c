/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/named_list_internal.h"

static void put_uuid(struct seal_form *f, const struct ca_uuid *id)
{
    seal_form_bytes(f, (struct ca_bytes){id->octets, CA_UUID_LEN});
}

static void list_form(const struct db_named_list *row, struct seal_form *ret)
{
    seal_form_init(ret, "named_list");
    put_uuid(ret, &row->id);
    seal_form_int(ret, row->authority_id);
    seal_form_int(ret, row->created_at);
    put_uuid(ret, &row->created_by);
    seal_form_int(ret, row->expires_at);
    seal_form_int(ret, row->named);
    seal_form_bytes(ret, row->digest);
    seal_form_int(ret, row->parts);
    seal_form_int(ret, row->unknown_n);
    seal_form_text(ret, row->unknown);
}

static void piece_form(const struct db_list_piece *row, struct seal_form *ret)
{
    seal_form_init(ret, "named_list_piece");
    put_uuid(ret, &row->list_id);
    seal_form_int(ret, row->number);
    seal_form_int(ret, row->named);
    seal_form_bytes(ret, row->names);
    seal_form_bytes(ret, row->ids);
    seal_form_int(ret, row->unknown_n);
    seal_form_text(ret, row->unknown);
}

static void part_form(const struct db_list_part *row, struct seal_form *ret)
{
    seal_form_init(ret, "named_list_part");
    put_uuid(ret, &row->list_id);
    seal_form_int(ret, row->number);
    seal_form_bytes(ret, row->ids);
    put_uuid(ret, &row->last);
}

/* The two calls of each kind of row. */
#define SEALS(name, type, form_fill, id)                                                           \
    CA_RC name(const struct seal *s, struct type *row, uint8_t seal[SEAL_LEN], struct ca_err *err) \
    {                                                                                              \
        CA_AUTO(seal_form) struct seal_form form;                                                  \
                                                                                                   \
        form_fill(row, &form);                                                                     \
        CA_TRY(seal_make(s, &form, seal, err));                                                    \
        row->seal = (struct ca_bytes){seal, SEAL_LEN};                                             \
        return CA_OK;                                                                              \
    }                                                                                              \
    CA_RC name##_check(const struct seal *s, const struct type *row, struct ca_err *err)           \
    {                                                                                              \
        CA_AUTO(seal_form) struct seal_form form;                                                  \
        char text[CA_UUID_TEXT];                                                                   \
                                                                                                   \
        form_fill(row, &form);                                                                     \
        return seal_check(s, &form, row->seal, ca_uuid_text(&row->id, text), err);                 \
    }
SEALS(named_list_seal, db_named_list, list_form, id)
SEALS(named_piece_seal, db_list_piece, piece_form, list_id)
SEALS(named_part_seal, db_list_part, part_form, list_id)
