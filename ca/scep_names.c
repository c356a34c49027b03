/* SPDX-License-Identifier: Apache-2.0 */
/* Names that challenges and renewals are held to. */
#include <stdlib.h>

#include "ca/scep_internal.h"
#include "ca/wish_internal.h"
#include "policy/name.h"

void scep_names_done(struct scep_names *n)
{
    ca_buf_done(&n->subject);
    ca_buf_done(&n->names);
}

/* A subject and its alternative names. */
struct both {
    struct name_value values[NAME_VALUES_MAX];
    size_t value_n;
    struct san sans[SAN_COUNT_MAX];
    size_t san_n;
};

static int bytes_compare(struct ca_bytes a, struct ca_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int first = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

    return first != 0 ? first : (a.len > b.len) - (a.len < b.len);
}

static int value_compare(const void *a, const void *b)
{
    const struct name_value *one = a;
    const struct name_value *two = b;

    if (one->attribute != two->attribute)
        return one->attribute < two->attribute ? -1 : 1;
    return bytes_compare(one->value, two->value);
}

/* The string type is the profile's business. */
static CA_RC subject_write(struct both *b, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    qsort(b->values, b->value_n, sizeof(b->values[0]), value_compare);
    CA_TRY(name_write(&w, b->values, b->value_n, err));
    CA_TRY(der_writer_check(&w, err));
    if (b->value_n > 0)
        name_text(der_writer_view(&w), ret);
    ca_buf_u8(ret, '\0');
    return ca_buf_check(ret, err);
}

/* One name as text: host names have no case. */
static void name_write_one(const struct san *san, struct ca_buf *ret)
{
    size_t at = ret->len;

    san_text(san, ret);
    for (size_t i = at; san->type == SAN_DNS && ret->state == CA_BUF_FINE && i < ret->len; i++) {
        if (i >= at + 4 && ret->ptr[i] >= 'A' && ret->ptr[i] <= 'Z') /* behind "DNS:" */
            ret->ptr[i] = (uint8_t)(ret->ptr[i] + 'a' - 'A');
    }
}

static int line_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of `text`, each with its NUL, sorted and joined, none twice. */
static CA_RC lines_join(const struct ca_buf *text, size_t n, struct ca_buf *ret, struct ca_err *err)
{
    const char *lines[SAN_COUNT_MAX] = {NULL};
    const char *at = (const char *)text->ptr;

    for (size_t i = 0; i < n; i++, at += strlen(at) + 1)
        lines[i] = at;
    qsort(lines, n, sizeof(lines[0]), line_compare);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
            ca_buf_printf(ret, "%s%s", i > 0 ? "," : "", lines[i]);
    }
    ca_buf_u8(ret, '\0');
    return ca_buf_check(ret, err);
}

static CA_RC names_write(const struct both *b, struct scep_names *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    for (size_t i = 0; i < b->san_n; i++) {
        size_t at = text.len;

        name_write_one(&b->sans[i], &text);
        ca_buf_u8(&text, '\0');
        CA_TRY(ca_buf_check(&text, err));
        /* One that could pass for two, or that is not all there. */
        ret->odd = ret->odd || strchr((const char *)text.ptr + at, ',') != NULL ||
                   strlen((const char *)text.ptr + at) + 1 != text.len - at;
    }
    if (ret->odd) {
        ca_buf_u8(&ret->names, '\0');
        return ca_buf_check(&ret->names, err);
    }
    return lines_join(&text, b->san_n, &ret->names, err);
}

static CA_RC both_write(struct both *b, struct scep_names *ret, struct ca_err *err)
{
    CA_TRY(subject_write(b, &ret->subject, err));
    return names_write(b, ret, err);
}

CA_RC scep_names_asked(const struct wire_scep_challenge_create *ask, struct scep_names *ret,
                       struct ca_err *err)
{
    const struct wire_issue as = {.subject_given = true,
                                  .subject = ask->subject,
                                  .subject_n = ask->subject_n,
                                  .sans_given = true,
                                  .sans = ask->sans,
                                  .sans_n = ask->sans_n,
                                  .digest = ""};
    CA_AUTO(wish) struct wish_read wish = {0};
    struct both both = {.value_n = ask->subject_n, .san_n = ask->sans_n};

