/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <p11-kit/pkcs11.h>

#include "hsm/admin.h"
#include "tests/unit/support.h"

/* Tests over private SoftHSM2 tokens. A PKCS#11 module is never unloaded, so each test runs in a
 * process of its own: the program starts itself once for each row. */
struct token_test {
    const char *name;
    CMUnitTestFunction run;
};
#define TOKEN_TEST(function)                                                                       \
    {                                                                                              \
#function, function                                                                        \
    }

/* Without an argument: makes a folder with an initialised token TEST_LABEL / TEST_PIN, runs every
 * test, removes the folder. With the name of a test: runs that. For main() to return. */
int token_tests_main(int argc, char **argv, const struct token_test *tests, size_t n);

#define TEST_LABEL "test token"
#define TEST_PIN   "4711-marker-pin"

/* The folder of this run; borrowed. */
const char *test_dir(void);
/* DIR/name; `ret` takes TEST_PATH octets; returns ret. */
enum { TEST_PATH = 512 };
const char *test_path(const char *name, char *ret);

/* Writes a file with mode 0600 in place of what was there. */
void test_file_write(const char *path, const char *text);

struct ca_secret *test_secret(const char *text);

/* Fails the test unless `rc` is CA_OK, and says what `err` says. */
void test_ok(enum ca_rc rc, const struct ca_err *err);
/* Fails the test unless `rc` is `want`, the problem is `problem`, and the text holds `says`. */
void test_refused(enum ca_rc rc, const struct ca_err *err, enum ca_rc want, const char *problem,
                  const char *says);

/* Opens the token of this run by `module`, or fails the test. */
struct hsm *test_hsm_open(const char *module);

/* The function list of a module that is loaded, for what hsm/ does not do; and a session. */
CK_FUNCTION_LIST *test_functions(const char *module, CK_SESSION_HANDLE *ret_session);

/* Does the signature verify with OpenSSL's default provider? */
bool test_verifies(struct ca_bytes spki, enum ca_signature sig, struct ca_bytes tbs,
                   struct ca_bytes signature);
