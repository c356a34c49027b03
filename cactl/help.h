/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "cactl/table.h"

/* Help as text: examples first. */
void help_program(struct ca_buf *to);
void help_noun(const struct noun *noun, struct ca_buf *to);
void help_verb(const struct noun *noun, const struct verb *verb, struct ca_buf *to);

/* "cactl cert list [FLAGS] ID..." */
void help_synopsis(const struct noun *noun, const struct verb *verb, struct ca_buf *to);
/* "-o, --output FORMAT", "--wait[=DURATION]" */
void help_flag(const struct flag *flag, struct ca_buf *to);
