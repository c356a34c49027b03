/* SPDX-License-Identifier: Apache-2.0 */
/* Emergency CRLs: signed beside each complete one, of the same entries, with a longer validity;
 * held back; published when no newer one can be made. docs/reference/publication.md says what that
 * means for revocations that come later. */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "ca/clock_internal.h"
#include "ca/crl_ahead_internal.h"
#include "policy/shard.h"

enum { BUILD_S = 60 }; /* from thisUpdate to the snapshot of the entries, at most */

struct staging {
    struct db *db;
    struct db_crl *row;
    int32_t chunk;
};

static CA_RC chunk_store(void *arg, struct ca_bytes piece, struct ca_err *err)
{
    struct staging *s = arg;

    return db_crl_ahead_chunk_insert(s->db, s->row, s->chunk++, piece, err);
}

static CA_RC chunks_store(struct db *db, void *arg, struct ca_err *err)
{
    struct crl_ahead *h = arg;
    struct staging s = {.db = db, .row = &h->row};

    return crl_file_read(&h->file->crl, DB_CRL_CHUNK, chunk_store, &s, err);
}

static void row_fill(struct crl_ahead *h, const struct crl_made *made, const char *node)
{
    memcpy(h->sha256, made->sha256, sizeof(h->sha256));
    h->row.this_update = made->this_update;
    h->row.next_update = made->next_update;
    h->row.entries = made->entries;
    h->row.size = made->size;
    h->row.sha256 = (struct ca_bytes){h->sha256, sizeof(h->sha256)};
    h->row.node = node;
}

static int64_t until(const struct authority *a, int64_t this_update)
{
    int64_t next_update = this_update + a->crl_emergency_s;

    return next_update < a->cert.not_after ? next_update : a->cert.not_after;
}

bool crl_ahead_wanted(const struct authority *a, struct crl_scope scope, int64_t this_update,
                      int64_t next_update)
{
    return a->crl_emergency_s > 0 && !scope.delta && until(a, this_update) > next_update;
}

/* Nothing is signed that was not walked. */
static CA_RC walk_and_sign(struct signer *s, const struct authority *a, const struct crl_head *head,
                           struct crl_file *f, struct crl_made *ret, struct ca_err *err)
{
    const char *name = ca_signature_info(a->signature)->digest;
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len = 0;

    CA_TRY(crl_walk_list(&f->tbs, a, head, ret, err));
    if (ret->entries != f->entries || ret->next_update != head->next_update)
        return CA_FAIL(err, CA_FAULT, "CRL %jd is not what was written", (intmax_t)head->number);
    if (name != NULL)
        CA_TRY(crl_digest(&f->tbs, name, digest, &len, err));
    CA_TRY(crl_token_sign(s, a, f, (struct ca_bytes){digest, len}, err));
    CA_TRY(crl_walk_signature(&f->crl, &f->tbs, (struct ca_bytes){digest, len}, a, err));
    ret->size = (int64_t)f->crl.len;
    return crl_sha256(&f->crl, ret->sha256, err);
}

CA_RC crl_ahead_make(struct signer *s, struct db *db, const struct authority *a,
                     const struct crl_head *beside, struct crl_ahead *ret, struct ca_err *err)
{
    struct crl_head head = *beside;
    struct crl_made made = {0};

    CA_TRY(db_crl_ahead_reserve(db, a->id, ret->row.shard, &head.number, err));
    ret->row.authority_id = a->id;
    ret->row.number = head.number;
    ret->beside = beside->number;
    head.next_update = until(a, head.this_update);
    CA_TRY(crl_file_again(ret->file, err));
    CA_TRY(crl_file_close(ret->file, &head, err));
    CA_TRY(walk_and_sign(s, a, &head, ret->file, &made, err));
    row_fill(ret, &made, s->config.node);
    CA_TRY(db_tx(db, chunks_store, ret, err));
    ret->made = true;
    return CA_OK;
}

