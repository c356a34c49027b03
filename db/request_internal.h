/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The labels of enum db_request_state, NULL at the end. */
extern const char *const db_request_states[];
