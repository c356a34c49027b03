/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/queue.h"
#include "base/time.h"
#include "ca/client.h"
#include "ca/server_internal.h"

enum { NOBODY = 65534, IN_FLIGHT = 256 };

/* A folder with a signer's socket in it. */
struct place {
    char dir[64];
    char path[96];
};

static struct place place_new(void)
{
    struct place p = {.dir = "/tmp/ca-wire-XXXXXX"};

    assert_non_null(mkdtemp(p.dir));
    (void)snprintf(p.path, sizeof(p.path), "%s/signer", p.dir);
    return p;
}

static void place_done(struct place p)
{
    (void)unlink(p.path);
    (void)rmdir(p.dir);
}
CA_AUTO_DEFINE(place, struct place, place_done);

static int bound_socket(const struct place *p)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(ca_text_copy(at.sun_path, sizeof(at.sun_path), ca_bytes_str(p->path)));
    (void)unlink(p->path);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static int listening_socket(const struct place *p)
{
    int fd = bound_socket(p);

    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static int connected_socket(const struct place *p)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(ca_text_copy(to.sun_path, sizeof(to.sun_path), ca_bytes_str(p->path)));
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* A signer of three behaviours. What it holds back is answered or dropped by the test. */
struct signer {
    struct server *server;
    struct ca_queue *held;
    _Atomic bool hold;
    atomic_uint asked, notes, malformed, denied;
};

static void answer(struct exchange *x)
{
    const struct wire_crl_generate *q = x->question->body;
    struct wire_crl crl = {.authority = q->authority, .number = 7};
    struct ca_err err = {0};
    struct wire_finding finding = {true, "a.rule", "/a", "", "", ""};

    if (strcmp(q->authority, "refuse") == 0)
        exchange_refuse(x, CA_FAIL_AS(&err, CA_DENIED, "not-yours", "cut \xc3"), &err, &finding, 1);
    else if (strcmp(q->authority, "dirty") == 0) {
        finding.value = "\x1b";
        exchange_refuse(x, CA_FAIL(&err, CA_DENIED, "no"), &err, &finding, 1);
    } else if (strcmp(q->authority, "unfit") == 0)
        exchange_answer(x, WIRE_CRL, &(struct wire_crl){.authority = "a\nb"});
    else if (strcmp(q->authority, "wrong") == 0)
        exchange_answer(x, WIRE_OPERATOR, &(struct wire_operator){0});
    else
        exchange_answer(x, WIRE_CRL, &crl);
}

static void signer_handle(void *arg, struct exchange *x)
{
    struct signer *s = arg;

    if (x->question->kind == WIRE_NOTE) {
        s->notes++;
        exchange_drop(x);
        return;
    }
    if (!s->hold) {
        s->asked++;
        answer(x);
        return;
    }
    if (!ca_queue_put(s->held, x))
        exchange_drop(x);
    s->asked++;
}

static void signer_malformed(void *arg, enum ca_rc rc, const struct ca_err *err)
{
    struct signer *s = arg;

    assert(err->text[0] != '\0');
    if (rc == CA_MALFORMED)
        s->malformed++;
    else if (rc == CA_DENIED)
        s->denied++;
}

static void signer_start_at(struct signer *s, int listen_fd)
{
    struct server_config config = {listen_fd, getuid(), signer_handle, signer_malformed, s};
    struct ca_err err = {0};

    if (s->held == NULL)
        assert_int_equal(ca_queue_new(16 * 1024, &s->held, &err), CA_OK);
    assert_int_equal(server_start(&config, &s->server, &err), CA_OK);
}

static void signer_start(struct signer *s, const struct place *p)
{
    signer_start_at(s, listening_socket(p));
}

static void signer_end(struct signer *s)
{
    void *x;

    server_stop(CA_MOVE(s->server));
    while (s->held != NULL && ca_queue_take(s->held, &x, 1, 0) == 1)
        exchange_drop(x); /* they outlive their server */
}

static void signer_done(struct signer s)
{
    signer_end(&s);
    ca_queue_free(s.held);
}

static struct client *client_new(const struct place *p, size_t in_flight)
{
    struct client_config config = {p->path, (uid_t)-1, in_flight};
    struct client *c = NULL;
    struct ca_err err = {0};

    assert_int_equal(client_open(&config, &c, &err), CA_OK);
    return c;
}

/* Waits until `what` holds, 10 s at most. */
#define WAIT_FOR(what)                                                                             \
    do {                                                                                           \
        int64_t until_ = ca_mono_ms() + 10000;                                                     \
        while (!(what) && ca_mono_ms() < until_)                                                   \
            (void)usleep(500);                                                                     \
        assert_true(what);                                                                         \
    } while (0)

static bool is_connected(const struct client *c)
{
    struct client_stats stats;

    client_stats(c, &stats);
    return stats.connected;
}

/* What came back, by code. */
struct tally {
    atomic_uint by_rc[CA_RC__COUNT];
    atomic_uint all;
    int64_t last_ms; /* of the last answer; read once `all` says that it has come */
};

static void count(void *arg, enum ca_rc rc, struct wire_message *m, const struct ca_err *err)
{
    struct tally *t = arg;

    assert(rc != CA_OK || (m != NULL && m->kind == WIRE_CRL));
    assert(rc == CA_OK || err->text[0] != '\0');
    wire_message_free(m);
    t->last_ms = ca_mono_ms();
    t->by_rc[rc]++;
    t->all++;
}

static enum ca_rc ask(struct client *c, int64_t ms, struct tally *t)
{
    static const struct wire_crl_generate question = {.authority = "dev"};
    struct ca_err err = {0};

    return client_ask(c, WIRE_CRL_GENERATE, &question, ca_mono_ms() + ms, count, t, &err);
}

static enum ca_rc call(struct client *c, const char *authority, int64_t ms, struct ca_err *err)
{
    struct wire_crl_generate question = {.authority = authority};
    CA_AUTO(wire_message) struct wire_message *m = NULL;
    enum ca_rc rc = client_call(c, WIRE_CRL_GENERATE, &question, ca_mono_ms() + ms, &m, err);

    assert_true((m != NULL) == (rc == CA_OK));
    if (rc == CA_OK)
        assert_string_equal(((struct wire_crl *)m->body)->authority, authority);
    return rc;
}

static void a_call_gets_its_answer(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct ca_err err = {0};

    (void)state;
    signer_start(&s, &p); /* later than the client */
    assert_int_equal(call(c, "one", 10000, &err), CA_OK);
    assert_int_equal(call(c, "two", 10000, &err), CA_OK);
    client_close(c);
    signer_done(s);
}

static void refusals_arrive_with_code_problem_and_text(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct ca_err err = {0};

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(call(c, "refuse", 10000, &err), CA_DENIED);
    assert_string_equal(err.problem, "not-yours");
    assert_string_equal(err.text, "cut ?");                     /* a character cut in two */
    assert_int_equal(call(c, "dirty", 10000, &err), CA_DENIED); /* the code survives its findings */
    assert_string_equal(err.text, "no");
    assert_int_equal(call(c, "unfit", 10000, &err), CA_FAULT);
    assert_int_equal(call(c, "wrong", 10000, &err), CA_FAULT);
    assert_non_null(strstr(err.text, "operator is no answer to crl_generate"));
    assert_int_equal(call(c, "bad\ntext", 10000, &err), CA_MALFORMED); /* not even sent */
    assert_int_equal(s.asked, 4);
    client_close(c);
    signer_done(s);
}

static void finding_check(void *arg, enum ca_rc rc, struct wire_message *m,
                          const struct ca_err *err)
{
    const struct wire_refused *refused = m->body;

    assert(rc == CA_DENIED && strcmp(err->problem, "not-yours") == 0);
    assert(refused->findings_n == 1 && strcmp(refused->findings[0].rule, "a.rule") == 0);
    wire_message_free(m);
    (*(atomic_uint *)arg)++;
}

static void refusals_carry_their_findings(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct wire_crl_generate question = {.authority = "refuse"};
    atomic_uint seen = 0;
    struct ca_err err = {0};

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(client_ask(c, WIRE_CRL_GENERATE, &question, ca_mono_ms() + 10000,
                                finding_check, &seen, &err),
                     CA_OK);
    WAIT_FOR(seen == 1);
    client_close(c);
    signer_done(s);
}

struct threads_job {
    struct client *c;
    struct tally *t;
    unsigned n;
};

static void *ask_many(void *arg)
{
    struct threads_job *job = arg;

    for (unsigned i = 0; i < job->n;) {
        enum ca_rc rc = ask(job->c, 30000, job->t);

        assert(rc == CA_OK || rc == CA_LIMIT);
        if (rc == CA_OK)
            i++;
        else
            (void)usleep(100);
    }
    return NULL;
}

/* Takes what the signer holds and answers the last first. */
static void *answer_backwards(void *arg)
{
    struct signer *s = arg;
    void *x[64];

    for (;;) {
        size_t n = ca_queue_take(s->held, x, CA_COUNT(x), -1);

        if (n == 0)
            return NULL;
        while (n > 0)
            answer(x[--n]);
    }
}

static void ten_thousand_questions_get_one_answer_each(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, 1024);
    struct tally t = {0};
    struct threads_job job = {c, &t, 5000};
    struct client_stats stats;
    pthread_t askers[2];
    pthread_t answerer;

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(pthread_create(&answerer, NULL, answer_backwards, &s), 0);
    for (size_t i = 0; i < CA_COUNT(askers); i++)
        assert_int_equal(pthread_create(&askers[i], NULL, ask_many, &job), 0);
    for (size_t i = 0; i < CA_COUNT(askers); i++)
        (void)pthread_join(askers[i], NULL);
    WAIT_FOR(t.all == 10000);
    ca_queue_close(s.held);
    (void)pthread_join(answerer, NULL);
    assert_int_equal(t.by_rc[CA_OK], 10000);
    client_stats(c, &stats);
    assert_int_equal(stats.asked, 10000);
    assert_int_equal(stats.answered, 10000);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.timed_out + stats.resent, 0);
    client_close(c);
    signer_done(s);
}

