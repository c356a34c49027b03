-- rows: none
-- role: signer
-- Arrays, one element a delivery.
INSERT INTO webhook_delivery (id, webhook_id, event, body, created_at, next_at)
SELECT id, webhook_id, event, body, created_at, created_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bigint[])
    AS r (id, webhook_id, event, body, created_at)
