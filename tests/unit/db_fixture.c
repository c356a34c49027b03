/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/db_fixture.h"

struct postgres *pg;
struct db *signer;
struct db *front;

static int start(const char *settings)
{
    pg = postgres_start(settings);
    postgres_migrate(pg);
    signer = postgres_open(pg, DB_SIGNER);
    front = postgres_open(pg, DB_FRONT);
    db_sample_base(signer, AT);
    return 0;
}

int db_fixture_start(void **state)
{
    (void)state;
    return start("");
}

int db_fixture_start_fsync(void **state)
{
    (void)state;
    return start("-c fsync=on");
}

int db_fixture_end(void **state)
{
    (void)state;
    db_close(signer);
    db_close(front);
    postgres_end(pg);
    return 0;
}
