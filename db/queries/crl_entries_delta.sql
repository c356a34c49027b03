-- rows: copy
-- role: signer
-- As crl_entries, what changed since a time: releases too. Part 0: all of them.
COPY (
    SELECT serial, revoked_at << 5 | (reason + 1)::bigint, invalidity_date
    FROM crl_entry
    WHERE authority_id = (SELECT current_setting('ca.authority_id')::bigint)
        AND (SELECT current_setting('ca.shard')::integer) IN (0, shard)
        AND not_after >= (SELECT current_setting('ca.previous')::bigint)
        AND revoked_at >= (SELECT current_setting('ca.since')::bigint)
    ORDER BY serial
) TO STDOUT (FORMAT binary)
