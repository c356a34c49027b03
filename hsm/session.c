/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "hsm/hsm_internal.h"

/* True: *ret is a session, or the caller may open one more. False: the wait is over. */
static bool pool_wait(struct hsm *hsm, CK_SESSION_HANDLE *ret, size_t limit)
{
    struct timespec until = ca_mono_timespec(ca_mono_ms() + hsm->session_wait_ms);
    bool in_time = true;

    *ret = CK_INVALID_HANDLE;
    (void)pthread_mutex_lock(&hsm->lock);
    while (in_time && hsm->n_idle == 0 && hsm->n_open >= limit)
        in_time = pthread_cond_timedwait(&hsm->given, &hsm->lock, &until) == 0;
    if (hsm->n_idle > 0) {
        *ret = hsm->idle[--hsm->n_idle];
        in_time = true;
    } else if (in_time) {
        hsm->n_open++;
    }
    (void)pthread_mutex_unlock(&hsm->lock);
    return in_time;
}

static CA_RC session_waited(struct hsm *hsm, struct ca_err *err)
{
    return CA_FAIL(err, CA_UNAVAILABLE, "no session of the token became free in %lld ms",
                   (long long)hsm->session_wait_ms);
}

CA_RC session_take(struct hsm *hsm, CK_SESSION_HANDLE *ret, struct ca_err *err)
{
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pool_wait(hsm, &session, HSM_SESSIONS_MAX))
        return session_waited(hsm, err);
    if (session == CK_INVALID_HANDLE) {
        rv = MODULE_CALL(&hsm->module, C_OpenSession, hsm->slot, CKF_SERIAL_SESSION, NULL, NULL,
                         &session);
        if (rv != CKR_OK)
            session_drop(hsm);
        /* The token has fewer than we would use: share what there is. */
        if (rv == CKR_SESSION_COUNT && !pool_wait(hsm, &session, 0))
            return session_waited(hsm, err);
        if (rv != CKR_OK && rv != CKR_SESSION_COUNT)
            return hsm_fail(err, "C_OpenSession", rv);
    }
    *ret = session;
    return CA_OK;
}

void session_give(struct hsm *hsm, CK_SESSION_HANDLE session)
{
    (void)pthread_mutex_lock(&hsm->lock);
    hsm->idle[hsm->n_idle++] = session;
    (void)pthread_cond_signal(&hsm->given);
    (void)pthread_mutex_unlock(&hsm->lock);
}

void session_drop(struct hsm *hsm)
{
    (void)pthread_mutex_lock(&hsm->lock);
    hsm->n_open--;
    (void)pthread_cond_signal(&hsm->given);
    (void)pthread_mutex_unlock(&hsm->lock);
}