    CA_TRY(wish_read(&as, &wish, err));
    for (size_t i = 0; i < both.value_n; i++) {
        both.values[i] = wish.subject[i];
        CA_TRY(name_value_check(&both.values[i], err));
    }
    memcpy(both.sans, wish.sans, both.san_n * sizeof(both.sans[0]));
    CA_TRY(both_write(&both, ret, err));
    if (ret->odd)
        return CA_FAIL(err, CA_MALFORMED, "/sans: a name with a comma in it fits no challenge");
    return CA_OK;
}

static CA_RC names_of(const struct cert *cert, struct both *ret, struct ca_err *err)
{
    const struct cert_extension *ext = cert_extension(cert, EXT_SUBJECT_ALT_NAME);

    CA_TRY(name_read(cert->subject, ret->values, &ret->value_n, err));
    return ext != NULL ? san_read(ext->value, ret->sans, &ret->san_n, err) : CA_OK;
}

static bool has_value(const struct both *b, const struct name_value *value)
{
    for (size_t i = 0; i < b->value_n; i++) {
        if (value_compare(&b->values[i], value) == 0)
            return true;
    }
    return false;
}

static bool has_san(const struct both *b, const struct san *san)
{
    for (size_t i = 0; i < b->san_n; i++) {
        if (b->sans[i].type == san->type && ca_bytes_equal(b->sans[i].value, san->value))
            return true;
    }
    return false;
}

/* Values are copied from the CSR as they are or are the profile's; nothing is made out of one. */
CA_RC scep_names_let(const struct csr *csr, struct ca_bytes tbs, struct scep_names *ret,
                     struct ca_err *err)
{
    struct both asked = {.value_n = 0};
    struct both let = {.value_n = 0};
    struct both bound = {.value_n = 0};
    struct cert cert;
    const struct san *sans = csr_sans(csr, &asked.san_n);

    CA_TRY(name_read(csr_subject(csr), asked.values, &asked.value_n, err));
    if (asked.san_n > 0)
        memcpy(asked.sans, sans, asked.san_n * sizeof(asked.sans[0]));
    CA_TRY(cert_read_tbs(tbs, &cert, err));
    CA_TRY(names_of(&cert, &let, err));
    for (size_t i = 0; i < let.value_n; i++) {
        if (has_value(&asked, &let.values[i]))
            bound.values[bound.value_n++] = let.values[i];
    }
    for (size_t i = 0; i < let.san_n; i++) {
        if (has_san(&asked, &let.sans[i]))
            bound.sans[bound.san_n++] = let.sans[i];
    }
    return both_write(&bound, ret, err);
}

CA_RC scep_names_inside(struct ca_bytes tbs, const struct cert *old, struct ca_err *err)
{
    struct both before = {.value_n = 0};
    struct both now = {.value_n = 0};
    struct cert cert;

    CA_TRY(cert_read_tbs(tbs, &cert, err));
    CA_TRY(names_of(&cert, &now, err));
    CA_TRY(names_of(old, &before, err));
    qsort(before.values, before.value_n, sizeof(before.values[0]), value_compare);
    qsort(now.values, now.value_n, sizeof(now.values[0]), value_compare);
    for (size_t i = 0; i < now.value_n || i < before.value_n; i++) {
        if (now.value_n != before.value_n ||
            value_compare(&now.values[i], &before.values[i]) != 0) {
            return CA_FAIL_AS(err, CA_DENIED, "scep-renewal",
                              "the subject is not that of the old certificate");
        }
    }
    for (size_t i = 0; i < now.san_n; i++) {
        if (!has_san(&before, &now.sans[i])) {
            return CA_FAIL_AS(err, CA_DENIED, "scep-renewal",
                              "an alternative name is not in the old certificate");
        }
    }
    return CA_OK;
}
