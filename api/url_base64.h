/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Base64 as clients write it into an address: either alphabet of RFC 4648, percent-encoded or not.
 * What a protocol makes of padding and of a cut text is its own. */

/* Takes one character off the front of a text that is not empty, a percent code as what it stands
 * for; -1: a bad percent code. */
int url_base64_take(struct ca_bytes *in);
/* The value of a character; a blank is a '+' that somebody decoded as in a query. -1: none. */
int url_base64_digit(int c);
