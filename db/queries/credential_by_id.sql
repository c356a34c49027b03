-- rows: one
-- role: front signer
-- $1 id, $2 time. The last column: certificates of ours with this key are revoked or held, and none
-- is valid.
SELECT c.id, c.operator_id, c.kind, c.name, c.hash, c.salt, c.profiles IS NOT NULL,
    array_to_string(c.profiles, chr(10)), c.names IS NOT NULL, array_to_string(c.names, chr(10)),
    c.expires_at, c.created_at, c.revoked_at, c.seal,
    o.id, o.name, o.roles, o.fingerprint, o.enabled, o.created_at,
    array_to_string(o.names, chr(10)), o.updated_at, o.seal,
    c.kind = 'certificate'
        AND EXISTS (SELECT FROM certificate AS x
                    WHERE x.spki_hash = c.hash AND x.state IN ('revoked', 'held'))
        AND NOT EXISTS (SELECT FROM certificate AS x
                        WHERE x.spki_hash = c.hash AND x.state = 'valid' AND x.not_after > $2::bigint)
FROM credential AS c JOIN operator AS o ON o.id = c.operator_id
WHERE c.id = $1::uuid
