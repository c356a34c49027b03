/* SPDX-License-Identifier: Apache-2.0 */
#include "api/login_internal.h"

#include <arpa/inet.h>
#include <strings.h>

#include "api/connection_internal.h"
#include "api/limit_internal.h"
#include "base/time.h"

static CA_RC locked_out(struct request *rq, int64_t left_ms, struct ca_err *err)
{
    rq->retry_after_s = (int)(left_ms / 1000) + 1;
    rq->locked_out = true;
    return CA_FAIL_AS(err, CA_LIMIT, "rate-limited",
                      "too many logins from this address were refused: wait %d seconds",
                      rq->retry_after_s);
}

/* Counts what somebody might have guessed at; who went on too long gets another answer. */
static CA_RC login_refused(struct request *rq, enum ca_rc rc, struct ca_err *err)
{
    int64_t left_ms;

    if (rc != CA_DENIED || (strcmp(err->problem, "client-certificate") != 0 &&
                            strcmp(err->problem, "token-refused") != 0))
        return rc;
    left_ms = lockout_failed(rq->front->lockout, rq->address, ca_mono_ms());
    return left_ms > 0 ? locked_out(rq, left_ms, err) : rc;
}

/* Tokens of an address that is locked out are not looked at. A client certificate is: nobody can
 * guess a private key, and his neighbour's guesses must not keep an officer out. */
static CA_RC token_shown(struct request *rq, const char *header, struct ca_err *err)
{
    static const char scheme[] = "Bearer ";
    int64_t left_ms = lockout_left(rq->front->lockout, rq->address, ca_mono_ms());

    if (left_ms > 0)
        return locked_out(rq, left_ms, err);
    if (strncasecmp(header, scheme, sizeof(scheme) - 1) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "token-refused",
                          "Authorization takes 'Bearer' and an API token");
    }
    return auth_token_read(header + sizeof(scheme) - 1, &rq->shown, err);
}

static CA_RC certificate_shown(struct request *rq, struct ca_err *err)
{
    struct connection *c = rq->connection;

    CA_TRY(peer_verify(tls_trust(rq->front->tls), c->session, &c->peer, err));
    memcpy(rq->shown.key, c->peer.fingerprint, sizeof(rq->shown.key));
    memcpy(rq->shown.key_hash, c->peer.key_hash, sizeof(rq->shown.key_hash));
    return CA_OK;
}

static CA_RC shown_read(struct request *rq, struct ca_err *err)
{
    const char *header = request_header(rq, "Authorization");

    return header != NULL ? token_shown(rq, header, err) : certificate_shown(rq, err);
}

CA_RC login_check(struct request *rq, struct ca_err *err)
{
    enum ca_rc rc;

    if (rq->route->may == MAY_ANYONE)
        return CA_OK;
    rc = shown_read(rq, err);
    if (rc != CA_OK)
        return login_refused(rq, rc, err);
    rq->caller_known = auth_cached(rq->front->auth, &rq->shown, &rc, &rq->caller, err);
    if (!rq->caller_known)
        return CA_OK; /* a worker asks the database */
    if (rc != CA_OK)
        return login_refused(rq, rc, err);
    return login_admit(rq, err);
}

CA_RC login_lookup(struct request *rq, struct ca_err *err)
{
    enum ca_rc rc = auth_lookup(rq->front->auth, rq->db, &rq->shown, &rq->caller, err);

    return rc == CA_OK ? CA_OK : login_refused(rq, rc, err);
}

CA_RC login_admit(struct request *rq, struct ca_err *err)
{
    CA_TRY(auth_permit(&rq->caller, rq->route->may, err));
    if (rate_take(rq->front->rate, &rq->caller.id, ca_mono_ms()))
        return CA_OK;
    rq->retry_after_s = 1;
    return CA_FAIL_AS(err, CA_LIMIT, "rate-limited",
                      "'%s' asks more often than this server lets him", rq->caller.name);
}
