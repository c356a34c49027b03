/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/scep/reply.h"
#include "base/der_write.h"

/* What both layers of an answer name a certificate by; whole elements, views into it. */
struct scep_name {
    struct ca_bytes issuer;
    struct ca_bytes serial;
};
/* Of a Certificate of any version (RFC 5280 4.1). CA_MALFORMED */
CA_RC scep_name_read(struct ca_bytes certificate, struct scep_name *ret, struct ca_err *err);
void scep_name_put(struct der_writer *w, const struct scep_name *name); /* RFC 5652 10.2.4 */

/* `content` with NULL for its parameters where `null`. */
void scep_algorithm_put(struct der_writer *w, struct ca_bytes oid, bool null);

/* ContentInfo (RFC 5652 3), up to what goes into it; three der_close end it. */
enum scep_content_type { SCEP_DATA = 1, SCEP_SIGNED_DATA = 2, SCEP_ENVELOPED_DATA = 3 };
void scep_content_type_put(struct der_writer *w, enum scep_content_type type);
void scep_content_open(struct der_writer *w, enum scep_content_type type);

/* EnvelopedData for who signed the request; `key` says in which library context its cipher is.
 * CA_DENIED it cannot be encrypted to that key. */
CA_RC scep_envelope_write(const struct scep_reply *r, const struct hsm_key *key, struct ca_buf *ret,
                          struct ca_err *err);
