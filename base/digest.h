/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

enum { CA_SHA256_LEN = 32 };

/* CA_FAULT only when OpenSSL has no SHA-256. */
CA_RC ca_sha256(struct ca_bytes in, uint8_t ret[CA_SHA256_LEN], struct ca_err *err);
