/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"
#include "cactl/ca.h"
#include "cactl/chain.h"
#include "cactl/nouns.h"
#include "cactl/object.h"

static CA_RC list_one(struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(ca_path(app->args.words[0], "/crls?limit=1", &path, err));
    return rest_get_final(app, ca_buf_cstr(&path), ret, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;
    const json_t *newest;

    CA_TRY(list_one(app, &page, err));
    newest = json_array_get(json_object_get(page, "items"), 0);
    if (newest == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "%.60s has no CRL yet", app->args.words[0]);
    return output_object(app, &view_crl, newest, err);
}

static CA_RC get(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf pem = {.max = SIZE_MAX / 2};
    const char *format = args_text(&app->args, "format");
    const char *file = args_text(&app->args, "file");

    CA_TRY(chain_crl(app, app->args.words[0], &der, NULL, err));
    if (format != NULL && strcmp(format, "der") == 0)
        return output_content(app, file, "der", ca_buf_view(&der), 0644, err);
    pem_put(&pem, "X509 CRL", ca_buf_view(&der));
    CA_TRY(ca_buf_check(&pem, err));
    return output_content(app, file, "pem", ca_buf_view(&pem), 0644, err);
}

static CA_RC generate(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *crl = NULL;

    CA_TRY(ca_path(app->args.words[0], "/crl", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), NULL, &crl, NULL, err));
    return output_object(app, &view_crl, crl, err);
}

static const char *const formats[] = {"pem", "der", NULL};

/* clang-format off */
static const struct flag get_flags[] = {
    {"format", "FORMAT", FLAG_VALUE, 0, "pem or der (default pem)", formats, NULL},
};
static const struct verb verbs[] = {
    {.name = "show", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Show an authority's newest CRL",
     .examples = {{"cactl crl show dev-issuing", NULL}}, .run = show},
    {.name = "get", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Download a CRL from its public address",
     .notes = "The CRL is checked before it is shown: signature of the authority, and date.",
     .flags = get_flags, .flags_n = CA_COUNT(get_flags), .with = WITH_FILE,
     .examples = {{"cactl crl get dev-issuing -f dev-issuing.pem", NULL}, {"cactl crl get dev-issuing --format der -f dev-issuing.crl", NULL}}, .run = get},
    {.name = "generate", .arguments = "CA", .least = 1, .most = 1, .completes = "authority", .line = "Generate a CRL now",
     .with = WITH_KEY, .examples = {{"cactl crl generate dev-issuing", NULL}}, .run = generate},
};
/* clang-format on */

const struct noun noun_crl = {"crl", "Certificate revocation lists", verbs, CA_COUNT(verbs), false};
