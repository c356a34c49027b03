/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/client.h"
#include "db/db.h"
#include "hsm/hsm.h"
#include "policy/profile.h"

/* The front process: listeners, workers, caches. ca-server/ fills the configuration; everything in
 * it is borrowed until front_stop. */
struct front_config {
    int http_fd; /* listening sockets, taken over */
    int https_fd;
    const char
        *public_url; /* "http://host:port": in CRL and AIA addresses, read back after publication */
    const char *https_url; /* for Location and problem types */
    const struct db_config *db;
    struct client *client;
    const struct profile_set *profiles;
    struct hsm
        *hsm; /* the front token; NULL: it is away, and no certificate of our own is renewed */
    const char *node; /* of this front and its signer */
    /* In the front token. NULL: it is away, there is no HTTPS, and https_fd stays the caller's. */
    const struct hsm_key *tls_key;
    void (*on_token_lost)(const char *text); /* it failed: the process is to end; any thread */
    struct ca_bytes tls_chain;               /* DER certificates, the server's own first */
    struct ca_bytes client_roots;  /* DER certificates that client certificates chain to */
    const char *cache_dir;         /* CRLs are kept here and served from it */
    const char *crl_directory;     /* a copy of each goes here; "" or NULL: none */
    const char *crl_put;           /* and to this address, with HTTP PUT; "" or NULL: none */
    const char *crl_put_token;     /* file of a bearer token; "": none */
    const char *crl_ldap;          /* and into this directory; "" or NULL: none */
    const char *crl_ldap_bind_dn;  /* "": anonymous */
    const char *crl_ldap_password; /* file */
    const char *crl_ldap_entry;    /* DN with {ca} */
    size_t workers;
    size_t scep_workers; /* of them, at work on SCEP at a time; 0: half of them */
    size_t epoll_threads;
    size_t connection_limit;
    size_t connections_per_address;
    size_t queue_max;         /* requests waiting for a worker */
    int request_deadline_ms;  /* from the last octet of the body to the answer */
    int read_deadline_ms;     /* header and body, absolute */
    unsigned login_failures;  /* refused logins of an address, before it is locked out; 0: never */
    int64_t login_window_ms;  /* in so long */
    int64_t login_lockout_ms; /* for so long */
    unsigned operator_requests; /* a second, of one operator; 0: no limit */
    size_t ocsp_cache;          /* OCSP answers kept in memory at most */
    unsigned
        ocsp_signatures;    /* a second, that OCSP requests of one address may cause; 0: no limit */
    unsigned scep_requests; /* messages a second, of one address; 0: no limit */
    const struct hsm_key *webhook_key; /* P-256, in the front token. NULL: webhooks wait */
    bool webhook_private;              /* also addresses of private networks are told */
    const char *webhook_roots; /* PEM file of who is trusted there; "": those of the system */
    bool dev;
};

struct front;
CA_RC front_start(const struct front_config *config, struct front **ret, struct ca_err *err);
/* No new connections or requests; those under way are answered, at most `deadline_ms` longer. */
void front_drain(struct front *front, int64_t deadline_ms);
void front_stop(struct front *front);
/* SIGHUP: a new server certificate. CA_UNAVAILABLE HTTPS is closed. */
CA_RC front_reload_tls(struct front *front, const struct hsm_key *key, struct ca_bytes chain,
                       struct ca_err *err);
