-- rows: many
-- role: front signer
-- $1 kind, $2 owner (NULL: of all), $3 time.
SELECT s.id, s.kind, s.owner, s.key_label, s.authority_id, s.certificate_id, s.certificate,
    s.not_before, s.not_after, s.created_at
FROM service_certificate s
WHERE s.kind = $1::text AND ($2::text IS NULL OR s.owner = $2) AND s.not_after > $3::bigint
    AND NOT EXISTS (SELECT FROM certificate c WHERE c.id = s.certificate_id AND c.state <> 'valid')
ORDER BY s.id DESC
