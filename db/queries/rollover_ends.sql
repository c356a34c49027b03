-- rows: one
-- role: front
-- $1 authority. When its last certificate ends, and when its newest CRL does.
SELECT (SELECT max(not_after) FROM certificate WHERE authority_id = $1::bigint AND state <> 'burned'),
    (SELECT max(next_update) FROM crl WHERE authority_id = $1)
