/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/waits.h"

#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/json.h"

/* What is answered at once; GET of its Location says the rest. */
static void body_write(const struct wire_approval *got, const char *location, struct ca_buf *ret)
{
    char id[CA_UUID_TEXT];

    ca_buf_printf(ret, "{\"approval_id\":\"%s\",\"status\":", ca_uuid_text(&got->id, id));
    json_write_text(got->state, ret);
    ca_buf_str(ret, ",\"action\":");
    json_write_text(got->action, ret);
    ca_buf_str(ret, ",\"object\":");
    json_write_text(got->object, ret);
    ca_buf_printf(ret, ",\"votes_needed\":%u,\"location\":", got->needed);
    json_write_text(location, ret);
    ca_buf_u8(ret, '}');
}

CA_RC rest_changed_or_waits(struct request *rq, struct response *rs, bool *ret_waits,
                            struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    const struct wire_approval *got;
    char id[CA_UUID_TEXT];
    char location[512];

    *ret_waits = request_answer_kind(rq) == WIRE_APPROVAL;
    if (!*ret_waits)
        return CA_OK;
    got = request_answer(rq);
    (void)snprintf(location, sizeof(location), "%s/api/v1/approvals/%s", request_base_url(rq),
                   ca_uuid_text(&got->id, id));
    body_write(got, location, &body);
    CA_TRY(ca_buf_check(&body, err));
    response_header(rs, "Location", location);
    response_header(rs, "Retry-After", "30");
    return rest_answer_octets(rq, rs, 202, "application/json", ca_buf_view(&body), err);
}
