/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"
#include "cactl/nouns.h"
#include "cactl/page.h"
#include "cactl/resolve.h"
#include "cactl/source.h"

enum { FILE_MAX = 256 * 1024 };

static const struct column blocked_key[] = {
    {"SHA-256",      "spki_sha256",  COLUMN_PLAIN, false},
    {"REASON",       "reason",       COLUMN_PLAIN, false},
    {"BLOCKED",      "blocked_at",   COLUMN_TIME,  false},
    {"BY",           "blocked_by",   COLUMN_PLAIN, false},
    {"CERTIFICATES", "certificates", COLUMN_PLAIN, false},
    {"COMMENT",      "comment",      COLUMN_PLAIN, true },
};
static const struct view view_blocked_key = {blocked_key, CA_COUNT(blocked_key), "spki_sha256"};

static const struct column key_change[] = {
    {"SHA-256", "spki_sha256", COLUMN_PLAIN, false},
    {"EXISTED", "existed",     COLUMN_PLAIN, false},
    {"REVOKED", "revoked",     COLUMN_PLAIN, false},
    {"MORE",    "more",        COLUMN_PLAIN, false},
    {"CRL DUE", "crl_due",     COLUMN_UNTIL, false},
};
static const struct view view_key_change = {key_change, CA_COUNT(key_change), "spki_sha256"};

static CA_RC blocked(struct app *app, struct ca_err *err)
{
    return page_list(app, "/api/v1/blocked-keys", &view_blocked_key, err);
}

static CA_RC key_path(const char *hash, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/blocked-keys");
    path_add(ret, hash);
    return ca_buf_check(ret, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *key = NULL;

    CA_TRY(key_path(app->args.words[0], &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &key, err));
    return output_object(app, &view_blocked_key, key, err);
}

/* The block of a file that has a public key, and the member of the call that takes it. Whatever
 * else is in the file: nobody's private key is sent. */
static const struct {
    const char *label;
    const char *member;
} blocks[] = {
    {"CERTIFICATE",             "certificate"},
    {"CERTIFICATE REQUEST",     "csr"        },
    {"NEW CERTIFICATE REQUEST", "csr"        },
    {"PUBLIC KEY",              "public_key" },
};

static CA_RC file_set(const char *file, json_t *body, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};

    CA_TRY(source_read(file, &text, err));
    for (size_t i = 0; i < CA_COUNT(blocks); i++) {
        CA_AUTO(buf) struct ca_buf der = {.max = FILE_MAX};
        CA_AUTO(buf) struct ca_buf pem = {.max = FILE_MAX};
        struct ca_bytes left = ca_buf_view(&text);
        struct ca_err ignored = {0};

        if (pem_take(&left, blocks[i].label, &der, &ignored) != CA_OK)
            continue;
        pem_put(&pem, blocks[i].label, ca_buf_view(&der));
        CA_TRY(ca_buf_check(&pem, err));
        return json_set_text(body, blocks[i].member, ca_buf_cstr(&pem)) ? CA_OK
                                                                        : CA_FAIL_NOMEM(err);
    }
    return CA_FAIL(err, CA_MALFORMED, "%.100s holds no certificate, request or public key in PEM",
                   file);
}

static CA_RC key_set(struct app *app, json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *certificate = NULL;
    const char *file = args_text(&app->args, "from");
    const char *hash = args_text(&app->args, "spki");
    bool word = app->args.words_n == 1;

    if ((file != NULL) + (hash != NULL) + word != 1)
        return CA_FAIL_USAGE(err, "key block: one of CERTIFICATE, --spki and --from");
    if (file != NULL)
        return file_set(file, body, err);
    if (hash != NULL)
        return json_set_text(body, "spki_sha256", hash) ? CA_OK
                                                        : CA_FAIL_USAGE(err, "--spki: not UTF-8");
    CA_TRY(resolve_certificate(app, app->args.words[0], &certificate, err));
    return json_set_text(body, "certificate_id", json_text(certificate, "id")) ? CA_OK
                                                                               : CA_FAIL_NOMEM(err);
}

