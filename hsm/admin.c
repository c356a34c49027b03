/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/admin.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "hsm/hsm_internal.h"
#include "hsm/token_internal.h"

enum { LABEL_LEN = 32, SLOTS_MAX = 256, KEYS_MAX = 4096 };

static void slot_fill(PKCS11_SLOT *slot, struct hsm_slot *ret)
{
    const PKCS11_TOKEN *token = slot->token;

    (void)snprintf(ret->description, sizeof(ret->description), "%s",
                   slot->description != NULL ? slot->description : "");
    ret->slot_id = PKCS11_get_slotid_from_slot(slot);
    ret->token_present = token != NULL;
    if (token == NULL)
        return;
    token_info_fill(token, &ret->token);
    ret->initialised = token->initialized != 0;
    if (!ret->initialised)
        ret->token.label[0] = '\0';
    ret->user_pin_set = token->userPinSet != 0;
    ret->pin_count_low = token->userPinCountLow != 0;
    ret->pin_locked = token->userPinLocked != 0;
}

CA_RC hsm_slot_list(const char *module, struct hsm_slot **ret, size_t *ret_n, struct ca_err *err)
{
    struct token_list list = {0};
    struct module m;
    struct hsm_slot *slots;

    CA_TRY(module_load(module, NULL, &m, err));
    CA_TRY(token_list_read(module, NULL, &list, err));
    slots = calloc(list.n + 1, sizeof(*slots));
    if (slots == NULL)
        return CA_FAIL_NOMEM(err);
    for (unsigned i = 0; i < list.n; i++)
        slot_fill(&list.slots[i], &slots[i]);
    *ret = slots;
    *ret_n = list.n;
    return CA_OK;
}

static CA_RC row_fill(struct hsm *hsm, CK_OBJECT_HANDLE object, struct hsm_key_row *ret,
                      struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    CA_AUTO(buf) struct ca_buf label = {.max = 1024};
    CA_AUTO(buf) struct ca_buf findings = {.max = 1024};
    bool has;
    enum ca_rc rc;

    CA_TRY(object_attribute(hsm, object, CKA_LABEL, &label, &has, err));
    if (label.len > 0)
        (void)snprintf(ret->label, sizeof(ret->label), "%s", ca_buf_cstr(&label));
    rc = key_read(hsm, object, &key, err);
    if (rc == CA_NOT_FOUND || rc == CA_DENIED) {
        (void)snprintf(ret->finding, sizeof(ret->finding), "%.*s", (int)sizeof(ret->finding) - 1,
                       err->text);
        return CA_OK;
    }
    CA_TRY(rc);
    if (key->id_len <= (sizeof(ret->id) - 1) / 2)
        (void)ca_hex(hsm_key_id(key), ret->id);
    (void)ca_key_spec_text(key->spec, ret->kind);
    CA_TRY(key_findings(hsm, object, &findings, err));
    if (findings.len > 0)
        (void)snprintf(ret->finding, sizeof(ret->finding), "%s", ca_buf_cstr(&findings));
    return CA_OK;
}

CA_RC hsm_key_list(struct hsm *hsm, struct hsm_key_row **ret, size_t *ret_n, struct ca_err *err)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof(class)}
    };
    CK_OBJECT_HANDLE found[KEYS_MAX];
    struct hsm_key_row *rows;
    size_t n;
    enum ca_rc rc = CA_OK;

    CA_TRY(object_find(hsm, template, CA_COUNT(template), found, KEYS_MAX, &n, err));
    rows = calloc(n + 1, sizeof(*rows));
    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; rc == CA_OK && i < n; i++)
        rc = row_fill(hsm, found[i], &rows[i], err);
    if (rc != CA_OK) {
        free(rows);
        return rc;
    }
    *ret = rows;
    *ret_n = n;
    return CA_OK;
}

static CK_UTF8CHAR *pin_text(const struct ca_secret *pin)
{
    return (CK_UTF8CHAR *)(uintptr_t)ca_secret_view(pin).ptr; /* PKCS#11 does not write there */
}

static CA_RC free_slot(const struct token_list *list, const char *label, CK_SLOT_ID *ret,
                       struct ca_err *err)
{
    bool found = false;

    for (unsigned i = 0; i < list->n; i++) {
        PKCS11_SLOT *slot = &list->slots[i];

        if (slot->token == NULL)
            continue;
        if (slot->token->initialized && strcmp(slot->token->label, label) == 0)
            return CA_FAIL(err, CA_CONFLICT, "there is a token '%s' already", label);
        if (!slot->token->initialized && !found) {
            *ret = PKCS11_get_slotid_from_slot(slot);
            found = true;
        }
    }
    if (!found)
        return CA_FAIL(err, CA_NOT_FOUND, "no slot holds an uninitialised token");
    return CA_OK;
}

/* The user's PIN can be set by the security officer only, in a session that may write. */
static CA_RC user_pin_set(struct module *m, CK_SLOT_ID slot, const struct ca_secret *so_pin,
                          const struct ca_secret *pin, struct ca_err *err)
{
    CK_SESSION_HANDLE session;

    MODULE_TRY(m, err, C_OpenSession, slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
               &session);
    MODULE_TRY(m, err, C_Login, session, CKU_SO, pin_text(so_pin), ca_secret_view(so_pin).len);
    MODULE_TRY(m, err, C_InitPIN, session, pin_text(pin), ca_secret_view(pin).len);
    MODULE_TRY(m, err, C_Logout, session);
    MODULE_TRY(m, err, C_CloseSession, session);
    return CA_OK;
}

CA_RC hsm_token_init(const char *module, const char *label, const char *storage_dir,
                     const struct ca_secret *so_pin, const struct ca_secret *pin,
                     struct ca_err *err)
{
    struct token_list before = {0};
    struct token_list after = {0};
    CK_UTF8CHAR padded[LABEL_LEN];
    struct hsm_token_info info;
    struct module m;
    CK_SLOT_ID slot;

    if (label[0] == '\0' || strlen(label) > LABEL_LEN)
        return CA_FAIL(err, CA_LIMIT, "a token's label has 1 to %d octets", LABEL_LEN);
    CA_TRY(module_load(module, NULL, &m, err));
    CA_TRY(token_list_read(module, NULL, &before, err));
    CA_TRY(free_slot(&before, label, &slot, err));
    memset(padded, ' ', sizeof(padded));
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): blanks end it, no NUL */
    memcpy(padded, label, strlen(label));
    MODULE_TRY(&m, err, C_InitToken, slot, pin_text(so_pin), ca_secret_view(so_pin).len, padded);
    /* SoftHSM moves it to another slot. */
    CA_TRY(token_list_read(module, NULL, &after, err));
    CA_TRY(token_find(&after, label, NULL, &slot, &info, err));
    CA_TRY(user_pin_set(&m, slot, so_pin, pin, err));
    if (storage_dir == NULL || storage_dir[0] == '\0')
        return CA_OK;
    return storage_sync(storage_dir, err);
}
