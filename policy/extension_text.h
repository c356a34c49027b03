/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "policy/cert.h"

/* Extensions in one line for people. Appends. */
void extension_text(enum cert_extension_kind kind, struct ca_bytes value, struct ca_buf *ret);
void extension_key_usage_text(uint32_t bits, struct ca_buf *ret);
void extension_usages_text(const struct ca_bytes *oids, size_t n, struct ca_buf *ret);
