/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hsm/hsm.h"

/* What `ca-server token list|init|test` shows and does. Without login unless said. */

struct hsm_slot {
    struct hsm_token_info token; /* label "" when the slot has no initialised token */
    char description[65];
    unsigned long slot_id; /* shown only; nothing selects by it */
    bool token_present;
    bool initialised;
    bool user_pin_set;
    bool pin_count_low;
    bool pin_locked;
};

/* *ret is for free(). CA_NOT_FOUND no such module. */
CA_RC hsm_slot_list(const char *module, struct hsm_slot **ret, size_t *ret_n, struct ca_err *err);

/* Names of the mechanisms of an opened token ("CKM_ECDSA", …; unknown ones as hexadecimal), each
 * with what it can do here: "sign", "generate", "512-16384 bits". Appends lines to `ret`. */
CA_RC hsm_mechanism_list(struct hsm *hsm, struct ca_buf *ret, struct ca_err *err);

struct hsm_key_row {
    char label[65];
    char id[65]; /* hexadecimal */
    char kind[CA_KEY_SPEC_TEXT];
    char finding[200]; /* "" when it meets I14, else what is wrong */
};
CA_RC hsm_key_list(struct hsm *hsm, struct hsm_key_row **ret, size_t *ret_n, struct ca_err *err);

/* Initialises an empty slot: label, security officer's PIN, user PIN. `storage_dir` as in struct
 * hsm_config: brought to the disk; NULL or "": the token's own affair until it makes a key.
 * CA_CONFLICT a token with this label exists; CA_NOT_FOUND no free slot. */
CA_RC hsm_token_init(const char *module, const char *label, const char *storage_dir,
                     const struct ca_secret *so_pin, const struct ca_secret *pin,
                     struct ca_err *err);

/* Signs for about `ms` milliseconds on `threads` threads; *ret is signatures a second. */
CA_RC hsm_key_measure(const struct hsm_key *key, unsigned threads, unsigned ms, double *ret,
                      struct ca_err *err);
