-- rows: one
-- role: signer
-- $1 id. No row: it is gone, or a job works on it.
DELETE FROM named_list l
WHERE l.id = $1::uuid
    AND NOT EXISTS (SELECT FROM revocation_job j WHERE j.list_id = l.id AND j.state = 'running')
RETURNING l.id
