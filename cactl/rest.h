/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/app.h"

/* Calls of the REST API. A refusal fills app->status and app->problem, and fails with the code that
 * the status stands for and the problem's own name. */

/* GET for its JSON. */
CA_RC rest_get(struct app *app, const char *path, json_t **ret, struct ca_err *err);

/* What a verb asks for in the end. With --curl it is printed and not made: CA_CONFLICT with the
 * problem REST_PRINTED, which leaves with 0. */
#define REST_PRINTED "printed"

/* POST, PUT, DELETE with a JSON body (NULL: none); POST carries --idempotency-key or a new key.
 * *ret_status may be NULL. */
CA_RC rest_send(struct app *app, const char *method, const char *path, const json_t *body,
                json_t **ret, long *ret_status, struct ca_err *err);

/* PATCH or PUT of what GET shows now: if somebody else was faster, it is refused (If-Match). */
CA_RC rest_change(struct app *app, const char *method, const char *path, const json_t *body,
                  json_t **ret, long *ret_status, struct ca_err *err);

/* GET of other content. */
CA_RC rest_content(struct app *app, const char *path, const char *accept, struct ca_buf *ret,
                   struct ca_err *err);

/* Any call; CA_OK only with a status below 400. `final`: see REST_PRINTED. */
CA_RC rest_call(struct app *app, const struct http_ask *ask, bool final, struct http_answer *ret,
                struct ca_err *err);
/* The JSON of an answer. CA_FAULT: it is none. */
CA_RC rest_json(const struct http_answer *answer, json_t **ret, struct ca_err *err);
/* GET that a verb ends with, for its JSON. */
CA_RC rest_get_final(struct app *app, const char *path, json_t **ret, struct ca_err *err);

/* --idempotency-key, or a new one. CA_UUID_TEXT octets for `own`. */
CA_RC rest_key(const struct app *app, char *own, const char **ret, struct ca_err *err);
