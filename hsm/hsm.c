/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/hsm.h"

#include <stdlib.h>

#include "hsm/hsm_internal.h"
#include "hsm/pin_mark_internal.h"
#include "hsm/token_internal.h"

enum { SESSION_WAIT_MS = 10 * 1000 }; /* without a watchdog */

static void locks_init(struct hsm *hsm)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&hsm->generating, NULL);
    (void)pthread_mutex_init(&hsm->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&hsm->given, &attr);
    (void)pthread_condattr_destroy(&attr);
}

/* After a failed hsm_open: the module and the provider's context stay loaded. */
static void hsm_discard(struct hsm *hsm)
{
    if (hsm == NULL)
        return;
    watchdog_free(hsm->dog);
    (void)pthread_cond_destroy(&hsm->given);
    (void)pthread_mutex_destroy(&hsm->lock);
    (void)pthread_mutex_destroy(&hsm->generating);
    free(hsm->module_path);
    free(hsm->storage_dir);
    free(hsm);
}
CA_AUTO_DEFINE(hsm, struct hsm *, hsm_discard);

static CA_RC hsm_new(const struct hsm_config *config, struct hsm **ret, struct ca_err *err)
{
    CA_AUTO(hsm) struct hsm *hsm = calloc(1, sizeof(*hsm));

    if (hsm == NULL)
        return CA_FAIL_NOMEM(err);
    locks_init(hsm);
    hsm->session_wait_ms = SESSION_WAIT_MS;
    hsm->module_path = (char *)ca_bytes_dup(ca_bytes_str(config->module));
    if (hsm->module_path == NULL)
        return CA_FAIL_NOMEM(err);
    if (config->storage_dir != NULL && config->storage_dir[0] != '\0') {
        hsm->storage_dir = (char *)ca_bytes_dup(ca_bytes_str(config->storage_dir));
        if (hsm->storage_dir == NULL)
            return CA_FAIL_NOMEM(err);
    }
    if (config->call_deadline_ms > 0 && config->on_hang != NULL) {
        hsm->session_wait_ms = config->call_deadline_ms;
        CA_TRY(watchdog_new(config->call_deadline_ms, config->on_hang, &hsm->dog, err));
    }
    *ret = CA_MOVE(hsm);
    return CA_OK;
}

/* Looks before it tries: a token that has one try left was tried by somebody else, and only a
 * human can know whether this PIN is the right one. */
static CA_RC login_allowed(struct hsm *hsm, bool *ret_keypad, struct ca_err *err)
{
    CK_TOKEN_INFO info;

    MODULE_TRY(&hsm->module, err, C_GetTokenInfo, hsm->slot, &info);
    if ((info.flags & CKF_USER_PIN_LOCKED) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "pin-wrong",
                          "the PIN of token '%s' is locked: the security officer sets a new one",
                          hsm->token.label);
    }
    if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "pin-wrong",
                          "token '%s' has one try of the PIN left: log in by hand to reset it",
                          hsm->token.label);
    }
    *ret_keypad = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    return CA_OK;
}

static CA_RC pin_refused(const struct hsm_config *config, const char *label, CK_RV rv,
                         struct ca_err *err)
{
    char text[CKR_TEXT];
    struct ca_err mark_err = {0};
    bool marked = pin_mark_set(config, &mark_err) == CA_OK;

    return CA_FAIL_AS(err, CA_DENIED, "pin-wrong", "token '%s' refuses the PIN (%s)%s%s", label,
                      ckr_text(rv, text),
                      marked ? "" : "; the mark was not written: ", mark_err.text);
}

/* Logs the process in, with one try. */
static CA_RC login(struct hsm *hsm, const struct hsm_config *config, const struct ca_secret *pin,
                   struct ca_err *err)
{
    struct ca_bytes text = {NULL, 0};
    bool keypad = false;
    CK_RV rv;

    MODULE_TRY(&hsm->module, err, C_OpenSession, hsm->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
               NULL, NULL, &hsm->anchor);
    CA_TRY(login_allowed(hsm, &keypad, err));
    if (pin != NULL && !keypad)
        text = ca_secret_view(pin);
    if (text.ptr == NULL && !keypad)
        return CA_FAIL(err, CA_DENIED, "token '%s' wants a PIN", hsm->token.label);
    rv = MODULE_CALL(&hsm->module, C_Login, hsm->anchor, CKU_USER,
                     __extension__(CK_UTF8CHAR *)(uintptr_t) text.ptr, text.len);
    if (ckr_is_pin_refused(rv))
        return pin_refused(config, hsm->token.label, rv, err);
    if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
        return hsm_fail(err, "C_Login", rv);
    pin_mark_clear(config);
    return CA_OK;
}

CA_RC hsm_open(const struct hsm_config *config, const struct ca_secret *pin, struct hsm **ret,
               struct ca_err *err)
{
    CA_AUTO(hsm) struct hsm *hsm = NULL;
    struct token_list list = {0};

    CA_TRY(pin_mark_check(config, err));
    CA_TRY(hsm_new(config, &hsm, err));
    CA_TRY(module_load(hsm->module_path, hsm->dog, &hsm->module, err));
    CA_TRY(token_list_read(hsm->module_path, hsm->dog, &list, err));
    CA_TRY(
        token_find(&list, config->token_label, config->token_serial, &hsm->slot, &hsm->token, err));
    CA_TRY(login(hsm, config, pin, err));
    CA_TRY(provider_load(hsm->module_path, &hsm->libctx, err));
    *ret = CA_MOVE(hsm);
    return CA_OK;
}

const struct hsm_token_info *hsm_token(const struct hsm *hsm)
{
    return &hsm->token;
}

void hsm_stats(const struct hsm *hsm, struct hsm_stats *ret)
{
    ret->signatures = atomic_load_explicit(&hsm->signatures, memory_order_relaxed);
    ret->failures = atomic_load_explicit(&hsm->failures, memory_order_relaxed);
    ret->busy_us = atomic_load_explicit(&hsm->busy_us, memory_order_relaxed);
}
