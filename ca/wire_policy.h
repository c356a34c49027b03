/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* Profiles, what they say of a request, and what they would have said. A part of ca/wire.h. */

/* A version of a profile is kept; nothing is in force by that. */
struct wire_profile_put {
    struct wire_caller caller;
    struct ca_bytes yaml;
    const char *comment;
};
struct wire_profile_activate {
    struct wire_caller caller;
    const char *name;
    struct ca_bytes version; /* len 0: the name goes out of use */
    const char *comment;
};
struct wire_profile {
    const char *name;
    struct ca_bytes version;
    bool active;
    bool existed; /* the version was there already, or in force already */
};

/* What would become of a request, rule by rule and field by field; nothing is stored. */
struct wire_explain {
    struct wire_caller caller;
    struct ca_uuid request_id; /* of one on record; nil: the one in `issue` */
    struct ca_bytes issue;     /* a WIRE_ISSUE, header and payload; len 0: the one on record */
    struct ca_bytes draft;     /* YAML of a profile to judge it by; len 0: the one in force */
};
struct wire_rule { /* struct rule_trace of policy/judge.h */
    const char *rule;
    const char *pointer;
    const char *state; /* "not-asked", "passed", "noted", "refused" */
    const char *says;
};
struct wire_difference { /* struct diff_row of policy/diff.h */
    const char *field;
    const char *rule;
    const char *asked;
    const char *issued;
    const char *state; /* "same", "added", "changed", "dropped", "violates" */
};
struct wire_explained {
    const char *verdict; /* "issue", "wait", "refuse" */
    const char *profile;
    struct ca_bytes profile_version;
    const char *authority;
    struct ca_bytes plan_digest; /* len 0: refused before there was a plan */
    struct ca_bytes tbs;         /* TBSCertificate with a serial of zeros; len 0: the same */
    const char *approvals;       /* as policy/approval.h writes it; "": none are wanted */
    const struct wire_finding *findings;
    uint32_t findings_n;
    const struct wire_rule *rules;
    uint32_t rules_n;
    const struct wire_difference *differences;
    uint32_t differences_n;
};

/* What a draft of a profile would have made of the requests on record with its name: a page of
 * them, oldest first. */
struct wire_replay {
    struct wire_caller caller;
    const char *profile;
    struct ca_bytes draft; /* YAML */
    int64_t since;
    struct ca_uuid after; /* the page before ended here; nil: the first page */
    uint32_t limit;       /* requests to look at: 1 to 5000 */
};
struct wire_replay_change {
    struct ca_uuid request_id;
    const char *subject;
    const char *before; /* "issue", "wait", "refuse", by the profile in force */
    const char *after;  /* by the draft; the same word: what would be signed differs */
    const char *rule;   /* the draft's first finding; "" none */
    const char *text;
};
struct wire_replayed {
    uint32_t evaluated;
    struct ca_uuid next; /* nil: that was the last page */
    const struct wire_replay_change *changes;
    uint32_t changes_n;
};
