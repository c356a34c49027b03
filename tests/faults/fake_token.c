/* SPDX-License-Identifier: Apache-2.0 */

/* A PKCS#11 module over another one, loaded by path like any token. It hands every call on, unless
 * a rule says otherwise.
 *   CA_FAKE_TOKEN_MODULE  path of the real module
 *   CA_FAKE_TOKEN_RULES   file of rules, read again whenever it changes
 *   CA_FAKE_TOKEN_LOG     file that gets a line for each call: the name, and what a rule did
 * One rule a line; # starts a comment:
 *   C_Sign 3 0x30         the third call from now on answers 0x30 (CKR_DEVICE_ERROR), not the real
 *   C_Sign * 0x30         every call does
 *   C_Sign 2 delay 500    waits 500 ms, then hands on
 *   C_Sign 1 hang         never comes back
 *   C_Sign 1 flip         hands on, then turns one bit of the signature
 *   C_GenerateKeyPair 1 half  hands on, then removes the private key and answers CKR_DEVICE_ERROR
 * Calls are counted from the moment the file was last read. Of several rules for one function the
 * first that fits wins. */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum action { HAND_ON, REFUSE, DELAY, HANG, FLIP, HALF };
enum { RULES_MAX = 64, NAME_MAX_LEN = 40, LINE_MAX_LEN = 200 };

struct rule {
    char function[NAME_MAX_LEN];
    unsigned long nth; /* 0: every call */
    unsigned long seen;
    enum action action;
    unsigned long value; /* CK_RV, or milliseconds */
};

struct verdict {
    enum action action;
    CK_RV rv;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all that follows */
static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST fake;
static struct rule rules[RULES_MAX];
static size_t n_rules;
static struct stat rules_stat;

static bool rule_read(const char *line, struct rule *ret)
{
    char nth[16];
    char what[16];
    unsigned long value = 0;
    int n = sscanf(line, "%39s %15s %15s %lu", ret->function, nth, what, &value);

    if (n < 3 || ret->function[0] == '#')
        return false;
    ret->nth = strcmp(nth, "*") == 0 ? 0 : strtoul(nth, NULL, 10);
    ret->seen = 0;
    ret->action = strcmp(what, "delay") == 0  ? DELAY
                  : strcmp(what, "hang") == 0 ? HANG
                  : strcmp(what, "flip") == 0 ? FLIP
                  : strcmp(what, "half") == 0 ? HALF
                                              : REFUSE;
    ret->value = ret->action == REFUSE ? strtoul(what, NULL, 0) : value;
    return true;
}

static void rules_refresh(void)
{
    const char *path = getenv("CA_FAKE_TOKEN_RULES");
    char line[LINE_MAX_LEN];
    struct stat now;
    FILE *f;

    if (path == NULL || stat(path, &now) != 0 ||
        (now.st_mtim.tv_sec == rules_stat.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == rules_stat.st_mtim.tv_nsec && now.st_ino == rules_stat.st_ino &&
         now.st_size == rules_stat.st_size))
        return;
    f = fopen(path, "re");
    if (f == NULL)
        return;
    rules_stat = now;
    n_rules = 0;
    while (n_rules < RULES_MAX && fgets(line, sizeof(line), f) != NULL) {
        if (rule_read(line, &rules[n_rules]))
            n_rules++;
    }
    (void)fclose(f);
}

static struct rule rule_find(const char *function)
{
    struct rule found = {.action = HAND_ON};

    for (size_t i = 0; i < n_rules; i++) {
        struct rule *r = &rules[i];

        if (strcmp(r->function, function) != 0)
            continue;
        r->seen++;
        if (found.action == HAND_ON && (r->nth == 0 || r->nth == r->seen))
            found = *r;
    }
    return found;
}

static void log_call(const char *function, const struct rule *r)
{
    static const char *const words[] = {"", " refused", " delayed", " hung", " flipped", " halved"};
    const char *path = getenv("CA_FAKE_TOKEN_LOG");
    FILE *f = path != NULL ? fopen(path, "ae") : NULL;

    if (f == NULL)
        return;
    (void)fprintf(f, "%s%s\n", function, words[r->action]);
    (void)fclose(f);
}

static struct verdict judge(const char *function)
{
    struct rule r;

