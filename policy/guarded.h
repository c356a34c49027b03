/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Acts that want the consent of others: whoever did them alone could give himself, or anybody, what
 * no profile lets through. Pure. */
struct guarded_act {
    const char *action; /* as in the audit log: "profile.activate" */
    const char *help;   /* what it is, for people */
    const char *policy; /* who has to agree unless a rule is set: policy/approval.h has the form */
    bool certificate;   /* an API token does not even ask for it */
    bool scripted;      /* in development a set-up does it without anybody */
};
size_t guarded_count(void);
const struct guarded_act *guarded_at(size_t i);
const struct guarded_act *guarded_find(const char *action); /* NULL: not guarded */
