/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/checkpoint_note.h"
#include "hsm/hsm.h"

/* The key of the checkpoints in the CA token. */
#define CHECKPOINT_KEY_LABEL "audit"

/* Opens the key, or makes one where there is none and `make` is set: Ed25519, or P-256 in a token
 * that has no Ed25519.
 * CA_NOT_FOUND there is none; CA_DENIED it may do more than sign (I14); CA_UNAVAILABLE */
CA_RC checkpoint_key_take(struct hsm *hsm, bool make, struct hsm_key **ret, bool *ret_made,
                          struct ca_err *err);
