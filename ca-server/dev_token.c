/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>

#include "base/file.h"
#include "ca-server/dev_internal.h"

enum { PIN_LEN = 24 };

static CA_RC pin_write(const struct dev *d, const char *name, struct ca_err *err)
{
    CA_AUTO(secret) struct ca_secret *pin = NULL;

    if (dev_exists(d, name))
        return CA_OK;
    CA_TRY(ca_secret_random(PIN_LEN, &pin, err));
    return dev_write(d, name, ca_secret_view(pin), 0400, err);
}

static CA_RC conf_write(const struct dev *d, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf conf = {0};
    char path[PATH_MAX];

    ca_buf_printf(&conf,
                  "directories.tokendir = %s/token/tokens\n"
                  "objectstore.backend = file\n"
                  "log.level = ERROR\n"
                  "slots.removable = false\n"
                  "library.reset_on_fork = true\n",
                  d->state);
    CA_TRY(ca_buf_check(&conf, err));
    CA_TRY(dev_path(d, "token/softhsm2.conf", path, err));
    /* The module reads its configuration's name from the environment; no secret is there. */
    if (setenv("SOFTHSM2_CONF", path, 1) != 0)
        return CA_FAIL_NOMEM(err);
    return dev_write(d, "token/softhsm2.conf", ca_buf_view(&conf), 0644, err);
}

static CA_RC token_init(const struct dev *d, const char *which, struct ca_err *err)
{
    char config[PATH_MAX];
    char so_pin[PATH_MAX];
    const struct child_spec spec = {
        .name = "token init",
        .argv = {"/proc/self/exe", "token", "init", "--config", config, "--token", which,
                 "--so-pin-file", so_pin},
        .death_signal = SIGKILL,
    };

    CA_TRY(dev_path(d, "ca-server.yaml", config, err));
    CA_TRY(dev_path(d, "token/so.pin", so_pin, err));
    return dev_run(&spec, err);
}

/* SoftHSM2 initialises a token in several files: one that was cut off half-way is thrown away. */
static CA_RC tokens_make(const struct dev *d, struct ca_err *err)
{
    char path[PATH_MAX];

    dev_say("making two SoftHSM2 tokens");
    CA_TRY(dev_remove(d, "token/tokens", err));
    CA_TRY(dev_path(d, "token/tokens", path, err));
    CA_TRY(ca_dir_make(path, 0700, err));
    CA_TRY(token_init(d, "ca", err));
    CA_TRY(token_init(d, "front", err));
    return dev_write(d, "token/done", ca_bytes_str(""), 0600, err);
}

CA_RC dev_tokens(struct dev *d, struct ca_err *err)
{
    CA_TRY(pin_write(d, "token/ca.pin", err));
    CA_TRY(pin_write(d, "token/front.pin", err));
    CA_TRY(pin_write(d, "token/so.pin", err));
    CA_TRY(conf_write(d, err));
    return dev_exists(d, "token/done") ? CA_OK : tokens_make(d, err);
}
