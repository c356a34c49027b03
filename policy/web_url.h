/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* An http or https address with a host, printable ASCII, at most 1000 octets. */
bool web_url_is(struct ca_bytes url);
/* Its host, without user and port; len 0: none. Borrowed. */
struct ca_bytes web_url_host(struct ca_bytes url);
