/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/resource.h>

#include "base/time.h"
#include "db/audit.h"
#include "db/crl.h"
#include "tests/unit/db_sample_support.h"
#include "tests/unit/postgres_support.h"

/* usage: bench_db [CERTIFICATES [BATCH]]
 * What the database alone does, on a cluster of its own with PostgreSQL's usual settings (fsync
 * on): both transactions of an issuance in batches, then lists, counts and a CRL over all rows. */
enum { BATCH_MAX = 1024, REPEAT = 5, ROWS_A_PAGE = 50 };

static int64_t at;
static struct ca_err err;

static void must(enum ca_rc rc)
{
    if (rc == CA_OK)
        return;
    (void)fprintf(stderr, "bench_db: %d %s\n", (int)rc, err.text);
    exit(1);
}

struct batch {
    size_t n;
    struct db_sample samples[BATCH_MAX];
    struct db_request requests[BATCH_MAX];
    struct db_intent intents[BATCH_MAX];
    struct db_certificate certificates[BATCH_MAX];
    struct db_audit audit[BATCH_MAX];
    int64_t sequence;
    bool inserted[BATCH_MAX];
};
static struct batch b;

static void batch_make(uint64_t first)
{
    static const uint8_t hash[32];

    for (size_t i = 0; i < b.n; i++) {
        db_sample_make(&b.samples[i], first + i, at + (int64_t)(first / 2000));
        b.requests[i] = b.samples[i].request;
        b.intents[i] = b.samples[i].intent;
        b.certificates[i] = b.samples[i].certificate;
        b.audit[i] = (struct db_audit){
            "node-1",     0,
            at * 1000000, "requester",
            "rest",       "certificate.issue",
            "ok",         b.samples[i].name,
            "request",    "",
            {hash, 32},
                {hash, 32},
            {hash, 32}
        };
    }
}

static CA_RC audit_write(struct db *db, struct ca_err *e)
{
    for (size_t i = 0; i < b.n; i++)
        b.audit[i].sequence = ++b.sequence;
    return db_audit_insert_batch(db, b.audit, b.n, e);
}

static CA_RC intend(struct db *db, void *arg, struct ca_err *e)
{
    (void)arg;
    CA_TRY(db_request_insert_batch(db, b.requests, b.n, b.inserted, e));
    CA_TRY(db_intent_insert_batch(db, b.intents, b.n, e));
    return audit_write(db, e);
}

static CA_RC record(struct db *db, void *arg, struct ca_err *e)
{
    (void)arg;
    CA_TRY(db_certificate_insert_batch(db, b.certificates, b.n, e));
    return audit_write(db, e);
}

static void say(const char *metric, const char *unit, double value)
{
    printf("{\"bench\":\"db\",\"metric\":\"%s\",\"unit\":\"%s\",\"value\":%.2f}\n", metric, unit,
           value);
    (void)fflush(stdout);
}

static void issue(struct db *db, uint64_t n)
{
    int64_t intend_us = 0;
    int64_t record_us = 0;

    for (uint64_t i = 0; i < n; i += b.n) {
        int64_t t0;
        int64_t t1;

        batch_make(i);
        t0 = ca_mono_us();
        must(db_tx(db, intend, NULL, &err));
        t1 = ca_mono_us();
        must(db_tx(db, record, NULL, &err));
        intend_us += t1 - t0;
        record_us += ca_mono_us() - t1;
    }
    say("intend", "requests/s", (double)n * 1e6 / (double)intend_us);
    say("record", "certificates/s", (double)n * 1e6 / (double)record_us);
    say("issue", "certificates/s", (double)n * 1e6 / (double)(intend_us + record_us));
}

