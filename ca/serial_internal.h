/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/certificate.h"

/* A new serial number (I6): the storage partition of `at`, then 128 bits of OpenSSL's generator.
 * CA_FAULT no random octets. */
CA_RC serial_new(int64_t at, uint8_t ret[DB_SERIAL_LEN], struct ca_err *err);
