-- rows: none
-- role: signer
-- Arrays, one element a claim: their certificates are on record.
DELETE FROM claim
USING unnest($1::bigint[], $2::bytea[]) AS r (authority_id, serial)
WHERE claim.authority_id = r.authority_id AND claim.serial = r.serial
