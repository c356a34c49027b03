/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/x509_vfy.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/pem.h"
#include "base/text.h"
#include "cactl/ca.h"
#include "cactl/cert.h"
#include "cactl/chain.h"
#include "cactl/object.h"
#include "cactl/resolve.h"
#include "cactl/source.h"

CA_AUTO_DEFINE(x509_store_ctx, X509_STORE_CTX *, X509_STORE_CTX_free);

enum { FILE_MAX = 256 * 1024, FINGERPRINT_TEXT = 2 * CA_SHA256_LEN + 1 };

/* All that a verification is made of. */
struct check {
    X509 *leaf;
    x509_stack untrusted;
    X509_STORE *store;
    json_t *authorities;
    json_t *record; /* the server's object; NULL: it did not issue this */
};
static void check_done(struct check c)
{
    X509_free(c.leaf);
    x509_stack_free(c.untrusted);
    X509_STORE_free(c.store);
    json_decref(c.authorities);
    json_decref(c.record);
}
CA_AUTO_DEFINE(check, struct check, check_done);

static CA_RC fingerprint(X509 *cert, char ret[FINGERPRINT_TEXT], struct ca_err *err)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    uint8_t digest[CA_SHA256_LEN];
    enum ca_rc rc;

    if (len <= 0)
        return CA_FAIL_OSSL(err, CA_FAULT, "a certificate cannot be written");
    rc = ca_sha256((struct ca_bytes){der, (size_t)len}, digest, err);
    OPENSSL_free(der);
    CA_TRY(rc);
    (void)ca_hex((struct ca_bytes){digest, sizeof(digest)}, ret);
    return CA_OK;
}

static CA_RC record_find(struct app *app, struct check *c, struct ca_err *err)
{
    char text[FINGERPRINT_TEXT];
    enum ca_rc rc;

    CA_TRY(fingerprint(c->leaf, text, err));
    rc = resolve_certificate(app, text, &c->record, err);
    if (rc == CA_NOT_FOUND && app->status == 0)
        return CA_OK; /* another's certificate can be checked too */
    return rc;
}

/* From a file: the first certificate; what follows helps to build the chain. */
static CA_RC leaf_from_file(struct app *app, struct check *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf file = {.max = FILE_MAX};
    CA_AUTO(x509_stack) x509_stack all = sk_X509_new_null();

    CA_TRY(source_read(app->args.words[0], &file, err));
    if (all == NULL)
        return CA_FAIL_NOMEM(err);
    if (!pem_is(ca_buf_view(&file))) {
        CA_TRY(chain_certificate(ca_buf_view(&file), &c->leaf, err));
    } else {
        CA_TRY(chain_read(ca_buf_view(&file), all, err));
        c->leaf = sk_X509_shift(all);
        while (sk_X509_num(all) > 0) {
            if (sk_X509_push(c->untrusted, sk_X509_shift(all)) <= 0)
                return CA_FAIL_NOMEM(err);
        }
    }
    return record_find(app, c, err);
}

static CA_RC leaf_by_id(struct app *app, struct check *c, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf der = {0};

    CA_TRY(resolve_certificate(app, app->args.words[0], &c->record, err));
    ca_buf_printf(&path, "/api/v1/certificates/%s/content.der", json_text(c->record, "id"));
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_content(app, ca_buf_cstr(&path), "*/*", &der, err));
    return chain_certificate(ca_buf_view(&der), &c->leaf, err);
}

/* Roots are trusted unless --trust names others; the rest helps to build the chain. */
static CA_RC issuer_add(struct app *app, const char *name, struct check *c, struct ca_err *err)
{
    bool own_roots = args_text(&app->args, "trust") == NULL;
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf pem = {0};
    CA_AUTO(x509_stack) x509_stack chain = sk_X509_new_null();

    CA_TRY(ca_path(name, "/chain", &path, err));
    CA_TRY(rest_content(app, ca_buf_cstr(&path), "application/pem-certificate-chain", &pem, err));
    CA_TRY(chain_read(ca_buf_view(&pem), chain, err));
    while (sk_X509_num(chain) > 0) {
        CA_AUTO(x509) X509 *cert = sk_X509_shift(chain);

        if (X509_self_signed(cert, 0) == 1) {
            if (own_roots && X509_STORE_add_cert(c->store, cert) != 1)
                return CA_FAIL_OSSL(err, CA_FAULT, "no trust");
        } else if (sk_X509_push(c->untrusted, cert) <= 0) {
            return CA_FAIL_NOMEM(err);
        } else {
            cert = NULL;
        }
    }
    return CA_OK;
}

static CA_RC roots_read(const char *file, X509_STORE *to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = FILE_MAX};
    CA_AUTO(x509_stack) x509_stack roots = sk_X509_new_null();

    CA_TRY(source_read(file, &pem, err));
    CA_TRY(chain_read(ca_buf_view(&pem), roots, err));
    for (int i = 0; i < sk_X509_num(roots); i++) {
        if (X509_STORE_add_cert(to, sk_X509_value(roots, i)) != 1)
            return CA_FAIL_OSSL(err, CA_FAULT, "no trust");
    }
    return CA_OK;
}

static CA_RC issuers_load(struct app *app, struct check *c, struct ca_err *err)
{
    const char *trust = args_text(&app->args, "trust");
    size_t i;
    json_t *authority;

    CA_TRY(rest_get(app, "/api/v1/authorities", &c->authorities, err));
    json_array_foreach(json_object_get(c->authorities, "items"), i, authority)
    {
        if (json_at(authority, "fingerprint") != NULL)
            CA_TRY(issuer_add(app, json_text(authority, "name"), c, err));
    }
    return trust != NULL ? roots_read(trust, c->store, err) : CA_OK;
}

