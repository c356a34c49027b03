/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/time.h"
#include "policy/lint_internal.h"

bool lint_take(struct ca_bytes *in, unsigned *ret_tag, struct ca_bytes *ret_body)
{
    struct der part;
    struct ca_err err;

    if (der_take_any(in, ret_tag, &part, &err) != CA_OK)
        return false;
    *ret_body = part.body;
    return true;
}

bool lint_only(struct ca_bytes in, unsigned tag, struct ca_bytes *ret_body)
{
    struct der part;
    struct ca_err err;

    if (der_take(&in, tag, &part, &err) != CA_OK || in.len > 0)
        return false;
    *ret_body = part.body;
    return true;
}

/* Two digits, or -1. */
static int two(struct ca_bytes text, size_t at)
{
    if (at + 2 > text.len || text.ptr[at] < '0' || text.ptr[at] > '9' || text.ptr[at + 1] < '0' ||
        text.ptr[at + 1] > '9')
        return -1;
    return (text.ptr[at] - '0') * 10 + (text.ptr[at + 1] - '0');
}

/* The moment of either type, seconds or not, whatever follows; rules judge the form. */
static bool moment(const struct lint_time *t, int64_t *ret)
{
    size_t at = t->tag == DER_UTC_TIME ? 0 : 2;
    int century = at == 0 ? 0 : two(t->text, 0);
    int part[5];
    int second;
    struct ca_civil c;

    for (size_t i = 0; i < CA_COUNT(part); i++) {
        part[i] = two(t->text, at + 2 * i);
        if (part[i] < 0 || century < 0)
            return false;
    }
    if (at == 0)
        century = part[0] < 50 ? 20 : 19; /* RFC 5280 4.1.2.5.1 */
    second = two(t->text, at + 10);
    c = (struct ca_civil){century * 100 + part[0], part[1], part[2], part[3], part[4],
                          second < 0 ? 0 : second};
    return c.year > 0 && ca_civil_to_time(&c, ret);
}

static bool time_take(struct ca_bytes *in, struct lint_time *ret)
{
    if (!lint_take(in, &ret->tag, &ret->text) ||
        (ret->tag != DER_UTC_TIME && ret->tag != DER_GENERALIZED_TIME))
        return false;
    ret->known = moment(ret, &ret->at);
    return true;
}

static bool whole_take(struct ca_bytes *in, unsigned tag, struct ca_bytes *ret)
{
    struct der part;
    struct ca_err err;

    if (der_take(in, tag, &part, &err) != CA_OK)
        return false;
    *ret = part.all;
    return true;
}

static bool integer_take(struct ca_bytes *in, struct ca_bytes *ret)
{
    unsigned tag = 0;

    return lint_take(in, &tag, ret) && tag == DER_INTEGER && ret->len > 0;
}

static bool version_take(struct ca_bytes *in, struct lint_case *c)
{
    struct ca_bytes tagged;
    struct ca_bytes number;
    unsigned tag = 0;

    if (!der_next_is(*in, DER_CONTEXT_0))
        return true; /* version 1, by default */
    if (!lint_take(in, &tag, &tagged) || !lint_only(tagged, DER_INTEGER, &number))
        return false;
    c->version_3 = number.len == 1 && number.ptr[0] == 2;
    return true;
}

static bool validity_take(struct ca_bytes *in, struct lint_case *c)
{
    struct ca_bytes body;
    unsigned tag = 0;

    return lint_take(in, &tag, &body) && tag == DER_SEQUENCE && time_take(&body, &c->not_before) &&
           time_take(&body, &c->not_after) && body.len == 0;
}

/* Unique identifiers, [1] and [2], then [3] extensions. */
static bool tail_read(struct ca_bytes in, struct lint_case *c)
{
    struct ca_bytes body;
    unsigned tag = 0;

    while (in.len > 0) {
        if (!lint_take(&in, &tag, &body))
            return false;
        if (tag == DER_CONTEXT + 1 || tag == DER_CONTEXT + 2) {
            c->unique_ids = true;
        } else if (tag != DER_CONTEXT_3 || in.len > 0 || !lint_extensions_read(body, c)) {
            return false;
        }
    }
    return true;
}

static bool tbs_read(struct ca_bytes in, struct lint_case *c)
{
    return version_take(&in, c) && integer_take(&in, &c->serial) &&
           whole_take(&in, DER_SEQUENCE, &c->algorithm) &&
           whole_take(&in, DER_SEQUENCE, &c->issuer) && validity_take(&in, c) &&
           whole_take(&in, DER_SEQUENCE, &c->subject) && whole_take(&in, DER_SEQUENCE, &c->spki) &&
           tail_read(in, c);
}

/* An INTEGER without its sign octet. */
static struct ca_bytes magnitude(struct ca_bytes number)
{
    while (number.len > 1 && number.ptr[0] == 0) {
        number.ptr++;
        number.len--;
    }
    return number;
}

