/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint.h"

#include <arpa/inet.h>

#include "base/text.h"
#include "policy/judge_internal.h"
#include "policy/lint_internal.h"

enum { SHOWN = sizeof(((struct finding *)0)->value) };

static const struct lint_group *const groups[] = {
    &lint_group_tbs,         &lint_group_name,      &lint_group_extension, &lint_group_usage,
    &lint_group_san,         &lint_group_authority, &lint_group_key,       &lint_group_tls,
    &lint_group_tls_subject, &lint_group_agree,
};

size_t lint_count(void)
{
    size_t n = 0;

    for (size_t i = 0; i < CA_COUNT(groups); i++)
        n += groups[i]->n;
    return n;
}

const struct lint *lint_row(size_t i)
{
    for (size_t g = 0; g < CA_COUNT(groups); g++) {
        if (i < groups[g]->n)
            return &groups[g]->lints[i];
        i -= groups[g]->n;
    }
    return NULL;
}

const struct lint_info *lint_at(size_t i)
{
    const struct lint *lint = lint_row(i);

    return lint != NULL ? &lint->info : NULL;
}

enum lint_result lint_run(const struct lint *lint, const struct lint_case *c,
                          struct ca_bytes *ret_value)
{
    /* The rule on the form itself is the only one for bytes that could not be taken apart. */
    unsigned wanted = lint->kinds == 0 ? 0 : lint->kinds | LINT_KIND_READ;

    if ((c->kinds & wanted) != wanted)
        return LINT_NOT_APPLICABLE;
    *ret_value = (struct ca_bytes){NULL, 0};
    return lint->check(c, lint->arg, ret_value) ? LINT_PASSES : LINT_BREAKS;
}

/* Octets that are no text, as people write them: an address, or hexadecimal, cut. */
static struct ca_bytes value_shown(const struct lint *lint, struct ca_bytes value, char ret[SHOWN])
{
    enum { IPV4 = 4, IPV6 = 16, CUT = SHOWN / 2 - 1 };
    bool name = strstr(lint->pointer, "subject_alt_name") != NULL;

    if (ca_text_is_clean(value))
        return value;
    if (!name || (value.len != IPV4 && value.len != IPV6) ||
        inet_ntop(value.len == IPV4 ? AF_INET : AF_INET6, value.ptr, ret, SHOWN) == NULL)
        (void)ca_hex((struct ca_bytes){value.ptr, value.len < CUT ? value.len : CUT}, ret);
    return ca_bytes_str(ret);
}

static void tell(const struct lint *lint, struct ca_bytes value, struct verdict *verdict)
{
    char shown[SHOWN];
    struct says says = {lint->info.name, lint->pointer, value_shown(lint, value, shown), NULL};

    if (lint->info.severity == LINT_ERROR) {
        judge_refuse(verdict, &says, "%s (%s)", lint->info.text, lint->info.source);
    } else {
        judge_note(verdict, &says, "%s (%s)", lint->info.text, lint->info.source);
    }
}

CA_RC lint_tbs(const struct cert *cert, const struct issuer *issuer, struct verdict *verdict,
               struct ca_err *err)
{
    struct lint_case c;

    (void)err;
    lint_case_read(cert->tbs, issuer, &c);
    for (size_t g = 0; g < CA_COUNT(groups); g++) {
        for (size_t i = 0; i < groups[g]->n; i++) {
            const struct lint *lint = &groups[g]->lints[i];
            struct ca_bytes value;

            if (lint_run(lint, &c, &value) == LINT_BREAKS)
                tell(lint, value, verdict);
        }
    }
    return CA_OK;
}
