-- rows: one
-- role: front signer owner
-- What durability leans on, and which history of which cluster this is: after a failover the number
-- of a transaction may name another one.
SELECT (SELECT string_agg(name, ', ')
        FROM unnest(ARRAY['fsync', 'full_page_writes', 'synchronous_commit']) AS name
        WHERE current_setting(name) = 'off'),
       pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery() THEN ''
       ELSE (SELECT system_identifier FROM pg_control_system()) || '/'
            || left(pg_walfile_name(pg_current_wal_lsn()), 8) END
