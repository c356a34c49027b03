/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/front.h"
#include "base/file.h"
#include "base/log.h"
#include "base/pem.h"
#include "base/time.h"
#include "ca-server/command.h"
#include "ca-server/process.h"
#include "ca-server/profiles.h"
#include "ca-server/sandbox.h"
#include "ca-server/token.h"
#include "ca/client.h"

enum {
    PEM_FILE_MAX = 256 * 1024,
    ALIVE_MS = 3000,      /* between two looks at the token */
    LOST_DRAIN_MS = 1000, /* for what was begun, once the token is lost */
};

/* Everything that lives as long as the process; it leaves by _exit. */
struct front_main {
    const char *config_path;
    const struct server_config *config;
    struct token token;
    struct hsm *hsm; /* NULL: the token is away, HTTPS is closed */
    struct hsm_key *key;
    struct hsm_key *webhook_key; /* NULL: the token cannot make one */
    int https_fd;
    int64_t look_ms; /* when to look for the token, or at it, next */
    bool again;      /* it is back: a fresh process is to open it */
    bool pin_wrong;
    struct ca_buf chain;
    struct ca_buf roots;
    struct client *client;
    struct front *front;
};

static void on_hang(const char *call)
{
    CA_LOG(CA_LOG_ERROR, "token_hangs", CA_STR("call", call));
    _exit(EXIT_AGAIN);
}

static atomic_bool token_lost;

/* It is not repaired: this process answers what it began, the next one serves without the token,
 * and looks for it. */
static void on_token_lost(const char *text)
{
    if (!atomic_exchange(&token_lost, true))
        CA_LOG(CA_LOG_ERROR, "token_lost", CA_STR("text", text));
}

/* Every certificate of a PEM file, one behind the other. */
static CA_RC certificates_read(const char *path, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = PEM_FILE_MAX};

    CA_TRY(ca_file_read(path, &pem, err));
    if (pem_take_all(ca_buf_view(&pem), "CERTIFICATE", ret, err) != CA_OK || ret->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "%s holds no certificates in PEM", path);
    return CA_OK;
}

static void reload(void *arg)
{
    struct front_main *m = arg;
    CA_AUTO(buf) struct ca_buf chain = {.max = PEM_FILE_MAX};
    struct ca_err err = {0};
    enum ca_rc rc = certificates_read(m->config->tls_chain, &chain, &err);

    if (m->hsm == NULL)
        return; /* the next process reads the file */
    if (rc == CA_OK)
        rc = front_reload_tls(m->front, m->key, ca_buf_view(&chain), &err);
    CA_LOG(rc == CA_OK ? CA_LOG_INFO : CA_LOG_ERROR, "reload", CA_STR("what", "tls"),
           CA_STR("text", err.text));
}

/* Signs what webhooks are told; made at the first start. Without it the rest is served. */
static CA_RC webhook_key_take(struct front_main *m, struct ca_err *err)
{
    static const char label[] = "webhook";
    struct ca_key_spec spec;
    struct ca_err why = {0};
    bool removed = false;
    enum ca_rc rc = hsm_key_open(m->hsm, label, &m->webhook_key, err);

    if (rc != CA_NOT_FOUND)
        return rc;
    CA_TRY(hsm_key_discard(m->hsm, label, &removed, err));
    if (!ca_key_spec_parse("ec:P-256", &spec))
        return CA_FAIL(err, CA_FAULT, "no P-256");
    rc = hsm_key_generate(m->hsm, label, spec, HSM_CA_KEY, &m->webhook_key, &why);
    if (rc == CA_CONFLICT) /* another node with the same token was faster */
        return hsm_key_open(m->hsm, label, &m->webhook_key, err);
    if (rc == CA_UNAVAILABLE) {
        *err = why;
        return rc;
    }
    if (rc != CA_OK)
        CA_LOG(CA_LOG_ERROR, "webhooks_unsigned", CA_STR("text", why.text));
    return CA_OK;
}

/* From here on this process starts no other one. */
static CA_RC token_take(struct front_main *m, struct ca_err *err)
{
    CA_TRY(token_open(&m->token, on_hang, &m->hsm, err));
    token_done(&m->token);
    CA_TRY(hsm_key_open(m->hsm, m->config->tls_key, &m->key, err));
    CA_TRY(webhook_key_take(m, err));
    m->look_ms = ca_mono_ms() + ALIVE_MS;
    return CA_OK;
}

