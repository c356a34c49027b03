/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/named_list_internal.h"

/* Between ca/named_list.c and ca/named_list_complete.c. */

enum { LIST_POOL_WAIT_MS = 2000 };

/* One question, and the list that it is about; its texts and bytes are somebody's. */
struct list_ask {
    struct signer *s;
    const struct actor *actor;
    const struct wire_named_list_act *ask;
    struct db_named_list list;
};
/* Writes what `fn` does with the line `like`, of which action and detail are given. */
CA_RC named_list_change(const struct list_ask *a, change_fn fn, void *arg,
                        const struct audit_event *like, struct ca_err *err);
/* What is said of a list that is complete, but its digest. */
CA_RC named_list_answer(const struct db_named_list *row, struct wire_named_list *ret,
                        struct ca_buf *own, struct ca_err *err);
/* "complete": again, as it was, it changes nothing. CA_CONFLICT a piece is missing, number or
 * digest are others, or another list is being completed. */
CA_RC named_list_complete(struct list_ask *a, struct wire_named_list *ret, struct ca_buf *own,
                          struct ca_err *err);
