/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ocsp_fakes.h"

#include <stdatomic.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/time.h"
#include "db/status.h"

struct ocsp_fakes ocsp_fakes;

void ocsp_fakes_reset(void)
{
    memset(&ocsp_fakes, 0, sizeof(ocsp_fakes));
    ocsp_fakes.validity_s = 3600;
}

static void single_put(struct der_writer *w, const struct ocsp_said *said)
{
    static const uint8_t sha1[] = {0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a};
    static const uint8_t hash[20];

    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, (struct ca_bytes){sha1, sizeof(sha1)});
    der_close(w);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hash, sizeof(hash)});
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hash, sizeof(hash)});
    der_put(w, DER_INTEGER, said->serial);
    der_close(w);
    if (said->status == OCSP_REVOKED) {
        der_open(w, DER_CONTEXT_0 + 1);
        der_put_generalized_time(w, said->this_update - 5);
        der_close(w);
    } else {
        der_put(w, said->status == OCSP_GOOD ? DER_CONTEXT : DER_CONTEXT + 2,
                (struct ca_bytes){NULL, 0});
    }
    der_put_generalized_time(w, said->this_update);
    der_open(w, DER_CONTEXT_0);
    der_put_generalized_time(w, said->next_update);
    der_close(w);
    der_close(w);
}

static void data_put(struct der_writer *w, const struct ocsp_said *said, size_t n,
                     struct ca_bytes nonce)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_CONTEXT_0 + 2);
    der_put(w, DER_OCTET_STRING, ca_bytes_str("01234567890123456789"));
    der_close(w);
    der_put_generalized_time(w, said->this_update);
    der_open(w, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++)
        single_put(w, &said[i]);
    der_close(w);
    if (nonce.len > 0) {
        der_open(w, DER_CONTEXT_0 + 1);
        der_put(w, DER_OCTET_STRING, nonce);
        der_close(w);
    }
    der_close(w);
}

void ocsp_fake_response(const struct ocsp_said *said, size_t n, struct ca_bytes nonce,
                        struct ca_buf *ret)
{
    static const uint8_t success[] = {0x0a, 0x01, 0x00};
    static const uint8_t basic[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x05,
                                    0x05, 0x07, 0x30, 0x01, 0x01};
    struct der_writer inner = {0};
    struct der_writer w = {0};

    der_open(&inner, DER_SEQUENCE);
    data_put(&inner, said, n, nonce);
    der_put(&inner, DER_OCTET_STRING, ca_bytes_str("signature"));
    der_close(&inner);
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, (struct ca_bytes){success, sizeof(success)});
    der_open(&w, DER_CONTEXT_0);
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, (struct ca_bytes){basic, sizeof(basic)});
    der_put(&w, DER_OCTET_STRING, der_writer_view(&inner));
    der_close(&w);
    der_close(&w);
    der_close(&w);
    ca_buf_bytes(ret, der_writer_view(&w));
    der_writer_done(&inner);
    der_writer_done(&w);
}

static struct ocsp_said said_of(struct ca_bytes serial)
{
    int64_t now = ca_time_now() - ocsp_fakes.age_s;
    struct ocsp_said said = {serial, OCSP_GOOD, now, now + ocsp_fakes.validity_s};

    if (serial.ptr[0] == 0xee) {
        said.status = OCSP_UNKNOWN;
    } else if (ocsp_fakes.revoked) {
        said.status = OCSP_REVOKED;
    }
    return said;
}

/* Everything in one block: message, body, answers, octets. */
static struct wire_message *message_fill(const struct wire_ocsp_answer *answers, size_t n,
                                         const struct ca_buf *octets)
{
    struct wire_message *m = calloc(1, sizeof(*m) + sizeof(struct wire_ocsp_signed) +
                                           n * sizeof(*answers) + octets->len + 1);
    struct wire_ocsp_signed *body = (struct wire_ocsp_signed *)(void *)(m + 1);
    struct wire_ocsp_answer *own = (struct wire_ocsp_answer *)(void *)(body + 1);
    uint8_t *at = (uint8_t *)(own + n);

    if (m == NULL)
        abort();
    memcpy(own, answers, n * sizeof(*answers));
    memcpy(at, octets->ptr, octets->len);
    for (size_t i = 0; i < n; i++) {
        own[i].serial.ptr = own[i].serial.len > 0 ? at : NULL;
        at += own[i].serial.len;
        own[i].response.ptr = at;
        at += own[i].response.len;
    }
    *body = (struct wire_ocsp_signed){own, (uint32_t)n};
    m->kind = WIRE_OCSP_SIGNED;
    m->body = body;
    return m;
}

