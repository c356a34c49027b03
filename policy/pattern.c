/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_LIMIT = 20000, /* steps: about a millisecond */
    DEPTH_LIMIT = 1000,
    HEAP_LIMIT = 1024, /* KiB */
    TEXT_MAX = 1000,
};

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    char *text;
};

static CA_RC code_make(struct pattern *p, const char *text, struct ca_err *err)
{
    const uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C;
    int code = 0;
    size_t at = 0;
    PCRE2_UCHAR why[100] = "";

    p->code = pcre2_compile((PCRE2_SPTR)text, strlen(text), options, &code, &at, NULL);
    if (p->code != NULL)
        return CA_OK;
    if (code == PCRE2_ERROR_NOMEMORY || code == 121) /* 121: the compiler found no memory */
        return CA_FAIL_NOMEM(err);
    (void)pcre2_get_error_message(code, why, sizeof(why));
    return CA_FAIL(err, CA_MALFORMED, "pattern '%.60s': %s at character %zu", text, (char *)why,
                   at + 1);
}

CA_RC pattern_compile(const char *text, struct pattern **ret, struct ca_err *err)
{
    CA_AUTO(pattern) struct pattern *p = NULL;

    if (strlen(text) > TEXT_MAX)
        return CA_FAIL(err, CA_MALFORMED, "pattern of more than %d characters", TEXT_MAX);
    p = calloc(1, sizeof(*p));
    if (p == NULL)
        return CA_FAIL_NOMEM(err);
    p->text = (char *)ca_bytes_dup(ca_bytes_str(text));
    p->limits = pcre2_match_context_create(NULL);
    if (p->text == NULL || p->limits == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pcre2_set_match_limit(p->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(p->limits, HEAP_LIMIT);
    CA_TRY(code_make(p, text, err));
    *ret = CA_MOVE(p);
    return CA_OK;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_code_free(p->code);
    pcre2_match_context_free(p->limits);
    free(p->text);
    free(p);
}

const char *pattern_text(const struct pattern *p)
{
    return p->text;
}

enum pattern_answer pattern_match(const struct pattern *p, struct ca_bytes value)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int rc = PCRE2_ERROR_NOMEMORY;

    if (data != NULL)
        rc = pcre2_match(p->code, value.ptr, value.len, 0, 0, data, p->limits);
    pcre2_match_data_free(data);
    if (rc == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    return rc >= 0 ? PATTERN_YES : PATTERN_GIVEN_UP; /* limits, no memory, not UTF-8 */
}
