-- rows: copy
-- role: signer
-- Parameters: crl_begin. An entry stays until one CRL after its notAfter (I11).
COPY (
    SELECT serial, reason, revoked_at, invalidity_date
    FROM certificate
    WHERE authority_id = current_setting('ca.authority_id')::bigint AND state <> 'valid'
        AND not_after >= current_setting('ca.previous')::bigint
    ORDER BY serial
) TO STDOUT (FORMAT binary)
