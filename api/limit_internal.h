/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"
#include "base/text.h"

/* How often: refused logins of an address, requests of an operator. Tables of a fixed size, kept
 * in memory alone. Any thread. */

/* Addresses whose logins were refused too often. */
struct lockout;
struct lockout_config {
    unsigned failures; /* so many in `window_ms` are taken; 0: no lockout */
    int64_t window_ms;
    int64_t locked_ms; /* so long after the last of them */
};
CA_RC lockout_new(const struct lockout_config *config, struct lockout **ret, struct ca_err *err);
void lockout_free(struct lockout *l); /* NULL is fine */
/* Milliseconds until it may try again; 0: now. */
int64_t lockout_left(struct lockout *l, const uint8_t address[16], int64_t now_ms);
/* One more was refused. As lockout_left: is it locked by now? The failure that fills the measure is
 * still an ordinary one. */
int64_t lockout_failed(struct lockout *l, const uint8_t address[16], int64_t now_ms);

/* A bucket of requests for each operator, filled at a rate. */
struct rate;
CA_RC rate_new(unsigned per_second, struct rate **ret, struct ca_err *err); /* 0: no limit */
void rate_free(struct rate *r);                                             /* NULL is fine */
/* Takes one; false: the bucket is empty. It holds two seconds' worth. */
bool rate_take(struct rate *r, const struct ca_uuid *who, int64_t now_ms);
