/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libpq-fe.h>

#include "base/buf.h"
#include "db/db.h"

/* How members of structs travel: each kind has a type of PostgreSQL and its binary form. */
enum db_kind {
    DB_INT4,  /* int32_t */
    DB_INT8,  /* int64_t */
    DB_TIME,  /* int64_t, and 0 is NULL; ids that may be missing too */
    DB_BOOL,  /* bool */
    DB_TEXT,  /* const char *; NULL is written as "" */
    DB_BYTES, /* struct ca_bytes; len 0 is NULL */
    DB_UUID,  /* struct ca_uuid; nil is NULL */
    DB_LABEL, /* an enum of ours, an enum of the same names there */
    DB_KIND__COUNT
};

struct db_field {
    enum db_kind kind;
    size_t offset;
    const char *const *labels; /* of DB_LABEL, by value; ends with NULL */
};
#define DB_FIELD(kind, type, member)                                                               \
    {                                                                                              \
        DB_##kind, offsetof(struct type, member), NULL                                             \
    }
#define DB_FIELD_LABEL(type, member, labels)                                                       \
    {                                                                                              \
        DB_LABEL, offsetof(struct type, member), labels                                            \
    }

/* The columns of a result, or the parameters of a batch, in order, and the struct they are of. */
struct db_fields {
    const struct db_field *at;
    size_t n;
    size_t size; /* sizeof the struct */
};
#define DB_FIELDS(table, type)                                                                     \
    {                                                                                              \
        (table), CA_COUNT(table), sizeof(struct type)                                              \
    }

/* Parameters of one execution, all binary; what texts, bytes and ids point to stays the caller's.
 * CA_AUTO(db_params) struct db_params p = {0}; */
enum { DB_PARAMS_MAX = 32 };
struct db_params {
    int n;
    bool too_many;
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    uint8_t scalars[DB_PARAMS_MAX][8];
    struct ca_buf arrays[DB_PARAMS_MAX];
};
void db_params_done(struct db_params *p);
static inline void ca_auto_db_params(struct db_params *p) /* CA_AUTO_DEFINE would copy it */
{
    db_params_done(p);
}

void db_put_int4(struct db_params *p, int32_t v);
void db_put_int8(struct db_params *p, int64_t v);
void db_put_time(struct db_params *p, int64_t v);               /* 0: NULL */
void db_put_text(struct db_params *p, const char *v);           /* NULL: NULL */
void db_put_bytes(struct db_params *p, struct ca_bytes v);      /* len 0: NULL */
void db_put_uuid(struct db_params *p, const struct ca_uuid *v); /* NULL or nil: NULL */

/* One parameter for each field of one struct. */
void db_put_row(struct db_params *p, const struct db_fields *f, const void *row);
/* One array for each field, one element for each of `n` structs. CA_LIMIT, CA_FAULT. */
CA_RC db_put_rows(struct db_params *p, const struct db_fields *f, const void *rows, size_t n,
                  struct ca_err *err);

/* Takes `res` over, also when it fails; columns that are NULL leave zeros. */
CA_RC db_rows_read(PGresult *res, const struct db_fields *f, struct db_result *ret,
                   struct ca_err *err);
/* Single columns of a first row; NULL is 0, nil, "". CA_FAULT another type. */
int64_t db_get_int8(const PGresult *res, int column);
bool db_get_bool(const PGresult *res, int column);
/* The place of a label in its list; CA_FAULT the program does not know it. */
CA_RC db_get_label(const PGresult *res, int column, const char *const *labels, int *ret,
                   struct ca_err *err);
