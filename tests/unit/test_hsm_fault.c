/* SPDX-License-Identifier: Apache-2.0 */

/* hsm/ over a token that fails on demand (tests/faults/fake_token.c), and the mark of a wrong PIN,
 * which counts logins in the fake token's log. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "tests/faults/allocation.h"
#include "tests/unit/token_support.h"

static const struct ca_bytes tbs = {(const uint8_t *)"what is to be signed", 20};

/* Rules and log have to be set before the module loads; an empty file has no rules. */
static void fake_start(void)
{
    char path[TEST_PATH];

    test_file_write(test_path("rules", path), "");
    (void)setenv("CA_FAKE_TOKEN_RULES", path, 1);
    (void)unlink(test_path("log", path));
    (void)setenv("CA_FAKE_TOKEN_LOG", path, 1);
}

static void fake_rules(const char *text)
{
    char path[TEST_PATH];

    test_file_write(test_path("rules", path), text);
}

/* How often was this function called so far? */
static size_t fake_calls(const char *function)
{
    char path[TEST_PATH];
    char line[100];
    size_t n = 0;
    FILE *f = fopen(test_path("log", path), "re");

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        size_t len = strlen(function);

        n += strncmp(line, function, len) == 0 && (line[len] == '\n' || line[len] == ' ');
    }
    if (f != NULL)
        (void)fclose(f);
    return n;
}

static struct hsm *fake_open(void)
{
    fake_start();
    return test_hsm_open(CA_TEST_FAKE_TOKEN);
}

static struct hsm_key *key_of(struct hsm *hsm)
{
    struct hsm_key *key = NULL;
    struct ca_err err = {0};
    struct ca_key_spec spec = {CA_KEY_P256, 256};
    enum ca_rc rc = hsm_key_open(hsm, "fault", &key, &err);

    if (rc == CA_NOT_FOUND)
        rc = hsm_key_generate(hsm, "fault", spec, HSM_CA_KEY, &key, &err);
    test_ok(rc, &err);
    return key;
}

static enum ca_rc sign(const struct hsm_key *key, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf signature = {0};
    enum ca_rc rc = hsm_sign(key, CA_SIG_ECDSA_SHA256, tbs, &signature, err);

    assert_true((signature.len > 0) == (rc == CA_OK));
    return rc;
}

/* A signature that fails in any way ends the signer: the answer is CA_UNAVAILABLE, never a
 * refusal of the request. */
static const struct {
    const char *rules;
    const char *says;
} sign_cells[] = {
    {"C_Sign * 0x30",       "CKR_DEVICE_ERROR to C_Sign"               },
    {"C_Sign * 0x31",       "CKR_DEVICE_MEMORY to C_Sign"              },
    {"C_Sign * 0x32",       "CKR_DEVICE_REMOVED to C_Sign"             },
    {"C_Sign * 0x5",        "CKR_GENERAL_ERROR to C_Sign"              },
    {"C_Sign * 0x6",        "CKR_FUNCTION_FAILED to C_Sign"            },
    {"C_Sign * 0x2",        "CKR_HOST_MEMORY to C_Sign"                },
    {"C_Sign * 0xe0",       "CKR_TOKEN_NOT_PRESENT to C_Sign"          },
    {"C_Sign * 0xb3",       "CKR_SESSION_HANDLE_INVALID to C_Sign"     },
    {"C_Sign * 0xb0",       "CKR_SESSION_CLOSED to C_Sign"             },
    {"C_Sign * 0x101",      "CKR_USER_NOT_LOGGED_IN to C_Sign"         },
    {"C_Sign * 0x91",       "CKR_OPERATION_NOT_INITIALIZED to C_Sign"  },
    {"C_Sign * 0x21",       "CKR_DATA_LEN_RANGE to C_Sign"             },
    {"C_Sign * 0x70",       "CKR_MECHANISM_INVALID to C_Sign"          },
    {"C_Sign * 0x80000123", "CKR_0x80000123 to C_Sign"                 },
    {"C_SignInit * 0x90",   "CKR_OPERATION_ACTIVE to C_SignInit"       },
    {"C_SignInit * 0x60",   "CKR_KEY_HANDLE_INVALID to C_SignInit"     },
    {"C_SignInit * 0x62",   "CKR_KEY_SIZE_RANGE to C_SignInit"         },
    {"C_SignInit * 0x68",   "CKR_KEY_FUNCTION_NOT_PERMITTED to C_SignI"},
    {"C_SignInit * 0x101",  "CKR_USER_NOT_LOGGED_IN to C_SignInit"     },
    {"C_SignInit * 0x32",   "CKR_DEVICE_REMOVED to C_SignInit"         },
    {"C_SignInit * 0xa4",   "CKR_PIN_LOCKED to C_SignInit"             },
};

