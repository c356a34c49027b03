/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/config.h"

#include <limits.h>

#include "base/file.h"
#include "policy/web_url.h"

static const char *const environments[] = {"production", "dev", NULL};
static const char *const ocsp_signers[] = {"delegated", "ca", NULL};
static const char *const levels[] = {"debug", "info", "warning", "error", NULL};

#define AT(field) offsetof(struct server_config, field)
#define SECOND    (1000LL)
#define MINUTE    (60LL * SECOND)
#define HOUR      (60LL * MINUTE)
#define DAY       (24LL * HOUR)

/* clang-format off */
static const struct config_row rows[] = {
    {"server.environment", CONFIG_ENUM, AT(environment), "production", 0, 0, false,
     "what this installation is; database, state and tokens are pinned to it", environments},
    {"server.node", CONFIG_TEXT, AT(node), "node-1", 1, 63, false,
     "name of this pair of processes: its intents, its audit chain, its leases; unique in a database", NULL},
    {"server.state_dir", CONFIG_PATH, AT(state_dir), "/var/lib/ca-server", 1, 200, false,
     "journal, CRL cache, spool files, marks", NULL},
    {"server.profile_dir", CONFIG_PATH, AT(profile_dir), "", 0, PATH_MAX - 1, false,
     "folder of profiles (*.yaml) besides the built-in ones", NULL},
    {"server.log_level", CONFIG_ENUM, AT(log_level), "info", 0, 0, false,
     "least level of what is logged on stderr", levels},
    {"server.dumpable", CONFIG_BOOL, AT(dumpable), "false", 0, 0, false,
     "lets debuggers of the same user attach, and allows core dumps", NULL},
    {"server.sandbox", CONFIG_BOOL, AT(sandbox), "true", 0, 0, false,
     "seccomp filter and Landlock rules after the start", NULL},

    {"http.listen", CONFIG_TEXT, AT(http_listen), "127.0.0.1:8080", 3, 120, false,
     "address and port of plain HTTP: CRLs, AIA, OCSP, SCEP", NULL},
    {"http.url", CONFIG_TEXT, AT(http_url), "", 0, 300, false,
     "public address of plain HTTP, as in http://pki.example.org: written into certificates", NULL},
    {"https.listen", CONFIG_TEXT, AT(https_listen), "127.0.0.1:8443", 3, 120, false,
     "address and port of HTTPS: REST and console", NULL},
    {"https.url", CONFIG_TEXT, AT(https_url), "", 0, 300, false,
     "public address of HTTPS", NULL},
    {"https.key", CONFIG_TEXT, AT(tls_key), "tls", 1, 64, false,
     "label of the TLS key in the front token", NULL},
    {"https.chain", CONFIG_PATH, AT(tls_chain), "", 0, PATH_MAX - 1, true,
     "certificates of the server in PEM, its own first", NULL},
    {"https.client_roots", CONFIG_PATH, AT(client_roots), "", 0, PATH_MAX - 1, false,
     "authorities in PEM that client certificates chain to", NULL},

    {"front.user", CONFIG_TEXT, AT(front_user), "", 0, 32, false,
     "user that the front runs as, the only peer that the signer takes; empty: the same user", NULL},
    {"front.workers", CONFIG_INTEGER, AT(workers), "8", 1, 256, false,
     "threads that work on requests, each with a database connection", NULL},
    {"front.scep_workers", CONFIG_INTEGER, AT(scep_workers), "0", 0, 256, false,
     "how many of them work on SCEP messages at a time, which cost RSA operations that anybody can cause; 0: half; never all", NULL},
    {"front.epoll_threads", CONFIG_INTEGER, AT(epoll_threads), "2", 1, 64, false,
     "threads that serve connections", NULL},
    {"front.connections", CONFIG_INTEGER, AT(connections), "4096", 16, 65536, false,
     "open connections at most, on each listener", NULL},
    {"front.connections_per_address", CONFIG_INTEGER, AT(connections_per_address), "256", 1, 65536, false,
     "open connections of one address at most", NULL},
    {"front.queue", CONFIG_INTEGER, AT(front_queue), "256", 1, 65536, false,
     "requests that may wait for a worker; more get 503 at once", NULL},
    {"front.login_failures", CONFIG_INTEGER, AT(login_failures), "10", 0, 1000000, false,
     "refused API tokens and client certificates of one address in login_window; then it is locked out: 0: never", NULL},
    {"front.login_window", CONFIG_DURATION, AT(login_window), "1m", SECOND, DAY, false,
     "time in which refused logins are counted", NULL},
    {"front.login_lockout", CONFIG_DURATION, AT(login_lockout), "1m", SECOND, DAY, false,
     "so long after the last refused login an address that is locked out gets 429; client certificates of operators go on", NULL},
    {"front.operator_requests", CONFIG_INTEGER, AT(operator_requests), "10000", 0, 10000000, false,
     "requests of one operator in a second, twice as many at once; more get 429; 0: no limit", NULL},
    {"front.scep_requests", CONFIG_INTEGER, AT(scep_requests), "500", 0, 1000000, false,
     "SCEP messages of one address in a second, twice as many at once; more get 429; 0: no limit", NULL},
    {"front.request_deadline", CONFIG_DURATION, AT(request_deadline), "10s", 100, 10 * MINUTE, false,
     "from the last octet of a request to its answer", NULL},
    {"front.read_deadline", CONFIG_DURATION, AT(read_deadline), "20s", 100, 10 * MINUTE, false,
     "for header and body of a request together", NULL},
    {"front.in_flight", CONFIG_INTEGER, AT(in_flight), "1024", 1, 65536, false,
     "questions to the signer at one time", NULL},

    {"signer.socket", CONFIG_PATH, AT(signer_socket), "/run/ca-server/signer.sock", 1, 107, false,
     "unix socket of the signer", NULL},
    {"signer.user", CONFIG_TEXT, AT(signer_user), "", 0, 32, false,
     "user that the signer runs as, the only peer that the front takes; empty: the same user", NULL},
    {"signer.workers", CONFIG_INTEGER, AT(signer_workers), "4", 1, 64, false,
     "threads that judge and sign", NULL},
    {"signer.queue", CONFIG_INTEGER, AT(signer_queue), "1024", 1, 65536, false,
     "questions that may wait; more are refused at once", NULL},
    {"signer.batch", CONFIG_INTEGER, AT(signer_batch), "64", 1, 1024, false,
     "issuances in one transaction", NULL},
    {"signer.intent_deadline", CONFIG_DURATION, AT(intent_deadline), "1m", SECOND, HOUR, false,
     "open intents that are older are settled", NULL},

    {"crl.validity", CONFIG_DURATION, AT(crl_validity), "7d", MINUTE, 365 * DAY, false,
     "nextUpdate after thisUpdate, for new authorities", NULL},
    {"crl.interval", CONFIG_DURATION, AT(crl_interval), "1d", 10 * SECOND, 180 * DAY, false,
     "longest time between two CRLs, for new authorities", NULL},
    {"crl.soon", CONFIG_DURATION, AT(crl_soon), "10s", 100, DAY, false,
     "a revocation is on a published CRL at the latest so long after it", NULL},
    {"crl.directory", CONFIG_PATH, AT(crl_directory), "", 0, PATH_MAX - 1, false,
     "folder that takes a copy of each CRL that is published, for another web server; empty: none", NULL},
    {"crl.put", CONFIG_TEXT, AT(crl_put), "", 0, 300, false,
     "address below which each CRL is put with HTTP PUT, as in https://mirror.example.org/crl; plain http and private addresses take webhooks.allow_private; empty: none", NULL},
    {"crl.put_token_file", CONFIG_PATH, AT(crl_put_token), "", 0, PATH_MAX - 1, false,
     "file with the bearer token for it, mode 0400; empty: none", NULL},
    {"crl.ldap", CONFIG_TEXT, AT(crl_ldap), "", 0, 300, false,
     "directory that takes complete CRLs and deltas, as in ldaps://ldap.example.org; with ldap:// StartTLS is used, but to 127.0.0.1:PORT and [::1]:PORT; empty: none", NULL},
    {"crl.ldap_bind_dn", CONFIG_TEXT, AT(crl_ldap_bind_dn), "", 0, 1000, false,
     "name that the front has there; empty: anonymous", NULL},
    {"crl.ldap_password_file", CONFIG_PATH, AT(crl_ldap_password), "", 0, PATH_MAX - 1, false,
     "file with its password, mode 0400", NULL},
    {"crl.ldap_entry", CONFIG_TEXT, AT(crl_ldap_entry), "", 0, 1000, false,
     "entry of an authority, with {ca} for its name, as in cn={ca},ou=pki,dc=example,dc=org", NULL},

    {"ocsp.signer", CONFIG_ENUM, AT(ocsp_signer), "delegated", 0, 0, false,
     "who signs OCSP answers: a delegated signer, made and renewed by itself, or the authority's own key", ocsp_signers},
    {"ocsp.validity", CONFIG_DURATION, AT(ocsp_validity), "12h", MINUTE, 10 * DAY, false,
     "nextUpdate after thisUpdate in OCSP answers (CA/Browser Forum: 8h to 10d)", NULL},
    {"ocsp.archive_cutoff", CONFIG_DURATION, AT(ocsp_archive_cutoff), "0s", 0, 20000 * DAY, false,
     "OCSP answers say that they know certificates that ended up to so long ago; 0: they say nothing of it", NULL},
    {"ocsp.cache", CONFIG_INTEGER, AT(ocsp_cache), "100000", 16, 10000000, false,
     "answers kept in memory, about 2 KB each; what was not asked for longest goes first", NULL},
    {"ocsp.signatures_per_address", CONFIG_INTEGER, AT(ocsp_signatures), "100", 0, 10000000, false,
     "signatures that OCSP requests of one address may cause in a second, twice as many at once: with a nonce, with several certificates, or not in memory; 0: no limit", NULL},

    {"audit.checkpoint_rows", CONFIG_INTEGER, AT(checkpoint_rows), "10000", 1, 1000000000, false,
     "lines of the audit log after which a checkpoint is signed at once", NULL},
    {"audit.checkpoint_interval", CONFIG_DURATION, AT(checkpoint_interval), "1m", 100, DAY, false,
     "longest time from a line to the checkpoint that protects it", NULL},
    {"audit.checkpoint_file", CONFIG_PATH, AT(checkpoint_file), "", 0, PATH_MAX - 1, false,
     "file that each checkpoint is appended to, best on another machine's disk; empty: they stay in the database", NULL},

    {"webhooks.allow_private", CONFIG_BOOL, AT(webhook_private), "false", 0, 0, false,
     "webhooks and crl.put may lead to this machine and to private networks", NULL},
    {"webhooks.roots", CONFIG_PATH, AT(webhook_roots), "", 0, PATH_MAX - 1, false,
     "PEM file of the certificates that servers of webhooks, crl.put and crl.ldap chain to; empty: those that the system trusts", NULL},

    {"keys.weak_list", CONFIG_PATH, AT(weak_list), "", 0, PATH_MAX - 1, false,
     "known weak RSA keys, which are refused: a file of ca-server keys import-weak; empty: none", NULL},

    {"database.front", CONFIG_TEXT, AT(db_front), "", 0, 1000, false,
     "libpq connection string of the front; no password (peer, certificate or passfile)", NULL},
    {"database.signer", CONFIG_TEXT, AT(db_signer), "", 0, 1000, false,
     "libpq connection string of the signer", NULL},
    {"database.owner", CONFIG_TEXT, AT(db_owner), "", 0, 1000, false,
     "libpq connection string for migrations", NULL},
    {"database.connect_timeout", CONFIG_DURATION, AT(db_connect_timeout), "5s", 100, MINUTE, false,
     "for a new connection", NULL},
    {"database.statement_timeout", CONFIG_DURATION, AT(db_statement_timeout), "10s", 100, 10 * MINUTE, false,
     "for a statement, a lock or an answer", NULL},

    {"ca_token.module", CONFIG_PATH, AT(ca_token.module), "", 0, PATH_MAX - 1, false,
     "PKCS#11 library of the token with the CA keys", NULL},
    {"ca_token.label", CONFIG_TEXT, AT(ca_token.label), "", 0, 32, false, "label of the token", NULL},
    {"ca_token.serial", CONFIG_TEXT, AT(ca_token.serial), "", 0, 16, false,
     "serial number of the token; empty: any", NULL},
    {"ca_token.pin_file", CONFIG_PATH, AT(ca_token.pin_file), "", 0, PATH_MAX - 1, false,
     "file with the PIN, mode 0400; empty: the systemd credential ca-token-pin", NULL},
    {"ca_token.writable", CONFIG_PATH, AT(ca_token.writable), "", 0, PATH_MAX - 1, false,
     "folder that the module writes to, such as SoftHSM2's tokens; the sandbox refuses all others", NULL},
    {"ca_token.call_deadline", CONFIG_DURATION, AT(ca_token.call_deadline), "10s", 0, 10 * MINUTE, false,
     "a call of the token that takes longer ends the process; 0ms: no watchdog", NULL},
    {"ca_token.probe_interval", CONFIG_DURATION, AT(probe_interval), "2s", 100, HOUR, false,
     "how often a token that is away is looked for", NULL},
    {"ca_token.probe_deadline", CONFIG_DURATION, AT(probe_deadline), "5s", 100, 10 * MINUTE, false,
     "for one such look", NULL},

    {"front_token.module", CONFIG_PATH, AT(front_token.module), "", 0, PATH_MAX - 1, false,
     "PKCS#11 library of the token with the TLS key", NULL},
    {"front_token.label", CONFIG_TEXT, AT(front_token.label), "", 0, 32, false, "label of the token", NULL},
    {"front_token.serial", CONFIG_TEXT, AT(front_token.serial), "", 0, 16, false,
     "serial number of the token; empty: any", NULL},
    {"front_token.pin_file", CONFIG_PATH, AT(front_token.pin_file), "", 0, PATH_MAX - 1, false,
     "file with the PIN, mode 0400; empty: the systemd credential front-token-pin", NULL},
    {"front_token.writable", CONFIG_PATH, AT(front_token.writable), "", 0, PATH_MAX - 1, false,
     "folder that the module writes to, such as SoftHSM2's tokens; the sandbox refuses all others", NULL},
    {"front_token.call_deadline", CONFIG_DURATION, AT(front_token.call_deadline), "10s", 0, 10 * MINUTE, false,
     "a call of the token that takes longer ends the process; 0ms: no watchdog", NULL},

    {"supervisor.watchdog", CONFIG_DURATION, AT(watchdog), "10s", 2 * SECOND, 10 * MINUTE, false,
     "a process that gives no sign of life for so long is killed and replaced", NULL},
    {"supervisor.start_deadline", CONFIG_DURATION, AT(start_deadline), "1m", SECOND, HOUR, false,
     "for the first sign of life of a new process", NULL},
    {"supervisor.drain", CONFIG_DURATION, AT(drain), "15s", 100, 10 * MINUTE, false,
     "for requests under way when a process is told to end", NULL},
};
/* clang-format on */

