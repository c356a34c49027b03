/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/key.h"
#include "cactl/nouns.h"

static CA_RC create(struct app *app, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    CA_AUTO(buf) struct ca_buf csr = {0};
    struct ca_key_spec spec;

    if (args_text(&app->args, "key-out") == NULL)
        return CA_FAIL_USAGE(err, "csr create: --key-out is missing: where does the key go?");
    CA_TRY(key_choose(app, &spec, err));
    CA_TRY(key_make(spec, &key, err));
    CA_TRY(key_csr(app, key, spec, &csr, err));
    CA_TRY(key_write(app, key, err));
    app_say(app, "%s: the key, for nobody else", args_text(&app->args, "key-out"));
    return output_content(app, args_text(&app->args, "out"), "pem", ca_buf_view(&csr), 0644, err);
}

/* clang-format off */
static const struct flag create_flags[] = {
    {"profile", "NAME", FLAG_VALUE, 0, "makes a key that this profile takes; the server is asked", NULL, "profile"},
    {"out", "FILE", FLAG_VALUE, 'f', "where the request goes (default stdout)", NULL, "file"},
};
static const struct verb verbs[] = {
    {
        .name = "create", .arguments = "", .line = "Make a key and a certification request on this machine",
        .notes = "Without --profile no server is asked.",
        .flags = create_flags, .flags_n = CA_COUNT(create_flags), .with = WITH_NEW_KEY | WITH_SUBJECT,
        .examples = {{"cactl csr create --profile https-ecc --dns www.example --out www.csr --key-out www.key", "the key stays local"},
                     {"cactl csr create --key rsa:3072 --cn r17 --o Acme --out r17.csr --key-out r17.key", NULL}},
        .run = create,
    },
};
/* clang-format on */

const struct noun noun_csr = {"csr", "Keys and requests made on this machine", verbs,
                              CA_COUNT(verbs), false};
