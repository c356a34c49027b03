/* SPDX-License-Identifier: Apache-2.0 */
/* PKCSReq messages (RFC 8894) for the load generator, made ahead of time: making one costs a client
 * more than answering it costs a server.
 *
 *   scep_messages --ra RA.pem --challenge TEXT --count N [--keys 4] >FILE
 *
 * Each is a u32, big-endian, and so many octets. All are transactions of their own, for names of
 * their own; keys are few, because they are dear. */
#include <getopt.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NONCE_LEN = 16, DAY_S = 86400 };

static const char *const message_type = "2.16.840.1.113733.1.9.2";
static const char *const sender_nonce = "2.16.840.1.113733.1.9.5";
static const char *const transaction_id = "2.16.840.1.113733.1.9.7";

struct party {
    EVP_PKEY *key;
    X509 *cert;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "scep_messages: %s\n", what);
    exit(2);
}

static void need(int good, const char *what)
{
    if (!good)
        die(what);
}

static X509 *certificate_read(const char *path)
{
    FILE *in = fopen(path, "re");
    X509 *cert = in != NULL ? PEM_read_X509(in, NULL, NULL, NULL) : NULL;

    need(cert != NULL, "cannot read the RA certificate");
    (void)fclose(in);
    return cert;
}

/* The certificate that a first enrolment is signed with (RFC 8894 2.3). */
static void party_make(struct party *p, unsigned n)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "key%u.bench.example", n);
    p->key = EVP_RSA_gen(2048);
    p->cert = X509_new();
    need(p->key != NULL && p->cert != NULL, "no key");
    (void)ASN1_INTEGER_set(X509_get_serialNumber(p->cert), (long)n + 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(p->cert), -DAY_S);
    (void)X509_gmtime_adj(X509_getm_notAfter(p->cert), DAY_S);
    need(X509_NAME_add_entry_by_txt(X509_get_subject_name(p->cert), "CN", MBSTRING_UTF8,
                                    (const unsigned char *)name, -1, -1, 0),
         "no name");
    (void)X509_set_issuer_name(p->cert, X509_get_subject_name(p->cert));
    (void)X509_set_pubkey(p->cert, p->key);
    need(X509_sign(p->cert, p->key, EVP_sha256()) > 0, "no certificate");
}

static BIO *csr_make(const struct party *p, unsigned n, const char *challenge)
{
    X509_REQ *csr = X509_REQ_new();
    BIO *out = BIO_new(BIO_s_mem());
    char name[64];

    (void)snprintf(name, sizeof(name), "device%u.bench.example", n);
    need(csr != NULL && out != NULL, "no memory");
    need(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(csr), "CN", MBSTRING_UTF8,
                                    (const unsigned char *)name, -1, -1, 0),
         "no name");
    need(X509_REQ_add1_attr_by_NID(csr, NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                   (const unsigned char *)challenge, -1),
         "no challenge");
    (void)X509_REQ_set_pubkey(csr, p->key);
    need(X509_REQ_sign(csr, p->key, EVP_sha256()) > 0, "cannot sign a CSR");
    need(i2d_X509_REQ_bio(out, csr), "cannot encode a CSR");
    X509_REQ_free(csr);
    return out;
}

static BIO *envelope_make(BIO *content, X509 *ra)
{
    STACK_OF(X509) *to = sk_X509_new_null();
    BIO *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms;

    need(to != NULL && out != NULL && sk_X509_push(to, ra), "no memory");
    cms = CMS_encrypt(to, content, EVP_aes_128_cbc(), CMS_BINARY);
    need(cms != NULL && i2d_CMS_bio(out, cms), "cannot encrypt");
    CMS_ContentInfo_free(cms);
    sk_X509_free(to);
    return out;
}

static void attribute_add(CMS_SignerInfo *si, const char *oid, int type, const void *value, int len)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);

    need(object != NULL && CMS_signed_add1_attr_by_OBJ(si, object, type, value, len),
         "no attribute");
    ASN1_OBJECT_free(object);
}

static BIO *message_make(const struct party *p, BIO *content, unsigned n)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    CMS_SignerInfo *si = CMS_add1_signer(cms, p->cert, p->key, EVP_sha256(), CMS_NOSMIMECAP);
    BIO *out = BIO_new(BIO_s_mem());
    unsigned char nonce[NONCE_LEN];
    char id[64];

    need(cms != NULL && si != NULL && out != NULL, "no memory");
    (void)snprintf(id, sizeof(id), "BENCH%ld-%u", (long)getpid(), n);
    need(RAND_bytes(nonce, sizeof(nonce)) == 1, "no randomness");
    attribute_add(si, message_type, V_ASN1_PRINTABLESTRING, "19", 2);
    attribute_add(si, transaction_id, V_ASN1_PRINTABLESTRING, id, (int)strlen(id));
    attribute_add(si, sender_nonce, V_ASN1_OCTET_STRING, nonce, sizeof(nonce));
    need(CMS_final(cms, content, NULL, CMS_BINARY) && i2d_CMS_bio(out, cms), "cannot sign");
    CMS_ContentInfo_free(cms);
    return out;
}

static void message_write(const struct party *p, X509 *ra, unsigned n, const char *challenge)
{
    BIO *csr = csr_make(p, n, challenge);
    BIO *envelope = envelope_make(csr, ra);
    BIO *message = message_make(p, envelope, n);
    char *octets = NULL;
    long len = BIO_get_mem_data(message, &octets);
    const unsigned char head[] = {(unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                  (unsigned char)(len >> 8), (unsigned char)len};

    need(fwrite(head, sizeof(head), 1, stdout) == 1 && fwrite(octets, (size_t)len, 1, stdout) == 1,
         "cannot write");
    BIO_free(message);
    BIO_free(envelope);
    BIO_free(csr);
}

int main(int argc, char **argv)
{
    static const struct option names[] = {
        {"ra",        1, NULL, 'r'},
        {"challenge", 1, NULL, 'c'},
        {"count",     1, NULL, 'n'},
        {"keys",      1, NULL, 'k'},
        {NULL,        0, NULL, 0  },
    };
    const char *challenge = "";
    struct party *parties;
    X509 *ra = NULL;
    unsigned count = 0;
    unsigned keys = 4;

    for (int c = getopt_long(argc, argv, "", names, NULL); c != -1;
         c = getopt_long(argc, argv, "", names, NULL)) {
        if (c == 'r')
            ra = certificate_read(optarg);
        else if (c == 'c')
            challenge = optarg;
        else if (c == 'n')
            count = (unsigned)strtoul(optarg, NULL, 10);
        else if (c == 'k')
            keys = (unsigned)strtoul(optarg, NULL, 10);
        else
            die("unknown option");
    }
    need(ra != NULL && keys > 0, "--ra is needed");
    parties = calloc(keys, sizeof(*parties));
    need(parties != NULL, "no memory");
    for (unsigned i = 0; i < keys; i++)
        party_make(&parties[i], i);
    for (unsigned i = 0; i < count; i++)
        message_write(&parties[i % keys], ra, i, challenge);
    need(fflush(stdout) == 0, "cannot write");
    return 0;
}
