/* SPDX-License-Identifier: Apache-2.0 */
/* The next delegated signer of an authority. */
#include <stdio.h>

#include "base/digest.h"
#include "base/role.h"
#include "base/time.h"
#include "ca/authority_change_internal.h"
#include "ca/issue_internal.h"
#include "ca/ocsp_signer_internal.h"

enum { LEASE_S = 60, LABEL_MAX = AUTHORITY_KEY_LABEL_MAX, ID_LEN = 4 };

/* One signer in the making. */
struct making {
    struct signer *signer;
    const struct authority *authority;
    char label[LABEL_MAX + 1];
    struct ca_key_spec spec;
    struct hsm_key *key;
    struct ca_buf csr;
    struct ca_buf certificate;
    struct db_service row;
};

static const struct ca_uuid *newest_of(const struct ocsp_rows *rows)
{
    const struct db_service *live = rows->live.rows;
    const struct db_service *past = rows->past.rows;

    if (rows->live.count == 0 || rows->past.count == 0)
        return rows->live.count > 0 ? &live->id : rows->past.count > 0 ? &past->id : NULL;
    return memcmp(&live->id, &past->id, sizeof(live->id)) > 0 ? &live->id : &past->id;
}

/* The same label until a signer is on record: a try that failed leaves no second key behind. */
static CA_RC label_make(struct making *m, const struct ocsp_rows *rows, struct ca_err *err)
{
    const struct ca_uuid *newest = newest_of(rows);
    const struct authority *a = m->authority;
    uint8_t seed[2 * sizeof(struct ca_uuid)] = {0};
    uint8_t hash[CA_SHA256_LEN];
    char id[2 * ID_LEN + 1];

    memcpy(seed, &a->uuid, sizeof(a->uuid));
    if (newest != NULL)
        memcpy(seed + sizeof(a->uuid), newest, sizeof(*newest));
    CA_TRY(ca_sha256((struct ca_bytes){seed, sizeof(seed)}, hash, err));
    (void)snprintf(m->label, sizeof(m->label), "ocsp-%s-%s", a->name,
                   ca_hex((struct ca_bytes){hash, ID_LEN}, id));
    return CA_OK;
}

static CA_RC key_record(struct making *m, struct ca_err *err)
{
    uint8_t hash[CA_SHA256_LEN];
    const struct audit_event event = {
        .actor = "system",
        .channel = "signer",
        .action = "ocsp.key",
        .outcome = "ok",
        .object = m->label,
        .request_id = "",
        .detail = "",
        .object_hash = {hash, sizeof(hash)}
    };

    CA_TRY(ca_sha256(hsm_key_spki(m->key), hash, err));
    return recorder_change(m->signer->recorder, NULL, NULL, &event, 1, err);
}

static CA_RC key_take(struct making *m, struct ca_err *err)
{
    struct hsm *hsm = m->signer->config.hsm;
    bool removed;
    enum ca_rc rc = hsm_key_open(hsm, m->label, &m->key, err);

    if (rc == CA_NOT_FOUND) {
        CA_TRY(hsm_key_discard(hsm, m->label, &removed, err));
        CA_TRY(hsm_key_generate(hsm, m->label, m->spec, HSM_CA_KEY, &m->key, err));
        CA_TRY(key_record(m, err));
        rc = CA_OK;
    }
    CA_TRY(rc);
    return hsm_key_check(hsm, m->key, err); /* I14 */
}

static CA_RC csr_make(struct making *m, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer subject = {0};
    char common_name[65];
    const struct wire_pair pair = {"common_name", common_name};

    (void)snprintf(common_name, sizeof(common_name), "OCSP %.59s", m->authority->name);
    CA_TRY(authority_subject_make(&pair, 1, &subject, err));
    return csr_build(m->key, ca_signature_default(m->spec, false), der_writer_view(&subject),
                     CSR_NO_CA, &m->csr, err);
}

static CA_RC certificate_make(struct making *m, struct ca_err *err)
{
    const struct actor system = {.name = "system", .roles = CA_REQUESTER};
    const struct wire_caller caller = {.channel = "signer", .request_id = ""};
    const struct issue_ask ask = {.issuer = m->authority,
                                  .profile = "ocsp-signer",
                                  .csr = ca_buf_view(&m->csr),
                                  .caller = &caller,
                                  .actor = &system,
                                  .ret_id = &m->row.certificate_id};

    return issue_now(m->signer, &ask, &m->certificate, err);
}

static CA_RC row_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_service_insert(db, arg, err);
}

static CA_RC row_record(struct making *m, struct ca_err *err)
{
    uint8_t fingerprint[CA_SHA256_LEN];
    char id[CA_UUID_TEXT];
    char detail[256];
    const struct audit_event event = {
        .actor = "system",
        .channel = "signer",
        .action = "ocsp.signer",
        .outcome = "ok",
        .object = m->authority->name,
        .request_id = "",
        .detail = detail,
        .object_hash = {fingerprint, sizeof(fingerprint)}
    };
    struct cert cert;

    m->row.certificate = ca_buf_view(&m->certificate);
    CA_TRY(cert_read(m->row.certificate, &cert, err));
    CA_TRY(ca_sha256(m->row.certificate, fingerprint, err));
    CA_TRY(ca_uuid_new(&m->row.id, err));
    m->row.kind = "ocsp";
    m->row.owner = m->authority->name;
    m->row.key_label = m->label;
    m->row.authority_id = m->authority->id;
    m->row.not_before = cert.not_before;
    m->row.not_after = cert.not_after;
    m->row.created_at = ca_time_now();
    (void)snprintf(detail, sizeof(detail), "key '%s', certificate %s", m->label,
                   ca_uuid_text(&m->row.certificate_id, id));
    return recorder_change(m->signer->recorder, row_write, &m->row, &event, 1, err);
}

static CA_RC make(struct making *m, const struct ocsp_rows *rows, struct ca_err *err)
{
    bool rsa = strcmp(ca_signature_info(m->authority->signature)->type, "RSA") == 0;

    (void)ca_key_spec_parse(rsa ? "rsa:2048" : "ec:P-256", &m->spec);
    CA_TRY(label_make(m, rows, err));
    CA_TRY(key_take(m, err));
    CA_TRY(csr_make(m, err));
    CA_TRY(certificate_make(m, err));
    return row_record(m, err);
}

CA_RC ocsp_signer_make(struct signer *s, const struct authority *a, const struct ocsp_rows *rows,
                       struct ca_err *err)
{
    struct making m = {.signer = s, .authority = a};
    struct ca_err dropped;
    bool mine = false;
    enum ca_rc rc;

    CA_TRY(ocsp_lease(s, a, LEASE_S, &mine, err));
    if (!mine)
        return CA_FAIL(err, CA_CONFLICT, "another node makes it");
    rc = make(&m, rows, err);
    (void)!ocsp_lease(s, a, 0, &mine, &dropped);
    hsm_key_close(m.key);
    ca_buf_done(&m.csr);
    ca_buf_done(&m.certificate);
    return rc;
}
