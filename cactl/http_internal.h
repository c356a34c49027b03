/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <curl/curl.h>

#include "base/secret.h"
#include "cactl/http.h"

struct http {
    struct http_settings settings;
    CURL *curl;
    struct ca_secret *passphrase; /* NULL: the key has none */
    struct ca_secret *token;      /* NULL: a certificate is shown, or nothing */
    char why[CURL_ERROR_SIZE];
};
