/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/token_support.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ossl.h"

const char *test_dir(void)
{
    return getenv("CA_TEST_TOKEN_DIR");
}

const char *test_path(const char *name, char *ret)
{
    (void)snprintf(ret, TEST_PATH, "%s/%s", test_dir(), name);
    return ret;
}

void test_file_write(const char *path, const char *text)
{
    FILE *f;
    int fd;

    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    f = fd >= 0 ? fdopen(fd, "we") : NULL;
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

struct ca_secret *test_secret(const char *text)
{
    char path[TEST_PATH];
    struct ca_secret *s = NULL;
    struct ca_err err = {0};

    test_file_write(test_path("secret", path), text);
    test_ok(ca_secret_from_file(path, &s, &err), &err);
    return s;
}

void test_ok(enum ca_rc rc, const struct ca_err *err)
{
    if (rc != CA_OK)
        fail_msg("%d at %s:%d: %s [%s]", (int)rc, err->file, err->line, err->text, err->problem);
}

void test_refused(enum ca_rc rc, const struct ca_err *err, enum ca_rc want, const char *problem,
                  const char *says)
{
    if (rc != want || strcmp(err->problem, problem) != 0 || strstr(err->text, says) == NULL)
        fail_msg("%d, not %d: '%s', not '%s' [%s]", (int)rc, (int)want, err->text, says,
                 err->problem);
}

struct hsm *test_hsm_open(const char *module)
{
    const struct hsm_config config = {.module = module, .token_label = TEST_LABEL};
    CA_AUTO(secret) struct ca_secret *pin = test_secret(TEST_PIN);
    struct hsm *hsm = NULL;
    struct ca_err err = {0};

    test_ok(hsm_open(&config, pin, &hsm, &err), &err);
    return hsm;
}

CK_FUNCTION_LIST *test_functions(const char *module, CK_SESSION_HANDLE *ret_session)
{
    void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get;
    CK_FUNCTION_LIST *f = NULL;
    CK_SLOT_ID slots[8];
    CK_ULONG n = 8;

    assert_non_null(library);
    get = __extension__(CK_C_GetFunctionList) dlsym(library, "C_GetFunctionList");
    assert_int_equal(get(&f), CKR_OK);
    assert_int_equal(f->C_GetSlotList(CK_TRUE, slots, &n), CKR_OK);
    assert_int_equal(
        f->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, ret_session),
        CKR_OK);
    return f;
}

bool test_verifies(struct ca_bytes spki, enum ca_signature sig, struct ca_bytes tbs,
                   struct ca_bytes signature)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    const unsigned char *p = spki.ptr;
    CA_AUTO(evp_pkey) EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)spki.len);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx;

    assert_non_null(key);
    assert_ptr_equal(p, spki.ptr + spki.len);
    assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &pctx, info->digest, NULL, NULL, key, NULL), 1);
    if (info->pss) {
        assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0);
        assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
    }
    return EVP_DigestVerify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len) == 1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int run_here(const struct token_test *tests, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(tests[i].name, name) == 0) {
            const struct CMUnitTest test[] = {
                {tests[i].name, tests[i].run, NULL, NULL, NULL}
            };

            return cmocka_run_group_tests_name(name, test, NULL, NULL);
        }
    }
    (void)fprintf(stderr, "no test %s\n", name);
    return 2;
}

static int token_make(void)
{
    CA_AUTO(secret) struct ca_secret *pin = test_secret(TEST_PIN);
    CA_AUTO(secret) struct ca_secret *so_pin = test_secret("so-" TEST_PIN);
    struct ca_err err = {0};

    if (hsm_token_init(CA_TEST_SOFTHSM2, TEST_LABEL, NULL, so_pin, pin, &err) == CA_OK)
        return 0;
    (void)fprintf(stderr, "no token: %s\n", err.text);
    return 1;
}

static int run_apart(char *self, char *name)
{
    char *const argv[] = {self, name, NULL};
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)execv("/proc/self/exe", argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        abort();
    if (status != 0)
        (void)fprintf(stderr, "FAILED: %s (status %#x)\n", name, (unsigned)status);
    return status == 0 ? 0 : 1;
}

static int run_all(char *self, const struct token_test *tests, size_t n)
{
    char dir[] = "/tmp/ca-token-XXXXXX";
    char path[TEST_PATH];
    char text[TEST_PATH + 200];
    char make[] = "make-token";
    int failed;

    if (mkdtemp(dir) == NULL || setenv("CA_TEST_TOKEN_DIR", dir, 1) != 0)
        abort();
    if (mkdir(test_path("tokens", path), 0700) != 0)
        abort();
    (void)snprintf(text, sizeof(text),
                   "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
                   "library.reset_on_fork = true\n",
                   path);
    test_file_write(test_path("softhsm2.conf", path), text);
    (void)setenv("SOFTHSM2_CONF", path, 1);
    (void)setenv("CA_FAKE_TOKEN_MODULE", CA_TEST_SOFTHSM2, 1);
    failed = run_apart(self, make);
    for (size_t i = 0; i < n; i++) {
        char name[128];

        (void)snprintf(name, sizeof(name), "%s", tests[i].name);
        failed += run_apart(self, name);
    }
    (void)nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return failed;
}

/* Leaving by _exit skips the leak check, so it is asked for. What stays for the life of the process
 * by design does not count: modules, libp11's lists, the provider's context, the hsm itself. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libp11\nleak:libsofthsm2\nleak:pkcs11.so\nleak:provider_load\nleak:hsm_new\n"
           "leak:module_load\n";
}

/* SoftHSM has no frame pointers, and loses 37 octets with each Ed25519 signature. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0:print_suppressions=0";
}

static int leaks(void)
{
    return __lsan_do_recoverable_leak_check != NULL && __lsan_do_recoverable_leak_check() != 0;
}

int token_tests_main(int argc, char **argv, const struct token_test *tests, size_t n)
{
    int rc;

    if (argc < 2)
        return run_all(argv[0], tests, n);
    rc = strcmp(argv[1], "make-token") == 0 ? token_make() : run_here(tests, n, argv[1]);
    if (rc == 0 && leaks())
        rc = 3;
    (void)fflush(NULL);
    _exit(rc); /* as every process that opened a token */
}
