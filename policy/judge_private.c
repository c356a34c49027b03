/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* Extensions without a row of their own: those that the profile declares, and no others. */

static const struct cert_extension *find(const struct cert *cert, struct ca_bytes oid)
{
    for (size_t i = 0; i < cert->extension_n; i++) {
        if (ca_bytes_equal(cert->extensions[i].oid, oid))
            return &cert->extensions[i];
    }
    return NULL;
}

static void refuse_private(const struct tbs_case *t, struct ca_bytes oid, const char *text)
{
    CA_AUTO(buf) struct ca_buf dotted = {0};

    oid_text(oid, &dotted);
    judge_refuse(t->verdict,
                 &(struct says){"private_extensions", "/extensions", ca_buf_view(&dotted), NULL},
                 "a private extension %s", text);
}

static void check_private(const struct tbs_case *t, const struct profile_private *p)
{
    const struct cert_extension *ext = find(t->cert, p->oid);
    struct extension_case e = {t->profile, t->issuer, t->key->kind, "/extensions", t->verdict};

    if (ext == NULL) {
        if (p->rule.value.len > 0 || p->rule.required)
            refuse_private(t, p->oid, "is missing");
        return;
    }
    if (ext->critical != p->rule.critical)
        refuse_private(t, p->oid, p->rule.critical ? "is not critical" : "is critical");
    if (p->rule.value.len > 0 && ca_bytes_equal(ext->value, p->rule.value))
        return;
    if (p->rule.from_request) {
        rule_private(&e, p, ext->value);
    } else {
        refuse_private(t, p->oid, "is not what the profile says");
    }
}

/* I7: what has no row here, and is not declared by the profile, is in no certificate. */
static void closed_list(const struct tbs_case *t)
{
    for (size_t i = 0; i < t->cert->extension_n; i++) {
        CA_AUTO(buf) struct ca_buf oid = {0};
        enum cert_extension_kind kind;

        if (extension_kind_find(t->cert->extensions[i].oid, &kind) ||
            private_find(t->profile, t->cert->extensions[i].oid) >= 0)
            continue;
        oid_text(t->cert->extensions[i].oid, &oid);
        judge_refuse(t->verdict,
                     &(struct says){"extensions", "/extensions", ca_buf_view(&oid), NULL},
                     "an extension that no profile has");
    }
}

void judge_private(const struct tbs_case *t)
{
    closed_list(t);
    for (size_t i = 0; i < t->profile->x.private_n; i++)
        check_private(t, &t->profile->x.private[i]);
}
