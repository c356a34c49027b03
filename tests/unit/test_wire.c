/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "ca/wire_internal.h"
#include "tests/faults/allocation.h"
#include "tests/unit/wire_samples.h"

static CA_RC decode(struct ca_bytes frame, struct wire_message **ret, struct ca_err *err)
{
    struct wire_header header;

    CA_TRY(wire_header_read(frame.ptr, &header, err));
    return wire_decode(&header,
                       (struct ca_bytes){frame.ptr + WIRE_HEADER_LEN, frame.len - WIRE_HEADER_LEN},
                       ret, err);
}

/* A payload under a header that fits it. */
static CA_RC decode_payload(enum wire_kind kind, struct ca_bytes payload, struct wire_message **ret,
                            struct ca_err *err)
{
    struct wire_header header = {.kind = kind, .id = 1, .length = (uint32_t)payload.len};

    return wire_decode(&header, payload, ret, err);
}

static const char *text_at(const uint8_t *member)
{
    const char *text;

    memcpy(&text, member, sizeof(text));
    return text != NULL ? text : "";
}

static struct ca_bytes bytes_at(const uint8_t *member)
{
    struct ca_bytes bytes;

    memcpy(&bytes, member, sizeof(bytes));
    return bytes;
}

static void field_equal(const struct wire_field *f, const uint8_t *a, const uint8_t *b)
{
    if (f->type == FIELD_TEXT || f->type == FIELD_LINES)
        assert_string_equal(text_at(a), text_at(b));
    else if (f->type == FIELD_BYTES)
        assert_true(ca_bytes_equal(bytes_at(a), bytes_at(b)));
    else
        assert_memory_equal(a, b, wire_field_size(f->type));
}

static void list_equal(const struct wire_field *f, const uint8_t *a, const uint8_t *b)
{
    const uint8_t *x, *y;
    uint32_t n, m;

    memcpy(&x, a + f->offset, sizeof(x));
    memcpy(&y, b + f->offset, sizeof(y));
    memcpy(&n, a + f->count_offset, sizeof(n));
    memcpy(&m, b + f->count_offset, sizeof(m));
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < f->list->n; j++) {
            const struct wire_field *e = &f->list->fields[j];
            size_t at = i * f->list->size + e->offset;

            field_equal(e, x + at, y + at);
        }
}

static void body_equal(const struct wire_list *list, const void *a, const void *b)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct wire_field *f = &list->fields[i];

        if (f->type == FIELD_LIST)
            list_equal(f, a, b);
        else
            field_equal(f, (const uint8_t *)a + f->offset, (const uint8_t *)b + f->offset);
    }
}

/* There and back, and there again: the same values, then the same octets. */
static void round_trip(enum wire_kind kind, const void *body)
{
    CA_AUTO(buf) struct ca_buf one = {0};
    CA_AUTO(buf) struct ca_buf two = {0};
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    struct ca_err err = {0};

    assert_int_equal(wire_encode(kind, UINT64_MAX - 1, body, &one, &err), CA_OK);
    assert_int_equal(decode(ca_buf_view(&one), &m, &err), CA_OK);
    assert_int_equal(m->kind, kind);
    assert_true(m->id == UINT64_MAX - 1);
    body_equal(wire_row(kind)->body, body, m->body);
    assert_int_equal(wire_encode(kind, m->id, m->body, &two, &err), CA_OK);
    assert_true(ca_bytes_equal(ca_buf_view(&one), ca_buf_view(&two)));
}

/* Which octets of the struct belong to a row; the rest of a filled sample must be padding. */
static void list_covers(const struct wire_list *list, const uint8_t *filled)
{
    uint8_t covered[512] = {0};

    assert_true(list->size <= sizeof(covered));
    for (size_t i = 0; i < list->n; i++) {
        const struct wire_field *f = &list->fields[i];

        for (size_t j = 0; j < wire_field_size(f->type); j++)
            assert_int_equal(covered[f->offset + j]++, 0); /* one row for each member */
        for (size_t j = 0; f->type == FIELD_LIST && j < sizeof(uint32_t); j++)
            assert_int_equal(covered[f->count_offset + j]++, 0);
    }
    for (size_t i = 0; i < list->size; i++)
        if (covered[i] == 0 && filled[i] != 0)
            fail_msg("octet %zu of the struct has no row", i);
}

