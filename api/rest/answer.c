/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"

#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"
#include "policy/name.h"

enum { IDEMPOTENCY_KEY_MAX = 128, ETAG_OCTETS = 16, ETAG_TEXT = 2 * ETAG_OCTETS + 1 };

static CA_RC etag_make(struct ca_bytes body, char ret[ETAG_TEXT], struct ca_err *err)
{
    uint8_t digest[CA_SHA256_LEN];

    CA_TRY(ca_sha256(body, digest, err));
    (void)ca_hex((struct ca_bytes){digest, ETAG_OCTETS}, ret);
    return CA_OK;
}

static bool is_get(const struct request *rq)
{
    const char *method = request_method(rq);

    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

CA_RC rest_answer_octets(struct request *rq, struct response *rs, int status, const char *type,
                         struct ca_bytes body, struct ca_err *err)
{
    char etag[ETAG_TEXT];

    response_status(rs, status);
    CA_TRY(response_body(rs, type, body, err));
    if (!is_get(rq) || status != 200)
        return CA_OK;
    CA_TRY(etag_make(body, etag, err));
    response_etag(rs, etag);
    return CA_OK;
}

CA_RC rest_answer(struct request *rq, struct response *rs, int status,
                  const struct json_schema *schema, const void *from, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf body = {0};

    json_write(schema, from, &body);
    CA_TRY(ca_buf_check(&body, err));
    return rest_answer_octets(rq, rs, status, "application/json", ca_buf_view(&body), err);
}

/* Is `tag` one of a list of quoted tags, or is the list "*" (RFC 9110 13.1.1)? Weak tags do not
 * count. */
static bool list_has(const char *list, const char *tag)
{
    size_t n = strlen(tag);

    if (strcmp(list, "*") == 0)
        return true;
    while (*list != '\0') {
        size_t len;

        list += strspn(list, " \t,");
        len = strcspn(list, ",");
        while (len > 0 && (list[len - 1] == ' ' || list[len - 1] == '\t'))
            len--;
        if (len == n + 2 && list[0] == '"' && memcmp(list + 1, tag, n) == 0 && list[n + 1] == '"')
            return true;
        list += strcspn(list, ",");
    }
    return false;
}

CA_RC rest_if_match(const struct request *rq, const struct json_schema *schema, const void *from,
                    struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    const char *wanted = request_header(rq, "If-Match");
    char etag[ETAG_TEXT];

    if (wanted == NULL)
        return CA_OK;
    json_write(schema, from, &body);
    CA_TRY(ca_buf_check(&body, err));
    CA_TRY(etag_make(ca_buf_view(&body), etag, err));
    if (!list_has(wanted, etag)) {
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "it has changed since; its ETag is now \"%s\"",
                          etag);
    }
    return CA_OK;
}

CA_RC rest_json_body(struct request *rq, const struct json_schema *schema, void *ret,
                     struct ca_err *err)
{
    if (strcmp(request_content_type(rq), "application/json") != 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "unsupported-media-type",
                          "the body must be application/json");
    }
    return json_read(rq, schema, ret, err);
}

const char *rest_keep(struct request *rq, struct ca_bytes bytes)
{
    char *copy = request_alloc(rq, bytes.len + 1);

    if (copy == NULL)
        return NULL;
    if (bytes.len > 0)
        memcpy(copy, bytes.ptr, bytes.len);
    copy[bytes.len] = '\0';
    return copy;
}

const char *rest_keep_name(struct request *rq, struct ca_bytes name)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err ignored;

    name_text(name, &text);
    return ca_buf_check(&text, &ignored) == CA_OK ? rest_keep(rq, ca_buf_view(&text)) : NULL;
}

CA_RC rest_db(struct request *rq, struct db **ret, struct ca_err *err)
{
    *ret = request_db(rq);
    return *ret != NULL ? CA_OK : CA_FAIL(err, CA_UNAVAILABLE, "the database is away");
}

CA_RC rest_idempotency_key_check(const struct request *rq, bool *ret_given, struct ca_err *err)
{
    const char *key = request_header(rq, "Idempotency-Key");

    *ret_given = key != NULL;
    if (key == NULL)
        return CA_OK;
    if (key[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "Idempotency-Key: is empty");
    for (const char *c = key; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7e || c - key >= IDEMPOTENCY_KEY_MAX) {
            return CA_FAIL(err, CA_MALFORMED, "Idempotency-Key: at most %d printable characters",
                           IDEMPOTENCY_KEY_MAX);
        }
    }
    return CA_OK;
}

bool rest_has_role(const struct request *rq, unsigned roles)
{
    return (request_caller(rq)->roles & roles) != 0;
}

struct rest_action rest_action(const struct request *rq, const char *name, unsigned roles,
                               const char *why)
{
    if (!rest_has_role(rq, roles))
        why = "your roles do not allow it";
    return (struct rest_action){name, why == NULL, why};
}

CA_RC rest_query_bool(const struct request *rq, const char *name, bool absent, bool *ret,
                      struct ca_err *err)
{
    const char *text = request_query(rq, name);

    *ret = text != NULL ? strcmp(text, "true") == 0 : absent;
    if (text != NULL && !*ret && strcmp(text, "false") != 0)
        return CA_FAIL(err, CA_MALFORMED, "%s: is neither true nor false", name);
    return CA_OK;
}

CA_RC rest_query_time(const struct request *rq, const char *name, int64_t *ret, struct ca_err *err)
{
    const char *text = request_query(rq, name);

    *ret = 0;
    if (text == NULL)
        return CA_OK;
    if (ca_time_parse(ca_bytes_str(text), ret, err) != CA_OK || *ret <= 0)
        return CA_FAIL(err, CA_MALFORMED, "%s: is not a time like 2026-11-21T08:55:34Z", name);
    return CA_OK;
}
