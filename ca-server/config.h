/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/config.h"
#include "db/db.h"

enum server_environment { SERVER_PRODUCTION, SERVER_DEV };

enum server_ocsp_signer { SERVER_OCSP_DELEGATED, SERVER_OCSP_CA };

/* What the rows of ca-server/config.c fill. Durations are milliseconds. */
struct server_config {
    int environment; /* enum server_environment */
    const char *node;
    const char *state_dir;
    const char *profile_dir;
    int log_level; /* enum ca_log_level */
    bool dumpable;
    bool sandbox;

    const char *http_listen;
    const char *https_listen;
    const char *http_url;
    const char *https_url;
    const char *tls_key;
    const char *tls_chain;
    const char *client_roots;

    int64_t workers;
    int64_t scep_workers;
    int64_t epoll_threads;
    int64_t connections;
    int64_t connections_per_address;
    int64_t front_queue;
    int64_t login_failures;
    int64_t login_window;
    int64_t login_lockout;
    int64_t operator_requests;
    int64_t scep_requests;
    int64_t request_deadline;
    int64_t read_deadline;
    const char *front_user;

    const char *signer_socket;
    const char *signer_user;
    int64_t signer_workers;
    int64_t signer_queue;
    int64_t signer_batch;
    int64_t intent_deadline;
    int64_t in_flight;

    int64_t crl_validity;
    int64_t crl_interval;
    int64_t crl_soon;
    const char *crl_directory; /* "": no copy of CRLs */
    const char *crl_put;       /* "": the same */
    const char *crl_put_token;
    const char *crl_ldap; /* "": the same */
    const char *crl_ldap_bind_dn;
    const char *crl_ldap_password;
    const char *crl_ldap_entry;

    int ocsp_signer; /* enum server_ocsp_signer */
    int64_t ocsp_validity;
    int64_t ocsp_archive_cutoff;

    int64_t checkpoint_rows;
    int64_t checkpoint_interval;
    const char *checkpoint_file;

    int64_t ocsp_cache;
    int64_t ocsp_signatures;

    const char *weak_list;
    bool webhook_private;
    const char *webhook_roots;

    const char *db_front;
    const char *db_signer;
    const char *db_owner;
    int64_t db_connect_timeout;
    int64_t db_statement_timeout;

    struct token_config {
        const char *module;
        const char *label;
        const char *serial;
        const char *pin_file;
        const char *writable;
        int64_t call_deadline;
    } ca_token, front_token;
    int64_t probe_interval;
    int64_t probe_deadline;

    int64_t watchdog;
    int64_t start_deadline;
    int64_t drain;
};

extern const struct config_table server_config_table;

#define SERVER_CONFIG_FILE "/etc/ca-server/ca-server.yaml"

/* Reads a file over the defaults. CA_NOT_FOUND and others as ca_file_read and config_read. */
CA_RC server_config_load(const char *path, struct config **ret, struct ca_err *err);
const struct server_config *server_config_of(const struct config *c); /* borrowed */

/* What must be set for a role: `run`, `front` and `signer` ask before they start.
 * CA_MALFORMED names the first setting that is missing. */
CA_RC server_config_check(const struct config *c, bool front, bool signer, struct ca_err *err);

struct db_config server_config_db(const struct server_config *c, enum db_role role);

/* Pins DIR to its environment (I18): writes STATE/environment, or compares.
 * CA_DENIED it belongs to the other one. */
CA_RC server_config_pin(const struct server_config *c, struct ca_err *err);