    (void)pthread_mutex_lock(&lock);
    rules_refresh();
    r = rule_find(function);
    log_call(function, &r);
    (void)pthread_mutex_unlock(&lock);

    while (r.action == HANG)
        (void)pause();
    if (r.action == DELAY) {
        struct timespec wait = {(time_t)(r.value / 1000), (long)(r.value % 1000) * 1000000L};

        (void)nanosleep(&wait, NULL);
    }
    return (struct verdict){r.action, r.value};
}

/* FORWARD(C_Login, (parameters), (arguments)): a function that asks the rules first. */
#define FORWARD(name, params, args)                                                                \
    static CK_RV fake_##name params                                                                \
    {                                                                                              \
        struct verdict v = judge(#name);                                                           \
                                                                                                   \
        return v.action == REFUSE ? v.rv : real->name args;                                        \
    }

/* clang-format off */
FORWARD(C_Initialize, (void *a), (a))
FORWARD(C_Finalize, (void *a), (a))
FORWARD(C_GetInfo, (CK_INFO *a), (a))
FORWARD(C_GetSlotList, (CK_BBOOL a, CK_SLOT_ID *b, CK_ULONG *c), (a, b, c))
FORWARD(C_GetSlotInfo, (CK_SLOT_ID a, CK_SLOT_INFO *b), (a, b))
FORWARD(C_GetTokenInfo, (CK_SLOT_ID a, CK_TOKEN_INFO *b), (a, b))
FORWARD(C_GetMechanismList, (CK_SLOT_ID a, CK_MECHANISM_TYPE *b, CK_ULONG *c), (a, b, c))
FORWARD(C_GetMechanismInfo, (CK_SLOT_ID a, CK_MECHANISM_TYPE b, CK_MECHANISM_INFO *c), (a, b, c))
FORWARD(C_InitToken, (CK_SLOT_ID a, CK_UTF8CHAR *b, CK_ULONG c, CK_UTF8CHAR *d), (a, b, c, d))
FORWARD(C_InitPIN, (CK_SESSION_HANDLE a, CK_UTF8CHAR *b, CK_ULONG c), (a, b, c))
FORWARD(C_OpenSession, (CK_SLOT_ID a, CK_FLAGS b, void *c, CK_NOTIFY d, CK_SESSION_HANDLE *e), (a, b, c, d, e))
FORWARD(C_CloseSession, (CK_SESSION_HANDLE a), (a))
FORWARD(C_CloseAllSessions, (CK_SLOT_ID a), (a))
FORWARD(C_GetSessionInfo, (CK_SESSION_HANDLE a, CK_SESSION_INFO *b), (a, b))
FORWARD(C_Login, (CK_SESSION_HANDLE a, CK_USER_TYPE b, CK_UTF8CHAR *c, CK_ULONG d), (a, b, c, d))
FORWARD(C_Logout, (CK_SESSION_HANDLE a), (a))
FORWARD(C_CreateObject, (CK_SESSION_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c, CK_OBJECT_HANDLE *d), (a, b, c, d))
FORWARD(C_CopyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE *c, CK_ULONG d, CK_OBJECT_HANDLE *e), (a, b, c, d, e))
FORWARD(C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b), (a, b))
FORWARD(C_GetAttributeValue, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE *c, CK_ULONG d), (a, b, c, d))
FORWARD(C_SetAttributeValue, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE *c, CK_ULONG d), (a, b, c, d))
FORWARD(C_FindObjectsInit, (CK_SESSION_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c), (a, b, c))
FORWARD(C_FindObjects, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE *b, CK_ULONG c, CK_ULONG *d), (a, b, c, d))
FORWARD(C_FindObjectsFinal, (CK_SESSION_HANDLE a), (a))
FORWARD(C_DecryptInit, (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_OBJECT_HANDLE c), (a, b, c))
FORWARD(C_Decrypt, (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c, CK_BYTE *d, CK_ULONG *e), (a, b, c, d, e))
FORWARD(C_SignInit, (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_OBJECT_HANDLE c), (a, b, c))
FORWARD(C_GenerateKey, (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_ATTRIBUTE *c, CK_ULONG d, CK_OBJECT_HANDLE *e), (a, b, c, d, e))
FORWARD(C_GenerateRandom, (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c), (a, b, c))
/* clang-format on */

