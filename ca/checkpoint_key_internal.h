/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/checkpoint_note.h"

/* CA_DENIED: the signature is not one of this key over `text`. */
CA_RC checkpoint_key_verify(const struct checkpoint_key *key, struct ca_bytes text,
                            struct ca_bytes signature, struct ca_err *err);
