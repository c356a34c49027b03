/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/ossl.h"
#include "policy/plan_internal.h"
#include "policy/shard.h"

static CA_RC put_issuer(struct der_writer *w, const struct choice *c, struct ca_err *err)
{
    if (c->in->profile->self_signed)
        return name_write_as(w, c->subject, c->subject_n, err);
    der_put_raw(w, c->in->issuer->subject);
    return CA_OK;
}

/* Where the digits of the part stand behind this address; 0: it is not there. */
static size_t digits_find(const struct plan *plan, const char *url, const char *behind, size_t from)
{
    const uint8_t *at =
        memmem(plan->der.buf.ptr + from, plan->der.buf.len - from, url, strlen(url));

    if (at == NULL)
        return 0;
    return (size_t)(at - plan->der.buf.ptr) + strlen(url) - strlen(behind) - SHARD_DIGITS;
}

/* Where the number of the part stands in the CRL's addresses. A request that brings the same octets
 * in front of them only spoils its own certificate: the check of the final bytes refuses it. */
static void shard_find(struct plan *plan, const struct choice *c, size_t from)
{
    char url[SHARD_URL_MAX];
    char delta_url[SHARD_URL_MAX];

    if (c->in->profile->x.crl_url != PROFILE_FROM_AUTHORITY || c->in->issuer->crl_shards == 0 ||
        !shard_url_planned(c->in->issuer->crl_url, url))
        return;
    plan->shard_at[0] = digits_find(plan, url, ".crl", from);
    if (shard_delta_url(url, delta_url))
        plan->shard_at[1] = digits_find(plan, delta_url, "-delta.crl", from);
    plan->crl_shards = c->in->issuer->crl_shards;
}

static CA_RC der_make(struct plan *plan, const struct choice *c, struct ca_err *err)
{
    struct der_writer *w = &plan->der;
    struct ca_bytes spki = csr_spki(c->in->csr);
    size_t spki_at;

    der_put_raw(w, ca_signature_info(c->signature)->algorithm);
    CA_TRY(put_issuer(w, c, err));
    plan->dates_at = w->buf.len;
    CA_TRY(name_write_as(w, c->subject, c->subject_n, err));
    spki_at = w->buf.len;
    der_put_raw(w, spki);
    plan_extensions_put(w, c);
    CA_TRY(der_writer_check(w, err));
    shard_find(plan, c, spki_at + spki.len);
    plan->spki = (struct ca_bytes){w->buf.ptr + spki_at, spki.len};
    plan->signature = c->signature;
    plan->not_before = c->not_before;
    plan->not_after = c->not_after;
    return CA_OK;
}

static bool digest_add(EVP_MD_CTX *ctx, struct ca_bytes part)
{
    uint8_t len[4] = {(uint8_t)(part.len >> 24), (uint8_t)(part.len >> 16),
                      (uint8_t)(part.len >> 8), (uint8_t)part.len};

    return EVP_DigestUpdate(ctx, len, sizeof(len)) == 1 &&
           EVP_DigestUpdate(ctx, part.ptr, part.len) == 1;
}

/* Each part with its length in front, so that none can pass for another. The asked validity is in
 * it, so that a request for ten years cannot use a vote on one. */
static CA_RC digest_make(struct plan *plan, const struct choice *c, struct ca_err *err)
{
    const struct wish *wish = c->in->wish;
    const struct requester *who = c->in->requester;
    int64_t asked[2] = {wish == NULL ? 0 : wish->not_after, wish == NULL ? 0 : wish->validity_s};
    uint8_t octets[sizeof(asked)];
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const struct ca_bytes parts[] = {
        ca_bytes_str(c->in->profile->name),
        profile_version(c->in->profile),
        ca_bytes_str(who == NULL || who->name == NULL ? "" : who->name),
        ca_bytes_str(who == NULL || who->reason == NULL ? "" : who->reason),
        {octets, sizeof(octets)},
        der_writer_view(&plan->der),
    };
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)((uint64_t)asked[i / 8] >> (56 - 8 * (i % 8)));
    for (size_t i = 0; i < CA_COUNT(parts); i++)
        ok = ok && digest_add(ctx, parts[i]);
    if (!ok || EVP_DigestFinal_ex(ctx, plan->digest, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "digest of a plan");
    return CA_OK;
}

CA_RC plan_make(const struct choice *choice, struct plan **ret, struct ca_err *err)
{
    CA_AUTO(plan) struct plan *plan = calloc(1, sizeof(*plan));

    if (plan == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(der_make(plan, choice, err));
    CA_TRY(digest_make(plan, choice, err));
    CA_TRY(plan_text_make(plan, choice, err));
    *ret = CA_MOVE(plan);
    return CA_OK;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    der_writer_done(&plan->der);
    ca_buf_done(&plan->text);
    free(plan->search);
    free(plan);
}

CA_RC plan_tbs(const struct plan *plan, struct ca_bytes serial, struct ca_buf *ret,
               struct ca_err *err)
{
    struct der_writer w = {.buf = *ret};
    struct ca_bytes der = der_writer_view(&plan->der);
    enum ca_rc rc;

    der_open(&w, DER_SEQUENCE);
    der_open(&w, DER_CONTEXT_0);
    der_put_uint(&w, 2);
    der_close(&w);
    der_put_unsigned(&w, DER_INTEGER, serial);
    der_put_raw(&w, (struct ca_bytes){der.ptr, plan->dates_at});
    der_open(&w, DER_SEQUENCE);
    der_put_time(&w, plan->not_before);
    der_put_time(&w, plan->not_after);
    der_close(&w);
    der_put_raw(&w, (struct ca_bytes){der.ptr + plan->dates_at, der.len - plan->dates_at});
    for (size_t i = 0; i < PLAN_SHARDS && w.buf.state == CA_BUF_FINE; i++) {
        if (plan->shard_at[i] != 0) {
            shard_digits(shard_of_serial(serial, plan->crl_shards),
                         w.buf.ptr + w.buf.len - (der.len - plan->shard_at[i]));
        }
    }
    der_close(&w);
    rc = der_writer_check(&w, err);
    *ret = w.buf;
    return rc;
}

int32_t plan_shard(const struct plan *plan, struct ca_bytes serial)
{
    return plan->shard_at[0] == 0 ? 0 : shard_of_serial(serial, plan->crl_shards);
}

struct ca_bytes plan_digest(const struct plan *plan)
{
    return (struct ca_bytes){plan->digest, sizeof(plan->digest)};
}

int64_t plan_not_before(const struct plan *plan)
{
    return plan->not_before;
}

int64_t plan_not_after(const struct plan *plan)
{
    return plan->not_after;
}

const char *plan_subject(const struct plan *plan)
{
    return (const char *)plan->text.ptr;
}

const char *plan_common_name(const struct plan *plan)
{
    return (const char *)plan->text.ptr + plan->common_name_at;
}

const char *plan_names(const struct plan *plan)
{
    return (const char *)plan->text.ptr + plan->names_at;
}

const char *const *plan_search(const struct plan *plan, size_t *ret_n)
{
    *ret_n = plan->search_n;
    return plan->search;
}

enum ca_signature plan_signature(const struct plan *plan)
{
    return plan->signature;
}

struct ca_bytes plan_spki(const struct plan *plan)
{
    return plan->spki;
}