/* One answer; of `said` with the fault that is wanted. */
static void answer_add(struct ocsp_said said, struct wire_ocsp_answer *ret, struct ca_buf *octets)
{
    static const uint8_t other[] = {0x55};
    size_t before;

    if (ocsp_fakes.fault == OCSP_PAST)
        said.next_update = said.this_update - 10;
    *ret = (struct wire_ocsp_answer){.serial = said.serial,
                                     .this_update = said.this_update,
                                     .next_update = said.next_update,
                                     .status = (uint8_t)said.status};
    ca_buf_bytes(octets, said.serial);
    if (ocsp_fakes.fault == OCSP_OTHER_SERIAL)
        said.serial = (struct ca_bytes){other, sizeof(other)};
    if (ocsp_fakes.fault == OCSP_OTHER_TIME)
        said.this_update++;
    before = octets->len;
    ocsp_fake_response(&said, 1, (struct ca_bytes){NULL, 0}, octets);
    ret->response.len = octets->len - before;
}

struct wire_message *ocsp_fake_answer(const struct wire_ocsp_sign *ask)
{
    struct wire_ocsp_answer answers[256] = {0};
    struct ocsp_said said[256];
    CA_AUTO(buf) struct ca_buf octets = {0};
    size_t n = ask->together ? 1 : ocsp_fakes.fault == OCSP_TOO_FEW ? ask->ids_n - 1 : ask->ids_n;

    ocsp_fakes.frames++;
    ocsp_fakes.ids += (int)ask->ids_n;
    for (uint32_t i = 0; i < ask->ids_n; i++)
        said[i] = said_of(ask->ids[i].serial);
    if (ask->together) {
        ocsp_fakes.together++;
        ocsp_fake_response(said, ask->ids_n, ask->nonce, &octets);
        answers[0].response.len = octets.len;
    }
    for (size_t i = 0; !ask->together && i < n; i++)
        answer_add(said[i], &answers[i], &octets);
    return message_fill(answers, n, &octets);
}

void db_status_cursor_done(struct db_status_cursor *c)
{
    (void)c;
}

CA_RC db_status_changes(struct db *db, struct db_status_cursor *c, size_t limit,
                        struct db_result *ret, bool *ret_lost, struct ca_err *err)
{
    int serial = atomic_exchange(&ocsp_fakes.change, 0);
    struct db_status_change *row;

    (void)db, (void)c, (void)limit;
    *ret_lost = atomic_exchange(&ocsp_fakes.lost, 0) != 0;
    *ret = (struct db_result){0};
    if (serial == 0)
        return CA_OK;
    row = calloc(1, sizeof(*row) + 1);
    if (row == NULL)
        return CA_FAIL_NOMEM(err);
    *(uint8_t *)(row + 1) = (uint8_t)serial;
    row->authority_id = 1;
    row->serial = (struct ca_bytes){(const uint8_t *)(row + 1), 1};
    *ret = (struct db_result){1, row, row};
    return CA_OK;
}

CA_RC db_status_newest(struct db *db, const struct ca_uuid *before, int64_t now, size_t limit,
                       struct db_result *ret, struct ca_err *err)
{
    static const uint8_t serials[] = {1, 2, 3, 4, 5, 6, 7, 8};
    size_t n = ca_uuid_is_nil(before) ? (size_t)ocsp_fakes.newest : 0;
    struct db_status_newest *rows = calloc(CA_COUNT(serials), sizeof(*rows));

    (void)db, (void)now, (void)limit;
    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        rows[i].id.octets[0] = (uint8_t)(0xff - i);
        rows[i].authority_id = 1;
        rows[i].serial = (struct ca_bytes){&serials[i], 1};
    }
    *ret = (struct db_result){n, rows, rows};
    return CA_OK;
}
