/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

/* The first row whose letters the SQLSTATE begins with. */
static const struct {
    const char *front;
    enum ca_rc rc;
} sqlstates[] = {
    {"40001", CA_RETRY      }, /* serialization_failure */
    {"40P01", CA_RETRY      }, /* deadlock_detected */
    {"23505", CA_CONFLICT   }, /* unique_violation */
    {"08",    CA_UNAVAILABLE}, /* connection */
    {"57P0",  CA_UNAVAILABLE}, /* shutdown, crash, starting up */
    {"57014", CA_UNAVAILABLE}, /* statement_timeout */
    {"55P03", CA_UNAVAILABLE}, /* lock_timeout */
    {"25P03", CA_UNAVAILABLE}, /* idle_in_transaction_session_timeout */
    {"25006", CA_UNAVAILABLE}, /* read only: a standby */
    {"28",    CA_UNAVAILABLE}, /* authentication */
    {"3D",    CA_UNAVAILABLE}, /* no such database */
    {"53",    CA_UNAVAILABLE}, /* disk full, no memory, too many connections */
    {"58",    CA_UNAVAILABLE}, /* input/output error */
    {"",      CA_FAULT      }, /* 42501 insufficient_privilege too: nobody asks for what it may not */
};

bool db_sqlstate_is(const PGresult *res, const char *front)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    return strncmp(state == NULL ? "" : state, front, strlen(front)) == 0;
}

/* Neither DETAIL nor HINT: they quote values. */
enum ca_rc db_fail(const PGresult *res, const char *what, struct ca_err *err)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    size_t i = 0;

    if (state == NULL) /* libpq's own: the server said nothing */
        return CA_FAIL(err, CA_UNAVAILABLE, "%s: %s", what, PQresultErrorMessage(res));
    while (!db_sqlstate_is(res, sqlstates[i].front))
        i++;
    ca_fail_at(err, "", __FILE__, __LINE__, "%s: %s (%s)", what, text == NULL ? "" : text, state);
    return sqlstates[i].rc;
}

CA_RC db_fail_connection(struct db *db, const char *what, struct ca_err *err)
{
    const char *text = PQerrorMessage(db->pg);

    db->lost = true;
    return CA_FAIL(err, CA_UNAVAILABLE, "PostgreSQL, %s: %.*s", what, (int)strcspn(text, "\n"),
                   text);
}
