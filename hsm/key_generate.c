/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rand.h>

#include "base/ossl.h"
#include "hsm/hsm_internal.h"

enum { ID_LEN = HSM_ID_MADE, TEMPLATE_MAX = 20 };

static const struct {
    const char *type; /* of ca_key_info */
    CK_MECHANISM_TYPE generate;
    CK_MECHANISM_TYPE sign;
    CK_KEY_TYPE key_type;
} makers[] = {
    {"RSA",     CKM_RSA_PKCS_KEY_PAIR_GEN,   CKM_RSA_PKCS, CKK_RSA       },
    {"EC",      CKM_EC_KEY_PAIR_GEN,         CKM_ECDSA,    CKK_EC        },
    {"ED25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EDDSA,    CKK_EC_EDWARDS},
};

/* What a pair is made from; the templates point into it. */
struct plan {
    struct ca_key_spec spec;
    CK_MECHANISM mechanism;
    CK_KEY_TYPE key_type;
    CK_BBOOL yes;
    CK_BBOOL no;
    CK_BBOOL decrypts;
    CK_OBJECT_CLASS public_class;
    CK_OBJECT_CLASS private_class;
    CK_ULONG bits;
    uint8_t exponent[3];
    uint8_t id[ID_LEN];
    uint8_t parameters[32];
    CK_ULONG parameters_len;
    struct ca_buf label;
    CK_ATTRIBUTE public_template[TEMPLATE_MAX];
    CK_ULONG n_public;
    CK_ATTRIBUTE private_template[TEMPLATE_MAX];
    CK_ULONG n_private;
};

static void plan_done(struct plan plan)
{
    ca_buf_done(&plan.label);
}
CA_AUTO_DEFINE(plan, struct plan, plan_done);

static size_t maker_of(struct ca_key_spec spec)
{
    size_t i = 0;

    while (strcmp(makers[i].type, ca_key_info(spec.kind)->type) != 0)
        i++; /* there is a row for each type */
    return i;
}

static CA_RC mechanisms_check(struct hsm *hsm, struct ca_key_spec spec, struct ca_err *err)
{
    size_t i = maker_of(spec);
    unsigned bits = spec.kind == CA_KEY_RSA ? spec.bits : 0; /* the others: units differ */

    CA_TRY(mechanism_need(hsm, makers[i].generate, CKF_GENERATE_KEY_PAIR, bits, err));
    return mechanism_need(hsm, makers[i].sign, CKF_SIGN, bits, err);
}

static CA_RC label_is_free(struct hsm *hsm, struct ca_buf *label, struct ca_err *err)
{
    CK_ATTRIBUTE template[] = {
        {CKA_LABEL, label->ptr, label->len}
    };
    CK_OBJECT_HANDLE found;
    size_t n;

    CA_TRY(object_find(hsm, template, CA_COUNT(template), &found, 1, &n, err));
    if (n > 0) {
        return CA_FAIL(err, CA_CONFLICT, "token '%s' has an object '%s' already", hsm->token.label,
                       ca_buf_cstr(label));
    }
    return CA_OK;
}

static CA_RC plan_fill(struct plan *plan, const char *label, struct ca_key_spec spec,
                       enum hsm_key_purpose purpose, struct ca_err *err)
{
    const struct ca_key_info *info = ca_key_info(spec.kind);
    struct ca_bytes parameters = info->parameters;

    if (spec.kind == CA_KEY_ED25519) /* its OID stands in the AlgorithmIdentifier alone */
        parameters = (struct ca_bytes){info->algorithm.ptr + 2, info->algorithm.len - 2};
    plan->spec = spec;
    plan->mechanism.mechanism = makers[maker_of(spec)].generate;
    plan->key_type = makers[maker_of(spec)].key_type;
    plan->yes = CK_TRUE;
    plan->no = CK_FALSE;
    plan->decrypts = purpose == HSM_SERVICE_KEY && spec.kind == CA_KEY_RSA ? CK_TRUE : CK_FALSE;
    plan->public_class = CKO_PUBLIC_KEY;
    plan->private_class = CKO_PRIVATE_KEY;
    plan->bits = spec.bits;
    memcpy(plan->exponent, "\x01\x00\x01", sizeof(plan->exponent));
    if (parameters.len > 0)
        memcpy(plan->parameters, parameters.ptr, parameters.len);
    plan->parameters_len = parameters.len;
    ca_buf_str(&plan->label, label);
    if (RAND_bytes(plan->id, ID_LEN) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no random octets");
    return ca_buf_check(&plan->label, err);
}

static void public_template(struct plan *p)
{
    const CK_ATTRIBUTE common[] = {
        {CKA_CLASS,      &p->public_class, sizeof(p->public_class)},
        {CKA_KEY_TYPE,   &p->key_type,     sizeof(p->key_type)    },
        {CKA_TOKEN,      &p->yes,          sizeof(CK_BBOOL)       },
        {CKA_PRIVATE,    &p->no,           sizeof(CK_BBOOL)       },
        {CKA_MODIFIABLE, &p->no,           sizeof(CK_BBOOL)       },
        {CKA_VERIFY,     &p->yes,          sizeof(CK_BBOOL)       },
        {CKA_ENCRYPT,    &p->decrypts,     sizeof(CK_BBOOL)       },
        {CKA_WRAP,       &p->no,           sizeof(CK_BBOOL)       },
        {CKA_LABEL,      p->label.ptr,     p->label.len           },
        {CKA_ID,         p->id,            ID_LEN                 },
    };
    const CK_ATTRIBUTE rsa[] = {
        {CKA_MODULUS_BITS,    &p->bits,    sizeof(p->bits)    },
        {CKA_PUBLIC_EXPONENT, p->exponent, sizeof(p->exponent)},
    };

    memcpy(p->public_template, common, sizeof(common));
    p->n_public = CA_COUNT(common);
    if (p->spec.kind == CA_KEY_RSA) {
        memcpy(p->public_template + p->n_public, rsa, sizeof(rsa));
        p->n_public += CA_COUNT(rsa);
    } else {
        p->public_template[p->n_public++] =
            (CK_ATTRIBUTE){CKA_EC_PARAMS, p->parameters, p->parameters_len};
    }
}

static void private_template(struct plan *p)
{
    const CK_ATTRIBUTE rows[] = {
        {CKA_CLASS,        &p->private_class, sizeof(p->private_class)},
        {CKA_KEY_TYPE,     &p->key_type,      sizeof(p->key_type)     },
        {CKA_TOKEN,        &p->yes,           sizeof(CK_BBOOL)        },
        {CKA_PRIVATE,      &p->yes,           sizeof(CK_BBOOL)        },
        {CKA_SENSITIVE,    &p->yes,           sizeof(CK_BBOOL)        },
        {CKA_EXTRACTABLE,  &p->no,            sizeof(CK_BBOOL)        },
        {CKA_COPYABLE,     &p->no,            sizeof(CK_BBOOL)        },
        {CKA_MODIFIABLE,   &p->no,            sizeof(CK_BBOOL)        },
        {CKA_SIGN,         &p->yes,           sizeof(CK_BBOOL)        },
        {CKA_SIGN_RECOVER, &p->no,            sizeof(CK_BBOOL)        },
        {CKA_DECRYPT,      &p->decrypts,      sizeof(CK_BBOOL)        },
        {CKA_UNWRAP,       &p->no,            sizeof(CK_BBOOL)        },
        {CKA_DERIVE,       &p->no,            sizeof(CK_BBOOL)        },
        {CKA_LABEL,        p->label.ptr,      p->label.len            },
        {CKA_ID,           p->id,             ID_LEN                  },
    };

    memcpy(p->private_template, rows, sizeof(rows));
    p->n_private = CA_COUNT(rows);
}

static CA_RC pair_make(struct hsm *hsm, struct plan *p, struct ca_err *err)
{
    CK_OBJECT_HANDLE public_key;
    CK_OBJECT_HANDLE private_key;

    public_template(p);
    private_template(p);
    /* The anchor is the one session that may write; hsm->generating keeps it for one caller. */
    MODULE_TRY(&hsm->module, err, C_GenerateKeyPair, hsm->anchor, &p->mechanism, p->public_template,
               p->n_public, p->private_template, p->n_private, &public_key, &private_key);
    return hsm_storage_sync(hsm, err); /* SoftHSM never fsyncs what it writes */
}

/* Is what the token made what was asked for, and does it sign? */
static CA_RC pair_accept(struct hsm *hsm, const struct plan *plan, const char *label,
                         enum hsm_key_purpose purpose, struct hsm_key **ret, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;

    CA_TRY(hsm_key_open(hsm, label, &key, err));
    if (key->spec.kind != plan->spec.kind || key->spec.bits != plan->spec.bits)
        return CA_FAIL(err, CA_UNAVAILABLE, "the token made another kind of key than asked");
    if (purpose == HSM_CA_KEY) {
        CA_TRY(hsm_key_check(hsm, key, err));
    } else {
        CA_TRY(key_prove(key, err));
    }
    *ret = CA_MOVE(key);
    return CA_OK;
}

/* A pair that was not accepted, or half of one, must not stand in the way of the next try. Found by
 * its CKA_ID, which nothing else has: a call that failed says no handles. */
static void plan_undo(struct hsm *hsm, struct plan *plan)
{
    CK_ATTRIBUTE template[] = {
        {CKA_LABEL, plan->label.ptr, plan->label.len},
        {CKA_ID,    plan->id,        ID_LEN         },
    };
    CK_OBJECT_HANDLE found[2];
    struct ca_err ignored = {0};
    size_t n = 0;

    if (object_find(hsm, template, CA_COUNT(template), found, CA_COUNT(found), &n, &ignored) !=
            CA_OK ||
        n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        (void)MODULE_CALL(&hsm->module, C_DestroyObject, hsm->anchor, found[i]);
    (void)!hsm_storage_sync(hsm, &ignored);
}

static CA_RC generate(struct hsm *hsm, struct plan *plan, const char *label,
                      enum hsm_key_purpose purpose, struct hsm_key **ret, struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(mechanisms_check(hsm, plan->spec, err));
    CA_TRY(label_is_free(hsm, &plan->label, err));
    rc = pair_make(hsm, plan, err);
    if (rc == CA_OK)
        rc = pair_accept(hsm, plan, label, purpose, ret, err);
    if (rc != CA_OK)
        plan_undo(hsm, plan);
    return rc;
}

CA_RC hsm_key_generate(struct hsm *hsm, const char *label, struct ca_key_spec spec,
                       enum hsm_key_purpose purpose, struct hsm_key **ret, struct ca_err *err)
{
    CA_AUTO(plan) struct plan plan = {0};
    enum ca_rc rc;

    if (label[0] == '\0')
        return CA_FAIL(err, CA_CONFLICT, "a key needs a label");
    CA_TRY(plan_fill(&plan, label, spec, purpose, err));
    (void)pthread_mutex_lock(&hsm->generating);
    rc = generate(hsm, &plan, label, purpose, ret, err);
    (void)pthread_mutex_unlock(&hsm->generating);
    return rc;
}