const struct config_table server_config_table = {rows, CA_COUNT(rows),
                                                 sizeof(struct server_config)};
_Static_assert(CA_COUNT(rows) <= CONFIG_ROWS_MAX, "base/config.h says how many");

CA_RC server_config_load(const char *path, struct config **ret, struct ca_err *err)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(buf) struct ca_buf yaml = {.max = CONFIG_FILE_MAX};

    CA_TRY(config_new(&server_config_table, &c, err));
    CA_TRY(ca_file_read(path, &yaml, err));
    CA_TRY(config_read(c, ca_buf_view(&yaml), path, err));
    *ret = CA_MOVE(c);
    return CA_OK;
}

const struct server_config *server_config_of(const struct config *c)
{
    return config_values(c);
}

static const char *const front_needs[] = {
    "http.url",       "https.url",         "https.chain",        "https.client_roots",
    "database.front", "front_token.label", "front_token.module", NULL};
static const char *const signer_needs[] = {"http.url", "database.signer", "ca_token.label",
                                           "ca_token.module", NULL};

static CA_RC needs(const struct config *c, const char *const *keys, const char *who,
                   struct ca_err *err)
{
    for (; *keys != NULL; keys++) {
        if (config_text(c, *keys)[0] == '\0')
            return CA_FAIL(err, CA_MALFORMED, "the %s needs the setting %s", who, *keys);
    }
    return CA_OK;
}

