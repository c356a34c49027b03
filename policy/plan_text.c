/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/plan_internal.h"

static void lower(struct ca_buf *b, size_t from)
{
    for (size_t i = from; b->state == CA_BUF_FINE && i < b->len; i++) {
        if (b->ptr[i] >= 'A' && b->ptr[i] <= 'Z')
            b->ptr[i] = (uint8_t)(b->ptr[i] - 'A' + 'a');
    }
}

/* Keeps the word from `at` on, unless it stands there already. */
static void word_end(struct plan *plan, size_t at)
{
    struct ca_buf *b = &plan->text;
    size_t i = plan->search_at;

    lower(b, at);
    ca_buf_u8(b, 0);
    if (b->state != CA_BUF_FINE)
        return;
    while (i < at && strcmp((const char *)b->ptr + i, (const char *)b->ptr + at) != 0)
        i += strlen((const char *)b->ptr + i) + 1;
    if (i < at) {
        b->len = at;
    } else {
        plan->search_n++;
    }
}

static void search_make(struct plan *plan, const struct choice *c)
{
    plan->search_at = plan->text.len;
    for (size_t i = 0; i < c->subject_n; i++) {
        size_t at = plan->text.len;

        if (c->subject[i].attribute != NAME_CN)
            continue;
        ca_buf_bytes(&plan->text, c->subject[i].value);
        word_end(plan, at);
    }
    for (size_t i = 0; i < c->san_n; i++) {
        size_t at = plan->text.len;

        san_value_text(&c->sans[i], &plan->text);
        word_end(plan, at);
    }
}

static CA_RC search_view(struct plan *plan, struct ca_err *err)
{
    const char *at;

    CA_TRY(ca_buf_check(&plan->text, err));
    plan->search = calloc(plan->search_n + 1, sizeof(*plan->search));
    if (plan->search == NULL)
        return CA_FAIL_NOMEM(err);
    at = (const char *)plan->text.ptr + plan->search_at;
    for (size_t i = 0; i < plan->search_n; i++, at += strlen(at) + 1)
        plan->search[i] = at;
    return CA_OK;
}

CA_RC plan_text_make(struct plan *plan, const struct choice *c, struct ca_err *err)
{
    struct ca_buf *b = &plan->text;
    struct ca_bytes subject = {plan->der.buf.ptr + plan->dates_at, 0};

    subject.len = (size_t)(plan->spki.ptr - subject.ptr);
    name_text(subject, b);
    ca_buf_u8(b, 0);
    plan->common_name_at = b->len;
    for (size_t i = 0; i < c->subject_n; i++) {
        if (c->subject[i].attribute == NAME_CN && b->len == plan->common_name_at)
            ca_buf_bytes(b, c->subject[i].value);
    }
    ca_buf_u8(b, 0);
    plan->names_at = b->len;
    for (size_t i = 0; i < c->san_n; i++) {
        if (i > 0)
            ca_buf_u8(b, ',');
        san_text(&c->sans[i], b);
    }
    ca_buf_u8(b, 0);
    search_make(plan, c);
    return search_view(plan, err);
}