/* Through the second signer the first one's question is answered; after a second end it is not
 * sent a third time. */
static void a_lost_question_is_sent_once_more(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct tally t = {0};
    struct client_stats stats;

    (void)state;
    signer_start(&s, &p);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(ask(c, 30000, &t), CA_OK);
    WAIT_FOR(s.asked == 100);
    signer_end(&s);
    s.hold = false;
    signer_start(&s, &p);
    WAIT_FOR(t.all == 100);
    assert_int_equal(t.by_rc[CA_OK], 100);
    client_stats(c, &stats);
    assert_int_equal(stats.resent, 100);
    client_close(c);
    signer_done(s);
}

static void a_question_in_flight_at_two_ends_is_refused(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct tally t = {0};

    (void)state;
    for (unsigned i = 0; i < 100; i++) /* more than one batch; without a signer yet */
        assert_int_equal(ask(c, 30000, &t), CA_OK);
    for (unsigned end = 1; end <= 2; end++) {
        assert_int_equal(t.all, 0);
        signer_start(&s, &p);
        WAIT_FOR(s.asked == 100 * end);
        signer_end(&s);
    }
    WAIT_FOR(t.all == 100);
    assert_int_equal(t.by_rc[CA_UNAVAILABLE], 100);
    s.hold = false;
    signer_start(&s, &p); /* and goes on with the next */
    assert_int_equal(ask(c, 10000, &t), CA_OK);
    WAIT_FOR(t.by_rc[CA_OK] == 1);
    assert_int_equal(s.asked, 201);
    client_close(c);
    signer_done(s);
}

