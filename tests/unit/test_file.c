/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"

static char dir[] = "/tmp/ca-file-XXXXXX";

static const char *at(const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static unsigned names_in(const char *path)
{
    DIR *d = opendir(path);
    unsigned n = 0;

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static int start(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    (void)unlink(at("file"));
    (void)rmdir(at("a/b"));
    (void)rmdir(at("a"));
    (void)rmdir(at("taken"));
    return rmdir(dir); /* fails when a test left something behind */
}

static void a_file_is_replaced_whole(void **state)
{
    CA_AUTO(buf) struct ca_buf back = {0};
    struct ca_err err = {0};
    struct stat st;

    (void)state;
    assert_int_equal(ca_file_replace(at("file"), ca_bytes_str("a longer text"), 0644, &err), CA_OK);
    assert_int_equal(ca_file_replace(at("file"), ca_bytes_str("short"), 0600, &err), CA_OK);
    assert_int_equal(ca_file_read(at("file"), &back, &err), CA_OK);
    assert_string_equal(ca_buf_cstr(&back), "short");
    assert_int_equal(stat(at("file"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600); /* whatever the umask */
    assert_int_equal(names_in(dir), 1);
}

static void what_cannot_be_replaced_stays_and_leaves_nothing(void **state)
{
    char path[PATH_MAX];
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_file_replace(at("none/file"), ca_bytes_str("x"), 0600, &err), CA_NOT_FOUND);
    assert_int_equal(mkdir(at("taken"), 0700), 0); /* a file cannot take a folder's place */
    assert_int_equal(ca_file_replace(at("taken"), ca_bytes_str("x"), 0600, &err), CA_UNAVAILABLE);
    assert_non_null(strstr(err.text, "taken"));
    assert_int_equal(names_in(dir), 2); /* file and taken */
    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(ca_file_replace(path, ca_bytes_str("x"), 0600, &err), CA_LIMIT);
}

static void reading_is_bounded_and_says_what_failed(void **state)
{
    CA_AUTO(buf) struct ca_buf small = {.max = 4};
    CA_AUTO(buf) struct ca_buf any = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_file_read(at("file"), &small, &err), CA_LIMIT);
    assert_int_equal(ca_file_read(at("none"), &any, &err), CA_NOT_FOUND);
    assert_non_null(strstr(err.text, "none"));
    assert_int_equal(ca_file_read(dir, &any, &err), CA_UNAVAILABLE); /* a folder */
}

static void folders_are_made_with_those_above(void **state)
{
    struct ca_err err = {0};
    struct stat st;

    (void)state;
    assert_int_equal(ca_dir_make(at("a/b"), 0700, &err), CA_OK);
    assert_int_equal(ca_dir_make(at("a/b"), 0700, &err), CA_OK); /* again */
    assert_int_equal(stat(at("a/b"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 0077, 0);
    assert_int_equal(ca_dir_make("", 0700, &err), CA_LIMIT);
    assert_int_equal(ca_dir_make(at("file/b"), 0700, &err), CA_UNAVAILABLE);
}

static void paths_are_joined_where_they_fit(void **state)
{
    char path[8];
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_path_join(path, sizeof(path), "/a/b", "cd", &err), CA_OK);
    assert_string_equal(path, "/a/b/cd");
    assert_int_equal(ca_path_join(path, sizeof(path), "/a/b", "cde", &err), CA_LIMIT);
}

static void writing_to_a_closed_end_fails(void **state)
{
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_fd_write_all(-1, ca_bytes_str("x"), &err), CA_UNAVAILABLE);
    assert_int_equal(ca_fd_write_all(-1, ca_bytes_str(""), &err), CA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(what_cannot_be_replaced_stays_and_leaves_nothing),
        cmocka_unit_test(reading_is_bounded_and_says_what_failed),
        cmocka_unit_test(folders_are_made_with_those_above),
        cmocka_unit_test(paths_are_joined_where_they_fit),
        cmocka_unit_test(writing_to_a_closed_end_fails),
    };

    return cmocka_run_group_tests(tests, start, end);
}
