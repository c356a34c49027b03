/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/choices.h"

#include "api/rest/answer.h"
#include "api/rest/object.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/scep_view.h"
#include "base/algorithm.h"
#include "base/text.h"
#include "policy/name.h"
#include "policy/usage.h"

#define CHOICES(rows)                                                                              \
    {                                                                                              \
        rows, CA_COUNT(rows)                                                                       \
    }

/* clang-format off */
static const struct json_choice key_rows[] = {
    {"rsa:2048", "RSA, 2048 bits"},
    {"rsa:3072", "RSA, 3072 bits"},
    {"rsa:4096", "RSA, 4096 bits"},
    {"rsa:8192", "RSA, 8192 bits"},
    {"ec:P-256", "EC, NIST P-256 (prime256v1, secp256r1)"},
    {"ec:P-384", "EC, NIST P-384 (secp384r1)"},
    {"ec:P-521", "EC, NIST P-521 (secp521r1)"},
    {"ec:secp256k1", "EC, secp256k1"},
    {"ec:brainpoolP256r1", "EC, Brainpool P256r1"},
    {"ec:brainpoolP384r1", "EC, Brainpool P384r1"},
    {"ec:brainpoolP512r1", "EC, Brainpool P512r1"},
    {"ed25519", "Ed25519"},
};
static const struct json_choice digest_rows[] = {
    {"SHA224", "SHA-224"},
    {"SHA256", "SHA-256"},
    {"SHA384", "SHA-384"},
    {"SHA512", "SHA-512"},
};
static const struct json_choice ku_rows[] = { /* RFC 5280 4.2.1.3 */
    {"digital_signature", "Digital signature"},
    {"content_commitment", "Content commitment (non-repudiation)"},
    {"key_encipherment", "Key encipherment"},
    {"data_encipherment", "Data encipherment"},
    {"key_agreement", "Key agreement"},
    {"key_cert_sign", "Certificate signing"},
    {"crl_sign", "CRL signing"},
    {"encipher_only", "Encipher only"},
    {"decipher_only", "Decipher only"},
};
static const struct json_choice san_type_rows[] = {
    {"dns", "DNS name"},
    {"ip", "IP address"},
    {"email", "E-mail address"},
    {"uri", "URI"},
    {"upn", "User principal name (Active Directory)"},
    {"registered_id", "Registered ID (an object identifier)"},
    {"directory", "Distinguished name"},
};
/* Names of policy/usage.h. */
static const struct json_choice eku_rows[] = { /* RFC 5280 4.2.1.12 and others */
    {"server_auth", "TLS server"},
    {"client_auth", "TLS client"},
    {"code_signing", "Code signing"},
    {"email_protection", "E-mail protection"},
    {"time_stamping", "Time stamping"},
    {"ocsp_signing", "OCSP signing"},
    {"dvcs", "Data validation (DVCS)"},
    {"ipsec_ike", "IPsec IKE"},
    {"ssh_client", "SSH client"},
    {"ssh_server", "SSH server"},
    {"pkinit_kdc", "Kerberos PKINIT KDC"},
    {"smartcard_logon", "Smart card logon"},
    {"certificate_transparency", "Certificate transparency (precertificates)"},
    {"any", "Any"},
};
/* remove_from_crl (8) is nothing to give: releasing from hold is a DELETE. */
static const struct json_choice reason_rows[] = { /* RFC 5280 5.3.1 */
    {"unspecified", "Unspecified"},
    {"key_compromise", "The key is compromised"},
    {"ca_compromise", "The authority's key is compromised"},
    {"affiliation_changed", "The subject's affiliation changed"},
    {"superseded", "Superseded by another certificate"},
    {"cessation_of_operation", "No longer in operation"},
    {"certificate_hold", "On hold; can be released"},
    {"privilege_withdrawn", "A privilege was withdrawn"},
    {"aa_compromise", "The attribute authority is compromised"},
};
/* clang-format on */
static const uint8_t reason_codes[] = {0, 1, 2, 3, 4, 5, 6, 9, 10};
_Static_assert(CA_COUNT(reason_codes) == CA_COUNT(reason_rows), "one code a reason");

const struct json_choices rest_keys = CHOICES(key_rows);
const struct json_choices rest_digests = CHOICES(digest_rows);
const struct json_choices rest_ekus = CHOICES(eku_rows);
const struct json_choices rest_kus = CHOICES(ku_rows);
const struct json_choices rest_reasons = CHOICES(reason_rows);
const struct json_choices rest_san_types = CHOICES(san_type_rows);

uint8_t rest_reason_code(const char *value)
{
    const struct json_choice *row = json_choice_find(&rest_reasons, value);

    return row != NULL ? reason_codes[row - reason_rows] : 0;
}

const char *rest_reason_name(int32_t code)
{
    for (size_t i = 0; i < CA_COUNT(reason_codes); i++) {
        if (reason_codes[i] == code)
            return reason_rows[i].value;
    }
    return "unspecified";
}

const struct json_choice *rest_eku_find(struct ca_bytes oid)
{
    const struct usage *usage = usage_of(oid);

    return usage != NULL ? json_choice_find(&rest_ekus, usage->name) : NULL;
}

static const struct {
    const char *kind;
    const struct json_choices *choices; /* NULL: the attributes of policy/name.h */
} lists[] = {
    {"countries",          &rest_countries    },
    {"keys",               &rest_keys         },
    {"digests",            &rest_digests      },
    {"ekus",               &rest_ekus         },
    {"kus",                &rest_kus          },
    {"reasons",            &rest_reasons      },
    {"subject_attributes", NULL               },
    {"san_types",          &rest_san_types    },
    {"scep_modes",         &rest_scep_modes   },
    {"scep_legacy",        &rest_scep_legacy  },
    {"scep_switches",      &rest_scep_switches},
};

static CA_RC choices_find(const char *kind, const struct json_choices **ret, struct ca_err *err)
{
    const char *names[CA_COUNT(lists)];
    const char *nearest;

    for (size_t i = 0; i < CA_COUNT(lists); i++) {
        names[i] = lists[i].kind;
        if (strcmp(kind, lists[i].kind) == 0) {
            *ret = lists[i].choices;
            return CA_OK;
        }
    }
    nearest = ca_text_nearest(kind, names, CA_COUNT(names));
    return CA_FAIL(err, CA_NOT_FOUND, "no such list of choices%s%s",
                   nearest != NULL ? "; the nearest is " : "", nearest != NULL ? nearest : "");
}

/* GET /api/v1/choices/{kind} */
CA_RC rest_choices_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_choice attributes[NAME__COUNT];
    const struct json_choices *choices = NULL;
    struct rest_page page = {
        .items = {attributes, NAME__COUNT, true}
    };

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(choices_find(request_var(rq, "kind"), &choices, err));
    for (size_t i = 0; i < NAME__COUNT; i++) {
        const struct name_attribute_info *info = name_attribute_info((enum name_attribute)i);
        attributes[i] = (struct rest_choice){info->json, info->key};
    }
    if (choices != NULL)
        page.items = (struct json_list){choices->rows, (uint32_t)choices->n, true};
    return rest_answer(rq, rs, 200, &rest_choice_page, &page, err);
}
