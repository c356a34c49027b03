/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/ca.h"
#include "cactl/object.h"
#include "cactl/source.h"
#include "cactl/subject.h"

enum {
    CHAIN_MAX = 128 * 1024,
    DAYS_MAX = 36525,
    HOURS_MAX = 8784,
    SHARDS_MAX = 256,
    PATH_MAX_LENGTH = 16
};

static CA_RC texts_set(const struct app *app, json_t *body, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *member;
    } texts[] = {
        {"key",      "key"     },
        {"digest",   "digest"  },
        {"profile",  "profile" },
        {"crl-url",  "crl_url" },
        {"aia-url",  "aia_url" },
        {"ocsp-url", "ocsp_url"},
        {"follows",  "follows" },
    };

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        if (!json_set_text(body, texts[i].member, args_text(&app->args, texts[i].flag)))
            return CA_FAIL_USAGE(err, "--%s: not UTF-8", texts[i].flag);
    }
    return CA_OK;
}

static CA_RC numbers_set(const struct app *app, json_t *body, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *member;
        int64_t most;
    } numbers[] = {
        {"crl-hours",  "crl_validity_hours", HOURS_MAX },
        {"crl-every",  "crl_interval_hours", HOURS_MAX },
        {"crl-shards", "crl_shards",         SHARDS_MAX},
    };
    const char *length = args_text(&app->args, "pathlen");
    int64_t n = 0;

    for (size_t i = 0; i < CA_COUNT(numbers); i++) {
        CA_TRY(args_number(&app->args, numbers[i].flag, numbers[i].most, 0, &n, err));
        if (n > 0 && json_object_set_new(body, numbers[i].member, json_integer(n)) != 0)
            return CA_FAIL_NOMEM(err);
    }
    if (length != NULL && strcmp(length, "0") != 0) { /* 0 is a path length like any other */
        CA_TRY(args_number(&app->args, "pathlen", PATH_MAX_LENGTH, 0, &n, err));
    } else {
        n = 0;
    }
    if (length != NULL && json_object_set_new(body, "path_length", json_integer(n)) != 0)
        return CA_FAIL_NOMEM(err);
    CA_TRY(args_number(&app->args, "days", DAYS_MAX, 0, &n, err));
    if (n > 0 && json_object_set_new(body, "validity", json_pack("{s:I}", "days", n)) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

/* null: signed by itself; "external": only a CSR is made. */
static CA_RC parent_set(const struct app *app, json_t *body, struct ca_err *err)
{
    const char *parent = args_text(&app->args, "parent");

    if (args_on(&app->args, "root") == (parent != NULL)) {
        return CA_FAIL_USAGE(err,
                             "ca create: either --root or --parent NAME (or --parent external)");
    }
    if (json_object_set_new(body, "parent", parent != NULL ? json_string(parent) : json_null()) !=
        0)
        return CA_FAIL_USAGE(err, "--parent: not UTF-8");
    return CA_OK;
}

static CA_RC constraints_set(const struct app *app, json_t *body, struct ca_err *err)
{
    static const char *const flags[] = {"permit-dns", "exclude-dns"};
    static const char *const members[] = {"permitted_dns", "excluded_dns"};
    CA_AUTO(json) json_t *constraints = json_object();

    for (size_t i = 0; i < CA_COUNT(flags); i++) {
        CA_AUTO(json) json_t *names = json_array();
        const char *name;
        size_t at = 0;

        while ((name = args_next(&app->args, flags[i], &at)) != NULL) {
            if (json_array_append_new(names, json_string(name)) != 0)
                return CA_FAIL_USAGE(err, "--%s: not UTF-8", flags[i]);
        }
        if (json_array_size(names) > 0 && json_object_set(constraints, members[i], names) != 0)
            return CA_FAIL_NOMEM(err);
    }
    if (json_object_size(constraints) == 0)
        return CA_OK;
    return json_object_set(body, "name_constraints", constraints) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

/* With --dry-run the body is shown; the server has no trial of this. */
static CA_RC create_send(struct app *app, const json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *authority = NULL;

    if (args_on(&app->args, "dry-run")) {
        app_say(app, "this would be sent; nothing was changed, and the server was not asked");
        return output_object(app, &view_authority, body, err);
    }
    CA_TRY(rest_send(app, "POST", "/api/v1/authorities", body, &authority, NULL, err));
    return output_object(app, &view_authority, authority, err);
}

CA_RC ca_create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *subject = NULL;
    struct subject items;

    if (!json_set_text(body, "name", app->args.words[0]))
        return CA_FAIL_USAGE(err, "the name is not UTF-8");
    CA_TRY(parent_set(app, body, err));
    CA_TRY(texts_set(app, body, err));
    CA_TRY(numbers_set(app, body, err));
    CA_TRY(constraints_set(app, body, err));
    CA_TRY(subject_read(&app->args, &items, err));
    if (items.n == 0)
        return CA_FAIL_USAGE(err, "ca create: --subject or --cn is missing");
    CA_TRY(subject_json(&items, &subject, err));
    if (json_object_set(body, "subject", subject) != 0 ||
        (args_on(&app->args, "pss") && json_object_set_new(body, "pss", json_true()) != 0))
        return CA_FAIL_NOMEM(err);
    return create_send(app, body, err);
}

CA_RC ca_import(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf chain = {.max = CHAIN_MAX};
    CA_AUTO(json) json_t *body = NULL;
    const char *label = args_text(&app->args, "key-label");
    int64_t crl_number = 0;

    CA_TRY(args_number(&app->args, "crl-number", INT64_MAX, 0, &crl_number, err));
    if (label == NULL) {
        return CA_FAIL_USAGE(err,
                             "ca import: --key-label is missing: the key must be in the token; "
                             "a CA key from a file is not taken");
    }
    CA_TRY(source_read(app->args.words[1], &chain, err));
    body =
        json_pack("{s:s, s:{s:s, s:s, s:I}}", "name", app->args.words[0], "adopt", "key_label",
                  label, "certificate", ca_buf_cstr(&chain), "crl_number", (json_int_t)crl_number);
    if (body == NULL)
        return CA_FAIL(err, CA_MALFORMED, "%.100s is no PEM", app->args.words[1]);
    CA_TRY(texts_set(app, body, err));
    CA_TRY(numbers_set(app, body, err));
    return create_send(app, body, err);
}
