/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ca-server/command.h"
#include "ca-server/config.h"
#include "ca-server/profiles.h"

static int print(const struct command *self, struct ca_buf *text)
{
    struct ca_err err = {0};
    enum ca_rc rc = ca_buf_check(text, &err);

    if (rc != CA_OK)
        return command_failed(self, rc, &err);
    (void)fputs(ca_buf_cstr(text), stdout);
    return 0;
}

/* check-config and its like answer 1 for a bad file, whatever is bad about it. */
static int bad(const struct command *self, enum ca_rc rc, const struct ca_err *err)
{
    (void)command_failed(self, rc, err);
    return 1;
}

static CA_RC check_all(const char *path, struct ca_err *err)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(profile_set) struct profile_set *profiles = NULL;

    CA_TRY(server_config_load(path, &c, err));
    CA_TRY(server_config_check(c, true, true, err));
    return profiles_load(server_config_of(c)->profile_dir, &profiles, err);
}

int command_check_config(const struct command *self, int argc, char **argv)
{
    const char *path = SERVER_CONFIG_FILE;
    const struct command_option options[] = {
        {"--config", &path, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = check_all(path, &err);
    if (rc != CA_OK)
        return bad(self, rc, &err);
    (void)printf("%s is fine\n", path);
    return 0;
}

int command_config_show(const struct command *self, int argc, char **argv)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *path = SERVER_CONFIG_FILE;
    bool origin = false;
    const struct command_option options[] = {
        {"--config", &path, NULL   },
        {"--origin", NULL,  &origin},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = server_config_load(path, &c, &err);
    if (rc != CA_OK)
        return bad(self, rc, &err);
    config_show(c, origin, &text);
    return print(self, &text);
}

int command_config_sample(const struct command *self, int argc, char **argv)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    int status = 0;

    if (!command_options(self, argc, argv, NULL, 0, &status))
        return status;
    ca_buf_str(&text, "# /etc/ca-server/ca-server.yaml: every setting with its default.\n"
                      "# Made by `ca-server config sample`.\n\n");
    config_sample(&server_config_table, &text);
    return print(self, &text);
}

int command_config_reference(const struct command *self, int argc, char **argv)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    int status = 0;

    if (!command_options(self, argc, argv, NULL, 0, &status))
        return status;
    ca_buf_str(&text,
               "# Configuration\n\n"
               "The file is YAML: sections of keys, no aliases, no key twice. An unknown key "
               "stops the start and names the nearest. `ca-server check-config` checks a "
               "file, `ca-server config show --origin` says what is in force and why. "
               "This page is made by `ca-server config reference`.\n\n");
    config_reference(&server_config_table, &text);
    return print(self, &text);
}
