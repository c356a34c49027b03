/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/answer.h"

#include <stdatomic.h>
#include <stdio.h>

#include "api/response_internal.h"
#include "base/digest.h"
#include "base/text.h"

struct ocsp_answer {
    atomic_int references;
    enum ocsp_status status;
    int64_t this_update, next_update;
    _Atomic(struct ready *) ready; /* NULL until somebody asked */
    char etag[2 * CA_SHA256_LEN + 1];
    size_t len;
    uint8_t octets[];
};

bool ocsp_key_make(int64_t authority, enum ocsp_digest digest, struct ca_bytes serial,
                   struct ocsp_key *ret)
{
    if (digest >= OCSP_DIGESTS || serial.len == 0 || serial.len > OCSP_KEY_SERIAL_MAX)
        return false;
    *ret = (struct ocsp_key){
        .authority = authority, .digest = (uint8_t)digest, .serial_len = (uint8_t)serial.len};
    memcpy(ret->serial, serial.ptr, serial.len);
    return true;
}

bool ocsp_key_of_value(int64_t authority, enum ocsp_digest digest, struct ca_bytes value,
                       struct ocsp_key *ret)
{
    uint8_t content[OCSP_KEY_SERIAL_MAX] = {0};

    if (value.len == 0 || value.len >= sizeof(content))
        return false;
    if ((value.ptr[0] & 0x80U) == 0)
        return ocsp_key_make(authority, digest, value, ret);
    memcpy(content + 1, value.ptr, value.len); /* else it were negative */
    return ocsp_key_make(authority, digest, (struct ca_bytes){content, value.len + 1}, ret);
}

bool ocsp_key_equal(const struct ocsp_key *a, const struct ocsp_key *b)
{
    return a->authority == b->authority && a->digest == b->digest &&
           a->serial_len == b->serial_len && memcmp(a->serial, b->serial, a->serial_len) == 0;
}

struct ca_bytes ocsp_key_serial(const struct ocsp_key *key)
{
    return (struct ca_bytes){key->serial, key->serial_len};
}

CA_RC ocsp_answer_new(struct ca_bytes der, const struct ocsp_said *said, struct ocsp_answer **ret,
                      struct ca_err *err)
{
    CA_AUTO(ocsp_answer) struct ocsp_answer *a = NULL;
    uint8_t hash[CA_SHA256_LEN];

    CA_TRY(ocsp_said_check(der, said, err));
    CA_TRY(ca_sha256(der, hash, err));
    a = calloc(1, sizeof(*a) + der.len);
    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_init(&a->references, 1);
    a->status = said->status;
    a->this_update = said->this_update;
    a->next_update = said->next_update;
    (void)ca_hex((struct ca_bytes){hash, sizeof(hash)}, a->etag);
    a->len = der.len;
    memcpy(a->octets, der.ptr, der.len);
    *ret = CA_MOVE(a);
    return CA_OK;
}

struct ocsp_answer *ocsp_answer_ref(struct ocsp_answer *a)
{
    (void)atomic_fetch_add(&a->references, 1);
    return a;
}

void ocsp_answer_unref(struct ocsp_answer *a)
{
    if (a == NULL || atomic_fetch_sub(&a->references, 1) != 1)
        return;
    ready_unref(atomic_load(&a->ready));
    free(a);
}

enum ocsp_status ocsp_answer_status(const struct ocsp_answer *a)
{
    return a->status;
}

int64_t ocsp_answer_next_update(const struct ocsp_answer *a)
{
    return a->next_update;
}

int64_t ocsp_answer_half_life(const struct ocsp_answer *a)
{
    return a->this_update + (a->next_update - a->this_update) / 2;
}

/* RFC 5019 6.2. What is not known may be known soon: nobody keeps that. */
static void fields_fill(const struct ocsp_answer *a, int64_t left_s, struct response *rs)
{
    char text[80];

    response_header(rs, "X-Content-Type-Options", "nosniff");
    if (a->status == OCSP_UNKNOWN) {
        response_header(rs, "Cache-Control", "no-store");
        return;
    }
    (void)snprintf(text, sizeof(text), "public, no-transform, must-revalidate, max-age=%d",
                   (int)(left_s < OCSP_MAX_AGE_S ? left_s : OCSP_MAX_AGE_S));
    response_header(rs, "Cache-Control", text);
    response_header(rs, "Expires", http_date_text(a->next_update, text));
    response_etag(rs, a->etag);
    response_last_modified(rs, a->this_update);
}

CA_RC ocsp_answer_send_once(const struct ocsp_answer *a, struct response *rs, struct ca_err *err)
{
    return response_body(rs, "application/ocsp-response", (struct ca_bytes){a->octets, a->len},
                         err);
}

/* The first two who ask may both make it; one of them wins. */
static CA_RC ready_make(struct ocsp_answer *a, struct response *rs, struct ca_err *err)
{
    struct ready *mine = NULL;
    struct ready *none = NULL;

    fields_fill(a, OCSP_MAX_AGE_S, rs);
    CA_TRY(ocsp_answer_send_once(a, rs, err));
    CA_TRY(ready_new(rs, &mine, err));
    response_done(rs);
    if (!atomic_compare_exchange_strong(&a->ready, &none, mine))
        ready_unref(mine);
    return CA_OK;
}

CA_RC ocsp_answer_send(struct ocsp_answer *a, int64_t now, bool conditional, struct response *rs,
                       struct ca_err *err)
{
    int64_t left_s = a->next_update - now;

    if (conditional || left_s < OCSP_MAX_AGE_S) {
        fields_fill(a, left_s > 0 ? left_s : 0, rs);
        return ocsp_answer_send_once(a, rs, err);
    }
    if (atomic_load(&a->ready) == NULL)
        CA_TRY(ready_make(a, rs, err));
    response_ready(rs, ready_ref(atomic_load(&a->ready)));
    return CA_OK;
}