static void sign_answers_unavailable_whatever_the_token_says(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    struct hsm_stats stats;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(sign_cells); i++) {
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(sign_cells[i].rules);
        fake_rules(sign_cells[i].rules);
        rc = sign(key, &err);
        test_refused(rc, &err, CA_UNAVAILABLE, "", sign_cells[i].says);
    }
    hsm_stats(hsm, &stats);
    assert_int_equal(stats.failures, CA_COUNT(sign_cells));
}

static void one_failed_signature_is_not_tried_again(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    struct ca_err err = {0};
    size_t before;

    (void)state;
    fake_rules("C_Sign 2 0x30");
    before = fake_calls("C_Sign");
    test_ok(sign(key, &err), &err);
    test_refused(sign(key, &err), &err, CA_UNAVAILABLE, "", "CKR_DEVICE_ERROR");
    assert_int_equal(fake_calls("C_Sign") - before, 2);
}

static void a_flipped_bit_shows_in_verification(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct ca_err err = {0};

    (void)state;
    fake_rules("C_Sign * flip");
    test_ok(hsm_sign(key, CA_SIG_ECDSA_SHA256, tbs, &signature, &err), &err);
    assert_false(
        test_verifies(hsm_key_spki(key), CA_SIG_ECDSA_SHA256, tbs, ca_buf_view(&signature)));
    test_refused(hsm_key_check(hsm, key, &err), &err, CA_DENIED, "key-policy", "does not verify");
    test_refused(hsm_key_generate(hsm, "flipped", (struct ca_key_spec){CA_KEY_P256, 256},
                                  HSM_CA_KEY, &none, &err),
                 &err, CA_DENIED, "key-policy", "does not verify");
    fake_rules("");
    /* what was not accepted is gone: the label is free */
    test_ok(hsm_key_generate(hsm, "flipped", (struct ca_key_spec){CA_KEY_P256, 256}, HSM_CA_KEY,
                             &none, &err),
            &err);
}

static size_t objects_named(const char *label)
{
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *f = test_functions(CA_TEST_SOFTHSM2, &session);
    char copy[64];
    CK_ATTRIBUTE find = {CKA_LABEL, copy, strlen(label)};
    CK_OBJECT_HANDLE objects[8];
    CK_ULONG n = 0;

    (void)snprintf(copy, sizeof(copy), "%s", label);
    assert_int_equal(f->C_FindObjectsInit(session, &find, 1), CKR_OK);
    assert_int_equal(f->C_FindObjects(session, objects, CA_COUNT(objects), &n), CKR_OK);
    assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
    return n;
}

static void generate_answers_what_the_token_says(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    const struct ca_key_spec spec = {CA_KEY_P256, 256};
    struct ca_err err = {0};

    (void)state;
    fake_rules("C_GenerateKeyPair * 0x30");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err,
                 CA_UNAVAILABLE, "", "CKR_DEVICE_ERROR to C_GenerateKeyPair");
    fake_rules("C_GenerateKeyPair * 0x140");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err, CA_DENIED,
                 "mechanism-missing", "CKR_CURVE_NOT_SUPPORTED");
    fake_rules("C_GenerateKeyPair 1 half");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err,
                 CA_UNAVAILABLE, "", "CKR_DEVICE_ERROR to C_GenerateKeyPair");
    fake_rules("C_Sign 1 0x30");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err,
                 CA_UNAVAILABLE, "", "CKR_DEVICE_ERROR to C_Sign");
    fake_rules("");
    assert_int_equal(objects_named("never"), 0);
    fake_rules("C_GetMechanismInfo * 0x70");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err, CA_DENIED,
                 "mechanism-missing", "has no CKM_EC_KEY_PAIR_GEN");
    fake_rules("C_FindObjects * 0x32");
    test_refused(hsm_key_generate(hsm, "never", spec, HSM_CA_KEY, &none, &err), &err,
                 CA_UNAVAILABLE, "", "CKR_DEVICE_REMOVED to C_FindObjects");
    assert_null(none);
}

