/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert_internal.h"
#include "policy/judge_internal.h"
#include "policy/oid.h"

/* What is asked for where the profile decides. */

/* Does the CSR ask for more than it gets? Less than that nobody misses. */
static bool usages_suffice(const struct choice *c, struct ca_bytes asked, struct ca_bytes *ret)
{
    const struct profile_oids *own = &c->in->profile->x.usages;
    struct ca_bytes oids[EXTENSION_LIST_MAX];
    struct ca_err ignored;
    size_t n = 0;

    if (extension_oids_read(asked, oids, &n, &ignored) != CA_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;

        while (j < own->n && !ca_bytes_equal(own->list[j], oids[i]))
            j++;
        *ret = oids[i];
        if (j == own->n)
            return false;
    }
    return true;
}

static void usages_note(const struct choice *c, const struct asked *asked, struct verdict *v)
{
    struct says says = {
        "extended_key_usage", asked->pointer, {NULL, 0},
          NULL
    };
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_bytes oid = {NULL, 0};

    if (usages_suffice(c, piece_view(c, &asked->value), &oid))
        return;
    oid_text(oid, &text);
    says.value = ca_buf_view(&text);
    judge_note(v, &says,
               "the profile decides the extended key usage; the request asked for another");
}

static void key_usage_note(const struct choice *c, const struct asked *asked, struct verdict *v)
{
    enum profile_class class = profile_class_of(csr_key_info(c->in->csr)->kind);
    struct says says = {
        "key_usage", asked->pointer, {NULL, 0},
          NULL
    };
    char text[160];
    uint32_t bits = 0;
    struct ca_err ignored;

    if (key_usage_read(piece_view(c, &asked->value), &bits, &ignored) == CA_OK &&
        (bits & ~c->in->profile->x.key_usage[class].bits) == 0)
        return;
    says.value =
        ca_bytes_str(key_usage_text(bits & ~c->in->profile->x.key_usage[class].bits, text));
    judge_note(v, &says, "the profile decides the key usage; the request asked for more");
}

/* The profile decides: what a CSR asks for is left out, what is asked beside it is refused unless
 * it is the same. */
void choice_not_let(const struct choice *c, enum cert_extension_kind kind, struct verdict *v)
{
    const struct asked *asked = &c->asked[kind];
    struct ca_bytes own = piece_view(c, &c->chosen[kind].value);
    const struct says says = {
        cert_extension_info(kind)->name, asked->pointer, {NULL, 0},
          NULL
    };

    if (ca_bytes_equal(piece_view(c, &asked->value), own) && asked->removed == (own.len == 0))
        return;
    if (asked->beside) {
        judge_refuse(v, &says, "the profile decides %s", says.rule);
    } else if (kind == EXT_KEY_USAGE) {
        key_usage_note(c, asked, v);
    } else if (kind == EXT_EXTENDED_KEY_USAGE) {
        usages_note(c, asked, v);
    } else {
        judge_note(v, &says, "the profile decides %s; the request's is left out", says.rule);
    }
}