/* Without its token the front serves plain HTTP. */
static CA_RC token_start(struct front_main *m, struct ca_err *err)
{
    struct ca_err away = {0};
    enum ca_rc rc;

    CA_TRY(certificates_read(m->config->tls_chain, &m->chain, err));
    CA_TRY(certificates_read(m->config->client_roots, &m->roots, err));
    CA_TRY(token_prepare(&m->token, TOKEN_FRONT, m->config, err));
    rc = token_probe(&m->token, m->config_path, &away);
    if (rc == CA_OK)
        return token_take(m, err);
    if (rc != CA_UNAVAILABLE) {
        *err = away;
        return rc;
    }
    CA_LOG(CA_LOG_ERROR, "token_away", CA_STR("text", away.text));
    m->look_ms = ca_mono_ms() + m->config->probe_interval;
    return CA_OK;
}

/* As in the signer, a fresh process opens it: pkcs11-provider finds no key in one that has served
 * for a while, and this one's filter lets it start others. */
static void token_look_for(struct front_main *m)
{
    struct ca_err err = {0};

    switch (token_probe(&m->token, m->config_path, &err)) {
    case CA_OK:
        CA_LOG(CA_LOG_INFO, "token_back", CA_STR("text", "a fresh process opens HTTPS"));
        m->again = true;
        break;
    case CA_DENIED: /* CRLs are served all the same */
        if (!m->pin_wrong)
            CA_LOG(CA_LOG_ERROR, "token_away", CA_STR("text", err.text));
        m->pin_wrong = true;
        break;
    default:
        break;
    }
    m->look_ms = ca_mono_ms() + m->config->probe_interval;
}

/* Who comes to HTTPS meanwhile learns at once that there is none, and may try another node. */
static void turn_away(int fd)
{
    const struct linger reset = {.l_onoff = 1};
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

    for (; client >= 0 || errno == ECONNABORTED || errno == EINTR;
         client = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) {
        if (client < 0)
            continue;
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        (void)close(client);
    }
}

/* Each second. False: this process answers what it has begun, and ends. */
static bool token_care(void *arg)
{
    struct front_main *m = arg;
    struct ca_err err = {0};

    if (m->hsm == NULL)
        turn_away(m->https_fd);
    if (ca_mono_ms() < m->look_ms)
        return !atomic_load(&token_lost);
    if (m->hsm == NULL) {
        token_look_for(m);
        return !m->again;
    }
    if (hsm_key_alive(m->key, &err) != CA_OK)
        on_token_lost(err.text);
    m->look_ms = ca_mono_ms() + ALIVE_MS;
    return !atomic_load(&token_lost);
}

static CA_RC client_start(struct front_main *m, struct ca_err *err)
{
    struct client_config config = {
        .socket_path = m->config->signer_socket,
        .in_flight_max = (size_t)m->config->in_flight,
    };

    CA_TRY(process_uid(m->config->signer_user, &config.peer_uid, err));
    return client_open(&config, &m->client, err);
}

static CA_RC front_begin(struct front_main *m, struct front_config *config, struct ca_err *err)
{
    const struct process_hooks hooks = {m, reload, token_care};
    struct profile_set *profiles = NULL;

    CA_TRY(profiles_load(m->config->profile_dir, &profiles, err));
    config->profiles = profiles;
    config->client = m->client;
    config->hsm = m->hsm;
    config->tls_key = m->key;
    config->webhook_key = m->webhook_key;
    config->tls_chain = ca_buf_view(&m->chain);
    config->client_roots = ca_buf_view(&m->roots);
    config->on_token_lost = on_token_lost;
    CA_TRY(front_start(config, &m->front, err));
    if (m->config->sandbox)
        CA_TRY(sandbox_calls(m->hsm == NULL, err));
    process_live(&hooks);
    front_drain(m->front, atomic_load(&token_lost) ? LOST_DRAIN_MS : m->config->drain);
    front_stop(m->front);
    return CA_OK;
}