static void reading_a_key_answers_what_the_token_says(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    struct ca_err err = {0};

    (void)state;
    fake_rules("C_FindObjectsInit * 0xb3");
    test_refused(hsm_key_open(hsm, "fault", &none, &err), &err, CA_UNAVAILABLE, "",
                 "CKR_SESSION_HANDLE_INVALID");
    fake_rules("C_GetAttributeValue * 0x82");
    test_refused(hsm_key_open(hsm, "fault", &none, &err), &err, CA_UNAVAILABLE, "",
                 "CKR_OBJECT_HANDLE_INVALID");
    test_refused(hsm_key_check(hsm, key, &err), &err, CA_UNAVAILABLE, "",
                 "CKR_OBJECT_HANDLE_INVALID");
    /* a token that hides what I14 asks for */
    fake_rules("C_GetAttributeValue * 0x12");
    test_refused(hsm_key_check(hsm, key, &err), &err, CA_DENIED, "key-policy",
                 "NEVER_EXTRACTABLE is unknown");
    assert_null(none);
}

/* --- sessions --- */

static void sessions_are_shared_when_the_token_has_no_more(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm); /* leaves one session in the pool */
    struct ca_err err = {0};
    double rate = 0;

    (void)state;
    fake_rules("C_OpenSession * 0xb1");
    test_ok(hsm_key_measure(key, 4, 200, &rate, &err), &err);
    assert_true(rate > 0);
}

static void open_session_that_fails_is_an_answer_not_a_wait(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    struct ca_err err = {0};

    (void)state;
    fake_rules("C_OpenSession * 0x30");
    test_refused(hsm_key_open(hsm, "fault", &none, &err), &err, CA_UNAVAILABLE, "",
                 "CKR_DEVICE_ERROR to C_OpenSession");
}

static atomic_int hangs;
static sem_t hung;
static const char *hung_call;

static void on_hang(const char *call)
{
    hung_call = call;
    (void)atomic_fetch_add(&hangs, 1);
    (void)sem_post(&hung);
}

static struct hsm *watched_open(int64_t deadline_ms)
{
    const struct hsm_config config = {.module = CA_TEST_FAKE_TOKEN,
                                      .token_label = TEST_LABEL,
                                      .call_deadline_ms = deadline_ms,
                                      .on_hang = on_hang};
    CA_AUTO(secret) struct ca_secret *pin = test_secret(TEST_PIN);
    struct hsm *hsm = NULL;
    struct ca_err err = {0};

    (void)sem_init(&hung, 0, 0);
    fake_start();
    test_ok(hsm_open(&config, pin, &hsm, &err), &err);
    return hsm;
}

static void no_session_at_all_ends_the_wait_at_the_deadline(void **state)
{
    struct hsm *hsm = watched_open(1000);
    CA_AUTO(hsm_key) struct hsm_key *none = NULL;
    struct ca_err err = {0};
    int64_t start = ca_mono_ms();

    (void)state;
    fake_rules("C_OpenSession * 0xb1");
    test_refused(hsm_key_open(hsm, "fault", &none, &err), &err, CA_UNAVAILABLE, "",
                 "no session of the token became free in 1000 ms");
    assert_in_range(ca_mono_ms() - start, 950, 9000);
    assert_int_equal(atomic_load(&hangs), 0);
}

static void *sign_and_hang(void *arg)
{
    struct ca_err err = {0};

    (void)sign(arg, &err);
    return NULL;
}

static void a_hung_signature_runs_on_hang_once_with_its_name(void **state)
{
    struct hsm *hsm = watched_open(1000);
    struct hsm_key *key = key_of(hsm); /* stays open: a thread is in the token with it */
    pthread_t thread;
    int64_t start;

    (void)state;
    fake_rules("C_Sign 1 hang");
    start = ca_mono_ms();
    assert_int_equal(pthread_create(&thread, NULL, sign_and_hang, key), 0);
    assert_int_equal(sem_wait(&hung), 0);
    assert_in_range(ca_mono_ms() - start, 990, 9000);
    assert_string_equal(hung_call, "C_Sign");
    (void)usleep(1500 * 1000);
    assert_int_equal(atomic_load(&hangs), 1);
}

static void a_slow_signature_in_time_is_no_hang(void **state)
{
    struct hsm *hsm = watched_open(5000);
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    struct ca_err err = {0};
    int64_t start = ca_mono_ms();

    (void)state;
    fake_rules("C_Sign * delay 300");
    test_ok(sign(key, &err), &err);
    assert_in_range(ca_mono_ms() - start, 290, 4900);
    assert_int_equal(atomic_load(&hangs), 0);
}

