/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/signer_support.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fatal(int exit_status, const char *text)
{
    (void)fprintf(stderr, "signer ends with %d: %s\n", exit_status, text);
    abort();
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)unlink(path);
    assert_true(ca_text_copy(address.sun_path, sizeof(address.sun_path), ca_bytes_str(path)));
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

void test_signer_again(struct test_signer *t)
{
    struct ca_err err = {0};

    t->config.listen_fd = listen_on(t->socket);
    test_ok(signer_start(&t->config, &t->s, &err), &err);
}

void test_signer_stop(struct test_signer *t)
{
    signer_stop(t->s, 5000);
    t->s = NULL;
}

void test_signer_start(struct test_signer *t)
{
    struct ca_err err = {0};

    *t = (struct test_signer){
        .actor = {.name = "tester",   .roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN},
        .caller = {.channel = "local", .request_id = "test-1"                       }
    };
    memset(t->actor.id.octets, 7, sizeof(t->actor.id.octets));
    t->caller.operator_id = t->actor.id;
    t->pg = postgres_start(""); /* forks: before the token is opened */
    postgres_migrate(t->pg);
    t->db = postgres_config(t->pg, DB_SIGNER);
    t->hsm = test_hsm_open(CA_TEST_SOFTHSM2);
    test_ok(profile_set_new(&t->profiles, &err), &err);
    (void)test_path("socket", t->socket);
    t->config = (struct signer_config){
        .node = "node-1",
        .peer_uid = (uid_t)-1,
        .bootstrap = true,
        .db = &t->db,
        .hsm = t->hsm,
        .profiles = t->profiles,
        .public_url = "http://ca.test/",
        .spool_dir = test_dir(),
        .dev = true,
        .workers = 2,
        .queue_max = 64,
        .batch_max = 16,
        .crl_validity_s = 3600,
        .crl_interval_s = 1800,
        .crl_soon_s = 2,
        .ocsp_validity_s = 8 * 3600,
        .intent_deadline_s = 60,
        .on_fatal = fatal,
    };
    test_signer_again(t);
}

void test_signer_done(struct test_signer *t)
{
    signer_stop(t->s, 5000);
    profile_set_free(t->profiles);
    postgres_end(t->pg);
}

struct wire_authority_create test_create_ask(const struct test_signer *t, const char *name,
                                             const char *parent, const struct wire_pair *cn)
{
    return (struct wire_authority_create){
        .caller = t->caller,
        .name = name,
        .parent = parent,
        .key = "ec:P-256",
        .digest = "",
        .profile = "",
        .subject = cn,
        .subject_n = 1,
        .path_length = -1,
        .crl_url = "",
        .aia_url = "",
        .ocsp_url = "",
        .follows = "",
    };
}

CA_RC test_create(struct test_signer *t, const struct wire_authority_create *ask,
                  struct wire_authority *ret, struct ca_buf *own, struct ca_err *err)
{
    return handle_authority_create(t->s, &t->actor, ask, ret, own, err);
}

void test_authority_make(struct test_signer *t, const char *name, const char *parent,
                         struct ca_buf *ret)
{
    const struct wire_pair cn = {"common_name", name};
    const struct wire_authority_create ask = test_create_ask(t, name, parent, &cn);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_authority made = {0};
    struct ca_err err = {0};

    test_ok(test_create(t, &ask, &made, &own, &err), &err);
    ca_buf_bytes(ret, made.certificate.len > 0 ? made.certificate : made.csr);
}
