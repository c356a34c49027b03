/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/json.h"
#include "api/route.h"

/* ,"parameters":[…] of the path, the query and the header fields. */
void openapi_parameters_write(const struct route *route, struct ca_buf *ret);
/* "Name":{…},… of every schema that routes name or that those refer to. */
void openapi_schemas_write(struct ca_buf *ret);
