/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/judge_internal.h"
#include "policy/lint.h"
#include "policy/name_constraints.h"

enum { SERIAL_MIN = 16, SERIAL_MAX = 20 }; /* octets (I6, RFC 5280 4.1.2.2) */

static void refuse(struct verdict *v, const char *rule, const char *pointer, const char *text)
{
    judge_refuse(v,
                 &(struct says){
                     rule, pointer, {NULL, 0},
                       NULL
    },
                 "%s", text);
}

/* I6. Leading zero octets fall away, so one in 2^32 serials may be four octets shorter. */
static void check_serial(const struct cert *cert, struct verdict *v)
{
    if (cert->serial.len < SERIAL_MIN - 4 || cert->serial.len > SERIAL_MAX)
        refuse(v, "serial", "/serial", "the serial is not random octets, 20 at most");
}

static void check_algorithm(const struct profile *p, const struct issuer *issuer,
                            const struct cert *cert, struct verdict *v)
{
    enum ca_signature sig = issuer->signature;

    if (!ca_signature_find(cert->tbs_algorithm, &sig) ||
        !ca_bytes_equal(cert->tbs_algorithm, ca_signature_info(sig)->algorithm) ||
        !rule_takes_signature(p, issuer, sig)) {
        refuse(v, "signature", "/signature",
               "the signature algorithm is not one of the authority and this profile");
    }
}

static void check_issuer(const struct profile *p, const struct issuer *issuer,
                         const struct cert *cert, struct verdict *v)
{
    bool own = ca_bytes_equal(cert->issuer, cert->subject);
    bool same = ca_bytes_equal(cert->issuer, issuer->subject);

    if (p->self_signed ? !own || (issuer->subject.len > 0 && !same) : !same)
        refuse(v, "issuer", "/issuer", "the issuer is not the issuing authority");
    if (!p->self_signed && own)
        refuse(v, "subject.issuer", "/subject", "the subject is the issuing authority itself");
}

/* What the authority may not issue, whatever the profile says (RFC 5280 4.2.1.10). */
static void check_constraints(struct tbs_case *t, const struct cert *cert, const struct sans *names)
{
    const struct san subject = {SAN_DIRECTORY, cert->subject};
    struct ca_bytes constraints = t->issuer->name_constraints;
    struct ca_err err;

    if (constraints.len == 0)
        return;
    if (name_constraints_check(constraints, &subject, &err) != CA_OK)
        refuse(t->verdict, "issuer.name_constraints", "/subject", err.text);
    for (size_t i = 0; i < names->n; i++) {
        char pointer[POINTER_MAX];

        if (name_constraints_check(constraints, &names->list[i], &err) != CA_OK) {
            refuse(t->verdict, "issuer.name_constraints", judge_pointer_n(pointer, "/sans", i),
                   err.text);
        }
    }
}

static CA_RC check_names(struct tbs_case *t, const struct cert *cert, struct ca_err *fault)
{
    const struct cert_extension *ext = cert_extension(cert, EXT_SUBJECT_ALT_NAME);
    struct name_value values[NAME_VALUES_MAX];
    struct san sans[SAN_COUNT_MAX];
    struct subject subject = {values, 0, "/subject"};
    struct sans names = {sans, 0, "/sans"};
    struct ca_err err;

    if (name_read(cert->subject, values, &subject.n, &err) != CA_OK)
        refuse(t->verdict, "subject", "/subject", err.text);
    if (ext != NULL && san_read(ext->value, sans, &names.n, &err) != CA_OK)
        refuse(t->verdict, "subject_alt_name", "/sans", err.text);
    rule_subject(t->profile, &subject, t->verdict);
    rule_subject_order(t->profile, &subject, t->verdict);
    rule_common_name(t->profile, &subject, &names, t->verdict);
    t->subject_is_empty = subject.n == 0;
    t->sans = sans;
    t->san_n = names.n;
    check_constraints(t, cert, &names);
    CA_TRY(judge_extensions(t, fault));
    t->sans = NULL;
    t->san_n = 0;
    return CA_OK;
}

static CA_RC check_key(struct tbs_case *t, struct spki_info *key, struct ca_err *err)
{
    rule_key(t->profile, key, "/key", t->verdict);
    for (int how = PROFILE_KEY_ID_SHA1; how <= PROFILE_KEY_ID_SHA256; how++) {
        uint8_t id[SPKI_KEY_ID_LEN];

        CA_TRY(key_id_make((enum profile_key_id)how, key->key, id, err));
        if (how == (int)t->profile->x.subject_key_id)
            memcpy(t->key_id, id, sizeof(id));
        if (!t->profile->self_signed &&
            ca_bytes_equal(t->issuer->key_id, (struct ca_bytes){id, sizeof(id)}))
            refuse(t->verdict, "key.issuer", "/key", "the key is that of the issuing authority");
    }
    return CA_OK;
}

CA_RC judge_tbs(const struct profile *profile, const struct issuer *issuer, struct ca_bytes tbs,
                int64_t now, struct verdict *verdict, struct ca_err *err)
{
    struct cert cert;
    struct spki_info key;
    struct ca_err why;
    struct tbs_case t = {
        .profile = profile, .issuer = issuer, .cert = &cert, .key = &key, .verdict = verdict};

    if (cert_read_tbs(tbs, &cert, &why) != CA_OK ||
        spki_read_legacy(cert.spki, &key, &why) != CA_OK) {
        refuse(verdict, "tbs", "", why.text);
        return CA_OK;
    }
    check_serial(&cert, verdict);
    check_algorithm(profile, issuer, &cert, verdict);
    check_issuer(profile, issuer, &cert, verdict);
    rule_validity(profile, issuer,
                  &(struct dates){cert.not_before, cert.not_after, now, "/validity"}, verdict);
    CA_TRY(check_key(&t, &key, err));
    CA_TRY(check_names(&t, &cert, err));
    return lint_tbs(&cert, issuer, verdict, err);
}
