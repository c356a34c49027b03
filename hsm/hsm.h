/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "base/algorithm.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"
#include "base/secret.h"

/* One PKCS#11 token, logged in. A process opens one; it is never unloaded (a hung module would hang
 * the exit), so a process that opened a token leaves by _exit. No fork after hsm_open.
 *
 * A lost token is not repaired: any call may answer CA_UNAVAILABLE, and the process is then to end
 * with status 75. A call that outlives `call_deadline_ms` runs `on_hang` on the watchdog's thread.
 */
struct hsm;

struct hsm_config {
    const char *module;       /* path of the PKCS#11 library */
    const char *token_label;  /* label or serial (or both) names the token; never a slot number */
    const char *token_serial; /* NULL or "": any */
    const char *pin_mark;     /* file: a wrong PIN leaves its mark here; NULL: none */
    const char *pin_source;   /* what the mark names: path of the PIN file or credential */
    const char *storage_dir;  /* where a token in software keeps its files; NULL or "": not known */
    int64_t call_deadline_ms; /* 0: no watchdog */
    void (*on_hang)(const char *call);
};

/* Loads the module, finds the token, logs in, loads pkcs11-provider in a library context of its
 * own.
 * CA_NOT_FOUND   no such module, token or provider: the text names it, what there is, what to do
 * CA_CONFLICT    several tokens with this label
 * CA_DENIED      problem "pin-wrong": the PIN is wrong, nothing was tried a second time, the mark
 *                is on disk; or the mark of an earlier failure is there and the PIN source is
 *                unchanged, or the PIN is locked or has one try left (nothing was tried at all)
 * CA_UNAVAILABLE the token does not answer */
CA_RC hsm_open(const struct hsm_config *config, const struct ca_secret *pin, struct hsm **ret,
               struct ca_err *err);

struct hsm_token_info {
    char label[33];
    char serial[17];
    char manufacturer[33];
    char model[17];
};
const struct hsm_token_info *hsm_token(const struct hsm *hsm); /* borrowed */

/* A private key in the token. */
struct hsm_key;

enum hsm_key_purpose {
    HSM_CA_KEY,      /* may sign and nothing else (I14) */
    HSM_SERVICE_KEY, /* signs; an RSA one may also decrypt: TLS and SCEP RA keys of the front */
};

/* Makes a key pair: C_GenerateKeyPair with a template of ours, sync, read back, one signature that
 * is verified in software. `label` is new in this token.
 * Nothing is left when it fails.
 * CA_CONFLICT label taken; CA_DENIED, problem "mechanism-missing": this token cannot make that kind
 * (the text names the mechanism and what it offers); CA_UNAVAILABLE */
CA_RC hsm_key_generate(struct hsm *hsm, const char *label, struct ca_key_spec spec,
                       enum hsm_key_purpose purpose, struct hsm_key **ret, struct ca_err *err);

/* Removes what a hsm_key_generate that was killed left under this label: one half of a pair, or a
 * private key without a value. *ret_removed: there was such a thing.
 * CA_CONFLICT what is there is whole, or nothing that hsm_key_generate makes: it stays, and the
 * text says what it is; CA_UNAVAILABLE */
CA_RC hsm_key_discard(struct hsm *hsm, const char *label, bool *ret_removed, struct ca_err *err);

/* Destroys a pair that hsm_key_generate made, for good: nothing is left under its label. Whoever
 * has it open has closed it before. CA_NOT_FOUND there is none; CA_CONFLICT several with this
 * label, or not made here; CA_UNAVAILABLE */
CA_RC hsm_key_destroy(struct hsm *hsm, const char *label, struct ca_err *err);

/* CA_NOT_FOUND no private key, or no public key beside it, with this label; CA_CONFLICT several. */
CA_RC hsm_key_open(struct hsm *hsm, const char *label, struct hsm_key **ret, struct ca_err *err);
void hsm_key_close(struct hsm_key *key); /* NULL is fine */
CA_AUTO_DEFINE(hsm_key, struct hsm_key *, hsm_key_close);

const char *hsm_key_label(const struct hsm_key *key);    /* borrowed */
struct ca_bytes hsm_key_id(const struct hsm_key *key);   /* CKA_ID; borrowed */
struct ca_bytes hsm_key_spki(const struct hsm_key *key); /* SubjectPublicKeyInfo; borrowed */
struct ca_key_spec hsm_key_spec(const struct hsm_key *key);
EVP_PKEY *hsm_key_provider_pkey(const struct hsm_key *key); /* signs in the token; borrowed */

/* The library context of that EVP_PKEY, for CMS_sign_ex, EVP_DigestSignInit_ex, ...; borrowed. */
OSSL_LIB_CTX *hsm_key_libctx(const struct hsm_key *key);

/* Around what is done with the EVP_PKEY (`what` is a constant string, "CMS_sign"), so that the
 * watchdog sees a token that hangs there. hsm_sign and all else here watch themselves. */
struct hsm_guard;
struct hsm_guard *hsm_guard_begin(const struct hsm_key *key, const char *what);
void hsm_guard_end(struct hsm_guard *guard); /* NULL is fine */
CA_AUTO_DEFINE(hsm_guard, struct hsm_guard *, hsm_guard_end);

/* I14. CA_DENIED, problem "key-policy": the text names each attribute that is not as it must be
 * (SENSITIVE, ALWAYS_SENSITIVE, NEVER_EXTRACTABLE, LOCAL true; EXTRACTABLE, DECRYPT, UNWRAP,
 * DERIVE, SIGN_RECOVER false; SIGN true). */
CA_RC hsm_key_check(struct hsm *hsm, const struct hsm_key *key, struct ca_err *err);

/* Is the token there, the process logged in, the key at its place? No signature: cheap enough for
 * every few seconds, and keeps a token from logging out for idleness.
 * CA_UNAVAILABLE it failed: end the process. */
CA_RC hsm_key_alive(const struct hsm_key *key, struct ca_err *err);

/* Signs `tbs`; the digest is made in software. Appends the signature (for ECDSA the DER of
 * ECDSA-Sig-Value). Also with SHA-1 and MD5: who asks for those has a profile's legacy switch. May
 * run on many threads at once, with one key or several. CA_UNAVAILABLE the token failed: end the
 * process. */
CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err);

/* The same over a digest that the caller made. CA_FAULT for Ed25519, which has none; CA_DENIED for
 * weak ones, which nothing but a certificate may have. */
CA_RC hsm_sign_digest(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes digest,
                      struct ca_buf *ret, struct ca_err *err);

/* HMAC-SHA-256 over `context` with the secret key `label`, which is made when there is none:
 * CKK_GENERIC_SECRET of 32 octets that never leaves the token. The same token gives the same 32
 * octets again. CA_DENIED, problem "mechanism-missing": the token has no CKM_SHA256_HMAC or cannot
 * make such a key; problem "key-policy": the key that is there may leave the token, or may do more.
 * CA_CONFLICT several with this label; CA_UNAVAILABLE */
CA_RC hsm_secret_derive(struct hsm *hsm, const char *label, const char *context,
                        struct ca_secret **ret, struct ca_err *err);

/* Calls so far, for metrics. */
struct hsm_stats {
    uint64_t signatures;
    uint64_t failures;
    uint64_t busy_us; /* time inside the token, summed over threads */
};
void hsm_stats(const struct hsm *hsm, struct hsm_stats *ret);
