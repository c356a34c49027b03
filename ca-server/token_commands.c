/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/file.h"
#include "base/log.h"
#include "ca-server/command.h"
#include "ca-server/process.h"
#include "ca-server/token.h"
#include "hsm/admin.h"

enum { MEASURE_MS = 400 };

/* Each runs in a process of its own that opens at most one token and leaves by _exit. */
static int leave(const struct command *self, enum ca_rc rc, const struct ca_err *err)
{
    int status = rc == CA_OK ? 0 : command_failed(self, rc, err);

    (void)fflush(stdout);
    _exit(status);
}

struct token_args {
    const char *config;
    const char *token;
    const char *inherit;
    enum token_which which;
    struct config *settings; /* until the end */
    struct token opened;
    struct hsm *hsm;
};

static CA_RC args_load(struct token_args *a, struct ca_err *err)
{
    if (!token_which_parse(a->token, &a->which)) {
        return CA_FAIL(err, CA_MALFORMED, "--token is ca or front, not '%s'",
                       a->token != NULL ? a->token : "");
    }
    CA_TRY(server_config_load(a->config, &a->settings, err));
    ca_log_start("token", CA_LOG_INFO);
    process_inherit(a->inherit);
    return CA_OK;
}

static CA_RC args_open(struct token_args *a, struct ca_err *err)
{
    CA_TRY(args_load(a, err));
    CA_TRY(token_prepare(&a->opened, a->which, server_config_of(a->settings), err));
    return token_open(&a->opened, NULL, &a->hsm, err);
}

