/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "api/rest/answer.h"
#include "api/rest/certificate_view.h"
#include "api/rest/cursor.h"
#include "api/rest/parameters.h"
#include "api/rest/requester.h"
#include "api/rest/rest.h"
#include "api/rest/serial.h"
#include "base/text.h"
#include "base/time.h"

static const struct rest_parameters *const filters = &rest_certificates_parameters;

/* clang-format off */
static const struct { const char *name; enum db_certificate_sort sort; } sorts[] = {
    {"-issued_at", DB_SORT_NEWEST},
    {"issued_at",  DB_SORT_OLDEST},
    {"not_after",  DB_SORT_NOT_AFTER},
    {"-not_after", DB_SORT_NOT_AFTER_DESC},
};
/* clang-format on */

/* A list as asked for; what `filter` points to is here too. */
struct search {
    struct db_certificate_filter filter;
    enum db_certificate_sort sort;
    struct rest_cursor cursor;
    bool cursor_given;
    size_t limit;
    struct rest_serial serial;
    struct rest_fingerprint fingerprint;
    struct ca_uuid requester;
    const char *q; /* lower-case; NULL: none */
};

static const char *lower(struct request *rq, const char *text)
{
    size_t n = strlen(text);
    char *copy = request_alloc(rq, n + 1);

    for (size_t i = 0; copy != NULL && i <= n; i++)
        copy[i] = (char)tolower((unsigned char)text[i]);
    return copy;
}

static CA_RC sort_read(const struct request *rq, enum db_certificate_sort *ret, struct ca_err *err)
{
    const char *text = request_query(rq, "sort");

    *ret = DB_SORT_NEWEST;
    for (size_t i = 0; text != NULL && i < CA_COUNT(sorts); i++) {
        if (strcmp(sorts[i].name, text) == 0) {
            *ret = sorts[i].sort;
            return CA_OK;
        }
    }
    return text == NULL ? CA_OK
                        : CA_FAIL(err, CA_MALFORMED,
                                  "sort: is not one of -issued_at, issued_at, not_after, "
                                  "-not_after");
}

static CA_RC status_read(const struct request *rq, const char **ret, struct ca_err *err)
{
    static const char *const names[] = {"valid", "held", "revoked", "expired", "burned"};

    *ret = request_query(rq, "status");
    for (size_t i = 0; *ret != NULL && i < CA_COUNT(names); i++) {
        if (strcmp(names[i], *ret) == 0)
            return CA_OK;
    }
    return *ret == NULL ? CA_OK
                        : CA_FAIL(err, CA_MALFORMED,
                                  "status: is not one of valid, held, revoked, expired, burned");
}

static CA_RC numbers_read(const struct request *rq, struct search *s, struct ca_err *err)
{
    const char *serial = request_query(rq, "serial");
    const char *fingerprint = request_query(rq, "fingerprint");

    if (serial != NULL && !rest_serial_hex(serial, &s->serial) &&
        !rest_serial_decimal(serial, &s->serial)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "serial: is neither hexadecimal nor decimal, at most %d "
                       "octets",
                       DB_SERIAL_MAX);
    }
    if (fingerprint != NULL && !rest_fingerprint(fingerprint, &s->fingerprint))
        return CA_FAIL(err, CA_MALFORMED, "fingerprint: 8 to 64 hexadecimal digits, in pairs");
    s->filter.serial = (struct ca_bytes){s->serial.octets, s->serial.len};
    s->filter.fingerprint = (struct ca_bytes){s->fingerprint.octets, s->fingerprint.len};
    return CA_OK;
}

/* cn is exact, or, with an asterisk at its end, the front of the name. */
static CA_RC names_read(struct request *rq, struct search *s, struct ca_err *err)
{
    const char *cn = request_query(rq, "cn");
    const char *san = request_query(rq, "san");
    const char *q = request_query(rq, "q");
    size_t n = cn != NULL ? strlen(cn) : 0;
    char *low = cn != NULL ? request_alloc(rq, n + 1) : NULL;

    s->filter.name = san != NULL ? lower(rq, san) : NULL;
    s->q = q != NULL ? lower(rq, q) : NULL;
    if ((cn != NULL && low == NULL) || (san != NULL && s->filter.name == NULL) ||
        (q != NULL && s->q == NULL))
        return CA_FAIL_NOMEM(err);
    if (q != NULL && (cn != NULL || san != NULL || s->serial.len > 0 || s->fingerprint.len > 0))
        return CA_FAIL(err, CA_MALFORMED, "q: not together with cn, san, serial or fingerprint");
    if (cn == NULL)
        return CA_OK;
    for (size_t i = 0; i <= n; i++)
        low[i] = (char)tolower((unsigned char)cn[i]);
    if (n > 1 && low[n - 1] == '*') {
        low[n - 1] = '\0';
        s->filter.name_prefix = low;
        return CA_OK;
    }
    if (san != NULL)
        return CA_FAIL(err, CA_MALFORMED, "cn: together with san only as a prefix with '*'");
    s->filter.name = low;
    return CA_OK;
}

