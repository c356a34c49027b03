-- rows: one
-- role: signer
-- $1 now
SELECT count(*), count(*) FILTER (WHERE deadline_at < $1::bigint) FROM intent
