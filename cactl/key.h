/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "base/ossl.h"
#include "cactl/rest.h"

/* Keys and requests that are made on this machine. */

/* --key, else the first kind that the profile of --profile takes, else ec:P-256. */
CA_RC key_choose(struct app *app, struct ca_key_spec *ret, struct ca_err *err);
CA_RC key_make(struct ca_key_spec spec, EVP_PKEY **ret, struct ca_err *err);
/* Writes PKCS#8 in PEM to --key-out, mode 0600, encrypted with --key-passphrase-file when given.
 * CA_CONFLICT: the file exists. */
CA_RC key_write(const struct app *app, EVP_PKEY *key, struct ca_err *err);
/* A PKCS#10 request in PEM with the subject and names of the flags. */
CA_RC key_csr(const struct app *app, EVP_PKEY *key, struct ca_key_spec spec, struct ca_buf *ret,
              struct ca_err *err);
