/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Manual pages are mdoc(7), made from the tables of the programs. */

/* Text as it is: what would be a request of roff is escaped, sentences end lines. */
void mdoc_text(struct ca_buf *to, const char *s);
void mdoc_sentence(struct ca_buf *to, const char *s); /* with a full stop and a newline */
/* As mdoc_text, but lines stay lines: for what stands in .Bd -literal. */
void mdoc_literal(struct ca_buf *to, const char *s, size_t len);
