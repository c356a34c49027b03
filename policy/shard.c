/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/shard.h"

#include <stdio.h>

#include "policy/extension.h"

static const char suffix[] = ".crl";
enum { SUFFIX_LEN = sizeof(suffix) - 1 };

int32_t shard_of_serial(struct ca_bytes serial, int32_t shards)
{
    uint32_t v = 0;

    if (shards <= 0)
        return 0;
    for (size_t i = serial.len > 4 ? serial.len - 4 : 0; i < serial.len; i++)
        v = v << 8 | serial.ptr[i];
    return 1 + (int32_t)(v % (uint32_t)shards);
}

int32_t shard_more(int32_t shards)
{
    if (shards < 1)
        return 2;
    return shards > SHARD_MAX / 2 ? SHARD_MAX : 2 * shards;
}

int32_t shard_enough(int32_t shards, int64_t certificates)
{
    while (shards > 0 && shards < SHARD_MAX && certificates > (int64_t)shards * SHARD_CERTIFICATES)
        shards = shard_more(shards);
    return shards;
}

static bool numbered(const char *crl_url, int32_t shard, char *ret)
{
    size_t len = strlen(crl_url);

    if (len <= SUFFIX_LEN || len + 1 + SHARD_DIGITS >= SHARD_URL_MAX ||
        strcmp(crl_url + len - SUFFIX_LEN, suffix) != 0)
        return false;
    (void)snprintf(ret, SHARD_URL_MAX, "%.*s/%0*d%s", (int)(len - SUFFIX_LEN), crl_url,
                   SHARD_DIGITS, (int)shard, suffix);
    return true;
}

bool shard_url(const char *crl_url, int32_t shard, char ret[SHARD_URL_MAX])
{
    if (shard > 0)
        return shard <= SHARD_MAX && numbered(crl_url, shard, ret);
    if (strlen(crl_url) >= SHARD_URL_MAX)
        return false;
    (void)snprintf(ret, SHARD_URL_MAX, "%s", crl_url);
    return true;
}

bool shard_url_planned(const char *crl_url, char ret[SHARD_URL_MAX])
{
    return numbered(crl_url, 0, ret);
}

int32_t shard_of_url(struct ca_bytes url, const char *crl_url)
{
    char own[SHARD_URL_MAX];
    size_t at;
    int32_t shard = 0;

    if (ca_bytes_is_str(url, crl_url))
        return 0;
    if (!shard_url_planned(crl_url, own) || url.len != strlen(own))
        return -1;
    at = url.len - SUFFIX_LEN - SHARD_DIGITS;
    for (size_t i = at; i < at + SHARD_DIGITS; i++) {
        if (url.ptr[i] < '0' || url.ptr[i] > '9')
            return -1;
        shard = shard * 10 + (url.ptr[i] - '0');
    }
    shard_digits(shard, (uint8_t *)own + at);
    return shard > 0 && shard <= SHARD_MAX && ca_bytes_is_str(url, own) ? shard : -1;
}

bool shard_delta_url(const char *url, char ret[SHARD_URL_MAX])
{
    size_t len = strlen(url);

    if (len <= SUFFIX_LEN || len + strlen("-delta") >= SHARD_URL_MAX ||
        strcmp(url + len - SUFFIX_LEN, suffix) != 0)
        return false;
    (void)snprintf(ret, SHARD_URL_MAX, "%.*s-delta%s", (int)(len - SUFFIX_LEN), url, suffix);
    return true;
}

int32_t shard_of_cert(const struct cert *cert, const char *crl_url)
{
    const struct cert_extension *points = cert_extension(cert, EXT_CRL_DISTRIBUTION_POINTS);
    struct ca_bytes urls[EXTENSION_LIST_MAX];
    struct ca_err ignored;
    int32_t shard = 0;
    size_t n = 0;

    if (points == NULL || extension_crl_urls_read(points->value, urls, &n, &ignored) != CA_OK)
        return 0;
    for (size_t i = 0; i < n && shard <= 0; i++)
        shard = shard_of_url(urls[i], crl_url);
    return shard > 0 ? shard : 0;
}

void shard_digits(int32_t shard, uint8_t ret[SHARD_DIGITS])
{
    for (size_t i = SHARD_DIGITS; i > 0; i--, shard /= 10)
        ret[i - 1] = (uint8_t)('0' + shard % 10);
}
