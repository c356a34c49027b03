/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "base/together.h"
#include "ca/clock_internal.h"
#include "ca/crl_ahead_internal.h"
#include "db/crl_stage.h"
#include "policy/shard.h"

enum {
    LEASE_S = 60,    /* taken again before the octets are stored and before they are published */
    KEEP = 3,        /* CRLs whose octets stay: a reader may be in the middle of an old one */
    DELTA_LIVES = 3, /* intervals that a delta is valid for */
    DELTA_MARGIN_S = 3600, /* what changed so long before the base is on the delta too: a release
                              has the database's time; more than needed does no harm (RFC 5280
                              5.2.4) */
};

/* One CRL under way. */
struct making {
    struct signer *signer;
    struct db *db;
    const struct authority *authority;
    const struct crl_ask *ask;
    struct db_crl_selection selection;
    char point[SHARD_URL_MAX];
    char freshest[SHARD_URL_MAX];
    char lease[DB_AUTHORITY_NAME_MAX + 8];
    struct crl_head head;
    struct crl_file file;
    struct crl_made made;
    uint8_t digest[EVP_MAX_MD_SIZE]; /* of the TBSCertList */
    size_t digest_len;
    struct db_crl row;
    struct crl_ahead ahead;
    int32_t chunk; /* sequence of the next one */
};

static CA_RC lease_take(struct making *m, int64_t seconds, struct ca_err *err)
{
    bool mine = false;

    CA_TRY(
        db_lease_take(m->db, m->lease, m->signer->config.node, ca_time_now(), seconds, &mine, err));
    if (!mine) {
        return CA_FAIL(err, CA_CONFLICT, "another node makes the CRL of authority '%s'",
                       m->authority->name);
    }
    return CA_OK;
}

/* May this authority sign a CRL now? */
static CA_RC ready_check(const struct making *m, struct ca_err *err)
{
    const struct authority *a = m->authority;

    CA_TRY(authority_online(a, err));
    if (a->certificate.len == 0)
        return CA_FAIL(err, CA_CONFLICT, "authority '%s' waits for its certificate", a->name);
    if (m->signer->clock != NULL)
        CA_TRY(clock_guard_check(m->signer->clock, err));
    if (a->cert.not_after <= ca_time_now())
        return CA_FAIL(err, CA_CONFLICT, "the certificate of authority '%s' has expired", a->name);
    return CA_OK;
}

/* What it lists, and since when. */
static CA_RC selection_make(struct making *m, int64_t previous, struct ca_err *err)
{
    const struct authority *a = m->authority;

    m->selection = (struct db_crl_selection){.authority_id = a->id,
                                             .shard = m->ask->scope.shard,
                                             .whole = m->ask->scope.shard == 0 && a->crl_shards > 0,
                                             .previous_this_update = previous};
    if (!m->ask->scope.delta)
        return CA_OK;
    CA_TRY(db_crl_base(m->db, a->id, m->ask->scope.shard, ca_time_now() - a->crl_interval_s,
                       &m->head.base, &previous, err));
    m->selection.previous_this_update = previous;
    m->selection.delta = true;
    m->selection.since = previous - DELTA_MARGIN_S;
    return CA_OK;
}

/* The address that its certificates name, and that of its deltas. */
static CA_RC addresses_make(struct making *m, struct ca_err *err)
{
    const struct authority *a = m->authority;

    if (!shard_url(a->crl_url, m->ask->scope.shard, m->point))
        return CA_FAIL(err, CA_FAULT, "no part %d of %s", (int)m->ask->scope.shard, a->crl_url);
    if (m->ask->scope.shard > 0)
        m->head.point = m->point;
    if (!m->ask->scope.delta && a->crl_delta_interval_s > 0 &&
        shard_delta_url(m->point, m->freshest))
        m->head.freshest = m->freshest;
    return CA_OK;
}

/* Number and dates. The number is spent whatever comes (I12). */
static CA_RC head_make(struct making *m, struct ca_err *err)
{
    const struct authority *a = m->authority;
    int64_t now = ca_time_now();
    int64_t previous = 0;

    m->head.issuer = &a->issuer;
    CA_TRY(addresses_make(m, err));
    CA_TRY(db_crl_reserve(m->db, a->id, m->ask->scope.shard, &m->head.number, &previous, err));
    CA_TRY(selection_make(m, previous, err));
    m->head.this_update = now > previous ? now : previous;
    m->head.next_update =
        m->head.this_update +
        (m->ask->scope.delta ? DELTA_LIVES * (int64_t)a->crl_delta_interval_s : a->crl_validity_s);
    if (m->head.next_update > a->cert.not_after)
        m->head.next_update = a->cert.not_after;
    if (m->head.next_update <= m->head.this_update) {
        return CA_FAIL(err, CA_CONFLICT, "a CRL of authority '%s' would end before it begins",
                       a->name);
    }
    return CA_OK;
}

