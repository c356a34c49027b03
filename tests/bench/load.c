/* SPDX-License-Identifier: Apache-2.0 */
/* Load for the benchmarks and the fault tests: CSRs with keys of their own over kept connections,
 * one thread each. It judges nothing: it prints what was answered and how fast, and can keep a
 * ledger of what was answered, written and synced before it is counted.
 *
 *   load --to HOST:PORT --path /api/v1/requests?profile=https-ecc [--tls CLIENT.pem] [--cfssl]
 *        [--connections 64] [--seconds 10 | --count N] [--keys 512] [--ledger FILE] [--patient]
 *        [--bodies FILE --type MIME [--has HEX]]
 *
 * With --bodies the file's bodies are sent instead (a u32, big-endian, and so many octets, each),
 * and with --has only an answer that has these octets somewhere is a good one. */
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/ossl.h"
#include "base/pem.h"
#include "base/text.h"
#include "base/time.h"

enum { ANSWER_MAX = 64 * 1024, SAMPLES_MAX = 4 * 1024 * 1024 };

static struct {
    const char *host;
    const char *port;
    const char *path;
    const char *pem;
    bool cfssl;
    bool patient; /* goes on after an error; for servers that are killed meanwhile */
    unsigned connections;
    unsigned seconds;
    unsigned long count;
    unsigned keys;
    int ledger;
    const char *bodies;
    const char *type;
    const char *accept;
    uint8_t has[64];
    size_t has_len;
} opt = {.connections = 64,
         .seconds = 10,
         .keys = 512,
         .ledger = -1,
         .type = "application/pkcs10",
         .accept = "application/pem-certificate-chain"};

static struct ca_buf *bodies; /* one for each key */
static SSL_CTX *tls;
static _Atomic unsigned long asked;
static _Atomic unsigned long done;
static _Atomic unsigned long refused;
static _Atomic unsigned long broken;
static _Atomic bool stop;
static uint32_t *samples_us;

static void die(const char *what)
{
    (void)fprintf(stderr, "load: %s\n", what);
    _exit(2);
}

/* One CSR for hostN.bench.example. */
static void csr_make(unsigned n, struct ca_buf *ret)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_REQ *csr = X509_REQ_new();
    X509_NAME *name = X509_NAME_new();
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    char host[64];
    char san[80];
    uint8_t *der = NULL;
    int len;

    (void)snprintf(host, sizeof(host), "host%u.bench.example", n);
    (void)snprintf(san, sizeof(san), "DNS:%s", host);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)host, -1, -1, 0);
    extensions = sk_X509_EXTENSION_new_null();
    if (key == NULL || csr == NULL ||
        !sk_X509_EXTENSION_push(extensions,
                                X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san)) ||
        !X509_REQ_set_subject_name(csr, name) || !X509_REQ_add_extensions(csr, extensions) ||
        !X509_REQ_set_pubkey(csr, key) || !X509_REQ_sign(csr, key, EVP_sha256()))
        die("cannot make a CSR");
    len = i2d_X509_REQ(csr, &der);
    if (opt.cfssl) {
        struct ca_buf pem = {0};
        struct ca_buf json = {0};

        pem_put(&pem, "CERTIFICATE REQUEST", (struct ca_bytes){der, (size_t)len});
        ca_buf_printf(&json, "{\"hostname\":\"%s\",\"certificate_request\":\"", host);
        for (size_t i = 0; i < pem.len; i++)
            ca_buf_str(&json, pem.ptr[i] == '\n' ? "\\n" : (char[]){(char)pem.ptr[i], '\0'});
        ca_buf_str(&json, "\"}");
        *ret = json;
        ca_buf_done(&pem);
    } else {
        ca_buf_add(ret, der, (size_t)len);
    }
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_NAME_free(name);
    X509_REQ_free(csr);
    EVP_PKEY_free(key);
}

static void bodies_read(void)
{
    CA_AUTO(buf) struct ca_buf file = {0};
    struct ca_err err = {0};
    size_t at = 0;

    if (ca_file_read(opt.bodies, &file, &err) != CA_OK)
        die(err.text);
    opt.keys = 0;
    while (file.len - at >= 4) {
        const uint8_t *p = file.ptr + at;
        size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        struct ca_buf *more = realloc(bodies, (opt.keys + 1) * sizeof(*bodies));

        if (more == NULL || len > file.len - at - 4)
            die("the file of bodies is cut");
        bodies = more;
        bodies[opt.keys] = (struct ca_buf){0};
        ca_buf_add(&bodies[opt.keys++], p + 4, len);
        at += 4 + len;
    }
}

static void bodies_make(void)
{
    if (opt.bodies != NULL) {
        bodies_read();
        return;
    }
    bodies = calloc(opt.keys, sizeof(*bodies));
    if (bodies == NULL)
        die("out of memory");
    for (unsigned i = 0; i < opt.keys; i++)
        csr_make(i, &bodies[i]);
}

