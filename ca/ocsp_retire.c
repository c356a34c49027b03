/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of signers before. Their answers are verified without them; so they stay until another node
 * that still signs with one has seen the next, and until the last answer has ended. */
#include "base/log.h"
#include "base/time.h"
#include "ca/ocsp_signer_internal.h"

enum { LEASE_S = 60, SLACK_S = 3600, ROWS_MAX = 1024 };

bool ocsp_key_over(const struct db_service *row, int64_t next_at, int64_t validity_s, int64_t now)
{
    return now > row->not_after || now > next_at + validity_s + SLACK_S;
}

static int oldest_first(const void *a, const void *b)
{
    const struct db_service *const *x = a;
    const struct db_service *const *y = b;

    return memcmp(&(*x)->id, &(*y)->id, sizeof((*x)->id));
}

static size_t rows_sort(const struct ocsp_rows *rows, const struct db_service *ret[ROWS_MAX])
{
    const struct db_result *lists[] = {&rows->live, &rows->past};
    size_t n = 0;

    for (size_t l = 0; l < CA_COUNT(lists); l++) {
        const struct db_service *row = lists[l]->rows;

        for (size_t i = 0; i < lists[l]->count && n < ROWS_MAX; i++)
            ret[n++] = &row[i];
    }
    qsort(ret, n, sizeof(ret[0]), oldest_first);
    return n;
}

/* Only what this program made for this authority. */
static bool label_is_ours(const struct authority *a, const char *label)
{
    size_t len = strlen(a->name);

    return strncmp(label, "ocsp-", 5) == 0 && strncmp(label + 5, a->name, len) == 0 &&
           label[5 + len] == '-' && strcmp(label, a->key_label) != 0;
}

static CA_RC key_destroy(struct signer *s, const struct authority *a, const char *label,
                         struct ca_err *err)
{
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "ocsp.retire",
                                      .outcome = "ok",
                                      .object = label,
                                      .request_id = "",
                                      .detail = ""};
    enum ca_rc rc;

    if (!label_is_ours(a, label))
        return CA_OK;
    rc = hsm_key_destroy(s->config.hsm, label, err);
    if (rc == CA_NOT_FOUND || rc == CA_CONFLICT)
        return CA_OK; /* gone already, in another token, or nothing that we made */
    if (rc == CA_UNAVAILABLE)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-failed", "key '%.100s'", label);
    CA_TRY(rc);
    CA_LOG(CA_LOG_INFO, "ocsp_key_destroyed", CA_STR("ca", a->name), CA_STR("key", label));
    return recorder_change(s->recorder, NULL, NULL, &event, 1, err);
}

static bool is_after(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) > 0;
}

CA_RC ocsp_keys_retire(struct signer *s, const struct authority *a, const struct ocsp_rows *rows,
                       const struct ca_uuid *current, struct ca_uuid *settled, struct ca_err *err)
{
    const struct db_service *all[ROWS_MAX];
    size_t n = rows_sort(rows, all);
    int64_t now = ca_time_now();
    bool mine = false;

    for (size_t i = 0; i + 1 < n && is_after(current, &all[i]->id); i++) {
        if (!is_after(&all[i]->id, settled))
            continue;
        if (!ocsp_key_over(all[i], all[i + 1]->created_at, s->config.ocsp_validity_s, now))
            break;
        if (!mine)
            CA_TRY(ocsp_lease(s, a, LEASE_S, &mine, err));
        if (!mine)
            break; /* another node is at it */
        CA_TRY(key_destroy(s, a, all[i]->key_label, err));
        *settled = all[i]->id;
    }
    return mine ? ocsp_lease(s, a, 0, &mine, err) : CA_OK;
}
