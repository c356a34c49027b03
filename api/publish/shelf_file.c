/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "api/publish/shelf_internal.h"
#include "base/der.h"
#include "base/digest.h"
#include "base/file.h"

static const uint8_t crl_number_oid[] = {0x55, 0x1d, 0x14};

/* Extension (RFC 5280 4.1): the number, where it is cRLNumber (5.2.3). */
static CA_RC extension_read(struct ca_bytes extension, struct shelf_crl *ret, struct ca_err *err)
{
    struct der oid;
    struct der value;
    uint64_t number;
    bool critical;

    CA_TRY(der_take(&extension, DER_OID, &oid, err));
    if (der_next_is(extension, DER_BOOLEAN))
        CA_TRY(der_take_bool(&extension, &critical, err));
    CA_TRY(der_take(&extension, DER_OCTET_STRING, &value, err));
    if (!ca_bytes_equal(oid.body, (struct ca_bytes){crl_number_oid, sizeof(crl_number_oid)}))
        return CA_OK;
    CA_TRY(der_take_uint(&value.body, INT64_MAX, &number, err));
    ret->number = (int64_t)number;
    return CA_OK;
}

static CA_RC extensions_read(struct ca_bytes tbs, struct shelf_crl *ret, struct ca_err *err)
{
    struct der outer;
    struct der list;
    struct der extension;

    CA_TRY(der_take(&tbs, DER_CONTEXT_0, &outer, err));
    CA_TRY(der_take(&outer.body, DER_SEQUENCE, &list, err));
    while (list.body.len > 0) {
        CA_TRY(der_take(&list.body, DER_SEQUENCE, &extension, err));
        CA_TRY(extension_read(extension.body, ret, err));
    }
    return CA_OK;
}

/* CertificateList (RFC 5280 5.1), as far as it is served by: times and number. The signer has
 * verified it before it was published. */
static CA_RC list_read(struct ca_bytes in, struct shelf_crl *ret, struct ca_err *err)
{
    struct der list;
    struct der tbs;
    struct der skipped;
    uint64_t version;

    CA_TRY(der_take(&in, DER_SEQUENCE, &list, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&list.body, DER_SEQUENCE, &tbs, err));
    CA_TRY(der_take_uint(&tbs.body, 1, &version, err));
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &skipped, err)); /* signature */
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &skipped, err)); /* issuer */
    CA_TRY(der_take_time(&tbs.body, &ret->this_update, err));
    CA_TRY(der_take_time(&tbs.body, &ret->next_update, err));
    if (der_next_is(tbs.body, DER_SEQUENCE))
        CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &skipped, err)); /* revokedCertificates */
    return extensions_read(tbs.body, ret, err);
}

CA_RC shelf_crl_read(struct ca_bytes der, struct shelf_crl *ret, struct ca_err *err)
{
    ret->size = der.len;
    CA_TRY(list_read(der, ret, err));
    return ca_sha256(der, ret->sha256, err);
}

bool shelf_crl_holds(const struct shelf_crl *there, const struct shelf_crl *crl)
{
    return there->number > crl->number ||
           (there->number == crl->number &&
            memcmp(there->sha256, crl->sha256, sizeof(there->sha256)) == 0);
}

static CA_RC file_digest(struct shelf_crl *crl, struct ca_err *err)
{
    void *map = mmap(NULL, crl->size, PROT_READ, MAP_PRIVATE, crl->fd, 0);
    struct ca_bytes bytes = {map, crl->size};
    enum ca_rc rc;

    if (map == MAP_FAILED)
        return CA_FAIL(err, CA_UNAVAILABLE, "CRL of '%s' cannot be mapped", crl->name);
    rc = shelf_crl_read(bytes, crl, err);
    (void)munmap(map, crl->size);
    return rc;
}

CA_RC shelf_file_load(const char *path, const char *name, struct shelf_crl *ret, struct ca_err *err)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    struct stat st;

    (void)snprintf(crl.name, sizeof(crl.name), "%s", name);
    crl.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (crl.fd < 0 || fstat(crl.fd, &st) != 0)
        return CA_FAIL(err, CA_NOT_FOUND, "%s cannot be opened", path);
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return CA_FAIL(err, CA_MALFORMED, "%s is empty or no file", path);
    crl.size = (size_t)st.st_size;
    CA_TRY(file_digest(&crl, err));
    *ret = crl;
    crl.fd = -1;
    return CA_OK;
}
