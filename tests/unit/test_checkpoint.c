/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/ossl.h"
#include "base/text.h"
#include "ca/checkpoint_key_internal.h"
#include "tests/unit/support.h"

/* -- the tree ------------------------------------------------------------------------------- */

/* Leaves and roots of the tests of Certificate Transparency, which RFC 6962 describes. */
static const char *const leaves[] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void root_is(const struct checkpoint_tree *t, const char *hex)
{
    char text[2 * CHECKPOINT_HASH + 1];
    uint8_t root[CHECKPOINT_HASH];
    struct ca_err err = {0};

    assert_int_equal(checkpoint_tree_root(t, root, &err), CA_OK);
    assert_string_equal(ca_hex((struct ca_bytes){root, sizeof(root)}, text), hex);
}

static void roots_are_those_of_rfc_6962(void **state)
{
    struct checkpoint_tree t = {0};
    struct ca_err err = {0};

    (void)state;
    root_is(&t, roots[0]);
    for (size_t i = 0; i < CA_COUNT(leaves); i++) {
        uint8_t octets[16];
        size_t len = 0;

        if (leaves[i][0] != '\0')
            assert_int_equal(
                ca_hex_parse(ca_bytes_str(leaves[i]), octets, sizeof(octets), &len, &err), CA_OK);
        assert_int_equal(checkpoint_tree_add(&t, (struct ca_bytes){octets, len}, &err), CA_OK);
        assert_int_equal(t.size, i + 1);
        root_is(&t, roots[i + 1]);
    }
}

/* RFC 6962 2.1 as it is written, by recursion over all leaves. */
static void plain_root(size_t from, size_t n, uint8_t *ret)
{
    uint8_t octets[1 + 2 * CHECKPOINT_HASH] = {1};
    struct ca_err err = {0};
    size_t k = 1;

    if (n == 1) {
        uint8_t leaf[9] = {0};

        memcpy(leaf + 1, &from, sizeof(from));
        assert_int_equal(ca_sha256((struct ca_bytes){leaf, sizeof(leaf)}, ret, &err), CA_OK);
        return;
    }
    while (2 * k < n)
        k *= 2;
    plain_root(from, k, octets + 1);
    plain_root(from + k, n - k, octets + 1 + CHECKPOINT_HASH);
    assert_int_equal(ca_sha256((struct ca_bytes){octets, sizeof(octets)}, ret, &err), CA_OK);
}

static void the_edge_is_all_that_is_needed_to_go_on(void **state)
{
    struct checkpoint_tree t = {0};
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        struct checkpoint_tree again;
        uint8_t expected[CHECKPOINT_HASH];
        uint8_t root[CHECKPOINT_HASH];

        assert_int_equal(checkpoint_tree_load(t.size, checkpoint_tree_edge(&t), &again, &err),
                         CA_OK);
        assert_int_equal(
            checkpoint_tree_add(&again, (struct ca_bytes){(const uint8_t *)&i, sizeof(i)}, &err),
            CA_OK);
        t = again;
        plain_root(0, i + 1, expected);
        assert_int_equal(checkpoint_tree_root(&t, root, &err), CA_OK);
        assert_memory_equal(root, expected, sizeof(root));
    }
    for (size_t len = 0; len <= 5 * CHECKPOINT_HASH; len += 16) {
        enum ca_rc rc =
            checkpoint_tree_load(7, (struct ca_bytes){checkpoint_tree_edge(&t).ptr, len},
                                 &(struct checkpoint_tree){0}, &err);

        assert_int_equal(rc, len == 3 * CHECKPOINT_HASH ? CA_OK : CA_MALFORMED);
    }
    assert_int_equal(checkpoint_tree_load(UINT64_MAX, (struct ca_bytes){NULL, 0}, &t, &err),
                     CA_MALFORMED);
}

/* -- notes ---------------------------------------------------------------------------------- */

/* The example of c2sp.org/signed-note. */
static const char example_key[] =
    "302a300506032b6570032100"
    "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4";
static const char example_vkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example_signature[] =
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

static struct checkpoint_key *example(void)
{
    struct checkpoint_key *key = NULL;
    struct ca_err err = {0};
    uint8_t spki[64];
    size_t len = 0;

    assert_int_equal(ca_hex_parse(ca_bytes_str(example_key), spki, sizeof(spki), &len, &err),
                     CA_OK);
    assert_int_equal(checkpoint_key_new((struct ca_bytes){spki, len}, &key, &err), CA_OK);
    return key;
}

static void the_example_of_the_specification_verifies(void **state)
{
    CA_AUTO(checkpoint_key) struct checkpoint_key *key = example();
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf signature = {0};
    struct ca_bytes message = ca_bytes_str("This is an example message.\n");
    uint8_t id[CHECKPOINT_KEY_ID];
    struct ca_bytes octets;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(checkpoint_key_text(key, "example.com/foo", &text, &err), CA_OK);
    assert_string_equal(ca_buf_cstr(&text), example_vkey);
    assert_true(ca_base64_read(ca_bytes_str(example_signature), &signature));
    assert_int_equal(checkpoint_key_id(key, "example.com/foo", id, &err), CA_OK);
    assert_memory_equal(signature.ptr, id, sizeof(id));
    octets = (struct ca_bytes){signature.ptr + 4, signature.len - 4};
    assert_int_equal(checkpoint_key_verify(key, message, octets, &err), CA_OK);
    signature.ptr[20] ^= 1;
    assert_int_equal(checkpoint_key_verify(key, message, octets, &err), CA_DENIED);
}

