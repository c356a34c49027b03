/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"

/* What several messages have in them. A part of ca/wire.h. */

/* First member of every question. What the front says of a caller is checked again. */
struct wire_caller {
    struct ca_uuid operator_id;   /* nil: nobody in particular; few questions take that */
    struct ca_uuid credential_id; /* what he showed; nil: none, for the channel "local" */
    const char *channel;          /* "rest", "local", "scep", "front" */
    const char *request_id;       /* X-Request-Id */
};

struct wire_text { /* one of a list */
    const char *text;
};
struct wire_pair { /* a subject attribute {"common_name", "www"} or a SAN {"dns", "www"} */
    const char *type;
    const char *value;
};

struct wire_extension {
    const char *oid; /* dotted */
    bool critical;
    struct ca_bytes value; /* content of extnValue, DER */
};

struct wire_finding { /* struct finding of policy/judge.h */
    bool refuses;
    const char *rule;
    const char *pointer;
    const char *value;
    const char *allowed;
    const char *text;
};
