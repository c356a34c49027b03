/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"
#include "db/certificate.h"
#include "db/scep.h"
#include "tests/unit/pki_message.h"

/* What the SCEP server gets from database, signer and keeper of RA keys; set before a request. */
extern struct scep_fakes {
    struct db_scep_endpoint endpoints[4];
    size_t endpoint_n;
    struct ra_set ra;
    bool ra_away;
    _Atomic bool ra_held; /* who takes the keys waits until this is over */
    _Atomic int ra_taken, ra_taken_most;
    struct db_certificate certificates[4]; /* of authority 1 */
    size_t certificate_n;
    struct db_scep_transaction transaction; /* transaction_id NULL: none */
    int transaction_finds;
    /* The signer's answer to an enrolment, and what it was asked. */
    struct wire_issued issued;
    enum ca_rc rc;
    const char *problem, *text;
    int asks;
    struct wire_scep_enrol asked; /* texts and bytes in the two below */
    char asked_texts[6][300];
    struct ca_buf asked_csr, asked_signer;
} scep_fakes;

/* Sets the RA keys. Who calls it links fakes of api/scep/ra.h. */
void scep_fakes_ra(const struct ra_set *set);
/* Called by the fake of client_ask. */
void scep_fakes_asked(const struct wire_scep_enrol *ask);
