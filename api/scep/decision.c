/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/decision.h"

#include <jansson.h>
#include <string.h>

#include "base/auto.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"

CA_AUTO_DEFINE(json, json_t *, json_decref);

static void string_free(char *text)
{
    free(text);
}
CA_AUTO_DEFINE(string, char *, string_free);

/* Each decision has one more member that says more of it, or none. */
static const struct {
    const char *name;
    const char *member;
    bool required;
} kinds[] = {
    [SCEP_ALLOW] = {"allow", "proof",  true },
    [SCEP_DENY] = {"deny",  "reason", false},
    [SCEP_PASS] = {"pass",  NULL,     false},
};

static CA_RC not_understood(struct ca_err *err)
{
    return CA_FAIL(err, CA_MALFORMED, "the webhook's answer is not understood");
}

/* A text of the object; false: it is something else, or too long, or not clean. */
static bool text_read(const json_t *object, const char *member, char *ret, size_t size)
{
    const json_t *value = json_object_get(object, member);
    struct ca_bytes text;

    if (!json_is_string(value))
        return false;
    text = (struct ca_bytes){(const uint8_t *)json_string_value(value), json_string_length(value)};
    return ca_text_is_clean(text) && ca_text_copy(ret, size, text);
}

static bool kind_find(const char *name, enum scep_decided *ret)
{
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = (enum scep_decided)i;
            return true;
        }
    }
    return false;
}

/* What is not known here may change the sense of the rest, so it is refused. */
static bool members_are_known(const json_t *object, enum scep_decided kind)
{
    size_t known = 1; /* decision */

    if (kinds[kind].member != NULL && json_object_get(object, kinds[kind].member) != NULL)
        known++;
    return json_object_size(object) == known && (known == 2 || !kinds[kind].required);
}

CA_RC scep_decision_read(struct ca_bytes text, struct scep_decision *ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *object = NULL;
    struct scep_decision got = {.kind = SCEP_DENY};
    char name[16] = "";

    if (text.len > SCEP_DECISION_MAX)
        return CA_FAIL(err, CA_LIMIT, "the webhook's answer is too long");
    object = text.len > 0
                 ? json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL)
                 : NULL;
    if (!json_is_object(object) || !text_read(object, "decision", name, sizeof(name)) ||
        !kind_find(name, &got.kind) || !members_are_known(object, got.kind))
        return not_understood(err);
    if (got.kind == SCEP_ALLOW &&
        (!text_read(object, "proof", got.proof, sizeof(got.proof)) || got.proof[0] == '\0'))
        return not_understood(err);
    if (got.kind == SCEP_DENY && json_object_size(object) == 2 &&
        !text_read(object, "reason", got.reason, sizeof(got.reason)))
        return not_understood(err);
    *ret = got;
    return CA_OK;
}

CA_RC scep_question_write(const struct scep_asked_about *about, struct ca_buf *ret,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {0};
    CA_AUTO(json) json_t *object = NULL;
    CA_AUTO(string) char *text = NULL;
    uint8_t hash[CA_SHA256_LEN];
    char hex[2 * CA_SHA256_LEN + 1];
    char at[CA_TIME_TEXT];

    ca_base64_put(&csr, about->csr);
    CA_TRY(ca_buf_check(&csr, err));
    CA_TRY(ca_sha256(about->csr, hash, err));
    object = json_pack("{s:s, s:s, s:{s:s, s:s, s:i, s:s, s:s, s:s%, s:s}}", "type",
                       "scep.enrolment", "timestamp", ca_time_text(ca_time_now(), at), "data",
                       "endpoint", about->endpoint, "transaction_id", about->transaction_id,
                       "message_type", (int)about->message_type, "remote", about->remote,
                       "request_id", about->request_id, "csr", (const char *)csr.ptr, csr.len,
                       "csr_sha256", ca_hex((struct ca_bytes){hash, sizeof(hash)}, hex));
    text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text == NULL)
        return CA_FAIL_NOMEM(err);
    ca_buf_str(ret, text);
    return ca_buf_check(ret, err);
}
