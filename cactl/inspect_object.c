/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/algorithm.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"
#include "cactl/chain.h"
#include "cactl/inspect.h"

enum { OID_TEXT = 128, GROUP_TEXT = 80, ENTRIES_SHOWN = 20 };

CA_AUTO_DEFINE(asn1_integer, ASN1_INTEGER *, ASN1_INTEGER_free);

static CA_RC name_set(json_t *o, const char *member, const X509_NAME *name, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    CA_TRY(chain_name(name, &text, err));
    return json_set_buf(o, member, &text, err);
}

static CA_RC time_set(json_t *o, const char *member, const ASN1_TIME *at, struct ca_err *err)
{
    struct tm t = {0};
    char text[CA_TIME_TEXT];
    int64_t seconds = 0;
    struct ca_civil civil;

    if (at == NULL)
        return CA_OK;
    if (ASN1_TIME_to_tm(at, &t) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "%s is no time", member);
    civil =
        (struct ca_civil){t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec};
    if (!ca_civil_to_time(&civil, &seconds))
        return CA_FAIL(err, CA_MALFORMED, "%s is no time", member);
    return json_set_text(o, member, ca_time_text(seconds, text)) ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC serial_set(json_t *o, const ASN1_INTEGER *serial, struct ca_err *err)
{
    struct ca_bytes octets = {ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)};
    CA_AUTO(buf) struct ca_buf text = {0};

    if ((ASN1_STRING_type(serial) & V_ASN1_NEG) != 0)
        ca_buf_u8(&text, '-');
    for (size_t i = 0; i < octets.len; i++)
        ca_buf_printf(&text, "%02x", octets.ptr[i] + 0U);
    return json_set_buf(o, "serial", &text, err);
}

/* "ec:P-256", "rsa:3072", as --key takes it; else OpenSSL's words. */
static void key_text(EVP_PKEY *key, char *ret, size_t size)
{
    char group[GROUP_TEXT] = "";
    struct ca_key_spec spec;

    if (EVP_PKEY_is_a(key, "RSA")) {
        (void)snprintf(ret, size, "rsa:%d", EVP_PKEY_get_bits(key));
        return;
    }
    (void)EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
    (void)snprintf(ret, size, "%s %s", EVP_PKEY_get0_type_name(key), group);
    if (ca_key_spec_parse(group[0] != '\0' ? group : "ed25519", &spec) &&
        EVP_PKEY_is_a(key, ca_key_info(spec.kind)->type))
        (void)snprintf(ret, size, "%s", ca_key_info(spec.kind)->name);
}

