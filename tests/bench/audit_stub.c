/* SPDX-License-Identifier: Apache-2.0 */
/* In place of ca/audit.c, for one figure alone: what the audit log costs. The program that is
 * linked with this writes no line of it and is never installed. */
#include <stdlib.h>

#include "ca/audit_internal.h"

struct audit {
    char nothing;
};

CA_RC audit_open(struct db *db, const char *node, struct audit **ret, struct ca_err *err)
{
    (void)db;
    (void)node;
    *ret = calloc(1, sizeof(**ret));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

void audit_close(struct audit *a)
{
    free(a);
}

CA_RC audit_reload(struct audit *a, struct db *db, struct ca_err *err)
{
    (void)a;
    (void)db;
    (void)err;
    return CA_OK;
}

void audit_set_tap(struct audit *a, audit_tap_fn tap, void *arg)
{
    (void)a;
    (void)tap;
    (void)arg;
}

void audit_begin(struct audit *a)
{
    (void)a;
}

CA_RC audit_add(struct audit *a, const struct audit_event *event, struct ca_err *err)
{
    (void)a;
    (void)event;
    (void)err;
    return CA_OK;
}

CA_RC audit_write(struct audit *a, struct db *db, struct ca_err *err)
{
    (void)a;
    (void)db;
    (void)err;
    return CA_OK;
}

void audit_commit(struct audit *a)
{
    (void)a;
}
