/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "base/time.h"
#include "db/crl.h"
#include "policy/shard.h"

enum { WAIT_MS = 3000, CHECKS_MAX = 64, DETAIL_MAX = 200, NAME_MAX_LEN = 80 };
enum grade { OK, WARNING, CRITICAL };
static const char *const grades[] = {"ok", "warning", "critical"};

struct checks {
    struct rest_check rows[CHECKS_MAX];
    char names[CHECKS_MAX][NAME_MAX_LEN];
    char details[CHECKS_MAX][DETAIL_MAX];
    uint32_t n;
    enum grade worst;
};

CA_PRINTF(4, 5)
static void check_add(struct checks *c, const char *name, enum grade grade, const char *fmt, ...)
{
    va_list ap;

    if (grade > c->worst)
        c->worst = grade;
    if (c->n == CHECKS_MAX) /* the worst still counts */
        return;
    (void)snprintf(c->names[c->n], NAME_MAX_LEN, "%s", name);
    va_start(ap, fmt);
    (void)vsnprintf(c->details[c->n], DETAIL_MAX, fmt, ap);
    va_end(ap);
    c->rows[c->n] = (struct rest_check){c->names[c->n], grades[grade], c->details[c->n]};
    c->n++;
}

static void signer_check(const struct wire_status_is *status, struct checks *c)
{
    if (status == NULL) {
        check_add(c, "signer", CRITICAL, "it does not answer");
        return;
    }
    check_add(c, "signer", status->database ? OK : CRITICAL, "%s",
              status->database ? "it answers" : "it answers, but has no database");
    check_add(c, "token", status->token ? OK : CRITICAL, "%s",
              status->token ? "logged in" : status->token_reason);
    check_add(c, "intents", status->overdue_intents > 0 ? WARNING : OK,
              "%" PRIu64 " open, %" PRIu64 " of them overdue", status->open_intents,
              status->overdue_intents);
    for (uint32_t i = 0; i < status->authorities_n; i++) {
        const struct wire_authority_status *a = &status->authorities[i];
        char name[NAME_MAX_LEN];

        if (a->online)
            continue;
        (void)snprintf(name, sizeof(name), "authority:%s", a->name);
        check_add(c, name, CRITICAL, "offline: %s", a->reason);
    }
}

/* What certificates name: a part, or the whole where there are none. Parts come in the order of
 * their numbers. */
static void crl_size_check(const struct db_crl *crl, const struct db_result *all, struct checks *c)
{
    const struct db_crl *rows = all->rows;
    char name[NAME_MAX_LEN + 16];
    int32_t shards = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (rows[i].authority_id == crl->authority_id && rows[i].shard > shards)
            shards = rows[i].shard;
    }
    if (crl->size <= SHARD_OCTETS_MAX || crl->base_number > 0 || (crl->shard == 0 && shards > 0))
        return;
    (void)snprintf(name, sizeof(name), "crl-size:%s/%04d", crl->authority, (int)crl->shard);
    if (crl->shard == 0)
        (void)snprintf(name, sizeof(name), "crl-size:%s", crl->authority);
    check_add(c, name, WARNING,
              "%" PRId64 " octets, more than %d; give new certificates more parts: cactl crl "
              "schedule %.63s --shards %d",
              crl->size, SHARD_OCTETS_MAX, crl->authority, (int)shard_more(shards));
}

/* Alarm at half of its validity (I12). */
static void crl_check(const struct db_crl *crl, int64_t now, struct checks *c)
{
    int64_t half = crl->this_update + (crl->next_update - crl->this_update) / 2;
    enum grade grade = now >= crl->next_update         ? CRITICAL
                       : now >= half || crl->emergency ? WARNING
                                                       : OK;
    char name[NAME_MAX_LEN + 16];
    char part[16] = "";
    char until[CA_TIME_TEXT];

    if (crl->shard > 0)
        (void)snprintf(part, sizeof(part), "/%04d", (int)crl->shard);
    (void)snprintf(name, sizeof(name), "crl:%s%s%s", crl->authority, part,
                   crl->base_number > 0 ? "-delta" : "");
    check_add(c, name, grade, "number %" PRId64 ", good until %s%s", crl->number,
              ca_time_text(crl->next_update, until),
              crl->emergency     ? "; it was signed ahead, and lists no revocation of later"
              : grade == WARNING ? "; more than half of its time is over"
                                 : "");
}

static void clock_check(int64_t newest, int64_t now, struct checks *c)
{
    char text[CA_TIME_TEXT];
    char last[CA_TIME_TEXT];

    if (newest > now) {
        check_add(c, "clock", CRITICAL, "it shows %s, but a CRL was made at %s",
                  ca_time_text(now, text), ca_time_text(newest, last));
    } else {
        check_add(c, "clock", OK, "it shows %s", ca_time_text(now, text));
    }
}

static void database_check(struct request *rq, int64_t now, struct checks *c)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_crl *crls;
    struct db *db = NULL;
    struct ca_err why = {0};
    int64_t newest = 0;

    if (rest_db(rq, &db, &why) != CA_OK || db_crl_newest(db, &found, &why) != CA_OK) {
        check_add(c, "database", CRITICAL, "it does not answer");
        return;
    }
    check_add(c, "database", OK, "it answers");
    crls = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        crl_check(&crls[i], now, c);
        crl_size_check(&crls[i], &found, c);
        newest = crls[i].this_update > newest ? crls[i].this_update : newest;
    }
    clock_check(newest, now, c);
}

/* GET /api/v1/health. What is away is an answer here, not a problem. */
CA_RC rest_health_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_status ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return request_ask_tolerant(rq, WIRE_STATUS, &ask, WAIT_MS, err);
}

CA_RC rest_health_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct checks *c = request_alloc(rq, sizeof(*c));
    struct rest_health view;

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->n = 0;
    c->worst = OK;
    signer_check(request_answer(rq), c);
    database_check(rq, ca_time_now(), c);
    view = (struct rest_health){
        grades[c->worst], {c->rows, c->n, true}
    };
    return rest_answer(rq, rs, 200, &rest_health_schema, &view, err);
}
