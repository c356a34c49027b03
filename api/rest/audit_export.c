/* SPDX-License-Identifier: Apache-2.0 */
/* The log as text, page after page: whoever wants all of it follows the links. Neither side holds
 * more than a page, however long the log is. */
#include <inttypes.h>

#include "api/rest/answer.h"
#include "api/rest/audit_view.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "base/text.h"
#include "base/time.h"

enum { LIMIT_DEFAULT = 1000, LIMIT_MAX = 5000 };

static const struct rest_parameters *const filters = &rest_audit_export_parameters;

enum form { TEXT, NUMBER, HEX };
static const struct column {
    const char *name;
    enum form form;
    size_t offset;
} columns[] = {
    {"chain",       TEXT,   offsetof(struct db_audit, chain)      },
    {"sequence",    NUMBER, offsetof(struct db_audit, sequence)   },
    {"at_us",       NUMBER, offsetof(struct db_audit, at_us)      },
    {"actor",       TEXT,   offsetof(struct db_audit, actor)      },
    {"channel",     TEXT,   offsetof(struct db_audit, channel)    },
    {"action",      TEXT,   offsetof(struct db_audit, action)     },
    {"outcome",     TEXT,   offsetof(struct db_audit, outcome)    },
    {"object",      TEXT,   offsetof(struct db_audit, object)     },
    {"request_id",  TEXT,   offsetof(struct db_audit, request_id) },
    {"detail",      TEXT,   offsetof(struct db_audit, detail)     },
    {"object_hash", HEX,    offsetof(struct db_audit, object_hash)},
    {"previous",    HEX,    offsetof(struct db_audit, previous)   },
    {"hash",        HEX,    offsetof(struct db_audit, hash)       },
};

static const void *member(const struct db_audit *row, const struct column *column)
{
    return (const char *)row + column->offset;
}

static void hex_put(struct ca_bytes octets, struct ca_buf *ret)
{
    for (size_t i = 0; i < octets.len; i++)
        ca_buf_printf(ret, "%02x", octets.ptr[i]);
}

static void json_value(const struct db_audit *row, const struct column *column, struct ca_buf *ret)
{
    const void *at = member(row, column);
    struct ca_bytes octets;

    if (column->form == TEXT) {
        json_write_text(*(const char *const *)at, ret);
        return;
    }
    if (column->form == NUMBER) {
        ca_buf_printf(ret, "%" PRId64, *(const int64_t *)at);
        return;
    }
    octets = *(const struct ca_bytes *)at;
    if (octets.len == 0) {
        ca_buf_str(ret, "null");
        return;
    }
    ca_buf_u8(ret, '"');
    hex_put(octets, ret);
    ca_buf_u8(ret, '"');
}

/* Every column that the hash covers, as it is: an outsider can make the hash again. */
static void json_line(const struct db_audit *row, struct ca_buf *ret)
{
    for (size_t i = 0; i < CA_COUNT(columns); i++) {
        ca_buf_printf(ret, "%s\"%s\":", i == 0 ? "{" : ",", columns[i].name);
        json_value(row, &columns[i], ret);
    }
    ca_buf_str(ret, "}\n");
}

/* RFC 4180, each text in quotes. What a spreadsheet would take for a formula gets an apostrophe in
 * front: texts come from outside. */
static void csv_text(const char *text, struct ca_buf *ret)
{
    ca_buf_u8(ret, '"');
    if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
        ca_buf_u8(ret, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            ca_buf_u8(ret, '"');
        ca_buf_u8(ret, (uint8_t)*text);
    }
    ca_buf_u8(ret, '"');
}

static void csv_line(const struct db_audit *row, struct ca_buf *ret)
{
    char at[CA_TIME_TEXT];

    ca_buf_str(ret, ca_time_text(row->at_us / 1000000, at));
    for (size_t i = 0; i < CA_COUNT(columns); i++) {
        const void *value = member(row, &columns[i]);

        ca_buf_u8(ret, ',');
        if (columns[i].form == TEXT) {
            csv_text(*(const char *const *)value, ret);
        } else if (columns[i].form == NUMBER) {
            ca_buf_printf(ret, "%" PRId64, *(const int64_t *)value);
        } else {
            hex_put(*(const struct ca_bytes *)value, ret);
        }
    }
    ca_buf_str(ret, "\r\n");
}

static void csv_head(struct ca_buf *ret)
{
    ca_buf_str(ret, "at");
    for (size_t i = 0; i < CA_COUNT(columns); i++)
        ca_buf_printf(ret, ",%s", columns[i].name);
    ca_buf_str(ret, "\r\n");
}

static const struct format {
    const char *name;
    const char *type;
    void (*head)(struct ca_buf *ret);
    void (*line)(const struct db_audit *row, struct ca_buf *ret);
} formats[] = {
    {"jsonl", "application/jsonl",       NULL,     json_line},
    {"csv",   "text/csv; charset=utf-8", csv_head, csv_line },
};

static CA_RC format_read(const struct request *rq, const struct format **ret, struct ca_err *err)
{
    const char *name = request_query(rq, "format");

    *ret = &formats[0];
    for (size_t i = 0; name != NULL && i < CA_COUNT(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *ret = &formats[i];
            return CA_OK;
        }
    }
    return name == NULL ? CA_OK : CA_FAIL(err, CA_MALFORMED, "format: is not one of jsonl, csv");
}

/* GET /api/v1/audit/export */
CA_RC rest_audit_export(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    CA_AUTO(buf) struct ca_buf next = {0};
    struct rest_audit_search search = {0};
    const struct format *format = NULL;
    const struct db_audit *rows;
    size_t limit = 0;

    CA_TRY(rest_audit_search_read(rq, filters, &search, err));
    CA_TRY(format_read(rq, &format, err));
    CA_TRY(rest_limit_of(rq, LIMIT_DEFAULT, LIMIT_MAX, &limit, err));
    CA_TRY(db_audit_list(request_db(rq), &search.filter, DB_AUDIT_EXPORT, &search.after, limit + 1,
                         &found, err));
    rows = found.rows;
    if (format->head != NULL && search.after.chain == NULL)
        format->head(&body);
    for (size_t i = 0; i < found.count && i < limit; i++)
        format->line(&rows[i], &body);
    CA_TRY(ca_buf_check(&body, err));
    if (found.count > limit)
        CA_TRY(rest_audit_next(rq, rs, filters, &rows[limit - 1], &next, err));
    return rest_answer_octets(rq, rs, 200, format->type, ca_buf_view(&body), err);
}