static CA_RC held_find(struct db *db, const struct crl_ask *ask, struct db_result *rows,
                       const struct db_crl **ret, struct ca_err *err)
{
    const struct db_crl *row;

    CA_TRY(db_crl_ahead_list(db, rows, err));
    row = rows->rows;
    for (size_t i = 0; i < rows->count; i++) {
        if (row[i].authority_id == ask->authority->id && row[i].shard == ask->scope.shard) {
            *ret = &row[i];
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_NOT_FOUND, "authority '%s' holds no CRL that was signed ahead",
                   ask->authority->name);
}

static CA_RC octets_write(void *arg, struct ca_bytes bytes, struct ca_err *err)
{
    return ca_fd_write_all(*(const int *)arg, bytes, err);
}

/* Whether it names its deltas was decided by the schedule of its time. */
static CA_RC held_walk(int fd, const struct crl_ask *ask, int64_t number, struct crl_made *ret,
                       struct ca_err *err)
{
    char point[SHARD_URL_MAX];
    char freshest[SHARD_URL_MAX];
    struct crl_head want = {.number = number};

    if (!shard_url(ask->authority->crl_url, ask->scope.shard, point))
        return CA_FAIL(err, CA_FAULT, "no part %d", (int)ask->scope.shard);
    want.point = ask->scope.shard > 0 ? point : NULL;
    want.freshest = shard_delta_url(point, freshest) ? freshest : NULL;
    if (want.freshest != NULL && crl_walk_from(fd, 0, ask->authority, &want, ret, err) == CA_OK)
        return CA_OK;
    want.freshest = NULL;
    return crl_walk_from(fd, 0, ask->authority, &want, ret, err);
}

/* What the database gives back is walked and its signature verified before anybody gets it: it has
 * lain there for a long time. */
static CA_RC held_check(struct signer *s, struct db *db, const struct crl_ask *ask,
                        const struct db_crl *held, struct crl_made *ret, struct ca_err *err)
{
    CA_AUTO(crl_file) struct crl_file f = {.fd = -1};

    CA_TRY(crl_file_open(&f, s->config.spool_dir, err));
    CA_TRY(db_crl_ahead_read(db, held, octets_write, &f.fd, err));
    CA_TRY(held_walk(f.fd, ask, held->number, ret, err));
    if (ret->this_update != held->this_update || ret->next_update != held->next_update ||
        !ca_bytes_equal(held->sha256, (struct ca_bytes){ret->sha256, sizeof(ret->sha256)}))
        return CA_FAIL(err, CA_DENIED, "the CRL that is held is not the one of its row");
    return CA_OK;
}

static CA_RC publish(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_crl_ahead_publish(db, arg, ca_time_now(), BUILD_S, err);
}

static CA_RC publish_record(struct signer *s, const struct crl_ask *ask, struct db_crl *held,
                            struct ca_err *err)
{
    struct audit_event event = {.actor = ask->actor,
                                .action = "crl.emergency",
                                .outcome = "ok",
                                .object = ask->authority->name,
                                .request_id = ask->request_id,
                                .object_hash = held->sha256};
    char detail[200];
    char scope[CRL_SCOPE_TEXT];
    char text[CA_TIME_TEXT];

    (void)snprintf(detail, sizeof(detail), "%s%s number %jd, %jd entries, as of %s",
                   ask->authority->name, crl_scope_text(ask->scope, scope), (intmax_t)held->number,
                   (intmax_t)held->entries, ca_time_text(held->this_update, text));
    event.detail = detail;
    return recorder_change(s->recorder, publish, held, &event, 1, err);
}

CA_RC crl_ahead_publish(struct signer *s, struct db *db, const struct crl_ask *ask,
                        struct crl_made *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    const struct db_crl *held = NULL;
    struct db_crl row;

    if (s->clock != NULL)
        CA_TRY(clock_guard_check(s->clock, err));
    CA_TRY(held_find(db, ask, &rows, &held, err));
    CA_TRY(held_check(s, db, ask, held, ret, err));
    row = *held;
    CA_TRY(publish_record(s, ask, &row, err));
    CA_LOG(CA_LOG_WARNING, "crl_emergency_published", CA_STR("ca", ask->authority->name),
           CA_INT("part", ask->scope.shard), CA_INT("number", held->number),
           CA_INT("this_update", held->this_update), CA_INT("next_update", held->next_update));
    return CA_OK;
}