/* A token would be read on the way, and a name in an address by whoever reads the log. */
static CA_RC put_check(const struct server_config *c, struct ca_err *err)
{
    bool plain = strncmp(c->crl_put, "http://", 7) == 0;

    if (c->crl_put[0] == '\0')
        return CA_OK;
    if (!web_url_is(ca_bytes_str(c->crl_put)) || strpbrk(c->crl_put, "@?#") != NULL) {
        return CA_FAIL(err, CA_MALFORMED,
                       "crl.put is no address as https://HOST/PATH without user and query");
    }
    if (plain && !c->webhook_private) {
        return CA_FAIL(err, CA_MALFORMED,
                       "crl.put: https, or http with the setting webhooks.allow_private");
    }
    return CA_OK;
}

static CA_RC ldap_check(const struct server_config *c, struct ca_err *err)
{
    const char *url = c->crl_ldap;
    size_t scheme = strncmp(url, "ldap://", 7) == 0 ? 7 : 8;

    if (url[0] == '\0')
        return CA_OK;
    if ((scheme == 8 && strncmp(url, "ldaps://", 8) != 0) || url[scheme] == '\0' ||
        strpbrk(url + scheme, "/?@ ,") != NULL) {
        return CA_FAIL(err, CA_MALFORMED,
                       "crl.ldap is no address as ldaps://HOST or ldap://HOST:PORT");
    }
    if (strstr(c->crl_ldap_entry, "{ca}") == NULL)
        return CA_FAIL(err, CA_MALFORMED, "crl.ldap needs crl.ldap_entry, a name with {ca} in it");
    if ((c->crl_ldap_bind_dn[0] == '\0') != (c->crl_ldap_password[0] == '\0')) {
        return CA_FAIL(err, CA_MALFORMED,
                       "crl.ldap_bind_dn and crl.ldap_password_file need each other");
    }
    return CA_OK;
}