static void every_member_has_a_row(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        const struct wire_list *list = wire_row(kind)->body;
        const uint8_t *body = samples[kind];

        test_note(wire_kind_name(kind));
        list_covers(list, body);
        for (size_t i = 0; i < list->n; i++)
            if (list->fields[i].type == FIELD_LIST) {
                const uint8_t *elements;

                memcpy(&elements, body + list->fields[i].offset, sizeof(elements));
                list_covers(list->fields[i].list, elements);
            }
    }
}

static void filled_messages_come_back(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++)
        round_trip(kind, samples[kind]);
}

/* All zero, but for the one field that cannot be. */
static void *empty_new(enum wire_kind kind)
{
    void *body = calloc(1, wire_row(kind)->body->size);

    assert_non_null(body);
    if (kind == WIRE_REFUSED)
        ((struct wire_refused *)body)->rc = CA_MALFORMED;
    return body;
}

static void empty_messages_come_back(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        void *body = empty_new(kind);

        round_trip(kind, body);
        free(body);
    }
}

static char long_text[WIRE_PAYLOAD_MAX + 1];

/* The largest value that its row lets a member have. */
static void fill_field(const struct wire_field *f, uint8_t *member)
{
    const char *text = long_text + sizeof(long_text) - 1 - f->bound;
    struct ca_bytes bytes = {(const uint8_t *)long_text, f->bound};
    uint8_t small = (uint8_t)f->bound;

    if (f->type == FIELD_TEXT || f->type == FIELD_LINES)
        memcpy(member, &text, sizeof(text));
    else if (f->type == FIELD_BYTES)
        memcpy(member, &bytes, sizeof(bytes));
    else if (f->type == FIELD_U8 || f->type == FIELD_RC)
        *member = small;
    else if (f->type == FIELD_BOOL)
        *member = 1;
    else
        memset(member, 0xff, wire_field_size(f->type));
}

static void fill_list(const struct wire_field *f, uint8_t *body, uint8_t **ret_elements)
{
    uint8_t *elements = calloc(f->bound, f->list->size);

    assert_non_null(elements);
    for (size_t i = 0; i < f->bound; i++)
        for (size_t j = 0; j < f->list->n; j++)
            fill_field(&f->list->fields[j],
                       elements + i * f->list->size + f->list->fields[j].offset);
    memcpy(body + f->offset, &elements, sizeof(elements));
    memcpy(body + f->count_offset, &f->bound, sizeof(f->bound));
    *ret_elements = elements;
}

static void largest_messages_fit_into_a_frame(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        const struct wire_list *list = wire_row(kind)->body;
        uint8_t *body = empty_new(kind);
        uint8_t *elements[16] = {NULL};
        size_t n = 0;

        for (size_t i = 0; i < list->n; i++)
            if (list->fields[i].type == FIELD_LIST)
                fill_list(&list->fields[i], body, &elements[n++]);
            else
                fill_field(&list->fields[i], body + list->fields[i].offset);
        round_trip(kind, body);
        while (n > 0)
            free(elements[--n]);
        free(body);
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        CA_AUTO(buf) struct ca_buf b = {0};
        struct wire_message *m = NULL;
        struct ca_err err = {0};

        assert_int_equal(wire_encode(kind, 1, samples[kind], &b, &err), CA_OK);
        ca_buf_u8(&b, 0);
        for (size_t len = 0; len <= b.len - WIRE_HEADER_LEN; len++) {
            /* a copy of its own, so that ASan sees a read beyond it */
            uint8_t *own = ca_bytes_dup((struct ca_bytes){b.ptr + WIRE_HEADER_LEN, len});
            enum ca_rc rc = decode_payload(kind, (struct ca_bytes){own, len}, &m, &err);
            bool whole = len + 1 == b.len - WIRE_HEADER_LEN;

            free(own);
            assert_int_equal(rc, whole ? CA_OK : CA_MALFORMED);
            assert_true((m != NULL) == whole);
            wire_message_free(m);
            m = NULL;
        }
        assert_non_null(strstr(err.text, "left over: 1"));
    }
}

