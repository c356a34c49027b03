-- rows: one
-- role: signer
-- $1 numbers, any order. One after the other until the transaction ends, in an order of their own, so
-- that two transactions never wait for each other.
SELECT count(pg_advisory_xact_lock(number))
FROM (SELECT DISTINCT number FROM unnest($1::bigint[]) AS l (number) ORDER BY number) AS sorted
