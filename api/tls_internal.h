/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "hsm/hsm.h"

/* The server's side of TLS: certificate chain, and a private key whose signatures the front token
 * makes through hsm/. GnuTLS loads no PKCS#11 module. */
struct tls;

#define TLS_PRIORITIES                                                                             \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:+AES-256-GCM:"           \
    "+AES-128-GCM:+CHACHA20-POLY1305:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256:"                      \
    "+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-RSA-PSS-RSAE-SHA256:"         \
    "+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:"   \
    "+SIGN-ECDSA-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:+SIGN-EDDSA-ED25519"

/* The token failed: the process is to end. On any thread. */
typedef void (*tls_lost_fn)(const char *text);

/* `lost` may be NULL. */
CA_RC tls_new(const struct hsm_key *key, struct ca_bytes chain, struct ca_bytes client_roots,
              tls_lost_fn lost, struct tls **ret, struct ca_err *err);
void tls_free(struct tls *tls);
/* Later handshakes use these. Handshakes under way keep the old ones, which live as long as tls. */
CA_RC tls_replace(struct tls *tls, const struct hsm_key *key, struct ca_bytes chain,
                  struct ca_err *err);

/* Before the handshake of a gnutls_session_t: says whose it is, turns tickets on. */
void tls_session_begin(struct tls *tls, void *session);
/* gnutls_certificate_retrieve_function2, as MHD_OPTION_HTTPS_CERT_CALLBACK wants it. */
void *tls_retrieve_function(void);
/* The roots in PEM: libmicrohttpd asks for client certificates when it has some. Borrowed. */
const char *tls_client_roots_pem(const struct tls *tls);
const struct trust *tls_trust(const struct tls *tls);
