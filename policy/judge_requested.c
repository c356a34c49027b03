/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* The extensions that a CSR asks for (extensionRequest, RFC 2985 5.4.2). */

/* A leaf that asks to be a CA is an attack or a mistake. */
static void requested_basic_constraints(const struct choice *c, const struct cert_extension *ext,
                                        struct verdict *v)
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
    } else if (ca && !c->in->profile->basic_constraints.ca) {
        judge_refuse(v, &says,
                     "the request asks for a CA certificate, which this profile never makes");
    }
}

static void asked_fill(struct asked *ret, const struct cert_extension *ext, const char *name)
{
    ret->given = true;
    ret->removed = false;
    ret->beside = false;
    ret->critical = ext->critical ? 1 : 0;
    ret->value = (struct piece){ext->value, 0, 0};
    (void)judge_pointer(ret->pointer, "/csr/extensions", name);
}

int private_find(const struct profile *p, struct ca_bytes oid)
{
    for (size_t i = 0; i < p->x.private_n; i++) {
        if (ca_bytes_equal(p->x.private[i].oid, oid))
            return (int)i;
    }
    return -1;
}

static void requested_other(struct choice *c, const struct cert_extension *ext, struct verdict *v)
{
    CA_AUTO(buf) struct ca_buf oid = {0};
    int private = private_find(c->in->profile, ext->oid);

    oid_text(ext->oid, &oid);
    if (private >= 0) {
        asked_fill(&c->asked_private[private], ext, ca_buf_cstr(&oid));
        return;
    }
    judge_note(v, &(struct says){"extensions", "/csr/extensions", ca_buf_view(&oid), NULL},
               "an extension that no profile copies is left out");
}

void choice_ask_csr(struct choice *c, struct verdict *v)
{
    size_t n = 0;
    const struct cert_extension *list = csr_extensions(c->in->csr, &n);

    for (size_t i = 0; i < n; i++) {
        enum cert_extension_kind kind;

        if (!extension_kind_find(list[i].oid, &kind)) {
            requested_other(c, &list[i], v);
            continue;
        }
        if (kind == EXT_BASIC_CONSTRAINTS)
            requested_basic_constraints(c, &list[i], v);
        asked_fill(&c->asked[kind], &list[i], cert_extension_info(kind)->name);
    }
}
