/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "base/rc.h"

/* Exit statuses, as sysexits.h where it has them. 0 always means fine, 2 a wrong use. */
enum {
    EXIT_USAGE = 2,
    EXIT_AWAY = 69,      /* the token is not there, or does not answer */
    EXIT_INTERNAL = 70,  /* our bug */
    EXIT_AGAIN = 75,     /* start a fresh process */
    EXIT_STAY_DOWN = 78, /* wrong PIN or configuration: starting again cannot help */
};

/* One option of a subcommand: with a value, or a switch. */
struct command_option {
    const char *name;   /* "--state" */
    const char **value; /* or */
    bool *on;
};

struct command {
    const char *name; /* one word, or two: "db migrate" */
    const char *line; /* in the list of commands; NULL: not listed */
    const char *help; /* examples first */
    int (*run)(const struct command *self, int argc, char **argv); /* argv[0]: the first argument */
};

/* Fills the options. 0: go on; else the status to leave with is *ret_status (--help: 0, after the
 * text went to stdout; wrong use: 2, after one line on stderr that names what is near). */
bool command_options(const struct command *self, int argc, char **argv,
                     const struct command_option *options, size_t n, int *ret_status);

/* "ca-server dev: text" on stderr; returns EXIT_USAGE. */
int command_misused(const struct command *self, const char *fmt, ...) CA_PRINTF(2, 3);
/* The same for an error; returns 1, or what the code means. */
int command_failed(const struct command *self, enum ca_rc rc, const struct ca_err *err);
int command_status(enum ca_rc rc);

/* The commands, in the order of the help; NULL behind the last. */
const struct command *command_at(size_t i);

int command_run(const struct command *self, int argc, char **argv);
int command_dev(const struct command *self, int argc, char **argv);
int command_front(const struct command *self, int argc, char **argv);
int command_signer(const struct command *self, int argc, char **argv);
int command_init(const struct command *self, int argc, char **argv);
int command_check_config(const struct command *self, int argc, char **argv);
int command_config_show(const struct command *self, int argc, char **argv);
int command_config_sample(const struct command *self, int argc, char **argv);
int command_config_reference(const struct command *self, int argc, char **argv);
int command_db_migrate(const struct command *self, int argc, char **argv);
int command_db_status(const struct command *self, int argc, char **argv);
int command_audit_verify(const struct command *self, int argc, char **argv);
int command_audit_key(const struct command *self, int argc, char **argv);
int command_keys_audit(const struct command *self, int argc, char **argv);
int command_keys_import(const struct command *self, int argc, char **argv);
int command_token_list(const struct command *self, int argc, char **argv);
int command_token_init(const struct command *self, int argc, char **argv);
int command_token_test(const struct command *self, int argc, char **argv);
int command_token_probe(const struct command *self, int argc, char **argv);
int command_token_csr(const struct command *self, int argc, char **argv);
int command_man(const struct command *self, int argc, char **argv);
int command_version(const struct command *self, int argc, char **argv);
