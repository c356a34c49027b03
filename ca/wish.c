/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wish_internal.h"

CA_RC wish_subject(const struct wire_pair *pairs, uint32_t n,
                   struct name_value ret[NAME_VALUES_MAX], struct ca_err *err)
{
    if (n > NAME_VALUES_MAX)
        return CA_FAIL(err, CA_LIMIT, "/subject: %u values, at most %d", n, NAME_VALUES_MAX);
    for (uint32_t i = 0; i < n; i++) {
        enum name_attribute attribute;

        if (!name_attribute_find(pairs[i].type, &attribute)) {
            return CA_FAIL_AS(err, CA_MALFORMED, "unknown-field",
                              "/subject/%s: no such attribute; GET /choices/subject_attributes "
                              "lists them",
                              pairs[i].type);
        }
        ret[i] = (struct name_value){attribute, name_attribute_info(attribute)->tag,
                                     ca_bytes_str(pairs[i].value)};
    }
    return CA_OK;
}

static CA_RC sans_read(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err)
{
    struct san_slice slices[SAN_COUNT_MAX];

    if (ask->sans_n > SAN_COUNT_MAX)
        return CA_FAIL(err, CA_LIMIT, "/sans: %u names, at most %d", ask->sans_n, SAN_COUNT_MAX);
    for (uint32_t i = 0; i < ask->sans_n; i++) {
        enum san_type type;
        struct ca_err why = {0};
        enum ca_rc rc;

        if (!san_type_find(ask->sans[i].type, &type)) {
            return CA_FAIL(err, CA_MALFORMED,
                           "/sans/%u/type: '%s' is none; dns, ip, email and uri are", i,
                           ask->sans[i].type);
        }
        rc = san_parse(type, ask->sans[i].value, &ret->own, &slices[i], &why);
        if (rc != CA_OK) {
            return CA_FAIL_AS(err, rc, rc == CA_DENIED ? "policy" : why.problem,
                              "/sans/%u/value: %s", i, why.text);
        }
    }
    for (uint32_t i = 0; i < ask->sans_n; i++) {
        ret->sans[i] = (struct san){
            slices[i].type, {ret->own.ptr + slices[i].at, slices[i].len}
        };
    }
    return CA_OK;
}

CA_RC wish_read(const struct wire_issue *ask, struct wish_read *ret, struct ca_err *err)
{
    ret->wish = (struct wish){
        .not_after = ask->not_after, .validity_s = ask->validity_s, .path_length = -1};
    if (ask->subject_given) {
        CA_TRY(wish_subject(ask->subject, ask->subject_n, ret->subject, err));
        ret->wish.subject = ret->subject;
        ret->wish.subject_n = ask->subject_n;
    }
    if (ask->sans_given) {
        CA_TRY(sans_read(ask, ret, err));
        ret->wish.sans = ret->sans;
        ret->wish.san_n = ask->sans_n;
    }
    return wish_extensions(ask, ret, err);
}

void wish_done(struct wish_read *w)
{
    ca_buf_done(&w->own);
    ca_buf_done(&w->oids);
    wish_constraints_done(&w->constraints);
}
