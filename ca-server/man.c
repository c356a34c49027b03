/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mdoc.h"
#include "ca-server/command.h"
#include "ca-server/config.h"

/* ca-server __man --dir DIR: the manual pages (mdoc), made of the tables of commands and of
 * settings. */

/* Of the last change to what the pages say that is not in a table. */
#define DATE "November 21, 2026"

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

/* "  --dir DIR  text": a switch has two spaces behind its name, else the next word is its value. */
static void option_item(const char *line, struct ca_buf *to)
{
    const char *name = line + 4;
    size_t len = strcspn(name, " \n");
    const char *rest = name + len;

    ca_buf_printf(to, ".It Fl \\-%.*s", (int)len, name);
    if (rest[0] == ' ' && rest[1] != ' ') {
        len = strcspn(rest + 1, " ");
        ca_buf_printf(to, " Ar %.*s", (int)len, rest + 1);
        rest += 1 + len;
    }
    rest += strspn(rest, " ");
    ca_buf_printf(to, "\n%.*s.\n", (int)strcspn(rest, "\n"), rest);
}

static const char *next_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at == '\n' ? at + 1 : at;
}

/* A help has blocks: examples behind "$", prose from column 0, options. */
static bool is_example(const char *line)
{
    return starts(line, "  $ ") || starts(line, "      ");
}

static void prose(const char *help, struct ca_buf *to)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    for (const char *at = help; *at != '\0'; at = next_line(at)) {
        if (*at != '\n' && *at != ' ')
            ca_buf_add(&text, at, (size_t)(next_line(at) - at));
    }
    mdoc_text(to, ca_buf_cstr(&text));
}

static void options(const char *help, struct ca_buf *to)
{
    bool open = false;

    for (const char *at = help; *at != '\0'; at = next_line(at)) {
        if (!starts(at, "  --"))
            continue;
        if (!open)
            ca_buf_str(to, ".Bl -tag -width Ds\n");
        open = true;
        option_item(at, to);
    }
    if (open)
        ca_buf_str(to, ".El\n");
}

static void commands(struct ca_buf *to)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        if (c->line == NULL)
            continue;
        ca_buf_printf(to, ".Ss %s\n", c->name);
        ca_buf_u8(to, (uint8_t)toupper((unsigned char)c->line[0]));
        mdoc_text(to, c->line + 1);
        ca_buf_str(to, strchr("?.", c->line[strlen(c->line) - 1]) != NULL ? "\n" : ".\n");
        prose(c->help, to);
        options(c->help, to);
    }
}

static void examples(struct ca_buf *to)
{
    const struct command *c;

    ca_buf_str(to, ".Sh EXAMPLES\n.Bd -literal\n");
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        if (c->line == NULL)
            continue;
        for (const char *at = c->help; *at != '\0'; at = next_line(at)) {
            if (is_example(at))
                mdoc_literal(to, at + 2, (size_t)(next_line(at) - at) - 2);
        }
    }
    ca_buf_str(to, ".Ed\n");
}

static void synopsis(struct ca_buf *to)
{
    const struct command *c;

    ca_buf_str(to, ".Sh SYNOPSIS\n");
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        if (c->line != NULL) {
            ca_buf_printf(to, ".Nm ca-server %s\n%s", c->name,
                          strstr(c->help, "  --") != NULL ? ".Op Ar OPTIONS\n" : "");
        }
    }
}