/* The payload of an empty message in which `with` stands in the place of one field: `at` octets
 * from the start, `least` octets long. */
static enum ca_rc decode_with(enum wire_kind kind, size_t at, size_t least, struct ca_bytes with)
{
    CA_AUTO(buf) struct ca_buf empty = {0};
    CA_AUTO(buf) struct ca_buf b = {0};
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    void *body = empty_new(kind);
    struct ca_err err = {0};
    enum ca_rc rc;

    assert_int_equal(wire_encode(kind, 1, body, &empty, &err), CA_OK);
    free(body);
    ca_buf_add(&b, empty.ptr + WIRE_HEADER_LEN, at);
    ca_buf_bytes(&b, with);
    ca_buf_add(&b, empty.ptr + WIRE_HEADER_LEN + at + least,
               empty.len - WIRE_HEADER_LEN - at - least);
    rc = decode_payload(kind, ca_buf_view(&b), &m, &err);
    assert_true((m != NULL) == (rc == CA_OK));
    return rc;
}

/* Calls `check` for each field of each kind, and for each field of the elements of its lists.
 * `before` and `after` are what must stand around the field: the count of the list and the rest of
 * its only element. */
struct place {
    enum wire_kind kind;
    const struct wire_field *field;
    size_t at;
    size_t least;
    struct ca_bytes before;
    struct ca_bytes after;
};
typedef void (*place_fn)(const struct place *p);

static const uint8_t zeros[64 * 1024];

static void places_of_list(enum wire_kind kind, const struct wire_field *list, size_t at,
                           place_fn check)
{
    uint8_t before[256] = {0, 0, 0, 1};
    size_t all = 0;
    size_t done = 0;

    for (size_t i = 0; i < list->list->n; i++)
        all += wire_field_least(list->list->fields[i].type);
    for (size_t i = 0; i < list->list->n; i++) {
        const struct wire_field *f = &list->list->fields[i];
        size_t least = wire_field_least(f->type);
        struct place p = {
            kind, f, at, 4, {before, 4 + done          },
                {zeros,  all - done - least}
        };

        check(&p);
        done += least;
    }
}

static void each_place(place_fn check)
{
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        const struct wire_list *list = wire_row(kind)->body;
        size_t at = 0;

        for (size_t i = 0; i < list->n; i++) {
            const struct wire_field *f = &list->fields[i];
            size_t least = wire_field_least(f->type);
            struct place p = {
                kind, f, at, least, {NULL, 0},
                    {NULL, 0}
            };

            check(&p);
            if (f->type == FIELD_LIST)
                places_of_list(kind, f, at, check);
            at += least;
        }
    }
}

static enum ca_rc decode_place(const struct place *p, struct ca_bytes with)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    ca_buf_bytes(&b, p->before);
    ca_buf_bytes(&b, with);
    ca_buf_bytes(&b, p->after);
    return decode_with(p->kind, p->at, p->least, ca_buf_view(&b));
}

/* A length, then as many of `content`. */
static enum ca_rc decode_content(const struct place *p, const void *content, size_t len)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    wire_u32_put(&b, (uint32_t)len);
    ca_buf_add(&b, content, len);
    return decode_place(p, ca_buf_view(&b));
}

static bool is_text(const struct wire_field *f)
{
    return f->type == FIELD_TEXT || f->type == FIELD_LINES;
}

static void bound_check(const struct place *p)
{
    if (!is_text(p->field) && p->field->type != FIELD_BYTES)
        return;
    assert_true(p->field->bound > 0);
    assert_int_equal(decode_content(p, long_text, p->field->bound), CA_OK);
    assert_int_equal(decode_content(p, long_text, p->field->bound + 1), CA_MALFORMED);
}

