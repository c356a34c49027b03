/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/asn1.h>
#include <stdlib.h>

#include "base/der.h"
#include "base/der_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What is taken, written again, is what it was; and OpenSSL reads the same octets. */
static void integer_again(struct ca_bytes in)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes all = in;
    struct ca_bytes number;
    struct ca_err err;
    const unsigned char *at = in.ptr;
    ASN1_INTEGER *theirs;

    if (der_take_unsigned(&in, &number, &err) != CA_OK)
        return;
    all.len -= in.len;
    der_put_unsigned(&w, DER_INTEGER, number);
    must(ca_bytes_equal(der_writer_view(&w), all));
    theirs = d2i_ASN1_INTEGER(NULL, &at, (long)all.len);
    must(theirs != NULL && at == all.ptr + all.len &&
         ASN1_STRING_length(theirs) == (int)number.len);
    ASN1_INTEGER_free(theirs);
}

static void time_again(struct ca_bytes in)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes all = in;
    struct ca_err err;
    int64_t at;

    if (der_take_time(&in, &at, &err) != CA_OK)
        return;
    all.len -= in.len;
    der_put_time(&w, at);
    must(ca_bytes_equal(der_writer_view(&w), all));
}

/* Each element that holds others is opened; `left` bounds the depth. */
static void walk(struct ca_bytes in, unsigned left)
{
    while (left > 0 && in.len > 0) {
        struct ca_bytes front = in;
        struct ca_bytes octets;
        struct ca_err err;
        struct der e;
        unsigned tag;
        uint8_t head[6];
        bool flag;

        integer_again(in);
        time_again(in);
        (void)!der_take_bool(&front, &flag, &err);
        (void)!der_take_octets_of_bits(&front, &octets, &err);
        front = in;
        if (der_take_any(&in, &tag, &e, &err) != CA_OK)
            return;
        must(e.all.ptr == front.ptr && e.all.len + in.len == front.len);
        must(der_head(tag, e.body.len, head) == e.all.len - e.body.len); /* the shortest */
        must(memcmp(head, e.all.ptr, e.all.len - e.body.len) == 0);
        if ((tag & 0x20U) != 0)
            walk(e.body, left - 1); /* NOLINT(misc-no-recursion): as deep as `left` says */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    walk((struct ca_bytes){data, len}, 16);
    return 0;
}
