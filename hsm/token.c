/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/token_internal.h"

#include <openssl/err.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"

enum { LIST_TRIES = 5, LIST_PAUSE_MS = 100 };

/* A token in software rewrites its own record at each login; another process that reads it at that
 * moment is told CKR_GENERAL_ERROR (SoftHSM 2.6.1). Nobody is logged in yet, so to look again costs
 * no try of a PIN. */
static int slots_list(struct token_list *list, struct watchdog *dog)
{
    const struct timespec pause = {0, LIST_PAUSE_MS * 1000000L};
    struct watch watch;
    int failed = 1;

    for (int i = 0; failed != 0 && i < LIST_TRIES; i++) {
        if (i > 0) {
            ERR_clear_error();
            (void)nanosleep(&pause, NULL);
        }
        watch_begin(dog, &watch, "PKCS11_enumerate_slots");
        failed = PKCS11_enumerate_slots(list->p11, &list->slots, &list->n);
        watch_end(dog, &watch);
    }
    return failed;
}

CA_RC token_list_read(const char *module_path, struct watchdog *dog, struct token_list *ret,
                      struct ca_err *err)
{
    struct token_list list = {.p11 = PKCS11_CTX_new()};
    struct watch watch;
    int failed;

    if (list.p11 == NULL)
        return CA_FAIL_NOMEM(err);
    watch_begin(dog, &watch, "PKCS11_CTX_load");
    failed = PKCS11_CTX_load(list.p11, module_path);
    watch_end(dog, &watch);
    if (failed != 0)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "libp11 cannot load %s", module_path);
    if (slots_list(&list, dog) != 0)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "cannot list the slots of %s", module_path);
    *ret = list;
    return CA_OK;
}

static const char *text_or_empty(const char *s)
{
    return s != NULL ? s : "";
}

void token_info_fill(const PKCS11_TOKEN *token, struct hsm_token_info *ret)
{
    (void)snprintf(ret->label, sizeof(ret->label), "%s", text_or_empty(token->label));
    (void)snprintf(ret->serial, sizeof(ret->serial), "%s", text_or_empty(token->serialnr));
    (void)snprintf(ret->manufacturer, sizeof(ret->manufacturer), "%s",
                   text_or_empty(token->manufacturer));
    (void)snprintf(ret->model, sizeof(ret->model), "%s", text_or_empty(token->model));
}

static bool is_wanted(const struct hsm_token_info *token, const char *label, const char *serial)
{
    return (label[0] == '\0' || strcmp(label, token->label) == 0) &&
           (serial[0] == '\0' || strcmp(serial, token->serial) == 0);
}

CA_RC token_find(const struct token_list *list, const char *label, const char *serial,
                 CK_SLOT_ID *ret_slot, struct hsm_token_info *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf others = {.max = 4096};
    struct hsm_token_info token;
    PKCS11_SLOT *found = NULL;

    label = text_or_empty(label);
    serial = text_or_empty(serial);
    if (label[0] == '\0' && serial[0] == '\0')
        return CA_FAIL(err, CA_NOT_FOUND, "which token? neither label nor serial is set");
    for (unsigned i = 0; i < list->n; i++) {
        PKCS11_SLOT *slot = &list->slots[i];

        if (slot->token == NULL || !slot->token->initialized)
            continue;
        token_info_fill(slot->token, &token);
        if (!is_wanted(&token, label, serial)) {
            ca_buf_printf(&others, "%s'%s' (serial %s)", others.len > 0 ? ", " : "", token.label,
                          token.serial);
            continue;
        }
        if (found != NULL)
            return CA_FAIL(err, CA_CONFLICT, "several tokens '%s': name the serial too", label);
        found = slot;
    }
    if (found == NULL) {
        return CA_FAIL(err, CA_NOT_FOUND, "no token '%s'%s%s; there: %s; see ca-server token list",
                       label, serial[0] != '\0' ? " with serial " : "", serial,
                       others.len > 0 ? ca_buf_cstr(&others) : "none");
    }
    *ret_slot = PKCS11_get_slotid_from_slot(found);
    token_info_fill(found->token, ret);
    return CA_OK;
}
