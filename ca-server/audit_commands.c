/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/pem.h"
#include "ca-server/audit_line.h"
#include "ca-server/audit_notes.h"
#include "ca-server/audit_online.h"
#include "ca-server/command.h"
#include "ca-server/config.h"

enum {
    EXIT_FINDING = 5,
    SHOWN_MAX = 1000, /* findings that are printed; all are counted */
    STATEMENT_MS = 24 * 3600 * 1000,
    KEY_MAX = 16 * 1024,
};

struct verify {
    const char *config_path;
    const char *state;
    const char *offline;
    const char *checkpoints;
    const char *key_path;
    struct checkpoint_key *key;
    struct audit_check *check;
    struct audit_notes notes;
    struct audit_table table;
    struct audit_source source;
    FILE *notes_file;
    uint64_t shown;
};

static void find(void *arg, const char *chain, int64_t line, const char *text)
{
    struct verify *v = arg;

    if (v->shown++ >= SHOWN_MAX)
        return;
    if (line > 0) {
        (void)printf("chain %s, line %" PRId64 ": %s\n", chain, line, text);
    } else if (chain[0] != '\0') {
        (void)printf("chain %s: %s\n", chain, text);
    } else {
        (void)printf("%s\n", text);
    }
}

static void end(void *arg, const char *chain, int64_t last, int64_t protected)
{
    const struct verify *v = arg;

    (void)printf("chain %s: lines 1 to %" PRId64, chain, last);
    if (v->source.next == NULL) {
        (void)puts("; without checkpoints a cut tail or a log written anew does not show");
    } else if (protected == last) {
        (void)puts(", all under a checkpoint");
    } else {
        (void)printf(", a checkpoint of the first %" PRId64 "; %" PRId64 " not protected yet\n",
                     protected, last - protected);
    }
}

static CA_RC key_load(struct verify *v, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = KEY_MAX};
    CA_AUTO(buf) struct ca_buf spki = {.max = KEY_MAX};
    struct ca_bytes left;

    if (v->key_path == NULL)
        return CA_OK;
    CA_TRY(ca_file_read(v->key_path, &pem, err));
    left = ca_buf_view(&pem);
    CA_TRY(pem_take(&left, "PUBLIC KEY", &spki, err));
    return checkpoint_key_new(ca_buf_view(&spki), &v->key, err);
}

static CA_RC check_open(struct verify *v, struct ca_err *err)
{
    const struct audit_check_config config = {
        .source = v->source.next != NULL ? &v->source : NULL, .arg = v, .find = find, .end = end};

    CA_TRY(audit_check_new(&config, &v->check, err));
    v->notes.check = v->check;
    v->table.check = v->check;
    return CA_OK;
}

static CA_RC notes_open(struct verify *v, struct ca_err *err)
{
    if (v->checkpoints == NULL)
        return CA_OK;
    v->notes_file = fopen(v->checkpoints, "rb");
    if (v->notes_file == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "cannot open %s: %s", v->checkpoints, strerror(errno));
    v->notes = (struct audit_notes){.file = v->notes_file, .key = v->key};
    v->source = (struct audit_source){&v->notes, audit_notes_begin, audit_notes_next};
    return CA_OK;
}