static CA_RC requester_read(struct request *rq, struct search *s, struct ca_err *err)
{
    const char *text = request_query(rq, "requester");

    if (text == NULL)
        return CA_OK;
    s->filter.requester = &s->requester;
    return rest_requester_find(rq, text, "requester", &s->requester, err);
}

static CA_RC search_read(struct request *rq, struct search *s, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, filters, err));
    s->filter.now = ca_time_now();
    s->filter.profile = request_query(rq, "profile");
    s->filter.authority = request_query(rq, "authority");
    CA_TRY(rest_limit_read(rq, &s->limit, err));
    CA_TRY(sort_read(rq, &s->sort, err));
    CA_TRY(rest_cursor_read(rq, filters, &s->cursor, &s->cursor_given, err));
    CA_TRY(status_read(rq, &s->filter.status, err));
    CA_TRY(numbers_read(rq, s, err));
    CA_TRY(names_read(rq, s, err));
    CA_TRY(rest_query_time(rq, "not_after[gte]", &s->filter.not_after_from, err));
    CA_TRY(rest_query_time(rq, "not_after[lt]", &s->filter.not_after_to, err));
    return requester_read(rq, s, err);
}

/* What q may mean, in the order in which it is tried; the first with a row is the one, and the
 * cursor keeps its number. */
enum { Q_HEX, Q_DECIMAL, Q_FINGERPRINT, Q_NAME, Q_PREFIX, Q__COUNT };

static bool q_apply(struct search *s, unsigned mode)
{
    struct db_certificate_filter *f = &s->filter;
    bool fits = mode >= Q_NAME;

    f->serial = (struct ca_bytes){NULL, 0};
    f->fingerprint = (struct ca_bytes){NULL, 0};
    f->name = mode == Q_NAME ? s->q : NULL;
    f->name_prefix = mode == Q_PREFIX ? s->q : NULL;
    if (mode == Q_HEX || mode == Q_DECIMAL) {
        fits = mode == Q_HEX ? rest_serial_hex(s->q, &s->serial)
                             : rest_serial_decimal(s->q, &s->serial);
        f->serial = (struct ca_bytes){s->serial.octets, s->serial.len};
    }
    if (mode == Q_FINGERPRINT) {
        fits = rest_fingerprint(s->q, &s->fingerprint);
        f->fingerprint = (struct ca_bytes){s->fingerprint.octets, s->fingerprint.len};
    }
    return fits;
}

/* One row more than asked for says whether there is a next page. */
static CA_RC list_once(struct request *rq, const struct search *s, struct db_result *ret,
                       struct ca_err *err)
{
    struct db_certificate_cursor after = {s->cursor.id, s->cursor.not_after};

    return db_certificate_list(request_db(rq), &s->filter, s->sort, &after, s->limit + 1, ret, err);
}

static CA_RC list(struct request *rq, struct search *s, struct db_result *ret, struct ca_err *err)
{
    if (s->q == NULL)
        return list_once(rq, s, ret, err);
    for (unsigned mode = s->cursor_given ? s->cursor.mode : 0; mode < Q__COUNT; mode++) {
        if (!q_apply(s, mode))
            continue;
        db_result_free(*ret);
        *ret = (struct db_result){0};
        CA_TRY(list_once(rq, s, ret, err));
        s->cursor.mode = (uint8_t)mode;
        if (ret->count > 0 || s->cursor_given)
            return CA_OK;
    }
    return CA_OK;
}

static CA_RC next_page(struct request *rq, struct response *rs, const struct search *s,
                       const struct db_certificate *last, char *ret, struct ca_err *err)
{
    struct rest_cursor cursor = {last->id, last->not_after, s->cursor.mode};

    CA_TRY(rest_cursor_text(rq, filters, &cursor, ret, err));
    return rest_link_next(rq, rs, filters, ret, err);
}

/* GET /api/v1/certificates */
CA_RC rest_certificates_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct search s = {.limit = 0};
    struct rest_certificate *items;
    struct rest_page page = {.items = {.given = true}};
    char next[REST_CURSOR_TEXT];
    const struct db_certificate *rows;

    CA_TRY(search_read(rq, &s, err));
    CA_TRY(list(rq, &s, &found, err));
    rows = found.rows;
    page.items.n = (uint32_t)(found.count > s.limit ? s.limit : found.count);
    items = request_alloc(rq, (page.items.n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < page.items.n; i++)
        CA_TRY(rest_certificate_view(rq, &rows[i], s.filter.now, false, &items[i], err));
    page.items.items = items;
    if (found.count > s.limit) {
        CA_TRY(next_page(rq, rs, &s, &rows[s.limit - 1], next, err));
        page.next = next;
    }
    return rest_answer(rq, rs, 200, &rest_certificate_page, &page, err);
}

/* GET /api/v1/certificates/{id} */
CA_RC rest_certificate_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_certificate *row = NULL;
    struct rest_certificate view;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_certificate_load(rq, &found, &row, err));
    CA_TRY(rest_certificate_view(rq, row, ca_time_now(), true, &view, err));
    return rest_answer(rq, rs, 200, &rest_certificate_schema, &view, err);
}
