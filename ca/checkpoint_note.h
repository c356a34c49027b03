/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "base/buf.h"
#include "ca/checkpoint_tree.h"

/* A checkpoint: "the first `size` lines of this chain hash to this root", as a signed note
 * (c2sp.org/signed-note, c2sp.org/tlog-checkpoint):
 *
 *   pki.example.org/audit/node-1
 *   1234
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *
 *   — pki.example.org/audit/node-1 base64(key id, signature)
 */
enum {
    CHECKPOINT_ORIGIN_MAX = 500,
    CHECKPOINT_CHAIN_MAX = 64,
    CHECKPOINT_NOTE_MAX = 16 * 1024,
    CHECKPOINT_KEY_ID = 4,
};

struct checkpoint {
    char origin[CHECKPOINT_ORIGIN_MAX + 1];
    uint64_t size; /* at most INT64_MAX */
    uint8_t root[CHECKPOINT_HASH];
};

/* "HOST/audit/CHAIN", HOST being that of an address; what may not stand in the name of a key is
 * percent-encoded. CA_LIMIT. */
CA_RC checkpoint_origin(const char *url, const char *chain, char ret[CHECKPOINT_ORIGIN_MAX + 1],
                        struct ca_err *err);
/* The chain that an origin names; false: it names none. */
bool checkpoint_chain(const char *origin, char ret[CHECKPOINT_CHAIN_MAX + 1]);

/* A key that checks notes: Ed25519 (signature type 1) or ECDSA over P-256 (type 2). */
struct checkpoint_key;
/* `spki`: SubjectPublicKeyInfo, whole element. CA_MALFORMED; CA_DENIED another kind of key. */
CA_RC checkpoint_key_new(struct ca_bytes spki, struct checkpoint_key **ret, struct ca_err *err);
void checkpoint_key_free(struct checkpoint_key *key); /* NULL is fine */
CA_AUTO_DEFINE(checkpoint_key, struct checkpoint_key *, checkpoint_key_free);
enum ca_signature checkpoint_key_signature(const struct checkpoint_key *key); /* that it checks */
CA_RC checkpoint_key_id(const struct checkpoint_key *key, const char *name,
                        uint8_t ret[CHECKPOINT_KEY_ID], struct ca_err *err);
/* Appends the verifier key: NAME+hex(key id)+base64(type, public key). */
CA_RC checkpoint_key_text(const struct checkpoint_key *key, const char *name, struct ca_buf *ret,
                          struct ca_err *err);

/* Appends the text that is signed: three lines. */
void checkpoint_text(const struct checkpoint *c, struct ca_buf *ret);
/* Appends what stands behind it: an empty line and the signature's, by the key of c->origin. */
CA_RC checkpoint_signature_put(const struct checkpoint *c, const struct checkpoint_key *key,
                               struct ca_bytes signature, struct ca_buf *ret, struct ca_err *err);

/* Reads one note without looking at signatures. CA_MALFORMED; CA_LIMIT. */
CA_RC checkpoint_read(struct ca_bytes note, struct checkpoint *ret, struct ca_err *err);
/* The same, and its origin's key must have signed it: lines of other keys are passed over, each
 * line of this one must be right. CA_DENIED: no line of this key, or a wrong one. */
CA_RC checkpoint_open(struct ca_bytes note, const struct checkpoint_key *key,
                      struct checkpoint *ret, struct ca_err *err);
