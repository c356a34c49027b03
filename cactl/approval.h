/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/object.h"
#include "cactl/rest.h"

/* cactl/approval_rules.c */
CA_RC approval_rules(struct app *app, struct ca_err *err);
CA_RC approval_set_rule(struct app *app, struct ca_err *err);
