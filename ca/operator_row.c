/* SPDX-License-Identifier: Apache-2.0 */
/* What of a row its seal covers: every column but the seal, in the order of the table. */
#include "ca/operator_internal.h"

static const char *lines(const char *text)
{
    return text != NULL ? text : ""; /* as the database gives it back */
}

static void operator_form(const struct db_operator *row, struct seal_form *ret)
{
    seal_form_init(ret, "operator");
    seal_form_bytes(ret, (struct ca_bytes){row->id.octets, CA_UUID_LEN});
    seal_form_text(ret, row->name);
    seal_form_int(ret, row->roles);
    seal_form_bytes(ret, row->fingerprint);
    seal_form_int(ret, row->enabled);
    seal_form_int(ret, row->created_at);
    seal_form_text(ret, lines(row->names));
    seal_form_int(ret, row->updated_at);
}

CA_RC operator_seal(const struct seal *s, struct db_operator *row, uint8_t seal[SEAL_LEN],
                    struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    operator_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC operator_check(const struct seal *s, const struct db_operator *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    operator_form(row, &form);
    return seal_check(s, &form, row->seal, row->name, err);
}

static void credential_form(const struct db_credential *row, struct seal_form *ret)
{
    seal_form_init(ret, "credential");
    seal_form_bytes(ret, (struct ca_bytes){row->id.octets, CA_UUID_LEN});
    seal_form_bytes(ret, (struct ca_bytes){row->operator_id.octets, CA_UUID_LEN});
    seal_form_text(ret, db_credential_kind_name(row->kind));
    seal_form_text(ret, row->name);
    seal_form_bytes(ret, row->hash);
    seal_form_bytes(ret, row->salt);
    seal_form_text(ret, row->profiles_given ? lines(row->profiles) : NULL);
    seal_form_text(ret, row->names_given ? lines(row->names) : NULL);
    seal_form_int(ret, row->expires_at);
    seal_form_int(ret, row->created_at);
    seal_form_int(ret, row->revoked_at);
}

CA_RC credential_seal(const struct seal *s, struct db_credential *row, uint8_t seal[SEAL_LEN],
                      struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    credential_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC credential_check(const struct seal *s, const struct db_credential *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    char what[CA_UUID_TEXT];

    credential_form(row, &form);
    return seal_check(s, &form, row->seal, ca_uuid_text(&row->id, what), err);
}

static void group_form(const struct db_group *row, struct seal_form *ret)
{
    seal_form_init(ret, "operator_group");
    seal_form_text(ret, row->name);
    seal_form_text(ret, lines(row->members));
    seal_form_int(ret, row->updated_at);
}

CA_RC group_seal(const struct seal *s, struct db_group *row, uint8_t seal[SEAL_LEN],
                 struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    group_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC group_check(const struct seal *s, const struct db_group *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    group_form(row, &form);
    return seal_check(s, &form, row->seal, row->name, err);
}
