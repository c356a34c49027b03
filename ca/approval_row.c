/* SPDX-License-Identifier: Apache-2.0 */
/* What of a row its seal covers. State, assignment and result are not in it: they move, and no
 * signature follows from them alone. */
#include "ca/approval_internal.h"

static void put_uuid(struct seal_form *f, const struct ca_uuid *id)
{
    seal_form_bytes(f, (struct ca_bytes){id->octets, CA_UUID_LEN});
}

static void approval_form(const struct db_approval *row, struct seal_form *ret)
{
    seal_form_init(ret, "approval");
    put_uuid(ret, &row->id);
    seal_form_text(ret, row->action);
    seal_form_text(ret, row->object);
    put_uuid(ret, &row->requester_id);
    put_uuid(ret, &row->author_id);
    seal_form_int(ret, row->revision);
    seal_form_bytes(ret, row->digest);
    seal_form_text(ret, row->policy);
    seal_form_bytes(ret, row->question);
    seal_form_int(ret, row->expires_at);
}

static void vote_form(const struct db_approval_vote *row, struct seal_form *ret)
{
    seal_form_init(ret, "approval_vote");
    put_uuid(ret, &row->approval_id);
    seal_form_int(ret, row->revision);
    put_uuid(ret, &row->operator_id);
    seal_form_int(ret, row->approves ? 1 : 0);
    seal_form_int(ret, row->step);
    seal_form_bytes(ret, row->digest);
    seal_form_text(ret, row->comment);
    seal_form_int(ret, row->at);
}

static void rule_form(const struct db_approval_rule *row, struct seal_form *ret)
{
    seal_form_init(ret, "approval_rule");
    seal_form_text(ret, row->action);
    seal_form_text(ret, row->policy);
    seal_form_int(ret, row->updated_at);
    put_uuid(ret, &row->updated_by);
}

CA_RC approval_seal(const struct seal *s, struct db_approval *row, uint8_t seal[SEAL_LEN],
                    struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    approval_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC approval_check(const struct seal *s, const struct db_approval *row, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    char what[CA_UUID_TEXT];

    approval_form(row, &form);
    return seal_check(s, &form, row->seal, ca_uuid_text(&row->id, what), err);
}

CA_RC approval_vote_seal(const struct seal *s, struct db_approval_vote *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    vote_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC approval_vote_check(const struct seal *s, const struct db_approval_vote *row,
                          struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    char what[CA_UUID_TEXT];

    vote_form(row, &form);
    return seal_check(s, &form, row->seal, ca_uuid_text(&row->approval_id, what), err);
}

CA_RC approval_rule_seal(const struct seal *s, struct db_approval_rule *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    rule_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC approval_rule_check(const struct seal *s, const struct db_approval_rule *row,
                          struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    rule_form(row, &form);
    return seal_check(s, &form, row->seal, row->action, err);
}

void approval_object(const char *from, char ret[APPROVAL_OBJECT_MAX])
{
    size_t n = strnlen(from, APPROVAL_OBJECT_MAX);

    if (n == APPROVAL_OBJECT_MAX) {
        n--;
        while (n > 0 && ((uint8_t)from[n] & 0xc0U) == 0x80)
            n--;
    }
    memcpy(ret, from, n);
    ret[n] = '\0';
}

bool approval_is_request(const struct db_approval *row)
{
    return row->question.len == 0 && strcmp(row->action, APPROVAL_ISSUE) == 0;
}
