-- rows: one
-- role: signer
-- $1 id, $2 now. No row: it is complete, expired or gone. Until the transaction ends it stays as it is.
SELECT id FROM named_list WHERE id = $1::uuid AND digest IS NULL AND expires_at > $2::bigint
FOR UPDATE
