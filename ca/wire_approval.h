/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Consent of others. A part of ca/wire.h. */

/* A vote. */
struct wire_decide {
    struct wire_caller caller;
    struct ca_uuid approval_id; /* of a request: its own id */
    bool approves;
    struct ca_bytes digest; /* what he saw */
    const char *comment;    /* a denial needs one */
};
struct wire_approval_change {
    struct wire_caller caller;
    struct ca_uuid approval_id;
    const char *change;      /* "withdraw", "assign", "comment" */
    struct ca_uuid assignee; /* of "assign"; nil: nobody */
    const char *comment;
};
struct wire_rule_put {
    struct wire_caller caller;
    const char *action; /* "profile.activate" */
    const char *policy; /* as policy/approval.h writes it; "": nobody has to agree */
};
struct wire_vote {
    struct ca_uuid operator_id;
    const char *name;
    bool approves;
    const char *comment;
    int64_t at;
};
struct wire_approval {
    struct ca_uuid id;
    const char *action;
    const char *object;
    const char
        *state; /* "pending", "approved", "done", "failed", "denied", "withdrawn", "expired" */
    struct ca_bytes digest;
    int32_t revision;
    const char *policy;
    uint32_t step;   /* that waits, from 0 */
    uint32_t needed; /* votes that it still needs */
    int64_t expires_at;
    const struct wire_vote *votes; /* of this revision */
    uint32_t votes_n;
    const char *result;
};
