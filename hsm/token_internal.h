/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

/* libp11.h names two types that OPENSSL_NO_DEPRECATED hides. */
typedef struct rsa_meth_st RSA_METHOD;
typedef struct ec_key_method_st EC_KEY_METHOD;
#include <libp11.h>

#include "hsm/hsm.h"
#include "hsm/module_internal.h"

/* The slots of an initialised module, through libp11. Two traps of 0.4.13 stay out of reach: it
 * waits for ever when C_OpenSession fails (no session is opened through it), and releasing a slot
 * calls C_CloseAllSessions, which logs out everybody in the process: so the few lists that a
 * process reads are never released, nor is the context (PKCS11_CTX_unload calls C_Finalize). */
struct token_list {
    PKCS11_CTX *p11;
    PKCS11_SLOT *slots;
    unsigned n;
};

/* CA_UNAVAILABLE the module does not answer. */
CA_RC token_list_read(const char *module_path, struct watchdog *dog, struct token_list *ret,
                      struct ca_err *err);

/* The one token with this label and serial; NULL or "": any, but not both.
 * CA_NOT_FOUND names the tokens that are there; CA_CONFLICT several. */
CA_RC token_find(const struct token_list *list, const char *label, const char *serial,
                 CK_SLOT_ID *ret_slot, struct hsm_token_info *ret, struct ca_err *err);

void token_info_fill(const PKCS11_TOKEN *token, struct hsm_token_info *ret);
