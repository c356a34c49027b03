/* SPDX-License-Identifier: Apache-2.0 */
/* Two doors for devices: one that issues at once, one that waits for an officer. */
#include <stdio.h>

#include "base/file.h"
#include "base/time.h"
#include "ca-server/bootstrap.h"
#include "ca-server/dev_internal.h"
#include "db/scep.h"

enum { SECRET_MAX = 512 };

static const struct door {
    const char *name;
    uint32_t modes;
} doors[] = {
    {DEV_SCEP,        DB_SCEP_STATIC | DB_SCEP_ONE_TIME | DB_SCEP_DERIVED},
    {DEV_SCEP_MANUAL, DB_SCEP_MANUAL                                     },
};

static CA_RC door_make(struct client *c, const struct door *door, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    const struct wire_scep_endpoint_put ask = {.caller = bootstrap_caller(),
                                               .name = door->name,
                                               .profile = "device",
                                               .authority = DEV_ISSUING,
                                               .ra_key = "rsa:2048",
                                               .enabled_given = true,
                                               .enabled = true,
                                               .modes_given = true,
                                               .modes = door->modes,
                                               .webhook_url = ""};

    return client_call(c, WIRE_SCEP_ENDPOINT_PUT, &ask, ca_mono_ms() + BOOTSTRAP_DEADLINE_MS,
                       &answer, err);
}

/* Told once; kept so that a restart can say it again. */
static CA_RC challenge_make(const struct dev *d, struct client *c, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    const struct wire_scep_challenge_create ask = {
        .caller = bootstrap_caller(), .endpoint = DEV_SCEP, .kind = "static", .comment = ""};
    const struct wire_scep_challenge *made;

    CA_TRY(client_call(c, WIRE_SCEP_CHALLENGE_CREATE, &ask, ca_mono_ms() + BOOTSTRAP_DEADLINE_MS,
                       &answer, err));
    made = answer->body;
    return dev_write(d, DEV_SCEP_SECRET, made->secret, 0600, err);
}

CA_RC dev_scep(const struct dev *d, struct client *c, struct ca_err *err)
{
    if (dev_exists(d, DEV_SCEP_SECRET))
        return CA_OK;
    for (size_t i = 0; i < CA_COUNT(doors); i++)
        CA_TRY(door_make(c, &doors[i], err));
    return challenge_make(d, c, err);
}

CA_RC dev_scep_secret(const struct dev *d, struct ca_buf *ret, struct ca_err *err)
{
    char path[PATH_MAX];

    ret->max = SECRET_MAX;
    CA_TRY(dev_path(d, DEV_SCEP_SECRET, path, err));
    return ca_file_read(path, ret, err);
}