/* A note by a key in software. */
static void note_make(const char *type, const struct checkpoint *c, struct ca_buf *ret,
                      struct checkpoint_key **ret_key)
{
    CA_AUTO(evp_pkey)
    EVP_PKEY *pkey = strcmp(type, "EC") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                                             : EVP_PKEY_Q_keygen(NULL, NULL, type);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *digest = strcmp(type, "EC") == 0 ? "SHA256" : NULL;
    unsigned char *spki = NULL;
    uint8_t signature[256];
    size_t len = sizeof(signature);
    struct ca_err err = {0};
    int spki_len = i2d_PUBKEY(pkey, &spki);

    assert_true(spki_len > 0);
    assert_int_equal(checkpoint_key_new((struct ca_bytes){spki, (size_t)spki_len}, ret_key, &err),
                     CA_OK);
    OPENSSL_free(spki);
    checkpoint_text(c, ret);
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len, ret->ptr, ret->len), 1);
    assert_int_equal(
        checkpoint_signature_put(c, *ret_key, (struct ca_bytes){signature, len}, ret, &err), CA_OK);
}

static const struct checkpoint sample = {
    "pki.example.org/audit/node-1", 42, {1, 2, 3}
};

static void a_note_opens_with_its_key_only(void **state)
{
    static const char *const types[] = {"ED25519", "EC"};
    CA_AUTO(checkpoint_key) struct checkpoint_key *other = example();

    (void)state;
    for (size_t i = 0; i < CA_COUNT(types); i++) {
        CA_AUTO(checkpoint_key) struct checkpoint_key *key = NULL;
        CA_AUTO(buf) struct ca_buf note = {0};
        struct checkpoint back;
        struct ca_err err = {0};

        test_note(types[i]);
        note_make(types[i], &sample, &note, &key);
        assert_int_equal(checkpoint_open(ca_buf_view(&note), key, &back, &err), CA_OK);
        assert_string_equal(back.origin, sample.origin);
        assert_int_equal(back.size, sample.size);
        assert_memory_equal(back.root, sample.root, sizeof(back.root));
        assert_int_equal(checkpoint_open(ca_buf_view(&note), other, &back, &err), CA_DENIED);
        /* Each octet of the text counts. */
        for (size_t at = 0; at < 60; at++) {
            note.ptr[at] ^= 1;
            assert_int_not_equal(checkpoint_open(ca_buf_view(&note), key, &back, &err), CA_OK);
            note.ptr[at] ^= 1;
        }
        assert_int_equal(checkpoint_open(ca_buf_view(&note), key, &back, &err), CA_OK);
    }
}

static void lines_of_other_keys_are_passed_over(void **state)
{
    CA_AUTO(checkpoint_key) struct checkpoint_key *key = NULL;
    CA_AUTO(buf) struct ca_buf note = {0};
    struct checkpoint back;
    struct ca_err err = {0};

    (void)state;
    note_make("ED25519", &sample, &note, &key);
    ca_buf_str(&note, "\xe2\x80\x94 witness.example AAAAAAEC\n");
    assert_int_equal(checkpoint_open(ca_buf_view(&note), key, &back, &err), CA_OK);
    ca_buf_str(&note, "\xe2\x80\x94 witness.example\n");
    assert_int_equal(checkpoint_open(ca_buf_view(&note), key, &back, &err), CA_MALFORMED);
}

