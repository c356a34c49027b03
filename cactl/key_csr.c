/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/x509v3.h>

#include "base/pem.h"
#include "cactl/key.h"
#include "cactl/subject.h"

CA_AUTO_DEFINE(general_names, GENERAL_NAMES *, GENERAL_NAMES_free);
typedef STACK_OF(X509_EXTENSION) *extensions;
static void extensions_free(extensions e)
{
    sk_X509_EXTENSION_pop_free(e, X509_EXTENSION_free);
}
CA_AUTO_DEFINE(extensions, extensions, extensions_free);

static CA_RC subject_set(const struct app *app, X509_REQ *req, struct ca_err *err)
{
    X509_NAME *name = X509_REQ_get_subject_name(req);
    struct subject items;

    CA_TRY(subject_read(&app->args, &items, err));
    for (size_t i = 0; i < items.n; i++) {
        const unsigned char *value = (const unsigned char *)items.items[i].value;

        if (X509_NAME_add_entry_by_NID(name, items.items[i].attribute->nid, MBSTRING_UTF8, value,
                                       -1, -1, 0) != 1) {
            (void)CA_FAIL_OSSL(err, CA_MALFORMED, "x");
            return CA_FAIL_USAGE(err, "%s=%.60s cannot stand in a subject",
                                 items.items[i].attribute->name, items.items[i].value);
        }
    }
    return CA_OK;
}

static CA_RC names_of(const struct app *app, int type, const char *flag, GENERAL_NAMES *to,
                      struct ca_err *err)
{
    const char *value;
    size_t at = 0;

    while ((value = args_next(&app->args, flag, &at)) != NULL) {
        /* Straight from the value: nothing in it starts another name. */
        GENERAL_NAME *name = a2i_GENERAL_NAME(NULL, NULL, NULL, type, value, 0);

        if (name == NULL) {
            (void)CA_FAIL_OSSL(err, CA_MALFORMED, "x");
            return CA_FAIL_USAGE(err, "--%s %.60s: is none", flag, value);
        }
        if (sk_GENERAL_NAME_push(to, name) <= 0) {
            GENERAL_NAME_free(name);
            return CA_FAIL_NOMEM(err);
        }
    }
    return CA_OK;
}

static CA_RC names_set(const struct app *app, X509_REQ *req, struct ca_err *err)
{
    static const struct {
        const char *flag;
        int type;
    } types[] = {
        {"dns",   GEN_DNS  },
        {"ip",    GEN_IPADD},
        {"email", GEN_EMAIL},
        {"uri",   GEN_URI  }
    };
    CA_AUTO(general_names) GENERAL_NAMES *names = GENERAL_NAMES_new();
    CA_AUTO(extensions) extensions list = NULL;

    if (names == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < CA_COUNT(types); i++)
        CA_TRY(names_of(app, types[i].type, types[i].flag, names, err));
    if (sk_GENERAL_NAME_num(names) == 0)
        return CA_OK;
    /* RFC 5280 4.2.1.6: critical when the subject is empty. */
    if (X509V3_add1_i2d(&list, NID_subject_alt_name, names,
                        X509_NAME_entry_count(X509_REQ_get_subject_name(req)) == 0, 0) != 1 ||
        X509_REQ_add_extensions(req, list) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "names cannot be written");
    return CA_OK;
}

static CA_RC sign(X509_REQ *req, EVP_PKEY *key, struct ca_key_spec spec, struct ca_err *err)
{
    const char *digest = ca_signature_info(ca_signature_default(spec, false))->digest;
    const EVP_MD *md = digest != NULL ? EVP_get_digestbyname(digest) : NULL;

    if (X509_REQ_sign(req, key, md) <= 0)
        return CA_FAIL_OSSL(err, CA_FAULT, "the request cannot be signed");
    return CA_OK;
}

CA_RC key_csr(const struct app *app, EVP_PKEY *key, struct ca_key_spec spec, struct ca_buf *ret,
              struct ca_err *err)
{
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    unsigned char *der = NULL;
    int len;

    if (req == NULL || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(req, key) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no request");
    CA_TRY(subject_set(app, req, err));
    CA_TRY(names_set(app, req, err));
    CA_TRY(sign(req, key, spec, err));
    len = i2d_X509_REQ(req, &der);
    if (len <= 0)
        return CA_FAIL_OSSL(err, CA_FAULT, "the request cannot be written");
    pem_put(ret, "CERTIFICATE REQUEST", (struct ca_bytes){der, (size_t)len});
    OPENSSL_free(der);
    return ca_buf_check(ret, err);
}