static void a_hang_below_the_provider_is_seen_through_the_guard(void **state)
{
    struct hsm *hsm = watched_open(1000);
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    CA_AUTO(hsm_guard) struct hsm_guard *guard = hsm_guard_begin(key, "CMS_sign");

    (void)state;
    assert_non_null(guard);
    assert_int_equal(sem_wait(&hung), 0);
    assert_string_equal(hung_call, "CMS_sign");
}

/* The real on_hang: the process is gone although a thread sits in the token. */
static void exit_75(const char *call)
{
    (void)call;
    _exit(0); /* 75 in the signer; here it means that the test passes */
}

static void a_login_that_hangs_ends_the_process(void **state)
{
    const struct hsm_config config = {.module = CA_TEST_FAKE_TOKEN,
                                      .token_label = TEST_LABEL,
                                      .call_deadline_ms = 1000,
                                      .on_hang = exit_75};
    CA_AUTO(secret) struct ca_secret *pin = test_secret(TEST_PIN);
    struct hsm *hsm = NULL;
    struct ca_err err = {0};

    (void)state;
    fake_start();
    fake_rules("C_Login 1 hang");
    fail_msg("it came back with %d", (int)hsm_open(&config, pin, &hsm, &err));
}

/* --- memory --- */

static enum ca_rc open_and_sign(const void *arg, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct hsm *const *hsm = arg;

    CA_TRY(hsm_key_open(*hsm, "fault", &key, err));
    return hsm_sign(key, CA_SIG_ECDSA_SHA256, tbs, &signature, err);
}

static enum ca_rc list_keys(const void *arg, struct ca_err *err)
{
    struct hsm *const *hsm = arg;
    struct hsm_key_row *rows = NULL;
    size_t n = 0;
    enum ca_rc rc = hsm_key_list(*hsm, &rows, &n, err);

    free(rows);
    return rc;
}

/* Ours only: with OpenSSL's failing, SoftHSM 2.6.1 crashes in C_SignInit and OpenSSL 3.0 in
 * OSSL_STORE_eof. */
static void each_allocation_may_fail(void **state)
{
    struct hsm *hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);

    (void)state;
    assert_non_null(key);
    fault_each_own_allocation(open_and_sign, &hsm);
    fault_each_own_allocation(list_keys, &hsm);
}

/* --- opening --- */

static enum ca_rc open_with(const char *pin_text, const char *mark, const char *source,
                            struct ca_err *err)
{
    const struct hsm_config config = {.module = CA_TEST_FAKE_TOKEN,
                                      .token_label = TEST_LABEL,
                                      .pin_mark = mark,
                                      .pin_source = source};
    CA_AUTO(secret) struct ca_secret *pin = test_secret(pin_text);
    struct hsm *hsm = NULL;

    return hsm_open(&config, pin, &hsm, err);
}

static const struct {
    const char *rules;
    enum ca_rc rc;
    const char *problem;
    const char *says;
} open_cells[] = {
    {"C_Initialize * 0x5",    CA_UNAVAILABLE, "",          "CKR_GENERAL_ERROR to C_Initialize"  },
    {"C_OpenSession * 0x30",  CA_UNAVAILABLE, "",          "CKR_DEVICE_ERROR to C_OpenSession"  },
    {"C_OpenSession * 0xb1",  CA_UNAVAILABLE, "",          "CKR_SESSION_COUNT to C_OpenSession" },
    {"C_OpenSession * 0xe0",  CA_UNAVAILABLE, "",          "CKR_TOKEN_NOT_PRESENT to C_OpenSess"},
    {"C_GetSlotList * 0x30",  CA_UNAVAILABLE, "",          "cannot list the slots"              },
    {"C_GetTokenInfo * 0xe0", CA_NOT_FOUND,   "",          "no token 'test token'; there: none" },
    {"C_Login * 0x30",        CA_UNAVAILABLE, "",          "CKR_DEVICE_ERROR to C_Login"        },
    {"C_Login * 0x102",       CA_DENIED,      "pin-wrong", "CKR_USER_PIN_NOT_INITIALIZED"       },
    {"C_Login * 0xa0",        CA_DENIED,      "pin-wrong", "refuses the PIN (CKR_PIN_INCORRECT)"},
    {"C_Login * 0xa4",        CA_DENIED,      "pin-wrong", "refuses the PIN (CKR_PIN_LOCKED)"   },
    {"C_Login * 0xa3",        CA_DENIED,      "pin-wrong", "refuses the PIN (CKR_PIN_EXPIRED)"  },
    {"",                      CA_OK,          "",          ""                                   },
};

