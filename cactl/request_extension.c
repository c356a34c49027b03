/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "cactl/request.h"
#include "cactl/source.h"

/* Extensions and digest of a request: flags into the members of RequestSubmit. */

enum { WORD_MAX = 253, DER_MAX = 4096, PATH_LENGTH_MAX = 255 };

/* Short forms; every other word goes to the server as it is. */
struct alias {
    const char *word;
    const char *name;
};
static const struct alias kus[] = {
    {"sig",      "digital_signature" },
    {"commit",   "content_commitment"},
    {"enc",      "key_encipherment"  },
    {"data",     "data_encipherment" },
    {"agree",    "key_agreement"     },
    {"certsign", "key_cert_sign"     },
    {"crlsign",  "crl_sign"          },
    {"enconly",  "encipher_only"     },
    {"deconly",  "decipher_only"     },
};
static const struct alias ekus[] = {
    {"server",    "server_auth"             },
    {"client",    "client_auth"             },
    {"code",      "code_signing"            },
    {"email",     "email_protection"        },
    {"timestamp", "time_stamping"           },
    {"ocsp",      "ocsp_signing"            },
    {"ike",       "ipsec_ike"               },
    {"pkinit",    "pkinit_kdc"              },
    {"smartcard", "smartcard_logon"         },
    {"ct",        "certificate_transparency"},
};
static const struct alias criticals[] = {
    {"bc",  "basic_constraints"},
    {"ku",  "ku"               },
    {"eku", "eku"              },
    {"aki", "aki"              },
};

static const char *name_of(const struct alias *aliases, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(aliases[i].word, word) == 0)
            return aliases[i].name;
    }
    return word;
}

/* The next word of "a,b,c"; false: no more. */
static bool word_next(const char **at, char ret[WORD_MAX + 1], bool *ret_fits)
{
    size_t len = strcspn(*at, ",");

    *ret_fits = len > 0 && len <= WORD_MAX;
    if (**at == '\0')
        return false;
    if (*ret_fits) {
        memcpy(ret, *at, len);
        ret[len] = '\0';
    }
    *at += len + ((*at)[len] == ',' ? 1 : 0);
    return true;
}

/* The member of that name, made when there is none. Borrowed; NULL: no memory. */
static json_t *part_of(json_t *object, const char *name)
{
    json_t *part = json_object_get(object, name);

    if (part != NULL)
        return part;
    part = json_object();
    return json_object_set_new(object, name, part) == 0 ? part : NULL;
}