static CA_RC front_serve(struct front_main *m, int http_fd, struct ca_err *err)
{
    const struct server_config *c = m->config;
    struct db_config db = server_config_db(c, DB_FRONT);
    char cache[PATH_MAX];
    struct front_config config = {
        .http_fd = http_fd,
        .https_fd = m->https_fd,
        .public_url = c->http_url,
        .https_url = c->https_url,
        .node = c->node,
        .db = &db,
        .cache_dir = cache,
        .crl_directory = c->crl_directory,
        .crl_put = c->crl_put,
        .crl_put_token = c->crl_put_token,
        .crl_ldap = c->crl_ldap,
        .crl_ldap_bind_dn = c->crl_ldap_bind_dn,
        .crl_ldap_password = c->crl_ldap_password,
        .crl_ldap_entry = c->crl_ldap_entry,
        .workers = (size_t)c->workers,
        .scep_workers = (size_t)c->scep_workers,
        .epoll_threads = (size_t)c->epoll_threads,
        .connection_limit = (size_t)c->connections,
        .connections_per_address = (size_t)c->connections_per_address,
        .queue_max = (size_t)c->front_queue,
        .login_failures = (unsigned)c->login_failures,
        .login_window_ms = c->login_window,
        .login_lockout_ms = c->login_lockout,
        .operator_requests = (unsigned)c->operator_requests,
        .ocsp_cache = (size_t)c->ocsp_cache,
        .ocsp_signatures = (unsigned)c->ocsp_signatures,
        .scep_requests = (unsigned)c->scep_requests,
        .webhook_private = c->webhook_private,
        .webhook_roots = c->webhook_roots,
        .request_deadline_ms = (int)c->request_deadline,
        .read_deadline_ms = (int)c->read_deadline,
        .dev = c->environment == SERVER_DEV,
    };

    CA_TRY(ca_path_join(cache, sizeof(cache), c->state_dir, "front/cache", err));
    CA_TRY(ca_dir_make(cache, 0700, err));
    return front_begin(m, &config, err);
}

/* Before the token's module starts threads. */
static CA_RC files_confine(const struct server_config *c, struct ca_err *err)
{
    char own[PATH_MAX];
    const char *const dirs[] = {own, c->front_token.writable, c->crl_directory, NULL};

    CA_TRY(ca_path_join(own, sizeof(own), c->state_dir, "front", err));
    CA_TRY(ca_dir_make(own, 0700, err));
    return c->sandbox ? sandbox_files(dirs, err) : CA_OK;
}

static CA_RC front_all(const char *path, const char *inherit, struct ca_err *err)
{
    static struct config *config; /* until the end */
    struct front_main m = {.config_path = path,
                           .chain = {.max = PEM_FILE_MAX},
                           .roots = {.max = PEM_FILE_MAX},
                           .https_fd = -1};
    int http = -1;

    CA_TRY(server_config_load(path, &config, err));
    m.config = server_config_of(config);
    process_start("front", m.config);
    process_inherit(inherit);
    CA_TRY(server_config_check(config, true, false, err));
    CA_TRY(server_config_pin(m.config, err));
    CA_TRY(process_listen_tcp("http", m.config->http_listen, &http, err));
    CA_TRY(process_listen_tcp("https", m.config->https_listen, &m.https_fd, err));
    (void)fcntl(m.https_fd, F_SETFL, fcntl(m.https_fd, F_GETFL) | O_NONBLOCK);
    CA_TRY(files_confine(m.config, err));
    CA_TRY(token_start(&m, err));
    CA_TRY(client_start(&m, err));
    CA_TRY(front_serve(&m, http, err));
    if (m.again || atomic_load(&token_lost))
        _exit(EXIT_AGAIN);
    return CA_OK;
}

int command_front(const struct command *self, int argc, char **argv)
{
    const char *path = SERVER_CONFIG_FILE;
    const char *inherit = NULL;
    const struct command_option options[] = {
        {"--config",  &path,    NULL},
        {"--inherit", &inherit, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = front_all(path, inherit, &err);
    if (rc != CA_OK)
        CA_LOG(CA_LOG_ERROR, "front_not_started", CA_STR("text", err.text));
    _exit(command_status(rc)); /* exit handlers would call into the token's module */
}
