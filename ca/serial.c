/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/serial_internal.h"

#include <assert.h>
#include <openssl/rand.h>

enum { PERIOD_LEN = 2, RANDOM_LEN = 16 };
_Static_assert(PERIOD_LEN + RANDOM_LEN == DB_SERIAL_LEN, "partition, then 128 random bits");
_Static_assert(DB_SERIAL_LEN <= 20, "RFC 5280 4.1.2.2: at most 20 octets");

CA_RC serial_new(int64_t at, uint8_t ret[DB_SERIAL_LEN], struct ca_err *err)
{
    uint16_t period = db_period_of_time(at);

    assert(period > 0xff && period < 0x8000); /* positive, and never a leading zero octet */
    ret[0] = (uint8_t)(period >> 8);
    ret[1] = (uint8_t)period;
    if (RAND_bytes(ret + PERIOD_LEN, RANDOM_LEN) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no random octets for a serial");
    return CA_OK;
}
