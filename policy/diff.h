/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/judge.h"

/* Field by field: what the profile says, what was asked, what would be issued. Pure. */

enum diff_state {
    DIFF_SAME,
    DIFF_ADDED,   /* not asked for; the profile or the authority puts it in */
    DIFF_CHANGED, /* asked for otherwise */
    DIFF_DROPPED, /* asked for and left out */
    DIFF_VIOLATES /* asked for and refused */
};
const char *diff_state_name(enum diff_state state); /* "same", "added", … */

struct diff_row {
    char field[64];   /* "subject.common_name", "subject_alt_name", "extensions.key_usage" */
    char rule[200];   /* what the profile says */
    char asked[300];  /* "": nothing */
    char issued[300]; /* "": nothing, also when no certificate would be issued */
    enum diff_state state;
};
struct diff {
    struct diff_row *rows;
    size_t n;
};

/* `verdict` is what judge_request said about `in`. CA_FAULT. */
CA_RC diff_make(const struct judge_input *in, const struct verdict *verdict, struct diff **ret,
                struct ca_err *err);
void diff_free(struct diff *d);
CA_AUTO_DEFINE(diff, struct diff *, diff_free);
