/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/mass_internal.h"

static void put_uuid(struct seal_form *f, const struct ca_uuid *id)
{
    seal_form_bytes(f, (struct ca_bytes){id->octets, CA_UUID_LEN});
}

static void form_fill(const struct db_revocation_job *row, struct seal_form *ret)
{
    const struct db_selection *s = &row->selection;

    seal_form_init(ret, "revocation_job");
    put_uuid(ret, &row->id);
    seal_form_text(ret, s->profile);
    seal_form_int(ret, s->authority_id);
    put_uuid(ret, &s->requester_id);
    seal_form_bytes(ret, s->spki_hash);
    seal_form_int(ret, s->issued_from);
    seal_form_int(ret, s->issued_to);
    seal_form_bytes(ret, s->listed);
    seal_form_int(ret, s->selected_at);
    seal_form_int(ret, row->total);
    seal_form_bytes(ret, row->digest);
    seal_form_int(ret, row->reason);
    seal_form_int(ret, row->invalidity_date);
    seal_form_text(ret, row->comment);
    seal_form_int(ret, row->created_at);
    put_uuid(ret, &row->created_by);
    if (ca_uuid_is_nil(&s->list_id))
        return; /* rows of before there were lists keep their seals */
    put_uuid(ret, &s->list_id);
    seal_form_int(ret, row->list_named);
    seal_form_bytes(ret, row->list_digest);
}

CA_RC mass_seal(const struct seal *s, struct db_revocation_job *row, uint8_t seal[SEAL_LEN],
                struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    form_fill(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC mass_seal_check(const struct seal *s, const struct db_revocation_job *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    char id[CA_UUID_TEXT];

    form_fill(row, &form);
    return seal_check(s, &form, row->seal, ca_uuid_text(&row->id, id), err);
}
