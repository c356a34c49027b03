/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/buf.h"

CA_AUTO_DEFINE(json, json_t *, json_decref);

/* Reads one JSON value; CA_MALFORMED when it is none. */
CA_RC json_parse(struct ca_bytes text, json_t **ret, struct ca_err *err);

/* The value at a path of member names with dots between; NULL: none, or null. Borrowed. */
const json_t *json_at(const json_t *object, const char *path);
/* The text there; "" when there is none. Borrowed. */
const char *json_text(const json_t *object, const char *path);

/* Appends a value as people read it: names as DNS:x, lists with commas, no quotes; characters that
 * could steer a terminal become '?'. */
void json_plain(const json_t *value, struct ca_buf *to);

/* Sets a member where there is a text. False: no memory. */
bool json_set_text(json_t *object, const char *name, const char *text);

/* Sets a member to what was written. CA_MALFORMED: not UTF-8. */
CA_RC json_set_buf(json_t *object, const char *name, const struct ca_buf *text, struct ca_err *err);

/* Appends the value as JSON of one line, or indented. */
CA_RC json_write(const json_t *value, bool indented, struct ca_buf *to, struct ca_err *err);
