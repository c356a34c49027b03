-- rows: one
-- role: signer
-- $1 operator, $2 credential. His other ones that are not revoked.
SELECT count(*) FROM credential
WHERE operator_id = $1::uuid AND id <> $2::uuid AND revoked_at IS NULL
