/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/auto.h"

CA_AUTO_DEFINE(bn, BIGNUM *, BN_free);
CA_AUTO_DEFINE(evp_md_ctx, EVP_MD_CTX *, EVP_MD_CTX_free);
CA_AUTO_DEFINE(evp_pkey, EVP_PKEY *, EVP_PKEY_free);
CA_AUTO_DEFINE(evp_pkey_ctx, EVP_PKEY_CTX *, EVP_PKEY_CTX_free);
CA_AUTO_DEFINE(ossl_param_bld, OSSL_PARAM_BLD *, OSSL_PARAM_BLD_free);
CA_AUTO_DEFINE(ossl_params, OSSL_PARAM *, OSSL_PARAM_free);
CA_AUTO_DEFINE(x509, X509 *, X509_free);
CA_AUTO_DEFINE(x509_crl, X509_CRL *, X509_CRL_free);
CA_AUTO_DEFINE(x509_req, X509_REQ *, X509_REQ_free);
CA_AUTO_DEFINE(bio, BIO *, BIO_free_all);
