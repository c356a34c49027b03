/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/certificate_view.h"

#include <ctype.h>

#include "api/rest/answer.h"
#include "api/rest/choices.h"
#include "base/algorithm.h"
#include "base/der.h"
#include "db/operator.h"
#include "policy/name.h"
#include "policy/oid.h"

/* What a view holds beside the row. */
enum { FLAGS_MAX = 6, KU_BITS = 9, EKUS_MAX = 32, ACTIONS = 3 };
struct view {
    struct rest_key key;
    struct rest_revocation revocation;
    struct wire_text flags[FLAGS_MAX];
    struct wire_text key_usage[KU_BITS];
    struct wire_text ekus[EKUS_MAX];
    struct rest_action actions[ACTIONS];
    struct cert cert;
};

static bool rsa_bits(struct ca_bytes key, int64_t *ret)
{
    struct der sequence = {0};
    struct ca_bytes modulus = {0};
    struct ca_err ignored;
    int64_t bits;

    if (der_take(&key, DER_SEQUENCE, &sequence, &ignored) != CA_OK ||
        der_take_unsigned(&sequence.body, &modulus, &ignored) != CA_OK)
        return false;
    bits = (int64_t)modulus.len * 8;
    for (unsigned top = 0x80; top > 0 && (modulus.ptr[0] & top) == 0; top >>= 1)
        bits--;
    *ret = bits;
    return true;
}

static bool key_named(enum ca_key_kind kind, struct ca_bytes bits, struct rest_key *ret)
{
    const struct ca_key_info *info = ca_key_info(kind);
    bool ec = strncmp(info->name, "ec:", 3) == 0;

    *ret = (struct rest_key){ec ? "ec" : info->name, -1, ec ? info->name + 3 : NULL};
    return kind != CA_KEY_RSA || rsa_bits(bits, &ret->bits);
}

bool rest_key_view(struct ca_bytes spki, struct rest_key *ret)
{
    struct der outer = {0};
    struct der algorithm = {0};
    struct ca_bytes bits = {0};
    struct ca_err ignored;

    if (der_take(&spki, DER_SEQUENCE, &outer, &ignored) != CA_OK ||
        der_take(&outer.body, DER_SEQUENCE, &algorithm, &ignored) != CA_OK ||
        der_take_octets_of_bits(&outer.body, &bits, &ignored) != CA_OK)
        return false;
    for (int kind = 0; kind < CA_KEY__COUNT; kind++) {
        if (ca_bytes_equal(ca_key_info((enum ca_key_kind)kind)->algorithm, algorithm.all))
            return key_named((enum ca_key_kind)kind, bits, ret);
    }
    return false;
}

