/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* What the extensions of a CSR ask for, against what the profile gives. None is copied. */

/* A leaf that asks to be a CA is an attack or a mistake; the rest the profile simply decides (I7).
 */
static void requested_basic_constraints(const struct judge_input *in,
                                        const struct cert_extension *ext, struct verdict *v)
{
    bool ca = false;
    int path_length = -1;
    struct ca_err err;
    struct says says = {"basic_constraints.ca", "/csr/extensions/basic_constraints",
                        ca_bytes_str("CA:TRUE"), "CA:FALSE"};

    if (basic_constraints_read(ext->value, &ca, &path_length, &err) != CA_OK) {
        /* Many clients write out cA FALSE; it is not copied, so its encoding does no harm. */
        static const uint8_t written_false[] = {0x30, 0x03, 0x01, 0x01, 0x00};

        if (!ca_bytes_equal(ext->value, (struct ca_bytes){written_false, sizeof(written_false)}))
            judge_refuse(v, &says, "basic constraints of the request: %s", err.text);
    } else if (ca && !in->profile->basic_constraints.ca) {
        judge_refuse(v, &says,
                     "the request asks for a CA certificate, which this profile never makes");
    }
}

static void requested_key_usage(const struct judge_input *in, const struct cert_extension *ext,
                                struct verdict *v)
{
    const struct profile *p = in->profile;
    bool rsa = csr_key_info(in->csr)->kind == CA_KEY_RSA;
    uint32_t granted = rsa ? p->key_usage_rsa : p->key_usage;
    uint32_t asked = 0;
    struct ca_err err;
    char names[160] = "";
    size_t at = 0;

    if (key_usage_read(ext->value, &asked, &err) == CA_OK && (asked & ~granted) == 0)
        return;
    for (unsigned bit = 0; profile_key_usage_name(bit) != NULL && at < sizeof(names); bit++) {
        if ((asked & ~granted) >> bit & 1U) {
            at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", at > 0 ? ", " : "",
                                   profile_key_usage_name(bit));
        }
    }
    judge_note(v,
               &(struct says){"key_usage", "/csr/extensions/key_usage", ca_bytes_str(names), NULL},
               "the profile decides the key usage; the request asked for more");
}

static bool grants_usage(const struct profile *p, struct ca_bytes oid)
{
    for (size_t i = 0; i < p->usage_n; i++) {
        if (ca_bytes_equal(p->usages[i], oid))
            return true;
    }
    return false;
}

/* ExtKeyUsageSyntax, RFC 5280 4.2.1.12: the first usage that the profile has not; false: none. */
static bool usage_beyond(const struct profile *p, struct ca_bytes value, struct ca_bytes *ret)
{
    struct der seq;
    struct der oid;
    struct ca_err ignored;

    *ret = (struct ca_bytes){NULL, 0};
    if (der_take(&value, DER_SEQUENCE, &seq, &ignored) != CA_OK)
        return true;
    while (seq.body.len > 0) {
        if (der_take(&seq.body, DER_OID, &oid, &ignored) != CA_OK)
            return true;
        *ret = oid.body;
        if (!grants_usage(p, oid.body))
            return true;
    }
    return false;
}

static void requested_extended_key_usage(const struct judge_input *in,
                                         const struct cert_extension *ext, struct verdict *v)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_bytes oid;

    if (!usage_beyond(in->profile, ext->value, &oid))
        return;
    oid_text(oid, &text);
    judge_note(v,
               &(struct says){"extended_key_usage", "/csr/extensions/extended_key_usage",
                              ca_buf_view(&text), NULL},
               "the profile decides the extended key usage; the request asked for another");
}

static void requested_other(const struct cert_extension *ext, struct verdict *v)
{
    CA_AUTO(buf) struct ca_buf oid = {0};

    oid_text(ext->oid, &oid);
    judge_note(v, &(struct says){"extensions", "/csr/extensions", ca_buf_view(&oid), NULL},
               "an extension that no profile copies is left out");
}

void judge_requested(const struct judge_input *in, struct verdict *v)
{
    size_t n = 0;
    const struct cert_extension *list = csr_extensions(in->csr, &n);

    for (size_t i = 0; i < n; i++) {
        enum cert_extension_kind kind;

        if (!extension_kind_find(list[i].oid, &kind)) {
            requested_other(&list[i], v);
        } else if (kind == EXT_BASIC_CONSTRAINTS) {
            requested_basic_constraints(in, &list[i], v);
        } else if (kind == EXT_KEY_USAGE) {
            requested_key_usage(in, &list[i], v);
        } else if (kind == EXT_EXTENDED_KEY_USAGE) {
            requested_extended_key_usage(in, &list[i], v);
        }
    }
}
