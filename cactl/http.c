/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/http.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cactl/http_internal.h"

enum { CERT_FILE_MAX = 256 * 1024 };

static CA_RC whole_read(const char *path, char *text, size_t size, struct ca_err *err)
{
    CA_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;

    while (fd >= 0 && n > 0 && len < size - 1) {
        n = read(fd, text + len, size - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    text[len] = '\0';
    if (fd < 0 || n < 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage", "cannot read %.150s: %s", path,
                          strerror(errno));
    }
    return n == 0 ? CA_OK : CA_FAIL(err, CA_LIMIT, "%.150s is too long", path);
}

/* Is the key in the file encrypted (RFC 5958, or the older header)? What was read may be a key. */
static CA_RC key_is_encrypted(const char *path, bool *ret, struct ca_err *err)
{
    char *text = malloc(CERT_FILE_MAX);
    enum ca_rc rc;

    if (text == NULL)
        return CA_FAIL_NOMEM(err);
    rc = whole_read(path, text, CERT_FILE_MAX, err);
    *ret = strstr(text, "BEGIN ENCRYPTED PRIVATE KEY") != NULL ||
           strstr(text, "Proc-Type: 4,ENCRYPTED") != NULL;
    OPENSSL_cleanse(text, CERT_FILE_MAX);
    free(text);
    return rc;
}

static CA_RC passphrase_get(struct http *h, struct ca_err *err)
{
    const struct http_settings *s = &h->settings;
    bool encrypted = false;

    CA_TRY(key_is_encrypted(s->target->cert, &encrypted, err));
    if (!encrypted)
        return CA_OK;
    if (s->passphrase_file != NULL)
        return ca_secret_from_file(s->passphrase_file, &h->passphrase, err);
    if (s->no_input || !isatty(STDIN_FILENO)) {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage",
                          "the key in %.100s is encrypted and nobody can be asked: give "
                          "--passphrase-file",
                          s->target->cert);
    }
    return ca_secret_from_prompt("Passphrase of your key", "--passphrase-file", &h->passphrase,
                                 err);
}

static CA_RC target_check(const struct context *target, struct ca_err *err)
{
    if (target->url[0] == '\0') {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage",
                          "no server: cactl login URL, or give --url (CACTL_URL)");
    }
    if (target->cacert[0] == '\0') {
        return CA_FAIL_AS(err, CA_MALFORMED, "usage",
                          "whom to trust as the server? give --cacert (CACTL_CACERT)");
    }
    return CA_OK;
}

CA_RC http_new(const struct http_settings *settings, struct http **ret, struct ca_err *err)
{
    CA_AUTO(http) struct http *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return CA_FAIL_NOMEM(err);
    h->settings = *settings;
    CA_TRY(target_check(settings->target, err));
    if (settings->target->token_file[0] != '\0') {
        CA_TRY(ca_secret_from_file(settings->target->token_file, &h->token, err));
    } else if (settings->target->cert[0] != '\0') {
        CA_TRY(passphrase_get(h, err));
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return CA_FAIL(err, CA_FAULT, "libcurl does not start");
    h->curl = curl_easy_init();
    if (h->curl == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = CA_MOVE(h);
    return CA_OK;
}

void http_free(struct http *h)
{
    if (h == NULL)
        return;
    curl_easy_cleanup(h->curl);
    ca_secret_free(h->passphrase);
    ca_secret_free(h->token);
    free(h);
}

static void percent(struct ca_buf *to, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr("-._~", c) != NULL) {
            ca_buf_u8(to, c);
        } else {
            ca_buf_printf(to, "%%%02X", c + 0U);
        }
    }
}

void path_add(struct ca_buf *to, const char *segment)
{
    ca_buf_u8(to, '/');
    percent(to, segment);
}

void query_add(struct ca_buf *to, const char *name, const char *value)
{
    if (value == NULL)
        return;
    ca_buf_u8(to, to->len > 0 && memchr(to->ptr, '?', to->len) != NULL ? '&' : '?');
    percent(to, name);
    ca_buf_u8(to, '=');
    percent(to, value);
}

/* For a POSIX shell. */
static void quoted(struct ca_buf *to, const char *between, struct ca_bytes text)
{
    ca_buf_printf(to, "%s'", between);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') {
            ca_buf_str(to, "'\\''");
        } else {
            ca_buf_u8(to, text.ptr[i]);
        }
    }
    ca_buf_u8(to, '\'');
}

static void quoted_str(struct ca_buf *to, const char *flag, const char *text)
{
    ca_buf_printf(to, " %s", flag);
    quoted(to, " ", ca_bytes_str(text));
}

void http_as_curl(const struct http_settings *settings, const struct http_ask *ask,
                  struct ca_buf *to)
{
    const struct context *target = settings->target;
    CA_AUTO(buf) struct ca_buf address = {0};

    /* printf is the shell's own: the token is in no argv. */
    if (ask->path[0] == '/' && target->token_file[0] != '\0') {
        ca_buf_str(to, "printf 'header = \"Authorization: Bearer %s\"' \"$(cat");
        quoted(to, " ", ca_bytes_str(target->token_file));
        ca_buf_str(to, ")\" | curl --config -");
    } else {
        ca_buf_str(to, "curl");
    }
    if (ask->path[0] == '/') {
        quoted_str(to, "--cacert", target->cacert);
        if (target->token_file[0] == '\0' && target->cert[0] != '\0')
            quoted_str(to, "--cert", target->cert);
        ca_buf_str(&address, target->url);
    }
    ca_buf_str(&address, ask->path);
    if (strcmp(ask->method, "GET") != 0)
        ca_buf_printf(to, " -X %s", ask->method);
    if (ask->accept != NULL)
        ca_buf_printf(to, " -H 'Accept: %s'", ask->accept);
    if (ask->key != NULL)
        ca_buf_printf(to, " -H 'Idempotency-Key: %s'", ask->key);
    if (ask->if_match != NULL)
        ca_buf_printf(to, " -H 'If-Match: %s'", ask->if_match);
    if (ask->body.len > 0) {
        ca_buf_printf(to, " -H 'Content-Type: %s'",
                      ask->type != NULL ? ask->type : "application/json");
        ca_buf_str(to, " --data-binary");
        quoted(to, " ", ask->body);
    }
    quoted(to, " ", ca_buf_view(&address));
    ca_buf_u8(to, '\n');
}

void http_pause_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    (void)nanosleep(&t, NULL);
}
