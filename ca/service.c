/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/service_internal.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/role.h"
#include "base/time.h"
#include "ca/issue_internal.h"

enum { POOL_WAIT_MS = 2000 };

static const struct service_kind {
    const char *name;
    const char *profile;
    CA_RC (*prepare)(struct service *v, struct db *db, struct ca_err *err);
} kinds[] = {
    {"scep-ra", "scep-ra",         service_ra },
    {"tls",     "tls-server-self", service_tls},
};

static void ca_auto_service(struct service *v)
{
    authority_set_give(v->set);
    csr_free(v->csr);
    db_result_free(v->live);
    db_result_free(v->found);
}

CA_RC service_too_early(const struct service *v, struct ca_err *err)
{
    return CA_FAIL(err, CA_LIMIT, "%s '%s' has a certificate that is not half over yet",
                   v->ask->kind, v->ask->owner);
}

static CA_RC kind_find(const struct wire_service_issue *ask, const struct service_kind **ret,
                       struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, ask->kind) == 0) {
            *ret = &kinds[i];
            return CA_OK;
        }
    }
    return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the front gets no certificates of kind '%.20s'",
                      ask->kind);
}

/* The front itself, not somebody who came to it. */
static CA_RC caller_check(const struct wire_caller *caller, struct ca_err *err)
{
    if (!ca_uuid_is_nil(&caller->operator_id) || strcmp(caller->channel, "front") != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "service certificates are the server's own");
    return CA_OK;
}

static CA_RC prepare(struct service *v, const struct service_kind *kind, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(csr_parse(v->ask->csr, &v->csr, err));
    v->set = authority_set_take(v->signer->registry);
    v->wish.path_length = -1;
    v->wish.subject = v->subject; /* given, if empty: nothing comes from the CSR */
    v->wish.sans = v->sans;
    CA_TRY(db_pool_take(v->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_service_list(db, kind->name, v->ask->owner, v->now, &v->live, err);
    if (rc == CA_OK)
        rc = kind->prepare(v, db, err);
    db_pool_give(v->signer->pool, db);
    return rc;
}

static CA_RC row_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_service_insert(db, arg, err);
}

static CA_RC record(struct service *v, const struct actor *front, struct db_service *row,
                    struct ca_err *err)
{
    uint8_t fingerprint[CA_SHA256_LEN];
    char id[CA_UUID_TEXT];
    char detail[320];
    const struct audit_event event = {
        front->name,   v->ask->caller.channel,    "service.issue", "ok",
        v->ask->owner, v->ask->caller.request_id, detail,          {fingerprint, CA_SHA256_LEN}
    };
    struct cert cert;

    CA_TRY(cert_read(row->certificate, &cert, err));
    row->not_before = cert.not_before;
    row->not_after = cert.not_after;
    CA_TRY(ca_uuid_new(&row->id, err));
    CA_TRY(ca_sha256(row->certificate, fingerprint, err));
    (void)snprintf(detail, sizeof(detail), "%s, certificate %s, authority %s, key '%.100s'",
                   row->kind, ca_uuid_text(&row->certificate_id, id), v->issuer->name,
                   row->key_label);
    return recorder_change(v->signer->recorder, row_write, row, &event, 1, err);
}

/* The certificate, and its issuers behind it. */
static CA_RC answer_fill(const struct service *v, struct ca_bytes certificate, struct ca_buf *own,
                         struct wire_service *ret, struct ca_err *err)
{
    ca_buf_bytes(own, certificate);
    ca_buf_bytes(own, ca_buf_view(&v->issuer->certificate));
    ca_buf_bytes(own, ca_buf_view(&v->issuer->chain));
    CA_TRY(ca_buf_check(own, err));
    ret->certificate = (struct ca_bytes){own->ptr, certificate.len};
    ret->chain = (struct ca_bytes){own->ptr + certificate.len, own->len - certificate.len};
    return CA_OK;
}

static CA_RC issue(struct service *v, const struct service_kind *kind, struct ca_buf *own,
                   struct wire_service *ret, struct ca_err *err)
{
    const struct actor front = {.name = "front", .roles = CA_REQUESTER};
    CA_AUTO(buf) struct ca_buf certificate = {0};
    struct db_service row = {.kind = kind->name,
                             .owner = v->ask->owner,
                             .key_label = v->ask->key_label,
                             .created_at = v->now};
    struct issue_ask ask = {.profile = kind->profile,
                            .csr = v->ask->csr,
                            .wish = &v->wish,
                            .caller = &v->ask->caller,
                            .actor = &front,
                            .ret_id = &row.certificate_id};

    CA_TRY(prepare(v, kind, err));
    ask.issuer = v->issuer;
    CA_TRY(issue_now(v->signer, &ask, &certificate, err));
    row.authority_id = v->issuer->id;
    row.certificate = ca_buf_view(&certificate);
    CA_TRY(record(v, &front, &row, err));
    return answer_fill(v, row.certificate, own, ret, err);
}

CA_RC handle_service_issue(struct signer *s, const struct actor *actor, const void *question,
                           void *answer, struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(service) struct service v = {.signer = s, .ask = question, .now = ca_time_now()};
    const struct service_kind *kind = NULL;
    enum ca_rc rc;

    (void)actor;
    CA_TRY(caller_check(&v.ask->caller, err));
    CA_TRY(kind_find(v.ask, &kind, err));
    /* Two at once would both find the last one old enough. */
    if (atomic_flag_test_and_set(&s->service_issuing))
        return CA_FAIL(err, CA_LIMIT, "another one is under way");
    rc = issue(&v, kind, own, answer, err);
    atomic_flag_clear(&s->service_issuing);
    return rc;
}