static void list(struct db *db, const char *what, const struct db_certificate_filter *filter)
{
    static const char *const sorts[] = {"newest", "oldest", "not_after", "not_after_desc"};

    for (int sort = 0; sort < (int)CA_COUNT(sorts); sort++) {
        char metric[64];
        int64_t worst_us = 0;
        size_t rows = 0;

        for (int i = 0; i < REPEAT; i++) {
            CA_AUTO(db_result) struct db_result page = {0};
            const struct db_certificate_cursor start = {0};
            int64_t t0 = ca_mono_us();

            must(db_certificate_list(db, filter, (enum db_certificate_sort)sort, &start,
                                     ROWS_A_PAGE, &page, &err));
            if (ca_mono_us() - t0 > worst_us)
                worst_us = ca_mono_us() - t0;
            rows = page.count;
        }
        (void)snprintf(metric, sizeof(metric), "list %s by %s, %zu rows", what, sorts[sort], rows);
        say(metric, "ms (worst of 5)", (double)worst_us / 1000);
    }
}

static void lists(struct db *db, uint64_t n)
{
    struct db_sample s;
    const struct db_certificate_filter none = {.now = at};

    db_sample_make(&s, n / 3, at + (int64_t)(n / 3 / 2000));
    list(db, "all", &none);
    list(db, "serial", &(struct db_certificate_filter){.serial = s.certificate.serial});
    list(db, "fingerprint",
         &(struct db_certificate_filter){.fingerprint = s.certificate.fingerprint});
    list(db, "fingerprint front",
         &(struct db_certificate_filter){
             .fingerprint = {s.fingerprint, 4}
    });
    list(db, "name", &(struct db_certificate_filter){.name = s.name});
    list(db, "absent name", &(struct db_certificate_filter){.name = "nobody"});
    list(db, "name front", &(struct db_certificate_filter){.name_prefix = "host-123"});
    list(db, "valid", &(struct db_certificate_filter){.status = "valid", .now = at});
    list(db, "revoked", &(struct db_certificate_filter){.status = "revoked", .now = at});
    list(db, "requester", &(struct db_certificate_filter){.requester = &db_sample_requester});
    list(db, "profile", &(struct db_certificate_filter){.profile = "device"});
}

static CA_RC entry_count(void *arg, const struct db_crl_entry *entry, struct ca_err *e)
{
    (void)entry;
    (void)e;
    (*(uint64_t *)arg)++;
    return CA_OK;
}

static void crl(struct db *db)
{
    struct rusage before;
    struct rusage after;
    uint64_t n = 0;
    int64_t t0 = ca_mono_us();

    (void)getrusage(RUSAGE_SELF, &before);
    must(db_crl_entries(
        db,
        &(struct db_crl_selection){.authority_id = DB_SAMPLE_AUTHORITY, .previous_this_update = 1},
        entry_count, &n, &err));
    (void)getrusage(RUSAGE_SELF, &after);
    say("crl entries", "entries", (double)n);
    say("crl entries, all", "ms", (double)(ca_mono_us() - t0) / 1000);
    say("crl entries, growth of memory", "KiB", (double)(after.ru_maxrss - before.ru_maxrss));
}

static void counts(struct db *db)
{
    CA_AUTO(db_result) struct db_result ret = {0};
    int64_t t0 = ca_mono_us();

    must(db_authority_counts(db, at, &ret, &err));
    say("counts", "ms", (double)(ca_mono_us() - t0) / 1000);
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    struct postgres *pg = postgres_start("-c shared_buffers=256MB -c max_wal_size=4GB");

    at = ca_time_now();
    b.n = argc > 2 ? strtoull(argv[2], NULL, 10) : 128;
    if (b.n == 0 || b.n > BATCH_MAX)
        b.n = BATCH_MAX;
    postgres_migrate(pg);
    {
        CA_AUTO(db) struct db *signer = postgres_open(pg, DB_SIGNER);
        CA_AUTO(db) struct db *front = postgres_open(pg, DB_FRONT);

        db_sample_base(signer, at);
        issue(signer, n);
        free(postgres_sql(pg, "VACUUM ANALYZE"));
        lists(front, n);
        counts(front);
        free(postgres_sql(pg, "UPDATE ca.certificate SET state = 'revoked', reason = 1, "
                              "revoked_at = issued_at"));
        crl(signer);
        free(postgres_sql(pg, "VACUUM ANALYZE"));
        crl(signer);
    }
    postgres_end(pg);
    return 0;
}