static void open_answers_what_the_token_says(void **state)
{
    (void)state;
    fake_start();
    for (size_t i = 0; i < CA_COUNT(open_cells); i++) {
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(open_cells[i].rules);
        fake_rules(open_cells[i].rules);
        rc = open_with(TEST_PIN, NULL, NULL, &err);
        test_refused(rc, &err, open_cells[i].rc, open_cells[i].problem, open_cells[i].says);
        assert_null(strstr(err.text, TEST_PIN));
    }
}

static void one_process_logs_in_once(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(hsm_key) struct hsm_key *key = key_of(hsm);
    struct ca_err err = {0};

    (void)state;
    test_ok(sign(key, &err), &err);
    test_ok(hsm_key_check(hsm, key, &err), &err);
    assert_int_equal(fake_calls("C_Login"), 1); /* the provider asks for no PIN */
    assert_int_equal(fake_calls("C_Logout"), 0);
    assert_int_equal(fake_calls("C_CloseAllSessions"), 0);
    assert_int_equal(fake_calls("C_Finalize"), 0);
}

/* --- the mark --- */

static void a_wrong_pin_is_tried_exactly_once(void **state)
{
    char mark[TEST_PATH];
    char source[TEST_PATH];
    struct ca_err err = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    struct stat st;

    (void)state;
    fake_start();
    (void)test_path("mark", mark);
    test_file_write(test_path("pin", source), "0000-wrong");
    test_refused(open_with("0000-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong",
                 "token '" TEST_LABEL "' refuses the PIN");
    assert_int_equal(fake_calls("C_Login"), 1);
    for (int i = 0; i < 5; i++) {
        test_refused(open_with("0000-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong",
                     "not tried again until");
        assert_non_null(strstr(err.text, source));
        assert_non_null(strstr(err.text, mark));
    }
    assert_int_equal(fake_calls("C_Login"), 1);

    test_ok(ca_file_read(mark, &text, &err), &err);
    assert_null(memmem(text.ptr, text.len, "0000-wrong", 10));
    assert_int_equal(stat(mark, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    /* a changed source voids it; a right PIN removes it */
    (void)usleep(20 * 1000);
    test_file_write(source, TEST_PIN);
    test_ok(open_with(TEST_PIN, mark, source, &err), &err);
    assert_int_equal(fake_calls("C_Login"), 2);
    assert_int_equal(access(mark, F_OK), -1);
}

static void another_wrong_pin_replaces_the_mark(void **state)
{
    char mark[TEST_PATH];
    char source[TEST_PATH];
    struct ca_err err = {0};

    (void)state;
    fake_start();
    (void)test_path("mark-2", mark);
    test_file_write(test_path("pin-2", source), "0000-wrong");
    test_refused(open_with("0000-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong", "");
    (void)usleep(20 * 1000);
    test_file_write(source, "1111-wrong");
    test_refused(open_with("1111-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong", "(CKR");
    test_refused(open_with("1111-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong",
                 "not tried again");
    assert_int_equal(fake_calls("C_Login"), 2);
    /* an operator's word */
    assert_int_equal(unlink(mark), 0);
    test_ok(open_with(TEST_PIN, mark, source, &err), &err);
}

static void a_credential_that_is_renewed_at_start_keeps_the_mark(void **state)
{
    char mark[TEST_PATH];
    char source[TEST_PATH];
    struct ca_err err = {0};

    (void)state;
    fake_start();
    (void)setenv("CREDENTIALS_DIRECTORY", test_dir(), 1);
    (void)test_path("mark-3", mark);
    test_file_write(test_path("pin-3", source), "0000-wrong");
    test_refused(open_with("0000-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong", "(CKR");
    (void)usleep(20 * 1000);
    test_file_write(source, "0000-wrong"); /* as systemd does at each start */
    test_refused(open_with("0000-wrong", mark, source, &err), &err, CA_DENIED, "pin-wrong",
                 "not tried again");
    assert_int_equal(fake_calls("C_Login"), 1);
}

static void a_mark_that_cannot_be_written_is_said(void **state)
{
    struct ca_err err = {0};

    (void)state;
    fake_start();
    test_refused(open_with("0000-wrong", "/nowhere/mark", "/nowhere/pin", &err), &err, CA_DENIED,
                 "pin-wrong", "the mark was not written: ");
}

static void a_failure_that_is_not_the_pin_leaves_no_mark(void **state)
{
    char mark[TEST_PATH];
    struct ca_err err = {0};

    (void)state;
    fake_start();
    fake_rules("C_Login * 0x30");
    (void)test_path("mark-4", mark);
    test_refused(open_with(TEST_PIN, mark, "", &err), &err, CA_UNAVAILABLE, "", "CKR_DEVICE_ERROR");
    assert_int_equal(access(mark, F_OK), -1);
}

static const struct {
    const char *rules;
    enum ca_rc rc;
    const char *problem;
    const char *says;
} secret_cells[] = {
    {"C_GetMechanismInfo * 0x70", CA_DENIED,      "mechanism-missing", "has no CKM_SHA256_HMAC"               },
    {"C_GetMechanismInfo 2 0x70", CA_DENIED,      "mechanism-missing",
     "has no CKM_GENERIC_SECRET_KEY_GEN"                                                                      },
    {"C_GetMechanismInfo * 0x30", CA_UNAVAILABLE, "",                  "CKR_DEVICE_ERROR to C_GetMechanismInf"},
    {"C_GenerateKey * 0x30",      CA_UNAVAILABLE, "",                  "CKR_DEVICE_ERROR to C_GenerateKey"    },
    {"C_FindObjects * 0x30",      CA_UNAVAILABLE, "",                  "CKR_DEVICE_ERROR to C_FindObjects"    },
    {"C_SignInit * 0x68",         CA_UNAVAILABLE, "",                  "CKR_KEY_FUNCTION_NOT_PERMITTED"       },
    {"C_Sign * 0x32",             CA_UNAVAILABLE, "",                  "CKR_DEVICE_REMOVED to C_Sign"         },
};

static void secret_derive_answers_what_the_token_says(void **state)
{
    struct hsm *hsm = fake_open();
    CA_AUTO(secret) struct ca_secret *secret = NULL;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(secret_cells); i++) {
        test_note(secret_cells[i].rules);
        err = (struct ca_err){0};
        fake_rules(secret_cells[i].rules);
        test_refused(hsm_secret_derive(hsm, "faulty seal", "x", &secret, &err), &err,
                     secret_cells[i].rc, secret_cells[i].problem, secret_cells[i].says);
        assert_null(secret);
    }
    fake_rules("");
    test_ok(hsm_secret_derive(hsm, "faulty seal", "x", &secret, &err), &err);
}

static const struct token_test tests[] = {
    TOKEN_TEST(secret_derive_answers_what_the_token_says),
    TOKEN_TEST(sign_answers_unavailable_whatever_the_token_says),
    TOKEN_TEST(one_failed_signature_is_not_tried_again),
    TOKEN_TEST(a_flipped_bit_shows_in_verification),
    TOKEN_TEST(generate_answers_what_the_token_says),
    TOKEN_TEST(reading_a_key_answers_what_the_token_says),
    TOKEN_TEST(sessions_are_shared_when_the_token_has_no_more),
    TOKEN_TEST(open_session_that_fails_is_an_answer_not_a_wait),
    TOKEN_TEST(no_session_at_all_ends_the_wait_at_the_deadline),
    TOKEN_TEST(a_hung_signature_runs_on_hang_once_with_its_name),
    TOKEN_TEST(a_slow_signature_in_time_is_no_hang),
    TOKEN_TEST(a_hang_below_the_provider_is_seen_through_the_guard),
    TOKEN_TEST(a_login_that_hangs_ends_the_process),
    TOKEN_TEST(each_allocation_may_fail),
    TOKEN_TEST(open_answers_what_the_token_says),
    TOKEN_TEST(one_process_logs_in_once),
    TOKEN_TEST(a_wrong_pin_is_tried_exactly_once),
    TOKEN_TEST(another_wrong_pin_replaces_the_mark),
    TOKEN_TEST(a_credential_that_is_renewed_at_start_keeps_the_mark),
    TOKEN_TEST(a_mark_that_cannot_be_written_is_said),
    TOKEN_TEST(a_failure_that_is_not_the_pin_leaves_no_mark),
};

int main(int argc, char **argv)
{
    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