/* "DNS:www.example" as {"dns", "www.example"}. */
static CA_RC san_view(struct request *rq, const struct san *san, struct rest_san *ret,
                      struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    char *type;
    char *colon;

    san_text(san, &text);
    CA_TRY(ca_buf_check(&text, err));
    type = request_alloc(rq, text.len + 1);
    if (type == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(type, ca_buf_cstr(&text), text.len + 1);
    colon = strchr(type, ':');
    ret->type = type;
    ret->value = colon != NULL ? colon + 1 : "";
    if (colon != NULL)
        *colon = '\0';
    for (char *c = type; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return CA_OK;
}

static CA_RC sans_view(struct request *rq, const struct cert *cert, struct json_list *ret,
                       struct ca_err *err)
{
    const struct cert_extension *extension = cert_extension(cert, EXT_SUBJECT_ALT_NAME);
    struct san *sans;
    struct rest_san *views;
    size_t n = 0;

    *ret = (struct json_list){.given = true};
    if (extension == NULL)
        return CA_OK;
    sans = request_alloc(rq, SAN_COUNT_MAX * sizeof(*sans));
    if (sans == NULL)
        return CA_FAIL_NOMEM(err);
    if (san_read(extension->value, sans, &n, err) != CA_OK)
        return CA_OK; /* made elsewhere; the download shows what it is */
    views = request_alloc(rq, (n + 1) * sizeof(*views));
    if (views == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++)
        CA_TRY(san_view(rq, &sans[i], &views[i], err));
    *ret = (struct json_list){views, (uint32_t)n, true};
    return CA_OK;
}

static struct json_list key_usage_view(struct view *v)
{
    struct json_list list = {v->key_usage, 0, false};
    struct ca_err ignored;
    uint32_t bits = 0;

    if (cert_key_usage(&v->cert, &bits, &ignored) != CA_OK)
        return list;
    list.given = true;
    for (size_t i = 0; i < KU_BITS; i++) {
        if ((bits & 1U << i) != 0)
            v->key_usage[list.n++].text = rest_kus.rows[i].value;
    }
    return list;
}

static CA_RC eku_name(struct request *rq, struct ca_bytes oid, const char **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const struct json_choice *row = rest_eku_find(oid);

    if (row == NULL)
        oid_text(oid, &text);
    CA_TRY(ca_buf_check(&text, err));
    *ret = row != NULL ? row->value : rest_keep(rq, ca_buf_view(&text));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC ekus_view(struct request *rq, struct view *v, struct json_list *ret,
                       struct ca_err *err)
{
    const struct cert_extension *extension = cert_extension(&v->cert, EXT_EXTENDED_KEY_USAGE);
    struct ca_bytes in = extension != NULL ? extension->value : (struct ca_bytes){NULL, 0};
    struct der sequence = {0};
    struct der oid = {0};
    struct ca_err ignored;
    uint32_t n = 0;

    *ret = (struct json_list){v->ekus, 0, false};
    if (extension == NULL || der_take(&in, DER_SEQUENCE, &sequence, &ignored) != CA_OK)
        return CA_OK;
    while (n < EKUS_MAX && der_take(&sequence.body, DER_OID, &oid, &ignored) == CA_OK)
        CA_TRY(eku_name(rq, oid.body, &v->ekus[n++].text, err));
    *ret = (struct json_list){v->ekus, n, true};
    return CA_OK;
}

static const char *status_name(const struct db_certificate *row, int64_t now)
{
    if (row->state == DB_CERT_VALID && row->not_after < now)
        return "expired";
    return db_certificate_state_name(row->state);
}

static bool key_is_here(const struct request *rq, const struct db_certificate *row)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(request_authorities(rq));

    for (size_t i = 0; i < authority_cards_count(cards); i++) {
        if (ca_bytes_equal(authority_cards_at(cards, i)->fingerprint, row->fingerprint))
            return true;
    }
    return false;
}

/* The letters of print and print detail: K, L, A, I, R, E; C and T say what cannot be here. */
static struct json_list flags_view(const struct request *rq, const struct db_certificate *row,
                                   struct view *v, int64_t now)
{
    struct json_list list = {v->flags, 0, true};
    struct ca_err ignored;
    bool ca = false;
    int path_length = -1;

    if (cert_basic_constraints(&v->cert, &ca, &path_length, &ignored) != CA_OK)
        ca = false;
    if (ca && key_is_here(rq, row))
        v->flags[list.n++].text = "K";
    if (cert_extension(&v->cert, EXT_CRL_DISTRIBUTION_POINTS) != NULL)
        v->flags[list.n++].text = "L";
    if (ca)
        v->flags[list.n++].text = "A";
    v->flags[list.n++].text = "I";
    if (row->state == DB_CERT_REVOKED)
        v->flags[list.n++].text = "R";
    if (row->not_after < now)
        v->flags[list.n++].text = "E";
    return list;
}

static struct json_list actions_view(const struct request *rq, const struct db_certificate *row,
                                     struct rest_action actions[ACTIONS])
{
    static const char *const no_revoke[] = {
        [DB_CERT_REVOKED] = "it is revoked already",
        [DB_CERT_BURNED] = "it was never issued; the CRL lists its serial",
        [DB_CERT_VALID] = NULL,
        [DB_CERT_HELD] = NULL,
    };
    unsigned all = CA_REQUESTER | CA_OFFICER | CA_ADMIN | CA_AUDITOR;

    actions[0] = rest_action(rq, "revoke", CA_OFFICER | CA_ADMIN, no_revoke[row->state]);
    actions[1] = rest_action(rq, "unhold", CA_OFFICER | CA_ADMIN,
                             row->state == DB_CERT_HELD ? NULL : "it is not on hold");
    actions[2] = rest_action(rq, "download", all,
                             row->state == DB_CERT_BURNED ? "it was never issued" : NULL);
    return (struct json_list){actions, ACTIONS, true};
}

static struct rest_revocation *revocation_view(const struct db_certificate *row, struct view *v)
{
    if (row->state != DB_CERT_REVOKED && row->state != DB_CERT_HELD)
        return NULL;
    v->revocation = (struct rest_revocation){rest_reason_name(row->reason), row->revoked_at,
                                             row->invalidity_date, row->comment};
    return &v->revocation;
}

/* What stands in the row. */
static void row_view(const struct db_certificate *row, int64_t now, struct rest_certificate *ret)
{
    *ret = (struct rest_certificate){
        .id = row->id,
        .serial = row->serial,
        .fingerprint = row->fingerprint,
        .authority = row->authority,
        .subject = row->subject,
        .common_name = row->common_name,
        .status = status_name(row, now),
        .not_before = row->not_before,
        .not_after = row->not_after,
        .profile = row->profile,
        .profile_version = row->profile_version,
        .requester = row->requester,
        .request_id = row->request_id,
        .issued_at = row->issued_at,
    };
}

static CA_RC cert_view(struct request *rq, struct view *v, bool whole, struct rest_certificate *ret,
                       struct ca_err *err)
{
    struct ca_err ignored;

    CA_TRY(sans_view(rq, &v->cert, &ret->sans, err));
    CA_TRY(ekus_view(rq, v, &ret->extended_key_usage, err));
    ret->key_usage = key_usage_view(v);
    ret->key = rest_key_view(v->cert.spki, &v->key) ? &v->key : NULL;
    if (whole) { /* absent ones stay empty */
        (void)!cert_authority_key_identifier(&v->cert, &ret->akid, &ignored);
        (void)!cert_subject_key_identifier(&v->cert, &ret->skid, &ignored);
    }
    return CA_OK;
}

CA_RC rest_cert_view(struct request *rq, const struct cert *cert, struct rest_certificate *ret,
                     struct ca_err *err)
{
    struct view *v = request_alloc(rq, sizeof(*v));

    if (v == NULL)
        return CA_FAIL_NOMEM(err);
    memset(v, 0, sizeof(*v));
    v->cert = *cert;
    *ret = (struct rest_certificate){
        .subject = rest_keep_name(rq, cert->subject),
        .not_before = cert->not_before,
        .not_after = cert->not_after,
    };
    if (ret->subject == NULL)
        return CA_FAIL_NOMEM(err);
    return cert_view(rq, v, true, ret, err);
}

CA_RC rest_certificate_view(struct request *rq, const struct db_certificate *row, int64_t now,
                            bool whole, struct rest_certificate *ret, struct ca_err *err)
{
    struct view *v = request_alloc(rq, sizeof(*v));

    if (v == NULL)
        return CA_FAIL_NOMEM(err);
    memset(v, 0, sizeof(*v));
    row_view(row, now, ret);
    if (row->state == DB_CERT_BURNED) {
        CA_TRY(cert_read_tbs(row->der, &v->cert, err));
    } else {
        CA_TRY(cert_read(row->der, &v->cert, err));
    }
    CA_TRY(cert_view(rq, v, whole, ret, err));
    ret->flags = flags_view(rq, row, v, now);
    ret->revocation = revocation_view(row, v);
    ret->allowed_actions = actions_view(rq, row, v->actions);
    return CA_OK;
}

CA_RC rest_certificate_load(struct request *rq, struct db_result *ret,
                            const struct db_certificate **row, struct ca_err *err)
{
    struct ca_uuid id = {{0}};

    CA_TRY(request_uuid(rq, "id", &id, err));
    CA_TRY(db_certificate_by_id(request_db(rq), &id, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no certificate %s", request_var(rq, "id"));
    *row = ret->rows;
    return CA_OK;
}
