/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

enum { RSA_BITS = 3072 };

/* The first entry of "allow:" below "key:" in the profile's YAML, as a key to make; both may stand
 * in one line. A range of RSA sizes is taken at 3072 bits. */
static bool spec_of_profile(const char *yaml, struct ca_key_spec *ret)
{
    const char *section = strstr(yaml, "\nkey:");
    const char *allow = section != NULL ? strstr(section, "allow: [") : NULL;
    char kind[32] = "";
    const char *quote = allow != NULL ? strchr(allow, '"') : NULL;
    size_t len = quote != NULL ? strcspn(quote + 1, "\"") : 0;

    if (len == 0 || len >= sizeof(kind))
        return false;
    memcpy(kind, quote + 1, len);
    if (strncmp(kind, "rsa:", 4) == 0) {
        *ret = (struct ca_key_spec){CA_KEY_RSA, RSA_BITS};
        return true;
    }
    return ca_key_spec_parse(kind, ret);
}

CA_RC key_choose(struct app *app, struct ca_key_spec *ret, struct ca_err *err)
{
    const char *text = args_text(&app->args, "key");
    const char *name = args_text(&app->args, "profile");
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *profile = NULL;

    *ret = (struct ca_key_spec){CA_KEY_P256, 256};
    if (text != NULL && !ca_key_spec_parse(text, ret))
        return CA_FAIL_USAGE(err, "--key %.40s: as ec:P-256, ec:P-384, rsa:3072, ed25519", text);
    if (text != NULL || name == NULL)
        return CA_OK;
    ca_buf_str(&path, "/api/v1/profiles");
    path_add(&path, name);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get(app, ca_buf_cstr(&path), &profile, err));
    if (!spec_of_profile(json_text(profile, "yaml"), ret))
        return CA_FAIL_USAGE(err, "which key does profile %.60s take? give --key", name);
    return CA_OK;
}

CA_RC key_make(struct ca_key_spec spec, EVP_PKEY **ret, struct ca_err *err)
{
    const struct ca_key_info *info = ca_key_info(spec.kind);
    CA_AUTO(evp_pkey_ctx)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, info->type, NULL);
    unsigned bits = spec.bits;
    char *group = (char *)(uintptr_t)info->group;
    OSSL_PARAM params[2] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};

    if (spec.kind == CA_KEY_RSA) {
        params[0] = OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &bits);
    } else if (group != NULL) {
        params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    }
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_params(ctx, params) != 1 || EVP_PKEY_generate(ctx, ret) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no key of kind %s can be made", info->name);
    return CA_OK;
}

static CA_RC key_pem(const struct app *app, EVP_PKEY *key, BIO *bio, struct ca_err *err)
{
    const char *file = args_text(&app->args, "key-passphrase-file");
    CA_AUTO(secret) struct ca_secret *secret = NULL;
    struct ca_bytes pass = {NULL, 0};

    if (file != NULL) {
        CA_TRY(ca_secret_from_file(file, &secret, err));
        pass = ca_secret_view(secret);
    }
    if (PEM_write_bio_PKCS8PrivateKey(bio, key, file != NULL ? EVP_aes_256_cbc() : NULL,
                                      (const char *)pass.ptr, (int)pass.len, NULL, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "the key cannot be written");
    return CA_OK;
}

CA_RC key_write(const struct app *app, EVP_PKEY *key, struct ca_err *err)
{
    const char *path = args_text(&app->args, "key-out");
    CA_AUTO(bio) BIO *bio = BIO_new(BIO_s_secmem()); /* cleansed when freed */
    CA_AUTO(fd) int fd = -1;
    const uint8_t *text = NULL;
    long len;

    if (bio == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(key_pem(app, key, bio, err));
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return CA_FAIL(err, CA_CONFLICT, "%.150s exists; a key is never written over", path);
    if (fd < 0)
        return CA_FAIL_USAGE(err, "%.150s: %s", path, strerror(errno));
    len = BIO_get_mem_data(bio, &text);
    CA_TRY(ca_fd_write_all(fd, (struct ca_bytes){text, (size_t)len}, err));
    if (fsync(fd) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%.150s: %s", path, strerror(errno));
    return CA_OK;
}