struct link {
    int fd;
    SSL *ssl;
    char answer[ANSWER_MAX];
    size_t len;
};

static void link_close(struct link *l)
{
    SSL_free(l->ssl);
    l->ssl = NULL;
    ca_fd_close(l->fd);
    l->fd = -1;
}

static bool link_open(struct link *l)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const struct timeval limit = {.tv_sec = 30};
    int one = 1;

    if (getaddrinfo(opt.host, opt.port, &hints, &found) != 0)
        return false;
    l->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(l->fd, found->ai_addr, found->ai_addrlen) != 0) {
        freeaddrinfo(found);
        link_close(l);
        return false;
    }
    freeaddrinfo(found);
    (void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    (void)setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (opt.pem == NULL)
        return true;
    l->ssl = SSL_new(tls);
    if (l->ssl == NULL || SSL_set_fd(l->ssl, l->fd) != 1 || SSL_connect(l->ssl) != 1) {
        link_close(l);
        return false;
    }
    return true;
}

static bool link_write(struct link *l, const void *p, size_t n)
{
    if (l->ssl != NULL)
        return SSL_write(l->ssl, p, (int)n) == (int)n;
    return send(l->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static ssize_t link_read(struct link *l, void *p, size_t n)
{
    return l->ssl != NULL ? SSL_read(l->ssl, p, (int)n) : recv(l->fd, p, n, 0);
}

/* Reads one answer; the status, or 0 when the connection broke. */
static int answer_read(struct link *l, struct ca_bytes *body)
{
    l->len = 0;
    for (;;) {
        ssize_t n = link_read(l, l->answer + l->len, sizeof(l->answer) - 1 - l->len);
        const char *end;
        const char *field;
        size_t head;
        size_t length;

        if (n <= 0)
            return 0;
        l->len += (size_t)n;
        l->answer[l->len] = '\0';
        end = strstr(l->answer, "\r\n\r\n");
        if (end == NULL)
            continue;
        head = (size_t)(end - l->answer) + 4;
        field = strcasestr(l->answer, "\r\nContent-Length:");
        if (field == NULL) { /* in chunks; what is in them is looked at with their lengths */
            if (memcmp(l->answer + l->len - 5, "0\r\n\r\n", 5) != 0)
                continue;
            *body = (struct ca_bytes){(uint8_t *)l->answer + head, l->len - head};
            return (int)strtol(l->answer + 9, NULL, 10);
        }
        length = strtoul(field + 17, NULL, 10);
        if (l->len < head + length)
            continue;
        *body = (struct ca_bytes){(uint8_t *)l->answer + head, length};
        return (int)strtol(l->answer + 9, NULL, 10);
    }
}

/* The fingerprint of the first certificate, on disk before it counts. */
static void ledger_write(struct ca_bytes body)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    struct ca_err err = {0};
    uint8_t sha256[CA_SHA256_LEN];
    char line[2 * CA_SHA256_LEN + 2];

    if (opt.ledger < 0)
        return;
    if (pem_take(&body, "CERTIFICATE", &der, &err) != CA_OK ||
        ca_sha256(ca_buf_view(&der), sha256, &err) != CA_OK)
        die("an answer without a certificate");
    (void)ca_hex((struct ca_bytes){sha256, sizeof(sha256)}, line);
    line[sizeof(line) - 2] = '\n';
    if (write(opt.ledger, line, sizeof(line) - 1) != (ssize_t)sizeof(line) - 1)
        die("cannot write the ledger");
}

static bool is_good(struct ca_bytes body)
{
    return opt.has_len == 0 || memmem(body.ptr, body.len, opt.has, opt.has_len) != NULL;
}

static bool one_request(struct link *l, unsigned long n)
{
    const struct ca_buf *body = &bodies[n % opt.keys];
    char head[512];
    struct ca_bytes got = {0};
    int64_t started = ca_mono_us();
    unsigned long at;
    int status;
    int len = snprintf(head, sizeof(head),
                       "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nAccept: %s\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       opt.path, opt.host, opt.type, opt.accept, body->len);

    if (!link_write(l, head, (size_t)len) || !link_write(l, body->ptr, body->len))
        return false;
    status = answer_read(l, &got);
    if (status == 0)
        return false;
    if (status / 100 != 2 || status == 202 || !is_good(got)) {
        if (atomic_fetch_add(&refused, 1) == 0)
            (void)fprintf(stderr, "load: first refusal: %.400s\n", l->answer);
        return status / 100 == 2;
    }
    ledger_write(got);
    at = atomic_fetch_add(&done, 1);
    if (at < SAMPLES_MAX)
        samples_us[at] = (uint32_t)(ca_mono_us() - started);
    return true;
}

static void *connection_main(void *arg)
{
    struct link *l = arg;

    l->fd = -1;
    while (!atomic_load(&stop)) {
        unsigned long n = atomic_fetch_add(&asked, 1);

        if (opt.count > 0 && n >= opt.count)
            break;
        if (l->fd < 0 && !link_open(l)) {
            (void)atomic_fetch_add(&broken, 1);
            (void)usleep(20000);
            if (!opt.patient)
                break;
            continue;
        }
        if (!one_request(l, n)) {
            link_close(l);
            (void)atomic_fetch_add(&broken, 1);
        }
    }
    link_close(l);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void has_read(const char *hex)
{
    for (; hex[0] != '\0' && hex[1] != '\0' && opt.has_len < sizeof(opt.has); hex += 2)
        opt.has[opt.has_len++] = (uint8_t)strtoul((char[]){hex[0], hex[1], '\0'}, NULL, 16);
}

static void options_read(int argc, char **argv)
{
    static const struct option names[] = {
        {"to",          1, NULL, 't'},
        {"path",        1, NULL, 'p'},
        {"tls",         1, NULL, 'c'},
        {"cfssl",       0, NULL, 'f'},
        {"patient",     0, NULL, 'e'},
        {"connections", 1, NULL, 'n'},
        {"seconds",     1, NULL, 's'},
        {"count",       1, NULL, 'N'},
        {"keys",        1, NULL, 'k'},
        {"ledger",      1, NULL, 'l'},
        {"bodies",      1, NULL, 'b'},
        {"type",        1, NULL, 'y'},
        {"has",         1, NULL, 'h'},
        {NULL,          0, NULL, 0  },
    };
    char *colon;

    for (int c = getopt_long(argc, argv, "", names, NULL); c != -1;
         c = getopt_long(argc, argv, "", names, NULL)) {
        switch (c) {
        case 't':
            colon = strrchr(optarg, ':');
            if (colon == NULL)
                die("--to HOST:PORT");
            *colon = '\0';
            opt.host = optarg;
            opt.port = colon + 1;
            break;
        case 'p':
            opt.path = optarg;
            break;
        case 'c':
            opt.pem = optarg;
            break;
        case 'f':
            opt.cfssl = true;
            opt.type = "application/json";
            opt.accept = "*/*";
            break;
        case 'b':
            opt.bodies = optarg;
            opt.accept = "*/*";
            break;
        case 'y':
            opt.type = optarg;
            break;
        case 'h':
            has_read(optarg);
            break;
        case 'e':
            opt.patient = true;
            break;
        case 'n':
            opt.connections = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            opt.seconds = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'N':
            opt.count = strtoul(optarg, NULL, 10);
            break;
        case 'k':
            opt.keys = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'l':
            opt.ledger = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_DSYNC | O_CLOEXEC, 0600);
            if (opt.ledger < 0)
                die("cannot open the ledger");
            break;
        default:
            die("unknown option");
        }
    }
    if (opt.host == NULL || opt.path == NULL || opt.connections == 0 || opt.keys == 0)
        die("--to and --path are needed");
}

static void tls_start(void)
{
    if (opt.pem == NULL)
        return;
    tls = SSL_CTX_new(TLS_client_method());
    if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, opt.pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, opt.pem, SSL_FILETYPE_PEM) != 1)
        die("cannot use the client certificate");
}

