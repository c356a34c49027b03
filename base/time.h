/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <time.h>

#include "base/bytes.h"
#include "base/rc.h"

/* The only place that reads clocks. Times are seconds since 1970-01-01T00:00:00Z. */
int64_t ca_time_now(void);
int64_t ca_time_now_us(void); /* microseconds; wall clock */
int64_t ca_mono_ms(void);     /* milliseconds; never goes back; for deadlines and durations */
int64_t ca_mono_us(void);

/* The absolute CLOCK_MONOTONIC time of a deadline in ca_mono_ms units. */
struct timespec ca_mono_timespec(int64_t deadline_ms);

struct ca_civil {
    int year, month, day, hour, minute, second; /* UTC, Gregorian */
};
void ca_time_to_civil(int64_t at, struct ca_civil *ret);       /* years 1 to 9999 */
bool ca_civil_to_time(const struct ca_civil *c, int64_t *ret); /* false: no such moment */

/* RFC 3339 in UTC, as 2026-11-21T08:55:34Z; `ret` takes CA_TIME_TEXT octets. */
enum { CA_TIME_TEXT = 32 };
const char *ca_time_text(int64_t at, char *ret); /* returns ret */

/* Reads the same form, fractions of a second dropped, offsets other than Z refused. CA_MALFORMED.
 */
CA_RC ca_time_parse(struct ca_bytes text, int64_t *ret, struct ca_err *err);
