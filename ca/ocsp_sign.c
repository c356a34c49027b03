/* SPDX-License-Identifier: Apache-2.0 */
/* WIRE_OCSP_SIGN: what the record says of serial numbers, signed. */
#include "base/der.h"
#include "base/time.h"
#include "ca/clock_internal.h"
#include "ca/ocsp_internal.h"
#include "db/status.h"

enum {
    POOL_WAIT_MS = 2000,
    NONCE_MAX = 128, /* RFC 9654 2.1 */
};

/* One question under way. */
struct asked {
    struct signer *signer;
    const struct wire_ocsp_sign *ask;
    struct ocsp_loan by;
    struct ocsp_head head;
    struct ocsp_single *singles; /* one for each id */
    struct ca_buf *own;          /* responses, one behind the other */
    struct wire_ocsp_answer *answers;
    uint32_t answer_n;
    bool verified; /* one signature was */
};

/* The content of an INTEGER as DER has it (X.690 8.3.2): another form would be another certificate
 * for some, and this one for others. */
static CA_RC serial_check(struct ca_bytes serial, uint32_t i, struct ca_err *err)
{
    if (serial.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "/ids/%u: an empty serial number", i);
    if (serial.len > 1 && ((serial.ptr[0] == 0x00 && serial.ptr[1] < 0x80) ||
                           (serial.ptr[0] == 0xff && serial.ptr[1] >= 0x80)))
        return CA_FAIL(err, CA_MALFORMED, "/ids/%u: a serial number that is not DER", i);
    return CA_OK;
}

static CA_RC ask_check(const struct wire_ocsp_sign *ask, struct ca_err *err)
{
    if (!ca_uuid_is_nil(&ask->caller.operator_id) || strcmp(ask->caller.channel, "ocsp") != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "nobody asks for this but the responder");
    if (ask->ids_n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/ids: none");
    if (ask->ids_n > WIRE_OCSP_IDS_MAX)
        return CA_FAIL(err, CA_LIMIT, "/ids: more than %d", WIRE_OCSP_IDS_MAX);
    if (ask->nonce.len > NONCE_MAX)
        return CA_FAIL(err, CA_MALFORMED, "/nonce: longer than %d octets", NONCE_MAX);
    if (ask->nonce.len > 0 && !ask->together) /* or several would have the same */
        return CA_FAIL(err, CA_MALFORMED, "/nonce: only of the answer to all");
    for (uint32_t i = 0; i < ask->ids_n; i++)
        CA_TRY(serial_check(ask->ids[i].serial, i, err));
    return CA_OK;
}

/* A retired authority goes on answering for what it issued. */
static CA_RC authority_find(const struct authority_set *set, const char *name,
                            const struct authority **ret, struct ca_err *err)
{
    const struct authority *a = authority_set_named(set, name);

    if (a == NULL)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority '%.63s'", name);
    if (a->certificate.len == 0) {
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "authority-pending",
                          "authority '%s' waits for its certificate", a->name);
    }
    *ret = a;
    return authority_online(a, err);
}

/* The time of the answers is before the record is read: what changes meanwhile is in later ones. */
static CA_RC head_fill(struct asked *q, const struct authority *a, struct ca_err *err)
{
    const struct signer_config *config = &q->signer->config;
    struct ocsp_head *head = &q->head;

    if (q->signer->clock != NULL)
        CA_TRY(clock_guard_check(q->signer->clock, err));
    head->this_update = ca_time_now();
    head->next_update = head->this_update + config->ocsp_validity_s;
    if (head->next_update > q->by.signer.not_after)
        head->next_update = q->by.signer.not_after;
    if (head->next_update <= head->this_update) {
        return CA_FAIL(err, CA_UNAVAILABLE, "whoever signs OCSP answers of '%s' has expired",
                       a->name);
    }
    if (config->ocsp_archive_cutoff_s > 0)
        head->archive_cutoff = head->this_update - config->ocsp_archive_cutoff_s;
    head->nonce = q->ask->nonce;
    return CA_OK;
}