static CA_RC token_sign(const struct authority *a, const struct crl_file *f, struct ca_bytes digest,
                        struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(crl_map) struct crl_map map = {0};

    if (digest.len > 0)
        return hsm_sign_digest(a->key, a->signature, digest, ret, err);
    CA_TRY(crl_map(&f->tbs, &map, err)); /* Ed25519 wants the whole TBSCertList in one call */
    return hsm_sign(a->key, a->signature, map.bytes, ret, err);
}

CA_RC crl_token_sign(struct signer *s, const struct authority *a, struct crl_file *f,
                     struct ca_bytes digest, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf signature = {0};
    enum ca_rc rc = token_sign(a, f, digest, &signature, err);

    if (rc == CA_UNAVAILABLE)
        signer_fatal(s, err);
    CA_TRY(rc);
    return crl_file_sign(f, a->signature, ca_buf_view(&signature), err);
}

static CA_RC tbs_digest(void *arg, struct ca_err *err)
{
    struct making *m = arg;
    const char *digest = ca_signature_info(m->authority->signature)->digest;

    return digest != NULL ? crl_digest(&m->file.tbs, digest, m->digest, &m->digest_len, err)
                          : CA_OK;
}

/* What is signed is what was written. */
static CA_RC tbs_walk(void *arg, struct ca_err *err)
{
    struct making *m = arg;

    CA_TRY(crl_walk_list(&m->file.tbs, m->authority, &m->head, &m->made, err));
    if (m->made.entries != m->file.entries || m->made.this_update != m->head.this_update ||
        m->made.next_update != m->head.next_update)
        return CA_FAIL(err, CA_FAULT, "CRL %jd is not what was written", (intmax_t)m->head.number);
    return CA_OK;
}

static CA_RC file_make(struct making *m, struct ca_err *err)
{
    CA_TRY(head_make(m, err));
    CA_TRY(crl_file_open(&m->file, m->signer->config.spool_dir, err));
    CA_TRY(crl_rows_read(m->signer, m->db, &m->selection, &m->file, err));
    return crl_file_close(&m->file, &m->head, err);
}

/* Nothing is signed that was not walked. */
static CA_RC list_sign(struct making *m, struct ca_err *err)
{
    const struct ca_piece pieces[] = {
        {tbs_digest, m},
        {tbs_walk,   m}
    };
    const struct crl_file *f = &m->file;
    struct ca_bytes digest = {m->digest, 0};

    CA_TRY(ca_together(pieces, CA_COUNT(pieces), err));
    digest.len = m->digest_len;
    CA_TRY(crl_token_sign(m->signer, m->authority, &m->file, digest, err));
    return crl_walk_signature(&f->crl, &f->tbs, digest, m->authority, err);
}

static CA_RC file_sign(void *arg, struct ca_err *err)
{
    struct making *m = arg;

    CA_TRY(list_sign(m, err));
    m->made.size = (int64_t)m->file.crl.len;
    return crl_sha256(&m->file.crl, m->made.sha256, err);
}

static CA_RC chunk_store(void *arg, struct ca_bytes piece, struct ca_err *err)
{
    struct making *m = arg;

    return db_crl_chunk_insert(m->db, m->row.id, m->chunk++, piece, err);
}

static CA_RC list_store(struct db *db, void *arg, struct ca_err *err)
{
    struct making *m = arg;

    (void)db;
    m->chunk = 1; /* may be a second try */
    return crl_file_read(&m->file.tbs, DB_CRL_CHUNK, chunk_store, m, err);
}

static CA_RC list_stage(void *arg, struct ca_err *err)
{
    struct making *m = arg;

    return db_tx(m->db, list_store, m, err);
}

/* What the signature put in front of the list and behind it. */
static CA_RC ends_store(struct db *db, void *arg, struct ca_err *err)
{
    struct making *m = arg;
    const struct crl_part *crl = &m->file.crl;
    const struct crl_part *tbs = &m->file.tbs;
    const struct crl_part front = {crl->fd, crl->at, (size_t)(tbs->at - crl->at)};
    const struct crl_part back = {crl->fd, tbs->at + (off_t)tbs->len,
                                  crl->len - front.len - tbs->len};

    (void)db;
    m->chunk = 0;
    CA_TRY(crl_file_read(&front, DB_CRL_CHUNK, chunk_store, m, err));
    m->chunk = 1 + (int32_t)((tbs->len + DB_CRL_CHUNK - 1) / DB_CRL_CHUNK);
    return crl_file_read(&back, DB_CRL_CHUNK, chunk_store, m, err);
}