/* The server revokes as many at a time as a few seconds allow. */
static CA_RC block_all(struct app *app, const json_t *body, json_t **ret, struct ca_err *err)
{
    json_int_t revoked = 0;
    bool existed = false;

    for (unsigned calls = 0;; calls++) {
        CA_AUTO(json) json_t *done = NULL;

        CA_TRY(rest_send(app, "POST", "/api/v1/blocked-keys", body, &done, NULL, err));
        if (calls == 0)
            existed = json_is_true(json_object_get(done, "existed"));
        revoked += json_integer_value(json_object_get(done, "revoked"));
        if (json_object_set_new(done, "revoked", json_integer(revoked)) != 0 ||
            json_object_set_new(done, "existed", json_boolean(existed)) != 0)
            return CA_FAIL_NOMEM(err);
        if (!json_is_true(json_object_get(done, "more")) || !args_on(&app->args, "revoke")) {
            *ret = CA_MOVE(done);
            return CA_OK;
        }
        app_say(app, "%lld certificates are revoked, there are more", (long long)revoked);
    }
}

static CA_RC block(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *done = NULL;
    bool revoke = args_on(&app->args, "revoke");

    CA_TRY(key_set(app, body, err));
    if (!json_set_text(body, "reason", args_text(&app->args, "reason")) ||
        !json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    if (json_object_set_new(body, "revoke", json_boolean(revoke)) != 0)
        return CA_FAIL_NOMEM(err);
    if (revoke && !args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "revoke every certificate of", "this key", err));
    CA_TRY(block_all(app, body, &done, err));
    return output_object(app, &view_key_change, done, err);
}

static CA_RC unblock(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *done = NULL;

    if (!json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "--comment: not UTF-8");
    CA_TRY(key_path(app->args.words[0], &path, err));
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "let go", app->args.words[0], err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), body, &done, NULL, err));
    return output_object(app, &view_key_change, done, err);
}

/* clang-format off */
static const struct flag block_flags[] = {
    {"spki", "HASH", FLAG_VALUE, 0, "SHA-256 of the SubjectPublicKeyInfo, in hexadecimal", NULL, NULL},
    {"from", "FILE", FLAG_VALUE, 0, "PEM of a certificate, a certification request or a public key, from anywhere", NULL, "file"},
    {"revoke", NULL, FLAG_SWITCH, 0, "revoke the certificates that carry the key", NULL, NULL},
    {"reason", "REASON", FLAG_VALUE, 0, "of the revocations (default key_compromise)", NULL, NULL},
};
static const struct verb verbs[] = {
    {.name = "block", .arguments = "[CERTIFICATE]", .least = 0, .most = 1, .completes = "certificate", .line = "Give a key no certificate any more",
     .notes = "CERTIFICATE is the id, the serial number or the fingerprint of a certificate on record.",
     .flags = block_flags, .flags_n = CA_COUNT(block_flags), .with = WITH_YES | WITH_COMMENT | WITH_KEY,
     .examples = {{"cactl key block --from leaked.pem --revoke --comment 'found in a repository'", NULL}, {"cactl key block 406b12f09c", NULL}}, .run = block},
    {.name = "unblock", .arguments = "HASH", .least = 1, .most = 1, .line = "Let a blocked key go; what was revoked stays so",
     .with = WITH_YES | WITH_COMMENT, .examples = {{"cactl key unblock 5f0c…", NULL}}, .run = unblock},
    {.name = "blocked", .arguments = "", .line = "List keys that get no certificate",
     .with = WITH_PAGES, .examples = {{"cactl key blocked -o wide", NULL}}, .run = blocked},
    {.name = "show", .arguments = "HASH", .least = 1, .most = 1, .line = "Show a blocked key",
     .examples = {{"cactl key show 5f0c…", NULL}}, .run = show},
};
/* clang-format on */

const struct noun noun_key = {"key", "Keys that get no certificate", verbs, CA_COUNT(verbs), false};
