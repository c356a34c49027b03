/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/cert.h"

/* A CRL in parts. A certificate names its part when it is made and stays on it: the address of the
 * whole, NAME.crl, becomes NAME/0001.crl, NAME/0002.crl … The number has four digits always, so a
 * plan can be agreed on before the serial number chooses the part. */
enum { SHARD_MAX = 256, SHARD_DIGITS = 4, SHARD_URL_MAX = 520 };

/* Octets that a CRL may have before those who fetch it are better served by more parts; and how
 * many to ask for then: new certificates alone go there. */
enum { SHARD_OCTETS_MAX = 10 * 1000 * 1000 };
int32_t shard_more(int32_t shards);

/* Certificates in force for each part, on average, above which there are to be twice as many parts.
 * A part of the first hour gets so many, and a half of that at each doubling up to SHARD_MAX:
 * 125,000, which stay below SHARD_OCTETS_MAX also when each is revoked with an invalidityDate. */
enum { SHARD_CERTIFICATES = 25000 };
/* How many parts there are to be of `shards` with so many certificates in force: as many or more;
 * none stay none. */
int32_t shard_enough(int32_t shards, int64_t certificates);

/* 1 to `shards`, by the random end of the serial number; 0 when there are no parts. */
int32_t shard_of_serial(struct ca_bytes serial, int32_t shards);

/* The address of part `shard`; the whole's for 0. False: `crl_url` does not end in ".crl" or is too
 * long, so there are none. */
bool shard_url(const char *crl_url, int32_t shard, char ret[SHARD_URL_MAX]);
/* The address in a plan, where part 0 stands for whichever it will be. */
bool shard_url_planned(const char *crl_url, char ret[SHARD_URL_MAX]);

/* Which part of the CRL at `crl_url` this is the address of; 0: the whole; -1: none of it. */
int32_t shard_of_url(struct ca_bytes url, const char *crl_url);

/* The address of the delta CRLs beside the complete ones at `url`: NAME-delta.crl. */
bool shard_delta_url(const char *url, char ret[SHARD_URL_MAX]);
/* The part that a certificate names; 0: the whole, or none of this authority's. */
int32_t shard_of_cert(const struct cert *cert, const char *crl_url);

/* NNNN, without a NUL. */
void shard_digits(int32_t shard, uint8_t ret[SHARD_DIGITS]);
