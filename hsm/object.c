/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/hsm_internal.h"

static CA_RC find_in(struct hsm *hsm, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n,
                     CK_OBJECT_HANDLE *found, size_t max, size_t *ret_n, struct ca_err *err)
{
    size_t total = 0;
    CK_ULONG got;

    MODULE_TRY(&hsm->module, err, C_FindObjectsInit, session, template, n);
    do {
        got = 0;
        MODULE_TRY(&hsm->module, err, C_FindObjects, session, found + total, max - total, &got);
        total += got;
    } while (got > 0 && total < max);
    MODULE_TRY(&hsm->module, err, C_FindObjectsFinal, session);
    *ret_n = total;
    return CA_OK;
}

CA_RC object_find(struct hsm *hsm, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *found,
                  size_t max, size_t *ret_n, struct ca_err *err)
{
    CK_SESSION_HANDLE session;
    enum ca_rc rc;

    CA_TRY(session_take(hsm, &session, err));
    rc = find_in(hsm, session, template, n, found, max, ret_n, err);
    if (rc != CA_OK) {
        session_drop(hsm);
        return rc;
    }
    session_give(hsm, session);
    return CA_OK;
}

static CK_RV attribute_read(struct hsm *hsm, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                            CK_ATTRIBUTE *a, struct ca_buf *ret)
{
    size_t before = ret->len;
    CK_RV rv = MODULE_CALL(&hsm->module, C_GetAttributeValue, session, object, a, 1);

    if (rv != CKR_OK || a->ulValueLen == 0)
        return rv;
    if (a->ulValueLen == CK_UNAVAILABLE_INFORMATION)
        return CKR_ATTRIBUTE_TYPE_INVALID;
    a->pValue = ca_buf_room(ret, a->ulValueLen);
    if (a->pValue == NULL)
        return CKR_OK; /* the buffer says why */
    rv = MODULE_CALL(&hsm->module, C_GetAttributeValue, session, object, a, 1);
    ret->len = before + (rv == CKR_OK ? a->ulValueLen : 0);
    return rv;
}

CA_RC object_attribute(struct hsm *hsm, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                       struct ca_buf *ret, bool *ret_has, struct ca_err *err)
{
    CK_ATTRIBUTE a = {.type = type};
    CK_SESSION_HANDLE session;
    CK_RV rv;

    CA_TRY(session_take(hsm, &session, err));
    rv = attribute_read(hsm, session, object, &a, ret);
    session_give(hsm, session);
    *ret_has = rv == CKR_OK;
    if (rv == CKR_OK || rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE)
        return ca_buf_check(ret, err);
    return hsm_fail(err, "C_GetAttributeValue", rv);
}
