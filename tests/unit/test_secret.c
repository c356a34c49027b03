/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/support.h"

/* From a pipe that holds these octets. */
static enum ca_rc from_text(struct ca_bytes text, struct ca_secret **ret, struct ca_err *err)
{
    int ends[2];
    enum ca_rc rc;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(ca_fd_write_all(ends[1], text, err), CA_OK);
    (void)close(ends[1]);
    rc = ca_secret_from_fd(ends[0], ret, err);
    (void)close(ends[0]);
    return rc;
}

static const struct {
    const char *in;
    enum ca_rc rc;
    const char *out;
} cases[] = {
    {"1234",   CA_OK,        "1234"},
    {"1234\n", CA_OK,        "1234"},
    {"12\n\n", CA_OK,        "12\n"}, /* one newline only */
    {" 12 ",   CA_OK,        " 12 "},
    {"",       CA_MALFORMED, ""    },
    {"\n",     CA_MALFORMED, ""    },
};

static void a_secret_loses_one_newline_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(secret) struct ca_secret *s = NULL;
        struct ca_err err = {0};

        assert_int_equal(from_text(ca_bytes_str(cases[i].in), &s, &err), cases[i].rc);
        assert_true((s != NULL) == (cases[i].rc == CA_OK));
        if (s != NULL)
            assert_string_equal((const char *)ca_secret_view(s).ptr, cases[i].out);
    }
}

static void i16_a_secret_has_a_bound(void **state)
{
    uint8_t text[CA_SECRET_MAX + 1];
    CA_AUTO(secret) struct ca_secret *most = NULL;
    CA_AUTO(secret) struct ca_secret *more = NULL;
    struct ca_err err = {0};

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_int_equal(from_text((struct ca_bytes){text, CA_SECRET_MAX}, &most, &err), CA_OK);
    assert_int_equal(ca_secret_view(most).len, CA_SECRET_MAX);
    assert_int_equal(from_text((struct ca_bytes){text, sizeof(text)}, &more, &err), CA_LIMIT);
    assert_null(strstr(err.text, "xx"));
}

static void i15_a_file_that_others_may_read_is_refused(void **state)
{
    static const struct {
        mode_t mode;
        enum ca_rc rc;
    } rows[] = {
        {0400, CA_OK    },
        {0600, CA_OK    },
        {0440, CA_OK    }, /* a group of its own */
        {0444, CA_DENIED},
        {0604, CA_DENIED},
        {0602, CA_DENIED},
        {0620, CA_DENIED},
    };
    char path[] = "/tmp/ca-secret-XXXXXX";
    int fd = mkstemp(path);
    struct ca_err err = {0};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ca_fd_write_all(fd, ca_bytes_str("geheim\n"), &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(secret) struct ca_secret *s = NULL;

        assert_int_equal(fchmod(fd, rows[i].mode), 0);
        assert_int_equal(ca_secret_from_file(path, &s, &err), rows[i].rc);
        assert_null(strstr(err.text, "geheim"));
    }
    assert_non_null(strstr(err.text, "chmod 0400")); /* says what to do */
    (void)close(fd);
    (void)unlink(path);
    {
        CA_AUTO(secret) struct ca_secret *s = NULL;

        assert_int_equal(ca_secret_from_file(path, &s, &err), CA_NOT_FOUND);
        assert_null(s);
    }
}

static void i15_a_secret_is_left_out_of_core_dumps(void **state)
{
    CA_AUTO(secret) struct ca_secret *s = NULL;
    struct ca_err err = {0};
    char line[512];
    bool inside = false;
    bool left_out = false;
    FILE *maps;

    (void)state;
    assert_int_equal(ca_secret_random(20, &s, &err), CA_OK);
    maps = fopen("/proc/self/smaps", "re");
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from;
        unsigned long to;

        /* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers */
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside = (unsigned long)(uintptr_t)s >= from && (unsigned long)(uintptr_t)s < to;
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            left_out = strstr(line, " dd") != NULL; /* "do not dump" */
    }
    (void)fclose(maps);
    assert_true(left_out);
}

static void random_secrets_differ_and_have_letters_only(void **state)
{
    CA_AUTO(secret) struct ca_secret *a = NULL;
    CA_AUTO(secret) struct ca_secret *b = NULL;
    CA_AUTO(secret) struct ca_secret *none = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_secret_random(24, &a, &err), CA_OK);
    assert_int_equal(ca_secret_random(24, &b, &err), CA_OK);
    assert_int_equal(
        strspn((const char *)ca_secret_view(a).ptr, "abcdefghijklmnopqrstuvwxyz234567"), 24);
    assert_false(ca_secret_equal(a, ca_secret_view(b)));
    assert_true(ca_secret_equal(a, ca_secret_view(a)));
    assert_false(ca_secret_equal(a, (struct ca_bytes){ca_secret_view(a).ptr, 23}));
    assert_int_equal(ca_secret_random(0, &none, &err), CA_FAULT);
    assert_int_equal(ca_secret_random(CA_SECRET_MAX + 1, &none, &err), CA_FAULT);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_loses_one_newline_and_nothing_else),
        cmocka_unit_test(i16_a_secret_has_a_bound),
        cmocka_unit_test(i15_a_file_that_others_may_read_is_refused),
        cmocka_unit_test(i15_a_secret_is_left_out_of_core_dumps),
        cmocka_unit_test(random_secrets_differ_and_have_letters_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
