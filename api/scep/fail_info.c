/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/reply.h"

/* The rest is badRequest: "transaction not permitted or supported". */
static const struct {
    const char *problem;
    enum scep_fail_info info;
} infos[] = {
    {"algorithm-refused",   SCEP_BAD_ALG          },
    {"key-not-taken",       SCEP_BAD_ALG          },
    {"weak-key",            SCEP_BAD_ALG          },
    {"weak-signature",      SCEP_BAD_ALG          },
    {"proof-of-possession", SCEP_BAD_MESSAGE_CHECK},
    {"clock-jumped",        SCEP_BAD_TIME         },
};

enum scep_fail_info scep_fail_info(enum ca_rc rc, const char *problem)
{
    for (size_t i = 0; i < CA_COUNT(infos); i++) {
        if (strcmp(infos[i].problem, problem) == 0)
            return infos[i].info;
    }
    return rc == CA_NOT_FOUND && problem[0] == '\0' ? SCEP_BAD_CERT_ID : SCEP_BAD_REQUEST;
}

const char *scep_fail_info_name(enum scep_fail_info info)
{
    static const char *const names[] = {
        [SCEP_BAD_ALG] = "badAlg",         [SCEP_BAD_MESSAGE_CHECK] = "badMessageCheck",
        [SCEP_BAD_REQUEST] = "badRequest", [SCEP_BAD_TIME] = "badTime",
        [SCEP_BAD_CERT_ID] = "badCertId",
    };

    return names[info];
}

bool scep_refusal_is_final(enum ca_rc rc, const char *problem)
{
    switch (rc) {
    case CA_MALFORMED:
    case CA_DENIED:
    case CA_NOT_FOUND:
    case CA_CONFLICT:
        return true;
    case CA_LIMIT:
        return strcmp(problem, "too-large") == 0; /* not: too often, or a queue is full */
    case CA_OK:
    case CA_RETRY:
    case CA_UNAVAILABLE:
    case CA_FAULT:
    case CA_RC__COUNT:
        break;
    }
    return false;
}
