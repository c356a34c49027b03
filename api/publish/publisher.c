/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "api/front_internal.h"
#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "db/crl.h"

enum {
    PUBLISH_POLL_MS = 1000,
    PUBLISH_AUTHORITIES_MS = 5000, /* authorities change rarely; a new one is seen so late */
    PUBLISH_AGAIN_MS = 30000,      /* a read-back that failed */
    PUBLISH_DB_WAIT_MS = 2000
};

struct publish {
    struct front *front;
    struct shelf *shelf;
    pthread_t thread;
    bool running;
    atomic_bool stopping;
    atomic_bool database;
    bool told;                  /* the failure at hand is in the log */
    int64_t authorities_due_ms; /* the thread's from here */
    int64_t readback_due_ms;
    struct pushers *pushers;
    atomic_bool pushing; /* all of them have begun */
};

CA_RC publish_start(struct front *front, struct publish **ret, struct ca_err *err)
{
    struct publish *p = calloc(1, sizeof(*p));
    enum ca_rc rc;

    if (p == NULL)
        return CA_FAIL_NOMEM(err);
    p->front = front;
    rc = shelf_open(front->config.cache_dir, &p->shelf, err);
    if (rc != CA_OK) {
        free(p);
        return rc;
    }
    *ret = p;
    return CA_OK;
}

struct shelf *publish_shelf(const struct publish *p)
{
    return p->shelf;
}

struct pushers *publish_pushers(const struct publish *p)
{
    return atomic_load(&p->pushing) ? p->pushers : NULL;
}

bool publish_database(const struct publish *p)
{
    return atomic_load(&p->database);
}

struct download {
    int fd;
    int64_t left;
};

static CA_RC chunk_write(void *arg, struct ca_bytes bytes, struct ca_err *err)
{
    struct download *d = arg;

    if ((int64_t)bytes.len > d->left)
        return CA_FAIL(err, CA_FAULT, "a CRL is longer than its row says");
    d->left -= (int64_t)bytes.len;
    return ca_fd_write_all(d->fd, bytes, err);
}

static CA_RC temporary_write(struct db *db, const struct db_crl *row, const char *path,
                             struct ca_err *err)
{
    CA_AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    struct download d = {fd, row->size};

