/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* What people cannot tell apart must not be told apart by machines. */

/* May `text` (clean UTF-8, ca_text_is_clean) stand in a name that people read? In Unicode
 * normalization form C, without characters that are invisible, change the direction of writing, or
 * are for private use, and not Latin mixed with Cyrillic or Greek in one
 * word. CA_DENIED names `what` and the character. */
CA_RC unicode_check(const char *what, struct ca_bytes text, struct ca_err *err);

/* Latin letters together with Cyrillic or Greek ones between two separators? */
bool unicode_mixes_scripts(struct ca_bytes text);
