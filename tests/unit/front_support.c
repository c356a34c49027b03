/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/front_support.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dirent.h>
#include <openssl/pem.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/time.h"
#include "tests/unit/front_fakes.h"

static int listen_on(uint16_t *port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        abort();
    *port = ntohs(a.sin_port);
    return fd;
}

static struct ca_buf root_der, crl_der;

static void rows_fill(struct front_case *c)
{
    struct ca_err err;

    for (int i = 0; i < PKI__COUNT; i++) {
        unsigned char *spki = NULL;
        int len = i2d_PUBKEY(c->pki.keys[i], &spki);

        if (len <= 0 || ca_sha256((struct ca_bytes){spki, (size_t)len}, front_rows.key_hashes[i],
                                  &err) != CA_OK)
            abort();
        OPENSSL_free(spki);
    }
    pki_der(c->pki.root, &root_der);
    front_rows.certificate = ca_buf_view(&c->tls_chain);
    front_rows.chain = ca_buf_view(&root_der);
    pki_crl(&c->pki, 7, &crl_der);
    front_rows.crl = ca_buf_view(&crl_der);
}

unsigned front_scep_requests;

static void config_fill(struct front_case *c)
{
    c->config = (struct front_config){.http_fd = listen_on(&c->http_port),
                                      .https_fd = listen_on(&c->https_port),
                                      .public_url = c->http_url,
                                      .https_url = c->https_url,
                                      .db = &c->db,
                                      .tls_key = c->key,
                                      .tls_chain = ca_buf_view(&c->tls_chain),
                                      .client_roots = ca_buf_view(&c->roots),
                                      .cache_dir = c->dir,
                                      .profiles = c->profiles,
                                      .workers = 2,
                                      .epoll_threads = 2,
                                      .connection_limit = 64,
                                      .connections_per_address = 20,
                                      .queue_max = 4,
                                      .scep_requests = front_scep_requests,
                                      .ocsp_cache = 1000,
                                      .ocsp_signatures = c->ocsp_signatures,
                                      .request_deadline_ms = c->request_deadline_ms,
                                      .read_deadline_ms = 1200};
    (void)snprintf(c->http_url, sizeof(c->http_url), "http://127.0.0.1:%u", c->http_port + 0U);
    (void)snprintf(c->https_url, sizeof(c->https_url), "https://127.0.0.1:%u", c->https_port + 0U);
}

static void start(struct front_case *c)
{
    struct ca_err err = {0};

    config_fill(c);
    if (front_start(&c->config, &c->front, &err) != CA_OK)
        fail_msg("front_start: %s", err.text);
}

struct front_case *front_case_start(const char *tls_key)
{
    struct front_case *c = calloc(1, sizeof(*c));
    struct ca_err err;

    memset(&front_fakes, 0, sizeof(front_fakes));
    if (profile_set_new(&c->profiles, &err) != CA_OK)
        abort();
    pki_make(&c->pki, tls_key);
    pki_der(c->pki.certs[PKI_SERVER], &c->tls_chain);
    pki_der(c->pki.root, &c->roots);
    c->key = calloc(1, sizeof(*c->key));
    c->key->key = c->pki.keys[PKI_SERVER];
    rows_fill(c);
    c->ocsp_signatures = 1000;
    c->request_deadline_ms = 1500;
    (void)snprintf(c->dir, sizeof(c->dir), "/tmp/ca-front.XXXXXX");
    if (mkdtemp(c->dir) == NULL)
        abort();
    start(c);
    return c;
}

void front_case_restart(struct front_case *c)
{
    front_stop(c->front);
    start(c);
}

static void folder_remove(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *e;
    char file[400];

    while (dir != NULL && (e = readdir(dir)) != NULL) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
        (void)unlink(file);
    }
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(path);
}

void front_case_stop(struct front_case *c)
{
    front_stop(c->front);
    profile_set_free(c->profiles);
    folder_remove(c->dir);
    pki_done(&c->pki);
    ca_buf_done(&c->tls_chain);
    ca_buf_done(&c->roots);
    ca_buf_done(&root_der);
    ca_buf_done(&crl_der);
    free(c->key);
    free(c);
}