int command_token_probe(const struct command *self, int argc, char **argv)
{
    struct token_args a = {.config = SERVER_CONFIG_FILE};
    const char *source = "";
    const struct command_option options[] = {
        {"--config",     &a.config,  NULL},
        {"--token",      &a.token,   NULL},
        {"--pin-source", &source,    NULL},
        {"--inherit",    &a.inherit, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;
    int said;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = args_load(&a, &err);
    if (rc == CA_OK)
        rc = token_prepare(&a.opened, a.which, server_config_of(a.settings), &err);
    /* The PIN came through a pipe; the mark of a wrong one names where it is from. */
    (void)snprintf(a.opened.pin_source, sizeof(a.opened.pin_source), "%s", source);
    if (rc == CA_OK)
        rc = token_open(&a.opened, NULL, &a.hsm, &err);
    said = process_inherited("said");
    if (rc != CA_OK)
        (void)!write(said >= 0 ? said : STDERR_FILENO, err.text, strlen(err.text));
    _exit(rc == CA_UNAVAILABLE ? EXIT_AWAY : command_status(rc));
}

static CA_RC list_slots(struct token_args *a, struct ca_err *err)
{
    const struct server_config *c = server_config_of(a->settings);
    struct hsm_slot *slots = NULL;
    size_t n = 0;

    CA_TRY(hsm_slot_list(a->which == TOKEN_CA ? c->ca_token.module : c->front_token.module, &slots,
                         &n, err));
    (void)printf("%-32s %-16s %-20s %s\n", "label", "serial", "model", "state");
    for (size_t i = 0; i < n; i++) {
        const struct hsm_slot *s = &slots[i];
        const char *state = !s->token_present  ? "no token"
                            : !s->initialised  ? "not initialised"
                            : s->pin_locked    ? "PIN locked"
                            : s->pin_count_low ? "a wrong PIN was given"
                                               : "ready";

        (void)printf("%-32s %-16s %-20s %s\n", s->token.label, s->token.serial, s->token.model,
                     state);
    }
    free(slots);
    return CA_OK;
}

typedef CA_RC (*token_step)(struct token_args *a, struct ca_err *err);

/* What `token list` and `token test` share: the same options, then two steps. */
static int token_show(const struct command *self, int argc, char **argv, token_step ready,
                      token_step show)
{
    struct token_args a = {.config = SERVER_CONFIG_FILE, .token = "ca"};
    const struct command_option options[] = {
        {"--config", &a.config, NULL},
        {"--token",  &a.token,  NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = ready(&a, &err);
    if (rc == CA_OK)
        rc = show(&a, &err);
    return leave(self, rc, &err);
}

int command_token_list(const struct command *self, int argc, char **argv)
{
    return token_show(self, argc, argv, args_load, list_slots);
}

/* The security officer's PIN is used once and then only for a reset of the user's PIN: without
 * --so-pin-file the terminal is asked, and it is kept nowhere. */
static CA_RC token_make(const struct token_args *a, const char *so_pin_file, struct ca_err *err)
{
    const struct server_config *c = server_config_of(a->settings);
    const struct token_config *t = a->which == TOKEN_CA ? &c->ca_token : &c->front_token;
    CA_AUTO(secret) struct ca_secret *so_pin = NULL;
    CA_AUTO(secret) struct ca_secret *pin = NULL;
    char source[PATH_MAX];

    CA_TRY(process_pin(t->pin_file, a->which == TOKEN_CA ? "ca-token-pin" : "front-token-pin", &pin,
                       source, err));
    if (so_pin_file != NULL) {
        CA_TRY(ca_secret_from_file(so_pin_file, &so_pin, err));
    } else {
        CA_TRY(
            ca_secret_from_prompt("PIN for the security officer", "--so-pin-file", &so_pin, err));
    }
    return hsm_token_init(t->module, t->label, t->writable, so_pin, pin, err);
}

int command_token_init(const struct command *self, int argc, char **argv)
{
    struct token_args a = {.config = SERVER_CONFIG_FILE};
    const char *so_pin_file = NULL;
    const struct command_option options[] = {
        {"--config",      &a.config,    NULL},
        {"--token",       &a.token,     NULL},
        {"--so-pin-file", &so_pin_file, NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    rc = args_load(&a, &err);
    if (rc == CA_OK)
        rc = token_make(&a, so_pin_file, &err);
    return leave(self, rc, &err);
}

/* What the key may do, and how often a second it signs on one thread and on two. */
static CA_RC key_report(struct hsm *hsm, const struct hsm_key_row *row, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    double one = 0;
    double two = 0;

    if (row->finding[0] != '\0') {
        (void)printf("key %s (%s): %s\n", row->label, row->kind, row->finding);
        return CA_OK;
    }
    CA_TRY(hsm_key_open(hsm, row->label, &key, err));
    CA_TRY(hsm_key_measure(key, 1, MEASURE_MS, &one, err));
    CA_TRY(hsm_key_measure(key, 2, MEASURE_MS, &two, err));
    (void)printf("key %s (%s): ok, %.0f signatures/s on one thread, %.0f/s on two\n", row->label,
                 row->kind, one, two);
    return CA_OK;
}

static CA_RC token_report(struct token_args *a, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf mechanisms = {0};
    const struct hsm_token_info *info = hsm_token(a->hsm);
    struct hsm_key_row *keys = NULL;
    enum ca_rc rc = CA_OK;
    size_t n = 0;

    CA_TRY(hsm_mechanism_list(a->hsm, &mechanisms, err));
    CA_TRY(hsm_key_list(a->hsm, &keys, &n, err));
    (void)printf("token: %s, serial %s, %s %s\n\n%s\n", info->label, info->serial,
                 info->manufacturer, info->model, ca_buf_cstr(&mechanisms));
    for (size_t i = 0; i < n && rc == CA_OK; i++)
        rc = key_report(a->hsm, &keys[i], err);
    free(keys);
    return rc;
}

int command_token_test(const struct command *self, int argc, char **argv)
{
    return token_show(self, argc, argv, args_open, token_report);
}

/* CertificationRequest (RFC 2986 4) with an empty subject: profile and request say the names. */
static CA_RC csr_make(const struct hsm_key *key, struct der_writer *ret, struct ca_err *err)
{
    enum ca_signature sig = ca_signature_default(hsm_key_spec(key), false);
    CA_AUTO(der_writer) struct der_writer info = {0};
    CA_AUTO(buf) struct ca_buf signature = {0};

    der_open(&info, DER_SEQUENCE);
    der_put_uint(&info, 0);
    der_open(&info, DER_SEQUENCE);
    der_close(&info);
    der_put_raw(&info, hsm_key_spki(key));
    der_open(&info, DER_CONTEXT_0);
    der_close(&info);
    der_close(&info);
    CA_TRY(der_writer_check(&info, err));
    CA_TRY(hsm_sign(key, sig, der_writer_view(&info), &signature, err));

    der_open(ret, DER_SEQUENCE);
    der_put_raw(ret, der_writer_view(&info));
    der_put_raw(ret, ca_signature_info(sig)->algorithm);
    der_put_bits(ret, ca_buf_view(&signature));
    der_close(ret);
    return der_writer_check(ret, err);
}

static CA_RC token_csr(struct token_args *a, const char *key_spec, const char *out,
                       struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer csr = {0};
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    const char *label = server_config_of(a->settings)->tls_key;
    struct ca_key_spec spec;
    enum ca_rc rc = hsm_key_open(a->hsm, label, &key, err);

    if (!ca_key_spec_parse(key_spec, &spec))
        return CA_FAIL(err, CA_MALFORMED, "no kind of key '%s'", key_spec);
    if (rc == CA_NOT_FOUND) {
        bool removed = false;

        CA_TRY(hsm_key_discard(a->hsm, label, &removed, err)); /* half a key of a try that died */
        rc = hsm_key_generate(a->hsm, label, spec, HSM_SERVICE_KEY, &key, err);
    }
    if (rc != CA_OK)
        return rc;
    CA_TRY(csr_make(key, &csr, err));
    return ca_file_replace(out, der_writer_view(&csr), 0644, err);
}

int command_token_csr(const struct command *self, int argc, char **argv)
{
    struct token_args a = {.config = SERVER_CONFIG_FILE, .token = "front"};
    const char *out = NULL;
    const char *key_spec = "ec:P-256";
    const struct command_option options[] = {
        {"--config", &a.config, NULL},
        {"--key",    &key_spec, NULL},
        {"--out",    &out,      NULL},
    };
    struct ca_err err = {0};
    enum ca_rc rc;
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    if (out == NULL)
        return command_misused(self, "--out FILE is missing");
    rc = args_open(&a, &err);
    if (rc == CA_OK)
        rc = token_csr(&a, key_spec, out, &err);
    return leave(self, rc, &err);
}