/* A line, up to its end; *ret_there false: the end of the file. */
static CA_RC line_next(FILE *file, char *text, size_t *ret_len, bool *ret_there, struct ca_err *err)
{
    int c;

    for (*ret_len = 0; (c = getc(file)) != EOF && c != '\n'; ++*ret_len) {
        if (*ret_len == AUDIT_LINE_MAX)
            return CA_FAIL(err, CA_LIMIT, "a line of more than %d octets", AUDIT_LINE_MAX);
        text[*ret_len] = (char)c;
    }
    if (ferror(file) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read the export: %s", strerror(errno));
    *ret_there = c != EOF || *ret_len > 0;
    return CA_OK;
}

static CA_RC file_lines(struct verify *v, FILE *file, struct ca_err *err)
{
    struct audit_line line;
    char text[AUDIT_LINE_MAX];
    size_t len = 0;
    bool there = true;

    for (uint64_t number = 1;; number++) {
        struct ca_err why = {0};

        CA_TRY(line_next(file, text, &len, &there, err));
        if (!there)
            return CA_OK;
        if (audit_line_read((struct ca_bytes){(const uint8_t *)text, len}, &line, &why) == CA_OK) {
            CA_TRY(audit_check_line(v->check, &line.row, err));
        } else {
            audit_check_find(v->check, "?", 0, "line %" PRIu64 " of the file: %s", number,
                             why.text);
        }
    }
}

static CA_RC verify_offline(struct verify *v, struct ca_err *err)
{
    bool standard = strcmp(v->offline, "-") == 0;
    FILE *file = standard ? stdin : fopen(v->offline, "rb");
    enum ca_rc rc;

    if (file == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "cannot open %s: %s", v->offline, strerror(errno));
    rc = check_open(v, err);
    if (rc == CA_OK)
        rc = file_lines(v, file, err);
    if (rc == CA_OK)
        rc = audit_check_end(v->check, err);
    if (rc == CA_OK && v->checkpoints != NULL)
        rc = audit_notes_expect(&v->notes, err);
    if (!standard)
        (void)fclose(file);
    return rc;
}

static CA_RC database_open(const struct verify *v, struct db **ret, struct ca_err *err)
{
    CA_AUTO(config) struct config *settings = NULL;
    struct db_config config;
    char path[PATH_MAX];

    if (v->state != NULL) {
        CA_TRY(ca_path_join(path, sizeof(path), v->state, "ca-server.yaml", err));
    } else {
        (void)snprintf(path, sizeof(path), "%s", v->config_path);
    }
    CA_TRY(server_config_load(path, &settings, err));
    config = server_config_db(server_config_of(settings), DB_SIGNER);
    if (config.conninfo[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "%s: database.signer is not set", path);
    config.statement_timeout_ms = STATEMENT_MS;
    return db_open(&config, ret, err);
}

static CA_RC verify_online(struct verify *v, struct ca_err *err)
{
    CA_AUTO(db) struct db *db = NULL;
    CA_AUTO(buf) struct ca_buf text = {0};

    CA_TRY(database_open(v, &db, err));
    if (v->checkpoints == NULL) {
        v->table = (struct audit_table){.db = db, .key = v->key};
        v->source = (struct audit_source){&v->table, audit_table_begin, audit_table_next};
    }
    CA_TRY(check_open(v, err));
    CA_TRY(audit_online_lines(db, v->check, err));
    if (v->checkpoints != NULL) {
        CA_TRY(audit_notes_expect(&v->notes, err));
    } else {
        CA_TRY(audit_table_expect(&v->table, err));
    }
    CA_TRY(audit_online_certificates(db, v->check, &text, err));
    (void)fputs(ca_buf_cstr(&text), stdout);
    if (v->key == NULL)
        (void)fputs("ca-server audit verify: checkpoints are checked with the key that the "
                    "database names; --key FILE makes sure that it is the right one\n",
                    stderr);
    return CA_OK;
}

static CA_RC verify_all(struct verify *v, struct ca_err *err)
{
    CA_TRY(key_load(v, err));
    CA_TRY(notes_open(v, err));
    return v->offline != NULL ? verify_offline(v, err) : verify_online(v, err);
}

static int verify_report(const struct verify *v)
{
    struct audit_check_counts n = audit_check_counts(v->check);

    if (v->shown > SHOWN_MAX)
        (void)printf("%" PRIu64 " more findings\n", v->shown - SHOWN_MAX);
    (void)printf("%" PRIu64 " lines in %" PRIu64 " chains, %" PRIu64
                 " checkpoints that fit, %" PRIu64 " findings\n",
                 n.lines, n.chains, n.checkpoints, n.findings);
    return n.findings == 0 ? 0 : EXIT_FINDING;
}

static int verify_run(const struct command *self, struct verify *v)
{
    struct ca_err err = {0};
    enum ca_rc rc = verify_all(v, &err);
    int status = rc == CA_OK ? verify_report(v) : command_failed(self, rc, &err);

    audit_check_free(v->check);
    checkpoint_key_free(v->key);
    if (v->notes_file != NULL)
        (void)fclose(v->notes_file);
    return fflush(stdout) == 0 ? status : EXIT_INTERNAL;
}

int command_audit_verify(const struct command *self, int argc, char **argv)
{
    struct verify v = {0};
    const struct command_option options[] = {
        {"--config",      &v.config_path, NULL},
        {"--state",       &v.state,       NULL},
        {"--offline",     &v.offline,     NULL},
        {"--checkpoints", &v.checkpoints, NULL},
        {"--key",         &v.key_path,    NULL},
    };
    int status = 0;

    if (!command_options(self, argc, argv, options, CA_COUNT(options), &status))
        return status;
    if ((v.config_path != NULL) + (v.state != NULL) + (v.offline != NULL) > 1)
        return command_misused(self, "--config, --state or --offline: one of them");
    if (v.checkpoints != NULL && v.key_path == NULL)
        return command_misused(self, "--checkpoints needs --key, the key that signed them");
    if (v.offline != NULL && v.checkpoints == NULL && v.key_path != NULL)
        return command_misused(self, "--key without --checkpoints checks nothing offline");
    if (v.config_path == NULL)
        v.config_path = SERVER_CONFIG_FILE;
    ca_log_start("audit", CA_LOG_WARNING);
    return verify_run(self, &v);
}
