/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"

#include <stdio.h>

/* {{code, status, title}, the enum ca_rc that it stands for when nobody named a problem, or CA_OK}.
 * Each code has a page docs/reference/problems/CODE.md. */
/* clang-format off */
static const struct {
    struct problem_row row;
    enum ca_rc rc;
} problems[] = {
    {{"malformed", 400, "The request cannot be read"}, CA_MALFORMED},
    {{"malformed-csr", 400, "The certification request cannot be read"}, CA_OK},
    {{"unknown-field", 400, "A field is not known"}, CA_OK},
    {{"wrong-type", 400, "A value has the wrong type"}, CA_OK},
    {{"unknown-parameter", 400, "A query parameter is not known"}, CA_OK},
    {{"bad-cursor", 400, "The cursor is not one of ours"}, CA_OK},
    {{"unauthenticated", 401, "A client certificate is needed"}, CA_OK},
    {{"client-certificate", 401, "The client certificate is not accepted"}, CA_OK},
    {{"token-refused", 401, "The API token is not accepted"}, CA_OK},
    {{"forbidden", 403, "Not allowed"}, CA_DENIED},
    {{"role-excluded", 422, "These roles exclude each other"}, CA_OK},
    {{"last-admin", 409, "The last administrator"}, CA_OK},
    {{"credential-taken", 409, "The key is enrolled already"}, CA_OK},
    {{"row-altered", 403, "A record was altered"}, CA_OK},
    {{"not-found", 404, "Not found"}, CA_NOT_FOUND},
    {{"unknown-profile", 404, "No such profile"}, CA_OK},
    {{"unknown-version", 404, "No such version of the profile"}, CA_OK},
    {{"unknown-authority", 404, "No such authority"}, CA_OK},
    {{"method-not-allowed", 405, "The method is not allowed here"}, CA_OK},
    {{"not-acceptable", 406, "No acceptable form"}, CA_OK},
    {{"comment-required", 400, "A comment is required"}, CA_OK},
    {{"conflict", 409, "The object is in another state"}, CA_CONFLICT},
    {{"already-revoked", 409, "Already revoked"}, CA_OK},
    {{"empty-selection", 409, "No certificate is meant"}, CA_OK},
    {{"selection-changed", 409, "Not the certificates that were looked at"}, CA_OK},
    {{"not-held", 409, "Not on hold"}, CA_OK},
    {{"name-taken", 409, "The name is taken"}, CA_OK},
    {{"authority-pending", 409, "The authority waits for its certificate"}, CA_OK},
    {{"authority-retired", 409, "The authority is retired"}, CA_OK},
    {{"request-ended", 409, "The request has ended"}, CA_OK},
    {{"already-decided", 409, "Decided already"}, CA_OK},
    {{"already-voted", 409, "Voted already"}, CA_OK},
    {{"approval-expired", 409, "Nobody decided in time"}, CA_OK},
    {{"plan-changed", 409, "Not what you saw"}, CA_OK},
    {{"own-request", 403, "Nobody decides on his own request"}, CA_OK},
    {{"not-eligible", 403, "Not yours to decide"}, CA_OK},
    {{"scep-endpoint", 403, "No such SCEP endpoint"}, CA_OK},
    {{"scep-message", 403, "Not a SCEP request for a certificate"}, CA_OK},
    {{"scep-signer", 403, "Signed with another key"}, CA_OK},
    {{"scep-renewal", 403, "The old certificate renews nothing"}, CA_OK},
    {{"scep-challenge", 403, "The challenge is not accepted"}, CA_OK},
    {{"scep-challenge-used", 403, "The challenge was used before"}, CA_OK},
    {{"consent-void", 409, "The consent does not hold"}, CA_OK},
    {{"unsatisfiable-rule", 422, "Nobody could satisfy the rule"}, CA_OK},
    {{"stale", 412, "Changed since you read it"}, CA_OK},
    {{"too-large", 413, "Too large"}, CA_LIMIT},
    {{"uri-too-long", 414, "The address is too long"}, CA_OK},
    {{"unsupported-media-type", 415, "The type of the body is not taken"}, CA_OK},
    {{"policy", 422, "Refused by policy"}, CA_OK},
    {{"weak-key", 422, "The key is too weak"}, CA_OK},
    {{"key-not-taken", 422, "This kind of key is not taken"}, CA_OK},
    {{"weak-signature", 422, "The signature is too weak"}, CA_OK},
    {{"algorithm-refused", 422, "The algorithm is not taken here"}, CA_OK},
    {{"proof-of-possession", 422, "Possession of the key is not proved"}, CA_OK},
    {{"idempotency-key-reused", 422, "The idempotency key was used for another request"}, CA_OK},
    {{"key-policy", 422, "The key in the token is not as it must be"}, CA_OK},
    {{"chain-refused", 422, "The chain does not fit the authority"}, CA_OK},
    {{"mechanism-missing", 422, "The token cannot make this kind of key"}, CA_OK},
    {{"precondition-required", 428, "If-Match is required"}, CA_OK},
    {{"rate-limited", 429, "Too many requests"}, CA_OK},
    {{"fault", 500, "Internal error"}, CA_FAULT},
    {{"unavailable", 503, "Not available now"}, CA_UNAVAILABLE},
    {{"overloaded", 503, "Overloaded"}, CA_OK},
    {{"token-offline", 503, "The authority is offline"}, CA_OK},
    {{"token-failed", 503, "The token failed"}, CA_OK},
    {{"pin-wrong", 503, "The token refuses the PIN"}, CA_OK},
    {{"bad-signature", 503, "The token made a wrong signature"}, CA_OK},
    {{"commit-unknown", 503, "The outcome is not known"}, CA_OK},
    {{"clock-jumped", 503, "The clock has jumped"}, CA_OK},
};
/* clang-format on */

