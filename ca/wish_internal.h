/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"
#include "policy/judge.h"

/* What a question asks for beside its CSR, as policy/ takes it. */
struct wish_read {
    struct wish wish;
    struct name_value subject[NAME_VALUES_MAX];
    struct san sans[SAN_COUNT_MAX];
    struct ca_buf own; /* octets of the SANs */
};
/* Views into the question. CA_MALFORMED or CA_DENIED names the JSON member; CA_LIMIT too many. */
CA_RC wish_read(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err);
/* Subject attributes alone. */
CA_RC wish_subject(const struct wire_pair *pairs, uint32_t n,
                   struct name_value ret[NAME_VALUES_MAX], struct ca_err *err);
void wish_done(struct wish_read *w);

static inline void wish_done_value(struct wish_read w)
{
    wish_done(&w);
}
CA_AUTO_DEFINE(wish, struct wish_read, wish_done_value);
