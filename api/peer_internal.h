/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* The client certificate of a TLS connection, verified by us and not by the TLS library's
 * handshake: so that a refusal gets a problem document with its reason. */
struct peer {
    int64_t verify_again_at; /* 0: not yet verified */
    enum ca_rc rc;
    struct ca_err err;
    uint8_t fingerprint[32]; /* SHA-256 of the certificate */
    uint8_t key_hash[32];    /* SHA-256 of its SubjectPublicKeyInfo */
};

/* Roots that client certificates chain to. */
struct trust;
CA_RC trust_new(struct ca_bytes roots, struct trust **ret, struct ca_err *err);
void trust_free(struct trust *t);

/* Verifies the chain that the session's peer sent: signatures, validity now, clientAuth. Looks
 * again when the certificate ends, and every 5 minutes. CA_DENIED: problem "unauthenticated", no
 * certificate; problem "client-certificate", the text says why. */
CA_RC peer_verify(const struct trust *t, void *session, struct peer *peer, struct ca_err *err);
