/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/scep/ra.h"
#include "base/buf.h"

/* EnvelopedData of a pkiMessage (RFC 8894 3.2.2): addressed to RA certificates, one of which the
 * front has the key of. */

enum { SCEP_RECIPIENTS_MAX = 16 };

/* Content ciphers; the answer uses that of the request. */
enum scep_cipher { SCEP_AES128, SCEP_AES192, SCEP_AES256, SCEP_DES3, SCEP_DES, SCEP_CIPHER__COUNT };
int scep_cipher_nid(enum scep_cipher c);
struct ca_bytes scep_cipher_oid(enum scep_cipher c); /* content octets */

/* The library context in which a cipher works with keys of `key`'s token: single DES is in
 * OpenSSL's legacy provider, which is loaded into the token's own context when it is first needed
 * and into no other. CA_DENIED, problem algorithm-refused: this machine has no such provider. */
CA_RC scep_cipher_ready(enum scep_cipher c, const struct hsm_key *key, struct ca_err *err);

/* Reads what says how it is encrypted, without decrypting. `legacy`: bits of enum db_scep_legacy.
 * CA_MALFORMED not EnvelopedData; CA_LIMIT; CA_DENIED, problem algorithm-refused: its cipher is not
 * taken here */
CA_RC scep_envelope_check(struct ca_bytes der, unsigned legacy, enum scep_cipher *ret,
                          struct ca_err *err);

/* Decrypts what scep_envelope_check let pass, with whichever of the credentials it is addressed to.
 * CA_DENIED      addressed to none of them; or it cannot be decrypted: scep_unreadable
 * CA_UNAVAILABLE the token failed */
CA_RC scep_envelope_open(struct ca_bytes der, enum scep_cipher cipher, const struct ra_set *set,
                         struct ca_buf *ret, struct ca_err *err);

/* The one answer to whatever is wrong inside an envelope: RSA padding, content padding, structure,
 * proof of possession, somebody else's key. EnvelopedData is not authenticated; with answers that
 * differ, whoever recorded a message could have it decrypted step by step. */
CA_RC scep_unreadable(struct ca_err *err);
/* And its one time: waits until 25 ms, or a multiple of it, have gone by since `began_us`
 * (ca_mono_us). A token takes longer to refuse a padding than to take it. */
void scep_unreadable_wait(int64_t began_us);
