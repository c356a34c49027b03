/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/ossl.h"
#include "base/rc.h"
#include "hsm/hsm.h"

/* Keys and certificates with which SCEP endpoints decrypt and sign, in the front token. They are
 * made by the server itself and renewed before two thirds of their life; what a client sent to the
 * one before is read until that one ends. */
struct front;
struct ra_keeper;
/* Its own thread. Without a front token it does nothing. */
CA_RC ra_start(struct front *front, struct ra_keeper **ret, struct ca_err *err);
void ra_stop(struct ra_keeper *k); /* NULL is fine */

struct ra_credential {
    struct ca_bytes certificate; /* DER */
    X509 *x509;                  /* the same, in the library context of the key */
    const struct hsm_key *key;   /* RSA */
};
/* The credentials of an endpoint, newest first: the newest is in GetCACert and signs. Borrowed
 * until ra_give. */
struct ra_set {
    struct ra_credential *list;
    size_t n;
};
/* CA_UNAVAILABLE there is none yet, or the token is away. */
CA_RC ra_take(struct ra_keeper *k, const char *endpoint, const struct ra_set **ret,
              struct ca_err *err);
void ra_give(struct ra_keeper *k, const struct ra_set *set); /* NULL is fine */

struct service_life;
/* Of the newest of each enabled endpoint, zero where there is none yet; how many, at most `max`. */
size_t ra_lives(struct ra_keeper *k, struct service_life *ret, size_t max);
