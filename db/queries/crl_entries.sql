-- rows: copy
-- role: signer
-- Parameters: crl_begin; read once, not for each row.
-- An entry stays until one CRL after its notAfter (I11).
COPY (
    SELECT serial, reason, revoked_at, invalidity_date
    FROM certificate
    WHERE authority_id = (SELECT current_setting('ca.authority_id')::bigint)
        AND state <> 'valid'
        AND not_after >= (SELECT current_setting('ca.previous')::bigint)
    ORDER BY serial
) TO STDOUT (FORMAT binary)
