/* SPDX-License-Identifier: Apache-2.0 */
#include "ca-server/keys_audit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "db/certificate.h"
#include "db/certificate_key.h"
#include "policy/cert.h"
#include "policy/spki.h"

enum { PAGE = 1000, SHOWN_MAX = 1000, HOLDERS_FIRST = 1024, MIB = 1 << 20 };

struct keys_holder {
    struct ca_uuid certificate;
    uint32_t modulus; /* its number */
};

void keys_audit_done(struct keys_audit *a)
{
    key_audit_free(a->moduli);
    free(a->holders);
    a->moduli = NULL;
    a->holders = NULL;
}

/* "certificate ID (authority dev-issuing, serial 4067…, CN=a)" */
static CA_RC certificate_print(struct db *db, const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    char serial[2 * DB_SERIAL_MAX + 1];
    char text[CA_UUID_TEXT];
    const struct db_certificate *c;

    (void)printf("certificate %s", ca_uuid_text(id, text));
    CA_TRY(db_certificate_by_id(db, id, &found, err));
    if (found.count == 0)
        return CA_OK;
    c = found.rows;
    (void)printf(" (authority %s, serial %s, %s)", c->authority, ca_hex(c->serial, serial),
                 c->subject);
    return CA_OK;
}

static CA_RC weak_print(struct keys_audit *a, const struct ca_uuid *id,
                        const struct key_weakness_info *info, struct ca_err *err)
{
    if (a->weak++ >= SHOWN_MAX)
        return CA_OK;
    CA_TRY(certificate_print(a->db, id, err));
    (void)printf(": %s: %s (%s)\n", info->rule, info->text, info->source);
    return CA_OK;
}

static CA_RC holder_add(struct keys_audit *a, const struct ca_uuid *id, size_t modulus,
                        struct ca_err *err)
{
    size_t cap = a->holder_cap == 0 ? HOLDERS_FIRST : 2 * a->holder_cap;
    struct keys_holder *holders;

    if (a->holder_n == a->holder_cap) {
        holders = realloc(a->holders, cap * sizeof(*holders));
        if (holders == NULL)
            return CA_FAIL_NOMEM(err);
        a->holders = holders;
        a->holder_cap = cap;
    }
    a->holders[a->holder_n++] = (struct keys_holder){*id, (uint32_t)modulus};
    return CA_OK;
}

static CA_RC certificate_take(struct keys_audit *a, const struct db_certificate_key *row,
                              struct ca_err *err)
{
    enum key_weakness weakness = KEY_SOUND;
    struct spki_info key;
    struct cert cert;
    struct ca_err why = {0};
    size_t modulus = 0;

    a->certificates++;
    if (cert_read(row->der, &cert, &why) != CA_OK ||
        spki_read_legacy(cert.spki, &key, &why) != CA_OK) {
        a->unread++;
        return CA_OK;
    }
    CA_TRY(key_check(a->checks, &key, cert.spki, &weakness, err));
    if (weakness != KEY_SOUND)
        CA_TRY(weak_print(a, &row->id, key_weakness_info(weakness), err));
    if (key.kind != CA_KEY_RSA)
        return CA_OK;
    CA_TRY(key_audit_add(a->moduli, key.modulus, &modulus, err));
    return holder_add(a, &row->id, modulus, err);
}

static CA_RC certificates_take(struct keys_audit *a, struct ca_err *err)
{
    struct ca_uuid last = {0};
    size_t count;

    do {
        CA_AUTO(db_result) struct db_result page = {0};
        const struct db_certificate_key *rows;

        CA_TRY(db_certificate_keys(a->db, &last, PAGE, &page, err));
        rows = page.rows;
        count = page.count;
        for (size_t i = 0; i < count; i++)
            CA_TRY(certificate_take(a, &rows[i], err));
        if (count > 0)
            last = rows[count - 1].id;
    } while (count == PAGE);
    return CA_OK;
}

static CA_RC memory_check(const struct keys_audit *a, struct ca_err *err)
{
    uint64_t need =
        key_audit_memory(a->moduli, (unsigned)a->threads) + a->holder_cap * sizeof(*a->holders);
    uint64_t need_mib = need / MIB + 1;

    if (need_mib > a->memory_mib) {
        return CA_FAIL(err, CA_LIMIT,
                       "to compare %zu moduli takes up to %" PRIu64
                       " MiB, and --memory allows %" PRIu64,
                       key_audit_count(a->moduli), need_mib, a->memory_mib);
    }
    (void)fprintf(stderr,
                  "ca-server keys audit: comparing %zu moduli, with up to %" PRIu64 " MiB\n",
                  key_audit_count(a->moduli), need_mib);
    return CA_OK;
}

/* All certificates with this modulus. */
static CA_RC holders_print(struct keys_audit *a, size_t modulus, struct ca_err *err)
{
    bool first = true;

    for (size_t i = 0; i < a->holder_n; i++) {
        if (a->holders[i].modulus != modulus)
            continue;
        (void)fputs(first ? "  " : "  and ", stdout);
        CA_TRY(certificate_print(a->db, &a->holders[i].certificate, err));
        (void)putchar('\n');
        first = false;
    }
    return CA_OK;
}

static enum ca_rc pair_print(void *arg, size_t first, size_t second, struct ca_bytes factor,
                             struct ca_err *err)
{
    struct keys_audit *a = arg;

    if (a->pairs++ >= SHOWN_MAX)
        return CA_OK;
    (void)printf("two keys share a factor of %zu bits; both can be factored:\n", 8 * factor.len);
    CA_TRY(holders_print(a, first, err));
    return holders_print(a, second, err);
}

static void rest_print(const struct keys_audit *a)
{
    if (a->weak > SHOWN_MAX)
        (void)printf("%" PRIu64 " more certificates with weak keys\n", a->weak - SHOWN_MAX);
    if (a->pairs > SHOWN_MAX)
        (void)printf("%" PRIu64 " more pairs of keys\n", a->pairs - SHOWN_MAX);
}

CA_RC keys_audit_run(struct keys_audit *a, struct ca_err *err)
{
    CA_TRY(key_audit_new(&a->moduli, err));
    CA_TRY(certificates_take(a, err));
    a->keys = key_audit_count(a->moduli);
    CA_TRY(memory_check(a, err));
    CA_TRY(key_audit_run(a->moduli, (unsigned)a->threads, pair_print, a, err));
    rest_print(a);
    return CA_OK;
}
