/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/to_decide.h"

#include "api/rest/answer.h"
#include "base/text.h"
#include "base/time.h"
#include "db/group.h"

/* Words of a policy that mean the caller: his roles and groups, a line each. */
static CA_RC words_make(struct request *rq, const char **ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result groups = {0};
    CA_AUTO(buf) struct ca_buf words = {0};
    char id[CA_UUID_TEXT];
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    for (unsigned bit = 1; bit <= CA_AUDITOR; bit <<= 1) {
        if ((request_caller(rq)->roles & bit) != 0)
            ca_buf_printf(&words, "%s%s", words.len > 0 ? "\n" : "", ca_role_name(bit));
    }
    (void)ca_uuid_text(&request_caller(rq)->id, id);
    CA_TRY(db_group_list(db, NULL, &groups, err));
    for (size_t i = 0; i < groups.count; i++) {
        const struct db_group *g = (const struct db_group *)groups.rows + i;

        if (strstr(g->members, id) != NULL)
            ca_buf_printf(&words, "\ngroup:%s", g->name);
    }
    CA_TRY(ca_buf_check(&words, err));
    *ret = rest_keep(rq, ca_buf_view(&words));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

CA_RC rest_to_decide_filter(struct request *rq, struct db_approval_filter *ret, struct ca_err *err)
{
    ret->not_voted_by = &request_caller(rq)->id;
    ret->open_at = ca_time_now();
    return words_make(rq, &ret->words, err);
}

bool rest_to_decide(const struct rest_matter *matter)
{
    return matter->row->state == DB_APPROVAL_PENDING && matter->eligible && !matter->voted &&
           !matter->own && !matter->wrote;
}
