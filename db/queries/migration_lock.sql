-- rows: one
-- role: owner
-- The number is ours: "ca" and "mi". Migrations may take longer than a statement of a service.
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '60000', true),
       pg_advisory_xact_lock(x'63616d69'::integer)
