/* SPDX-License-Identifier: Apache-2.0 */
/* usage: scep_raw build NAME=VALUE...   writes a pkiMessage to stdout
 *          type transaction nonce digest cipher: texts; key cert: PEM files of who signs; ra: PEM
 * file of a recipient, may be repeated; content: file;
 *          envelope: file, instead of the two; key2 cert2: of a second signer; with pss, oaep, ber,
 *          no_content=1 scep_raw
 * read ra=FILE key=FILE cert=FILE   reads a CertRep from stdin, prints a field a line What
 * integration tests send that no SCEP client does. */
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/file.h"
#include "tests/unit/pki_message.h"

static void die(const char *what, const char *which)
{
    (void)fprintf(stderr, "scep_raw: %s %s\n", what, which);
    exit(2);
}

static EVP_PKEY *key_read(const char *path)
{
    CA_AUTO(bio) BIO *in = BIO_new_file(path, "rb");
    EVP_PKEY *key = in != NULL ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;

    if (key == NULL)
        die("no key in", path);
    return key;
}

static X509 *cert_read_pem(const char *path)
{
    CA_AUTO(bio) BIO *in = BIO_new_file(path, "rb");
    X509 *cert = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;

    if (cert == NULL)
        die("no certificate in", path);
    return cert;
}

/* What the command line says; `party` signs, or reads. */
struct given {
    struct scep_build build;
    struct scep_party party;
    struct scep_party second;
    struct ca_buf content, envelope;
    X509 *ra;
};

static OSSL_LIB_CTX *legacy(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    if (OSSL_PROVIDER_load(libctx, "default") == NULL ||
        OSSL_PROVIDER_load(libctx, "legacy") == NULL)
        die("no provider", "legacy");
    return libctx;
}

static void file_take(struct given *g, const char *name, const char *value)
{
    struct ca_err err = {0};

    if (strcmp(name, "key") == 0) {
        g->party.key = key_read(value);
    } else if (strcmp(name, "cert") == 0) {
        g->party.cert = cert_read_pem(value);
    } else if (strcmp(name, "key2") == 0) {
        g->second.key = key_read(value);
    } else if (strcmp(name, "cert2") == 0) {
        g->second.cert = cert_read_pem(value);
    } else if (strcmp(name, "ra") == 0 && g->build.recipient_n < SCEP_BUILD_MOST) {
        g->ra = cert_read_pem(value);
        g->build.recipients[g->build.recipient_n++] = g->ra;
    } else if (ca_file_read(value, strcmp(name, "envelope") == 0 ? &g->envelope : &g->content,
                            &err) != CA_OK) {
        die("cannot take", name);
    }
}

static void take(struct given *g, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"type",        &g->build.type          },
        {"transaction", &g->build.transaction_id},
        {"nonce",       &g->build.nonce         },
    };
    const struct {
        const char *name;
        bool *on;
    } switches[] = {
        {"pss",        &g->build.pss       },
        {"oaep",       &g->build.oaep      },
        {"ber",        &g->build.ber       },
        {"no_content", &g->build.no_content},
    };

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return;
        }
    }
    for (size_t i = 0; i < CA_COUNT(switches); i++) {
        if (strcmp(name, switches[i].name) == 0) {
            *switches[i].on = strcmp(value, "1") == 0;
            return;
        }
    }
    if (strcmp(name, "digest") == 0) {
        g->build.md = EVP_get_digestbyname(value);
    } else if (strcmp(name, "cipher") == 0) {
        g->build.cipher = EVP_get_cipherbyname(value);
        g->build.libctx = legacy();
    } else {
        file_take(g, name, value);
    }
}

static void given_read(struct given *g, char **argv)
{
    for (; *argv != NULL; argv++) {
        char *equals = strchr(*argv, '=');

        if (equals == NULL)
            die("NAME=VALUE, not", *argv);
        *equals = '\0';
        take(g, *argv, equals + 1);
    }
}

static int build(struct given *g)
{
    CA_AUTO(buf) struct ca_buf der = {0};

    if (g->party.key != NULL && g->party.cert != NULL) {
        g->build.signers[0] = &g->party;
        g->build.signer_n = 1;
    }
    if (g->second.key != NULL && g->second.cert != NULL)
        g->build.signers[g->build.signer_n++] = &g->second;
    g->build.content = ca_buf_view(&g->content);
    g->build.envelope = ca_buf_view(&g->envelope);
    scep_build(&g->build, &der);
    return fwrite(der.ptr, 1, der.len, stdout) == der.len ? 0 : 1;
}

static void line(const char *name, struct ca_bytes octets)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    ca_base64_put(&text, octets);
    (void)printf("%s=%s\n", name, ca_buf_cstr(&text));
}

static int read_answer(const struct given *g)
{
    CA_AUTO(scep_answer) struct scep_answer a = {0};
    CA_AUTO(buf) struct ca_buf der = {0};
    char piece[4096];
    size_t n;

    while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0)
        ca_buf_add(&der, piece, n);
    if (!scep_answer_read(ca_buf_view(&der), g->ra, &g->party, legacy(), &a))
        die("cannot read", "the answer");
    (void)printf("status=%d\nfail_info=%d\ntext=%s\ntransaction=%s\ndigest=%s\n", a.status,
                 a.fail_info, a.text, a.transaction_id, OBJ_nid2sn(a.digest));
    line("recipient_nonce", ca_buf_view(&a.recipient_nonce));
    line("content", ca_buf_view(&a.content));
    return 0;
}

int main(int argc, char **argv)
{
    struct given g = {
        .build = {.type = "19", .transaction_id = "T", .nonce = "0123456789abcdef"}
    };

    if (argc < 3)
        die("usage:", "build|read NAME=VALUE...");
    given_read(&g, argv + 2);
    return strcmp(argv[1], "build") == 0 ? build(&g) : read_answer(&g);
}
