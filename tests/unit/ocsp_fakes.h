/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/ocsp/answer.h"
#include "ca/wire.h"

/* A signer of OCSP answers whose signatures are worth nothing, and the feed of changes. A serial
 * number that begins with ee is unknown to it. */
extern struct ocsp_fakes {
    _Atomic int frames, ids, together; /* asked for */
    _Atomic int revoked;               /* everything it knows is revoked */
    _Atomic int validity_s;
    _Atomic int age_s; /* of the answers */
    _Atomic enum ocsp_fault {
        OCSP_FAITHFUL,
        OCSP_OTHER_SERIAL,
        OCSP_OTHER_TIME,
        OCSP_PAST,
        OCSP_TOO_FEW
    } fault;
    _Atomic int change; /* its octet is the serial number of the next row of the feed; 0: none */
    _Atomic int lost;
    _Atomic int newest; /* certificates that there are: serials 1, 2, … */
} ocsp_fakes;

void ocsp_fakes_reset(void);
/* OCSPResponse, DER, appended. */
void ocsp_fake_response(const struct ocsp_said *said, size_t n, struct ca_bytes nonce,
                        struct ca_buf *ret);
/* For free(). */
struct wire_message *ocsp_fake_answer(const struct wire_ocsp_sign *ask);