/* Value octets as the record has them; len 0: a negative one, which nobody ever issued. */
static struct ca_bytes serial_value(struct ca_bytes content)
{
    if ((content.ptr[0] & 0x80) != 0)
        return (struct ca_bytes){NULL, 0};
    if (content.ptr[0] == 0 && content.len > 1)
        return (struct ca_bytes){content.ptr + 1, content.len - 1};
    return content;
}

static CA_RC record_read(struct asked *q, int64_t authority_id, struct db_result *ret,
                         struct ca_err *err)
{
    struct db_status_serial *serials = calloc(q->ask->ids_n, sizeof(*serials));
    size_t n = 0;
    struct db *db;
    enum ca_rc rc;

    if (serials == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < q->ask->ids_n; i++) {
        struct ca_bytes value = serial_value(q->ask->ids[i].serial);

        if (value.len > 0 && value.len <= DB_SERIAL_MAX)
            serials[n++].serial = value;
    }
    rc = db_pool_take(q->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err);
    if (rc == CA_OK) {
        rc = db_status_find(db, authority_id, serials, n, ret, err);
        db_pool_give(q->signer->pool, db);
    }
    free(serials);
    return rc;
}

static const struct db_status *row_of(const struct db_result *rows, struct ca_bytes serial)
{
    const struct db_status *row = rows->rows;

    for (size_t i = 0; serial.len > 0 && i < rows->count; i++) {
        if (ca_bytes_equal(row[i].serial, serial))
            return &row[i];
    }
    return NULL;
}

/* What is not on record is unknown, never good; so is a serial whose certificate is still being
 * signed. A burned one is on the CRL, and revoked here too. */
static void single_fill(const struct db_status *row, struct ca_bytes serial,
                        struct ocsp_single *ret)
{
    *ret = (struct ocsp_single){.serial = serial, .status = OCSP_UNKNOWN, .reason = -1};
    if (row == NULL)
        return;
    ret->status = row->state == DB_CERT_VALID ? OCSP_GOOD : OCSP_REVOKED;
    ret->reason = row->reason;
    ret->revoked_at = row->revoked_at;
}

static CA_RC singles_fill(struct asked *q, int64_t authority_id, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};

    CA_TRY(record_read(q, authority_id, &rows, err));
    for (uint32_t i = 0; i < q->ask->ids_n; i++) {
        struct ca_bytes serial = q->ask->ids[i].serial;

        single_fill(row_of(&rows, serial_value(serial)), serial, &q->singles[i]);
    }
    return CA_OK;
}

/* A wrong signature of an answer says nothing false, and its reader refuses it; so one of each
 * question is verified, which finds a token that is broken. Of RSA all are: it costs a thirtieth of
 * the signature, and a faulty one would tell the key (Boneh, DeMillo, Lipton). */
static CA_RC signature_check(struct asked *q, struct ca_bytes data, struct ca_bytes signature,
                             struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(q->by.signer.signature);
    struct ca_err why = {0};

    if (q->verified && strcmp(info->type, "RSA") != 0)
        return CA_OK;
    if (spki_verify(q->by.signer.public_key, info->algorithm, data, signature, &why) != CA_OK) {
        (void)atomic_fetch_add(&q->signer->metrics.bad_signatures, 1);
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "bad-signature",
                          "the token's signature does not verify: %s", why.text);
    }
    q->verified = true;
    return CA_OK;
}

static CA_RC data_sign(struct asked *q, struct ca_bytes data, struct ca_buf *ret,
                       struct ca_err *err)
{
    const struct ocsp_signer *by = &q->by.signer;
    enum ca_rc rc = hsm_sign(by->key, by->signature, data, ret, err);

    if (rc == CA_UNAVAILABLE)
        signer_fatal(q->signer, err);
    CA_TRY(rc);
    return signature_check(q, data, ca_buf_view(ret), err);
}

