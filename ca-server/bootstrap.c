/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/bootstrap.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/pem.h"
#include "base/time.h"
#include "db/authority.h"

struct wire_caller bootstrap_caller(void)
{
    return (struct wire_caller){.channel = "local", .request_id = "bootstrap"};
}

static int64_t deadline(void)
{
    return ca_mono_ms() + BOOTSTRAP_DEADLINE_MS;
}

CA_RC bootstrap_authority(struct client *c, const struct wire_authority_create *ask,
                          struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    enum ca_rc rc = client_call(c, WIRE_AUTHORITY_CREATE, ask, deadline(), &answer, err);

    return rc == CA_CONFLICT ? CA_OK : rc;
}

static CA_RC status_judge(const struct wire_status_is *is, struct ca_err *err)
{
    if (!is->token)
        return CA_FAIL(err, CA_UNAVAILABLE, "the CA token is away: %s", is->token_reason);
    if (!is->database)
        return CA_FAIL(err, CA_UNAVAILABLE, "the signer has no database");
    for (uint32_t i = 0; i < is->authorities_n; i++) {
        const struct wire_authority_status *a = &is->authorities[i];

        if (!a->online)
            return CA_FAIL(err, CA_UNAVAILABLE, "authority %s is offline: %s", a->name, a->reason);
    }
    return CA_OK;
}

CA_RC bootstrap_status(struct client *c, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    struct wire_status ask = {bootstrap_caller()};

    CA_TRY(client_call(c, WIRE_STATUS, &ask, deadline(), &answer, err));
    if (answer->kind != WIRE_STATUS_IS)
        return CA_FAIL(err, CA_FAULT, "the signer answered %s", wire_kind_name(answer->kind));
    return status_judge(answer->body, err);
}

CA_RC bootstrap_issue(struct client *c, const struct bootstrap_issue *ask, struct ca_buf *ret,
                      struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    uint8_t digest[CA_SHA256_LEN];
    char hex[2 * CA_SHA256_LEN + 1];
    char key[128];
    struct wire_issue question = {
        .caller = bootstrap_caller(),
        .profile = ask->profile,
        .authority = ask->authority,
        .csr = ask->csr,
        .idempotency_key = key,
        .comment = "",
        .subject_given = ask->subject_n > 0,
        .subject = ask->subject,
        .subject_n = ask->subject_n,
        .sans_given = ask->sans_n > 0,
        .sans = ask->sans,
        .sans_n = ask->sans_n,
        .validity_s = ask->validity_s,
    };
    const struct wire_issued *issued;

    CA_TRY(ca_sha256(ask->csr, digest, err));
    (void)snprintf(key, sizeof(key), "%.32s-%s", ask->what,
                   ca_hex((struct ca_bytes){digest, sizeof(digest)}, hex));
    CA_TRY(client_call(c, WIRE_ISSUE, &question, deadline(), &answer, err));
    issued = answer->body;
    if (answer->kind != WIRE_ISSUED || issued->certificate.len == 0)
        return CA_FAIL(err, CA_FAULT, "the signer issued nothing for %s", ask->what);
    ca_buf_bytes(ret, issued->certificate);
    return ca_buf_check(ret, err);
}

CA_RC bootstrap_enrol(struct client *c, const char *name, unsigned roles, struct ca_bytes cert,
                      struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    struct wire_operator_enrol ask = {
        .caller = bootstrap_caller(), .name = name, .roles = roles, .certificate = cert};

    return client_call(c, WIRE_OPERATOR_ENROL, &ask, deadline(), &answer, err);
}

CA_RC bootstrap_chain(const struct server_config *config, const char *authority, struct ca_buf *ret,
                      struct ca_err *err)
{
    CA_AUTO(db) struct db *db = NULL;
    CA_AUTO(db_result) struct db_result found = {0};
    struct db_config how = server_config_db(config, DB_FRONT);
    const struct db_authority *rows;
    size_t before = ret->len;

    CA_TRY(db_open(&how, &db, err));
    CA_TRY(db_authority_list(db, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(rows[i].name, authority) == 0 && rows[i].certificate.len > 0)
            pem_put(ret, "CERTIFICATE", rows[i].certificate);
    }
    if (ret->len == before)
        return CA_FAIL(err, CA_FAULT, "the authority %s is not in the database", authority);
    return ca_buf_check(ret, err);
}
