/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/access.h"

#include "base/pem.h"
#include "cactl/source.h"

enum { FILE_MAX = 256 * 1024 };

CA_RC access_user(struct app *app, const char *what, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;
    size_t i;
    json_t *row;

    CA_TRY(rest_get(app, "/api/v1/users", &page, err));
    json_array_foreach(json_object_get(page, "items"), i, row)
    {
        if (strcmp(json_text(row, "name"), what) == 0 || strcmp(json_text(row, "id"), what) == 0) {
            *ret = json_incref(row);
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_NOT_FOUND, "no operator '%.80s'; see: cactl user list", what);
}

static CA_RC words_add(json_t *list, const char *flag, const char *text, struct ca_err *err)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ",");

        if (len > 0 && json_array_append_new(list, json_stringn(text, len)) != 0)
            return CA_FAIL_USAGE(err, "--%s: not UTF-8", flag);
        text += len + (text[len] == ',');
    }
    return CA_OK;
}

CA_RC access_list_set(const struct app *app, json_t *body, const char *flag, const char *member,
                      struct ca_err *err)
{
    CA_AUTO(json) json_t *list = json_array();
    const char *text;
    size_t at = 0;

    if (!args_on(&app->args, flag))
        return CA_OK;
    while ((text = args_next(&app->args, flag, &at)) != NULL)
        CA_TRY(words_add(list, flag, text, err));
    return json_object_set(body, member, list) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

/* Whatever else is in the file: nobody's key is sent. */
static CA_RC certificate_read(const char *path, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = FILE_MAX};
    CA_AUTO(buf) struct ca_buf der = {.max = FILE_MAX};
    struct ca_bytes left;

    CA_TRY(source_read(path, &text, err));
    left = ca_buf_view(&text);
    if (pem_take(&left, "CERTIFICATE", &der, err) != CA_OK)
        return CA_FAIL(err, CA_MALFORMED, "%.100s holds no certificate in PEM", path);
    pem_put(ret, "CERTIFICATE", ca_buf_view(&der));
    return ca_buf_check(ret, err);
}

CA_RC access_key_set(const struct app *app, json_t *body, struct ca_err *err)
{
    const char *cert = args_text(&app->args, "certificate");
    const char *csr = args_text(&app->args, "csr");
    CA_AUTO(buf) struct ca_buf pem = {.max = FILE_MAX};

    if (cert != NULL && csr != NULL)
        return CA_FAIL_USAGE(err, "--certificate or --csr, not both");
    if (cert == NULL && csr == NULL)
        return CA_OK;
    if (cert != NULL) {
        CA_TRY(certificate_read(cert, &pem, err));
    } else {
        CA_TRY(source_csr(csr, &pem, err));
    }
    return json_set_buf(body, cert != NULL ? "certificate" : "csr", &pem, err);
}

CA_RC access_changed(struct app *app, long status, const struct view *view, const json_t *object,
                     struct ca_err *err)
{
    if (status == 202) {
        app_say(app, "this waits for the consent of others: %s", json_text(object, "location"));
        app->exit = EXIT_WAITING;
    }
    return output_object(app, view, object, err);
}
