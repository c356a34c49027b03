/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diff_internal.h"

static void asked_read(struct sides *s)
{
    const struct wish *wish = s->in->wish;
    struct ca_err ignored; /* judge_request has a finding for what cannot be read */

    if (wish != NULL && wish->subject != NULL) {
        s->asked_subject_n =
            wish->subject_n < NAME_VALUES_MAX ? wish->subject_n : (size_t)NAME_VALUES_MAX;
        memcpy(s->asked_subject, wish->subject, s->asked_subject_n * sizeof(*wish->subject));
    } else if (name_read(csr_subject(s->in->csr), s->asked_subject, &s->asked_subject_n,
                         &ignored) != CA_OK) {
        s->asked_subject_n = 0;
    }
    if (wish != NULL && wish->sans != NULL) {
        s->asked_sans = wish->sans;
        s->asked_san_n = wish->san_n;
    } else {
        s->asked_sans = csr_sans(s->in->csr, &s->asked_san_n);
    }
}

static CA_RC issued_read(struct sides *s, struct ca_err *err)
{
    static const uint8_t made_up[20] = {0x5a};
    const struct cert_extension *ext;

    if (s->verdict->plan == NULL)
        return CA_OK;
    CA_TRY(plan_tbs(s->verdict->plan, (struct ca_bytes){made_up, sizeof(made_up)}, &s->tbs, err));
    CA_TRY(cert_read_tbs(ca_buf_view(&s->tbs), &s->cert, err));
    CA_TRY(name_read(s->cert.subject, s->issued_subject, &s->issued_subject_n, err));
    ext = cert_extension(&s->cert, EXT_SUBJECT_ALT_NAME);
    return ext == NULL ? CA_OK : san_read(ext->value, s->issued_sans, &s->issued_san_n, err);
}

CA_RC diff_read(struct sides *s, struct ca_err *err)
{
    asked_read(s);
    return issued_read(s, err);
}
