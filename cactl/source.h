/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Reads a file, or stdin when its name is "-". The bound is ret->max. */
CA_RC source_read(const char *name, struct ca_buf *ret, struct ca_err *err);

/* Reads a certification request, PEM or DER, as one PEM block. CA_MALFORMED: no such block. */
CA_RC source_csr(const char *name, struct ca_buf *ret, struct ca_err *err);
/* The same of octets that were read already. */
CA_RC source_csr_of(const char *name, struct ca_bytes octets, struct ca_buf *ret,
                    struct ca_err *err);
