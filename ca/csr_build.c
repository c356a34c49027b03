/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "ca/authority_change_internal.h"

static const struct ca_bytes extension_request_oid =
    CA_BYTES(DER_OID, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e);
static const struct ca_bytes basic_constraints_oid = CA_BYTES(DER_OID, 0x03, 0x55, 0x1d, 0x13);

/* Extensions with basicConstraints alone (RFC 5280 4.2.1.9). */
static void extensions_write(struct der_writer *w, int path_length)
{
    der_open(w, DER_SEQUENCE);
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, basic_constraints_oid);
    der_put_bool(w, true);
    der_open(w, DER_OCTET_STRING);
    der_open(w, DER_SEQUENCE);
    der_put_bool(w, true);
    if (path_length >= 0)
        der_put_uint(w, (uint64_t)path_length);
    der_close(w);
    der_close(w);
    der_close(w);
    der_close(w);
}

/* CertificationRequestInfo (RFC 2986 4.1). */
static void info_write(struct der_writer *w, const struct hsm_key *key, struct ca_bytes subject,
                       int path_length)
{
    der_open(w, DER_SEQUENCE);
    der_put_uint(w, 0);
    der_put_raw(w, subject);
    der_put_raw(w, hsm_key_spki(key));
    der_open(w, DER_CONTEXT_0);
    if (path_length != CSR_NO_CA) {
        der_open(w, DER_SEQUENCE);
        der_put_raw(w, extension_request_oid);
        der_open(w, DER_SET);
        extensions_write(w, path_length);
        der_close(w);
        der_close(w);
    }
    der_close(w);
    der_close(w);
}

CA_RC csr_build(const struct hsm_key *key, enum ca_signature signature, struct ca_bytes subject,
                int path_length, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer info = {0};
    CA_AUTO(der_writer) struct der_writer request = {0};
    CA_AUTO(buf) struct ca_buf octets = {0};

    info_write(&info, key, subject, path_length);
    CA_TRY(der_writer_check(&info, err));
    CA_TRY(hsm_sign(key, signature, der_writer_view(&info), &octets, err));
    der_open(&request, DER_SEQUENCE);
    der_put_raw(&request, der_writer_view(&info));
    der_put_raw(&request, ca_signature_info(signature)->algorithm);
    der_put_bits(&request, ca_buf_view(&octets));
    der_close(&request);
    CA_TRY(der_writer_check(&request, err));
    ca_buf_bytes(ret, der_writer_view(&request));
    return ca_buf_check(ret, err);
}
