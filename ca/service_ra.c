/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate with which a SCEP endpoint decrypts and signs. */
#include <stdio.h>

#include "ca/scep_internal.h"
#include "ca/service_internal.h"
#include "db/scep.h"

/* Beside renewals: a token was replaced, a node has a token of its own. */
enum { SPARE = 4, SPARE_S = 7 * 86400 };

static CA_RC endpoint_find(struct service *v, struct db *db, const struct db_scep_endpoint **ret,
                           struct ca_err *err)
{
    const struct db_scep_endpoint *e;

    CA_TRY(db_scep_endpoint_list(db, v->ask->owner, &v->found, err));
    e = v->found.rows;
    if (v->found.count == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "there is no SCEP endpoint '%.63s'",
                          v->ask->owner);
    CA_TRY(scep_endpoint_check(v->signer->seal, e, err));
    if (!e->enabled)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "SCEP endpoint '%s' is disabled", e->name);
    *ret = e;
    return CA_OK;
}

static bool key_is(struct ca_bytes spki, const char *spec)
{
    struct ca_key_spec wanted;
    struct spki_info key;
    struct ca_err err = {0};

    return ca_key_spec_parse(spec, &wanted) && wanted.kind == CA_KEY_RSA &&
           spki_read(spki, &key, &err) == CA_OK && key.kind == wanted.kind &&
           key.bits == wanted.bits;
}

static CA_RC endpoint_key_check(const struct service *v, const struct db_scep_endpoint *e,
                                struct ca_err *err)
{
    if (!key_is(csr_spki(v->csr), e->ra_key))
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the key is not one of %s", e->ra_key);
    return CA_OK;
}

/* A new one is due when the newest is of another authority or another kind of key than the endpoint
 * now, or half over. */
static CA_RC hour_check(const struct service *v, const struct db_scep_endpoint *e,
                        struct ca_err *err)
{
    const struct db_service *live = v->live.rows;
    struct cert newest;
    size_t young = 0;

    if (v->live.count == 0)
        return CA_OK;
    CA_TRY(cert_read(live[0].certificate, &newest, err));
    if (live[0].authority_id != v->issuer->id || !key_is(newest.spki, e->ra_key) ||
        service_is_old(newest.not_before, newest.not_after, v->now))
        return CA_OK;
    for (size_t i = 0; i < v->live.count; i++)
        young += live[i].created_at > v->now - SPARE_S;
    return young < SPARE ? CA_OK : service_too_early(v, err);
}

/* "routers SCEP RA", of the organization that the authority is of. */
static CA_RC subject_make(struct service *v, const struct db_scep_endpoint *e, struct ca_err *err)
{
    struct name_value of[NAME_VALUES_MAX];
    size_t n = 0;

    CA_TRY(name_read(v->issuer->cert.subject, of, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (of[i].attribute == NAME_C || of[i].attribute == NAME_O)
            v->subject[v->wish.subject_n++] = of[i];
    }
    (void)snprintf(v->common_name, sizeof(v->common_name), "%.56s SCEP RA", e->name);
    v->subject[v->wish.subject_n++] = (struct name_value){
        NAME_CN, name_attribute_info(NAME_CN)->tag, ca_bytes_str(v->common_name)};
    return CA_OK;
}

CA_RC service_ra(struct service *v, struct db *db, struct ca_err *err)
{
    const struct db_scep_endpoint *e = NULL;

    CA_TRY(endpoint_find(v, db, &e, err));
    CA_TRY(endpoint_key_check(v, e, err));
    CA_TRY(authority_set_find(v->set, e->authority, &v->issuer, err));
    CA_TRY(authority_online(v->issuer, err));
    CA_TRY(hour_check(v, e, err));
    return subject_make(v, e, err);
}
