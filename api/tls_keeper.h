/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"
#include "hsm/hsm.h"

/* Renews the certificate of the HTTPS address, if it is one of this CA: same key, same names,
 * before two thirds of its life. What was given (https.chain) stays as it is; the newer chain is
 * kept in the cache under the name of the certificate that it replaces, so whoever gives another
 * one gets that other one. */
struct front;
struct tls_keeper;
CA_RC tls_keeper_new(struct front *front, struct tls_keeper **ret, struct ca_err *err);
void tls_keeper_free(struct tls_keeper *k); /* NULL is fine; ends the thread */
/* Its thread. Without a front token there is none. */
CA_RC tls_keeper_run(struct tls_keeper *k, struct ca_err *err);

struct service_life;
/* Of what is shown; false: nothing is. */
bool tls_keeper_life(struct tls_keeper *k, struct service_life *ret);

/* This was given, DER certificates, the server's own first. Appends what is to be shown: that, or
 * what replaced it. */
CA_RC tls_keeper_choose(struct tls_keeper *k, struct ca_bytes given, struct ca_buf *ret,
                        struct ca_err *err);
