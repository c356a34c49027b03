-- rows: none
-- role: signer
-- $1 seconds that a row is kept
DELETE FROM status_change
WHERE at < floor(extract(epoch FROM clock_timestamp()))::bigint - $1::bigint