static CA_RC usages_set(const struct app *app, const char *flag, const struct alias *aliases,
                        size_t n, json_t *ext, struct ca_err *err)
{
    const char *at = args_text(&app->args, flag);
    CA_AUTO(json) json_t *list = json_array();
    char word[WORD_MAX + 1];
    bool fits = false;
    json_t *part;

    if (at == NULL)
        return CA_OK;
    while (word_next(&at, word, &fits)) {
        if (!fits || json_array_append_new(list, json_string(name_of(aliases, n, word))) != 0)
            return CA_FAIL_USAGE(err, "--%s: names with commas between", flag);
    }
    part = part_of(ext, flag);
    if (part == NULL || json_object_set(part, "usages", list) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

/* --ext OID=FILE */
static CA_RC other_set(const char *value, json_t *list, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {.max = DER_MAX};
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *equals = strchr(value, '=');
    json_t *one;

    if (equals == NULL || equals == value)
        return CA_FAIL_USAGE(err, "--ext %.60s: as 1.2.3.4=FILE, the file in DER", value);
    CA_TRY(source_read(equals + 1, &der, err));
    ca_base64_put(&text, ca_buf_view(&der));
    CA_TRY(ca_buf_check(&text, err));
    one = json_pack("{s:s%, s:s}", "oid", value, (size_t)(equals - value), "value",
                    ca_buf_cstr(&text));
    if (one == NULL || json_array_append_new(list, one) != 0)
        return CA_FAIL_USAGE(err, "--ext %.60s: the OID is not UTF-8", value);
    return CA_OK;
}

static CA_RC others_set(const struct app *app, json_t *ext, struct ca_err *err)
{
    CA_AUTO(json) json_t *list = json_array();
    const char *value;
    size_t at = 0;

    while ((value = args_next(&app->args, "ext", &at)) != NULL)
        CA_TRY(other_set(value, list, err));
    if (json_array_size(list) > 0 && json_object_set(ext, "other", list) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static json_t *other_find(const json_t *ext, const char *oid)
{
    const json_t *list = json_object_get(ext, "other");

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_array_get(list, i);

        if (strcmp(json_text(one, "oid"), oid) == 0)
            return one;
    }
    return NULL;
}

/* bc, ku, eku, aki, or the OID of an --ext. */
static CA_RC critical_set(const struct app *app, json_t *ext, struct ca_err *err)
{
    const char *at = args_text(&app->args, "critical");
    char word[WORD_MAX + 1];
    bool fits = false;

    while (at != NULL && word_next(&at, word, &fits)) {
        const char *name = fits ? name_of(criticals, CA_COUNT(criticals), word) : "";
        json_t *part = fits ? other_find(ext, word) : NULL;

        for (size_t i = 0; i < CA_COUNT(criticals) && part == NULL; i++) {
            if (strcmp(criticals[i].name, name) == 0)
                part = part_of(ext, name);
        }
        if (part == NULL)
            return CA_FAIL_USAGE(err, "--critical: bc, ku, eku, aki, or the OID of an --ext");
        if (json_object_set_new(part, "critical", json_true()) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return CA_OK;
}

static CA_RC switches_set(const struct app *app, json_t *ext, struct ca_err *err)
{
    const char *aki = args_text(&app->args, "aki");
    bool staple = args_on(&app->args, "must-staple");
    bool no_staple = args_on(&app->args, "no-must-staple");
    bool issuer = aki != NULL && strcmp(aki, "keyid,issuer") == 0;

    if (staple && no_staple)
        return CA_FAIL_USAGE(err, "--must-staple or --no-must-staple, not both");
    if (aki != NULL && !issuer && strcmp(aki, "keyid") != 0)
        return CA_FAIL_USAGE(err, "--aki %.40s: keyid, or keyid,issuer", aki);
    if ((args_on(&app->args, "ca-cert") &&
         json_object_set_new(part_of(ext, "basic_constraints"), "ca", json_true()) != 0) ||
        (aki != NULL &&
         json_object_set_new(part_of(ext, "aki"), "issuer", json_boolean(issuer)) != 0) ||
        ((staple || no_staple) &&
         json_object_set_new(ext, "must_staple", json_boolean(staple)) != 0))
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC policies_set(const struct app *app, json_t *ext, struct ca_err *err)
{
    CA_AUTO(json) json_t *list = json_array();
    const char *oid;
    size_t at = 0;

    while ((oid = args_next(&app->args, "policy", &at)) != NULL) {
        if (json_array_append_new(list, json_string(oid)) != 0)
            return CA_FAIL_USAGE(err, "--policy: not UTF-8");
    }
    if (json_array_size(list) > 0 && json_object_set(ext, "policies", list) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC texts_set(const struct app *app, json_t *body, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *member;
    } texts[] = {
        {"digest",   "digest"  },
        {"crl-url",  "crl_url" },
        {"aia-url",  "aia_url" },
        {"ocsp-url", "ocsp_url"}
    };
    const char *length = args_text(&app->args, "pathlen");
    int64_t n = 0;

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        if (!json_set_text(body, texts[i].member, args_text(&app->args, texts[i].flag)))
            return CA_FAIL_USAGE(err, "--%s: not UTF-8", texts[i].flag);
    }
    if (length == NULL)
        return CA_OK;
    if (strcmp(length, "0") != 0) /* 0 is a path length like any other */
        CA_TRY(args_number(&app->args, "pathlen", PATH_LENGTH_MAX, 0, &n, err));
    return json_object_set_new(body, "path_length", json_integer(n)) == 0 ? CA_OK
                                                                          : CA_FAIL_NOMEM(err);
}

CA_RC request_extensions(const struct app *app, json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *ext = json_object();

    CA_TRY(texts_set(app, body, err));
    CA_TRY(usages_set(app, "ku", kus, CA_COUNT(kus), ext, err));
    CA_TRY(usages_set(app, "eku", ekus, CA_COUNT(ekus), ext, err));
    CA_TRY(policies_set(app, ext, err));
    CA_TRY(switches_set(app, ext, err));
    CA_TRY(others_set(app, ext, err));
    CA_TRY(critical_set(app, ext, err));
    if (json_object_size(ext) > 0 && json_object_set(body, "ext", ext) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}
