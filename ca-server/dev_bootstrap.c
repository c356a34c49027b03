/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pem.h"
#include "base/time.h"
#include "ca-server/bootstrap.h"
#include "ca-server/dev_internal.h"

enum { LEAF_VALIDITY_S = 7 * 86400, PEM_MAX = 64 * 1024 };

static const struct wire_pair root_subject[] = {
    {"country",      "CH"                                   },
    {"organization", "ca-server development"                },
    {"common_name",  "Development Root (not for production)"},
};
static const struct wire_pair issuing_subject[] = {
    {"country",      "CH"                                         },
    {"organization", "ca-server development"                      },
    {"common_name",  "Development Issuing CA (not for production)"},
};
static const struct dev_authority {
    const char *name;
    const char *parent;
    const char *profile;
    const struct wire_pair *subject;
    int32_t path_length;
} authorities[] = {
    {DEV_ROOT,    "",       "root",  root_subject,    -1},
    {DEV_ISSUING, DEV_ROOT, "subca", issuing_subject, 0 },
};

static CA_RC authorities_make(struct client *c, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(authorities); i++) {
        const struct dev_authority *a = &authorities[i];
        struct wire_authority_create ask = {
            .caller = bootstrap_caller(),
            .name = a->name,
            .parent = a->parent,
            .key = "ec:P-256",
            .digest = "",
            .profile = a->profile,
            .subject = a->subject,
            .subject_n = 3,
            .path_length = a->path_length,
            .crl_url = "",
            .aia_url = "",
            .ocsp_url = "",
            .follows = "",
        };

        CA_TRY(bootstrap_authority(c, &ask, err));
    }
    return CA_OK;
}

/* root.pem: the trust anchor; chain.pem: the issuing CA, then the root. */
static CA_RC chain_write(const struct dev *d, struct ca_err *err)
{
    const struct server_config *c = server_config_of(d->settings);
    CA_AUTO(buf) struct ca_buf root = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf chain = {.max = PEM_MAX};

    CA_TRY(bootstrap_chain(c, DEV_ROOT, &root, err));
    CA_TRY(bootstrap_chain(c, DEV_ISSUING, &chain, err));
    CA_TRY(bootstrap_chain(c, DEV_ROOT, &chain, err));
    CA_TRY(dev_write(d, "root.pem", ca_buf_view(&root), 0644, err));
    return dev_write(d, "chain.pem", ca_buf_view(&chain), 0644, err);
}

/* The request is signed by the key in the front token, in a process of its own. */
static CA_RC tls_request(const struct dev *d, struct ca_buf *ret, struct ca_err *err)
{
    char config[PATH_MAX];
    char out[PATH_MAX];
    const struct child_spec spec = {
        .name = "token csr",
        .argv = {"/proc/self/exe", "token", "csr", "--config", config, "--out", out},
        .death_signal = SIGKILL,
    };

    CA_TRY(dev_path(d, "ca-server.yaml", config, err));
    CA_TRY(dev_path(d, "tls.csr", out, err));
    CA_TRY(dev_run(&spec, err));
    return ca_file_read(out, ret, err);
}

static CA_RC tls_make(const struct dev *d, struct client *c, struct ca_err *err)
{
    static const struct wire_pair subject[] = {
        {"common_name", "localhost"},
    };
    static const struct wire_pair sans[] = {
        {"dns", "localhost"},
        {"ip",  "127.0.0.1"},
        {"ip",  "::1"      },
    };
    CA_AUTO(buf) struct ca_buf csr = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf cert = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf pem = {.max = (size_t)2 * PEM_MAX};
    struct bootstrap_issue ask = {
        "tls", "tls-server-self", DEV_ISSUING,    {NULL, 0},
              subject, 1,
        sans,  CA_COUNT(sans),    LEAF_VALIDITY_S
    };
    char chain[PATH_MAX];

    if (!dev_certificate_due(d, "tls.pem"))
        return CA_OK;
    CA_TRY(tls_request(d, &csr, err));
    ask.csr = ca_buf_view(&csr);
    CA_TRY(bootstrap_issue(c, &ask, &cert, err));
    pem_put(&pem, "CERTIFICATE", ca_buf_view(&cert));
    CA_TRY(dev_path(d, "chain.pem", chain, err));
    CA_TRY(ca_file_read(chain, &pem, err));
    return dev_write(d, "tls.pem", ca_buf_view(&pem), 0644, err);
}

static CA_RC everything_make(struct dev *d, struct client *c, struct ca_err *err)
{
    dev_say("making root, issuing CA, operators, SCEP endpoints and the TLS certificate");
    CA_TRY(authorities_make(c, err));
    CA_TRY(chain_write(d, err));
    CA_TRY(dev_operators(d, c, err));
    CA_TRY(dev_scep(d, c, err));
    return tls_make(d, c, err);
}

CA_RC dev_bootstrap(struct dev *d, struct ca_err *err)
{
    CA_AUTO(client) struct client *client = NULL;
    const struct client_config config = {
        .socket_path = server_config_of(d->settings)->signer_socket,
        .peer_uid = (uid_t)-1,
        .in_flight_max = 4,
    };
    enum ca_rc rc;

    if (dev_exists(d, "chain.pem") && dev_exists(d, DEV_SCEP_SECRET) && !dev_operators_due(d) &&
        !dev_certificate_due(d, "tls.pem"))
        return CA_OK;
    CA_TRY(dev_start_signer(d, true, err));
    while (!supervisor_ready(d->supervisor, d->signer))
        CA_TRY(dev_wait(d, 20, err));
    CA_TRY(client_open(&config, &client, err));
    rc = everything_make(d, client, err);
    client_close(CA_MOVE(client));
    supervisor_stop(d->supervisor, d->signer);
    return rc;
}
