/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "ca-server/command.h"

#define CONFIG_HELP "  --config FILE    settings (default /etc/ca-server/ca-server.yaml)\n"
#define TOKEN_HELP  "  --token ca|front which of the two tokens of the settings\n"

/* clang-format off */
static const struct command commands[] = {
    {"dev", "a whole development CA in one folder, in the foreground",
     "  $ ca-server dev --state ./var/dev\n"
     "  $ ca-server dev --state /tmp/ca --http 127.0.0.1:0 --https 127.0.0.1:0\n"
     "\n"
     "Makes what is missing in DIR (SoftHSM2 tokens, a private PostgreSQL cluster, root and\n"
     "issuing CA, operators, TLS), serves, prints \"ca-server: ready\" and writes DIR/dev.env.\n"
     "Ctrl-C stops everything. The same DIR continues the same CA.\n"
     "\n"
     "  --state DIR        where everything is kept\n"
     "  --http HOST:PORT   plain HTTP, loopback only (default 127.0.0.1:8080; port 0: a free one)\n"
     "  --https HOST:PORT  HTTPS, loopback only (default 127.0.0.1:8443)\n",
     command_dev},
    {"run", "front and signer, started and watched by one process",
     "  $ ca-server run --config /etc/ca-server/ca-server.yaml\n"
     "\n"
     "For containers. SIGTERM drains, SIGHUP reloads. With systemd rather use the two units.\n"
     "\n" CONFIG_HELP,
     command_run},
    {"front", "the process that serves HTTP",
     "  $ ca-server front --config /etc/ca-server/ca-server.yaml\n"
     "\n"
     "Takes its sockets from systemd (names http and https) or opens them.\n"
     "\n" CONFIG_HELP,
     command_front},
    {"signer", "the process that holds the CA keys",
     "  $ ca-server signer --config /etc/ca-server/ca-server.yaml\n"
     "\n"
     "Takes its socket from systemd (name signer) or opens it. The PIN comes from the setting\n"
     "ca_token.pin_file, the systemd credential ca-token-pin, or the terminal.\n"
     "\n" CONFIG_HELP,
     command_signer},
    {"init", "first set-up of a production installation",
     "  $ ca-server init --organization Acme --root-cn 'Acme Root' --issuing-cn 'Acme Issuing CA' \\\n"
     "      --admin-csr alice.csr --admin-name alice --admin-out alice.pem\n"
     "\n"
     "Checks that both tokens log in, migrates the database, makes a root and an issuing\n"
     "authority, the first administrator's certificate and the one of HTTPS. Run it again when\n"
     "it was cut off: what is there stays.\n"
     "\n" CONFIG_HELP
     "  --organization O   organization in all names\n"
     "  --root-cn CN       common name of the root\n"
     "  --issuing-cn CN    common name of the issuing authority\n"
     "  --key KIND         keys of both: ec:P-384 (default), rsa:3072, …\n"
     "  --admin-csr FILE   PKCS#10 (PEM) of the first administrator, who keeps the key\n"
     "  --admin-name NAME  name of the administrator\n"
     "  --admin-out FILE   where certificate and chain go, PEM\n",
     command_init},
    {"check-config", "is the settings file right?",
     "  $ ca-server check-config --config ./ca-server.yaml && systemctl restart ca-server-front\n"
     "\n" CONFIG_HELP,
     command_check_config},
    {"config show", "what is in force, and where it came from",
     "  $ ca-server config show --origin | grep -v '# default'\n"
     "\n" CONFIG_HELP
     "  --origin         say of each line where its value came from\n",
     command_config_show},
    {"config sample", "every setting with its default, as YAML",
     "  $ ca-server config sample > ca-server.yaml\n", command_config_sample},
    {"config reference", "the reference page of the settings, as Markdown",
     "  $ ca-server config reference > docs/reference/configuration.md\n",
     command_config_reference},
    {"db migrate", "bring the database to this program's schema",
     "  $ ca-server db migrate --config /etc/ca-server/ca-server.yaml\n"
     "\n"
     "Runs as the owner of the schema (setting database.owner).\n"
     "\n" CONFIG_HELP,
     command_db_migrate},
    {"db status", "which migrations have run",
     "  $ ca-server db status\n"
     "\n" CONFIG_HELP,
     command_db_status},
    {"audit verify", "was the audit log changed?",
     "  $ ca-server audit verify --key audit.pem\n"
     "  $ ca-server audit verify --offline audit.jsonl --checkpoints checkpoints --key audit.pem\n"
     "\n"
     "Names chain and line of everything that was changed, deleted, put in, moved or cut off.\n"
     "Exit 0: nothing found; 5: something was; 2: wrong use.\n"
     "\n" CONFIG_HELP
     "  --state DIR      of a development CA, in place of --config\n"
     "  --offline FILE   an export (cactl audit export); -: standard input; no database\n"
     "  --checkpoints F  a copy of the checkpoints that was kept elsewhere, in place of those in\n"
     "                   the database\n"
     "  --key FILE       PEM of the key that signed them (ca-server audit key)\n",
     command_audit_verify},
    {"audit key", "the public key of the audit log's checkpoints",
     "  $ ca-server audit key > audit.pem\n"
     "\n"
     "Keep it where auditors trust it: away from this machine.\n"
     "\n" CONFIG_HELP
     "  --make           make the key where there is none\n",
     command_audit_key},
    {"keys audit", "are keys on record weak, or do two share a prime?",
     "  $ ca-server keys audit\n"
     "  $ ca-server keys audit --state ./var/dev --memory 2048\n"
     "\n"
     "Reads every certificate, checks its key as that of a new request is checked, and compares\n"
     "all RSA moduli with each other. Exit 0: nothing found; 5: something was; 2: wrong use.\n"
     "\n" CONFIG_HELP
     "  --state DIR      of a development CA, in place of --config\n"
     "  --memory MIB     refuse to begin what could take more (default 4096)\n"
     "  --threads N      default: one for each processor\n",
     command_keys_audit},
    {"keys import-weak", "make the filter of known weak keys",
     "  $ ca-server keys import-weak --from /usr/share/openssl-blacklist/* \\\n"
     "      --to /etc/ca-server/weak-keys\n"
     "\n"
     "Lists are text, a key a line: 20 digits of openssl-blacklist, a whole SHA-1, or Modulus=\n"
     "and the modulus. The setting keys.weak_list names the file to the signer.\n"
     "\n"
     "  --from LIST...   one or many\n"
     "  --to FILE        is replaced\n",
     command_keys_import},
    {"token list", "slots and tokens of the PKCS#11 module",
     "  $ ca-server token list --token ca\n"
     "\n" CONFIG_HELP TOKEN_HELP,
     command_token_list},
    {"token init", "initialise an empty slot",
     "  $ ca-server token init --token ca --so-pin-file /root/so.pin\n"
     "\n"
     "Label and user PIN are those of the settings.\n"
     "\n" CONFIG_HELP TOKEN_HELP
     "  --so-pin-file F  PIN of the security officer; without it, the terminal is asked\n",
     command_token_init},
    {"token test", "log in, show mechanisms and keys",
     "  $ ca-server token test --token ca\n"
     "\n" CONFIG_HELP TOKEN_HELP,
     command_token_test},
    {"token csr", "a CSR for the TLS key in the front token",
     "  $ ca-server token csr --out tls.csr\n"
     "\n"
     "Makes the key (setting https.key) where it is missing.\n"
     "\n" CONFIG_HELP
     "  --key KIND       of a new key: ec:P-256 (default), rsa:3072, …\n"
     "  --out FILE       PKCS#10, DER\n",
     command_token_csr},
    {"token-probe", NULL, "  internal: does the token log in?\n", command_token_probe},
    {"__man", NULL, "  internal: the manual pages, into --dir DIR\n", command_man},
    {"version", "print the version", "  $ ca-server version\n", command_version},
};
/* clang-format on */