static void one_octet_too_many_is_refused(void **state)
{
    (void)state;
    each_place(bound_check);
}

static void text_check(const struct place *p)
{
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        {"a\0b",             3},
        {"\0",               1},
        {"a\0",              2},
        {"\x1b[",            2},
        {"\x7f",             1},
        {"\xff",             1},
        {"\xc3",             1},
        {"\xc0\x80",         2},
        {"\xc2\x80",         2},
        {"\r",               1},
        {"a\nb\x80",         4},
        {"\xed\xa0\x80",     3},
        {"\xf4\x90\x80\x80", 4}
    };

    if (!is_text(p->field) || p->field->bound < 4)
        return;
    for (size_t i = 0; i < CA_COUNT(bad); i++)
        assert_int_equal(decode_content(p, bad[i].text, bad[i].len), CA_MALFORMED);
    assert_int_equal(decode_content(p, "\xc3\xb6", 2), CA_OK);
    assert_int_equal(decode_content(p, "a\n\tb", 4),
                     p->field->type == FIELD_LINES ? CA_OK : CA_MALFORMED);
}

static void unclean_text_is_refused(void **state)
{
    (void)state;
    each_place(text_check);
}

static void small_check(const struct place *p)
{
    uint8_t v = 0;

    if (p->field->type != FIELD_BOOL && p->field->type != FIELD_U8 && p->field->type != FIELD_RC)
        return;
    v = p->field->type == FIELD_BOOL ? 2 : (uint8_t)(p->field->bound + 1);
    assert_int_equal(decode_place(p, (struct ca_bytes){&v, 1}), CA_MALFORMED);
    v--;
    assert_int_equal(decode_place(p, (struct ca_bytes){&v, 1}), CA_OK);
    v = 0;
    assert_int_equal(decode_place(p, (struct ca_bytes){&v, 1}),
                     p->field->type == FIELD_RC ? CA_MALFORMED : CA_OK);
}

static void small_numbers_stay_in_bounds(void **state)
{
    (void)state;
    each_place(small_check);
}

static enum ca_rc decode_count(const struct place *p, uint32_t count, size_t octets)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    wire_u32_put(&b, count);
    ca_buf_add(&b, zeros, octets);
    return decode_place(p, ca_buf_view(&b));
}

static void count_check(const struct place *p)
{
    const struct wire_field *f = p->field;
    size_t each = 0;

    if (f->type != FIELD_LIST)
        return;
    for (size_t i = 0; i < f->list->n; i++)
        each += wire_field_least(f->list->fields[i].type);
    assert_int_equal(decode_count(p, f->bound, f->bound * each), CA_OK);
    assert_int_equal(decode_count(p, f->bound + 1, (f->bound + 1) * each), CA_MALFORMED);
    assert_int_equal(decode_count(p, UINT32_MAX, f->bound * each), CA_MALFORMED);
    assert_int_equal(decode_count(p, 2, each), CA_MALFORMED);
}

static void too_many_elements_are_refused(void **state)
{
    (void)state;
    each_place(count_check);
}

