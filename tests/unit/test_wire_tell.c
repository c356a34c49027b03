/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tests/unit/support.h"
#include "tests/unit/wire_samples.h"

/* What a question says, as lines that a test can compare. */
static CA_RC line_put(void *arg, const struct wire_told *t, struct ca_err *err)
{
    struct ca_buf *to = arg;

    ca_buf_str(to, t->field);
    if (t->element != NULL)
        ca_buf_printf(to, "/%u/%s", t->index, t->element);
    ca_buf_u8(to, '=');
    if (t->kind == TOLD_NUMBER || t->kind == TOLD_TRUTH) {
        ca_buf_printf(to, "%lld", (long long)t->number);
    } else if (t->kind == TOLD_TEXT) {
        ca_buf_bytes(to, t->octets);
    } else {
        ca_buf_printf(to, "%zu octets", t->octets.len);
    }
    ca_buf_u8(to, '\n');
    return ca_buf_check(to, err);
}

static enum ca_rc tell(enum wire_kind kind, const void *body, struct ca_buf *ret,
                       struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf frame = {0};
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    struct wire_header header;

    assert_int_equal(wire_encode(kind, 1, body, &frame, err), CA_OK);
    assert_int_equal(wire_header_read(frame.ptr, &header, err), CA_OK);
    assert_int_equal(
        wire_decode(&header,
                    (struct ca_bytes){frame.ptr + WIRE_HEADER_LEN, frame.len - WIRE_HEADER_LEN}, &m,
                    err),
        CA_OK);
    return wire_tell(m, line_put, ret, err);
}

static void a_question_tells_every_field_but_the_caller(void **state)
{
    static const char wanted[] = "name=alice\nroles=3\nnames/0/text=a.example\n"
                                 "names/1/text=b.example\ncertificate=5 octets\ncsr=0 octets\n";
    static const struct wire_text names[] = {{"a.example"}, {"b.example"}};
    const struct wire_operator_enrol ask = {
        .caller = SAMPLE_CALLER,
        .name = "alice",
        .roles = 3,
        .names = names,
        .names_n = 2,
        .certificate = {sample_octets, sizeof(sample_octets)},
    };
    CA_AUTO(buf) struct ca_buf said = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(tell(WIRE_OPERATOR_ENROL, &ask, &said, &err), CA_OK);
    assert_string_equal(ca_buf_cstr(&said), wanted);
}

static void truth_is_told_as_such_and_numbers_keep_their_sign(void **state)
{
    const struct wire_authority_create ask = {
        .caller = SAMPLE_CALLER, .name = "sub", .path_length = -1, .repeatable = true};
    CA_AUTO(buf) struct ca_buf said = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(tell(WIRE_AUTHORITY_CREATE, &ask, &said, &err), CA_OK);
    assert_non_null(strstr(ca_buf_cstr(&said), "\npath_length=-1\n"));
    assert_non_null(strstr(ca_buf_cstr(&said), "\nrepeatable=1\n"));
    assert_null(strstr(ca_buf_cstr(&said), "req-1"));
}

/* Some hold secrets. */
static void an_answer_tells_nothing(void **state)
{
    CA_AUTO(buf) struct ca_buf said = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(tell(WIRE_CREDENTIAL, &sample_credential, &said, &err), CA_MALFORMED);
    assert_int_equal(said.len, 0);
}

static CA_RC refuse(void *arg, const struct wire_told *t, struct ca_err *err)
{
    int *n = arg;

    (void)t;
    *n += 1;
    return CA_FAIL(err, CA_LIMIT, "enough");
}

static void whoever_is_told_may_stop(void **state)
{
    struct wire_revoke ask = {.comment = ""};
    const struct wire_message m = {WIRE_REVOKE, 1, &ask};
    struct ca_err err = {0};
    int n = 0;

    (void)state;
    assert_int_equal(wire_tell(&m, refuse, &n, &err), CA_LIMIT);
    assert_int_equal(n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_tells_every_field_but_the_caller),
        cmocka_unit_test(truth_is_told_as_such_and_numbers_keep_their_sign),
        cmocka_unit_test(an_answer_tells_nothing),
        cmocka_unit_test(whoever_is_told_may_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
