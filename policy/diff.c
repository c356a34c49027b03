/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diff.h"

#include <stdio.h>

#include "base/time.h"
#include "policy/diff_internal.h"
#include "policy/extension_text.h"
#include "policy/profile_says.h"

const char *diff_state_name(enum diff_state state)
{
    static const char *const names[] = {"same", "added", "changed", "dropped", "violates"};

    return names[state];
}

static void put_text(char *ret, size_t size, struct ca_bytes text)
{
    size_t n = text.len < size ? text.len : size - 1;

    while (n > 0 && n < text.len && (text.ptr[n] & 0xc0U) == 0x80)
        n--; /* no half characters */
    if (n > 0)
        memcpy(ret, text.ptr, n);
    ret[n] = '\0';
}

static bool is_refused(const struct sides *s, const char *rule, const char *pointer)
{
    for (size_t i = 0; i < s->verdict->finding_n; i++) {
        const struct finding *f = &s->verdict->findings[i];

        if (f->refuses && (rule == NULL || strncmp(f->rule, rule, strlen(rule)) == 0) &&
            (pointer == NULL || strcmp(f->pointer, pointer) == 0))
            return true;
    }
    return false;
}

/* Without a plan nothing is issued, and what is not refused stands as it was asked. */
static enum diff_state state_of(struct ca_bytes asked, struct ca_bytes issued, bool refused,
                                bool planned)
{
    if (refused)
        return DIFF_VIOLATES;
    if (asked.len == 0)
        return DIFF_ADDED;
    if (!planned)
        return DIFF_SAME;
    if (issued.len == 0)
        return DIFF_DROPPED;
    return ca_bytes_equal(asked, issued) ? DIFF_SAME : DIFF_CHANGED;
}

static CA_RC row_add(struct sides *s, struct ca_bytes asked, struct ca_bytes issued, bool refused,
                     struct diff_row **ret, struct ca_err *err)
{
    struct diff_row *row;

    if (s->to->n == s->room) {
        size_t room = s->room == 0 ? 32 : 2 * s->room;
        struct diff_row *grown = realloc(s->to->rows, room * sizeof(*grown));

        if (grown == NULL)
            return CA_FAIL_NOMEM(err);
        s->to->rows = grown;
        s->room = room;
    }
    row = &s->to->rows[s->to->n++];
    *row = (struct diff_row){.state = state_of(asked, issued, refused, s->verdict->plan != NULL)};
    put_text(row->asked, sizeof(row->asked), asked);
    put_text(row->issued, sizeof(row->issued), issued);
    *ret = row;
    return CA_OK;
}

/* The n-th value of an attribute; empty: there are fewer. */
static struct ca_bytes nth_value(const struct name_value *values, size_t n, enum name_attribute a,
                                 size_t nth)
{
    for (size_t i = 0; i < n; i++) {
        if (values[i].attribute == a && nth-- == 0)
            return values[i].value;
    }
    return (struct ca_bytes){NULL, 0};
}

static CA_RC attribute_rows(struct sides *s, enum name_attribute a, struct ca_err *err)
{
    const char *prefix =
        s->in->wish != NULL && s->in->wish->subject != NULL ? "/subject" : "/csr/subject";
    const char *json = name_attribute_info(a)->json;
    char pointer[POINTER_MAX];

    for (size_t i = 0;; i++) {
        struct ca_bytes asked = nth_value(s->asked_subject, s->asked_subject_n, a, i);
        struct ca_bytes issued = nth_value(s->issued_subject, s->issued_subject_n, a, i);
        bool refused = is_refused(s, NULL, judge_pointer(pointer, prefix, json));
        struct diff_row *row = NULL;

        if (asked.len + issued.len == 0 && (i > 0 || !refused))
            return CA_OK;
        CA_TRY(row_add(s, asked, issued, refused, &row, err));
        (void)snprintf(row->field, sizeof(row->field), "subject.%s", json);
        (void)profile_says_attribute(s->in->profile, a, row->rule);
    }
}

