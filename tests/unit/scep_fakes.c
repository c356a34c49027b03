/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scep_fakes.h"

#include <stdio.h>

struct scep_fakes scep_fakes;

static const char *keep(size_t i, const char *text)
{
    (void)snprintf(scep_fakes.asked_texts[i], sizeof(scep_fakes.asked_texts[i]), "%s", text);
    return scep_fakes.asked_texts[i];
}

void scep_fakes_asked(const struct wire_scep_enrol *ask)
{
    struct scep_fakes *f = &scep_fakes;

    f->asks++;
    f->asked = *ask;
    f->asked.endpoint = keep(0, ask->endpoint);
    f->asked.transaction_id = keep(1, ask->transaction_id);
    f->asked.remote = keep(2, ask->remote);
    f->asked.proof = keep(3, ask->proof);
    f->asked.denied = keep(5, ask->denied);
    f->asked.caller.channel = keep(4, ask->caller.channel);
    ca_buf_reset(&f->asked_csr);
    ca_buf_bytes(&f->asked_csr, ask->csr);
    ca_buf_reset(&f->asked_signer);
    ca_buf_bytes(&f->asked_signer, ask->signed_by);
}

static struct db_result rows_of(const void *from, size_t size, size_t n)
{
    void *rows = calloc(n + 1, size);

    if (n > 0)
        memcpy(rows, from, n * size);
    return (struct db_result){n, rows, rows};
}

CA_RC db_scep_endpoint_list(struct db *db, const char *name, struct db_result *ret,
                            struct ca_err *err)
{
    (void)db, (void)name, (void)err;
    *ret = rows_of(scep_fakes.endpoints, sizeof(scep_fakes.endpoints[0]), scep_fakes.endpoint_n);
    return CA_OK;
}

CA_RC db_scep_transaction_find(struct db *db, const struct ca_uuid *endpoint_id,
                               const char *transaction_id, struct ca_bytes spki_hash,
                               struct db_result *ret, struct ca_err *err)
{
    const struct db_scep_transaction *t = &scep_fakes.transaction;

    (void)db, (void)err;
    scep_fakes.transaction_finds++;
    *ret = rows_of(t, sizeof(*t),
                   t->transaction_id != NULL && strcmp(t->transaction_id, transaction_id) == 0 &&
                       memcmp(&t->endpoint_id, endpoint_id, sizeof(*endpoint_id)) == 0 &&
                       (spki_hash.len == 0 || ca_bytes_equal(t->spki_hash, spki_hash)));
    return CA_OK;
}

CA_RC db_certificate_by_serial(struct db *db, int64_t authority_id, struct ca_bytes serial,
                               struct db_result *ret, struct ca_err *err)
{
    (void)db, (void)err;
    *ret = rows_of(NULL, sizeof(struct db_certificate), 0);
    for (size_t i = 0; i < scep_fakes.certificate_n && authority_id == 1; i++) {
        if (!ca_bytes_equal(scep_fakes.certificates[i].serial, serial))
            continue;
        db_result_free(*ret);
        *ret = rows_of(&scep_fakes.certificates[i], sizeof(struct db_certificate), 1);
    }
    return CA_OK;
}

CA_RC db_certificate_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                           struct ca_err *err)
{
    (void)db, (void)err;
    *ret = rows_of(NULL, sizeof(struct db_certificate), 0);
    for (size_t i = 0; i < scep_fakes.certificate_n; i++) {
        if (memcmp(&scep_fakes.certificates[i].id, id, sizeof(*id)) != 0)
            continue;
        db_result_free(*ret);
        *ret = rows_of(&scep_fakes.certificates[i], sizeof(struct db_certificate), 1);
    }
    return CA_OK;
}