static void a_status_question_is_not_sent_again(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct tally t = {0};
    struct ca_err err = {0};
    struct wire_status question = {0};

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(client_ask(c, WIRE_STATUS, &question, ca_mono_ms() + 30000, count, &t, &err),
                     CA_OK);
    WAIT_FOR(s.asked == 1);
    signer_end(&s);
    WAIT_FOR(t.by_rc[CA_UNAVAILABLE] == 1);
    client_close(c);
    signer_done(s);
}

static void deadline_check(const struct place *p, bool connected, int64_t after_ms)
{
    struct client *c = client_new(p, IN_FLIGHT);
    int64_t from_ms;
    struct tally t = {0};
    struct ca_err err = {0};

    if (connected)
        WAIT_FOR(is_connected(c));
    from_ms = ca_mono_ms();
    assert_int_equal(ask(c, 20000, &t), CA_OK); /* a later one does not hide it */
    assert_int_equal(call(c, "x", after_ms, &err), CA_UNAVAILABLE);
    assert_true(ca_mono_ms() - from_ms >= after_ms);
    assert_true(ca_mono_ms() - from_ms < after_ms + 5000);
    assert_non_null(strstr(err.text, connected ? "no answer" : "no signer: connect"));
    assert_int_equal(t.all, 0);
    assert_int_equal(ask(c, 0, &t), CA_UNAVAILABLE); /* no time left: not even taken */
    client_close(c);
    assert_int_equal(t.all, 1);
    assert_int_equal(t.by_rc[CA_UNAVAILABLE], 1);
}

