-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 time. The complete CRL that a delta builds on: that of the delta before
-- while it is not older than $3, so that clients keep what they have; then the newest one.
SELECT b.number, b.this_update
FROM crl AS b
WHERE b.authority_id = $1::bigint AND b.shard = $2::integer AND b.base_number IS NULL
ORDER BY (b.this_update >= $3::bigint
          AND b.number = (SELECT d.base_number FROM crl AS d
                          WHERE d.authority_id = $1 AND d.shard = $2 AND d.base_number IS NOT NULL
                          ORDER BY d.number DESC LIMIT 1)) DESC,
    b.number DESC
LIMIT 1
