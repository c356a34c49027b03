/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/db_sample_support.h"

#include <stdio.h>
#include <stdlib.h>

const struct ca_uuid db_sample_requester = {
    {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12}
};

/* Octets that differ for each n and look random (splitmix64). */
static void fill(uint8_t *ret, size_t len, uint64_t n)
{
    for (size_t i = 0; i < len; i++) {
        uint64_t z = (n + i / 8) * 0x9e3779b97f4a7c15ULL + 0x632be59bd9b4e019ULL * n;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        ret[i] = (uint8_t)((z ^ (z >> 31)) >> (8 * (i % 8)));
    }
}

static struct ca_uuid uuid_make(uint64_t n, int64_t at, uint8_t kind)
{
    struct ca_uuid u;
    uint64_t ms = (uint64_t)at * 1000 + n / 16 % 1000;

    fill(u.octets, sizeof(u.octets), n * 4 + kind);
    for (size_t i = 0; i < 6; i++)
        u.octets[i] = (uint8_t)(ms >> (40 - 8 * i));
    u.octets[6] = (uint8_t)(0x70 | (u.octets[6] & 0x0f));
    u.octets[8] = (uint8_t)(0x80 | (u.octets[8] & 0x3f));
    return u;
}

static struct ca_bytes view(const uint8_t *ptr, size_t len)
{
    return (struct ca_bytes){ptr, len};
}

static void texts_make(struct db_sample *s, uint64_t n)
{
    (void)snprintf(s->name, sizeof(s->name), "host-%llu.example.org", (unsigned long long)n);
    (void)snprintf(s->subject, sizeof(s->subject), "CN=%s,O=Example", s->name);
    (void)snprintf(s->names, sizeof(s->names), "DNS:%s", s->name);
    s->search[0] = s->name;
    s->search[1] = "example device";
}

static void octets_make(struct db_sample *s, uint64_t n, int64_t at)
{
    uint16_t period = db_period_of_time(at);

    fill(s->hash, sizeof(s->hash), n + 11);
    fill(s->serial, sizeof(s->serial), n + 7);
    s->serial[0] = (uint8_t)(period >> 8);
    s->serial[1] = (uint8_t)period;
    fill(s->csr, sizeof(s->csr), n);
    fill(s->tbs, sizeof(s->tbs), n + 1);
    fill(s->der, sizeof(s->der), n + 2);
    fill(s->fingerprint, sizeof(s->fingerprint), n + 3);
}

void db_sample_make(struct db_sample *s, uint64_t n, int64_t at)
{
    texts_make(s, n);
    octets_make(s, n, at);
    s->request = (struct db_request){
        .id = uuid_make(n, at, 1),
        .state = DB_REQUEST_ISSUING,
        .requester_id = db_sample_requester,
        .channel = "rest",
        .idempotency_key = s->name,
        .content_hash = view(s->hash, sizeof(s->hash)),
        .profile = "device",
        .profile_version = view(s->hash, sizeof(s->hash)),
        .authority_id = DB_SAMPLE_AUTHORITY,
        .csr = view(s->csr, sizeof(s->csr)),
        .comment = "",
        .subject = s->subject,
        .plan_digest = view(s->hash, sizeof(s->hash)),
        .created_at = at,
    };
    s->certificate = (struct db_certificate){
        .id = uuid_make(n, at, 2),
        .authority_id = DB_SAMPLE_AUTHORITY,
        .serial = view(s->serial, sizeof(s->serial)),
        .state = DB_CERT_VALID,
        .der = view(s->der, sizeof(s->der)),
        .fingerprint = view(s->fingerprint, sizeof(s->fingerprint)),
        .spki_hash = view(s->hash, sizeof(s->hash)),
        .subject = s->subject,
        .common_name = s->name,
        .names = s->names,
        .search = s->search,
        .search_n = CA_COUNT(s->search),
        .not_before = at,
        .not_after = at + 86400 * 90 + (int64_t)(n % 86400),
        .profile = "device",
        .profile_version = view(s->hash, sizeof(s->hash)),
        .request_id = s->request.id,
        .requester_id = db_sample_requester,
        .issued_at = at,
        .reason = -1,
        .comment = "",
    };
    s->intent = (struct db_intent){
        .request_id = s->request.id,
        .certificate_id = s->certificate.id,
        .authority_id = DB_SAMPLE_AUTHORITY,
        .serial = s->certificate.serial,
        .tbs = view(s->tbs, sizeof(s->tbs)),
        .profile_version = s->request.profile_version,
        .node = "node-1",
        .created_at = at,
        .deadline_at = at + 60,
    };
}

static void must(enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_OK)
        return;
    (void)fprintf(stderr, "sample: %d %s\n", (int)rc, err->text);
    abort();
}

void db_sample_base(struct db *signer, int64_t at)
{
    static const uint8_t octets[32] = {7};
    const struct db_authority authority = {
        .id = DB_SAMPLE_AUTHORITY,
        .uuid = {{1}},
        .name = "dev-issuing",
        .state = DB_AUTHORITY_ACTIVE,
        .key_label = "dev-issuing",
        .signature = "ecdsa-sha256",
        .certificate = view(octets, sizeof(octets)),
        .crl_validity_s = 86400,
        .crl_interval_s = 3600,
        .created_at = at,
    };
    const struct db_operator requester = {
        .id = db_sample_requester,
        .name = "requester",
        .roles = CA_REQUESTER,
        .fingerprint = view(octets, sizeof(octets)),
        .enabled = true,
        .created_at = at,
    };
    struct ca_err err = {0};
    int64_t id;

    must(db_authority_insert(signer, &authority, &id, &err), &err);
    must(db_operator_insert(signer, &requester, &err), &err);
    must(db_period_ensure(signer, at, &err), &err);
}

void db_sample_store(struct db *signer, struct db_sample *s, uint64_t n, int64_t at)
{
    struct ca_err err = {0};
    bool inserted;

    db_sample_make(s, n, at);
    must(db_request_insert_batch(signer, &s->request, 1, &inserted, &err), &err);
    must(db_intent_insert_batch(signer, &s->intent, 1, &err), &err);
    must(db_certificate_insert_batch(signer, &s->certificate, 1, &err), &err);
}