static void deadlines_pass_with_and_without_a_signer(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};

    (void)state;
    deadline_check(&p, false, 50);
    deadline_check(&p, false, 120);
    signer_start(&s, &p);
    deadline_check(&p, true, 30);
    deadline_check(&p, true, 120);
    signer_done(s);
}

static void a_late_answer_finds_nobody(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, 1); /* so that the next question gets the same place */
    struct ca_err err = {0};
    void *x = NULL;

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(call(c, "late", 100, &err), CA_UNAVAILABLE);
    WAIT_FOR(s.asked == 1);
    assert_int_equal(ca_queue_take(s.held, &x, 1, 0), 1);
    s.hold = false;
    answer(x);
    assert_int_equal(call(c, "next", 10000, &err), CA_OK); /* checks the name */
    client_close(c);
    signer_done(s);
}

/* I16 */
static void i16_more_than_the_limit_is_refused_at_once(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct tally t = {0};
    struct client_stats stats;

    (void)state;
    for (unsigned i = 0; i < IN_FLIGHT; i++)
        assert_int_equal(ask(c, 30000, &t), CA_OK);
    assert_int_equal(ask(c, 30000, &t), CA_LIMIT);
    client_stats(c, &stats);
    assert_int_equal(stats.in_flight, IN_FLIGHT);
    assert_int_equal(t.all, 0);
    s.hold = false;
    signer_start(&s, &p);
    WAIT_FOR(t.by_rc[CA_OK] == IN_FLIGHT);
    assert_int_equal(ask(c, 30000, &t), CA_OK);
    WAIT_FOR(t.by_rc[CA_OK] == IN_FLIGHT + 1);
    client_close(c);
    signer_done(s);
}

/* I16: by octets too */
static void i16_questions_do_not_pile_up_in_memory(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct client *c = client_new(&p, 4096);
    struct ca_bytes chain = {calloc(1, 200000), 200000};
    struct wire_authority_install question = {.name = "a", .chain = chain};
    struct tally t = {0};
    struct ca_err err = {0};
    enum ca_rc rc = CA_OK;
    unsigned n = 0;

    (void)state;
    for (; rc == CA_OK; n++)
        rc =
            client_ask(c, WIRE_AUTHORITY_INSTALL, &question, ca_mono_ms() + 30000, count, &t, &err);
    assert_int_equal(rc, CA_LIMIT);
    assert_true(n < 400);
    client_close(c);
    assert_int_equal(t.by_rc[CA_UNAVAILABLE], n - 1);
    free((void *)(uintptr_t)chain.ptr);
}

static void large_messages_pass_both_ways(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct client *c = client_new(&p, 64);
    uint8_t *octets = calloc(1, 262144);
    struct wire_authority_install question = {
        .name = "a", .chain = {octets, 262144}
    };
    struct tally t = {0};
    struct ca_err err = {0};
    void *x = NULL;

    (void)state;
    memset(octets, 0x5a, 262144);
    signer_start(&s, &p);
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(
            client_ask(c, WIRE_AUTHORITY_INSTALL, &question, ca_mono_ms() + 30000, count, &t, &err),
            CA_OK);
    for (unsigned i = 0; i < 50; i++) {
        const struct wire_authority_install *got;

        assert_int_equal(ca_queue_take(s.held, &x, 1, ca_mono_ms() + 10000), 1);
        got = ((struct exchange *)x)->question->body;
        assert_true(ca_bytes_equal(got->chain, question.chain));
        exchange_refuse(x, CA_FAIL(&err, CA_CONFLICT, "%u", i), &err, NULL, 0);
    }
    WAIT_FOR(t.by_rc[CA_CONFLICT] == 50);
    client_close(c);
    signer_done(s);
    free(octets);
}

