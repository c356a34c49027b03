/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/cert.h"

/* Readers that certificates and requests share. */

/* Content of an Extensions SEQUENCE, as cert_read judges it; may be empty. */
CA_RC extensions_read(struct ca_bytes in, struct cert_extension ret[CERT_EXTENSIONS_MAX],
                      size_t *ret_n, struct ca_err *err);
const struct cert_extension *extensions_find(const struct cert_extension *extensions, size_t n,
                                             enum cert_extension_kind kind);
bool extension_kind_find(struct ca_bytes oid, enum cert_extension_kind *ret);

/* Each takes the content of extnValue. */
CA_RC basic_constraints_read(struct ca_bytes value, bool *ret_ca, int *ret_path_length,
                             struct ca_err *err);
CA_RC key_usage_read(struct ca_bytes value, uint32_t *ret_bits, struct ca_err *err);
CA_RC key_identifier_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err);
CA_RC authority_key_identifier_read(struct ca_bytes value, struct ca_bytes *ret,
                                    struct ca_err *err);
