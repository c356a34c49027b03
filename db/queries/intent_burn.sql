-- rows: one
-- role: signer
-- Arrays of one certificate. Nothing is stored unless its intent was open.
WITH closed AS (
    DELETE FROM intent
    USING unnest($3::bigint[], $4::bytea[]) AS r (authority_id, serial)
    WHERE intent.authority_id = r.authority_id AND intent.serial = r.serial
    RETURNING intent.request_id
), stored AS (
    INSERT INTO certificate (period, id, authority_id, serial, state, der, fingerprint,
        spki_hash, subject, common_name, names, search, not_before, not_after, profile,
        profile_version, request_id, requester_id, issued_at, reason, revoked_at, invalidity_date,
        comment, crl_shard)
    SELECT r.period, r.id, r.authority_id, r.serial, r.state::certificate_state, r.der,
        r.fingerprint, r.spki_hash, r.subject, r.common_name, r.names,
        string_to_array(r.search, chr(10)), r.not_before, r.not_after, r.profile,
        r.profile_version, r.request_id, r.requester_id, r.issued_at, r.reason, r.revoked_at,
        r.invalidity_date, r.comment, r.crl_shard
    FROM closed, unnest($1::integer[], $2::uuid[], $3::bigint[], $4::bytea[], $5::text[],
        $6::bytea[], $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::bigint[], $14::bigint[], $15::text[], $16::bytea[], $17::uuid[], $18::uuid[],
        $19::bigint[], $20::integer[], $21::bigint[], $22::bigint[], $23::text[], $24::integer[])
        AS r (period, id, authority_id, serial, state, der, fingerprint, spki_hash, subject,
            common_name, names, search, not_before, not_after, profile, profile_version,
            request_id, requester_id, issued_at, reason, revoked_at, invalidity_date, comment,
            crl_shard)
), told AS (
    INSERT INTO status_change (authority_id, serial)
    SELECT r.authority_id, r.serial
    FROM closed, unnest($3::bigint[], $4::bytea[]) AS r (authority_id, serial)
), moved AS (
    UPDATE request
    SET interrupted = interrupted + 1,
        state = CASE WHEN interrupted + 1 >= 2 THEN 'failed' ELSE 'approved' END::request_state
    FROM closed
    WHERE request.id = closed.request_id AND request.state = 'issuing'
    RETURNING request.state
)
SELECT (SELECT count(*) FROM closed), (SELECT count(*) FROM moved), (SELECT state FROM moved)
