/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/module_internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/bytes.h"

#define CKR(name)                                                                                  \
    {                                                                                              \
        name, #name                                                                                \
    }
static const struct {
    CK_RV rv;
    const char *name;
} names[] = {
    CKR(CKR_CANCEL),
    CKR(CKR_HOST_MEMORY),
    CKR(CKR_SLOT_ID_INVALID),
    CKR(CKR_GENERAL_ERROR),
    CKR(CKR_FUNCTION_FAILED),
    CKR(CKR_ARGUMENTS_BAD),
    CKR(CKR_NO_EVENT),
    CKR(CKR_NEED_TO_CREATE_THREADS),
    CKR(CKR_CANT_LOCK),
    CKR(CKR_ATTRIBUTE_READ_ONLY),
    CKR(CKR_ATTRIBUTE_SENSITIVE),
    CKR(CKR_ATTRIBUTE_TYPE_INVALID),
    CKR(CKR_ATTRIBUTE_VALUE_INVALID),
    CKR(CKR_ACTION_PROHIBITED),
    CKR(CKR_DATA_INVALID),
    CKR(CKR_DATA_LEN_RANGE),
    CKR(CKR_DEVICE_ERROR),
    CKR(CKR_DEVICE_MEMORY),
    CKR(CKR_DEVICE_REMOVED),
    CKR(CKR_ENCRYPTED_DATA_INVALID),
    CKR(CKR_ENCRYPTED_DATA_LEN_RANGE),
    CKR(CKR_FUNCTION_CANCELED),
    CKR(CKR_FUNCTION_NOT_PARALLEL),
    CKR(CKR_FUNCTION_NOT_SUPPORTED),
    CKR(CKR_KEY_HANDLE_INVALID),
    CKR(CKR_KEY_SIZE_RANGE),
    CKR(CKR_KEY_TYPE_INCONSISTENT),
    CKR(CKR_KEY_FUNCTION_NOT_PERMITTED),
    CKR(CKR_MECHANISM_INVALID),
    CKR(CKR_MECHANISM_PARAM_INVALID),
    CKR(CKR_OBJECT_HANDLE_INVALID),
    CKR(CKR_OPERATION_ACTIVE),
    CKR(CKR_OPERATION_NOT_INITIALIZED),
    CKR(CKR_PIN_INCORRECT),
    CKR(CKR_PIN_INVALID),
    CKR(CKR_PIN_LEN_RANGE),
    CKR(CKR_PIN_EXPIRED),
    CKR(CKR_PIN_LOCKED),
    CKR(CKR_PIN_TOO_WEAK),
    CKR(CKR_SESSION_CLOSED),
    CKR(CKR_SESSION_COUNT),
    CKR(CKR_SESSION_HANDLE_INVALID),
    CKR(CKR_SESSION_PARALLEL_NOT_SUPPORTED),
    CKR(CKR_SESSION_READ_ONLY),
    CKR(CKR_SESSION_EXISTS),
    CKR(CKR_SESSION_READ_ONLY_EXISTS),
    CKR(CKR_SESSION_READ_WRITE_SO_EXISTS),
    CKR(CKR_SIGNATURE_INVALID),
    CKR(CKR_SIGNATURE_LEN_RANGE),
    CKR(CKR_TEMPLATE_INCOMPLETE),
    CKR(CKR_TEMPLATE_INCONSISTENT),
    CKR(CKR_TOKEN_NOT_PRESENT),
    CKR(CKR_TOKEN_NOT_RECOGNIZED),
    CKR(CKR_TOKEN_WRITE_PROTECTED),
    CKR(CKR_USER_ALREADY_LOGGED_IN),
    CKR(CKR_USER_NOT_LOGGED_IN),
    CKR(CKR_USER_PIN_NOT_INITIALIZED),
    CKR(CKR_USER_TYPE_INVALID),
    CKR(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
    CKR(CKR_USER_TOO_MANY_TYPES),
    CKR(CKR_DOMAIN_PARAMS_INVALID),
    CKR(CKR_CURVE_NOT_SUPPORTED),
    CKR(CKR_BUFFER_TOO_SMALL),
    CKR(CKR_CRYPTOKI_NOT_INITIALIZED),
    CKR(CKR_CRYPTOKI_ALREADY_INITIALIZED),
    CKR(CKR_FIPS_SELF_TEST_FAILED),
    CKR(CKR_FUNCTION_REJECTED),
};

/* What is not here is CA_UNAVAILABLE: the process ends and a fresh one takes over. */
static const struct {
    CK_RV rv;
    const char *problem;
    bool pin_refused;
} denials[] = {
    {CKR_PIN_INCORRECT,            "pin-wrong",         true },
    {CKR_PIN_INVALID,              "pin-wrong",         true },
    {CKR_PIN_LEN_RANGE,            "pin-wrong",         true },
    {CKR_PIN_EXPIRED,              "pin-wrong",         true },
    {CKR_PIN_LOCKED,               "pin-wrong",         true },
    {CKR_PIN_TOO_WEAK,             "pin-wrong",         false},
    {CKR_USER_PIN_NOT_INITIALIZED, "pin-wrong",         false},
    {CKR_MECHANISM_INVALID,        "mechanism-missing", false},
    {CKR_MECHANISM_PARAM_INVALID,  "mechanism-missing", false},
    {CKR_KEY_SIZE_RANGE,           "mechanism-missing", false},
    {CKR_DOMAIN_PARAMS_INVALID,    "mechanism-missing", false},
    {CKR_CURVE_NOT_SUPPORTED,      "mechanism-missing", false},
};

const char *ckr_text(CK_RV rv, char *ret)
{
    (void)snprintf(ret, CKR_TEXT, "CKR_0x%08lx", rv);
    for (size_t i = 0; i < CA_COUNT(names); i++) {
        if (names[i].rv == rv)
            (void)snprintf(ret, CKR_TEXT, "%s", names[i].name);
    }
    return ret;
}

bool ckr_is_pin_refused(CK_RV rv)
{
    for (size_t i = 0; i < CA_COUNT(denials); i++) {
        if (denials[i].rv == rv)
            return denials[i].pin_refused;
    }
    return false;
}

CA_RC hsm_fail(struct ca_err *err, const char *call, CK_RV rv)
{
    char text[CKR_TEXT];

    for (size_t i = 0; i < CA_COUNT(denials); i++) {
        if (denials[i].rv == rv) {
            return CA_FAIL_AS(err, CA_DENIED, denials[i].problem, "the token answers %s to %s",
                              ckr_text(rv, text), call);
        }
    }
    return CA_FAIL(err, CA_UNAVAILABLE, "the token answers %s to %s", ckr_text(rv, text), call);
}

static CA_RC module_initialize(struct module *m, struct ca_err *err)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = MODULE_CALL(m, C_Initialize, &args);

    if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return hsm_fail(err, "C_Initialize", rv);
    return CA_OK;
}

CA_RC module_load(const char *path, struct watchdog *dog, struct module *ret, struct ca_err *err)
{
    struct module m = {.dog = dog};
    CK_C_GetFunctionList get;
    struct watch watch;
    void *library;
    CK_RV rv;

    if (strchr(path, '/') != NULL && access(path, R_OK) != 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no PKCS#11 module %s: %s", path, strerror(errno));
    watch_begin(dog, &watch, "dlopen");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    watch_end(dog, &watch);
    if (library == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no PKCS#11 module: %s", dlerror());
    get = __extension__(CK_C_GetFunctionList) dlsym(library, "C_GetFunctionList");
    if (get == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "%s is not a PKCS#11 module: no C_GetFunctionList", path);
    rv = get(&m.f);
    if (rv != CKR_OK)
        return hsm_fail(err, "C_GetFunctionList", rv);
    CA_TRY(module_initialize(&m, err));
    *ret = m;
    return CA_OK;
}
