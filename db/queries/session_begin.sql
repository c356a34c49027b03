-- rows: one
-- role: front signer owner
-- $1 role or 'none', $2 statement and lock timeout in ms
-- Sequential scans are a last resort for the services: a plan that was made while a table was small
-- must not survive its growth. JIT would start for the cost that this puts on small tables.
SELECT set_config('role', $1, false),
       set_config('search_path', 'ca', false),
       set_config('statement_timeout', $2, false),
       set_config('lock_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', '60000', false),
       set_config('client_min_messages', 'warning', false),
       set_config('jit', 'off', false),
       set_config('enable_seqscan', CASE WHEN $1 = 'none' THEN 'on' ELSE 'off' END, false)
