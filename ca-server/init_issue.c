/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pem.h"
#include "ca-server/bootstrap.h"
#include "ca-server/init_internal.h"
#include "ca-server/listen.h"
#include "db/authority.h"
#include "db/operator.h"

enum { PEM_MAX = 64 * 1024 };

static CA_RC authority_make(const struct init *i, struct client *c, const char *name,
                            const char *cn, bool root, struct ca_err *err)
{
    const struct wire_pair subject[] = {
        {"organization", i->organization},
        {"common_name",  cn             },
    };
    const struct wire_authority_create ask = {
        .caller = bootstrap_caller(),
        .name = name,
        .parent = root ? "" : INIT_ROOT,
        .key = i->key,
        .digest = "",
        .profile = root ? "root" : "subca",
        .subject = subject,
        .subject_n = CA_COUNT(subject),
        .path_length = root ? -1 : 0,
        .crl_url = "",
        .aia_url = "",
        .ocsp_url = "",
        .follows = "",
    };

    return bootstrap_authority(c, &ask, err);
}

CA_RC init_authorities(const struct init *i, struct client *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf chain = {.max = PEM_MAX};

    CA_TRY(authority_make(i, c, INIT_ROOT, i->root_cn, true, err));
    CA_TRY(authority_make(i, c, INIT_ISSUING, i->issuing_cn, false, err));
    CA_TRY(bootstrap_chain(i->config, INIT_ISSUING, &chain, err));
    CA_TRY(bootstrap_chain(i->config, INIT_ROOT, &chain, err));
    return ca_file_replace(i->config->client_roots, ca_buf_view(&chain), 0644, err);
}

/* The certificate, then the chain of the authorities. */
static CA_RC chain_write(const struct init *i, struct ca_bytes cert, const char *path,
                         struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = (size_t)2 * PEM_MAX};

    pem_put(&pem, "CERTIFICATE", cert);
    CA_TRY(ca_file_read(i->config->client_roots, &pem, err));
    return ca_file_replace(path, ca_buf_view(&pem), 0644, err);
}

CA_RC init_admin(const struct init *i, struct client *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf csr = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf cert = {.max = PEM_MAX};
    const struct wire_pair subject[] = {
        {"organization", i->organization},
        {"common_name",  i->admin_name  },
    };
    struct bootstrap_issue ask = {.what = "admin",
                                  .profile = "operator",
                                  .authority = INIT_ISSUING,
                                  .subject = subject,
                                  .subject_n = CA_COUNT(subject)};
    struct ca_bytes left;

    CA_TRY(ca_file_read(i->admin_csr, &pem, err));
    left = ca_buf_view(&pem);
    CA_TRY(pem_take(&left, "CERTIFICATE REQUEST", &csr, err));
    ask.csr = ca_buf_view(&csr);
    CA_TRY(bootstrap_issue(c, &ask, &cert, err));
    CA_TRY(bootstrap_enrol(c, i->admin_name, CA_ADMIN, ca_buf_view(&cert), err));
    return chain_write(i, ca_buf_view(&cert), i->admin_out, err);
}

static CA_RC tls_request(const struct init *i, struct ca_buf *ret, struct ca_err *err)
{
    char out[PATH_MAX];
    const struct child_spec spec = {
        .name = "token csr",
        .argv = {"/proc/self/exe", "token", "csr", "--config", i->config_path, "--out", out},
        .death_signal = SIGKILL,
    };
    int status = 0;

    CA_TRY(ca_path_join(out, sizeof(out), i->config->state_dir, "tls.csr", err));
    CA_TRY(child_run(&spec, 60000, &status, err));
    if (status != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "token csr failed, see the line above");
    return ca_file_read(out, ret, err);
}

/* The host of https.url: a name, or an address. */
static CA_RC host_of(const char *url, char ret[120], struct ca_err *err)
{
    static const char scheme[] = "https://";
    const char *at = strncmp(url, scheme, strlen(scheme)) == 0 ? url + strlen(scheme) : url;
    int port = 0;

    if (strchr(at, ':') != NULL)
        return listen_split(at, ret, &port, err);
    (void)snprintf(ret, 120, "%.*s", (int)strcspn(at, "/"), at);
    return CA_OK;
}

CA_RC init_tls(const struct init *i, struct client *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf cert = {.max = PEM_MAX};
    char host[120];
    struct wire_pair san = {"dns", host};
    struct bootstrap_issue ask = {.what = "tls",
                                  .profile = "tls-server-self",
                                  .authority = INIT_ISSUING,
                                  .sans = &san,
                                  .sans_n = 1};

    if (access(i->config->tls_chain, F_OK) == 0)
        return CA_OK;
    CA_TRY(host_of(i->config->https_url, host, err));
    if (strspn(host, "0123456789.") == strlen(host) || strchr(host, ':') != NULL)
        san.type = "ip";
    CA_TRY(tls_request(i, &csr, err));
    ask.csr = ca_buf_view(&csr);
    CA_TRY(bootstrap_issue(c, &ask, &cert, err));
    return chain_write(i, ca_buf_view(&cert), i->config->tls_chain, err);
}