/* One response to `n` of the singles. */
static CA_RC answer_make(struct asked *q, const struct ocsp_single *singles, size_t n,
                         struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer data = {0};
    CA_AUTO(der_writer) struct der_writer response = {0};
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct wire_ocsp_answer *ret = &q->answers[q->answer_n];

    ocsp_data_write(&data, &q->by.signer, &q->head, singles, n);
    CA_TRY(der_writer_check(&data, err));
    CA_TRY(data_sign(q, der_writer_view(&data), &signature, err));
    ocsp_response_write(&response, &q->by.signer, der_writer_view(&data), ca_buf_view(&signature));
    CA_TRY(der_writer_check(&response, err));
    if (der_writer_view(&response).len > WIRE_OCSP_RESPONSE_MAX) {
        return CA_FAIL(err, CA_LIMIT, "an answer to %zu serial numbers at once is too long", n);
    }
    *ret = (struct wire_ocsp_answer){.response.len = der_writer_view(&response).len,
                                     .this_update = q->head.this_update,
                                     .next_update = q->head.next_update};
    for (size_t i = 0; i < n; i++) {
        ret->status = ret->status > singles[i].status ? ret->status : (uint8_t)singles[i].status;
        (void)atomic_fetch_add(&q->signer->metrics.ocsp[singles[i].status], 1);
    }
    if (!q->ask->together)
        ret->serial = singles[0].serial;
    ca_buf_bytes(q->own, der_writer_view(&response));
    q->answer_n++;
    return ca_buf_check(q->own, err);
}

static CA_RC answers_make(struct asked *q, struct ca_err *err)
{
    if (q->ask->together)
        return answer_make(q, q->singles, q->ask->ids_n, err);
    for (uint32_t i = 0; i < q->ask->ids_n; i++)
        CA_TRY(answer_make(q, &q->singles[i], 1, err));
    return CA_OK;
}

/* The octets of the responses do not move any more: now the answers may point to them. They stand
 * behind the responses themselves. */
static CA_RC answer_give(struct asked *q, struct wire_ocsp_signed *ret, struct ca_err *err)
{
    static const uint8_t pad[_Alignof(struct wire_ocsp_answer)];
    size_t size = q->answer_n * sizeof(*q->answers);
    size_t used;
    size_t at = 0;
    uint8_t *room;

    ca_buf_add(q->own, pad, (sizeof(pad) - q->own->len % sizeof(pad)) % sizeof(pad));
    used = q->own->len;
    room = ca_buf_room(q->own, size);
    if (room == NULL)
        return ca_buf_check(q->own, err);
    for (uint32_t i = 0; i < q->answer_n; i++) {
        q->answers[i].response.ptr = q->own->ptr + at;
        at += q->answers[i].response.len;
    }
    ret->answers = memcpy(q->own->ptr + used, q->answers, size);
    ret->answers_n = q->answer_n;
    return CA_OK;
}

static CA_RC answer(struct asked *q, struct wire_ocsp_signed *ret, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(q->signer->registry);
    CA_AUTO(der_writer) struct der_writer cert_id = {0};
    const struct authority *a;

    CA_TRY(authority_find(set, q->ask->authority, &a, err));
    CA_TRY(ocsp_cert_id_write(&cert_id, q->ask->digest, a->cert.subject, a->cert.spki, err));
    CA_TRY(der_writer_check(&cert_id, err));
    q->head.cert_id = der_writer_view(&cert_id);
    CA_TRY(ocsp_signer_take(q->signer, a, &q->by, err));
    CA_TRY(head_fill(q, a, err));
    CA_TRY(singles_fill(q, a->id, err));
    CA_TRY(answers_make(q, err));
    return answer_give(q, ret, err);
}

CA_RC handle_ocsp_sign(struct signer *s, const struct actor *actor, const void *question,
                       void *answer_ret, struct ca_buf *own, struct ca_err *err)
{
    struct asked q = {.signer = s, .ask = question, .own = own};
    enum ca_rc rc;

    (void)actor;
    CA_TRY(ask_check(q.ask, err));
    q.singles = calloc(q.ask->ids_n, sizeof(*q.singles));
    q.answers = calloc(q.ask->ids_n, sizeof(*q.answers));
    if (q.singles == NULL || q.answers == NULL)
        rc = CA_FAIL_NOMEM(err);
    else
        rc = answer(&q, answer_ret, err);
    ocsp_signer_give(q.by);
    free(q.singles);
    free(q.answers);
    return rc;
}
