-- rows: many
-- role: signer
-- $1 authority; arrays: $2 serials, $3 their periods
SELECT c.serial, c.state, c.reason, c.revoked_at, c.not_after
FROM unnest($2::bytea[], $3::integer[]) AS asked (serial, period)
    JOIN certificate AS c ON c.serial = asked.serial AND c.authority_id = $1::bigint
        AND c.period = asked.period
