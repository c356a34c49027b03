/* SPDX-License-Identifier: Apache-2.0 */
/* A token makes the two objects of a pair one after the other, some also fill them later: a process
 * that dies meanwhile leaves a half, with a label and a CKA_ID of ours. */
#include "hsm/hsm_internal.h"

struct remains {
    CK_OBJECT_HANDLE private_keys[2];
    CK_OBJECT_HANDLE public_keys[2];
    size_t private_n;
    size_t public_n;
};

static CA_RC remains_find(struct hsm *hsm, const char *label, struct remains *ret,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf copy = {0}; /* PKCS#11 templates are not const */
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;

    ca_buf_str(&copy, label);
    CA_TRY(ca_buf_check(&copy, err));
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class,   sizeof(class)},
        {CKA_LABEL, copy.ptr, copy.len     },
    };
    CA_TRY(object_find(hsm, template, 2, ret->private_keys, CA_COUNT(ret->private_keys),
                       &ret->private_n, err));
    class = CKO_PUBLIC_KEY;
    return object_find(hsm, template, 2, ret->public_keys, CA_COUNT(ret->public_keys),
                       &ret->public_n, err);
}

/* Has it a CKA_ID as hsm_key_generate makes them? */
static CA_RC id_is_ours(struct hsm *hsm, CK_OBJECT_HANDLE object, bool *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf id = {0};
    bool has;

    CA_TRY(object_attribute(hsm, object, CKA_ID, &id, &has, err));
    *ret = has && id.len == HSM_ID_MADE;
    return CA_OK;
}

/* Made in this token, not brought there? */
static CA_RC is_local(struct hsm *hsm, CK_OBJECT_HANDLE object, bool *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf value = {0};
    bool has;

    CA_TRY(object_attribute(hsm, object, CKA_LOCAL, &value, &has, err));
    *ret = has && value.len == sizeof(CK_BBOOL) && value.ptr[0] != CK_FALSE;
    return CA_OK;
}

/* Does the token itself say that its public part is empty? One that hides it says nothing. */
static CA_RC is_empty(struct hsm *hsm, CK_OBJECT_HANDLE object, bool *ret, struct ca_err *err)
{
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_MODULUS, CKA_EC_PARAMS};
    bool told = false;

    for (size_t i = 0; i < CA_COUNT(types); i++) {
        CA_AUTO(buf) struct ca_buf value = {0};
        bool has;

        CA_TRY(object_attribute(hsm, object, types[i], &value, &has, err));
        if (value.len > 0) {
            *ret = false;
            return CA_OK;
        }
        told = told || has;
    }
    *ret = told;
    return CA_OK;
}

static CA_RC private_check(struct hsm *hsm, const char *label, const struct remains *r,
                           struct ca_err *err)
{
    bool ours = false;
    bool local = false;
    bool empty = false;

    CA_TRY(id_is_ours(hsm, r->private_keys[0], &ours, err));
    CA_TRY(is_local(hsm, r->private_keys[0], &local, err));
    CA_TRY(is_empty(hsm, r->private_keys[0], &empty, err));
    if (r->public_n > 0 && !empty)
        return CA_FAIL(err, CA_CONFLICT, "token '%s' has a pair of keys '%s'", hsm->token.label,
                       label);
    if (!ours || (!local && !empty))
        return CA_FAIL(err, CA_CONFLICT,
                       "token '%s' has a private key '%s' that was not made here, without its "
                       "public key",
                       hsm->token.label, label);
    return CA_OK;
}

static CA_RC remains_check(struct hsm *hsm, const char *label, const struct remains *r,
                           struct ca_err *err)
{
    bool ours = true;

    if (r->private_n > 1 || r->public_n > 1)
        return CA_FAIL(err, CA_CONFLICT, "token '%s' has several keys '%s'", hsm->token.label,
                       label);
    if (r->private_n > 0)
        return private_check(hsm, label, r, err);
    if (r->public_n > 0)
        CA_TRY(id_is_ours(hsm, r->public_keys[0], &ours, err));
    if (!ours)
        return CA_FAIL(err, CA_CONFLICT, "token '%s' has a public key '%s' that was not made here",
                       hsm->token.label, label);
    return CA_OK;
}

/* The private half first: without it the other is worth nothing. */
static CA_RC remains_remove(struct hsm *hsm, const struct remains *r, struct ca_err *err)
{
    if (r->private_n > 0)
        MODULE_TRY(&hsm->module, err, C_DestroyObject, hsm->anchor, r->private_keys[0]);
    if (r->public_n > 0)
        MODULE_TRY(&hsm->module, err, C_DestroyObject, hsm->anchor, r->public_keys[0]);
    return r->private_n + r->public_n > 0 ? hsm_storage_sync(hsm, err) : CA_OK;
}

static CA_RC discard(struct hsm *hsm, const char *label, bool *ret_removed, struct ca_err *err)
{
    struct remains r = {0};

    CA_TRY(remains_find(hsm, label, &r, err));
    CA_TRY(remains_check(hsm, label, &r, err));
    CA_TRY(remains_remove(hsm, &r, err));
    *ret_removed = r.private_n + r.public_n > 0;
    return CA_OK;
}

CA_RC hsm_key_discard(struct hsm *hsm, const char *label, bool *ret_removed, struct ca_err *err)
{
    enum ca_rc rc;

    (void)pthread_mutex_lock(&hsm->generating);
    rc = discard(hsm, label, ret_removed, err);
    (void)pthread_mutex_unlock(&hsm->generating);
    return rc;
}

static CA_RC destroy(struct hsm *hsm, const char *label, struct ca_err *err)
{
    struct remains r = {0};
    bool ours = true;
    bool local = true;

    CA_TRY(remains_find(hsm, label, &r, err));
    if (r.private_n + r.public_n == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "token '%s' has no key '%s'", hsm->token.label, label);
    if (r.private_n > 1 || r.public_n > 1)
        return CA_FAIL(err, CA_CONFLICT, "token '%s' has several keys '%s'", hsm->token.label,
                       label);
    if (r.private_n > 0) {
        CA_TRY(id_is_ours(hsm, r.private_keys[0], &ours, err));
        CA_TRY(is_local(hsm, r.private_keys[0], &local, err));
    }
    if (!ours || !local)
        return CA_FAIL(err, CA_CONFLICT, "key '%s' of token '%s' was not made here", label,
                       hsm->token.label);
    return remains_remove(hsm, &r, err);
}

CA_RC hsm_key_destroy(struct hsm *hsm, const char *label, struct ca_err *err)
{
    enum ca_rc rc;

    (void)pthread_mutex_lock(&hsm->generating);
    rc = destroy(hsm, label, err);
    (void)pthread_mutex_unlock(&hsm->generating);
    return rc;
}