static CK_RV fake_C_Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
                         CK_ULONG *signature_len)
{
    struct verdict v = judge("C_Sign");
    CK_RV rv;

    if (v.action == REFUSE)
        return v.rv;
    rv = real->C_Sign(session, data, len, signature, signature_len);
    if (v.action == FLIP && rv == CKR_OK && signature != NULL)
        signature[*signature_len - 1] ^= 1;
    return rv;
}

static CK_RV fake_C_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                    CK_ATTRIBUTE *public_template, CK_ULONG public_n,
                                    CK_ATTRIBUTE *private_template, CK_ULONG private_n,
                                    CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
    struct verdict v = judge("C_GenerateKeyPair");
    CK_RV rv;

    if (v.action == REFUSE)
        return v.rv;
    rv = real->C_GenerateKeyPair(session, mechanism, public_template, public_n, private_template,
                                 private_n, public_key, private_key);
    if (v.action != HALF || rv != CKR_OK)
        return rv;
    (void)real->C_DestroyObject(session, *private_key);
    return CKR_DEVICE_ERROR;
}

static CK_RV fake_C_GetFunctionList(CK_FUNCTION_LIST **list);

static void fake_fill(void)
{
    fake = *real; /* what has no function above goes straight through */
#define OVER(name) fake.name = fake_##name
    OVER(C_Initialize);
    OVER(C_Finalize);
    OVER(C_GetInfo);
    OVER(C_GetFunctionList);
    OVER(C_GetSlotList);
    OVER(C_GetSlotInfo);
    OVER(C_GetTokenInfo);
    OVER(C_GetMechanismList);
    OVER(C_GetMechanismInfo);
    OVER(C_InitToken);
    OVER(C_InitPIN);
    OVER(C_OpenSession);
    OVER(C_CloseSession);
    OVER(C_CloseAllSessions);
    OVER(C_GetSessionInfo);
    OVER(C_Login);
    OVER(C_Logout);
    OVER(C_CreateObject);
    OVER(C_CopyObject);
    OVER(C_DestroyObject);
    OVER(C_GetAttributeValue);
    OVER(C_SetAttributeValue);
    OVER(C_FindObjectsInit);
    OVER(C_FindObjects);
    OVER(C_FindObjectsFinal);
    OVER(C_DecryptInit);
    OVER(C_Decrypt);
    OVER(C_SignInit);
    OVER(C_Sign);
    OVER(C_GenerateKey);
    OVER(C_GenerateKeyPair);
    OVER(C_GenerateRandom);
}

static CK_RV real_load(void)
{
    const char *path = getenv("CA_FAKE_TOKEN_MODULE");
    void *library = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    CK_C_GetFunctionList get;

    if (library == NULL) {
        (void)fprintf(stderr, "fake token: CA_FAKE_TOKEN_MODULE %s\n", path != NULL ? path : "");
        return CKR_GENERAL_ERROR;
    }
    get = __extension__(CK_C_GetFunctionList) dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&real) != CKR_OK)
        return CKR_GENERAL_ERROR;
    fake_fill();
    return CKR_OK;
}

static CK_RV fake_C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&lock);
    if (real == NULL)
        rv = real_load();
    (void)pthread_mutex_unlock(&lock);
    *list = &fake;
    return rv;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    return fake_C_GetFunctionList(list);
}
