/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/extension.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Values of extensions: what a reader takes, its writer writes again octet by octet. */

static void same(struct der_writer *w, struct ca_bytes value)
{
    struct ca_err err;

    if (der_writer_check(w, &err) != CA_OK || !ca_bytes_equal(der_writer_view(w), value) ||
        extension_der_check(value, &err) != CA_OK)
        abort();
    der_writer_done(w);
}

static void lists(struct ca_bytes value)
{
    struct ca_bytes octets[EXTENSION_LIST_MAX];
    struct extension_access access[EXTENSION_LIST_MAX];
    struct extension_policy policies[EXTENSION_LIST_MAX];
    struct der_writer w = {0};
    struct ca_err err;
    size_t n = 0;

    if (extension_oids_read(value, octets, &n, &err) == CA_OK) {
        extension_oids_write(&w, octets, n);
        same(&w, value);
    }
    if (extension_crl_urls_read(value, octets, &n, &err) == CA_OK) {
        extension_crl_urls_write(&w, octets, n);
        same(&w, value);
    }
    if (extension_access_read(value, access, &n, &err) == CA_OK) {
        extension_access_write(&w, access, n);
        same(&w, value);
    }
    if (extension_policies_read(value, policies, &n, &err) == CA_OK) {
        extension_policies_write(&w, policies, n);
        same(&w, value);
    }
}

static void subtrees(struct ca_bytes value)
{
    static struct name_subtree list[EXTENSION_SUBTREES_MAX];
    struct der_writer w = {0};
    struct ca_err err;
    size_t n = 0;

    if (extension_subtrees_read(value, list, &n, &err) != CA_OK)
        return;
    extension_subtrees_write(&w, list, n);
    same(&w, value);
    for (size_t i = 0; i < n; i++) {
        if (!name_subtree_is_sound(&list[i]) || !name_subtree_within(&list[i], &list[i]))
            abort();
        (void)name_subtree_within(&list[i], &list[0]);
    }
}

static void microsoft(struct ca_bytes value)
{
    char name[EXTENSION_TEMPLATE_NAME_MAX + 1];
    struct extension_template t;
    struct der_writer w = {0};
    struct ca_bytes sid = {0};
    struct ca_err err;

    if (extension_template_read(value, &t, &err) == CA_OK) {
        extension_template_write(&w, &t);
        same(&w, value);
    }
    if (extension_template_name_read(value, name, &err) == CA_OK) {
        extension_template_name_write(&w, name);
        same(&w, value);
    }
    if (extension_sid_read(value, &sid, &err) == CA_OK) {
        extension_sid_write(&w, sid);
        same(&w, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ca_bytes value = {data, len};
    struct ca_err err;

    lists(value);
    subtrees(value);
    microsoft(value);
    (void)!extension_der_check(value, &err);
    return 0;
}
