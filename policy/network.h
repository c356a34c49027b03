/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Networks in CIDR notation: "192.0.2.0/24", "2001:db8::/32", or one address. */
struct network {
    uint8_t octets[16];
    size_t len; /* 4 or 16 */
    unsigned bits;
};

/* False also when bits behind the prefix are set ("192.0.2.1/24"). */
bool network_parse(const char *text, struct network *ret);

/* Is the address (4 or 16 octets) in it? False for what is no network. */
bool network_holds(const char *network, struct ca_bytes address);

/* Is every address of `inner` in `outer`? */
bool network_is_inside(const char *inner, const char *outer);
