/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/dns.h"
#include "policy/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void name_der(struct ca_bytes in)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err err;

    (void)!name_read(in, values, &n, &err);
    name_text(in, &text);
}

/* What is parsed can be written, and reads back as the same values. */
static void name_words(const char *in)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct name_value values[NAME_VALUES_MAX];
    struct name_value again[NAME_VALUES_MAX];
    size_t n = 0;
    size_t m = 0;
    struct ca_err err;

    if (name_parse(in, &own, values, &n, &err) != CA_OK)
        return;
    if (name_write(&w, values, n, &err) != CA_OK ||
        name_read(der_writer_view(&w), again, &m, &err) != CA_OK || m != n)
        abort();
    for (size_t i = 0; i < n; i++) {
        if (!ca_bytes_equal(values[i].value, again[i].value))
            abort();
    }
}

static void sans(struct ca_bytes in)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct san list[SAN_COUNT_MAX];
    size_t n = 0;
    struct ca_err err;

    if (san_read(in, list, &n, &err) != CA_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        san_text(&list[i], &text);
        if (list[i].type == SAN_DNS) {
            (void)dns_a_labels_valid(list[i].value);
            (void)dns_mixes_scripts(list[i].value);
        }
    }
}

static void san_words(const char *in)
{
    static const enum san_type types[] = {SAN_DNS, SAN_IP,  SAN_EMAIL,    SAN_URI,
                                          SAN_UPN, SAN_RID, SAN_DIRECTORY};
    CA_AUTO(buf) struct ca_buf own = {0};
    struct san_slice slice;
    struct ca_err err;

    for (size_t i = 0; i < CA_COUNT(types); i++)
        (void)!san_parse(types[i], in, &own, &slice, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ca_bytes in = {data, len};
    char *text = (char *)ca_bytes_dup(in);

    if (text == NULL)
        return 0;
    name_der(in);
    sans(in);
    name_words(text);
    san_words(text);
    (void)dns_is_public_suffix(in, true);
    free(text);
    return 0;
}
