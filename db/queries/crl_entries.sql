-- rows: copy
-- role: signer
-- Parameters: crl_begin; read once, not for each row. Time and reason share a number: a column less
-- in a million rows. From one serial number to another: two connections read a half each.
-- An entry stays until one CRL after its notAfter (I11). 8: released, for delta CRLs alone.
COPY (
    SELECT serial, revoked_at << 5 | (reason + 1)::bigint, invalidity_date
    FROM crl_entry
    WHERE authority_id = (SELECT current_setting('ca.authority_id')::bigint)
        AND shard = (SELECT current_setting('ca.shard')::integer)
        AND not_after >= (SELECT current_setting('ca.previous')::bigint)
        AND serial >= (SELECT current_setting('ca.from')::bytea)
        AND serial < (SELECT current_setting('ca.before')::bytea)
        AND reason <> 8
    ORDER BY serial
) TO STDOUT (FORMAT binary)
