-- rows: one
-- role: signer
-- Arrays, one element a certificate; search names are joined with newlines. Answers how many were
-- stored, how many intents closed and how many requests moved: the caller wants them equal.
WITH stored AS (
    INSERT INTO certificate (period, id, authority_id, serial, state, der, fingerprint,
        spki_hash, subject, common_name, names, search, not_before, not_after, profile,
        profile_version, request_id, requester_id, issued_at, reason, revoked_at, invalidity_date,
        comment, crl_shard)
    SELECT r.period, r.id, r.authority_id, r.serial, r.state::certificate_state, r.der,
        r.fingerprint, r.spki_hash, r.subject, r.common_name, r.names,
        string_to_array(r.search, chr(10)), r.not_before, r.not_after, r.profile,
        r.profile_version, r.request_id, r.requester_id, r.issued_at, r.reason, r.revoked_at,
        r.invalidity_date, r.comment, r.crl_shard
    FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::bytea[], $5::text[],
        $6::bytea[], $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::bigint[], $14::bigint[], $15::text[], $16::bytea[], $17::uuid[], $18::uuid[],
        $19::bigint[], $20::integer[], $21::bigint[], $22::bigint[], $23::text[], $24::integer[])
        AS r (period, id, authority_id, serial, state, der, fingerprint, spki_hash, subject,
            common_name, names, search, not_before, not_after, profile, profile_version,
            request_id, requester_id, issued_at, reason, revoked_at, invalidity_date, comment,
            crl_shard)
    RETURNING 1
), closed AS (
    DELETE FROM intent
    USING unnest($3::bigint[], $4::bytea[]) AS r (authority_id, serial)
    WHERE intent.authority_id = r.authority_id AND intent.serial = r.serial
    RETURNING 1
), moved AS (
    UPDATE request
    SET state = 'issued', certificate_id = r.id, serial = r.serial
    FROM unnest($17::uuid[], $2::uuid[], $4::bytea[]) AS r (request_id, id, serial)
    WHERE request.id = r.request_id AND request.state = 'issuing'
    RETURNING 1
)
SELECT (SELECT count(*) FROM stored), (SELECT count(*) FROM closed), (SELECT count(*) FROM moved)