static const struct {
    const char *code;
    const char *text;
} pages[] = {
#include "api/problem_pages.inc" /* generated: {"CODE", text} for each docs/reference/problems/CODE.md */
};

size_t problem_count(void)
{
    return CA_COUNT(problems);
}

const struct problem_row *problem_at(size_t i)
{
    return &problems[i].row;
}

const struct problem_row *problem_by_code(const char *code)
{
    for (size_t i = 0; i < CA_COUNT(problems); i++) {
        if (strcmp(problems[i].row.code, code) == 0)
            return &problems[i].row;
    }
    return NULL;
}

const struct problem_row *problem_find(enum ca_rc rc, const char *problem)
{
    const struct problem_row *named = problem[0] != '\0' ? problem_by_code(problem) : NULL;

    if (named != NULL)
        return named;
    if (rc == CA_RETRY) /* a race that was lost 5 times */
        rc = CA_UNAVAILABLE;
    for (size_t i = 0; i < CA_COUNT(problems); i++) {
        if (problems[i].rc == rc && rc != CA_OK)
            return &problems[i].row;
    }
    return problem_by_code("fault");
}

struct ca_bytes problem_page(const struct problem_row *row)
{
    for (size_t i = 0; i < CA_COUNT(pages); i++) {
        if (strcmp(pages[i].code, row->code) == 0)
            return ca_bytes_str(pages[i].text);
    }
    return (struct ca_bytes){0};
}

static void text_write(struct ca_buf *b, const char *text)
{
    ca_buf_u8(b, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            ca_buf_printf(b, "\\%c", c);
        } else if (c < ' ' || c == 0x7f) {
            ca_buf_printf(b, "\\u%04x", c + 0U);
        } else {
            ca_buf_u8(b, c);
        }
    }
    ca_buf_u8(b, '"');
}

/* ,"name":"text", where there is one. */
static void member_write(struct ca_buf *b, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    if (!ca_text_is_clean(ca_bytes_str(text)))
        text = "(not UTF-8)"; /* JSON has nothing else; a cut text may end inside a character */
    ca_buf_printf(b, ",\"%s\":", name);
    text_write(b, text);
}

static void finding_write(struct ca_buf *b, const struct wire_finding *f)
{
    ca_buf_str(b, "{\"pointer\":");
    text_write(b, f->pointer);
    member_write(b, "code", f->rule);
    member_write(b, "rule", f->rule);
    member_write(b, "detail", f->text);
    member_write(b, "allowed", f->allowed);
    member_write(b, "value", f->value);
    ca_buf_u8(b, '}');
}

static void findings_write(struct ca_buf *b, const struct wire_finding *findings, uint32_t n)
{
    const char *between = "";

    ca_buf_str(b, ",\"errors\":[");
    for (uint32_t i = 0; i < n; i++) {
        if (!findings[i].refuses)
            continue;
        ca_buf_str(b, between);
        finding_write(b, &findings[i]);
        between = ",";
    }
    ca_buf_u8(b, ']');
}

/* "/a/b: text" of a body that was refused at one place: the place as RFC 6901 has it, then why. */
static bool text_has_place(const char *text, struct ca_bytes *ret_pointer, const char **ret_detail)
{
    const char *colon = text != NULL && text[0] == '/' ? strstr(text, ": ") : NULL;

    if (colon == NULL)
        return false;
    *ret_pointer = (struct ca_bytes){(const uint8_t *)text, (size_t)(colon - text)};
    *ret_detail = colon + 2;
    return ca_text_is_clean(*ret_pointer);
}

/* The findings; without any, the one that the text itself is. */
static void errors_write(struct ca_buf *b, const struct problem_row *row, const char *text,
                         const struct wire_finding *findings, uint32_t n)
{
    struct ca_bytes place;
    const char *detail;
    char pointer[sizeof(((struct ca_err *)NULL)->text)];

    if (n > 0) {
        findings_write(b, findings, n);
        return;
    }
    if (!text_has_place(text, &place, &detail) || !ca_text_copy(pointer, sizeof(pointer), place))
        return;
    ca_buf_str(b, ",\"errors\":[{\"pointer\":");
    text_write(b, pointer);
    member_write(b, "code", row->code);
    member_write(b, "detail", detail);
    ca_buf_str(b, "}]");
}

/* The texts of these speak of the client's own input. */
static bool text_is_for_client(enum ca_rc rc)
{
    return rc == CA_MALFORMED || rc == CA_DENIED || rc == CA_NOT_FOUND || rc == CA_CONFLICT ||
           rc == CA_LIMIT;
}

CA_RC problem_write(const struct problem_row *row, enum ca_rc rc, const struct ca_err *why,
                    const char *request_id, const struct wire_finding *findings, uint32_t n,
                    struct ca_buf *ret, struct ca_err *err)
{
    const char *text = text_is_for_client(rc) ? why->text : NULL;

    ca_buf_printf(ret, "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%d", row->code,
                  row->title, row->status);
    member_write(ret, "detail", text);
    member_write(ret, "request_id", request_id);
    errors_write(ret, row, text, findings, n);
    ca_buf_str(ret, "}\n");
    return ca_buf_check(ret, err);
}
