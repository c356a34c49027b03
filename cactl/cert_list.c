/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "cactl/cert.h"
#include "cactl/object.h"
#include "cactl/page.h"
#include "cactl/resolve.h"

static const char *const statuses[] = {"valid", "held", "revoked", "expired", "burned", NULL};
static const char *const sorts[] = {"-issued_at", "issued_at", "not_after", "-not_after", NULL};

/* clang-format off */
const struct flag cert_list_flags[] = {
    {"q", "TEXT", FLAG_VALUE, 0, "serial, fingerprint, name, or the front of the common name", NULL, NULL},
    {"status", "STATUS", FLAG_VALUE, 0, "valid, held, revoked, expired or burned", statuses, NULL},
    {"cn", "TEXT", FLAG_VALUE, 0, "common name, or any of its names; 'www*': the front of it", NULL, NULL},
    {"san", "TEXT", FLAG_VALUE, 0, "one of its names", NULL, NULL},
    {"serial", "SERIAL", FLAG_VALUE, 0, "hexadecimal, with colons or 0x or not; or decimal", NULL, NULL},
    {"fingerprint", "HEX", FLAG_VALUE, 0, "the first 8 or more digits of its SHA-256", NULL, NULL},
    {"profile", "NAME", FLAG_VALUE, 0, "only of this profile", NULL, "profile"},
    {"ca", "NAME", FLAG_VALUE, 0, "only of this authority", NULL, "authority"},
    {"requester", "NAME", FLAG_VALUE, 0, "only what this operator asked for", NULL, NULL},
    {"expires-within", "DURATION", FLAG_VALUE, 0, "ends within, as 30d", NULL, NULL},
    {"sort", "ORDER", FLAG_VALUE, 0, "issued_at, not_after, or either with '-' in front (default -issued_at)", sorts, NULL},
};
/* clang-format on */
const size_t cert_list_flags_n = CA_COUNT(cert_list_flags);

static CA_RC expiry_add(const struct app *app, struct ca_buf *path, struct ca_err *err)
{
    const char *text = args_text(&app->args, "expires-within");
    char from[CA_TIME_TEXT];
    char until[CA_TIME_TEXT];
    int64_t ms = 0;

    if (text == NULL)
        return CA_OK;
    if (!args_duration(text, &ms))
        return CA_FAIL_USAGE(err, "--expires-within %.40s: as 12h, 30d", text);
    query_add(path, "not_after[gte]", ca_time_text(ca_time_now(), from));
    query_add(path, "not_after[lt]", ca_time_text(ca_time_now() + ms / 1000, until));
    return CA_OK;
}

CA_RC cert_list(struct app *app, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *parameter;
    } filters[] = {
        {"q",           "q"          },
        {"status",      "status"     },
        {"cn",          "cn"         },
        {"san",         "san"        },
        {"serial",      "serial"     },
        {"fingerprint", "fingerprint"},
        {"profile",     "profile"    },
        {"ca",          "authority"  },
        {"requester",   "requester"  },
        {"sort",        "sort"       },
    };
    CA_AUTO(buf) struct ca_buf path = {0};

    ca_buf_str(&path, "/api/v1/certificates");
    for (size_t i = 0; i < CA_COUNT(filters); i++)
        query_add(&path, filters[i].parameter, args_text(&app->args, filters[i].flag));
    CA_TRY(expiry_add(app, &path, err));
    CA_TRY(ca_buf_check(&path, err));
    return page_list(app, ca_buf_cstr(&path), &view_certificate, err);
}

CA_RC cert_show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *certificate = NULL;
    char id[40];

    CA_TRY(resolve_certificate_id(app, app->args.words[0], id, err));
    ca_buf_str(&path, "/api/v1/certificates");
    path_add(&path, id);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &certificate, err));
    return output_object(app, &view_certificate, certificate, err);
}
