/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The number of the newest migration that this program knows. */
unsigned db_migration_last(void);
/* How many it knows. */
unsigned db_migration_count(void);