static void daemon_page(struct ca_buf *to)
{
    ca_buf_str(to, ".\\\" Made from the table of commands: ca-server __man --dir docs/man\n"
                   ".Dd " DATE "\n.Dt CA-SERVER 8\n.Os\n.Sh NAME\n.Nm ca-server\n"
                   ".Nd certification authority server\n");
    synopsis(to);
    ca_buf_str(to, ".Sh DESCRIPTION\n.Nm\nissues and revokes certificates and publishes CRLs.\n"
                   "Two processes do it:\nthe front serves HTTP, the signer holds the CA keys in a "
                   "PKCS#11 token.\nOptions are written\n.Fl \\-name Ar value\nor\n"
                   ".Fl \\-name Ns = Ns Ar value .\n");
    commands(to);
    ca_buf_str(to,
               ".Sh SIGNALS\n.Bl -tag -width SIGTERM\n"
               ".It SIGTERM\nAnswers what is under way, then ends.\n"
               ".It SIGHUP\nTakes the new value of settings that can be reloaded.\n.El\n"
               ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
               ".It Ev CREDENTIALS_DIRECTORY\nFolder of systemd's credentials: the files\n"
               ".Pa ca-token-pin\nand\n.Pa front-token-pin\n"
               "hold the PINs where the settings name no file.\n"
               ".It Ev LISTEN_PID , LISTEN_FDS , LISTEN_FDNAMES\n"
               "Sockets from systemd: http, https, signer.\n"
               ".It Ev NOTIFY_SOCKET\nWhere systemd is told about the start and every second of "
               "life.\n.El\n"
               ".Sh FILES\n.Bl -tag -width Ds\n"
               ".It Pa " SERVER_CONFIG_FILE "\nSettings, see\n.Xr ca-server.yaml 5 .\n"
               ".It Pa /var/lib/ca-server\nState: a folder for each process.\n"
               ".It Pa pin-wrong\nIn the folder of a process: the mark of a PIN that the token "
               "refused.\nWhile it holds, the PIN is not tried again.\n.El\n");
    ca_buf_str(to, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"
                   ".It 0\nFine.\n"
                   ".It 1\nThe settings are wrong, or a step of\n.Cm init\nfailed.\n"
                   ".It 2\nWrong use.\n"
                   ".It 69\nThe token is away, or does not answer.\n"
                   ".It 70\nA bug.\n"
                   ".It 75\nStart a fresh process: a token or a database came or went.\n"
                   ".It 78\nWrong PIN or configuration; starting again cannot help.\n.El\n");
    examples(to);
    ca_buf_str(to, ".Sh SEE ALSO\n.Xr cactl 1 ,\n.Xr ca-server.yaml 5\n");
}

static void settings_page(struct ca_buf *to)
{
    ca_buf_str(to, ".\\\" Made from the table of settings: ca-server __man --dir docs/man\n"
                   ".Dd " DATE "\n.Dt CA-SERVER.YAML 5\n.Os\n.Sh NAME\n.Nm ca-server.yaml\n"
                   ".Nd settings of ca-server\n.Sh DESCRIPTION\n"
                   "The file is YAML: sections of keys, no aliases, no key twice.\nA key\n"
                   ".Cm section.name\nis the line\n.Ql name :\nbelow\n.Ql section : .\n"
                   "An unknown key stops the start, and the nearest is named.\n"
                   ".Ql ca-server check-config\nchecks a file,\n"
                   ".Ql ca-server config show --origin\nsays what is in force and why.\n");
    config_manual(&server_config_table, to);
    ca_buf_str(to, ".Sh FILES\n.Pa " SERVER_CONFIG_FILE "\n"
                   ".Sh EXAMPLES\n.Bd -literal\nhttp:\n  url: http://pki.example.com\nca_token:\n"
                   "  module: /usr/lib/softhsm/libsofthsm2.so\n  label: ca\n.Ed\n"
                   ".Sh SEE ALSO\n.Xr ca-server 8\n");
}

static CA_RC pages_write(const char *dir, struct ca_err *err)
{
    static const struct {
        const char *file;
        void (*make)(struct ca_buf *to);
    } pages[] = {
        {"ca-server.8",      daemon_page  },
        {"ca-server.yaml.5", settings_page},
    };
    CA_AUTO(buf) struct ca_buf page = {0};
    char path[PATH_MAX];

    CA_TRY(ca_dir_make(dir, 0755, err));
    for (size_t i = 0; i < CA_COUNT(pages); i++) {
        ca_buf_reset(&page);
        pages[i].make(&page);
        CA_TRY(ca_buf_check(&page, err));
        CA_TRY(ca_path_join(path, sizeof(path), dir, pages[i].file, err));
        CA_TRY(ca_file_replace(path, ca_buf_view(&page), 0644, err));
    }
    return CA_OK;
}

int command_man(const struct command *self, int argc, char **argv)
{
    const char *dir = NULL;
    const struct command_option list[] = {
        {"--dir", &dir, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, list, CA_COUNT(list), &status))
        return status;
    if (dir == NULL)
        return command_misused(self, "--dir is missing");
    rc = pages_write(dir, &err);
    return rc == CA_OK ? 0 : command_failed(self, rc, &err);
}