static CA_RC san_row(struct sides *s, const struct san *san, bool asked, bool issued, bool refused,
                     struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const struct ca_bytes none = {NULL, 0};
    struct diff_row *row = NULL;

    san_text(san, &text);
    CA_TRY(ca_buf_check(&text, err));
    CA_TRY(row_add(s, asked ? ca_buf_view(&text) : none, issued ? ca_buf_view(&text) : none,
                   refused, &row, err));
    (void)snprintf(row->field, sizeof(row->field), "subject_alt_name");
    (void)profile_says_names(s->in->profile, san->type, row->rule);
    return CA_OK;
}

static bool san_is_among(const struct san *san, const struct san *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].type == san->type && ca_bytes_equal(list[i].value, san->value))
            return true;
    }
    return false;
}

static CA_RC san_rows(struct sides *s, struct ca_err *err)
{
    const char *prefix = s->in->wish != NULL && s->in->wish->sans != NULL ? "/sans" : "/csr/sans";
    char pointer[POINTER_MAX];

    for (size_t i = 0; i < s->asked_san_n; i++) {
        const struct san *san = &s->asked_sans[i];

        CA_TRY(san_row(s, san, true, san_is_among(san, s->issued_sans, s->issued_san_n),
                       is_refused(s, NULL, judge_pointer_n(pointer, prefix, i)), err));
    }
    for (size_t i = 0; i < s->issued_san_n; i++) {
        const struct san *san = &s->issued_sans[i];

        if (!san_is_among(san, s->asked_sans, s->asked_san_n))
            CA_TRY(san_row(s, san, false, true, false, err));
    }
    return CA_OK;
}

static CA_RC key_row(struct sides *s, struct ca_err *err)
{
    const struct spki_info *key = csr_key_info(s->in->csr);
    char text[CA_KEY_SPEC_TEXT];
    struct ca_bytes asked =
        ca_bytes_str(ca_key_spec_text((struct ca_key_spec){key->kind, key->bits}, text));
    struct diff_row *row = NULL;

    CA_TRY(row_add(s, asked, s->tbs.len > 0 ? asked : (struct ca_bytes){NULL, 0},
                   is_refused(s, "key.", NULL) || is_refused(s, "legacy.", NULL), &row, err));
    (void)snprintf(row->field, sizeof(row->field), "key");
    (void)profile_says_keys(s->in->profile, row->rule);
    return CA_OK;
}

static CA_RC digest_row(struct sides *s, struct ca_err *err)
{
    const struct plan *plan = s->verdict->plan;
    const char *asked =
        s->in->wish != NULL && s->in->wish->digest != NULL ? s->in->wish->digest : "";
    unsigned bit = asked[0] != '\0' ? digest_find(asked) : 0;
    unsigned issued = plan != NULL ? signature_digest(plan_signature(plan)) : 0;
    struct diff_row *row = NULL;

    if (asked[0] == '\0' && issued == 0)
        return CA_OK;
    CA_TRY(row_add(s, ca_bytes_str(bit != 0 ? digest_name(bit) : asked),
                   ca_bytes_str(issued != 0 ? digest_name(issued) : ""),
                   is_refused(s, "signature", NULL), &row, err));
    (void)snprintf(row->field, sizeof(row->field), "signature.digest");
    (void)profile_says_digests(s->in->profile, row->rule);
    return CA_OK;
}

static int64_t asked_end(const struct sides *s)
{
    const struct wish *wish = s->in->wish;

    if (wish == NULL || (wish->not_after == 0 && wish->validity_s == 0))
        return 0;
    if (wish->not_after != 0)
        return wish->not_after;
    return wish->validity_s > s->in->profile->validity.max_s
               ? s->in->now + s->in->profile->validity.max_s + 1
               : s->in->now - s->in->profile->validity.backdate_s + wish->validity_s - 1;
}

