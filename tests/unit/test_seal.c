/* SPDX-License-Identifier: Apache-2.0 */

/* Seals over a token of its own: hsm_secret_derive answers from here. */
#include "ca/seal_internal.h"

#include "base/text.h"
#include "tests/unit/support.h"

static const char *derived; /* NULL: the token fails */
static char asked_label[64];
static char asked_context[64];

CA_RC hsm_secret_derive(struct hsm *hsm, const char *label, const char *context,
                        struct ca_secret **ret, struct ca_err *err)
{
    (void)hsm;
    (void)ca_text_copy(asked_label, sizeof(asked_label), ca_bytes_str(label));
    (void)ca_text_copy(asked_context, sizeof(asked_context), ca_bytes_str(context));
    if (derived == NULL)
        return CA_FAIL_AS(err, CA_DENIED, "mechanism-missing", "no CKM_SHA256_HMAC");
    return ca_secret_from_bytes(ca_bytes_str(derived), ret, err);
}

CA_AUTO_DEFINE(seal, struct seal *, seal_close);

static struct seal *seal_new(const char *key)
{
    static int token;
    struct seal *s = NULL;
    struct ca_err err = {0};

    derived = key;
    assert_int_equal(seal_open(__extension__(struct hsm *)(void *) & token, &s, &err), CA_OK);
    return s;
}

/* A row of every kind of column. */
struct row {
    const char *table;
    const char *a;
    const char *b;
    struct ca_bytes c;
    int64_t d;
};

static void form_fill(struct seal_form *f, const struct row *r)
{
    seal_form_init(f, r->table);
    seal_form_text(f, r->a);
    seal_form_text(f, r->b);
    seal_form_bytes(f, r->c);
    seal_form_int(f, r->d);
}

static const struct row sealed = {
    "operator", "alice", "", {(const uint8_t *)"\x00\x01", 2},
       5
};

static void a_row_that_was_sealed_passes(void **state)
{
    CA_AUTO(seal) struct seal *s = seal_new("0123456789abcdef0123456789abcdef");
    CA_AUTO(seal_form) struct seal_form f;
    uint8_t seal[SEAL_LEN];
    struct ca_err err = {0};

    (void)state;
    form_fill(&f, &sealed);
    assert_int_equal(seal_make(s, &f, seal, &err), CA_OK);
    assert_int_equal(seal_check(s, &f, (struct ca_bytes){seal, SEAL_LEN}, "alice", &err), CA_OK);
    assert_string_equal(asked_label, "ca-server seal");
    assert_non_null(strstr(asked_context, "version 1"));
}

static const struct {
    const char *what;
    struct row row;
} others[] = {
    {"another table",          {"credential", "alice", "", {(const uint8_t *)"\x00\x01", 2}, 5}},
    {"another text",           {"operator", "alicf", "", {(const uint8_t *)"\x00\x01", 2}, 5}  },
    {"NULL is not empty",      {"operator", "alice", NULL, {(const uint8_t *)"\x00\x01", 2}, 5}},
    {"a letter moved over",    {"operator", "alic", "e", {(const uint8_t *)"\x00\x01", 2}, 5}  },
    {"texts changed places",   {"operator", "", "alice", {(const uint8_t *)"\x00\x01", 2}, 5}  },
    {"other octets",           {"operator", "alice", "", {(const uint8_t *)"\x00\x02", 2}, 5}  },
    {"fewer octets",           {"operator", "alice", "", {(const uint8_t *)"\x00\x01", 1}, 5}  },
    {"another number",         {"operator", "alice", "", {(const uint8_t *)"\x00\x01", 2}, 6}  },
    {"a number below nothing", {"operator", "alice", "", {(const uint8_t *)"\x00\x01", 2}, -5} },
};

static void a_row_that_was_altered_is_refused_by_name(void **state)
{
    CA_AUTO(seal) struct seal *s = seal_new("0123456789abcdef0123456789abcdef");
    CA_AUTO(seal_form) struct seal_form f;
    uint8_t seal[SEAL_LEN];
    struct ca_err err = {0};

    (void)state;
    form_fill(&f, &sealed);
    assert_int_equal(seal_make(s, &f, seal, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(others); i++) {
        CA_AUTO(seal_form) struct seal_form other;

        test_note(others[i].what);
        err = (struct ca_err){0};
        form_fill(&other, &others[i].row);
        assert_int_equal(
            seal_check(s, &other, (struct ca_bytes){seal, SEAL_LEN}, "0192-marker", &err),
            CA_DENIED);
        assert_string_equal(err.problem, "row-altered");
        assert_non_null(strstr(err.text, others[i].row.table));
        assert_non_null(strstr(err.text, "0192-marker"));
    }
}

static void a_seal_of_another_key_length_or_none_is_refused(void **state)
{
    CA_AUTO(seal) struct seal *s = seal_new("0123456789abcdef0123456789abcdef");
    CA_AUTO(seal) struct seal *other = seal_new("0123456789abcdef0123456789abcdeF");
    CA_AUTO(seal_form) struct seal_form f;
    uint8_t seal[SEAL_LEN + 1] = {0};
    struct ca_err err = {0};

    (void)state;
    form_fill(&f, &sealed);
    assert_int_equal(seal_make(s, &f, seal, &err), CA_OK);
    for (size_t len = 0; len <= sizeof(seal); len++)
        assert_int_equal(seal_check(s, &f, (struct ca_bytes){seal, len}, "x", &err) == CA_OK,
                         len == SEAL_LEN);
    assert_int_equal(seal_check(other, &f, (struct ca_bytes){seal, SEAL_LEN}, "x", &err),
                     CA_DENIED);
    seal[SEAL_LEN - 1] ^= 1;
    assert_int_equal(seal_check(s, &f, (struct ca_bytes){seal, SEAL_LEN}, "x", &err), CA_DENIED);
}

static void without_a_token_nothing_is_sealed_and_everything_passes(void **state)
{
    CA_AUTO(seal) struct seal *s = NULL;
    CA_AUTO(seal_form) struct seal_form f;
    uint8_t seal[SEAL_LEN] = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(seal_open(NULL, &s, &err), CA_OK);
    form_fill(&f, &sealed);
    assert_int_equal(seal_make(s, &f, seal, &err), CA_UNAVAILABLE);
    assert_int_equal(seal_check(s, &f, (struct ca_bytes){seal, SEAL_LEN}, "x", &err), CA_OK);
}

static void a_token_that_cannot_seal_says_so(void **state)
{
    static int token;
    struct seal *s = NULL;
    struct ca_err err = {0};

    (void)state;
    derived = NULL;
    assert_int_equal(seal_open(__extension__(struct hsm *)(void *) & token, &s, &err), CA_DENIED);
    assert_null(s);
    assert_string_equal(err.problem, "mechanism-missing");
    assert_non_null(strstr(err.text, "CKM_SHA256_HMAC"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_was_sealed_passes),
        cmocka_unit_test(a_row_that_was_altered_is_refused_by_name),
        cmocka_unit_test(a_seal_of_another_key_length_or_none_is_refused),
        cmocka_unit_test(without_a_token_nothing_is_sealed_and_everything_passes),
        cmocka_unit_test(a_token_that_cannot_seal_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
