/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/requester.h"

#include <string.h>

#include "db/operator.h"

CA_RC rest_requester_find(struct request *rq, const char *text, const char *where,
                          struct ca_uuid *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_operator *operators;

    if (ca_uuid_parse(ca_bytes_str(text), ret, err) == CA_OK)
        return CA_OK;
    CA_TRY(db_operator_list(request_db(rq), &found, err));
    operators = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(operators[i].name, text) == 0) {
            *ret = operators[i].id;
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_MALFORMED, "%s: no operator has this name or id", where);
}