static CA_RC key_set(json_t *o, EVP_PKEY *key, struct ca_err *err)
{
    char text[GROUP_TEXT * 2] = "not known";

    if (key != NULL)
        key_text(key, text, sizeof(text));
    return json_set_text(o, "key", text) ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC signature_set(json_t *o, int nid, struct ca_err *err)
{
    const char *name = OBJ_nid2ln(nid);

    return json_set_text(o, "signature", name != NULL ? name : "not known") ? CA_OK
                                                                            : CA_FAIL_NOMEM(err);
}

static CA_RC fingerprint_set(json_t *o, unsigned char *der, int len, struct ca_err *err)
{
    uint8_t digest[CA_SHA256_LEN];
    char text[2 * CA_SHA256_LEN + 1];
    enum ca_rc rc;

    if (len <= 0)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "it cannot be written again");
    rc = ca_sha256((struct ca_bytes){der, (size_t)len}, digest, err);
    OPENSSL_free(der);
    CA_TRY(rc);
    (void)ca_hex((struct ca_bytes){digest, sizeof(digest)}, text);
    return json_set_text(o, "fingerprint", text) ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC extension_text(X509_EXTENSION *extension, struct ca_buf *to, struct ca_err *err)
{
    CA_AUTO(bio) BIO *bio = BIO_new(BIO_s_mem());
    const char *text = NULL;
    long len;

    if (bio == NULL || X509V3_EXT_print(bio, extension, X509V3_EXT_DUMP_UNKNOWN, 0) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "an extension cannot be shown");
    len = BIO_get_mem_data(bio, &text);
    for (long i = 0; i < len; i++) { /* one line, and only ASCII: it may hold anything */
        ca_buf_u8(to, text[i] >= ' ' && text[i] < 0x7f ? (uint8_t)text[i]
                      : text[i] == '\n'                ? ' '
                                                       : '?');
    }
    return ca_buf_check(to, err);
}

static CA_RC extension_json(X509_EXTENSION *extension, json_t *list, struct ca_err *err)
{
    ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
    int nid = OBJ_obj2nid(object);
    CA_AUTO(buf) struct ca_buf value = {0};
    CA_AUTO(json) json_t *item = NULL;
    char oid[OID_TEXT];

    (void)OBJ_obj2txt(oid, sizeof(oid), object, 1);
    CA_TRY(extension_text(extension, &value, err));
    item = json_pack("{s:s, s:s, s:b}", "name", nid != NID_undef ? OBJ_nid2ln(nid) : oid, "oid",
                     oid, "critical", X509_EXTENSION_get_critical(extension));
    if (item == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(json_set_buf(item, "content", &value, err));
    return json_array_append(list, item) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC extensions_set(json_t *o, const STACK_OF(X509_EXTENSION) *extensions,
                            struct ca_err *err)
{
    CA_AUTO(json) json_t *list = json_array();

    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++)
        CA_TRY(extension_json(sk_X509_EXTENSION_value(extensions, i), list, err));
    return json_object_set(o, "extensions", list) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

CA_RC inspect_certificate(X509 *cert, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *o = json_pack("{s:s}", "type", "certificate");
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);

    CA_TRY(fingerprint_set(o, der, len, err));
    CA_TRY(name_set(o, "subject", X509_get_subject_name(cert), err));
    CA_TRY(name_set(o, "issuer", X509_get_issuer_name(cert), err));
    CA_TRY(serial_set(o, X509_get0_serialNumber(cert), err));
    CA_TRY(time_set(o, "not_before", X509_get0_notBefore(cert), err));
    CA_TRY(time_set(o, "not_after", X509_get0_notAfter(cert), err));
    CA_TRY(key_set(o, X509_get0_pubkey(cert), err));
    CA_TRY(signature_set(o, X509_get_signature_nid(cert), err));
    CA_TRY(extensions_set(o, X509_get0_extensions(cert), err));
    *ret = CA_MOVE(o);
    return CA_OK;
}

static CA_RC revoked_set(X509_CRL *crl, json_t *o, struct ca_err *err)
{
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
    CA_AUTO(json) json_t *list = json_array();
    int n = sk_X509_REVOKED_num(all);

    for (int i = 0; i < n && i < ENTRIES_SHOWN; i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(all, i);
        json_t *item = json_object();

        if (json_array_append_new(list, item) != 0)
            return CA_FAIL_NOMEM(err);
        CA_TRY(serial_set(item, X509_REVOKED_get0_serialNumber(entry), err));
        CA_TRY(time_set(item, "revoked_at", X509_REVOKED_get0_revocationDate(entry), err));
    }
    if (json_object_set_new(o, "entries", json_integer(n > 0 ? n : 0)) != 0 ||
        json_object_set(o, "first_entries", list) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

CA_RC inspect_crl(X509_CRL *crl, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *o = json_pack("{s:s}", "type", "crl");
    CA_AUTO(asn1_integer)
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);

    CA_TRY(fingerprint_set(o, der, len, err));
    CA_TRY(name_set(o, "issuer", X509_CRL_get_issuer(crl), err));
    if (number != NULL &&
        json_object_set_new(o, "number", json_integer(ASN1_INTEGER_get(number))) != 0)
        return CA_FAIL_NOMEM(err);
    CA_TRY(time_set(o, "this_update", X509_CRL_get0_lastUpdate(crl), err));
    CA_TRY(time_set(o, "next_update", X509_CRL_get0_nextUpdate(crl), err));
    CA_TRY(signature_set(o, X509_CRL_get_signature_nid(crl), err));
    CA_TRY(revoked_set(crl, o, err));
    CA_TRY(extensions_set(o, X509_CRL_get0_extensions(crl), err));
    *ret = CA_MOVE(o);
    return CA_OK;
}

CA_RC inspect_csr(X509_REQ *csr, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *o = json_pack("{s:s}", "type", "csr");
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(csr);
    EVP_PKEY *key = X509_REQ_get0_pubkey(csr);
    unsigned char *der = NULL;
    int len = i2d_X509_REQ(csr, &der);
    bool good = key != NULL && X509_REQ_verify(csr, key) == 1;
    enum ca_rc rc = extensions_set(o, extensions, err);

    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    if (rc == CA_OK) {
        rc = fingerprint_set(o, der, len, err);
    } else {
        OPENSSL_free(der);
    }
    CA_TRY(rc);
    CA_TRY(name_set(o, "subject", X509_REQ_get_subject_name(csr), err));
    CA_TRY(key_set(o, key, err));
    CA_TRY(signature_set(o, X509_REQ_get_signature_nid(csr), err));
    if (json_object_set_new(o, "signature_good", json_boolean(good)) != 0)
        return CA_FAIL_NOMEM(err);
    *ret = CA_MOVE(o);
    return CA_OK;
}
