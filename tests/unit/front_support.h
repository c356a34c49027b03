/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/front.h"
#include "base/ossl.h"
#include "tests/unit/support.h"

/* The HTTP core over fakes of signer, database, token and REST handlers, on free ports of the
 * loopback interface, with a small PKI made at start. */

enum {
    PKI_SERVER,
    PKI_OFFICER,
    PKI_REQUESTER,
    PKI_REVOKED,
    PKI_STRANGER,
    PKI_EXPIRED,
    PKI_NO_EKU,
    PKI_FOREIGN,
    PKI__COUNT
};

struct pki {
    EVP_PKEY *root_key, *foreign_key;
    X509 *root, *foreign;
    EVP_PKEY *keys[PKI__COUNT];
    X509 *certs[PKI__COUNT];
};

/* How the fakes behave; set before a request, read by any thread. */
extern struct front_fakes {
    _Atomic bool database_away;
    _Atomic int signer_delay_ms;  /* before the answer */
    _Atomic int signer_rc;        /* enum ca_rc of the answer */
    _Atomic int worker_delay_ms;  /* GET /api/v1/certificates/{id} takes so long */
    _Atomic bool finish_wants_db; /* that of POST /api/v1/requests */
    _Atomic int finishes;         /* how often it ran */
    _Atomic int lookups;          /* of operators */
    _Atomic int notes;
    _Atomic int profile_sequence; /* of the newest activation; 0: none */
    _Atomic int batch;            /* POST /api/v1/request-batches asks so many questions */
    _Atomic bool client_full;     /* it takes no question */
    _Atomic int in_flight, in_flight_most;
    _Atomic int crl_number; /* of the CRL in the database; 0: none */
    _Atomic bool crl_damaged;
    char note[64]; /* the last one's action */
} front_fakes;

struct front_case {
    struct pki pki;
    struct front *front;
    struct front_config config;
    struct db_config db;
    struct profile_set *profiles; /* the built-in ones */
    struct hsm_key *key;
    struct ca_buf tls_chain, roots;
    char dir[64];
    char http_url[64], https_url[64];
    uint16_t http_port, https_port;
    unsigned ocsp_signatures; /* these two of the next start */
    int request_deadline_ms;
};
extern unsigned front_scep_requests; /* of the configuration; 0: no limit */
/* `tls_key`: "P-256" or "RSA". Aborts when it cannot. */
struct front_case *front_case_start(const char *tls_key);
void front_case_restart(struct front_case *c); /* the same ports, folder and PKI */
void front_case_stop(struct front_case *c);

/* Sends the text to the public door, reads until the peer closes; answers the status, 0: none. */
int front_raw(const struct front_case *c, const char *text, size_t len, struct ca_buf *ret);
int front_connect(uint16_t port);

/* One HTTPS request by libcurl. `who`: PKI_…, -1: without a certificate. */
struct front_call {
    const char *method, *path;
    int who;
    const char *const *fields; /* "Name: value", NULL at the end; may be NULL */
    const void *body;
    size_t body_len;
    bool chunked;
    long tls; /* CURL_SSLVERSION_…; 0: any */
};
int front_ask(const struct front_case *c, const struct front_call *call, struct ca_buf *ret_header,
              struct ca_buf *ret_body);
