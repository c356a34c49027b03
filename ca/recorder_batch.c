/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/recorder_batch_internal.h"

/* Rows of one kind, gathered for one statement. */
struct gathered {
    struct db_request *requests;
    bool *inserted;
    struct db_intent *intents;
    struct db_certificate *certificates;
    size_t request_n;
    size_t intent_n;
    size_t certificate_n;
};

static void gathered_free(struct gathered g)
{
    free(g.requests);
    free(g.inserted);
    free(g.intents);
    free(g.certificates);
}
CA_AUTO_DEFINE(gathered, struct gathered, gathered_free);

static CA_RC gathered_new(size_t n, struct gathered *ret, struct ca_err *err)
{
    ret->requests = calloc(n, sizeof(*ret->requests));
    ret->inserted = calloc(n, sizeof(*ret->inserted));
    ret->intents = calloc(n, sizeof(*ret->intents));
    ret->certificates = calloc(n, sizeof(*ret->certificates));
    if (ret->requests == NULL || ret->inserted == NULL || ret->intents == NULL ||
        ret->certificates == NULL)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static bool is_refused(const struct record *record)
{
    return record->claim != NULL && record->claim->finding_n > 0;
}

/* A new request, which nothing stands against. */
static bool is_new(const struct record *record)
{
    return record->kind == RECORD_INTENT && record->request != NULL && !is_refused(record);
}

/* Step one: who is first with an idempotency key? */
static CA_RC requests_write(struct db *db, struct batch *b, struct gathered *g, struct ca_err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < b->n; i++) {
        b->records[i]->repeated = false;
        if (is_new(b->records[i]))
            g->requests[g->request_n++] = *b->records[i]->request;
    }
    if (g->request_n == 0)
        return CA_OK;
    CA_TRY(db_request_insert_batch(db, g->requests, g->request_n, g->inserted, err));
    for (size_t i = 0; i < b->n; i++) {
        if (is_new(b->records[i]))
            b->records[i]->repeated = !g->inserted[at++];
    }
    return CA_OK;
}

/* A request that waited goes on: only if nobody else went on with it (compare-and-set). */
static CA_RC resumed_move(struct db *db, const struct record *record, struct ca_err *err)
{
    if (record->request != NULL)
        return CA_OK;
    return db_request_move(db, &record->intent->request_id, DB_REQUEST_APPROVED, DB_REQUEST_ISSUING,
                           err);
}

static CA_RC events_add(struct batch *b, const struct record *record, struct ca_err *err)
{
    for (size_t i = 0; i < record->event_n; i++)
        CA_TRY(audit_add(b->audit, &record->events[i], err));
    return CA_OK;
}

CA_RC batch_write(struct db *db, void *arg, struct ca_err *err)
{
    struct batch *b = arg;
    CA_AUTO(gathered) struct gathered g = {0};

    audit_begin(b->audit);
    CA_TRY(gathered_new(b->n, &g, err));
    CA_TRY(claims_make(db, b->records, b->n, err));
    CA_TRY(requests_write(db, b, &g, err));
    for (size_t i = 0; i < b->n; i++) {
        struct record *record = b->records[i];

        if (record->repeated || is_refused(record))
            continue;
        if (record->kind == RECORD_INTENT) {
            CA_TRY(resumed_move(db, record, err));
            g.intents[g.intent_n++] = *record->intent;
        } else {
            g.certificates[g.certificate_n++] = *record->certificate;
        }
        if (record->change != NULL)
            CA_TRY(record->change(db, b->audit, record->arg, err));
        CA_TRY(events_add(b, record, err));
    }
    if (g.intent_n > 0)
        CA_TRY(db_intent_insert_batch(db, g.intents, g.intent_n, err));
    if (g.certificate_n > 0)
        CA_TRY(db_certificate_insert_batch(db, g.certificates, g.certificate_n, err));
    CA_TRY(claims_end(db, b->records, b->n, err));
    return audit_write(b->audit, db, err);
}

static CA_RC intent_outcome(struct db *db, const char *node, const struct db_intent *intent,
                            struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_intent *rows;

    CA_TRY(db_intent_open(db, node, &result, err));
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++) {
        if (ca_bytes_equal(rows[i].serial, intent->serial))
            return CA_OK;
    }
    return CA_FAIL(err, CA_NOT_FOUND, "no such intent");
}

static CA_RC certificate_outcome(struct db *db, const struct db_certificate *certificate,
                                 struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_certificate *row;

    CA_TRY(
        db_certificate_by_serial(db, certificate->authority_id, certificate->serial, &result, err));
    if (result.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such certificate");
    row = result.rows;
    if (!ca_bytes_equal(row->der, certificate->der))
        return CA_FAIL(err, CA_FAULT, "another certificate has this serial");
    return CA_OK;
}

CA_RC batch_outcome(struct db *db, const char *node, const struct record *record,
                    struct ca_err *err)
{
    if (record->kind == RECORD_INTENT)
        return intent_outcome(db, node, record->intent, err);
    return certificate_outcome(db, record->certificate, err);
}
