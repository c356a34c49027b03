/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    CA_AUTO(config) struct config *c = NULL;
    CA_AUTO(buf) struct ca_buf shown = {0};
    struct ca_err err;

    if (config_new(&server_config_table, &c, &err) != CA_OK)
        abort();
    if (config_read(c, (struct ca_bytes){data, len}, "fuzz", &err) == CA_OK)
        config_show(c, true, &shown);
    return 0;
}
