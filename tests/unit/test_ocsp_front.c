/* SPDX-License-Identifier: Apache-2.0 */
/* The responder over HTTP, with a signer and a feed that are fakes. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/der.h"
#include "base/der_write.h"
#include "base/time.h"
#include "tests/unit/front_fakes.h"
#include "tests/unit/ocsp_fakes.h"

enum { GOOD_WAIT_MS = 8000 };

static struct front_case *c;
static uint8_t hashes[2][2][32]; /* SHA-1, SHA-256; Name, key */

static void hash_of(const EVP_MD *md, const uint8_t *octets, size_t len, uint8_t *ret)
{
    assert_int_equal(EVP_Digest(octets, len, ret, NULL, md, NULL), 1);
}

static int start(void **state)
{
    unsigned char *name = NULL;
    const ASN1_BIT_STRING *key;
    int len;

    (void)state;
    ocsp_fakes_reset();
    c = front_case_start("P-256");
    c->request_deadline_ms = 10000; /* above that of a question to the signer */
    front_case_restart(c);
    len = i2d_X509_NAME(X509_get_subject_name(c->pki.certs[PKI_SERVER]), &name);
    key = X509_get0_pubkey_bitstr(c->pki.certs[PKI_SERVER]);
    for (int i = 0; i < 2; i++) {
        const EVP_MD *md = i == 0 ? EVP_sha1() : EVP_sha256();

        hash_of(md, name, (size_t)len, hashes[i][0]);
        hash_of(md, key->data, (size_t)key->length, hashes[i][1]);
    }
    OPENSSL_free(name);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    front_case_stop(c);
    return 0;
}

/* What is asked. */
struct wish {
    int digest; /* 0: SHA-1, 1: SHA-256 */
    const uint8_t *serials;
    size_t n;
    size_t nonce;  /* octets */
    bool stranger; /* another issuer */
};

static void id_put(struct der_writer *w, const struct wish *wish, uint8_t serial)
{
    static const uint8_t oids[2][11] = {
        {0x06,  0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a},
        { 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}
    };
    size_t size = wish->digest == 0 ? 20 : 32;

    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, (struct ca_bytes){oids[wish->digest], wish->digest == 0 ? 7 : 11});
    der_close(w);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){hashes[wish->digest][0], size});
    der_put(w, DER_OCTET_STRING,
            (struct ca_bytes){hashes[wish->digest][wish->stranger ? 0 : 1], size});
    der_put(w, DER_INTEGER, (struct ca_bytes){&serial, 1});
    der_close(w);
    der_close(w);
}

static void nonce_put(struct der_writer *w, size_t len)
{
    static const uint8_t oid[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};
    static const uint8_t zeros[200];

    der_open(w, DER_CONTEXT_0 + 2);
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, (struct ca_bytes){oid, sizeof(oid)});
    der_open(w, DER_OCTET_STRING);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){zeros, len});
    der_close(w);
    der_close(w);
    der_close(w);
    der_close(w);
}

static void wish_write(const struct wish *wish, struct ca_buf *ret)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    der_open(&w, DER_SEQUENCE);
    der_open(&w, DER_SEQUENCE);
    der_open(&w, DER_SEQUENCE);
    for (size_t i = 0; i < wish->n; i++)
        id_put(&w, wish, wish->serials[i]);
    der_close(&w);
    if (wish->nonce > 0)
        nonce_put(&w, wish->nonce);
    der_close(&w);
    der_close(&w);
    ca_buf_bytes(ret, der_writer_view(&w));
}

/* The whole answer, header and body. The way back stays open: a client that closes it is not
 * answered once its request was suspended. */