/* A peer that asks and never reads: its answers pile up to a bound, then it is gone; what is left
 * when the server stops is still written to one that reads. */
static void answers_wait_for_a_slow_reader(void **state)
{
    static char metrics[200000];
    CA_AUTO(place) struct place p = place_new();
    CA_AUTO(fd) int fd = -1;
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct wire_status_is status = {.metrics = metrics};
    struct signer s = {.hold = true};
    struct ca_err err = {0};
    uint8_t *octets = malloc(1 << 20);
    size_t got = 0;
    ssize_t n = 1;
    void *x = NULL;

    (void)state;
    memset(metrics, 'm', sizeof(metrics) - 1);
    signer_start(&s, &p);
    fd = connected_socket(&p);
    assert_int_equal(wire_encode(WIRE_STATUS, 1, &(struct wire_status){0}, &frame, &err), CA_OK);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(ca_fd_write_all(fd, ca_buf_view(&frame), &err), CA_OK);
        assert_int_equal(ca_queue_take(s.held, &x, 1, ca_mono_ms() + 10000), 1);
        exchange_answer(x, WIRE_STATUS_IS, &status);
    }
    server_drain(s.server);
    while (got < 20 * (sizeof(metrics) - 1) && n > 0) {
        n = read(fd, octets, 1 << 20);
        got += n > 0 ? (size_t)n : 0;
    }
    assert_true(got >= 20 * (sizeof(metrics) - 1));
    signer_done(s);
    free(octets);
}

static void a_peer_that_never_reads_is_cut_off(void **state)
{
    static char metrics[200000];
    CA_AUTO(place) struct place p = place_new();
    CA_AUTO(fd) int fd = -1;
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct wire_status_is status = {.metrics = metrics};
    struct signer s = {.hold = true};
    struct ca_err err = {0};
    unsigned n = 0;
    void *x = NULL;

    (void)state;
    memset(metrics, 'm', sizeof(metrics) - 1);
    signer_start(&s, &p);
    fd = connected_socket(&p);
    assert_int_equal(wire_encode(WIRE_STATUS, 1, &(struct wire_status){0}, &frame, &err), CA_OK);
    for (; n < 200 && send(fd, frame.ptr, frame.len, MSG_NOSIGNAL) > 0; n++) {
        if (ca_queue_take(s.held, &x, 1, ca_mono_ms() + 1000) == 0)
            break;
        exchange_answer(x, WIRE_STATUS_IS, &status);
    }
    assert_in_range(n, 40, 60); /* 8 MiB and what the kernel holds */
    signer_done(s);
}

/* clang-format off */
static const struct bad_frame {
    const char *what;
    uint8_t octets[32];
    size_t len;
} bad_frames[] = {
    {"version 9",         {9, WIRE_STATUS},                                16},
    {"unknown kind",      {1, 200},                                        16},
    {"an answer",         {1, WIRE_OPERATOR, 0, 0, 0, 0, 0, 16},          32},
    {"reserved",          {1, WIRE_STATUS, 0, 1},                          16},
    {"too long",          {1, WIRE_STATUS, 0, 0, 1},                       16},
    {"payload cut short", {1, WIRE_STATUS, 0, 0, 0, 0, 0, 4},              20},
};
/* clang-format on */

static void a_malformed_frame_ends_the_connection(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};

    (void)state;
    signer_start(&s, &p);
    for (unsigned i = 0; i < CA_COUNT(bad_frames); i++) {
        CA_AUTO(fd) int fd = connected_socket(&p);
        struct ca_err err = {0};
        char c;

        test_note(bad_frames[i].what);
        assert_int_equal(
            ca_fd_write_all(fd, (struct ca_bytes){bad_frames[i].octets, bad_frames[i].len}, &err),
            CA_OK);
        WAIT_FOR(s.malformed == i + 1);
        assert_true(read(fd, &c, 1) <= 0);
    }
    assert_int_equal(s.asked, 0);
    signer_done(s);
}