int front_connect(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int front_raw(const struct front_case *c, const char *text, size_t len, struct ca_buf *ret)
{
    int fd = front_connect(c->http_port);
    char piece[4096];
    ssize_t n;
    int status = 0;
    struct pollfd p = {fd, POLLIN, 0};

    if (fd < 0)
        return 0;
    (void)send(fd, text, len, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    while (poll(&p, 1, 5000) == 1 && (n = recv(fd, piece, sizeof(piece), 0)) > 0)
        ca_buf_add(ret, piece, (size_t)n);
    (void)close(fd);
    if (sscanf(ca_buf_cstr(ret), "HTTP/1.1 %d", &status) != 1)
        return 0;
    return status;
}

static size_t collect(char *octets, size_t one, size_t n, void *arg)
{
    ca_buf_add(arg, octets, one * n);
    return one * n;
}

struct source {
    struct ca_bytes left;
};

static size_t provide(char *to, size_t one, size_t n, void *arg)
{
    struct source *s = arg;
    size_t len = one * n < s->left.len ? one * n : s->left.len;

    memcpy(to, s->left.ptr, len);
    s->left.ptr += len;
    s->left.len -= len;
    return len;
}

static void pem_of(const struct pki *pki, int who, BIO *ret)
{
    if (PEM_write_bio_X509(ret, pki->certs[who]) != 1 ||
        PEM_write_bio_PrivateKey(ret, pki->keys[who], NULL, NULL, 0, NULL, NULL) != 1)
        abort();
}

static void blob_set(CURL *curl, CURLoption option, BIO *bio)
{
    char *ptr;
    long len = BIO_get_mem_data(bio, &ptr);
    struct curl_blob blob = {ptr, (size_t)len, CURL_BLOB_COPY};

    (void)curl_easy_setopt(curl, option, &blob);
}

static void tls_set(CURL *curl, const struct front_case *c, const struct front_call *call)
{
    CA_AUTO(bio) BIO *root = BIO_new(BIO_s_mem());
    CA_AUTO(bio) BIO *own = BIO_new(BIO_s_mem());

    (void)PEM_write_bio_X509(root, c->pki.root);
    blob_set(curl, CURLOPT_CAINFO_BLOB, root);
    if (call->tls != 0)
        (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, call->tls);
    if (call->who < 0)
        return;
    pem_of(&c->pki, call->who, own);
    blob_set(curl, CURLOPT_SSLCERT_BLOB, own);
    blob_set(curl, CURLOPT_SSLKEY_BLOB, own);
    (void)curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "PEM");
    (void)curl_easy_setopt(curl, CURLOPT_SSLKEYTYPE, "PEM");
}

static void body_set(CURL *curl, const struct front_call *call, struct source *source,
                     struct curl_slist **fields)
{
    *fields = curl_slist_append(*fields, "Expect:");
    for (size_t i = 0; call->fields != NULL && call->fields[i] != NULL; i++)
        *fields = curl_slist_append(*fields, call->fields[i]);
    if (call->body != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, provide);
        (void)curl_easy_setopt(curl, CURLOPT_READDATA, source);
        if (call->chunked) {
            *fields = curl_slist_append(*fields, "Transfer-Encoding: chunked");
        } else {
            (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body_len);
        }
    }
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *fields);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    (void)curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(call->method, "HEAD") == 0 ? 1L : 0L);
}

int front_ask(const struct front_case *c, const struct front_call *call, struct ca_buf *ret_header,
              struct ca_buf *ret_body)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *fields = NULL;
    struct source source = {
        {call->body, call->body_len}
    };
    char url[256];
    long status = 0;
    CURLcode code;

    (void)snprintf(url, sizeof(url), "%s%s", c->https_url, call->path);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_body);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, ret_header);
    tls_set(curl, c, call);
    body_set(curl, call, &source, &fields);
    code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else
        print_message("# curl: %s\n", curl_easy_strerror(code));
    curl_slist_free_all(fields);
    curl_easy_cleanup(curl);
    return (int)status;
}
