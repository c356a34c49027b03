# SPDX-License-Identifier: Apache-2.0
# What is said of certificates.
set(ca_ocsp_sources ocsp_credential.c ocsp_der.c ocsp_make.c ocsp_retire.c ocsp_sign.c ocsp_signer.c)
