-- rows: one
-- role: front signer
-- $1 endpoint, $2 transactionID, $3 SHA-256 of the key, NULL: any. The newest one. The period of a certificate is
-- in its serial (I6).
SELECT t.endpoint_id, t.transaction_id, t.spki_hash, t.csr_hash, t.request_id, t.renews, t.remote,
    t.created_at, r.state::text, r.certificate_id, c.der
FROM (SELECT *
      FROM scep_transaction
      WHERE endpoint_id = $1::uuid AND transaction_id = $2::text AND ($3::bytea IS NULL OR spki_hash = $3)
      ORDER BY request_id DESC
      LIMIT 1) AS t
    JOIN request AS r ON r.id = t.request_id
    LEFT JOIN certificate AS c ON r.state = 'issued' AND c.authority_id = r.authority_id
        AND c.serial = r.serial AND c.period = get_byte(r.serial, 0) * 256 + get_byte(r.serial, 1)
