-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 thisUpdate of the CRL before, $4 changes since then (deltas), $5 and $6
-- serial numbers from and before. A COPY takes no parameters, so they are settings of the
-- transaction; it may take longer than other statements; and it reads the index in its order, also
-- where nobody has counted the rows yet.
SELECT set_config('ca.authority_id', $1::bigint::text, true),
       set_config('ca.shard', $2::integer::text, true),
       set_config('ca.previous', $3::bigint::text, true),
       set_config('ca.since', $4::bigint::text, true),
       set_config('ca.from', $5::bytea::text, true),
       set_config('ca.before', $6::bytea::text, true),
       set_config('statement_timeout', '600000', true),
       set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true)
