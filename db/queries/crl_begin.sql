-- rows: one
-- role: signer
-- $1 authority, $2 thisUpdate of the CRL before. A COPY takes no parameters, so they are settings of
-- the transaction; and it may take longer than other statements.
SELECT set_config('ca.authority_id', $1::bigint::text, true),
       set_config('ca.previous', $2::bigint::text, true),
       set_config('statement_timeout', '600000', true)
