/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>
#include <pthread.h>
#include <stdatomic.h>

#include "hsm/hsm.h"
#include "hsm/module_internal.h"

enum {
    HSM_SESSIONS_MAX = 64,
    HSM_ID_MAX = 64,  /* octets of a CKA_ID that we take */
    HSM_ID_MADE = 16, /* of one that we make */
};

struct hsm {
    struct module module;
    struct watchdog *dog; /* NULL: none */
    char *module_path;
    char *storage_dir;       /* NULL: not known */
    int64_t session_wait_ms; /* longest wait for a session that others use */
    CK_SLOT_ID slot;
    struct hsm_token_info token;
    OSSL_LIB_CTX *libctx; /* default and pkcs11 providers, for the EVP_PKEYs of keys */

    /* The session that the process logged in with. It stays open: a token logs out when its last
     * session closes. Finding and making keys happens in sessions of their own. */
    CK_SESSION_HANDLE anchor;

    atomic_uint_fast64_t signatures;
    atomic_uint_fast64_t failures;
    atomic_uint_fast64_t busy_us;

    pthread_mutex_t generating; /* SoftHSM 2.6.1 has races when keys are made side by side */

    pthread_mutex_t lock; /* guards the pool below */
    pthread_cond_t given;
    CK_SESSION_HANDLE idle[HSM_SESSIONS_MAX];
    size_t n_idle;
    size_t n_open;
};

struct hsm_key {
    struct hsm *hsm;
    char *label;
    uint8_t id[HSM_ID_MAX];
    size_t id_len;
    CK_OBJECT_HANDLE private_key;
    CK_OBJECT_HANDLE public_key;
    struct ca_key_spec spec;
    struct ca_buf spki;
    EVP_PKEY *software; /* the public key, for verification outside the token */
    EVP_PKEY *provider; /* NULL when only listed */
};

/* A session for one operation. Waits for one in use when the token has no more.
 * CA_UNAVAILABLE the token failed, or session_wait_ms passed. */
CA_RC session_take(struct hsm *hsm, CK_SESSION_HANDLE *ret, struct ca_err *err);
void session_give(struct hsm *hsm, CK_SESSION_HANDLE session);
/* Instead of session_give after a failure: what state it is in nobody knows, so nobody uses it. */
void session_drop(struct hsm *hsm);

/* Loads pkcs11-provider and the default provider in a library context of their own. The process
 * must be logged in: no PIN is given to the provider. CA_NOT_FOUND no provider. */
CA_RC provider_load(const char *module_path, OSSL_LIB_CTX **ret, struct ca_err *err);
/* The EVP_PKEY of a private key, by the token's serial and the key's label and CKA_ID. */
CA_RC provider_key(struct hsm *hsm, const struct hsm_key *key, EVP_PKEY **ret, struct ca_err *err);

/* Objects. `found` takes up to `max` handles; *ret_n is how many there were, at most `max`. */
CA_RC object_find(struct hsm *hsm, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *found,
                  size_t max, size_t *ret_n, struct ca_err *err);
/* Appends the value of an attribute. *ret_has is false when the object has none, or hides it. */
CA_RC object_attribute(struct hsm *hsm, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                       struct ca_buf *ret, bool *ret_has, struct ca_err *err);

/* Reads a private key and the public key beside it, without the provider's EVP_PKEY.
 * CA_NOT_FOUND no public key; CA_DENIED "key-policy" a kind of key that has no row. */
CA_RC key_read(struct hsm *hsm, CK_OBJECT_HANDLE private_key, struct hsm_key **ret,
               struct ca_err *err);
/* I14 without the signature: writes what is wrong to `ret`, nothing when all is well. */
CA_RC key_findings(struct hsm *hsm, CK_OBJECT_HANDLE private_key, struct ca_buf *ret,
                   struct ca_err *err);
/* One signature over a constant text, verified in software. CA_DENIED "key-policy". */
CA_RC key_prove(const struct hsm_key *key, struct ca_err *err);

/* Brings what a token keeps in files under `dir` to the disk: those files and their folders alone,
 * since sync(2) waits for everything that the machine has to write. CA_UNAVAILABLE. */
CA_RC storage_sync(const char *dir, struct ca_err *err);
/* The same for the folder of an opened token; sync(2) when it is not known. */
CA_RC hsm_storage_sync(struct hsm *hsm, struct ca_err *err);

/* "CKM_ECDSA"; hexadecimal for what has no name here. */
enum { CKM_TEXT = 48 };
const char *ckm_text(CK_MECHANISM_TYPE type, char *ret);
/* CA_DENIED "mechanism-missing" with what the token offers: no such mechanism, without this flag
 * (CKF_SIGN, ...), or not for so many bits (0: any). */
CA_RC mechanism_need(struct hsm *hsm, CK_MECHANISM_TYPE type, CK_FLAGS flag, unsigned bits,
                     struct ca_err *err);
