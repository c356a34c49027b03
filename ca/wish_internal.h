/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"
#include "policy/judge.h"

/* The name constraints of a question, as policy/ takes them; views into `own`. */
struct wish_constraints {
    struct name_subtree list[EXTENSION_SUBTREES_MAX];
    struct ca_buf own;
};
/* {"permitted_dns", "example.org"}, "excluded_ip", … CA_MALFORMED or CA_DENIED names the member;
 * CA_LIMIT too many. *ret is zeroed by the caller and given to wish_constraints_done. */
CA_RC wish_constraints(const struct wire_pair *pairs, uint32_t n, struct wish_constraints *ret,
                       struct ca_err *err);
void wish_constraints_done(struct wish_constraints *c);

enum { WISH_EXTENSIONS_MAX = 16 };

/* What a question asks for beside its CSR, as policy/ takes it. */
struct wish_read {
    struct wish wish;
    struct name_value subject[NAME_VALUES_MAX];
    struct san sans[SAN_COUNT_MAX];
    struct ca_buf own; /* octets of the SANs */
    struct ca_bytes usages[EXTENSION_LIST_MAX];
    struct ca_bytes policies[EXTENSION_LIST_MAX];
    struct wish_extension extensions[WISH_EXTENSIONS_MAX];
    struct ca_buf oids; /* octets of the three above */
    struct wish_constraints constraints;
};
/* Views into the question. CA_MALFORMED or CA_DENIED names the JSON member; CA_LIMIT too many. */
CA_RC wish_read(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err);
/* Subject attributes alone. */
CA_RC wish_subject(const struct wire_pair *pairs, uint32_t n,
                   struct name_value ret[NAME_VALUES_MAX], struct ca_err *err);
/* wish_extension.c: all that is not subject, names and validity. */
CA_RC wish_extensions(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err);
void wish_done(struct wish_read *w);

static inline void wish_done_value(struct wish_read w)
{
    wish_done(&w);
}
CA_AUTO_DEFINE(wish, struct wish_read, wish_done_value);
