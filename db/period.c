/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_internal.h"

#include "base/time.h"

enum { PERIOD_FIRST = 0x4000, PERIOD_LAST = 0x7fff, PERIOD_YEAR = 2000 };

uint16_t db_period_of_time(int64_t at)
{
    struct ca_civil c;
    int period;

    ca_time_to_civil(at, &c);
    period = PERIOD_FIRST + 4 * (c.year - PERIOD_YEAR) + (c.month - 1) / 3;
    return period < PERIOD_FIRST || period > PERIOD_LAST ? 0 : (uint16_t)period;
}

uint16_t db_period_of_serial(struct ca_bytes serial)
{
    uint16_t period;

    if (serial.len != DB_SERIAL_LEN)
        return 0;
    period = (uint16_t)(serial.ptr[0] << 8 | serial.ptr[1]);
    return period < PERIOD_FIRST || period > PERIOD_LAST ? 0 : period;
}

uint16_t db_period_of_uuid(const struct ca_uuid *id)
{
    return db_period_of_time(ca_uuid_time_ms(id) / 1000);
}

void db_put_periods(struct db_params *p, const struct ca_uuid *id)
{
    int period = db_period_of_uuid(id);

    db_put_int4(p, period);
    db_put_int4(p, period - 1);
    db_put_int4(p, period + 1);
}

CA_RC db_period_ensure(struct db *db, int64_t at, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    int period = db_period_of_time(at);

    db_put_int4(&p, period);
    db_put_int4(&p, period + 1);
    return db_run_none(db, DB_period_ensure, &p, err);
}
