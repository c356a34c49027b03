/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ca-server/dev_internal.h"
#include "ca-server/listen.h"

static const char *const loopback[] = {"127.0.0.1", "::1", "localhost"};

/* A development CA is for this machine only. */
static CA_RC loopback_only(const char *address, int *ret_port, struct ca_err *err)
{
    char host[120];

    CA_TRY(listen_split(address, host, ret_port, err));
    for (size_t i = 0; i < CA_COUNT(loopback); i++) {
        if (strcmp(host, loopback[i]) == 0)
            return CA_OK;
    }
    return CA_FAIL(err, CA_DENIED,
                   "%s: a development CA listens on 127.0.0.1, [::1] or localhost only", address);
}

static bool same_host(const char *a, const char *b)
{
    const char *end = strrchr(a, ':');

    return end != NULL && strncmp(a, b, (size_t)(end - a) + 1) == 0;
}

/* Certificates carry the port, so a port that was picked once stays: `before` wins over no wish and
 * over port 0. */
static CA_RC address_choose(const char *given, const char *before, const char *preset, char *ret,
                            struct ca_err *err)
{
    const char *chosen = given != NULL ? given : before[0] != '\0' ? before : preset;
    int port = 0;

    CA_TRY(loopback_only(chosen, &port, err));
    if (given != NULL && port == 0 && same_host(given, before))
        chosen = before;
    if (!ca_text_copy(ret, 128, ca_bytes_str(chosen)))
        return CA_FAIL(err, CA_LIMIT, "address is too long: %s", chosen);
    return CA_OK;
}

static CA_RC address_take(char *address, int *ret_fd, struct ca_err *err)
{
    char *colon = strrchr(address, ':');

    CA_TRY(listen_tcp(address, ret_fd, err));
    (void)snprintf(colon, (size_t)(address + 128 - colon), ":%d", listen_port(*ret_fd));
    return CA_OK;
}

static void addresses_before(const struct dev *d, char http[128], char https[128])
{
    CA_AUTO(buf) struct ca_buf text = {.max = 300};
    char path[PATH_MAX];
    struct ca_err err;

    http[0] = '\0';
    https[0] = '\0';
    if (dev_path(d, "addresses", path, &err) == CA_OK && ca_file_read(path, &text, &err) == CA_OK &&
        sscanf(ca_buf_cstr(&text), "%127s %127s", http, https) == 2)
        return;
    http[0] = '\0';
    https[0] = '\0';
}

CA_RC dev_listen(struct dev *d, const char *http, const char *https, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    char http_before[128];
    char https_before[128];
    char path[PATH_MAX];

    addresses_before(d, http_before, https_before);
    CA_TRY(address_choose(http, http_before, "127.0.0.1:8080", d->http, err));
    CA_TRY(address_choose(https, https_before, "127.0.0.1:8443", d->https, err));
    CA_TRY(address_take(d->http, &d->http_fd, err));
    CA_TRY(address_take(d->https, &d->https_fd, err));
    if (http_before[0] != '\0' && strcmp(http_before, d->http) != 0)
        dev_say("certificates of this CA name http://%s, which is served no more", http_before);
    (void)snprintf(d->http_url, sizeof(d->http_url), "http://%s", d->http);
    (void)snprintf(d->https_url, sizeof(d->https_url), "https://%s", d->https);
    ca_buf_printf(&text, "%s\n%s\n", d->http, d->https);
    CA_TRY(dev_write(d, "addresses", ca_buf_view(&text), 0644, err));
    CA_TRY(dev_path(d, "run/signer.sock", path, err));
    return listen_unix(path, &d->signer_fd, err);
}

static CA_RC module_find(char *ret, struct ca_err *err)
{
    static const char *const patterns[] = {"/usr/lib/*/softhsm/libsofthsm2.so",
                                           "/usr/lib/softhsm/libsofthsm2.so"};

    for (size_t i = 0; i < CA_COUNT(patterns); i++) {
        glob_t found = {0};
        bool there = glob(patterns[i], 0, NULL, &found) == 0 &&
                     ca_text_copy(ret, PATH_MAX, ca_bytes_str(found.gl_pathv[0]));

        globfree(&found);
        if (there)
            return CA_OK;
    }
    return CA_FAIL(err, CA_NOT_FOUND, "no SoftHSM2: install the package softhsm2");
}

