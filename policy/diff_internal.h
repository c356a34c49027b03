/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/diff.h"
#include "policy/judge_internal.h"

/* Both sides, read from what they are written in. */
struct sides {
    const struct judge_input *in;
    const struct verdict *verdict;
    struct diff *to;
    size_t room;

    struct name_value asked_subject[NAME_VALUES_MAX], issued_subject[NAME_VALUES_MAX];
    size_t asked_subject_n, issued_subject_n;
    const struct san *asked_sans;
    size_t asked_san_n;
    struct san issued_sans[SAN_COUNT_MAX];
    size_t issued_san_n;
    struct ca_buf tbs; /* of the plan; empty: none */
    struct cert cert;
};

/* diff_read.c: fills both sides; `in` and `verdict` stand there. tbs is for ca_buf_done. */
CA_RC diff_read(struct sides *s, struct ca_err *err);
