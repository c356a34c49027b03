/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "api/publish/shelf_internal.h"

struct front;

/* Once a second: what CRLs are new in the database, onto the shelf; authorities into their cache;
 * then each new CRL is read back over HTTP and compared (I12). */
struct publish;

CA_RC publish_start(struct front *front, struct publish **ret, struct ca_err *err);
/* After the doors are open. */
CA_RC publish_run(struct publish *p, struct ca_err *err);
void publish_stop(struct publish *p);
struct shelf *publish_shelf(const struct publish *p);
bool publish_database(const struct publish *p); /* did the last look meet it */

/* The path under /crl/ of a name on the shelf: a part is below its authority. */
void publish_path(const char *name, char ret[SHELF_NAME_MAX + 1]);
/* Served, and not yet in the folder of the setting crl.directory. */
size_t publish_behind(const struct publish *p);

/* api/publish/push.c: replaces the file of this CRL below `dir`, whole or not at all, unless one
 * with a higher number is there. `crl`: with its descriptor. CA_UNAVAILABLE it cannot be written.
 */
enum { PUSH_PATH_MAX = 4096 };
CA_RC push_directory(const char *dir, const struct shelf_crl *crl, struct ca_err *err);

/* api/publish/readback.c: fetches URL and compares. CA_CONFLICT it differs; CA_UNAVAILABLE it could
 * not be fetched, or *stopping became true. */
CA_RC readback_check(const char *url, const uint8_t sha256[32], size_t size,
                     const atomic_bool *stopping, struct ca_err *err);