CA_RC server_config_check(const struct config *c, bool front, bool signer, struct ca_err *err)
{
    if (front) {
        CA_TRY(needs(c, front_needs, "front", err));
        CA_TRY(put_check(server_config_of(c), err));
        CA_TRY(ldap_check(server_config_of(c), err));
    }
    if (signer)
        CA_TRY(needs(c, signer_needs, "signer", err));
    return CA_OK;
}

struct db_config server_config_db(const struct server_config *c, enum db_role role)
{
    const char *conninfo = role == DB_FRONT    ? c->db_front
                           : role == DB_SIGNER ? c->db_signer
                                               : c->db_owner;

    return (struct db_config){.conninfo = conninfo,
                              .role = role,
                              .dev = c->environment == SERVER_DEV,
                              .connect_timeout_ms = (int)c->db_connect_timeout,
                              .statement_timeout_ms = (int)c->db_statement_timeout};
}

CA_RC server_config_pin(const struct server_config *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = 64};
    char path[PATH_MAX];
    const char *ours = environments[c->environment];
    enum ca_rc rc;

    CA_TRY(ca_path_join(path, sizeof(path), c->state_dir, "environment", err));
    rc = ca_file_read(path, &text, err);
    if (rc == CA_NOT_FOUND)
        return ca_file_replace(path, ca_bytes_str(ours), 0644, err);
    if (rc != CA_OK)
        return rc;
    if (!ca_bytes_is_str(ca_buf_view(&text), ours)) {
        return CA_FAIL(err, CA_DENIED, "%s belongs to an installation of the kind '%s', not '%s'",
                       c->state_dir, ca_buf_cstr(&text), ours);
    }
    return CA_OK;
}