/* What a signer that has gone mad may send: the question is refused, the connection ends. */
static void a_malformed_answer_ends_the_connection(void **state)
{
    static const uint8_t kinds[] = {WIRE_STATUS, WIRE_OPERATOR, WIRE_CRL, 200};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        CA_AUTO(place) struct place p = place_new();
        CA_AUTO(fd) int listening = listening_socket(&p);
        struct client *c = client_new(&p, IN_FLIGHT);
        uint8_t frame[WIRE_HEADER_LEN + CA_UUID_LEN] = {0}; /* fits a wire_operator */
        struct tally t = {0};
        struct ca_err err = {0};

        for (unsigned end = 0; end < 2; end++) {
            CA_AUTO(fd) int fd = accept(listening, NULL, NULL);
            char c1;

            if (end == 0)
                assert_int_equal(ask(c, 30000, &t), CA_OK);
            assert_int_equal(recv(fd, frame, WIRE_HEADER_LEN, MSG_WAITALL), WIRE_HEADER_LEN);
            frame[1] = kinds[i];
            memset(frame + 4, 0, 4);
            frame[7] = CA_UUID_LEN;
            memset(frame + WIRE_HEADER_LEN, 0, CA_UUID_LEN);
            assert_int_equal(ca_fd_write_all(fd, (struct ca_bytes){frame, sizeof(frame)}, &err),
                             CA_OK);
            while (read(fd, &c1, 1) > 0)
                ;
            if (t.all == 1)
                break;
        }
        WAIT_FOR(t.all == 1);
        assert_int_equal(t.by_rc[CA_OK], 0);
        client_close(c);
    }
}

/* A signer that ends before it has the whole question cannot have acted on it. */
static void half_a_question_may_be_lost_often(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    uint8_t *octets = calloc(1, 262144);
    struct wire_authority_install question = {
        .name = "a", .chain = {octets, 262144}
    };
    struct client *c = client_new(&p, IN_FLIGHT);
    struct signer s = {.hold = true};
    struct client_stats stats;
    struct tally t = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(
        client_ask(c, WIRE_AUTHORITY_INSTALL, &question, ca_mono_ms() + 30000, count, &t, &err),
        CA_OK);
    for (unsigned i = 0; i < 3; i++) {
        CA_AUTO(fd) int listening = listening_socket(&p);
        CA_AUTO(fd) int fd = accept(listening, NULL, NULL);
        uint8_t some[1000];

        assert_int_equal(recv(fd, some, sizeof(some), MSG_WAITALL), sizeof(some));
    }
    signer_start(&s, &p);
    WAIT_FOR(s.asked == 1);
    client_stats(c, &stats);
    assert_int_equal(stats.resent, 0);
    assert_int_equal(t.all, 0);
    client_close(c);
    signer_done(s);
    free(octets);
}

/* I16 */
static void i16_the_server_has_room_for_sixteen(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};
    int fds[17];
    char c;

    (void)state;
    signer_start(&s, &p);
    for (size_t i = 0; i < CA_COUNT(fds); i++)
        fds[i] = connected_socket(&p);
    assert_int_equal(read(fds[16], &c, 1), 0);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(recv(fds[i], &c, 1, MSG_DONTWAIT), -1); /* still open */
    for (size_t i = 0; i < CA_COUNT(fds); i++)
        ca_fd_close(fds[i]);
    { /* and again, once they are gone */
        struct client *client = client_new(&p, IN_FLIGHT);
        struct ca_err err = {0};

        assert_int_equal(call(client, "x", 10000, &err), CA_OK);
        client_close(client);
    }
    signer_done(s);
}

static void notes_are_sent_or_forgotten(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct wire_note note = {.action = "http.refused", .object = "GET /", .detail = "no"};
    struct client_stats stats;

    (void)state;
    client_note(c, &note);
    client_stats(c, &stats);
    assert_int_equal(stats.notes_dropped, 1);
    signer_start(&s, &p);
    WAIT_FOR(is_connected(c));
    for (unsigned i = 0; i < 10; i++)
        client_note(c, &note);
    WAIT_FOR(s.notes == 10);
    client_close(c);
    signer_done(s);
}

