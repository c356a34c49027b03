/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* /api/v1/profiles/NAME and what follows, as "/activation"; NULL: nothing. */
CA_RC profile_path(const char *name, const char *rest, struct ca_buf *to, struct ca_err *err);
/* The YAML of a file, or of stdin: text, so that it can stand in JSON. */
CA_RC profile_file(const char *file, struct ca_buf *ret, struct ca_err *err);
/* {"comment"} of the flags. */
CA_RC profile_comment(const struct app *app, json_t *body, struct ca_err *err);
/* Sets "yaml" of --file or "version" of --version; CA_USAGE when both, or, if `needed`, neither are
 * given. */
CA_RC profile_draft(const struct app *app, bool needed, json_t *body, struct ca_err *err);

extern const struct view view_profile_version;

CA_RC profile_create(struct app *app, struct ca_err *err); /* cactl/profile_change.c */
CA_RC profile_lint(struct app *app, struct ca_err *err);
CA_RC profile_activate(struct app *app, struct ca_err *err);
CA_RC profile_rollback(struct app *app, struct ca_err *err);
CA_RC profile_disable(struct app *app, struct ca_err *err);
CA_RC profile_diff(struct app *app, struct ca_err *err);   /* cactl/profile_diff.c */
CA_RC profile_test(struct app *app, struct ca_err *err);   /* cactl/profile_try.c */
CA_RC profile_replay(struct app *app, struct ca_err *err); /* cactl/profile_replay.c */