static void rsa_read(struct lint_key *key)
{
    struct ca_bytes in;

    if (!lint_only(key->bits, DER_SEQUENCE, &in) || !integer_take(&in, &key->modulus) ||
        !integer_take(&in, &key->exponent) || in.len > 0) {
        key->ok = false;
        return;
    }
    key->modulus = magnitude(key->modulus);
    key->exponent = magnitude(key->exponent);
    key->modulus_bits = (unsigned)(8 * key->modulus.len);
    for (unsigned top = key->modulus.ptr[0]; top < 0x80 && key->modulus_bits > 0; top <<= 1)
        key->modulus_bits--;
}

/* SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of any algorithm. */
static void key_read(struct ca_bytes spki, struct lint_key *key)
{
    struct ca_bytes in;
    struct ca_bytes algorithm;
    struct ca_err err;
    unsigned tag = 0;

    if (!lint_only(spki, DER_SEQUENCE, &in) || !lint_take(&in, &tag, &algorithm) ||
        tag != DER_SEQUENCE || !lint_take(&algorithm, &tag, &key->algorithm) || tag != DER_OID ||
        der_take_octets_of_bits(&in, &key->bits, &err) != CA_OK || in.len > 0)
        return;
    key->parameters = algorithm;
    key->ok = true;
}

/* clang-format off */
static const struct {
    struct ca_bytes oid;
    unsigned kind;
} key_kinds[] = {
    {CA_BYTES(0x2a, 0x86, 0x48,     0x86,         0xf7, 0x0d, 0x01, 0x01, 0x01), LINT_KIND_RSA},
    {CA_BYTES(0x2a,         0x86,         0x48,             0xce,                    0x3d, 0x02, 0x01), LINT_KIND_EC},
    {CA_BYTES(0x2b,             0x65,     0x70), LINT_KIND_ED25519},
};
/* clang-format on */

static unsigned key_kind(struct lint_key *key)
{
    for (size_t i = 0; key->ok && i < CA_COUNT(key_kinds); i++) {
        if (!ca_bytes_equal(key->algorithm, key_kinds[i].oid))
            continue;
        if (key_kinds[i].kind == LINT_KIND_RSA)
            rsa_read(key);
        return key->ok ? key_kinds[i].kind : 0;
    }
    return 0;
}

static unsigned kinds_of(struct lint_case *c)
{
    unsigned kinds = LINT_KIND_READ | (c->ca ? LINT_KIND_CA : LINT_KIND_LEAF) | key_kind(&c->key);
    bool own = ca_bytes_equal(c->issuer, c->subject);

    if (!c->ca && (c->purposes & (LINT_PURPOSE_SERVER | LINT_PURPOSE_ANY)) != 0)
        kinds |= LINT_KIND_TLS;
    if (!c->ca && c->policy_bits != 0)
        kinds |= LINT_KIND_BR;
    if (own)
        kinds |= LINT_KIND_SELF_ISSUED;
    /* Whether the signature is its own cannot be seen in a TBSCertificate; a key identifier of
     * another issuer says that it is not (RFC 5280 4.2.1.1). */
    kinds |= own && (c->aki.len == 0 || ca_bytes_equal(c->aki, c->ski)) ? LINT_KIND_SELF_SIGNED
                                                                        : LINT_KIND_NOT_SELF_SIGNED;
    if (c->issuer_info != NULL && c->issuer_info->subject.len > 0)
        kinds |= LINT_KIND_UNDER_ISSUER;
    return kinds;
}

static void clear(struct lint_case *c)
{
    /* The long lists are left as they are: their counts say what is there. */
    memset(c, 0, offsetof(struct lint_case, subject_name));
    c->subject_name.n = c->issuer_name.n = 0;
    c->key = (struct lint_key){0};
    c->extensions_empty = false;
    c->all_n = c->san_n = c->eku.n = c->policies.n = 0;
    c->none = (struct lint_ext){0};
    for (size_t i = 0; i < LINT_EXT__COUNT; i++)
        c->ext[i] = &c->none;
    c->ca = c->ca_false_written = c->path_length_given = c->ku_shortest = false;
    c->path_length = -1;
    c->ku = c->purposes = c->policy_bits = 0;
    c->eku.more = c->policies.more = false;
    c->ski = c->aki = (struct ca_bytes){NULL, 0};
    c->aki_issuer = c->aki_serial = false;
}

void lint_case_read(struct ca_bytes tbs, const struct issuer *issuer, struct lint_case *ret)
{
    struct ca_bytes body;

    clear(ret);
    ret->tbs = tbs;
    ret->issuer_info = issuer;
    if (!lint_only(tbs, DER_SEQUENCE, &body) || !tbs_read(body, ret))
        return;
    lint_name_read(ret->subject, &ret->subject_name);
    lint_name_read(ret->issuer, &ret->issuer_name);
    key_read(ret->spki, &ret->key);
    lint_extension_values_read(ret);
    ret->kinds = kinds_of(ret);
}
