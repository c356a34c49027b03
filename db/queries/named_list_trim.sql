-- rows: none
-- role: signer
-- $1 now: what has expired goes; $2 earlier: so does what a job had done with by then.
DELETE FROM named_list l
WHERE (l.expires_at <= $1::bigint
       OR EXISTS (SELECT FROM revocation_job j WHERE j.list_id = l.id AND j.ended_at < $2::bigint))
    AND NOT EXISTS (SELECT FROM revocation_job j WHERE j.list_id = l.id AND j.state = 'running')