const struct command *command_at(size_t i)
{
    return i < CA_COUNT(commands) ? &commands[i] : NULL;
}

static void usage(FILE *to)
{
    (void)fputs("  $ ca-server dev --state ./var/dev          # try it\n"
                "  $ ca-server run --config ca-server.yaml    # serve\n"
                "\n"
                "ca-server COMMAND [OPTIONS]; ca-server COMMAND --help says more.\n\n",
                to);
    for (size_t i = 0; i < CA_COUNT(commands); i++) {
        if (commands[i].line != NULL)
            (void)fprintf(to, "  %-17s %s\n", commands[i].name, commands[i].line);
    }
}

int command_version(const struct command *self, int argc, char **argv)
{
    int status = 0;

    if (command_options(self, argc, argv, NULL, 0, &status))
        (void)puts("ca-server " CA_VERSION);
    return status;
}

/* How many words of argv a command's name takes; 0: it is another one. */
static int words(const char *name, int argc, char **argv)
{
    size_t first = strcspn(name, " ");

    if (strlen(argv[0]) != first || strncmp(name, argv[0], first) != 0)
        return 0;
    if (name[first] == '\0')
        return 1;
    return argc > 1 && strcmp(name + first + 1, argv[1]) == 0 ? 2 : 0;
}

static int unknown(int argc, char **argv)
{
    const char *names[CA_COUNT(commands)];
    char given[64];
    const char *near;

    for (size_t i = 0; i < CA_COUNT(commands); i++)
        names[i] = commands[i].name;
    (void)snprintf(given, sizeof(given), "%.30s%s%.30s", argv[0],
                   argc > 1 && argv[1][0] != '-' ? " " : "",
                   argc > 1 && argv[1][0] != '-' ? argv[1] : "");
    near = ca_text_nearest(given, names, CA_COUNT(names));
    (void)fprintf(stderr, "ca-server: no command '%s'%s%s%s; see: ca-server --help\n", given,
                  near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                  near != NULL ? "'" : "");
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < CA_COUNT(commands); i++) {
        int n = words(commands[i].name, argc - 1, argv + 1);

        if (n > 0)
            return commands[i].run(&commands[i], argc - 1 - n, argv + 1 + n);
    }
    return unknown(argc - 1, argv + 1);
}
