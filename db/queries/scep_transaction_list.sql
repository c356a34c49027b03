-- rows: many
-- role: front
-- $1 endpoint, $2 requests below this one (NULL: from the newest), $3 most rows.
SELECT t.endpoint_id, t.transaction_id, t.spki_hash, t.csr_hash, t.request_id, t.renews, t.remote,
    t.created_at, r.state::text, r.certificate_id
FROM (SELECT *
      FROM scep_transaction
      WHERE endpoint_id = $1::uuid AND ($2::uuid IS NULL OR request_id < $2)
      ORDER BY request_id DESC
      LIMIT $3::bigint) AS t
    JOIN request AS r ON r.id = t.request_id
ORDER BY t.request_id DESC