/* What differs from the defaults; '~' stands for the state, '=' for the field that follows. */
static const struct preset {
    const char *key;
    const char *value;
} presets[] = {
    {"server.environment",        "dev"                 },
    {"server.node",               "dev"                 },
    {"server.state_dir",          "~"                   },
    {"https.chain",               "~/tls.pem"           },
    {"https.client_roots",        "~/chain.pem"         },
    {"signer.socket",             "~/run/signer.sock"   },
    {"signer.workers",            "2"                   },
    {"crl.soon",                  "1s"                  },
    {"crl.interval",              "1h"                  },
    {"audit.checkpoint_interval", "10s"                 },
    {"audit.checkpoint_file",     "~/signer/checkpoints"},
    {"ca_token.label",            "ca-server dev"       },
    {"ca_token.pin_file",         "~/token/ca.pin"      },
    {"ca_token.writable",         "~/token/tokens"      },
    {"front_token.label",         "ca-server dev front" },
    {"front_token.pin_file",      "~/token/front.pin"   },
    {"front_token.writable",      "~/token/tokens"      },
    {"webhooks.allow_private",    "true"                },
};

static CA_RC preset_set(struct dev *d, const struct preset *p, struct ca_err *err)
{
    char path[PATH_MAX];
    const char *value = p->value;

    if (value[0] == '~') {
        if (value[1] == '\0') {
            value = d->state;
        } else {
            CA_TRY(dev_path(d, value + 2, path, err));
            value = path;
        }
    }
    return config_set(d->settings, p->key, value, "dev", err);
}

static CA_RC found_set(struct dev *d, struct ca_err *err)
{
    static const char *const users[][2] = {
        {"database.front",  "dev_front" },
        {"database.signer", "dev_signer"},
        {"database.owner",  "ca_owner"  }
    };
    const char *const texts[][2] = {
        {"http.listen",  d->http     },
        {"https.listen", d->https    },
        {"http.url",     d->http_url },
        {"https.url",    d->https_url}
    };
    char path[PATH_MAX];

    for (size_t i = 0; i < CA_COUNT(texts); i++)
        CA_TRY(config_set(d->settings, texts[i][0], texts[i][1], "dev", err));
    CA_TRY(module_find(path, err));
    CA_TRY(config_set(d->settings, "ca_token.module", path, "dev", err));
    CA_TRY(config_set(d->settings, "front_token.module", path, "dev", err));
    for (size_t i = 0; i < CA_COUNT(users); i++) {
        CA_TRY(dev_conninfo(d, users[i][1], path, err));
        CA_TRY(config_set(d->settings, users[i][0], path, "dev", err));
    }
    return CA_OK;
}

/* STATE/extra.yaml may change single settings. */
static CA_RC extra_read(struct dev *d, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf yaml = {.max = CONFIG_FILE_MAX};
    char path[PATH_MAX];

    CA_TRY(dev_path(d, "extra.yaml", path, err));
    if (!dev_exists(d, "extra.yaml"))
        return CA_OK;
    CA_TRY(ca_file_read(path, &yaml, err));
    return config_read(d->settings, ca_buf_view(&yaml), "extra.yaml", err);
}

CA_RC dev_settings(struct dev *d, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf shown = {0};

    CA_TRY(config_new(&server_config_table, &d->settings, err));
    for (size_t i = 0; i < CA_COUNT(presets); i++)
        CA_TRY(preset_set(d, &presets[i], err));
    CA_TRY(found_set(d, err));
    CA_TRY(extra_read(d, err));
    ca_buf_str(&shown, "# Written at each start of ca-server dev; put changes into extra.yaml.\n");
    config_show(d->settings, false, &shown);
    CA_TRY(ca_buf_check(&shown, err));
    return dev_write(d, "ca-server.yaml", ca_buf_view(&shown), 0644, err);
}
