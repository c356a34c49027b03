/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/connection_internal.h"
#include "ca/wire_internal.h"

void exchange_drop(struct exchange *x)
{
    if (x == NULL)
        return;
    connection_release(x->connection);
    wire_message_free(x->question);
    free(x);
}

static CA_RC answer_write(struct exchange *x, enum wire_kind kind, const void *msg,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf frame = {0};

    CA_TRY(wire_encode(kind, x->question->id, msg, &frame, err));
    connection_write(x->connection, ca_buf_view(&frame));
    return CA_OK;
}

/* A text may have been cut inside a character, or come from a library: what is not ASCII or not
 * printable becomes '?' when the whole is not clean. */
static void text_scrub(char *text)
{
    if (ca_text_is_clean(ca_bytes_str(text)))
        return;
    for (char *p = text; *p != '\0'; p++) {
        if (*p < 0x20 || *p > 0x7e)
            *p = '?';
    }
}

/* The code must reach the front, whatever is wrong with what goes with it. */
static void refusal_write(struct exchange *x, enum ca_rc rc, const struct ca_err *why,
                          const struct wire_finding *findings, uint32_t n)
{
    struct ca_err own = *why;
    struct ca_err err;
    struct wire_refused refused = {.rc = (uint8_t)(rc != CA_OK ? rc : CA_FAULT),
                                   .problem = own.problem,
                                   .text = own.text,
                                   .findings = findings,
                                   .findings_n = n};

    text_scrub(own.problem);
    text_scrub(own.text);
    if (answer_write(x, WIRE_REFUSED, &refused, &err) == CA_OK)
        return;
    refused.findings_n = 0;
    (void)!answer_write(x, WIRE_REFUSED, &refused, &err);
}

static void answer_or_refusal(struct exchange *x, enum wire_kind kind, const void *msg)
{
    enum wire_kind wanted = wire_row(x->question->kind)->answer;
    struct ca_err err = {0};
    enum ca_rc rc;

    if (wanted == WIRE__COUNT)
        return;
    if (!wire_answers(x->question->kind, kind)) {
        rc = CA_FAIL(&err, CA_FAULT, "%s is no answer to %s", wire_kind_name(kind),
                     wire_kind_name(x->question->kind));
    } else {
        rc = answer_write(x, kind, msg, &err);
    }
    if (rc != CA_OK)
        refusal_write(x, CA_FAULT, &err, NULL, 0);
}

void exchange_answer(struct exchange *x, enum wire_kind kind, const void *msg)
{
    answer_or_refusal(x, kind, msg);
    exchange_drop(x);
}

void exchange_refuse(struct exchange *x, enum ca_rc rc, const struct ca_err *err,
                     const struct wire_finding *findings, uint32_t n)
{
    if (wire_row(x->question->kind)->answer != WIRE__COUNT)
        refusal_write(x, rc, err, findings, n);
    exchange_drop(x);
}
