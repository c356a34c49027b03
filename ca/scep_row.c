/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of SCEP: what of each its seal covers, in the order of the table. */
#include <stdio.h>

#include "base/time.h"
#include "ca/scep_internal.h"

enum { POOL_WAIT_MS = 2000 };

static void put_uuid(struct seal_form *f, const struct ca_uuid *id)
{
    seal_form_bytes(f, (struct ca_bytes){id->octets, CA_UUID_LEN});
}

static void endpoint_form(const struct db_scep_endpoint *row, struct seal_form *ret)
{
    seal_form_init(ret, "scep_endpoint");
    put_uuid(ret, &row->id);
    seal_form_text(ret, row->name);
    put_uuid(ret, &row->operator_id);
    seal_form_text(ret, row->profile);
    seal_form_text(ret, row->authority);
    seal_form_text(ret, row->ra_key);
    seal_form_int(ret, row->enabled);
    seal_form_int(ret, row->modes);
    seal_form_int(ret, row->legacy);
    seal_form_int(ret, row->switches);
    seal_form_text(ret, row->webhook_url);
    seal_form_int(ret, row->challenge_validity);
    seal_form_bytes(ret, row->static_salt);
    seal_form_bytes(ret, row->static_hash);
    seal_form_int(ret, row->created_at);
    seal_form_int(ret, row->removed_at);
}

CA_RC scep_endpoint_seal(const struct seal *s, struct db_scep_endpoint *row, uint8_t seal[SEAL_LEN],
                         struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    endpoint_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC scep_endpoint_check(const struct seal *s, const struct db_scep_endpoint *row,
                          struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    endpoint_form(row, &form);
    return seal_check(s, &form, row->seal, row->name, err);
}

static void challenge_form(const struct db_scep_challenge *row, struct seal_form *ret)
{
    seal_form_init(ret, "scep_challenge");
    put_uuid(ret, &row->id);
    put_uuid(ret, &row->endpoint_id);
    seal_form_bytes(ret, row->salt);
    seal_form_bytes(ret, row->hash);
    seal_form_text(ret, row->profile);
    seal_form_text(ret, row->subject);
    seal_form_text(ret, row->names);
    seal_form_int(ret, row->any_name);
    seal_form_text(ret, row->comment);
    seal_form_int(ret, row->created_at);
    put_uuid(ret, &row->created_by);
    seal_form_int(ret, row->expires_at);
}

CA_RC scep_challenge_seal(const struct seal *s, struct db_scep_challenge *row,
                          uint8_t seal[SEAL_LEN], struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;

    challenge_form(row, &form);
    CA_TRY(seal_make(s, &form, seal, err));
    row->seal = (struct ca_bytes){seal, SEAL_LEN};
    return CA_OK;
}

CA_RC scep_challenge_check(const struct seal *s, const struct db_scep_challenge *row,
                           struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    char what[CA_UUID_TEXT];

    challenge_form(row, &form);
    return seal_check(s, &form, row->seal, ca_uuid_text(&row->id, what), err);
}

CA_RC scep_endpoint_read(struct signer *s, const char *name, struct db_result *ret,
                         struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_scep_endpoint_list(db, name, ret, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "there is no SCEP endpoint '%.63s'", name);
    return scep_endpoint_check(s->seal, ret->rows, err);
}

static const char *bits_text(uint32_t bits, const char *const *names, size_t n, char *ret)
{
    size_t at = 0;

    (void)snprintf(ret, SCEP_BITS_TEXT, "nothing");
    for (size_t i = 0; i < n && at < SCEP_BITS_TEXT; i++) {
        if ((bits & 1U << i) != 0) {
            at += (size_t)snprintf(ret + at, SCEP_BITS_TEXT - at, "%s%s", at > 0 ? ", " : "",
                                   names[i]);
        }
    }
    return ret;
}

const char *scep_modes_text(uint32_t modes, char ret[SCEP_BITS_TEXT])
{
    static const char *const names[] = {"one-time", "derived", "static", "webhook", "manual"};

    return bits_text(modes, names, CA_COUNT(names), ret);
}

const char *scep_legacy_text(uint32_t legacy, char ret[SCEP_BITS_TEXT])
{
    static const char *const names[] = {"3des", "sha1", "des", "md5"};

    return bits_text(legacy, names, CA_COUNT(names), ret);
}
