/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/source.h"

#include <stdio.h>

#include "base/der.h"
#include "base/file.h"
#include "base/pem.h"

enum { CSR_FILE_MAX = 128 * 1024, CHUNK = 16 * 1024 };

CA_RC source_read(const char *name, struct ca_buf *ret, struct ca_err *err)
{
    char chunk[CHUNK];
    size_t n;

    if (strcmp(name, "-") != 0)
        return ca_file_read(name, ret, err);
    while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
        ca_buf_add(ret, chunk, n);
    if (ferror(stdin) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read stdin");
    return ca_buf_check(ret, err);
}

CA_RC source_csr(const char *name, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf file = {.max = CSR_FILE_MAX};

    CA_TRY(source_read(name, &file, err));
    return source_csr_of(name, ca_buf_view(&file), ret, err);
}

CA_RC source_csr_of(const char *name, struct ca_bytes all, struct ca_buf *ret, struct ca_err *err)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"};
    CA_AUTO(buf) struct ca_buf der = {0};

    if (!pem_is(all))
        ca_buf_bytes(&der, all);
    for (size_t i = 0; i < CA_COUNT(labels) && der.len == 0 && pem_is(all); i++) {
        struct ca_bytes rest = all;
        enum ca_rc rc = pem_take(&rest, labels[i], &der, err);

        if (rc != CA_OK && rc != CA_NOT_FOUND)
            return rc;
    }
    if (der.len == 0 || !der_next_is(ca_buf_view(&der), DER_SEQUENCE))
        return CA_FAIL(err, CA_MALFORMED, "%.100s holds no certification request", name);
    pem_put(ret, labels[0], ca_buf_view(&der));
    return ca_buf_check(ret, err);
}
