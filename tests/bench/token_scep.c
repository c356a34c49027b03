/* SPDX-License-Identifier: Apache-2.0 */
/* What a PKCS#11 token allows of SCEP, with nothing around it: one RSA-2048 decryption, one
 * RSA-2048 signature and one P-256 signature a turn, on token objects, on so many threads.
 *
 *   token_scep --module PATH --pin-file FILE [--threads 4] [--seconds 5]
 *
 * Initialises the first slot without a token (SOFTHSM2_CONF says where that lives). Prints a line
 * of JSON. */
#include <dlfcn.h>
#include <getopt.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/time.h"

enum { THREADS_MAX = 64, RSA_OCTETS = 256, DIGEST_LEN = 32 };

static CK_FUNCTION_LIST *p11;
static CK_BBOOL yes = CK_TRUE;
static CK_BBOOL no = CK_FALSE;

struct pair {
    CK_OBJECT_HANDLE public_key;
    CK_OBJECT_HANDLE private_key;
};

struct turn {
    pthread_t thread;
    CK_SLOT_ID slot;
    struct pair rsa;
    struct pair ec;
    uint8_t sealed[RSA_OCTETS]; /* a content key, encrypted to `rsa` */
    int64_t until_ms;
    unsigned long done;
};

static void must(CK_RV rv, const char *what)
{
    if (rv == CKR_OK)
        return;
    (void)fprintf(stderr, "token_scep: %s: 0x%lx\n", what, rv);
    exit(2);
}

static void module_open(const char *path)
{
    CK_C_INITIALIZE_ARGS threads = {.flags = CKF_OS_LOCKING_OK};
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get = NULL;

    if (module != NULL)
        *(void **)&get = dlsym(module, "C_GetFunctionList");
    if (get == NULL) {
        (void)fprintf(stderr, "token_scep: %s\n", dlerror());
        exit(2);
    }
    must(get(&p11), "C_GetFunctionList");
    must(p11->C_Initialize(&threads), "C_Initialize");
}

static CK_SESSION_HANDLE session_open(CK_SLOT_ID slot)
{
    CK_SESSION_HANDLE session;

    must(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
         "C_OpenSession");
    return session;
}

