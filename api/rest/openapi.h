/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Appends the description of the HTTPS routes (OpenAPI 3.1), made of the route table, the tables of
 * query parameters and the schemas. `server`: base URL. */
void rest_openapi_write(const char *server, struct ca_buf *ret);
