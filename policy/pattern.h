/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* Regular expressions of profiles (PCRE2, UTF-8). They hold for the whole value, and one that
 * would take too long is given up: a request must not be able to keep the signer busy. */
struct pattern;

/* CA_MALFORMED says what is wrong and where. */
CA_RC pattern_compile(const char *text, struct pattern **ret, struct ca_err *err);
void pattern_free(struct pattern *p);
CA_AUTO_DEFINE(pattern, struct pattern *, pattern_free);

const char *pattern_text(const struct pattern *p); /* borrowed */

enum pattern_answer {
    PATTERN_GIVEN_UP, /* the limits were reached: neither yes nor no */
    PATTERN_NO,
    PATTERN_YES
};
enum pattern_answer pattern_match(const struct pattern *p, struct ca_bytes value);