static void report(int64_t us)
{
    unsigned long n = atomic_load(&done);
    unsigned long kept = n < SAMPLES_MAX ? n : SAMPLES_MAX;

    qsort(samples_us, kept, sizeof(*samples_us), by_value);
    printf("{\"done\": %lu, \"refused\": %lu, \"broken\": %lu, \"seconds\": %.3f, \"rate\": %.1f, "
           "\"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
           n, atomic_load(&refused), atomic_load(&broken), (double)us / 1e6,
           (double)n / ((double)us / 1e6), kept > 0 ? samples_us[kept / 2] / 1e3 : 0.0,
           kept > 0 ? samples_us[kept * 99 / 100] / 1e3 : 0.0,
           kept > 0 ? samples_us[kept - 1] / 1e3 : 0.0);
}

int main(int argc, char **argv)
{
    pthread_t *threads;
    struct link *links;
    int64_t started;

    options_read(argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    tls_start();
    samples_us = calloc(SAMPLES_MAX, sizeof(*samples_us));
    threads = calloc(opt.connections, sizeof(*threads));
    links = calloc(opt.connections, sizeof(*links));
    if (samples_us == NULL || threads == NULL || links == NULL)
        die("out of memory");
    bodies_make();
    started = ca_mono_us();
    for (unsigned i = 0; i < opt.connections; i++) {
        if (pthread_create(&threads[i], NULL, connection_main, &links[i]) != 0)
            die("no thread");
    }
    if (opt.count == 0) {
        (void)sleep(opt.seconds);
        atomic_store(&stop, true);
    }
    for (unsigned i = 0; i < opt.connections; i++)
        (void)pthread_join(threads[i], NULL);
    report(ca_mono_us() - started);
    return 0;
}
