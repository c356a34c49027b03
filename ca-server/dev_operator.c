/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ossl.h"
#include "base/pem.h"
#include "ca-server/bootstrap.h"
#include "ca-server/dev_internal.h"
#include "db/operator.h"

enum { LEAF_VALIDITY_S = 7 * 86400, PEM_MAX = 64 * 1024 };

static const struct dev_operator {
    const char *name;
    unsigned roles;
} people[] = {
    {"requester", CA_REQUESTER},
    {"officer1",  CA_OFFICER  },
    {"officer2",  CA_OFFICER  },
    {"admin",     CA_ADMIN    },
    {"auditor",   CA_AUDITOR  },
};

static void bio_bytes(BIO *bio, struct ca_buf *to)
{
    char *ptr = NULL;
    long len = BIO_get_mem_data(bio, &ptr);

    if (len > 0)
        ca_buf_add(to, ptr, (size_t)len);
}

/* A key of its own in software, and the request for it: PEM, in one file. */
static CA_RC request_make(struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    CA_AUTO(bio) BIO *bio = BIO_new(BIO_s_secmem());

    if (key == NULL || req == NULL || bio == NULL || X509_REQ_set_version(req, 0) != 1 ||
        X509_REQ_set_pubkey(req, key) != 1 || X509_REQ_sign(req, key, EVP_sha256()) == 0 ||
        PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1 ||
        PEM_write_bio_X509_REQ(bio, req) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no key for an operator");
    bio_bytes(bio, ret);
    return ca_buf_check(ret, err);
}

/* Written before it is used, so that a repetition asks for the same certificate. */
static CA_RC request_load(const struct dev *d, const char *name, struct ca_buf *ret,
                          struct ca_err *err)
{
    char path[PATH_MAX];

    CA_TRY(dev_path(d, name, path, err));
    if (dev_exists(d, name))
        return ca_file_read(path, ret, err);
    CA_TRY(request_make(ret, err));
    return dev_write(d, name, ca_buf_view(ret), 0600, err);
}

static CA_RC certificate_take(struct client *c, const char *name, struct ca_bytes request,
                              struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {.max = PEM_MAX};
    const struct wire_pair subject[] = {
        {"organization", "ca-server development"},
        {"common_name",  name                   },
    };
    struct bootstrap_issue ask = {
        .what = name,
        .profile = "operator",
        .authority = DEV_ISSUING,
        .subject = subject,
        .subject_n = CA_COUNT(subject),
        .validity_s = LEAF_VALIDITY_S,
    };

    CA_TRY(pem_take(&request, "CERTIFICATE REQUEST", &csr, err));
    ask.csr = ca_buf_view(&csr);
    return bootstrap_issue(c, &ask, ret, err);
}

static CA_RC operator_make(const struct dev *d, struct client *c, const struct dev_operator *who,
                           struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf request = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf key = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf cert = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf pem = {.max = PEM_MAX};
    struct ca_bytes left;
    char next[64];
    char file[64];
    char path[PATH_MAX];

    (void)snprintf(file, sizeof(file), "%s.pem", who->name);
    (void)snprintf(next, sizeof(next), "%s.next", who->name);
    if (!dev_certificate_due(d, file))
        return CA_OK;
    CA_TRY(request_load(d, next, &request, err));
    CA_TRY(certificate_take(c, who->name, ca_buf_view(&request), &cert, err));
    CA_TRY(bootstrap_enrol(c, who->name, who->roles, ca_buf_view(&cert), err));

    left = ca_buf_view(&request);
    CA_TRY(pem_take(&left, "PRIVATE KEY", &key, err));
    pem_put(&pem, "CERTIFICATE", ca_buf_view(&cert));
    pem_put(&pem, "PRIVATE KEY", ca_buf_view(&key));
    CA_TRY(ca_buf_check(&pem, err));
    CA_TRY(dev_write(d, file, ca_buf_view(&pem), 0600, err));
    CA_TRY(dev_path(d, next, path, err));
    (void)unlink(path);
    return CA_OK;
}

CA_RC dev_operators(struct dev *d, struct client *c, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(people); i++)
        CA_TRY(operator_make(d, c, &people[i], err));
    return CA_OK;
}

bool dev_operators_due(const struct dev *d)
{
    for (size_t i = 0; i < CA_COUNT(people); i++) {
        char file[64];

        (void)snprintf(file, sizeof(file), "%s.pem", people[i].name);
        if (dev_certificate_due(d, file))
            return true;
    }
    return false;
}

static bool cert_due(struct ca_bytes der)
{
    const unsigned char *at = der.ptr;
    CA_AUTO(x509) X509 *cert = d2i_X509(NULL, &at, (long)der.len);
    int days = 0;
    int seconds = 0;
    int64_t life;
    int64_t used;

    if (cert == NULL ||
        ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(cert), X509_get0_notAfter(cert)) != 1)
        return true;
    life = (int64_t)days * 86400 + seconds;
    if (ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(cert), NULL) != 1)
        return true;
    used = (int64_t)days * 86400 + seconds;
    return used * 3 >= life * 2;
}

bool dev_certificate_due(const struct dev *d, const char *name)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = PEM_MAX};
    CA_AUTO(buf) struct ca_buf der = {.max = PEM_MAX};
    struct ca_bytes left;
    char path[PATH_MAX];
    struct ca_err err;

    if (dev_path(d, name, path, &err) != CA_OK || ca_file_read(path, &pem, &err) != CA_OK)
        return true;
    left = ca_buf_view(&pem);
    return pem_take(&left, "CERTIFICATE", &der, &err) != CA_OK || cert_due(ca_buf_view(&der));
}