/* Below a root elsewhere, the CRL about an authority is elsewhere too: only the leaf's must be
 * there. */
static int forgive(int ok, X509_STORE_CTX *ctx)
{
    if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNABLE_TO_GET_CRL &&
        X509_STORE_CTX_get_error_depth(ctx) > 0)
        return 1;
    return ok;
}

/* One run over the chain. *ret: X509_V_OK, or why not. */
static CA_RC run(struct check *c, bool crls, int *ret, x509_stack *ret_chain, struct ca_err *err)
{
    CA_AUTO(x509_store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    unsigned long flags =
        X509_V_FLAG_X509_STRICT | (crls ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0);

    if (ctx == NULL || X509_STORE_CTX_init(ctx, c->store, c->leaf, c->untrusted) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no verification");
    X509_STORE_CTX_set_flags(ctx, flags);
    X509_STORE_CTX_set_verify_cb(ctx, forgive);
    *ret = X509_V_OK;
    if (X509_verify_cert(ctx) != 1)
        *ret = X509_STORE_CTX_get_error(ctx);
    if (ret_chain != NULL)
        *ret_chain = X509_STORE_CTX_get1_chain(ctx);
    return CA_OK;
}

/* The name of the authority that has this certificate; NULL: none of this server's. */
static CA_RC authority_of(const struct check *c, X509 *cert, const char **ret, struct ca_err *err)
{
    char text[FINGERPRINT_TEXT];
    size_t i;
    json_t *authority;

    *ret = NULL;
    CA_TRY(fingerprint(cert, text, err));
    json_array_foreach(json_object_get(c->authorities, "items"), i, authority)
    {
        if (strcmp(json_text(authority, "fingerprint"), text) == 0)
            *ret = json_text(authority, "name");
    }
    return CA_OK;
}

static CA_RC crls_load(struct app *app, struct check *c, x509_stack chain, struct ca_err *err)
{
    int n = sk_X509_num(chain);

    for (int i = n > 1 ? 1 : 0; i < n; i++) { /* a root lists itself */
        CA_AUTO(x509_crl) X509_CRL *crl = NULL;
        CA_AUTO(buf) struct ca_buf der = {0};
        const char *name = NULL;

        CA_TRY(authority_of(c, sk_X509_value(chain, i), &name, err));
        if (name == NULL)
            continue;
        CA_TRY(chain_crl(app, name, &der, &crl, err));
        if (X509_STORE_add_crl(c->store, crl) != 1)
            return CA_FAIL_OSSL(err, CA_FAULT, "no CRL");
    }
    return CA_OK;
}

static CA_RC chain_json(x509_stack chain, json_t *list, struct ca_err *err)
{
    for (int i = 0; i < sk_X509_num(chain); i++) {
        CA_AUTO(buf) struct ca_buf name = {0};

        CA_TRY(chain_name(X509_get_subject_name(sk_X509_value(chain, i)), &name, err));
        if (json_array_append_new(list, json_string(name.len > 0 ? ca_buf_cstr(&name) : "")) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return CA_OK;
}

/* What the server's record says against it, though no CRL does yet; NULL: nothing. */
static const char *record_says(const struct check *c)
{
    const char *status = json_text(c->record, "status");

    if (strcmp(status, "revoked") == 0 || strcmp(status, "held") == 0)
        return strcmp(status, "held") == 0 ? "on hold" : "revoked";
    return NULL;
}

static CA_RC result_show(struct app *app, const struct check *c, int verdict, x509_stack chain,
                         struct ca_err *err)
{
    const char *reason =
        verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : record_says(c);
    const char *status = json_string_value(json_at(c->record, "status"));
    CA_AUTO(json) json_t *names = json_array();
    CA_AUTO(json) json_t *result = NULL;
    CA_AUTO(buf) struct ca_buf subject = {0};

    CA_TRY(chain_name(X509_get_subject_name(c->leaf), &subject, err));
    CA_TRY(chain_json(chain, names, err));
    result = json_pack("{s:b, s:s?, s:s?, s:O}", "good", reason == NULL, "reason", reason, "status",
                       status, "chain", names);
    if (result == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(json_set_buf(result, "subject", &subject, err));
    app->exit = reason == NULL ? EXIT_FINE : EXIT_REFUSED;
    return output_object(app, &view_verified, result, err);
}

CA_RC cert_verify(struct app *app, struct ca_err *err)
{
    const char *id = app->args.words[0];
    bool file = strcmp(id, "-") == 0 || access(id, F_OK) == 0 || strchr(id, '/') != NULL;
    CA_AUTO(check)
    struct check c = {.store = X509_STORE_new(), .untrusted = sk_X509_new_null()};
    CA_AUTO(x509_stack) x509_stack chain = NULL;
    int verdict = X509_V_OK;

    if (c.store == NULL || c.untrusted == NULL)
        return CA_FAIL_NOMEM(err);
    if (args_on(&app->args, "curl"))
        return CA_FAIL_USAGE(err, "cert verify is several calls and a check made here: no --curl");
    CA_TRY(file ? leaf_from_file(app, &c, err) : leaf_by_id(app, &c, err));
    CA_TRY(issuers_load(app, &c, err));
    CA_TRY(run(&c, false, &verdict, &chain, err));
    if (verdict == X509_V_OK) {
        CA_TRY(crls_load(app, &c, chain, err));
        CA_TRY(run(&c, true, &verdict, NULL, err));
    }
    return result_show(app, &c, verdict, chain, err);
}