    if (fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s: %s", path, strerror(errno));
    CA_TRY(db_crl_read(db, row->id, chunk_write, &d, err));
    if (d.left != 0)
        return CA_FAIL(err, CA_FAULT, "a CRL is shorter than its row says");
    if (fsync(fd) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s: %s", path, strerror(errno));
    return CA_OK;
}

void publish_name(const char *authority, int32_t shard, bool delta, char ret[SHELF_NAME_MAX + 1])
{
    char part[16] = "";

    if (shard > 0)
        (void)snprintf(part, sizeof(part), "+%04d", (int)shard);
    (void)snprintf(ret, SHELF_NAME_MAX + 1, "%.63s%s%s", authority, part, delta ? "+delta" : "");
}

void publish_path(const char *name, char ret[SHELF_NAME_MAX + 1])
{
    (void)snprintf(ret, SHELF_NAME_MAX + 1, "%s", name);
    for (char *at = strchr(ret, '+'); at != NULL; at = strchr(at, '+'))
        *at = at[1] == 'd' ? '-' : '/';
}

/* Beside its place first, checked there, then renamed: a crash leaves the old one. */
static CA_RC download(struct publish *p, struct db *db, const struct db_crl *row, const char *stem,
                      struct ca_err *err)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    char temporary[768];
    char path[768];
    char name[SHELF_NAME_MAX + 8];

    (void)snprintf(name, sizeof(name), "%s.crl", stem);
    CA_TRY(ca_path_join(path, sizeof(path), shelf_dir(p->shelf), name, err));
    (void)snprintf(name, sizeof(name), "%s.new", stem);
    CA_TRY(ca_path_join(temporary, sizeof(temporary), shelf_dir(p->shelf), name, err));
    CA_TRY(temporary_write(db, row, temporary, err));
    CA_TRY(shelf_file_load(temporary, stem, &crl, err));
    if (!ca_bytes_equal(row->sha256, (struct ca_bytes){crl.sha256, sizeof(crl.sha256)}) ||
        crl.number != row->number) {
        return CA_FAIL(err, CA_FAULT, "CRL %jd of '%s' is not what its row says",
                       (intmax_t)row->number, stem);
    }
    if (rename(temporary, path) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s: %s", path, strerror(errno));
    return shelf_put(p->shelf, &crl, err);
}

static void failure_log(struct publish *p, const char *event, const char *name,
                        const struct ca_err *err)
{
    if (!p->told)
        CA_LOG(CA_LOG_ERROR, event, CA_STR("ca", name), CA_STR("text", err->text));
    p->told = true;
}

/* Newer than what is served? A number that went back is told, and not served (I12). */
static void crl_take_up(struct publish *p, struct db *db, const struct db_crl *row)
{
    CA_AUTO(shelf_crl) struct shelf_crl now = {.fd = -1};
    char stem[SHELF_NAME_MAX + 1];
    bool served;
    struct ca_err err = {.text = "the database has an older CRL than the one that is served"};
    int64_t began_ms = ca_mono_ms();

    publish_name(row->authority, row->shard, row->base_number > 0, stem);
    served = shelf_take(p->shelf, stem, &now);
    if (served && now.number == row->number)
        return;
    if ((served && now.number > row->number) || download(p, db, row, stem, &err) != CA_OK) {
        failure_log(p, "crl_not_published", stem, &err);
        return;
    }
    p->told = false;
    p->readback_due_ms = 0;
    CA_LOG(CA_LOG_INFO, "crl_published", CA_STR("ca", stem), CA_INT("number", row->number),
           CA_INT("entries", row->entries), CA_INT("size", row->size),
           CA_INT("ms", ca_mono_ms() - began_ms));
}

static CA_RC database_look(struct publish *p, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result newest = {0};
    const struct db_crl *rows;

    if (ca_mono_ms() >= p->authorities_due_ms) {
        CA_TRY(authority_cache_load(p->front->authorities, db, err));
        p->authorities_due_ms = ca_mono_ms() + PUBLISH_AUTHORITIES_MS;
    }
    CA_TRY(db_crl_newest(db, &newest, err));
    rows = newest.rows;
    for (size_t i = 0; i < newest.count; i++)
        crl_take_up(p, db, &rows[i]);
    return CA_OK;
}

static CA_RC database_visit(struct publish *p, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_open(p->front, err));
    CA_TRY(front_db_take(p->front, ca_mono_ms() + PUBLISH_DB_WAIT_MS, &db, err));
    rc = database_look(p, db, err);
    front_db_give(p->front, db);
    return rc;
}

static void database_poll(struct publish *p)
{
    struct ca_err err = {0};
    bool there = database_visit(p, &err) == CA_OK;

    if (!there && atomic_load(&p->database))
        CA_LOG(CA_LOG_ERROR, "database_away", CA_STR("text", err.text));
    if (there && !atomic_load(&p->database))
        CA_LOG(CA_LOG_INFO, "database_there", CA_STR("process", "front"));
    atomic_store(&p->database, there);
}

static void read_back(struct publish *p, const struct shelf_crl *crl)
{
    struct ca_err err = {0};
    char url[512];
    char path[SHELF_NAME_MAX + 1];
    bool equal;

    publish_path(crl->name, path);
    (void)snprintf(url, sizeof(url), "%s/crl/%s.crl", p->front->config.public_url, path);
    equal = readback_check(url, crl->sha256, crl->size, &p->stopping, &err) == CA_OK;
    if (!equal && atomic_load(&p->stopping))
        return; /* nobody knows */
    shelf_read_back_set(p->shelf, crl->name, crl->number, equal);
    front_metrics_count(p->front->metrics, equal ? METRIC_READBACK_OK : METRIC_READBACK_FAILED);
    if (!equal) {
        CA_LOG(CA_LOG_ERROR, "crl_readback_failed", CA_STR("ca", crl->name),
               CA_INT("number", crl->number), CA_STR("text", err.text));
    }
}

static void read_back_due(struct publish *p)
{
    struct shelf_crl *crls;
    size_t n;

    if (ca_mono_ms() < p->readback_due_ms)
        return;
    p->readback_due_ms = ca_mono_ms() + PUBLISH_AGAIN_MS;
    crls = calloc(SHELF_MAX, sizeof(*crls));
    n = crls != NULL ? shelf_list(p->shelf, crls, SHELF_MAX) : 0;
    for (size_t i = 0; i < n && !atomic_load(&p->stopping); i++) {
        if (!crls[i].read_back)
            read_back(p, &crls[i]);
    }
    free(crls);
}

static void *publish_thread(void *arg)
{
    struct publish *p = arg;

    while (!atomic_load(&p->stopping)) {
        int64_t next_ms = ca_mono_ms() + PUBLISH_POLL_MS;

        database_poll(p);
        read_back_due(p);
        while (ca_mono_ms() < next_ms && !atomic_load(&p->stopping)) {
            struct timespec pause = {0, 50 * 1000000L};

            (void)nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

CA_RC publish_run(struct publish *p, struct ca_err *err)
{
    if (pthread_create(&p->thread, NULL, publish_thread, p) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for publication");
    p->running = true;
    CA_TRY(pushers_run(p->front, p->shelf, &p->pushers, err));
    atomic_store(&p->pushing, true);
    return CA_OK;
}

void publish_stop(struct publish *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stopping, true);
    if (p->running)
        (void)pthread_join(p->thread, NULL);
    pushers_stop(p->pushers);
    shelf_close(p->shelf);
    free(p);
}
