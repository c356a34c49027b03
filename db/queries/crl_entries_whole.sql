-- rows: copy
-- role: signer
-- As crl_entries, of all parts together.
COPY (
    SELECT serial, revoked_at << 5 | (reason + 1)::bigint, invalidity_date
    FROM crl_entry
    WHERE authority_id = (SELECT current_setting('ca.authority_id')::bigint)
        AND not_after >= (SELECT current_setting('ca.previous')::bigint)
        AND serial >= (SELECT current_setting('ca.from')::bytea)
        AND serial < (SELECT current_setting('ca.before')::bytea)
        AND reason <> 8
    ORDER BY serial
) TO STDOUT (FORMAT binary)
