-- rows: none
-- role: signer
-- $1 time. Claims from before it whose intent is closed.
DELETE FROM claim c
WHERE c.created_at < $1::bigint
    AND NOT EXISTS (SELECT FROM intent i WHERE i.authority_id = c.authority_id AND i.serial = c.serial)
