/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/db_sample_support.h"
#include "tests/unit/postgres_support.h"

/* For a whole test program: a cluster with schema and base of the samples, a connection for each
 * role. cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end). */
enum { AT = 1795000000 }; /* 2026-11-18, in the last quarter: the time of the samples */

extern struct postgres *pg;
extern struct db *signer;
extern struct db *front;

int db_fixture_start(void **state);
int db_fixture_start_fsync(void **state); /* with durable commits, as in production */
int db_fixture_end(void **state);