static int talk(const struct ca_buf *text, struct ca_buf *ret)
{
    int fd = front_connect(c->http_port);
    char piece[4096];
    ssize_t n = send(fd, text->ptr, text->len, MSG_NOSIGNAL);
    int status = 0;

    while (n >= 0 && (n = recv(fd, piece, sizeof(piece), 0)) > 0)
        ca_buf_add(ret, piece, (size_t)n);
    (void)close(fd);
    return sscanf(ca_buf_cstr(ret), "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

static int post(struct ca_bytes der, const char *fields, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    ca_buf_printf(&text,
                  "POST /ocsp/issuing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s"
                  "Content-Length: %zu\r\n\r\n",
                  fields, der.len);
    ca_buf_bytes(&text, der);
    return talk(&text, ret);
}

static int get(const char *path, const char *fields, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    ca_buf_printf(&text, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", path, fields);
    return talk(&text, ret);
}

static struct ca_bytes body_of(const struct ca_buf *answer)
{
    const uint8_t *end = memmem(answer->ptr, answer->len, "\r\n\r\n", 4);

    assert_non_null(end);
    return (struct ca_bytes){end + 4, (size_t)(answer->ptr + answer->len - end - 4)};
}

/* OCSPResponseStatus. */
static int status_of(const struct ca_buf *answer)
{
    struct ca_bytes body = body_of(answer);

    assert_non_null(memmem(answer->ptr, answer->len, "application/ocsp-response", 25));
    if (body.len == 5)
        return body.ptr[4];
    assert_true(body.len > 20);
    return 0;
}

static int ask(const struct wish *wish, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf der = {0};

    wish_write(wish, &der);
    assert_int_equal(post(ca_buf_view(&der), "Content-Type: application/ocsp-request\r\n", ret),
                     200);
    return status_of(ret);
}

static int ask_one(uint8_t serial, struct ca_buf *ret)
{
    return ask(&(struct wish){.serials = &serial, .n = 1}, ret);
}

static bool says(const struct ca_buf *answer, const char *text)
{
    return memmem(answer->ptr, answer->len, text, strlen(text)) != NULL;
}

/* The cards of authorities come with the publisher's first look. */
static void cards_wait(void)
{
    int64_t end = ca_mono_ms() + GOOD_WAIT_MS;
    CA_AUTO(buf) struct ca_buf answer = {0};

    while (get("/aia/issuing.cer", "", &answer) != 200 && ca_mono_ms() < end)
        (void)usleep(20000);
}

static void what_was_asked_once_is_answered_from_memory(void **state)
{
    CA_AUTO(buf) struct ca_buf first = {0};
    CA_AUTO(buf) struct ca_buf second = {0};
    CA_AUTO(buf) struct ca_buf other = {0};

    (void)state;
    cards_wait();
    assert_int_equal(ask_one(0x11, &first), 0);
    assert_true(says(&first, "Cache-Control: public, no-transform, must-revalidate, max-age=60"));
    assert_true(says(&first, "ETag: \"") && says(&first, "Expires: "));
    assert_true(says(&first, "Last-Modified: ") && says(&first, "Date: "));
    assert_int_equal(ocsp_fakes.frames, 1);
    front_fakes.signer_rc = CA_UNAVAILABLE; /* which changes nothing */
    assert_int_equal(ask_one(0x11, &second), 0);
    assert_true(ca_bytes_equal(body_of(&first), body_of(&second)));
    assert_int_equal(ocsp_fakes.frames, 1);
    front_fakes.signer_rc = CA_OK;
    assert_int_equal(ask(&(struct wish){.digest = 1, .serials = (uint8_t[]){0x11}, .n = 1}, &other),
                     0);
    assert_int_equal(ocsp_fakes.frames, 2); /* another hash, another answer */
}

/* Every form in which a GET may come. */
static void a_get_is_answered_in_every_form(void **state)
{
    static const struct {
        const char *plus, *slash, *equals;
    } forms[] = {
        {"%2B", "%2F", "%3D"},
        {"+",   "/",   "="  },
        {"%2b", "%2f", "%3d"},
        {"-",   "_",   ""   },
        {"+",   "/",   ""   },
        {"+",   "%2F", "%3D"},
    };
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf base64 = {0};
    uint8_t serial = 0x11;

    (void)state;
    wish_write(&(struct wish){.serials = &serial, .n = 1}, &der);
    ca_base64_put(&base64, ca_buf_view(&der));
    for (size_t f = 0; f < CA_COUNT(forms); f++) {
        CA_AUTO(buf) struct ca_buf path = {0};
        CA_AUTO(buf) struct ca_buf answer = {0};

        ca_buf_str(&path, f % 2 == 0 ? "/ocsp/issuing/" : "/ocsp/issuing//");
        for (size_t i = 0; i < base64.len; i++) {
            char at = (char)base64.ptr[i];

            if (at == '+')
                ca_buf_str(&path, forms[f].plus);
            else if (at == '/')
                ca_buf_str(&path, forms[f].slash);
            else if (at == '=')
                ca_buf_str(&path, forms[f].equals);
            else
                ca_buf_add(&path, &at, 1);
        }
        print_message("# %s\n", ca_buf_cstr(&path));
        assert_int_equal(get(ca_buf_cstr(&path), "", &answer), 200);
        assert_int_equal(status_of(&answer), 0);
    }
}

static void a_validator_that_still_holds_gets_304(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf first = {0};
    CA_AUTO(buf) struct ca_buf again = {0};
    CA_AUTO(buf) struct ca_buf stale = {0};
    char field[128];
    const char *etag;
    uint8_t serial = 0x11;

    (void)state;
    wish_write(&(struct wish){.serials = &serial, .n = 1}, &der);
    ca_buf_str(&path, "/ocsp/issuing/");
    ca_base64_put(&path, ca_buf_view(&der));
    assert_int_equal(get(ca_buf_cstr(&path), "", &first), 200);
    etag = strstr(ca_buf_cstr(&first), "ETag: ");
    assert_non_null(etag);
    (void)snprintf(field, sizeof(field), "If-None-Match: %.66s\r\n", etag + 6);
    assert_int_equal(get(ca_buf_cstr(&path), field, &again), 304);
    assert_true(says(&again, "Cache-Control: public") && says(&again, "Expires: "));
    assert_int_equal(get(ca_buf_cstr(&path), "If-None-Match: \"x\"\r\n", &stale), 200);
    assert_int_equal(status_of(&stale), 0);
}

static void what_is_no_request_is_told_so(void **state)
{
    static const uint8_t serials[OCSP_IDS_MAX + 1] = {1};
    static const char big[40000];
    CA_AUTO(buf) struct ca_buf many = {0};
    CA_AUTO(buf) struct ca_buf behind = {0};
    const struct {
        struct ca_bytes der;
        int status;
    } cases[] = {
        {{(const uint8_t *)"", 0},         1},
        {{(const uint8_t *)"hello", 5},    1},
        {{(const uint8_t *)"\x30\x80", 2}, 1},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf answer = {0};

        assert_int_equal(post(cases[i].der, "", &answer), 200);
        assert_int_equal(status_of(&answer), cases[i].status);
        assert_true(says(&answer, "Cache-Control: no-store"));
    }
    {
        struct ca_buf answer[7] = {{0}};

        assert_int_equal(ask(&(struct wish){.serials = serials, .n = OCSP_IDS_MAX + 1}, &answer[0]),
                         1);
        assert_int_equal(ask(&(struct wish){.serials = serials, .n = 1, .nonce = 129}, &answer[1]),
                         1);
        assert_int_equal(
            ask(&(struct wish){.serials = serials, .n = 1, .stranger = true}, &answer[2]), 6);
        assert_int_equal(get("/ocsp/issuing", "", &answer[3]), 200);
        assert_int_equal(status_of(&answer[3]), 1);
        assert_int_equal(get("/ocsp/issuing/~~~~", "", &answer[4]), 200);
        assert_int_equal(status_of(&answer[4]), 1);
        assert_int_equal(get("/ocsp/nobody/MAA", "", &answer[5]), 404);
        assert_int_equal(post((struct ca_bytes){(const uint8_t *)big, sizeof(big)}, "", &answer[6]),
                         413);
        for (size_t i = 0; i < CA_COUNT(answer); i++)
            ca_buf_done(&answer[i]);
    }
    wish_write(&(struct wish){.serials = serials, .n = 1}, &behind);
    ca_buf_str(&behind, "x");
    assert_int_equal(post(ca_buf_view(&behind), "", &many), 200);
    assert_int_equal(status_of(&many), 1);
    ca_buf_done(&many);
    assert_int_equal(post(ca_buf_view(&behind), "Content-Type: text/plain\r\n", &many), 415);
}

static void a_nonce_and_several_certificates_are_signed_for_one_request(void **state)
{
    static const uint8_t three[] = {0x21, 0x22, 0x23};
    CA_AUTO(buf) struct ca_buf one = {0};
    CA_AUTO(buf) struct ca_buf several = {0};

    (void)state;
    assert_int_equal(ask(&(struct wish){.serials = three, .n = 1, .nonce = 32}, &one), 0);
    assert_true(says(&one, "Cache-Control: no-store"));
    assert_int_equal(ask(&(struct wish){.serials = three, .n = 3}, &several), 0);
    assert_true(body_of(&several).len > body_of(&one).len);
    assert_int_equal(ocsp_fakes.together, 2);
}

static void without_the_signer_what_is_in_memory_has_to_do(void **state)
{
    static const uint8_t known[] = {0x31};
    struct ca_buf answers[5] = {{0}};

    (void)state;
    assert_int_equal(ask_one(0x31, &answers[0]), 0);
    front_fakes.signer_rc = CA_UNAVAILABLE;
    assert_int_equal(ask_one(0x31, &answers[1]), 0);
    assert_int_equal(ask(&(struct wish){.serials = known, .n = 1, .nonce = 16}, &answers[2]), 0);
    assert_int_equal(ask_one(0x32, &answers[3]), 3); /* tryLater */
    front_fakes.client_full = true;
    assert_int_equal(ask_one(0x33, &answers[4]), 3);
    front_fakes.client_full = false;
    front_fakes.signer_rc = CA_OK;
    for (size_t i = 0; i < CA_COUNT(answers); i++)
        ca_buf_done(&answers[i]);
}

static void an_answer_that_does_not_fit_reaches_nobody(void **state)
{
    (void)state;
    for (int fault = OCSP_OTHER_SERIAL; fault <= OCSP_TOO_FEW; fault++) {
        CA_AUTO(buf) struct ca_buf wrong = {0};
        CA_AUTO(buf) struct ca_buf right = {0};
        uint8_t serial = (uint8_t)(0x40 + fault);

        ocsp_fakes.fault = (enum ocsp_fault)fault;
        assert_int_not_equal(ask_one(serial, &wrong), 0);
        ocsp_fakes.fault = OCSP_FAITHFUL;
        assert_int_equal(ask_one(serial, &right), 0);
    }
}

/* Within seconds, without anybody asking for it meanwhile. */
static void a_change_of_status_replaces_the_answer(void **state)
{
    CA_AUTO(buf) struct ca_buf before = {0};
    int64_t end = ca_mono_ms() + GOOD_WAIT_MS;
    int frames;
    bool changed = false;

    (void)state;
    assert_int_equal(ask_one(0x51, &before), 0);
    frames = ocsp_fakes.frames;
    ocsp_fakes.revoked = 1;
    ocsp_fakes.change = 0x51;
    while (ocsp_fakes.frames == frames && ca_mono_ms() < end)
        (void)usleep(10000);
    while (!changed && ca_mono_ms() < end) {
        CA_AUTO(buf) struct ca_buf after = {0};

        assert_int_equal(ask_one(0x51, &after), 0);
        changed = !ca_bytes_equal(body_of(&before), body_of(&after));
    }
    assert_true(changed);
    assert_int_equal(ocsp_fakes.frames, frames + 1);
    ocsp_fakes.revoked = 0;
}

/* The signer looked before the change, its answer comes after the change was read. */
static void an_answer_that_a_change_overtook_is_not_kept(void **state)
{
    CA_AUTO(buf) struct ca_buf late = {0};
    CA_AUTO(buf) struct ca_buf now = {0};
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    char piece[4096];
    uint8_t serial = 0x61;
    ssize_t n;
    int64_t end = ca_mono_ms() + GOOD_WAIT_MS;
    int frames = ocsp_fakes.frames;
    int fd;

    (void)state;
    wish_write(&(struct wish){.serials = &serial, .n = 1}, &der);
    ca_buf_printf(&text,
                  "POST /ocsp/issuing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                  "Content-Length: %zu\r\n\r\n",
                  der.len);
    ca_buf_bytes(&text, ca_buf_view(&der));
    front_fakes.signer_delay_ms = 1400;
    fd = front_connect(c->http_port);
    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    while (ocsp_fakes.frames == frames && ca_mono_ms() < end)
        (void)usleep(1000);
    ocsp_fakes.revoked = 1;
    ocsp_fakes.change = 0x61;
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        ca_buf_add(&late, piece, (size_t)n);
    (void)close(fd);
    front_fakes.signer_delay_ms = 0;
    assert_int_equal(status_of(&late), 0);
    assert_true(says(&late, "Cache-Control: no-store"));
    assert_int_equal(ask_one(0x61, &now), 0);
    assert_false(ca_bytes_equal(body_of(&late), body_of(&now)));
    ocsp_fakes.revoked = 0;
}

static void *ask_thread(void *arg)
{
    CA_AUTO(buf) struct ca_buf answer = {0};

    (void)!ask_one(*(uint8_t *)arg, &answer);
    return NULL;
}

/* Those who miss at the same time share frames, and the same answer is asked for once. */
static void misses_go_together(void **state)
{
    pthread_t threads[16];
    uint8_t serials[16];
    int frames = ocsp_fakes.frames;
    int ids = ocsp_fakes.ids;

    (void)state;
    front_fakes.signer_delay_ms = 200;
    for (size_t i = 0; i < CA_COUNT(threads); i++) {
        serials[i] = (uint8_t)(0x70 + i % 8);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_thread, &serials[i]), 0);
    }
    for (size_t i = 0; i < CA_COUNT(threads); i++)
        (void)pthread_join(threads[i], NULL);
    front_fakes.signer_delay_ms = 0;
    assert_int_equal(ocsp_fakes.ids - ids, 8);
    assert_true(ocsp_fakes.frames - frames < 8);
}

static void what_was_lost_is_asked_again(void **state)
{
    CA_AUTO(buf) struct ca_buf answer = {0};
    int64_t end = ca_mono_ms() + GOOD_WAIT_MS;
    int frames;

    (void)state;
    assert_int_equal(ask_one(0x11, &answer), 0);
    ocsp_fakes.lost = 1;
    while (ocsp_fakes.lost != 0 && ca_mono_ms() < end)
        (void)usleep(10000);
    (void)usleep(50000);
    frames = ocsp_fakes.frames;
    ca_buf_done(&answer);
    assert_int_equal(ask_one(0x11, &answer), 0);
    assert_int_equal(ocsp_fakes.frames, frames + 1);
}

/* At the start the newest are signed; later what is asked for and half over is. */
static void the_keeper_is_ahead_of_those_who_ask(void **state)
{
    int64_t end = ca_mono_ms() + GOOD_WAIT_MS;
    CA_AUTO(buf) struct ca_buf answer = {0};
    int before;

    (void)state;
    ocsp_fakes_reset();
    ocsp_fakes.newest = 8;
    ocsp_fakes.validity_s = 600;
    ocsp_fakes.age_s = 400; /* more than half is over */
    front_case_restart(c);
    while (ocsp_fakes.ids < 8 && ca_mono_ms() < end)
        (void)usleep(10000);
    assert_int_equal(ocsp_fakes.ids, 8);
    (void)usleep(100000);
    before = ocsp_fakes.frames;
    assert_int_equal(ask_one(3, &answer), 0);
    assert_int_equal(ocsp_fakes.frames, before);
    while (ocsp_fakes.ids == 8 && ca_mono_ms() < end)
        (void)usleep(10000);
    assert_int_equal(ocsp_fakes.ids, 9); /* the one that was asked for */
}

static void one_address_causes_so_many_signatures(void **state)
{
    CA_AUTO(buf) struct ca_buf known = {0};
    static const uint8_t serial[] = {3};
    int limited = 0;

    (void)state;
    ocsp_fakes_reset();
    c->ocsp_signatures = 5;
    front_case_restart(c);
    cards_wait();
    assert_int_equal(ask_one(3, &known), 0);
    for (int i = 0; i < 20; i++) {
        CA_AUTO(buf) struct ca_buf several = {0};
        static const uint8_t two[] = {3, 4};

        limited += ask(&(struct wish){.serials = two, .n = 2}, &several) == 3 ? 1 : 0;
    }
    assert_true(limited > 5 && limited < 15);
    ca_buf_done(&known);
    assert_int_equal(ask(&(struct wish){.serials = serial, .n = 1, .nonce = 8}, &known), 0);
    assert_true(says(&known, "Cache-Control: public")); /* without the nonce */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_once_is_answered_from_memory),
        cmocka_unit_test(a_get_is_answered_in_every_form),
        cmocka_unit_test(a_validator_that_still_holds_gets_304),
        cmocka_unit_test(what_is_no_request_is_told_so),
        cmocka_unit_test(a_nonce_and_several_certificates_are_signed_for_one_request),
        cmocka_unit_test(without_the_signer_what_is_in_memory_has_to_do),
        cmocka_unit_test(an_answer_that_does_not_fit_reaches_nobody),
        cmocka_unit_test(a_change_of_status_replaces_the_answer),
        cmocka_unit_test(an_answer_that_a_change_overtook_is_not_kept),
        cmocka_unit_test(misses_go_together),
        cmocka_unit_test(what_was_lost_is_asked_again),
        cmocka_unit_test(the_keeper_is_ahead_of_those_who_ask),
        cmocka_unit_test(one_address_causes_so_many_signatures),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