static CA_RC validity_row(struct sides *s, struct ca_err *err)
{
    const struct plan *plan = s->verdict->plan;
    int64_t end = asked_end(s);
    char asked[CA_TIME_TEXT] = "";
    char issued[CA_TIME_TEXT] = "";
    struct diff_row *row = NULL;

    if (end != 0)
        (void)ca_time_text(end, asked);
    if (plan != NULL)
        (void)ca_time_text(plan_not_after(plan), issued);
    CA_TRY(row_add(s, ca_bytes_str(asked), ca_bytes_str(issued), is_refused(s, "validity", NULL),
                   &row, err));
    (void)snprintf(row->field, sizeof(row->field), "validity.not_after");
    (void)profile_says_validity(s->in->profile, row->rule);
    return CA_OK;
}

/* What wish or CSR say of an extension. */
static void asked_extension(const struct sides *s, enum cert_extension_kind kind,
                            struct ca_buf *ret)
{
    const struct wish *wish = s->in->wish;
    const struct cert_extension *ext = csr_extension(s->in->csr, kind);

    if (kind == EXT_KEY_USAGE && wish != NULL && wish->key_usage_given) {
        extension_key_usage_text(wish->key_usage, ret);
    } else if (kind == EXT_EXTENDED_KEY_USAGE && wish != NULL && wish->usages != NULL) {
        extension_usages_text(wish->usages, wish->usage_n, ret);
    } else if (kind == EXT_BASIC_CONSTRAINTS && wish != NULL && wish->path_length >= 0) {
        ca_buf_printf(ret, "CA:TRUE, path length %d", wish->path_length);
    } else if (ext != NULL) {
        extension_text(kind, ext->value, ret);
    }
}

static CA_RC extension_row(struct sides *s, enum cert_extension_kind kind, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf asked = {0};
    CA_AUTO(buf) struct ca_buf issued = {0};
    const char *name = cert_extension_info(kind)->name;
    const struct cert_extension *ext = s->tbs.len > 0 ? cert_extension(&s->cert, kind) : NULL;
    bool refused = is_refused(s, name, NULL);
    struct diff_row *row = NULL;

    asked_extension(s, kind, &asked);
    if (ext != NULL)
        extension_text(kind, ext->value, &issued);
    CA_TRY(ca_buf_check(&asked, err));
    CA_TRY(ca_buf_check(&issued, err));
    if (asked.len + issued.len == 0 && !refused)
        return CA_OK;
    CA_TRY(row_add(s, ca_buf_view(&asked), ca_buf_view(&issued), refused, &row, err));
    (void)snprintf(row->field, sizeof(row->field), "extensions.%s", name);
    (void)profile_says_extension(s->in->profile, kind, row->rule);
    return CA_OK;
}

static CA_RC rows_make(struct sides *s, struct ca_err *err)
{
    CA_TRY(diff_read(s, err));
    for (int a = 0; a < NAME__COUNT; a++)
        CA_TRY(attribute_rows(s, (enum name_attribute)a, err));
    CA_TRY(san_rows(s, err));
    CA_TRY(key_row(s, err));
    CA_TRY(digest_row(s, err));
    CA_TRY(validity_row(s, err));
    for (int kind = 0; kind < EXT__COUNT; kind++) {
        if (kind != EXT_SUBJECT_ALT_NAME)
            CA_TRY(extension_row(s, (enum cert_extension_kind)kind, err));
    }
    return CA_OK;
}

void diff_free(struct diff *d)
{
    if (d == NULL)
        return;
    free(d->rows);
    free(d);
}

CA_RC diff_make(const struct judge_input *in, const struct verdict *verdict, struct diff **ret,
                struct ca_err *err)
{
    CA_AUTO(diff) struct diff *diff = calloc(1, sizeof(*diff));
    struct sides *s = calloc(1, sizeof(*s));
    enum ca_rc rc = CA_OK;

    if (diff == NULL || s == NULL) {
        free(s);
        return CA_FAIL_NOMEM(err);
    }
    s->in = in;
    s->verdict = verdict;
    s->to = diff;
    rc = rows_make(s, err);
    ca_buf_done(&s->tbs);
    free(s);
    if (rc == CA_OK)
        *ret = CA_MOVE(diff);
    return rc;
}
