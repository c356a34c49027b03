/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "base/buf.h"
#include "base/ossl.h"
#include "hsm/hsm_internal.h"

CA_AUTO_DEFINE(conf, CONF *, NCONF_free);
CA_AUTO_DEFINE(ui_method, UI_METHOD *, UI_destroy_method);
CA_AUTO_DEFINE(store_info, OSSL_STORE_INFO *, OSSL_STORE_INFO_free);

static void store_close(OSSL_STORE_CTX *store)
{
    (void)OSSL_STORE_close(store);
}
CA_AUTO_DEFINE(store, OSSL_STORE_CTX *, store_close);

/* OpenSSL 3.0 hands parameters to a provider through configuration only, so this is a
 * configuration, from memory, for the one library context. The default provider comes first: else
 * software keys would be verified in the token. no-deinit: SoftHSM's destructors run before the
 * provider's. early: a module that does not load is found now. */
static void config_write(const char *module_path, struct ca_buf *ret)
{
    ca_buf_str(ret, "openssl_conf = o\n[o]\nproviders = p\n[p]\ndefault = d\npkcs11 = k\n"
                    "[d]\nactivate = 1\n"
                    "[k]\npkcs11-module-quirks = no-deinit\npkcs11-module-cache-keys = false\n"
                    "pkcs11-module-load-behavior = early\npkcs11-module-path = ");
    for (const char *c = module_path; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("/._-", *c) == NULL)
            ca_buf_u8(ret, '\\');
        ca_buf_u8(ret, (uint8_t)*c);
    }
    ca_buf_str(ret, "\nactivate = 1\n");
}

static CA_RC config_load(OSSL_LIB_CTX *libctx, struct ca_bytes text, struct ca_err *err)
{
    CA_AUTO(conf) CONF *conf = NCONF_new_ex(libctx, NULL);
    CA_AUTO(bio) BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
    long line;

    if (conf == NULL || bio == NULL)
        return CA_FAIL_NOMEM(err);
    if (NCONF_load_bio(conf, bio, &line) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "configuration of the provider, line %ld", line);
    if (CONF_modules_load(conf, NULL, 0) <= 0 || !OSSL_PROVIDER_available(libctx, "pkcs11") ||
        !OSSL_PROVIDER_available(libctx, "default")) {
        return CA_FAIL_OSSL(err, CA_NOT_FOUND,
                            "no OpenSSL provider pkcs11: install pkcs11-provider");
    }
    ERR_clear_error(); /* engines that are not there */
    return CA_OK;
}

CA_RC provider_load(const char *module_path, OSSL_LIB_CTX **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    OSSL_LIB_CTX *libctx;
    enum ca_rc rc;

    if (strpbrk(module_path, "\r\n") != NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "the path of the module holds a line break");
    /* It would go before our path. */
    (void)unsetenv("PKCS11_PROVIDER_MODULE");
    config_write(module_path, &text);
    CA_TRY(ca_buf_check(&text, err));
    libctx = OSSL_LIB_CTX_new();
    if (libctx == NULL)
        return CA_FAIL_NOMEM(err);
    rc = config_load(libctx, ca_buf_view(&text), err);
    if (rc != CA_OK)
        return rc; /* the context stays: unloading a provider would finalise the module */
    *ret = libctx;
    return CA_OK;
}

static void uri_put(struct ca_buf *uri, const char *name, struct ca_bytes value)
{
    ca_buf_printf(uri, ";%s=", name);
    for (size_t i = 0; i < value.len; i++)
        ca_buf_printf(uri, "%%%02x", value.ptr[i]);
}

/* The token is logged in already. Whatever asks for a PIN gets none: it could only be wrong. */
static int pin_refuse(UI *ui, UI_STRING *string)
{
    (void)ui;
    (void)string;
    return 0;
}

static CA_RC store_key(OSSL_STORE_CTX *store, EVP_PKEY **ret, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;

    while (!OSSL_STORE_eof(store)) {
        CA_AUTO(store_info) OSSL_STORE_INFO *info = OSSL_STORE_load(store);

        if (info == NULL || OSSL_STORE_INFO_get_type(info) != OSSL_STORE_INFO_PKEY)
            continue;
        if (key != NULL)
            return CA_FAIL(err, CA_CONFLICT, "pkcs11-provider finds several keys");
        key = OSSL_STORE_INFO_get1_PKEY(info);
    }
    if (key == NULL)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "pkcs11-provider does not find the key");
    *ret = CA_MOVE(key);
    return CA_OK;
}

CA_RC provider_key(struct hsm *hsm, const struct hsm_key *key, EVP_PKEY **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf uri = {.max = 4096};
    CA_AUTO(ui_method) UI_METHOD *ui = UI_create_method("no PIN");
    CA_AUTO(store) OSSL_STORE_CTX *store = NULL;
    struct watch watch;
    enum ca_rc rc;

    ca_buf_str(&uri, "pkcs11:type=private");
    uri_put(&uri, "serial", ca_bytes_str(hsm->token.serial));
    uri_put(&uri, "token", ca_bytes_str(hsm->token.label));
    uri_put(&uri, "object", ca_bytes_str(key->label));
    if (key->id_len > 0)
        uri_put(&uri, "id", (struct ca_bytes){key->id, key->id_len});
    CA_TRY(ca_buf_check(&uri, err));
    if (ui == NULL || UI_method_set_reader(ui, pin_refuse) != 0)
        return CA_FAIL_NOMEM(err);

    ERR_clear_error();
    watch_begin(hsm->dog, &watch, "OSSL_STORE_load");
    store = OSSL_STORE_open_ex(ca_buf_cstr(&uri), hsm->libctx, "provider=pkcs11", ui, NULL, NULL,
                               NULL, NULL);
    rc = store != NULL ? store_key(store, ret, err)
                       : CA_FAIL_OSSL(err, CA_UNAVAILABLE, "pkcs11-provider opens no store");
    watch_end(hsm->dog, &watch);
    ERR_clear_error();
    return rc;
}
