/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

/* A mapping of its own, so that mlock and MADV_DONTDUMP cover it and nothing else. */
struct ca_secret {
    size_t len;
    char text[CA_SECRET_MAX + 1];
};

static CA_RC secret_new(struct ca_secret **ret, struct ca_err *err)
{
    void *p = mmap(NULL, sizeof(struct ca_secret), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return CA_FAIL_NOMEM(err);
    (void)mlock(p, sizeof(struct ca_secret)); /* best effort: RLIMIT_MEMLOCK may be 0 */
    (void)madvise(p, sizeof(struct ca_secret), MADV_DONTDUMP);
    *ret = p;
    return CA_OK;
}

void ca_secret_free(struct ca_secret *s)
{
    if (s == NULL)
        return;
    OPENSSL_cleanse(s, sizeof(*s));
    (void)munmap(s, sizeof(*s));
}

static CA_RC secret_fill(struct ca_secret *s, int fd, bool one_line, struct ca_err *err)
{
    while (s->len <= CA_SECRET_MAX) {
        ssize_t n = read(fd, s->text + s->len, sizeof(s->text) - s->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot read the secret: %s", strerror(errno));
        s->len += (size_t)n;
        if (n == 0 || (one_line && memchr(s->text, '\n', s->len) != NULL))
            break;
    }
    if (s->len > CA_SECRET_MAX)
        return CA_FAIL(err, CA_LIMIT, "secret of more than %d octets", CA_SECRET_MAX);
    if (s->len > 0 && s->text[s->len - 1] == '\n')
        s->len--;
    s->text[s->len] = '\0';
    if (s->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "the secret is empty");
    return CA_OK;
}

CA_RC ca_secret_from_fd(int fd, struct ca_secret **ret, struct ca_err *err)
{
    CA_AUTO(secret) struct ca_secret *s = NULL;

    CA_TRY(secret_new(&s, err));
    CA_TRY(secret_fill(s, fd, false, err));
    *ret = CA_MOVE(s);
    return CA_OK;
}

CA_RC ca_secret_from_bytes(struct ca_bytes bytes, struct ca_secret **ret, struct ca_err *err)
{
    CA_AUTO(secret) struct ca_secret *s = NULL;

    if (bytes.len > CA_SECRET_MAX)
        return CA_FAIL(err, CA_LIMIT, "secret of more than %d octets", CA_SECRET_MAX);
    if (bytes.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "the secret is empty");
    CA_TRY(secret_new(&s, err));
    memcpy(s->text, bytes.ptr, bytes.len);
    s->len = bytes.len;
    *ret = CA_MOVE(s);
    return CA_OK;
}

CA_RC ca_secret_from_file(const char *path, struct ca_secret **ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0) {
        return CA_FAIL(err, errno == ENOENT ? CA_NOT_FOUND : CA_UNAVAILABLE, "cannot read %s: %s",
                       path, strerror(errno));
    }
    if (fstat(fd, &st) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read %s: %s", path, strerror(errno));
    if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        return CA_FAIL(err, CA_DENIED, "%s holds a secret that others may read: chmod 0400 %s",
                       path, path);
    }
    return ca_secret_from_fd(fd, ret, err);
}

CA_RC ca_secret_from_prompt(const char *prompt, const char *option, struct ca_secret **ret,
                            struct ca_err *err)
{
    CA_AUTO(fd) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    CA_AUTO(secret) struct ca_secret *s = NULL;
    struct termios before;
    struct termios quiet;
    enum ca_rc rc;

    if (fd < 0 || tcgetattr(fd, &before) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no terminal to ask for %s: give %s", prompt, option);
    CA_TRY(secret_new(&s, err));
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    CA_TRY(ca_fd_write_all(fd, ca_bytes_str(prompt), err));
    CA_TRY(ca_fd_write_all(fd, ca_bytes_str(": "), err));
    (void)tcsetattr(fd, TCSAFLUSH, &quiet);
    rc = secret_fill(s, fd, true, err);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    CA_TRY(ca_fd_write_all(fd, ca_bytes_str("\n"), err));
    if (rc == CA_OK)
        *ret = CA_MOVE(s);
    return rc;
}

CA_RC ca_secret_random(size_t n, struct ca_secret **ret, struct ca_err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648 base32 */
    CA_AUTO(secret) struct ca_secret *s = NULL;

    _Static_assert(sizeof(letters) - 1 == 32, "32 divides 256: no bias");
    if (n == 0 || n > CA_SECRET_MAX)
        return CA_FAIL(err, CA_FAULT, "secret of %zu letters", n);
    CA_TRY(secret_new(&s, err));
    if (RAND_bytes((unsigned char *)s->text, (int)n) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no random octets");
    for (size_t i = 0; i < n; i++)
        s->text[i] = letters[(unsigned char)s->text[i] % (sizeof(letters) - 1)];
    s->len = n;
    *ret = CA_MOVE(s);
    return CA_OK;
}

struct ca_bytes ca_secret_view(const struct ca_secret *s)
{
    return (struct ca_bytes){(const uint8_t *)s->text, s->len};
}

bool ca_secret_equal(const struct ca_secret *a, struct ca_bytes b)
{
    return a->len == b.len && CRYPTO_memcmp(a->text, b.ptr, b.len) == 0;
}