/* clang-format off */
static const struct header_case {
    uint8_t octets[WIRE_HEADER_LEN];
    enum ca_rc rc;
    const char *says;
} header_cases[] = {
    {{1, WIRE_ISSUE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_OK, ""},
    {{1, WIRE__COUNT - 1, 0, 0, 0, 8, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}, CA_OK, ""},
    {{0, WIRE_ISSUE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "version 0"},
    {{2, WIRE_ISSUE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "version 2"},
    {{1, WIRE__COUNT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "no message of kind"},
    {{1, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "no message of kind 255"},
    {{1, WIRE_ISSUE, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "not zero"},
    {{1, WIRE_ISSUE, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "not zero"},
    {{1, WIRE_ISSUE, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "at most 524288"},
    {{1, WIRE_ISSUE, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0}, CA_MALFORMED, "at most"},
};
/* clang-format on */

static void headers_are_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(header_cases); i++) {
        const struct header_case *c = &header_cases[i];
        struct wire_header header = {.length = 77};
        struct ca_err err = {0};

        assert_int_equal(wire_header_read(c->octets, &header, &err), c->rc);
        assert_non_null(strstr(err.text, c->says));
        assert_true((header.length == 77) == (c->rc != CA_OK));
    }
}

static void encode_refuses(enum wire_kind kind, const void *body, enum ca_rc rc)
{
    CA_AUTO(buf) struct ca_buf b = {0};
    struct ca_err err = {0};

    ca_buf_str(&b, "before");
    assert_int_equal(wire_encode(kind, 1, body, &b, &err), rc);
    assert_string_equal(ca_buf_cstr(&b), "before"); /* no half a frame */
}

static void what_does_not_fit_is_not_encoded(void **state)
{
    struct wire_issue issue = sample_issue;
    struct wire_revoke revoke = sample_revoke;
    struct wire_refused refused = sample_refused;
    char name[66];

    (void)state;
    memset(name, 'n', 65);
    name[65] = '\0';
    issue.profile = name;
    encode_refuses(WIRE_ISSUE, &issue, CA_LIMIT);
    issue.profile = "two\nlines";
    encode_refuses(WIRE_ISSUE, &issue, CA_MALFORMED);
    issue = sample_issue;
    issue.comment = "\x1b[2J";
    encode_refuses(WIRE_ISSUE, &issue, CA_MALFORMED);
    issue = sample_issue;
    issue.csr = (struct ca_bytes){(const uint8_t *)long_text, 65537};
    encode_refuses(WIRE_ISSUE, &issue, CA_LIMIT);
    issue = sample_issue;
    issue.sans_n = 257;
    encode_refuses(WIRE_ISSUE, &issue, CA_LIMIT);
    revoke.reason = 11;
    encode_refuses(WIRE_REVOKE, &revoke, CA_FAULT);
    refused.rc = CA_OK;
    encode_refuses(WIRE_REFUSED, &refused, CA_FAULT);
    encode_refuses(WIRE__COUNT, &refused, CA_MALFORMED);
}

static enum ca_rc decode_once(const void *arg, struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    const struct ca_buf *b = arg;

    return decode(ca_buf_view(b), &m, err);
}

static enum ca_rc encode_once(const void *arg, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    return wire_encode(WIRE_ISSUE, 1, arg, &b, err);
}

static void each_failing_allocation_is_a_fault(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(wire_encode(WIRE_ISSUE, 1, &sample_issue, &b, &err), CA_OK);
    fault_each_allocation(decode_once, &b);
    fault_each_allocation(encode_once, &sample_issue);
}

static void questions_name_their_answer(void **state)
{
    (void)state;
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        const struct wire_row *row = wire_row(kind);

        assert_true(wire_is_question(kind) == (kind < WIRE_REFUSED));
        assert_true(row->question || !row->again);
        if (row->question && kind != WIRE_NOTE)
            assert_false(wire_is_question(row->answer) || row->answer == WIRE_REFUSED);
    }
    assert_null(wire_row(WIRE__COUNT));
    assert_string_equal(wire_kind_name(WIRE_CRL_GENERATE), "crl_generate");
    assert_string_equal(wire_kind_name(WIRE__COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_has_a_row),
        cmocka_unit_test(questions_name_their_answer),
        cmocka_unit_test(filled_messages_come_back),
        cmocka_unit_test(empty_messages_come_back),
        cmocka_unit_test(largest_messages_fit_into_a_frame),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(one_octet_too_many_is_refused),
        cmocka_unit_test(unclean_text_is_refused),
        cmocka_unit_test(small_numbers_stay_in_bounds),
        cmocka_unit_test(too_many_elements_are_refused),
        cmocka_unit_test(headers_are_strict),
        cmocka_unit_test(what_does_not_fit_is_not_encoded),
        cmocka_unit_test(each_failing_allocation_is_a_fault),
    };

    memset(long_text, 'x', sizeof(long_text) - 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
