/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/authority.h"
#include "db/certificate.h"
#include "db/profile.h"
#include "db/request.h"

/* A few rows in memory, for handlers that only read. */
enum { FAKE_MAX = 8 };
extern struct rest_fake_db {
    struct db_certificate certificates[FAKE_MAX];
    size_t certificate_n;
    struct db_request requests[FAKE_MAX];
    size_t request_n;
    struct db_authority authorities[FAKE_MAX];
    size_t authority_n;
    struct db_profile_version versions[FAKE_MAX]; /* found by their first octets */
    size_t version_n;
    struct db_profile_activation activations[FAKE_MAX]; /* the newest first */
    size_t activation_n;
    size_t lists; /* how often db_certificate_list ran */
    struct db_certificate_cursor after;
    struct db_request_filter request_filter;
} rest_fake_db;

/* A copy of `n` rows, since results are freed. */
enum ca_rc rest_fake_rows(const void *rows, size_t n, size_t size, struct db_result *ret,
                          struct ca_err *err);