#define ROOT "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define SIGN "\n\xe2\x80\x94 x/audit/y AAAAAAEC\n"
/* clang-format off */
static const struct {
    const char *what;
    const char *note;
    enum ca_rc rc;
} notes[] = {
    {"plain",             "x/audit/y\n1\n" ROOT SIGN,            CA_OK},
    {"with an extension", "x/audit/y\n1\n" ROOT "more\n" SIGN,   CA_OK},
    {"size 0",            "x/audit/y\n0\n" ROOT SIGN,            CA_OK},
    {"the largest",       "x/audit/y\n999999999999999999\n" ROOT SIGN, CA_OK},
    {"too large",         "x/audit/y\n1000000000000000000\n" ROOT SIGN, CA_MALFORMED},
    {"nothing",           "",                                    CA_MALFORMED},
    {"no signature",      "x/audit/y\n1\n" ROOT "\n",            CA_MALFORMED},
    {"no origin",         "\n1\n" ROOT SIGN,                     CA_MALFORMED},
    {"leading zero",      "x/audit/y\n01\n" ROOT SIGN,           CA_MALFORMED},
    {"negative",          "x/audit/y\n-1\n" ROOT SIGN,           CA_MALFORMED},
    {"no size",           "x/audit/y\n\n" ROOT SIGN,             CA_MALFORMED},
    {"short root",        "x/audit/y\n1\nAQID\n" SIGN,           CA_MALFORMED},
    {"root with a blank", "x/audit/y\n1\n " ROOT SIGN,           CA_MALFORMED},
    {"carriage return",   "x/audit/y\r\n1\n" ROOT SIGN,          CA_MALFORMED},
    {"empty line within", "x/audit/y\n1\n" ROOT "\nmore\n" SIGN, CA_MALFORMED},
    {"no end",            "x/audit/y\n1\n" ROOT "\n\xe2\x80\x94 x/audit/y AAAAAAEC", CA_MALFORMED},
    {"a hyphen",          "x/audit/y\n1\n" ROOT "\n- x/audit/y AAAAAAEC\n", CA_MALFORMED},
    {"no key id",         "x/audit/y\n1\n" ROOT "\n\xe2\x80\x94 x/audit/y AAAA\n", CA_MALFORMED},
    {"no name",           "x/audit/y\n1\n" ROOT "\n\xe2\x80\x94  AAAAAAEC\n", CA_MALFORMED},
};
/* clang-format on */

static void notes_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(notes); i++) {
        struct checkpoint back;
        struct ca_err err = {0};

        test_note(notes[i].what);
        assert_int_equal(checkpoint_read(ca_bytes_str(notes[i].note), &back, &err), notes[i].rc);
    }
}

/* clang-format off */
static const struct {
    const char *url;
    const char *chain;
    const char *origin;
} origins[] = {
    {"http://pki.example.org",      "node-1",  "pki.example.org/audit/node-1"},
    {"http://pki.example.org:8080/x", "a",     "pki.example.org/audit/a"},
    {"https://[::1]:443",           "a",       "[::1]/audit/a"},
    {"",                            "a",       "ca-server/audit/a"},
    {"http://x",                    "a b+c/\n", "x/audit/a%20b%2Bc%2F%0A"},
    {"http://x",                    "n\xc3\xb6", "x/audit/n%C3%B6"},
};
/* clang-format on */

static void origins_name_their_chain(void **state)
{
    char chain[CHECKPOINT_CHAIN_MAX + 1];

    (void)state;
    for (size_t i = 0; i < CA_COUNT(origins); i++) {
        char origin[CHECKPOINT_ORIGIN_MAX + 1];
        struct ca_err err = {0};

        assert_int_equal(checkpoint_origin(origins[i].url, origins[i].chain, origin, &err), CA_OK);
        assert_string_equal(origin, origins[i].origin);
        assert_true(checkpoint_chain(origin, chain));
        assert_string_equal(chain, origins[i].chain);
    }
    assert_false(checkpoint_chain("x/log/a", chain));
    assert_false(checkpoint_chain("x/audit/", chain));
    assert_false(checkpoint_chain("x/audit/%2", chain));
    assert_false(checkpoint_chain("x/audit/%zz", chain));
    assert_false(checkpoint_chain("x/audit/%00", chain));
}

static void keys_of_other_kinds_are_refused(void **state)
{
    static const struct {
        const char *type;
        const char *group;
        enum ca_rc rc;
    } kinds[] = {
        {"EC",      "P-384", CA_DENIED},
        {"ED448",   NULL,    CA_DENIED},
        {"X25519",  NULL,    CA_DENIED},
        {"EC",      "P-256", CA_OK    },
        {"ED25519", NULL,    CA_OK    },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        CA_AUTO(evp_pkey)
        EVP_PKEY *pkey = kinds[i].group != NULL
                             ? EVP_PKEY_Q_keygen(NULL, NULL, kinds[i].type, kinds[i].group)
                             : EVP_PKEY_Q_keygen(NULL, NULL, kinds[i].type);
        CA_AUTO(checkpoint_key) struct checkpoint_key *key = NULL;
        unsigned char *spki = NULL;
        int len = i2d_PUBKEY(pkey, &spki);
        struct ca_err err = {0};

        test_note(kinds[i].type);
        assert_int_equal(checkpoint_key_new((struct ca_bytes){spki, (size_t)len}, &key, &err),
                         kinds[i].rc);
        checkpoint_key_free(CA_MOVE(key));
        assert_int_equal(checkpoint_key_new((struct ca_bytes){spki, (size_t)len - 1}, &key, &err),
                         CA_MALFORMED);
        OPENSSL_free(spki);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_rfc_6962),
        cmocka_unit_test(the_edge_is_all_that_is_needed_to_go_on),
        cmocka_unit_test(the_example_of_the_specification_verifies),
        cmocka_unit_test(a_note_opens_with_its_key_only),
        cmocka_unit_test(lines_of_other_keys_are_passed_over),
        cmocka_unit_test(notes_are_read_or_refused),
        cmocka_unit_test(origins_name_their_chain),
        cmocka_unit_test(keys_of_other_kinds_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