/* The slot of a new token with this PIN, logged in. */
static CK_SLOT_ID token_make(uint8_t *pin, CK_ULONG len)
{
    uint8_t label[32];
    CK_SLOT_ID slots[16];
    CK_ULONG n = CA_COUNT(slots);
    CK_SESSION_HANDLE session;

    memset(label, ' ', sizeof(label));
    memcpy(label, "bench", 5);
    must(p11->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
    must(p11->C_InitToken(slots[0], pin, len, label), "C_InitToken");
    session = session_open(slots[0]);
    must(p11->C_Login(session, CKU_SO, pin, len), "C_Login");
    must(p11->C_InitPIN(session, pin, len), "C_InitPIN");
    must(p11->C_Logout(session), "C_Logout");
    must(p11->C_Login(session, CKU_USER, pin, len), "C_Login");
    return slots[0];
}

struct template
{
    CK_ATTRIBUTE *list;
    CK_ULONG n;
};
#define TEMPLATE(list) ((struct template){(list), CA_COUNT(list)})

static struct pair pair_make(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE kind,
                             struct template public_key, struct template private_key)
{
    CK_MECHANISM mechanism = {kind, NULL, 0};
    struct pair ret;

    must(p11->C_GenerateKeyPair(session, &mechanism, public_key.list, public_key.n,
                                private_key.list, private_key.n, &ret.public_key, &ret.private_key),
         "C_GenerateKeyPair");
    return ret;
}

static struct pair rsa_make(CK_SESSION_HANDLE session)
{
    CK_ULONG bits = RSA_OCTETS * 8;
    CK_ATTRIBUTE public_key[] = {
        {CKA_TOKEN,        &yes,  sizeof(yes) },
        {CKA_ENCRYPT,      &yes,  sizeof(yes) },
        {CKA_MODULUS_BITS, &bits, sizeof(bits)},
    };
    CK_ATTRIBUTE private_key[] = {
        {CKA_TOKEN,       &yes, sizeof(yes)},
        {CKA_PRIVATE,     &yes, sizeof(yes)},
        {CKA_SENSITIVE,   &yes, sizeof(yes)},
        {CKA_EXTRACTABLE, &no,  sizeof(no) },
        {CKA_DECRYPT,     &yes, sizeof(yes)},
        {CKA_SIGN,        &yes, sizeof(yes)},
    };

    return pair_make(session, CKM_RSA_PKCS_KEY_PAIR_GEN, TEMPLATE(public_key),
                     TEMPLATE(private_key));
}

static struct pair ec_make(CK_SESSION_HANDLE session)
{
    static uint8_t p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
    CK_ATTRIBUTE public_key[] = {
        {CKA_TOKEN,     &yes, sizeof(yes) },
        {CKA_EC_PARAMS, p256, sizeof(p256)},
    };
    CK_ATTRIBUTE private_key[] = {
        {CKA_TOKEN,     &yes, sizeof(yes)},
        {CKA_PRIVATE,   &yes, sizeof(yes)},
        {CKA_SENSITIVE, &yes, sizeof(yes)},
        {CKA_SIGN,      &yes, sizeof(yes)},
    };

    return pair_make(session, CKM_EC_KEY_PAIR_GEN, TEMPLATE(public_key), TEMPLATE(private_key));
}

static void content_key_seal(CK_SESSION_HANDLE session, struct turn *t)
{
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    uint8_t key[16] = {1};
    CK_ULONG len = sizeof(t->sealed);

    must(p11->C_EncryptInit(session, &mechanism, t->rsa.public_key), "C_EncryptInit");
    must(p11->C_Encrypt(session, key, sizeof(key), t->sealed, &len), "C_Encrypt");
}

static void *turn_run(void *arg)
{
    struct turn *t = arg;
    CK_SESSION_HANDLE session = session_open(t->slot);
    CK_MECHANISM decrypt = {CKM_RSA_PKCS, NULL, 0};
    CK_MECHANISM sign_rsa = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_MECHANISM sign_ec = {CKM_ECDSA, NULL, 0};
    uint8_t in[DIGEST_LEN] = {1};
    uint8_t out[RSA_OCTETS];

    while (ca_mono_ms() < t->until_ms) {
        CK_ULONG len = sizeof(out);

        must(p11->C_DecryptInit(session, &decrypt, t->rsa.private_key), "C_DecryptInit");
        must(p11->C_Decrypt(session, t->sealed, sizeof(t->sealed), out, &len), "C_Decrypt");
        len = sizeof(out);
        must(p11->C_SignInit(session, &sign_rsa, t->rsa.private_key), "C_SignInit");
        must(p11->C_Sign(session, in, sizeof(in), out, &len), "C_Sign");
        len = sizeof(out);
        must(p11->C_SignInit(session, &sign_ec, t->ec.private_key), "C_SignInit");
        must(p11->C_Sign(session, in, sizeof(in), out, &len), "C_Sign");
        t->done++;
    }
    return NULL;
}

static double rate(struct turn *turns, unsigned n, long seconds)
{
    int64_t start = ca_mono_ms();
    unsigned long done = 0;

    for (unsigned i = 0; i < n; i++) {
        turns[i] = turns[0];
        turns[i].done = 0;
        turns[i].until_ms = start + seconds * 1000;
    }
    for (unsigned i = 0; i < n; i++)
        must(pthread_create(&turns[i].thread, NULL, turn_run, &turns[i]) == 0 ? CKR_OK
                                                                              : CKR_HOST_MEMORY,
             "a thread");
    for (unsigned i = 0; i < n; i++) {
        (void)pthread_join(turns[i].thread, NULL);
        done += turns[i].done;
    }
    return (double)done * 1000.0 / (double)(ca_mono_ms() - start);
}

static CK_ULONG pin_read(const char *path, uint8_t *ret, size_t cap)
{
    FILE *in = fopen(path, "re");
    size_t n = in != NULL ? fread(ret, 1, cap, in) : 0;

    must(n > 0 ? CKR_OK : CKR_ARGUMENTS_BAD, "--pin-file");
    (void)fclose(in);
    return n;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"module",   required_argument, NULL, 'm'},
        {"pin-file", required_argument, NULL, 'p'},
        {"threads",  required_argument, NULL, 't'},
        {"seconds",  required_argument, NULL, 's'},
        {NULL,       0,                 NULL, 0  },
    };
    static struct turn turns[THREADS_MAX];
    const char *module = NULL;
    const char *pin_file = NULL;
    unsigned threads = 4;
    long seconds = 5;
    uint8_t pin[64];
    CK_ULONG pin_len;
    CK_SESSION_HANDLE session;

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'm':
            module = optarg;
            break;
        case 'p':
            pin_file = optarg;
            break;
        case 't':
            threads = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            seconds = strtol(optarg, NULL, 10);
            break;
        default:
            return 2;
        }
    }
    if (module == NULL || pin_file == NULL || threads < 1 || threads > THREADS_MAX) {
        (void)fprintf(
            stderr,
            "usage: token_scep --module PATH --pin-file FILE [--threads 4] [--seconds 5]\n");
        return 2;
    }
    pin_len = pin_read(pin_file, pin, sizeof(pin));
    module_open(module);
    turns[0].slot = token_make(pin, pin_len);
    session = session_open(turns[0].slot);
    turns[0].rsa = rsa_make(session);
    turns[0].ec = ec_make(session);
    content_key_seal(session, &turns[0]);
    (void)printf("{\"threads\": %u, \"rate\": %.1f}\n", threads, rate(turns, threads, seconds));
    return 0;
}
