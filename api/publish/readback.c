/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

#include "api/publish/publish_internal.h"
#include "base/ossl.h"

enum { READBACK_CONNECT_S = 3, READBACK_S = 60 };

static void curl_done(CURL *curl)
{
    curl_easy_cleanup(curl);
}
CA_AUTO_DEFINE(curl, CURL *, curl_done);

struct readback {
    EVP_MD_CTX *digest;
    size_t size;
    const atomic_bool *stopping;
};

static size_t octets_arrived(char *octets, size_t one, size_t n, void *arg)
{
    struct readback *r = arg;

    r->size += one * n;
    return EVP_DigestUpdate(r->digest, octets, one * n) == 1 ? one * n : 0;
}

/* Asked by curl every second at least: who is about to end does not wait for its own listener. */
static int is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct readback *r = arg;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(r->stopping);
}

static CURLcode fetch(CURL *curl, const char *url, struct readback *r)
{
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)READBACK_CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)READBACK_S);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, octets_arrived);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, r);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, r);
    return curl_easy_perform(curl);
}

CA_RC readback_check(const char *url, const uint8_t sha256[32], size_t size,
                     const atomic_bool *stopping, struct ca_err *err)
{
    CA_AUTO(curl) CURL *curl = curl_easy_init();
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    struct readback r = {digest, 0, stopping};
    uint8_t got[EVP_MAX_MD_SIZE];
    CURLcode code;

    if (curl == NULL || digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
        return CA_FAIL_NOMEM(err);
    code = fetch(curl, url, &r);
    if (code != CURLE_OK)
        return CA_FAIL(err, CA_UNAVAILABLE, "%.120s: %s", url, curl_easy_strerror(code));
    if (EVP_DigestFinal_ex(digest, got, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-256");
    if (r.size != size || memcmp(got, sha256, 32) != 0) {
        return CA_FAIL(err, CA_CONFLICT, "%.120s has other %zu octets than the CRL published", url,
                       r.size);
    }
    return CA_OK;
}