/* The list goes into the database while it is looked at, signed and hashed: it no longer changes,
 * and nobody sees it before all is done. */
static CA_RC file_sign_and_stage(struct making *m, struct ca_err *err)
{
    const struct ca_piece pieces[] = {
        {file_sign,  m},
        {list_stage, m}
    };

    CA_TRY(lease_take(m, LEASE_S, err));
    CA_TRY(db_crl_stage(m->db, m->authority->id, m->ask->scope.shard, m->signer->config.node,
                        &m->row.id, err));
    CA_TRY(ca_together(pieces, CA_COUNT(pieces), err));
    return db_tx(m->db, ends_store, m, err);
}

static CA_RC row_publish(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct making *m = arg;

    (void)audit;
    CA_TRY(db_crl_publish(db, &m->row, err));
    return m->ahead.made ? db_crl_ahead_put(db, &m->ahead.row, m->ahead.beside, err) : CA_OK;
}

static void row_fill(struct making *m)
{
    m->row = (struct db_crl){
        .id = m->row.id,
        .authority_id = m->authority->id,
        .shard = m->ask->scope.shard,
        .number = m->made.number,
        .base_number = m->head.base,
        .this_update = m->made.this_update,
        .next_update = m->made.next_update,
        .entries = m->made.entries,
        .size = m->made.size,
        .sha256 = {m->made.sha256, sizeof(m->made.sha256)},
        .node = m->signer->config.node,
    };
}

/* What is staged stays there; only its file is used once more. Without it the regular one is
 * published all the same. */
static void ahead_make(struct making *m)
{
    struct ca_err err = {0};

    if (!crl_ahead_wanted(m->authority, m->ask->scope, m->made.this_update, m->made.next_update))
        return;
    m->ahead = (struct crl_ahead){.file = &m->file, .row = {.shard = m->ask->scope.shard}};
    if (crl_ahead_make(m->signer, m->db, m->authority, &m->head, &m->ahead, &err) != CA_OK) {
        CA_LOG(CA_LOG_ERROR, "crl_emergency_not_made", CA_STR("ca", m->authority->name),
               CA_INT("part", m->ask->scope.shard), CA_STR("text", err.text));
    }
}

/* The octets first, on this connection; then one short change by the recorder, so that issuance
 * never waits for megabytes. */
static CA_RC file_store(struct making *m, struct ca_err *err)
{
    struct audit_event event = {
        .actor = m->ask->actor,
        .action = "crl.publish",
        .outcome = "ok",
        .object = m->authority->name,
        .request_id = m->ask->request_id,
    };
    char detail[160];
    char scope[CRL_SCOPE_TEXT];

    CA_TRY(file_sign_and_stage(m, err));
    row_fill(m);
    ahead_make(m);
    (void)snprintf(detail, sizeof(detail), "%s%s number %jd, %jd entries, %jd octets",
                   m->authority->name, crl_scope_text(m->ask->scope, scope),
                   (intmax_t)m->made.number, (intmax_t)m->made.entries, (intmax_t)m->made.size);
    event.detail = detail;
    event.object_hash = m->row.sha256;
    CA_TRY(lease_take(m, LEASE_S, err));
    return recorder_change(m->signer->recorder, row_publish, m, &event, 1, err);
}

const char *crl_scope_text(struct crl_scope scope, char ret[CRL_SCOPE_TEXT])
{
    int n = scope.shard > 0 ? snprintf(ret, CRL_SCOPE_TEXT, "/%0*d", SHARD_DIGITS, (int)scope.shard)
                            : 0;

    (void)snprintf(ret + n, CRL_SCOPE_TEXT - (size_t)n, "%s", scope.delta ? "-delta" : "");
    return ret;
}

CA_RC crl_make(struct signer *s, struct db *db, const struct crl_ask *ask, struct crl_made *ret,
               struct ca_err *err)
{
    struct making m = {
        .signer = s, .db = db, .authority = ask->authority, .ask = ask, .file = {.fd = -1}};
    struct ca_err dropped;
    enum ca_rc rc;

    (void)snprintf(m.lease, sizeof(m.lease), "crl:%s", ask->authority->name);
    CA_TRY(ready_check(&m, err));
    CA_TRY(lease_take(&m, LEASE_S, err));
    rc = file_make(&m, err);
    if (rc == CA_OK)
        rc = file_store(&m, err);
    crl_file_done(&m.file);
    if (rc == CA_OK) /* published already: old octets go now or with the next one */
        (void)!db_crl_trim(db, &m.row, KEEP, &dropped);
    (void)!lease_take(&m, 0, &dropped); /* another node need not wait for its end */
    CA_TRY(rc);
    *ret = m.made;
    return CA_OK;
}