static void a_drained_server_takes_no_more(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {.hold = true};
    struct signer next = {0};
    struct client *c = client_new(&p, IN_FLIGHT);
    struct tally t = {0};
    void *x = NULL;

    (void)state;
    signer_start(&s, &p);
    assert_int_equal(ask(c, 30000, &t), CA_OK);
    WAIT_FOR(s.asked == 1);
    server_drain(s.server);
    assert_int_equal(ask(c, 30000, &t), CA_OK);
    assert_int_equal(ca_queue_take(s.held, &x, 1, 0), 1);
    answer(x); /* what was taken is still answered */
    WAIT_FOR(t.by_rc[CA_OK] == 1);
    assert_int_equal(s.asked, 1);
    signer_done(s);
    signer_start(&next, &p); /* the other one finds the next signer */
    WAIT_FOR(t.by_rc[CA_OK] == 2);
    client_close(c);
    signer_done(next);
}

/* Runs `fn` as another user; true when it says so. */
static bool as_nobody(bool (*fn)(const struct place *p, int fd), const struct place *p, int fd)
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(setresuid(NOBODY, NOBODY, NOBODY) == 0 && fn(p, fd) ? 0 : 1);
    assert_true(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool connect_and_see_the_end(const struct place *p, int fd)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char c;

    (void)fd;
    memcpy(to.sun_path, p->path, sizeof(p->path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 && read(fd, &c, 1) <= 0;
}

static bool only_listen(const struct place *p, int fd)
{
    (void)p;
    return listen(fd, 16) == 0;
}

static void a_foreign_front_is_refused(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    struct signer s = {0};

    (void)state;
    if (getuid() != 0)
        skip();
    signer_start(&s, &p);
    assert_int_equal(chmod(p.dir, 0755), 0);
    assert_int_equal(chmod(p.path, 0666), 0);
    assert_true(as_nobody(connect_and_see_the_end, &p, -1));
    WAIT_FOR(s.denied == 1); /* told after the end */
    signer_done(s);
}

static void a_foreign_signer_is_not_asked(void **state)
{
    CA_AUTO(place) struct place p = place_new();
    CA_AUTO(fd) int fd = bound_socket(&p);
    struct client *c;
    struct ca_err err = {0};

    (void)state;
    if (getuid() != 0)
        skip();
    assert_true(as_nobody(only_listen, &p, fd)); /* who listens is the peer */
    c = client_new(&p, IN_FLIGHT);
    assert_int_equal(call(c, "x", 100, &err), CA_UNAVAILABLE);
    assert_non_null(strstr(err.text, "peer is user 65534"));
    client_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_front_is_refused),
        cmocka_unit_test(a_foreign_signer_is_not_asked),
        cmocka_unit_test(a_call_gets_its_answer),
        cmocka_unit_test(refusals_arrive_with_code_problem_and_text),
        cmocka_unit_test(refusals_carry_their_findings),
        cmocka_unit_test(ten_thousand_questions_get_one_answer_each),
        cmocka_unit_test(a_lost_question_is_sent_once_more),
        cmocka_unit_test(a_question_in_flight_at_two_ends_is_refused),
        cmocka_unit_test(a_status_question_is_not_sent_again),
        cmocka_unit_test(deadlines_pass_with_and_without_a_signer),
        cmocka_unit_test(a_late_answer_finds_nobody),
        cmocka_unit_test(i16_more_than_the_limit_is_refused_at_once),
        cmocka_unit_test(i16_questions_do_not_pile_up_in_memory),
        cmocka_unit_test(large_messages_pass_both_ways),
        cmocka_unit_test(answers_wait_for_a_slow_reader),
        cmocka_unit_test(a_peer_that_never_reads_is_cut_off),
        cmocka_unit_test(a_malformed_frame_ends_the_connection),
        cmocka_unit_test(a_malformed_answer_ends_the_connection),
        cmocka_unit_test(half_a_question_may_be_lost_often),
        cmocka_unit_test(i16_the_server_has_room_for_sixteen),
        cmocka_unit_test(notes_are_sent_or_forgotten),
        cmocka_unit_test(a_drained_server_takes_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
