/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field text_fields[] = {
    F(TEXT, wire_text, text, DNS),
};
const struct wire_list wire_texts = LIST(wire_text, text_fields);

static const struct wire_field pair_fields[] = {
    F(TEXT, wire_pair, type,  PAIR_TYPE),
    F(TEXT, wire_pair, value, PAIR_VALUE),
};
const struct wire_list wire_pairs = LIST(wire_pair, pair_fields);

static const struct wire_field finding_fields[] = {
    F(BOOL, wire_finding, refuses, 0),
    F(TEXT, wire_finding, rule,    NAME),
    F(TEXT, wire_finding, pointer, POINTER),
    F(TEXT, wire_finding, value,   FINDING_TEXT),
    F(TEXT, wire_finding, allowed, FINDING_TEXT),
    F(TEXT, wire_finding, text,    FINDING_TEXT),
};
const struct wire_list wire_findings = LIST(wire_finding, finding_fields);

static const struct wire_field constraint_fields[] = {
    F(TEXT, wire_pair, type,  KEY_SPEC),
    F(TEXT, wire_pair, value, DNS),
};
const struct wire_list wire_constraint_pairs = LIST(wire_pair, constraint_fields);

static const struct wire_field extension_fields[] = {
    F(TEXT,  wire_extension, oid,      DNS),
    F(BOOL,  wire_extension, critical, 0),
    F(BYTES, wire_extension, value,    EXTENSION_DER),
};
const struct wire_list wire_extensions = LIST(wire_extension, extension_fields);
/* clang-format on */
